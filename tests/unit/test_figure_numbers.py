"""Rounding, ranks, windows and what is drawn by the day."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_cycle, day
from tracker.domain.calendar import midnight
from tracker.domain.figures.flow import age_days, cumulative_flow
from tracker.domain.figures.readings import Basis, reading, readings
from tracker.domain.figures.rounding import half_up, nearest_rank
from tracker.domain.figures.timelines import DESIGN, DONE, NOT_STARTED, TEST, Timeline
from tracker.domain.states import CycleStatus

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(5, 200), 2, "0.03"),
        (Fraction(59, 31), 2, "1.90"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(1, 20), 1, "0.1"),
        (Fraction(0), 1, "0.0"),
        (Fraction(1995, 10), 0, "200"),
    ],
)
def test_a_half_goes_up_and_places_are_fixed(number: Fraction, places: int, text: str) -> None:
    assert str(half_up(number, places)) == text


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.integers(0, 3))
def test_rounding_is_that_of_the_exact_fraction(numerator: int, denominator: int, places: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert half_up(Fraction(numerator, denominator), places) == shown


@given(st.lists(st.integers(0, 50)), st.sampled_from([50, 85]))
def test_a_rank_is_the_least_that_so_many_percent_do_not_exceed(numbers: list[int], percent: int) -> None:
    rank = nearest_rank(numbers, percent)
    if not numbers:
        assert rank is None
        return
    assert rank == sorted(numbers)[ceil(Fraction(percent * len(numbers), 100)) - 1]
    assert sum(number <= rank for number in numbers) * 100 >= percent * len(numbers)


def test_days_begin_at_local_midnight_whatever_the_clock_does() -> None:
    assert midnight(date(2023, 3, 26), STOCKHOLM) == datetime(2023, 3, 25, 23, tzinfo=UTC)
    assert midnight(date(2023, 3, 27), STOCKHOLM) == datetime(2023, 3, 26, 22, tzinfo=UTC)
    havana = ZoneInfo("America/Havana")  # where midnight itself is left out in spring and comes twice in autumn
    assert midnight(date(2023, 3, 12), havana) == datetime(2023, 3, 12, 5, tzinfo=UTC)
    assert midnight(date(2023, 11, 5), havana) == datetime(2023, 11, 5, 4, tzinfo=UTC)


def test_a_closed_cycle_is_read_as_reported_and_as_now() -> None:
    cycles = [a_cycle(2, CycleStatus.RUNNING), a_cycle(1, CycleStatus.CLOSED)]
    closed_at = cycles[1].closed_at
    assert closed_at is not None
    found = [(each.cycle.cycle, each.basis, each.as_of) for each in readings(cycles, day(80), STOCKHOLM)]
    assert found == [(1, Basis.AS_REPORTED, closed_at), (1, Basis.AS_NOW, day(80)), (2, Basis.AS_NOW, day(80))]
    before = list(readings(cycles, closed_at - timedelta(seconds=1), STOCKHOLM))
    assert [(each.basis, each.cycle.status) for each in before] == [
        (Basis.AS_NOW, CycleStatus.RUNNING),
        (Basis.AS_NOW, CycleStatus.DRAFT),
    ]


def test_a_cycle_has_begun_after_its_first_midnight() -> None:
    start = midnight(a_cycle(1).starts_on, STOCKHOLM)
    for as_of, has_begun in ((start, False), (start + timedelta(microseconds=1), True)):
        assert reading(a_cycle(1), Basis.AS_NOW, as_of, STOCKHOLM).is_begun is has_begun


def test_cumulative_flow_shows_each_day_at_its_end_and_moves_back_as_dips() -> None:
    moments = [day(1), day(2), day(3), day(4)]
    timeline = Timeline(moments, [NOT_STARTED, DONE, TEST, DONE], archived_at=day(6))
    ends = [midnight(date(2023, 1, 30) + timedelta(days=n), STOCKHOLM) for n in range(8)]
    positions = [[p for p, number in enumerate(each) if number] for each in cumulative_flow([(timeline, 0)], ends)]
    assert positions == [[], [NOT_STARTED], [DONE], [TEST], [DONE], [DONE], [], []]


def test_cumulative_flow_counts_a_workflow_from_the_day_on_that_its_project_joined() -> None:
    timeline = Timeline([day(1), day(4)], [DESIGN, DONE])
    ends = [midnight(date(2023, 1, 31) + timedelta(days=n), STOCKHOLM) for n in range(5)]
    assert [sum(each) for each in cumulative_flow([(timeline, 2), (timeline, 5)], ends)] == [0, 0, 1, 1, 1]
    gone = Timeline(timeline.moments, timeline.positions, archived_at=day(2))
    assert [sum(each) for each in cumulative_flow([(gone, 0), (gone, 2)], ends)] == [1, 0, 0, 0, 0]


def test_age_begins_anew_after_not_started_and_ends_with_done() -> None:
    timeline = Timeline([day(1), day(2), day(3), day(5), day(9)], [DESIGN, TEST, NOT_STARTED, DESIGN, DONE])
    ages = [age_days(timeline, day(number), STOCKHOLM) for number in (0, 1, 2, 3, 5, 8, 9)]
    assert ages == [None, 1, 2, None, 1, 4, None]
