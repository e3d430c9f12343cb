"""What is proposed for the next cycle, and which dates cannot be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.calendar import is_working_day
from tracker.domain.cycles.dates import (
    Dates,
    NumberedDates,
    dates_from,
    gaps_around,
    proposed,
    refuse_impossible,
)
from tracker.domain.errors import InvalidError

FIVE = Dates(date(2023, 3, 20), date(2023, 5, 7), date(2023, 3, 13), date(2023, 3, 17))
SIX = Dates(date(2023, 5, 8), date(2023, 6, 25), date(2023, 5, 2), date(2023, 5, 5))
DAYS = st.dates(date(1950, 1, 1), date(2100, 1, 1))


def refusal(number: int, dates: Dates, *others: NumberedDates) -> InvalidError:
    with pytest.raises(InvalidError) as refused:
        refuse_impossible(NumberedDates(number, dates), others)
    return refused.value


def test_the_next_cycle_follows_at_once_and_is_planned_on_working_days() -> None:
    assert proposed([FIVE], today=date(2020, 1, 1)) == SIX  # 1 May is a holiday
    assert proposed([SIX, FIVE], today=date(2023, 4, 14)) == Dates(
        date(2023, 6, 26),
        date(2023, 8, 13),
        date(2023, 6, 19),
        date(2023, 6, 22),  # Midsummer Eve is one in fact
    )


def test_the_first_cycle_begins_on_the_next_monday() -> None:
    assert proposed([], today=date(2023, 4, 14)).starts_on == date(2023, 4, 17)
    assert proposed([], today=date(2023, 4, 16)).starts_on == date(2023, 4, 17)
    assert proposed([], today=date(2023, 4, 17)).starts_on == date(2023, 4, 24)


def test_a_planning_week_over_new_year_and_week_53_is_what_is_left_of_it() -> None:
    found = dates_from(date(2027, 1, 4))  # the Monday after 2026-W53
    assert (found.planning_starts_on, found.planning_ends_on) == (date(2026, 12, 28), date(2026, 12, 30))


@given(DAYS)
def test_a_proposal_is_seven_weeks_from_a_monday_and_can_be(last: date) -> None:
    before = Dates(last - timedelta(days=48), last)
    found = proposed([before], today=last)
    assert (found.starts_on.weekday(), found.ends_on.weekday()) == (0, 6)
    assert found.ends_on - found.starts_on == timedelta(days=48)
    assert timedelta(0) < found.starts_on - last <= timedelta(days=7)
    assert found.planning_starts_on is not None
    assert found.planning_ends_on is not None
    assert found.starts_on - timedelta(days=7) <= found.planning_starts_on <= found.planning_ends_on < found.starts_on
    assert is_working_day(found.planning_starts_on)
    assert is_working_day(found.planning_ends_on)
    refuse_impossible(NumberedDates(2, found), [NumberedDates(1, before)])


@given(DAYS, st.integers(0, 60), DAYS, st.integers(0, 60))
def test_two_cycles_are_refused_when_a_day_is_in_both_or_their_order_is_not_that_of_their_numbers(
    first: date, length: int, other: date, other_length: int
) -> None:
    mine = Dates(first, first + timedelta(days=length))
    theirs = Dates(other, other + timedelta(days=other_length))
    days, others = (
        {each.starts_on + timedelta(days=n) for n in range((each.ends_on - each.starts_on).days + 1)}
        for each in (mine, theirs)
    )
    if days & others or first < other:
        assert refusal(2, mine, NumberedDates(1, theirs)).field in {"starts_on", "ends_on"}
    else:
        refuse_impossible(NumberedDates(2, mine), [NumberedDates(1, theirs)])


@pytest.mark.parametrize(
    ("dates", "field", "words"),
    [
        (Dates(date(2023, 7, 3), date(2023, 7, 2)), "ends_on", "before the first"),
        (Dates(date(2023, 7, 3), date(2024, 7, 8)), "ends_on", "a year at most"),
        (Dates(date(2023, 7, 3), date(2023, 7, 30), date(2023, 6, 26)), "planning_ends_on", "both days"),
        (Dates(date(2023, 7, 3), date(2023, 7, 30), None, date(2023, 6, 26)), "planning_starts_on", "both days"),
        (Dates(date(2023, 7, 3), date(2023, 7, 30), date(2023, 6, 26), date(2023, 6, 25)), "planning_ends_on", "first"),
        (Dates(date(2023, 7, 3), date(2023, 7, 30), date(2023, 7, 26), date(2023, 7, 31)), "planning_ends_on", "end"),
        (Dates(date(2023, 6, 25), date(2023, 7, 30)), "starts_on", "Cycle 6 goes from 2023-05-08 to 2023-06-25"),
        (Dates(date(2023, 5, 1), date(2023, 5, 8)), "ends_on", "do not overlap"),
        (Dates(date(2023, 4, 1), date(2023, 5, 1)), "starts_on", "Cycle 6 ends on 2023-06-25"),
    ],
)
def test_what_cannot_be_is_told_where(dates: Dates, field: str, words: str) -> None:
    refused = refusal(7, dates, NumberedDates(6, SIX))
    assert refused.field == field
    assert words in str(refused)


def test_an_earlier_cycle_ends_before_a_later_one() -> None:
    assert "Cycle 6 begins on 2023-05-08" in str(refusal(5, dates_from(date(2023, 7, 3)), NumberedDates(6, SIX)))


def test_gaps_are_allowed_and_told() -> None:
    later = dates_from(date(2023, 7, 3))
    refuse_impossible(NumberedDates(7, later), [NumberedDates(5, FIVE), NumberedDates(6, SIX)])


def test_a_gap_is_named_on_either_side() -> None:
    five, seven = NumberedDates(5, FIVE), NumberedDates(7, Dates(date(2023, 6, 26), date(2023, 8, 13)))
    late = NumberedDates(6, Dates(date(2023, 5, 15), date(2023, 6, 20)))
    assert gaps_around(late, [seven, five]) == ((5, 6, 7), (6, 7, 5))
    assert gaps_around(NumberedDates(6, SIX), [five, seven]) == ()
    assert gaps_around(late, []) == ()


@pytest.mark.parametrize("day", [date(203, 4, 14), date(1899, 12, 31), date(2200, 1, 1), date.max])
def test_a_year_that_somebody_mistyped_is_refused(day: date) -> None:
    assert refusal(1, Dates(day, day)).field == "starts_on"
