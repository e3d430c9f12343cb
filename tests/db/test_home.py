"""The running cycle at a glance: the demo's figures as its table has them, and each state a programme can be in."""

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
from tracker.domain.states import CycleStatus, Goal, State
from tracker.queries import figures, home
from tracker.queries.home import Overview, Standing

ZONE = ZoneInfo("Europe/Stockholm")
NOW = day(75)  # Friday 14 April, in cycle 2
SIDU = ("EXT", "LAB", "LLA", "MBI", "MTE")


def overview_of(engine: Engine, now: datetime = NOW, own: tuple[str, ...] = ()) -> Overview:
    with reading(engine) as session:
        return home.overview(session, own=own, language="en", now=now, today=local_date(now, ZONE), zone=ZONE)


def standing(seen: Overview) -> Standing:
    assert seen.standing is not None
    return seen.standing


@pytest.fixture(scope="module")
def demo_glance(sqlite_databases: Databases) -> Iterator[Overview]:
    with sqlite_databases.fresh(demo) as url:
        engine = make_engine(url)
        with reading(engine) as session:
            now = clock_of(session).now()
        yield overview_of(engine, now, SIDU)
        engine.dispose()


def test_the_demo_has_17_done_against_21_by_the_same_working_day(demo_glance: Overview) -> None:
    here = standing(demo_glance)
    assert (here.reading.working_days_so_far, here.reading.working_days) == (18, 32)
    assert here.items is not None
    assert [len(keys) for keys in (here.items.designed, here.items.validated, here.items.tested)] == [16, 14, 17]
    assert here.previous is not None
    assert (here.previous.number, here.previous.through) == (4, date(2023, 2, 22))
    assert (len(here.previous.so_far.tested), len(here.previous.whole.tested)) == (21, 59)


def test_the_curves_end_where_the_figures_do(demo_glance: Overview) -> None:
    here = standing(demo_glance)
    assert here.previous is not None
    assert (len(here.tested_by_day), here.tested_by_day[-1]) == (18, 17)
    assert (len(here.previous.tested_by_day), here.previous.tested_by_day[-1]) == (35, 59)
    assert here.previous.tested_by_day[17] == 21
    assert list(here.previous.tested_by_day) == sorted(here.previous.tested_by_day)


def test_the_demo_s_scope_is_what_its_summary_says(demo_glance: Overview) -> None:
    items = standing(demo_glance).items
    assert items is not None
    goals = list(items.committed.values())
    assert [goals.count(goal) for goal in (Goal.TEST, Goal.VALIDATION, Goal.DESIGN)] == [50, 21, 31]
    members = standing(demo_glance).members
    assert (sum(map(len, members.values())), len(members[State.DONE])) == (102, 17)
    assert demo_glance.following is not None
    assert (demo_glance.following.cycle, demo_glance.planned[6]) == (6, {Goal.DESIGN: 18})
    assert demo_glance.workflows == 242


def test_the_demo_s_blockers_and_moves(demo_glance: Overview) -> None:
    assert [row.days for row in demo_glance.blockers][:3] == [60, 60, 39]
    assert (len(demo_glance.blockers), sum(row.days > 28 for row in demo_glance.blockers)) == (21, 8)
    assert demo_glance.since == date(2023, 4, 13)
    # One was taken back, and is no move; the one made instead happened a week before.
    assert [(move.key, move.is_late) for move in demo_glance.moves] == [
        ("RAP-003", False),
        ("PAT-020", False),
        ("IVA-007", False),
        ("REH-004", False),
        ("REH-002", False),
        ("OPE-010", True),
    ]
    assert not any(move.is_back for move in demo_glance.moves)


def test_a_lead_s_own_part_is_part_of_the_whole(demo_glance: Overview) -> None:
    own = demo_glance.own
    assert own is not None
    assert list(own.workstreams) == list(SIDU)
    assert {key.split("-")[0] for key in own.members} <= set(SIDU)
    assert sorted(key.split("-")[0] for key in own.done) == ["MBI", "MTE"]
    streams = {row.id: row.workstreams for row in demo_glance.blockers}
    assert own.blockers
    assert all(not set(SIDU).isdisjoint(streams[blocker]) for blocker in own.blockers)


def test_the_working_day_before_a_monday_is_the_friday(engine: Engine) -> None:
    load(engine, a_programme())
    assert overview_of(engine, day(78)).since == date(2023, 4, 14)


def test_streams_whose_members_nobody_changed_or_checked_for_a_week_are_told(engine: Engine) -> None:
    load(
        engine,
        a_programme(
            Flow("LAB-001", workstream="LAB").in_cycle(2).to(State.DESIGN, day(66)),
            Flow("LAB-002", workstream="LAB").in_cycle(2).to(State.DONE, day(67)),
            Flow("LKM-001").in_cycle(2).to(State.DESIGN, day(60)).checked(day(69)),
            Flow("RTG-001", workstream="RTG").in_cycle(2).to(State.DONE, day(51)),
            Flow("RTG-002", workstream="RTG").to(State.DESIGN, day(51)),
        ),
    )
    stale = standing(overview_of(engine)).stale
    assert [(each.code, each.open, each.updated_on, each.days) for each in stale] == [
        ("LAB", 1, date(2023, 4, 6), 8),
    ]


def test_a_cycle_that_has_not_begun_has_no_figures(engine: Engine) -> None:
    cycles = [a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)]
    load(engine, a_programme(Flow().in_cycle(2, Goal.DESIGN), cycles=cycles))
    seen = overview_of(engine, day(48))
    assert (standing(seen).items, standing(seen).previous, seen.planned[2]) == (None, None, {Goal.DESIGN: 1})


def test_past_its_last_day_a_cycle_is_still_compared_on_the_same_working_day(engine: Engine) -> None:
    cycles = [a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)]
    load(engine, a_programme(Flow().in_cycle(1).to(State.DONE, day(40)), cycles=cycles))
    here = standing(overview_of(engine, day(105)))
    assert here.reading.working_days_so_far == here.reading.working_days == 32
    assert here.previous is not None
    assert (here.previous.through, len(here.previous.so_far.tested)) == (date(2023, 3, 14), 1)


def test_a_shorter_previous_cycle_is_compared_whole(engine: Engine) -> None:
    short = replace(a_cycle(1, CycleStatus.CLOSED), ends_on=date(2023, 2, 12))
    cycles = [short, a_cycle(2, CycleStatus.RUNNING)]
    load(engine, a_programme(Flow().in_cycle(1).to(State.DONE, day(13)), cycles=cycles))
    here = standing(overview_of(engine))
    assert here.previous is not None
    assert (here.previous.through, len(here.previous.so_far.tested)) == (date(2023, 2, 12), 1)
    assert len(here.previous.tested_by_day) == 10


def test_a_gap_in_the_numbers_leaves_nothing_to_compare_with(engine: Engine) -> None:
    load(engine, a_programme(Flow().in_cycle(2), cycles=[a_cycle(2, CycleStatus.RUNNING)]))
    assert standing(overview_of(engine)).previous is None


def test_between_cycles_the_last_and_the_next_are_known(engine: Engine) -> None:
    load(engine, a_programme(Flow(), cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2), a_cycle(3)]))
    seen = overview_of(engine)
    assert (seen.standing, seen.latest and seen.latest.cycle, seen.following and seen.following.cycle) == (None, 1, 2)


def test_a_programme_without_anything_is_seen_too(engine: Engine) -> None:
    seen = overview_of(engine)
    assert (seen.standing, seen.latest, seen.following, seen.workflows) == (None, None, None, 0)
    assert not seen.blockers
    assert not seen.moves


def test_its_figures_are_those_of_the_summary(engine: Engine) -> None:
    load(engine, a_programme())
    with reading(engine) as session:
        row = figures.cycle_summary(session, NOW)[-2]
    items = standing(overview_of(engine)).items
    assert items is not None
    assert (len(items.tested), len(items.committed), len(items.met)) == (row.tested, row.committed, row.met)


@ON_SQLITE
@pytest.mark.parametrize("workflows", [2, 60])
def test_statements_do_not_grow_with_the_workflows(engine: Engine, workflows: int) -> None:
    flows = [
        Flow(f"LKM-{number:03}").in_cycle(2).held(1, day(60)).to(State.DESIGN, NOW - timedelta(hours=1))
        for number in range(1, workflows + 1)
    ]
    load(engine, a_programme(*flows))
    assert len(statements_of(engine, lambda: overview_of(engine))) == STATEMENTS


# As the statement counts have it, less who looks.
STATEMENTS = 1 + 6 + 4 + 4
