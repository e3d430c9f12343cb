"""Swedish working days and office hours, and the order in which acts are recorded."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from .programme_table import CYCLES, TODAY, Cycle

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FREE_WEEKDAYS = {
    *(date(2022, 12, day) for day in range(26, 31)),
    date(2023, 1, 6),
    date(2023, 4, 7),
    date(2023, 4, 10),
    date(2023, 5, 1),
}
FRIDAY = 4


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), STOCKHOLM).astimezone(UTC)


def local_day(at: datetime) -> date:
    return at.astimezone(STOCKHOLM).date()


def is_working_day(day: date) -> bool:
    return day.weekday() <= FRIDAY and day not in FREE_WEEKDAYS


def working_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


def next_working_day(day: date) -> date:
    return next(later for later in working_days(day + timedelta(days=1), day + timedelta(days=11)))


def cycle(number: int) -> Cycle:
    return CYCLES[number - 1]


def closing_day(number: int) -> date:
    return cycle(number).last_day - timedelta(days=2)


def closed_at(number: int) -> datetime:
    return local(closing_day(number), 15)


def committed_at(number: int) -> datetime:
    return local(cycle(number).first_day - timedelta(days=3), 15, 30)


@cache
def days_of_cycle(number: int) -> list[date]:
    """The working days that have been reached, the closing day included."""
    return working_days(cycle(number).first_day, min(closing_day(number), TODAY))


def office_time(rng: random.Random, day: date) -> datetime:
    """A moment between 08:10 and 16:40; on Fridays before 14:30, as a cycle may close at 15."""
    last = 14 if day.weekday() == FRIDAY else 16
    return local(day, 8, 10) + timedelta(seconds=rng.randrange((last - 8) * 3600 + 1200))


class Recorder:
    """Gives every act its own second, so that no two acts share a recorded instant."""

    def __init__(self) -> None:
        self._taken: set[datetime] = set()

    def reserve(self, wanted: datetime) -> datetime:
        at = next(at for at in seconds_from(wanted) if at not in self._taken)
        self._taken.add(at)
        return at


def seconds_from(start: datetime) -> Iterator[datetime]:
    while True:
        yield start
        start += timedelta(seconds=1)
