"""What the first page answers with: the demo's figures as its table has them, and each state a programme can be in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from tests.bench.board import statements_of
from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.databases import ON_SQLITE, Databases, demo
from tracker.clock import clock_of
from tracker.db.engine import make_engine, reading
from tracker.domain.calendar import local_date
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.programme.rows import Programme
from tracker.domain.states import STATES, CycleStatus, Goal, State
from tracker.queries import figures, home
from tracker.queries.home import Overview

ZONE = ZoneInfo("Europe/Stockholm")
NOW = day(75)  # Friday 14 April, in cycle 2
SIDU = ("EXT", "LAB", "LLA", "MBI", "MTE")
CLOSED, RUNNING = CycleStatus.CLOSED, CycleStatus.RUNNING


def overview_of(engine: Engine, now: datetime = NOW, own: tuple[str, ...] = ()) -> Overview:
    with reading(engine) as session:
        return home.overview(session, own=own, language="en", now=now, today=local_date(now, ZONE), zone=ZONE)


def pace(seen: Overview) -> SheetRow:
    assert seen.pace is not None
    return seen.pace


@pytest.fixture(scope="module")
def demo_overview(sqlite_databases: Databases) -> Iterator[Overview]:
    with sqlite_databases.fresh(demo) as url:
        engine = make_engine(url)
        with reading(engine) as session:
            now = clock_of(session).now()
        yield overview_of(engine, now, SIDU)
        engine.dispose()


def test_the_demo_has_17_done_against_21_by_the_same_working_day(demo_overview: Overview) -> None:
    promise = {each.goal: (each.promised, len(each.kept), each.passed, each.then) for each in demo_overview.promise}
    assert promise == {Goal.TEST: (50, 17, 17, 21), Goal.VALIDATION: (21, 0, 14, 29), Goal.DESIGN: (31, 5, 16, 35)}
    assert [each.goal for each in demo_overview.promise] == [Goal.TEST, Goal.VALIDATION, Goal.DESIGN]


def test_the_demo_s_whole_is_137_of_242_and_the_rest_by_state(demo_overview: Overview) -> None:
    assert [demo_overview.states[state] for state in reversed(STATES)] == [137, 24, 27, 21, 33]
    assert demo_overview.workflows == 242
    assert (demo_overview.following and demo_overview.following.cycle, demo_overview.planned) == (6, 18)


def test_problems_go_by_what_is_lacking_then_by_blocked_days_then_by_staleness(demo_overview: Overview) -> None:
    problems = demo_overview.problems
    assert [each.rank for each in problems] == sorted(each.rank for each in problems)
    assert [(each.code, len(each.lacks), each.promised) for each in problems][:3] == [
        ("LKM", 6, 8),
        ("PAT", 6, 7),
        ("DRS", 6, 6),
    ]
    assert sum(len(each.lacks) for each in problems) == 102 - 22


def test_each_of_a_problem_s_facts_breaks_the_tie_of_those_before_it(engine: Engine) -> None:
    def flow(code: str) -> Flow:
        return Flow(f"{code}-001", workstream=code).in_cycle(2)

    programme = a_programme(
        flow("LAB").to(State.DONE, day(60)),
        Flow("LAB-002", workstream="LAB").in_cycle(2).to(State.DESIGN, day(60)),
        flow("LKM").to(State.DESIGN, day(74)),
        flow("RTG").to(State.DESIGN, day(74)).held(1, day(74)),
        Flow("RTG-002", workstream="RTG").in_cycle(2).to(State.DESIGN, day(74)),
    )
    load(engine, programme)
    found = overview_of(engine).problems
    assert [(each.code, len(each.lacks), bool(each.blocked), each.stale_days) for each in found] == [
        ("RTG", 2, True, 0),
        ("LAB", 1, False, 15),
        ("LKM", 1, False, 0),
    ]


def test_what_was_added_is_nothing_that_was_promised(engine: Engine) -> None:
    added = Flow("LKM-002").in_cycle(2, Goal.DESIGN, at=day(60))
    load(engine, a_programme(Flow("LKM-001").in_cycle(2, Goal.DESIGN).to(State.VALIDATION, day(60)), added))
    seen = overview_of(engine)
    assert [(each.goal, each.promised, list(each.kept)) for each in seen.promise if each.promised] == [
        (Goal.DESIGN, 1, ["LKM-001"])
    ]
    assert not any(each.lacks for each in seen.problems)


def test_a_lead_s_own_part_is_part_of_the_whole(demo_overview: Overview) -> None:
    own = demo_overview.own
    assert own is not None
    assert list(own.workstreams) == list(SIDU)
    assert {key.split("-")[0] for key in [*own.members, *demo_overview.stale]} <= set(SIDU)
    assert sorted(key.split("-")[0] for key in own.done) == ["MBI", "MTE"]
    streams = {row.id: row.workstreams for row in demo_overview.blockers}
    assert own.blockers
    assert all(not set(SIDU).isdisjoint(streams[blocker]) for blocker in own.blockers)


def test_own_workflows_wait_that_nobody_changed_or_checked_for_a_week(engine: Engine) -> None:
    load(
        engine,
        a_programme(
            Flow("LAB-001", workstream="LAB").in_cycle(2).to(State.DESIGN, day(66)),
            Flow("LAB-002", workstream="LAB").in_cycle(2).to(State.DONE, day(67)),
            Flow("LAB-003", workstream="LAB").in_cycle(2).to(State.DESIGN, day(60)).checked(day(69)),
            Flow("LKM-001").in_cycle(2).to(State.DESIGN, day(60)),
            Flow("LAB-004", workstream="LAB").to(State.DESIGN, day(51)),
        ),
    )
    assert list(overview_of(engine, own=("LAB",)).stale) == ["LAB-001"]
    assert list(overview_of(engine).stale) == ["LAB-001", "LKM-001"]


def test_a_cycle_that_has_not_begun_has_a_promise_and_no_figures(engine: Engine) -> None:
    cycles = [a_cycle(1, CLOSED), a_cycle(2, RUNNING)]
    flows = [Flow().in_cycle(2, Goal.DESIGN), Flow("LKM-002").in_cycle(1, Goal.TEST)]
    load(engine, a_programme(*flows, cycles=cycles))
    seen = overview_of(engine, day(48))
    assert (seen.is_under_way, seen.pace, seen.review) == (False, None, None)
    assert [(each.goal, each.promised, each.passed) for each in seen.promise if each.promised] == [
        (Goal.DESIGN, 1, None)
    ]
    assert [(each.code, list(each.lacks)) for each in seen.problems] == [("LKM", ["LKM-002"])], "of the last cycle"


def test_past_its_last_day_a_cycle_is_compared_with_the_whole_of_the_previous(engine: Engine) -> None:
    load(
        engine,
        a_programme(Flow().in_cycle(1).to(State.DONE, day(49)), cycles=[a_cycle(1, CLOSED), a_cycle(2, RUNNING)]),
    )
    seen = overview_of(engine, day(105))
    assert home.compared_with(pace(seen)) == "previous"
    assert [each.then for each in seen.promise] == [1, 1, 1]
    assert home.compared_with(pace(overview_of(engine))) == "same_day"


def test_a_shorter_previous_cycle_is_compared_whole(engine: Engine) -> None:
    short = replace(a_cycle(1, CLOSED), ends_on=date(2023, 2, 12))
    load(engine, a_programme(Flow().in_cycle(1).to(State.DONE, day(13)), cycles=[short, a_cycle(2, RUNNING)]))
    assert [each.then for each in overview_of(engine).promise] == [1, 1, 1]


def test_a_gap_in_the_numbers_leaves_nothing_to_compare_with(engine: Engine) -> None:
    load(engine, a_programme(Flow().in_cycle(2), cycles=[a_cycle(2, RUNNING)]))
    assert [each.then for each in overview_of(engine).promise] == [None, None, None]


def test_the_end_of_the_last_cycle_stays_until_the_next_has_seven_working_days_behind_it(engine: Engine) -> None:
    load(engine, a_programme(Flow(), cycles=[a_cycle(1, CLOSED), a_cycle(2, RUNNING)]))
    shown = {number: overview_of(engine, day(number)).is_ending_shown for number in (48, 50, 56, 58, 59, 75)}
    assert shown == {48: True, 50: True, 56: True, 58: True, 59: False, 75: False}


def test_between_cycles_the_last_and_the_next_are_known(engine: Engine) -> None:
    load(engine, a_programme(Flow(), cycles=[a_cycle(1, CLOSED), a_cycle(2), a_cycle(3)]))
    seen = overview_of(engine)
    assert (seen.running, seen.latest and seen.latest.cycle, seen.following and seen.following.cycle) == (None, 1, 2)
    assert seen.is_ending_shown


def test_a_programme_without_anything_is_seen_too(engine: Engine) -> None:
    load(engine, Programme([], [], [], [], [], [], [], [], [], []))
    seen = overview_of(engine)
    assert (seen.running, seen.latest, seen.following, seen.workflows) == (None, None, None, 0)
    assert not [*seen.blockers, *seen.problems, *seen.promise]
    assert not seen.is_ending_shown


def test_its_figures_are_those_of_the_summary(engine: Engine) -> None:
    load(engine, a_programme())
    with reading(engine) as session:
        row = figures.cycle_summary(session, NOW)[-2]
    seen = overview_of(engine)
    assert [each.passed for each in seen.promise] == [row.tested, row.validated, row.designed]
    assert sum(each.promised for each in seen.promise) == row.committed
    assert sum(each.blocked for each in seen.problems) == row.blocked_days


@ON_SQLITE
@pytest.mark.parametrize("workflows", [2, 60])
def test_statements_do_not_grow_with_the_workflows(engine: Engine, workflows: int) -> None:
    flows = [
        Flow(f"LKM-{number:03}").in_cycle(2).held(1, day(60)).to(State.DESIGN, NOW - timedelta(hours=1))
        for number in range(1, workflows + 1)
    ]
    load(engine, a_programme(*flows))
    assert len(statements_of(engine, lambda: overview_of(engine))) == STATEMENTS


# The instant, what figures come from, the blockers, the updates, and the review.
STATEMENTS = 1 + 7 + 4 + 1 + 8
