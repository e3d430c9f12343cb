"""Cycles on one time line of days: weeks, months, working days, planning weeks, and what lies outside. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from tracker.domain.calendar import is_working_day
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus

MOST = 8  # cycles side by side that can still be read
_BEFORE = 4  # of them, those before the one that is looked at
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_FARTHEST = 12 * _WEEK  # so far from all cycles today is still on the line
_MANY = 1_100  # days, about three years: of more, single days are not drawn
_YEARS = range(1900, 2200)  # a file may bring others; they are no part of any line


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from first to last, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Gap:
    """Days outside the cycles, between two of them."""

    before: int
    after: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its ISO number and the year that the number is of."""

    number: int
    year: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Line:
    """Whole weeks, and what lies in them. Where there are too many days to tell apart, `working` is empty."""

    stretch: Stretch
    cycles: tuple[CycleRow, ...]
    gaps: tuple[Gap, ...]
    weeks: tuple[Week, ...]
    months: tuple[Stretch, ...]
    working: tuple[Stretch, ...]
    today: date | None
    earlier: int | None
    later: int | None


def gaps(cycles: Sequence[CycleRow]) -> list[Gap]:
    """What lies outside the cycles, between each two that follow each other."""
    ordered = sorted(cycles, key=lambda cycle: cycle.starts_on)
    return [
        Gap(one.cycle, other.cycle, Stretch(one.ends_on + _DAY, other.starts_on - _DAY))
        for one, other in pairwise(ordered)
        if other.starts_on - one.ends_on > _DAY
    ]


def line(cycles: Sequence[CycleRow], *, today: date, since: int | None = None) -> Line | None:
    """Some cycles side by side: from the one numbered `since` on, else those around the running one; none of none.

    `earlier` and `later` are the numbers since which more of them can be seen.
    """
    drawn = [cycle for cycle in cycles if cycle.starts_on.year in _YEARS and cycle.ends_on.year in _YEARS]
    ordered = sorted(drawn, key=lambda cycle: cycle.starts_on)
    if not ordered:
        return None
    begin = _begin(ordered, today, since)
    shown = ordered[begin : begin + MOST]
    all_of_it = Stretch(min(_first_of(cycle) for cycle in shown), shown[-1].ends_on)
    is_near = all_of_it.first - _FARTHEST <= today <= all_of_it.last + _FARTHEST
    is_on = today in all_of_it or (is_near and _is_outermost(today, shown, ordered))
    days = [all_of_it.first, all_of_it.last, *([today] if is_on else [])]
    stretch = Stretch(_monday(min(days)), _monday(max(days)) + _WEEK - _DAY)
    return Line(
        stretch,
        tuple(shown),
        tuple(gaps(shown)),
        tuple(_weeks(stretch)),
        tuple(_months(stretch)),
        tuple(_working(stretch)) if stretch.days <= _MANY else (),
        today if is_on else None,
        ordered[max(0, begin - MOST)].cycle if begin else None,
        ordered[begin + MOST].cycle if begin + MOST < len(ordered) else None,
    )


def _begin(ordered: Sequence[CycleRow], today: date, since: int | None) -> int:
    """Where to begin: as much as can be seen, and no less because the end is near."""
    numbers = [cycle.cycle for cycle in ordered]
    if since in numbers:
        return numbers.index(since)
    running = next((n for n, cycle in enumerate(ordered) if cycle.status is CycleStatus.RUNNING), None)
    begun = max((n for n, cycle in enumerate(ordered) if cycle.starts_on <= today), default=0)
    looked_at = begun if running is None else running
    return max(0, min(looked_at - _BEFORE, len(ordered) - MOST))


def _is_outermost(today: date, shown: Sequence[CycleRow], ordered: Sequence[CycleRow]) -> bool:
    """Whether no cycle that is not shown lies between today and those that are."""
    if today < shown[0].starts_on:
        return shown[0] is ordered[0]
    return shown[-1] is ordered[-1]


def _first_of(cycle: CycleRow) -> date:
    """Its planning week comes first, unless that lies far off."""
    first = cycle.planning_starts_on
    return first if first is not None and cycle.starts_on - _FARTHEST <= first < cycle.starts_on else cycle.starts_on


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _weeks(stretch: Stretch) -> Iterator[Week]:
    for start in range(0, stretch.days, 7):
        monday = stretch.first + start * _DAY
        year, number, _ = monday.isocalendar()
        yield Week(number, year, Stretch(monday, monday + _WEEK - _DAY))


def _months(stretch: Stretch) -> Iterator[Stretch]:
    first = stretch.first
    while first <= stretch.last:
        following = (first.replace(day=1) + 32 * _DAY).replace(day=1)
        yield Stretch(first, min(following - _DAY, stretch.last))
        first = following


def _working(stretch: Stretch) -> Iterator[Stretch]:
    """Working days, those in a row together."""
    begun: date | None = None
    for n in range(stretch.days + 1):
        day = stretch.first + n * _DAY
        is_working = n < stretch.days and is_working_day(day)
        if is_working and begun is None:
            begun = day
        elif not is_working and begun is not None:
            yield Stretch(begun, day - _DAY)
            begun = None
