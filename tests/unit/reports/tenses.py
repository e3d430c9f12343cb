"""What a report says of cycles, and when each is true: what is past is not to come, and what is to come not past."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tracker.domain.calendar import local_date
from tracker.domain.reports.numbers import Numbers


class Day(NamedTuple):
    """A cycle as it stands on a day."""

    today: date
    starts_on: date
    ends_on: date
    week: tuple[date, date] | None
    committed_on: date | None
    closed_on: date | None


def _week(check: Callable[[date, date, date], bool]) -> Callable[[Day], bool]:
    return lambda day: day.week is not None and check(day.today, *day.week)


_TRUE: dict[str, Callable[[Day], bool]] = {
    r"genomfört planeringsveckan den [^.]*? inför cykel (\d+)": _week(lambda today, _first, last: last < today),
    r"held the planning week for cycle (\d+)": _week(lambda today, _first, last: last < today),
    r"Planeringsveckan inför cykel (\d+) pågår": _week(lambda today, first, last: first <= today <= last),
    r"planning week for cycle (\d+), [^.]*, is under way": _week(lambda today, first, last: first <= today <= last),
    r"Planeringsveckan inför cykel (\d+) hålls": _week(lambda today, first, _last: today < first),
    r"planning week for cycle (\d+) will be held": _week(lambda today, first, _last: today < first),
    r"börjar cykel (\d+)|[Cc]ykel (\d+)[^.]* börjar": lambda day: day.today < day.starts_on,
    r"[Cc]ycle (\d+)[^.]* begins": lambda day: day.today < day.starts_on,
    r"började cykel (\d+)|cykel (\d+), som började": lambda day: day.starts_on <= day.today,
    r"[Cc]ycle (\d+)(?: on)?,? (?:which )?began": lambda day: day.starts_on <= day.today,
    r"[Cc]ykel (\d+) avslutas|fortsätter cykel (\d+)": lambda day: day.today <= day.ends_on and not day.closed_on,
    r"[Cc]ycle (\d+) ends|go on with cycle (\d+)": lambda day: day.today <= day.ends_on and not day.closed_on,
    r"[Cc]ykel (\d+)(?:, som)? avslutades|avslutat cykel (\d+)": lambda day: day.closed_on is not None,
    r"closed cycle (\d+)|[Cc]ycle (\d+) was closed|went on with cycle (\d+)": lambda day: day.closed_on is not None,
    r"Cykel (\d+) hade den|last day of cycle (\d+) was": lambda day: day.ends_on < day.today and not day.closed_on,
    r"Cykel (\d+) fastställdes|Cycle (\d+) was committed": lambda day: day.committed_on is not None,
    r"Cykel (\d+)[^.]* inte fastställd|Cycle (\d+)[^.]* not been committed": lambda day: day.committed_on is None,
}


def untrue(text: str, numbers: Numbers) -> list[str]:
    """What is said of a cycle that is not so at the instant of the numbers."""
    return [said for said, cycle, is_true in _sayings(text) if not is_true(_day(numbers, cycle))]


def sayings(text: str) -> list[str]:
    """All that is said of cycles."""
    return [said for said, _, _ in _sayings(text)]


def _sayings(text: str) -> Iterator[tuple[str, int, Callable[[Day], bool]]]:
    for pattern, is_true in _TRUE.items():
        for found in re.finditer(pattern, text):
            yield found[0], int(next(filter(None, found.groups()))), is_true


def _day(numbers: Numbers, number: int) -> Day:
    here = numbers.span.reading(number).cycle
    week: Sequence[date | None] = (here.planning_starts_on, here.planning_ends_on)
    first, last = week
    closed, committed = here.closed_at, here.committed_at
    return Day(
        local_date(numbers.as_of, numbers.zone),
        here.starts_on,
        here.ends_on,
        (first, last) if first is not None and last is not None else None,
        local_date(committed, numbers.zone) if committed is not None else None,
        local_date(closed, numbers.zone) if closed is not None else None,
    )
