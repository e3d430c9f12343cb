"""When cycles are: what is proposed for the next one, and which dates cannot be. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter

from tracker.domain.calendar import is_working_day
from tracker.domain.errors import N_, InvalidError

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_LENGTH = 7 * _WEEK
_LONGEST = 53 * _WEEK
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Dates:
    """A cycle's first and last day, and those of the week in which it is planned, where it is known."""

    starts_on: date
    ends_on: date
    planning_starts_on: date | None = None
    planning_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class NumberedDates:
    """When the cycle with that number is."""

    number: int
    dates: Dates


def proposed(others: Iterable[Dates], *, today: date) -> Dates:
    """Seven weeks from the first Monday after the last cycle, or after today where there is none yet."""
    last = max((each.ends_on for each in others), default=today)
    return dates_from(last + (7 - last.weekday()) * _DAY)


def dates_from(first: date) -> Dates:
    """Seven weeks from that day on, planned on the working days of the calendar week before it."""
    monday = first - first.weekday() * _DAY - _WEEK
    working = [day for day in (monday + n * _DAY for n in range(7)) if is_working_day(day)]
    planning = (working[0], working[-1]) if working else (None, None)
    return Dates(first, first + _LENGTH - _DAY, *planning)


def refuse_impossible(wanted: NumberedDates, others: Iterable[NumberedDates]) -> None:
    """Raises InvalidError naming the field: days out of order, too long a cycle, one that lies in another."""
    dates = wanted.dates
    _refuse_disorder(dates)
    for other in others:
        theirs = other.dates
        if dates.starts_on <= theirs.ends_on and theirs.starts_on <= dates.ends_on:
            field = "starts_on" if theirs.starts_on <= dates.starts_on else "ends_on"
            raise InvalidError(
                N_("Cycle %(cycle)s goes from %(first)s to %(last)s. Cycles do not overlap."),
                field=field,
                cycle=other.number,
                first=theirs.starts_on,
                last=theirs.ends_on,
            )
        if (other.number < wanted.number) != (theirs.starts_on < dates.starts_on):
            message = (
                N_("Cycle %(cycle)s ends on %(last)s. Choose a later day.")
                if other.number < wanted.number
                else N_("Cycle %(cycle)s begins on %(first)s. Choose an earlier day.")
            )
            raise InvalidError(
                message, field="starts_on", cycle=other.number, first=theirs.starts_on, last=theirs.ends_on
            )


def _refuse_disorder(dates: Dates) -> None:
    for field, day in asdict(dates).items():
        if day is not None and not _EARLIEST <= day <= _LATEST:
            raise InvalidError(N_("Choose a year from 1900 to 2199."), field=field)
    if dates.ends_on < dates.starts_on:
        raise InvalidError(N_("The last day is before the first."), field="ends_on")
    if dates.ends_on - dates.starts_on >= _LONGEST:
        raise InvalidError(N_("A cycle lasts a year at most."), field="ends_on")
    first, last = dates.planning_starts_on, dates.planning_ends_on
    if (first is None) != (last is None):
        field = "planning_starts_on" if first is None else "planning_ends_on"
        raise InvalidError(N_("Give both days of the planning week, or neither."), field=field)
    if first is not None and last is not None:
        if last < first:
            raise InvalidError(N_("The last day is before the first."), field="planning_ends_on")
        if last > dates.ends_on:
            raise InvalidError(N_("The planning week comes before the end of the cycle."), field="planning_ends_on")


def gaps_around(wanted: NumberedDates, others: Iterable[NumberedDates]) -> tuple[tuple[int, int, int], ...]:
    """What would lie outside the cycles because of these dates: the numbers before and after, and how many days."""
    dates, rows = wanted.dates, sorted(others, key=attrgetter("dates.ends_on"))
    before = [each for each in rows if each.dates.ends_on < dates.starts_on][-1:]
    after = [each for each in rows if each.dates.starts_on > dates.ends_on][:1]
    found = [
        (one.number, other.number, (other.dates.starts_on - one.dates.ends_on).days - 1)
        for one, other in pairwise([*before, wanted, *after])
    ]
    return tuple(each for each in found if each[2] > 0)
