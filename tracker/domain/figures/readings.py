"""A cycle as read at an instant: its window, what has become of it by then, and on which basis it is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date, midnight, working_days
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


class Basis(StrEnum):
    """Which of the two truths about a cycle."""

    AS_REPORTED = "as_reported"  # what was known when it was closed
    AS_NOW = "as_now"


@dataclass(frozen=True, slots=True)
class Reading:
    """A cycle with what was known of it at `as_of`. Its window goes from `start` to just before `border`."""

    cycle: CycleRow
    basis: Basis
    as_of: datetime
    zone: ZoneInfo
    start: datetime
    border: datetime

    @property
    def end(self) -> datetime:
        """As far as the window has come."""
        return min(self.border, self.as_of)

    @property
    def last_day(self) -> date:
        """The local day of the window's last second."""
        return local_date(self.end - _SECOND, self.zone)

    @property
    def working_days(self) -> int:
        """Working days of the whole cycle."""
        return working_days(self.cycle.starts_on, self.cycle.ends_on)

    @property
    def working_days_so_far(self) -> int:
        """Working days up to and including `last_day`."""
        return working_days(self.cycle.starts_on, self.last_day)

    @property
    def is_begun(self) -> bool:
        """Whether there are figures at all."""
        return self.start < self.as_of

    @property
    def is_committed(self) -> bool:
        """Whether there is anything to measure the members against."""
        return self.is_begun and self.cycle.committed_at is not None

    @property
    def is_closed(self) -> bool:
        """Whether what was not met has been given its disposition."""
        return self.is_begun and self.cycle.closed_at is not None

    def is_alike(self, other: "Reading") -> bool:
        """Whether as much has become of the cycle, at whatever instant."""
        return self.cycle == other.cycle and self.is_begun == other.is_begun

    def through(self, day: date) -> "Reading":
        """The same as if the cycle were over at that day's end: how far it had come by then."""
        return replace(self, border=min(self.border, midnight(day + _DAY, self.zone)))

    @property
    def met_at(self) -> datetime:
        """The instant by which a goal is to be passed: the close, as long as there was none now."""
        return self.cycle.closed_at or self.as_of


def reading(cycle: CycleRow, basis: Basis, as_of: datetime, zone: ZoneInfo) -> Reading:
    """The cycle as it was known at the instant."""
    return Reading(cycle_as_of(cycle, as_of), basis, as_of, zone, *window(cycle, zone))


def window(cycle: CycleRow, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The midnights at which the cycle begins and at which it is over."""
    return midnight(cycle.starts_on, zone), midnight(cycle.ends_on + _DAY, zone)


def readings(cycles: Iterable[CycleRow], as_of: datetime, zone: ZoneInfo) -> Iterator[Reading]:
    """All readings of the cycles known at the instant, in the order of the files: as reported first."""
    for cycle in sorted(cycles, key=lambda row: row.cycle):
        if cycle.closed_at is not None and cycle.closed_at <= as_of:
            yield reading(cycle, Basis.AS_REPORTED, cycle.closed_at, zone)
        yield reading(cycle, Basis.AS_NOW, as_of, zone)


def cycle_as_of(cycle: CycleRow, as_of: datetime) -> CycleRow:
    """The cycle with the instants reached by then, and the status that follows from them."""
    committed_at, closed_at = _by(cycle.committed_at, as_of), _by(cycle.closed_at, as_of)
    if closed_at is not None:
        status = CycleStatus.CLOSED
    else:
        status = CycleStatus.RUNNING if committed_at is not None else CycleStatus.DRAFT
    return replace(cycle, committed_at=committed_at, closed_at=closed_at, status=status)


def _by(instant: datetime | None, as_of: datetime) -> datetime | None:
    return instant if instant is not None and instant <= as_of else None
