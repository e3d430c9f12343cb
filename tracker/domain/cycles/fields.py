"""What people write about a cycle: its fields, once for forms, commands and history."""

from dataclasses import dataclass

from tracker.domain.cycles.dates import Dates
from tracker.domain.errors import N_
from tracker.domain.fields import Field, day_of, needed_date, optional_date
from tracker.domain.texts import line


@dataclass(frozen=True, slots=True)
class CycleFields:
    """What people write about a cycle."""

    dates: Dates
    goal: str = ""


DATES = {
    "starts_on": Field(N_("First day"), needed_date, day_of),
    "ends_on": Field(N_("Last day"), needed_date, day_of),
    "planning_starts_on": Field(N_("First day of the planning week"), optional_date, day_of, N_("first planning day")),
    "planning_ends_on": Field(N_("Last day of the planning week"), optional_date, day_of, N_("last planning day")),
}
FIELDS = DATES | {"goal": Field(N_("Cycle goal"), line)}
