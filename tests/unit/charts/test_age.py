"""The age of work under way, against that of finished work, and the places of its dots."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Flow, a_programme, day
from tests.demo_data.programme_files import STOCKHOLM
from tests.properties.plain_facts import facts_of
from tests.unit.charts.demo import demo_view
from tests.unit.charts.speech import ENGLISH
from tracker.charts import age
from tracker.charts import registry as drawings
from tracker.charts.view import View
from tracker.domain.charts import sheets
from tracker.domain.charts.age import SOURCE
from tracker.domain.charts.sheets import By
from tracker.domain.charts.span import Span
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import choice_of
from tracker.domain.states import State

DESIGN, VALIDATION, TEST, DONE = State.DESIGN, State.VALIDATION, State.TEST, State.DONE


def view_of(*flows: Flow) -> View:
    """As of day 60, in the second of three cycles."""
    span = Span(History(facts_of(a_programme(*flows), STOCKHOLM)), day(60), 1, 3)
    choice = choice_of(span.history, [], [])
    whole = sheets.whole(SOURCE, span, choice)
    return View(whole, whole, span, choice, ENGLISH, lambda row, column: f"{column}?{row.values}")


def done(number: int) -> Flow:
    """Begun on day 1 and in validation so many days later, after as long in design and before as long in test."""
    flow = Flow(f"LKM-{100 + number}").to(DESIGN, day(1)).to(VALIDATION, day(1 + number))
    return flow.to(TEST, day(1 + 2 * number)).to(DONE, day(1 + 3 * number))


def test_the_title_counts_who_is_older_than_finished_work_was_in_the_same_state() -> None:
    for first, last in ((1, 7), (4, 6), (6, 7)):
        assert age.finding(demo_view("age", first, last)) == (
            "14 of 72 under way are older than 85% of the finished ones were"
        )
    flows = [done(number) for number in range(1, 11)]
    slow, young = Flow("LKM-001").to(DESIGN, day(50)), Flow("LKM-002").to(VALIDATION, day(59))
    said = age.finding(view_of(*flows, slow, young))
    assert said == "1 of 2 under way is older than 85% of the finished ones were"
    assert age.finding(view_of(*flows, young)) == "None of 1 under way is older than 85% of the finished ones were"


def test_the_title_says_so_when_there_is_nothing_to_compare_or_to_show() -> None:
    under_way = Flow("LKM-001").to(DESIGN, day(50))
    few = [done(number) for number in range(1, 10)]
    assert age.finding(view_of(*few, under_way)) == (
        "1 workflow under way, 11 d old; fewer than 10 finished ones to compare with"
    )
    assert age.finding(view_of(*few)) == "No work is under way"


def test_finished_work_is_as_old_as_it_was_when_it_left_the_state_for_the_last_time() -> None:
    flows = [done(number) for number in range(1, 10)]
    flows.append(
        Flow("LKM-200")
        .to(DESIGN, day(-9))
        .to(State.NOT_STARTED, day(0))
        .to(DESIGN, day(1))
        .to(VALIDATION, day(3))
        .to(DESIGN, day(4))
        .to(TEST, day(20))
        .to(DONE, day(30))
        .to(TEST, day(31))
        .to(DONE, day(33))
    )
    rows = view_of(*flows, Flow("LKM-001").to(DESIGN, day(60)), Flow("LKM-002").to(VALIDATION, day(60))).rows
    assert [(row.values["done_age_p50_days"], row.values["done_age_p85_days"]) for row in rows] == [(6, 10), (9, 17)]


def test_what_some_blocker_holds_now_is_blocked() -> None:
    held = Flow("LKM-001").to(DESIGN, day(50)).held(1, day(51))
    free = Flow("LKM-002").to(DESIGN, day(49)).held(1, day(51)).released(1, day(52))
    view = view_of(held, free)
    assert [row.values["blocked"] for row in view.rows] == [1, 0]
    assert [trace.marker.symbol for trace in drawings.figure(view).data] == [None, "diamond"]


@pytest.mark.parametrize("by", list(By))
def test_every_workflow_under_way_has_a_mark_that_leads_to_it(by: By) -> None:
    view = demo_view("age", 4, 6, by=by)
    links = [link for trace in drawings.figure(view).data for link in trace.customdata]
    assert len(links) == len(set(links)) == len(view.rows) == 72
    assert all(links)


@given(st.lists(st.integers(1, 200), max_size=60).map(sorted), st.integers(1, 12), st.integers(0, 4))
def test_dots_at_one_height_are_far_enough_apart(ages: list[int], apart: int, most: int) -> None:
    found = age.levels(ages, apart, most)
    assert all(abs(level) <= most for level in found)
    for level in set(found):
        mine = [age for age, each in zip(ages, found, strict=False) if each == level]
        assert all(after - before >= apart for before, after in pairwise(mine))
    assert len(age.levels(ages, apart, most, shared=True)) == len(ages)


def test_what_happened_just_now_counts() -> None:
    flows = [done(number) for number in range(1, 10)]
    now = Flow("LKM-200").to(DESIGN, day(58)).to(DONE, day(60))
    later = Flow("LKM-001").to(DESIGN, day(60) - timedelta(hours=1))
    assert view_of(*flows, now, later).rows[0].values["done_age_p50_days"] is not None
