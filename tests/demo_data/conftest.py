import pytest

from .expected import SEED_DATA
from .programme_files import Programme


@pytest.fixture(scope="session")
def programme() -> Programme:
    """The demo as its files tell it, without a database."""
    return Programme(SEED_DATA)
