"""A cycle's days in a row, by week: what has passed, what is free, and where today is."""

from datetime import date, timedelta
from typing import NamedTuple

from tracker.domain.calendar import free_weekdays, is_working_day, iso_week

_DAY = timedelta(days=1)


class Day(NamedTuple):
    """A day: `past`, `today` or `coming`, whether it is off, and whether the next cycle is planned on it."""

    on: date
    when: str
    is_off: bool
    is_planning: bool


class Week(NamedTuple):
    """The days of a calendar week that lie in the cycle."""

    number: int
    days: list[Day]


class DayStrip(NamedTuple):
    """All of it. `holidays` are those that take a working day."""

    weeks: list[Week]
    holidays: list[tuple[date, str]]


def day_strip(
    first: date, last: date, today: date, planning: tuple[date | None, date | None], language: str
) -> DayStrip:
    """The strip of a cycle on a day, with the days from the first to the last of the planning week marked."""
    weeks: list[Week] = []
    for day in (first + n * _DAY for n in range((last - first).days + 1)):
        if not weeks or iso_week(day) != weeks[-1].number:
            weeks.append(Week(iso_week(day), []))
        is_off = not is_working_day(day)
        when = "today" if day == today else "past" if day < today else "coming"
        weeks[-1].days.append(Day(day, when, is_off, _is_between(day, *planning) and not is_off))
    return DayStrip(weeks, list(free_weekdays(first, last, language).items()))


def _is_between(day: date, first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and first <= day <= last
