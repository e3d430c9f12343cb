"""The fold from an append-only history to what is true: pure, and the only place that knows how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date, noon
from tracker.domain.errors import N_, InvalidError
from tracker.domain.states import State


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the history of a workflow's state; a row with `voids` has no states and takes that row back."""

    id: int
    from_state: State | None
    to_state: State | None
    happened_at: datetime
    recorded_at: datetime
    voids: int | None = None


def standing(changes: Iterable[Change]) -> list[Change]:
    """The changes that have not been taken back, in order of happened_at, then id."""
    rows = list(changes)
    voided = {row.voids for row in rows if row.voids is not None}
    kept = [row for row in rows if row.voids is None and row.id not in voided]
    return sorted(kept, key=lambda row: (row.happened_at, row.id))


def happened_at(on: date | None, *, previous: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant meant by "it happened on" a date: 12:00 local, or one second after the workflow's previous change
    if later; without a date, or when that has yet to come today, now. Raises InvalidError for a date before the
    previous change or in the future.
    """
    today = local_date(now, zone)
    if on is None:
        return now
    if on > today:
        raise InvalidError(N_("The date has not come yet. Choose today or an earlier date."), field="happened_on")
    if on < local_date(previous, zone):
        raise InvalidError(
            N_("The latest change happened on %(day)s. Choose that date or a later one."),
            field="happened_on",
            day=local_date(previous, zone),
        )
    return min(max(noon(on, zone), previous + timedelta(seconds=1)), now)


def is_late(happened: datetime, recorded: datetime, zone: ZoneInfo) -> bool:
    """Whether it was entered on a later local date than it happened."""
    return local_date(happened, zone) < local_date(recorded, zone)
