"""Local dates and Swedish working days. Instants are aware; dates are those of the programme's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_SATURDAY = 5


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the wall when it happened."""
    return instant.astimezone(zone).date()


def noon(day: date, zone: ZoneInfo) -> datetime:
    """12:00 local of that day: what "it happened on" a date means."""
    return datetime.combine(day, time(12), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which that day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@lru_cache(maxsize=64)
def holiday_names(year: int, language: str) -> dict[date, str]:
    """What the year's holidays are called, in `sv` or `en`. Those that fall on a Saturday or Sunday are among them."""
    return dict(
        holidays.country_holidays(
            "SE", years=year, include_sundays=False, categories=("public", "de_facto"),
            language={"en": "en_US"}.get(language, language),
        )
    )  # fmt: skip


@lru_cache(maxsize=64)
def swedish_holidays(year: int) -> frozenset[date]:
    """Public holidays and the eves that are free in fact (library `holidays`, Sweden, public and de_facto)."""
    return frozenset(
        holidays.country_holidays("SE", years=year, include_sundays=False, categories=("public", "de_facto"))
    )


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
