"""How far cycles came by working day, and how long finished work stayed in each state."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day
from tracker.domain.calendar import holiday_names, is_working_day, nth_working_day, swedish_holidays, working_days
from tracker.domain.figures.flow import usual_stays
from tracker.domain.figures.timelines import DESIGN, DONE, NOT_STARTED, TEST, VALIDATION, Timeline
from tracker.domain.states import State

ZONE = ZoneInfo("Europe/Stockholm")
DAYS = st.dates(date(2022, 9, 1), date(2024, 6, 30))


def timeline(*steps: tuple[int, datetime]) -> Timeline:
    return Timeline([at for _, at in steps], [position for position, _ in steps])


@given(DAYS, st.integers(0, 80), st.integers(0, 60))
def test_the_nth_working_day_is_the_first_by_which_so_many_have_come(first: date, length: int, number: int) -> None:
    last = first + timedelta(days=length)
    found = nth_working_day(first, last, number)
    if number > working_days(first, last):
        assert found == last
    else:
        assert working_days(first, found) == number
        assert not number or is_working_day(found)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_holiday_has_a_name_in_both_languages(language: str) -> None:
    assert set(holiday_names(2023, language)) == swedish_holidays(2023)
    assert all(holiday_names(2023, language).values())


def test_holidays_are_named_in_the_reader_s_language() -> None:
    assert holiday_names(2023, "sv")[date(2023, 4, 7)] == "Långfredagen"
    assert holiday_names(2023, "en")[date(2023, 4, 7)] == "Good Friday"


def stayed(days: int, state: int = DESIGN) -> Timeline:
    return timeline((NOT_STARTED, day(-20)), (state, day(1)), (DONE, day(1 + days)))


def test_a_usual_stay_is_one_that_85_percent_did_not_outlast() -> None:
    stays = usual_stays([stayed(days) for days in range(1, 21)], day(60), ZONE)
    assert stays == {State.DESIGN: 17}


def test_fewer_than_ten_say_nothing() -> None:
    assert usual_stays([stayed(5) for _ in range(9)], day(60), ZONE) == {}


def test_each_counts_once_with_its_longest_stay_and_unfinished_work_not_at_all() -> None:
    back = timeline(
        (NOT_STARTED, day(-20)), (VALIDATION, day(1)), (TEST, day(2)), (VALIDATION, day(3)), (DONE, day(12))
    )
    unfinished = timeline((NOT_STARTED, day(-20)), (VALIDATION, day(1)))
    assert usual_stays([*[back] * 10, *[unfinished] * 10], day(60), ZONE) == {State.VALIDATION: 9, State.TEST: 1}


def test_days_are_local_dates_apart() -> None:
    late = datetime(2023, 3, 1, 22, 30, tzinfo=UTC)  # 23:30 in Stockholm
    short = timeline((DESIGN, late), (DONE, late + timedelta(hours=1)))
    assert usual_stays([short] * 10, day(60), ZONE)[State.DESIGN] == 1
