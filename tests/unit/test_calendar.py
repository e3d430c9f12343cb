"""Swedish working days and local dates."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.calendar import is_working_day, iso_week, local_date, noon, working_days

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2022, 12, 12), date(2023, 1, 29), 33),
        (date(2023, 1, 30), date(2023, 3, 19), 35),
        (date(2023, 3, 20), date(2023, 5, 7), 32),
        (date(2023, 5, 8), date(2023, 6, 25), 32),
        (date(2023, 6, 26), date(2023, 8, 13), 35),
        (date(2023, 3, 20), date(2023, 4, 14), 18),
    ],
)
def test_the_cycles_of_the_programme_have_the_working_days_of_its_calendar(first: date, last: date, days: int) -> None:
    assert working_days(first, last) == days


def test_no_day_lies_between_dates_in_the_wrong_order() -> None:
    assert working_days(date(2023, 4, 14), date(2023, 4, 10)) == 0


@pytest.mark.parametrize("eve", [date(2023, 6, 23), date(2023, 12, 24), date(2023, 12, 31), date(2023, 5, 1)])
def test_eves_and_holidays_are_free(eve: date) -> None:
    assert not is_working_day(eve)


def test_weeks_are_those_of_iso() -> None:
    assert [iso_week(day) for day in (date(2023, 4, 14), date(2026, 12, 31), date(2027, 1, 3))] == [15, 53, 53]


def test_noon_follows_summer_time() -> None:
    assert noon(date(2023, 3, 25), STOCKHOLM).astimezone(UTC).hour == 11
    assert noon(date(2023, 3, 26), STOCKHOLM).astimezone(UTC).hour == 10


def test_the_local_date_turns_at_local_midnight() -> None:
    assert local_date(datetime(2023, 4, 13, 22, 0, tzinfo=UTC), STOCKHOLM) == date(2023, 4, 14)
