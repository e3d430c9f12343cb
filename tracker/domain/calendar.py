"""Local dates and Swedish working days. Instants are aware; dates are those of the programme's time zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_SATURDAY = 5
_QUARTER = 15  # minutes


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the wall when it happened."""
    return instant.astimezone(zone).date()


def noon(day: date, zone: ZoneInfo) -> datetime:
    """12:00 local of that day: what "it happened on" a date means."""
    return datetime.combine(day, time(12), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which that day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def quarter_of(instant: datetime) -> datetime:
    """The last full quarter of an hour, in UTC: local midnights are on that grid."""
    utc = instant.astimezone(UTC)
    return utc.replace(minute=utc.minute // _QUARTER * _QUARTER, second=0, microsecond=0)


@lru_cache(maxsize=64)
def swedish_holidays(year: int) -> frozenset[date]:
    """Public holidays and the eves that are free in fact (library `holidays`, Sweden, public and de_facto)."""
    return frozenset(holiday_names(year))


@lru_cache(maxsize=64)
def holiday_names(year: int, language: str = "sv") -> Mapping[date, str]:
    """The same with their names, in Swedish or English."""
    found = holidays.country_holidays(
        "SE",
        years=year,
        include_sundays=False,
        categories=("public", "de_facto"),
        language="sv" if language == "sv" else "en_US",
    )
    return dict(sorted(found.items()))


def free_weekdays(first: date, last: date, language: str = "sv") -> dict[date, str]:
    """The holidays from first to last, both counted, that fall on a Monday to Friday, with their names."""
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in holiday_names(year, language).items()
        if first <= day <= last and day.weekday() < _SATURDAY
    }


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < _SATURDAY and day not in swedish_holidays(day.year)


@lru_cache(maxsize=1024)
def working_days(first: date, last: date) -> int:
    """How many working days from first to last, both counted; 0 when last is before first."""
    return sum(is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


def nth_working_day(first: date, last: date, number: int) -> date:
    """The day from first to last on which so many working days have come; the day before the first for none, the last
    one where there are not so many.
    """
    day = first - timedelta(days=1)
    while number and day < last:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return last if number else day


def iso_week(day: date) -> int:
    """The week's number as Swedish calendars print it."""
    return day.isocalendar().week
