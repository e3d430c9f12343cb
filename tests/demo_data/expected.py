"""What several tests of the demo expect."""

from datetime import date
from pathlib import Path

from .programme_files import instant

SEED_DATA = Path(__file__).parents[2] / "seed_data"
LATER = SEED_DATA / "later"
AS_OF = instant("2023-04-14T07:00:00Z")
TODAY = date(2023, 4, 14)
JOINING_LATER = "DRS"

CLOSES = {1: "2022-10-21", 2: "2022-12-09", 3: "2023-01-27", 4: "2023-03-17"}
PROGRAMME_OFFICE = "Programkontoret"
