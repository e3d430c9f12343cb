"""Planning a draft: in, out and other goals; one word takes it back; the page's sums are what the commit counts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.bench.board import statements_of
from tests.builders import PROJECTS, Flow, a_cycle, a_programme, day, load
from tests.databases import Databases
from tests.db import reviewing
from tests.db.acting import (
    ARCHIVED,
    BACKLOG,
    DONE,
    DRAFTED,
    FREE,
    MET,
    NOW,
    OTHERS,
    RUNNING,
    a_small_programme,
    acting,
    findings,
    lead,
    of_workflow,
    planner,
    prepared,
    stands,
    stranger,
    traces,
    viewer,
)
from tests.db.reviewing import CLOSE
from tracker.commands import planning, reviews
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import open_entry
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import scope
from tracker.commands.workflows.moves import StaleError
from tracker.db import models
from tracker.db.engine import reading, transaction
from tracker.domain.calendar import local_date
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.figures.readings import Basis
from tracker.domain.people import Actor
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State
from tracker.queries import figures
from tracker.queries import planning as plans
from tracker.queries.board import cards as board
from tracker.queries.planning import Part, Plan

DRAFT = 3


@pytest.fixture
def programme(databases: Databases) -> Iterator[Engine]:
    engine = databases.restored(prepared)
    yield engine
    assert findings(engine) == []


@pytest.fixture
def review(databases: Databases) -> Iterator[Engine]:
    """A programme whose running cycle has members of every kind."""
    engine = databases.restored(reviewing.prepared)
    yield engine
    assert findings(engine) == []


def the_plan(engine: Engine, number: int = DRAFT) -> Plan:
    with reading(engine) as session:
        return planned(session, number)


def planned(session: Session, number: int = DRAFT) -> Plan:
    cycle = plans.cycle_of(session, number)
    assert cycle is not None
    today = local_date(NOW, figures.history(session).zone)  # type: ignore[union-attr]
    frame = board.frame(session, language="sv", today=today)
    found = plans.plan(session, cycle, frame, language="sv", now=CLOSE, today=today)
    assert found is not None
    return found


def keys(part: Part) -> tuple[list[str], list[str]]:
    return [item.card.key for item in part.backlog], [item.card.key for item in part.members]


def version(engine: Engine, key: str) -> int:
    return stands(engine, key).version


def plan(
    engine: Engine,
    *wanted: str,
    goal: Goal | None = None,
    actor: Actor | None = None,
    out: bool = False,
    cycle: int = DRAFT,
    stale: str = "",
) -> tuple[int, BatchResult]:
    """Plans these under one entry, and gives the entry's id with what came of it."""
    seen = {key: version(engine, key) - (key == stale) if key != "XXX-1" else 1 for key in wanted}
    with transaction(engine) as session:
        entry = open_entry(session, actor or lead(engine), planning.COMMAND, NOW)

        def do(key: str) -> bool:
            if out:
                return planning.take_out(session, entry, key, cycle, version=seen[key])
            return planning.take_in(session, entry, key, cycle, goal, version=seen[key])

        return entry.id, batch_results.each(wanted, do)


def undo_entry(engine: Engine, entry_id: int, actor: Actor | None = None) -> BatchResult:
    with acting(engine, actor) as (session, entry):
        return undo_entries.undo(session, entry, entry_id)


def membership(engine: Engine, key: str) -> tuple[int | None, Goal | None]:
    row = stands(engine, key)
    return row.cycle_number, row.goal


def causes(outcome: BatchResult) -> dict[str, type[TrackerError]]:
    return {left.key: type(left.error) for left in outcome.left}


# --- the commands


def test_what_can_be_planned_is_and_the_rest_is_left_with_its_cause(programme: Engine) -> None:
    _, outcome = plan(programme, BACKLOG, FREE, MET, DRAFTED, DONE, ARCHIVED, RUNNING, OTHERS, "XXX-1")
    assert (outcome.done, outcome.unchanged) == ((BACKLOG, FREE, MET), (DRAFTED,))
    assert causes(outcome) == {
        DONE: ConflictError,
        ARCHIVED: ConflictError,
        RUNNING: ConflictError,
        OTHERS: NotAllowedError,
        "XXX-1": NotFoundError,
    }
    assert [membership(programme, key) for key in (BACKLOG, FREE, MET)] == [
        (DRAFT, Goal.DESIGN),
        (DRAFT, Goal.DESIGN),
        (DRAFT, Goal.VALIDATION),
    ]
    rows = of_workflow(programme, models.ScopeChange, BACKLOG)
    assert [(row.kind, row.reason) for row in rows] == [(ScopeKind.PLANNED, "")]


def test_one_goal_for_all_changes_members_too(programme: Engine) -> None:
    _, outcome = plan(programme, BACKLOG, DRAFTED, goal=Goal.TEST)
    assert outcome.done == (BACKLOG, DRAFTED)
    assert membership(programme, BACKLOG) == membership(programme, DRAFTED) == (DRAFT, Goal.TEST)
    before = traces(programme)
    assert plan(programme, BACKLOG, DRAFTED, goal=Goal.TEST)[1].unchanged == (BACKLOG, DRAFTED)
    assert traces(programme) == before


def test_a_goal_that_is_past_is_refused(programme: Engine) -> None:
    _, outcome = plan(programme, MET, goal=Goal.DESIGN)
    assert causes(outcome) == {MET: InvalidError}


def test_out_is_back_to_the_backlog(programme: Engine) -> None:
    _, outcome = plan(programme, DRAFTED, BACKLOG, RUNNING, out=True)
    assert (outcome.done, outcome.unchanged, outcome.left) == ((DRAFTED,), (BACKLOG, RUNNING), ())
    assert membership(programme, DRAFTED) == (None, None)
    assert membership(programme, RUNNING) == (2, Goal.TEST)


def test_what_changed_in_the_meantime_is_left_and_what_is_so_already_is_calm(programme: Engine) -> None:
    assert causes(plan(programme, BACKLOG, stale=BACKLOG)[1]) == {BACKLOG: StaleError}
    assert causes(plan(programme, DRAFTED, out=True, stale=DRAFTED)[1]) == {DRAFTED: StaleError}
    assert plan(programme, DRAFTED, goal=Goal.DESIGN, stale=DRAFTED)[1].unchanged == (DRAFTED,)


@pytest.mark.parametrize("number", [1, 2, 99, 10**19])
def test_only_a_draft_is_planned(programme: Engine, number: int) -> None:
    before = traces(programme)
    for out in (False, True):
        _, outcome = plan(programme, FREE, out=out, cycle=number, actor=planner(programme))
        assert causes(outcome) == {FREE: ConflictError if number < 3 else NotFoundError}
    assert traces(programme) == before


def test_who_does_not_lead_the_workstream_plans_nothing_there(programme: Engine) -> None:
    for actor in viewer(programme), stranger(programme):
        assert causes(plan(programme, BACKLOG, actor=actor)[1]) == {BACKLOG: NotAllowedError}
        assert causes(plan(programme, DRAFTED, actor=actor, out=True)[1]) == {DRAFTED: NotAllowedError}
    assert plan(programme, BACKLOG, OTHERS, actor=planner(programme))[1].done == (BACKLOG, OTHERS)


# --- taking it back


def test_one_word_takes_a_batch_back(programme: Engine) -> None:
    before = {key: membership(programme, key) for key in (BACKLOG, FREE, DRAFTED)}
    batch, outcome = plan(programme, *before, goal=Goal.TEST)
    assert outcome.done == tuple(before)
    taken = undo_entry(programme, batch)
    assert (set(taken.done), taken.left) == (set(before), ())
    assert {key: membership(programme, key) for key in before} == before
    written = traces(programme)
    assert set(undo_entry(programme, batch).unchanged) == set(before)
    assert traces(programme) == written


def test_taken_out_is_taken_back_in_with_its_goal(programme: Engine) -> None:
    batch, _ = plan(programme, DRAFTED, out=True)
    assert undo_entry(programme, batch).done == (DRAFTED,)
    assert membership(programme, DRAFTED) == (DRAFT, Goal.DESIGN)


def test_what_was_planned_anew_since_is_left(programme: Engine) -> None:
    batch, _ = plan(programme, BACKLOG, FREE)
    plan(programme, BACKLOG, goal=Goal.TEST, actor=planner(programme))
    outcome = undo_entry(programme, batch)
    assert (outcome.done, causes(outcome)) == ((FREE,), {BACKLOG: ConflictError})
    assert membership(programme, BACKLOG) == (DRAFT, Goal.TEST)


def test_what_is_committed_is_not_taken_back(review: Engine) -> None:
    batch, _ = plan(review, "RTG-002", actor=planner(review))
    reviewing.decide_all(review)
    reviewing.close(review)
    reviewing.commit(review, DRAFT)
    assert causes(undo_entry(review, batch, planner(review))) == {"RTG-002": ConflictError}
    assert membership(review, "RTG-002") == (DRAFT, Goal.DESIGN)


def test_a_change_of_cycle_on_a_workflows_own_page_is_not_taken_back_this_way(programme: Engine) -> None:
    with acting(programme) as (session, entry):
        scope.leave(session, entry, DRAFTED, version=stands(programme, DRAFTED).version)
        one = entry.id
    assert causes(undo_entry(programme, one)) == {DRAFTED: ConflictError}


# --- the page's read


def test_both_sides_stand_by_workstream(programme: Engine) -> None:
    found = the_plan(programme)
    assert keys(found.parts["LAB"]) == ([BACKLOG, MET, "LAB-002", FREE], [DRAFTED])
    assert keys(found.parts["RTG"]) == ([OTHERS], [])
    assert found.parts["LKM"].is_quiet
    lab = found.parts["LAB"]
    assert (lab.open_blockers, [(each.state, each.count, each.limit) for each in lab.under_way]) == (
        1,
        [(State.DESIGN, 2, 3), (State.VALIDATION, 1, 3), (State.TEST, 1, 5)],
    )
    assert ([each.number for each in found.references], found.running, found.is_next) == ([1], 2, True)


def test_what_was_finished_is_what_the_summaries_say(review: Engine) -> None:
    found = the_plan(review)
    with reading(review) as session:
        rows = figures.workstream_summary(session, CLOSE)
    expected = {
        row.workstream or "": (row.tested, row.met) for row in rows if row.cycle == 1 and row.basis is Basis.AS_NOW
    }
    got = {code: (part.finished[0].done, part.finished[0].met) for code, part in found.parts.items()}
    assert got | {"": (found.finished[0].done, found.finished[0].met)} == expected


def test_what_the_review_sends_on_is_told_apart_by_what_is_decided(review: Engine) -> None:
    lab = the_plan(review).parts["LAB"]
    assert (sum(lab.promise.decided.values()), sum(lab.promise.by_default.values())) == (0, 4)
    reviewing.propose(review, reviewing.UNMET, reviewing.carry())
    reviewing.propose(review, reviewing.BLOCKED, reviewing.give_back())
    lab = the_plan(review).parts["LAB"]
    assert (sum(lab.promise.decided.values()), sum(lab.promise.by_default.values())) == (1, 2)


def test_a_later_draft_is_told_that_the_running_cycle_goes_elsewhere(review: Engine) -> None:
    with acting(review, planner(review)) as (session, _):
        last = session.get_one(models.Cycle, DRAFT)
        session.add(
            models.Cycle(
                number=4,
                starts_on=last.ends_on.replace(year=2024),
                ends_on=last.ends_on.replace(year=2024),
                status=CycleStatus.DRAFT,
            )
        )
    found = the_plan(review, 4)
    assert (found.is_next, found.total(found.parts).promise.carried) == (False, 0)


def test_the_sums_are_what_the_commit_counts(review: Engine) -> None:
    plan(review, "RTG-002", goal=Goal.TEST, actor=planner(review))
    reviewing.decide_all(review)
    with acting(review, planner(review), CLOSE) as (session, entry):
        for code in ("LAB", "RTG", "LKM"):
            reviews.accept(session, entry, 2, code)
    before = the_plan(review)
    promise = before.total(before.parts).promise
    assert promise.carried > 0
    reviewing.close(review)
    reviewing.commit(review, DRAFT)
    with reading(review) as session:
        rows = {
            row.workstream or "": row
            for row in figures.workstream_summary(session, day(99))
            if row.cycle == DRAFT and row.basis is Basis.AS_NOW
        }
    for code, kept in {"": promise, **{code: part.promise for code, part in before.parts.items()}}.items():
        row = rows[code]
        assert (row.committed, row.committed_design, row.committed_validation, row.committed_test) == (
            kept.total,
            *(kept.by_goal[goal] for goal in Goal),
        )


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_comes_a_third_time_is_told_before_the_close_and_after_it(engine: Engine, is_closed: bool) -> None:
    def carried(key: str, times: int) -> Flow:
        last = 4 if is_closed else 3
        flow = Flow(key).in_cycle(last - times)
        for number in range(last - times, last):
            flow.scoped(number, number + 1, Goal.TEST, ScopeKind.CARRIED, day(49 * number - 2, 14))
        return flow

    closed, running = CycleStatus.CLOSED, CycleStatus.RUNNING
    cycles_ = [a_cycle(1, closed), a_cycle(2, closed), a_cycle(3, closed if is_closed else running), a_cycle(4)]
    flows = [carried("LKM-001", 3 if is_closed else 2), carried("LKM-002", 2 if is_closed else 1)]
    load(engine, a_programme(*flows, cycles=cycles_))
    assert the_plan(engine, 4).parts["LKM"].again == ["LKM-001"]


def test_who_is_not_ready_is_told_where_there_is_something_to_prepare(review: Engine) -> None:
    with acting(review, planner(review), CLOSE) as (session, entry):
        reviews.mark_ready(session, entry, 2, "RTG")
    assert {code: part.is_ready for code, part in the_plan(review).parts.items()} == {
        "LAB": False,
        "LKM": True,
        "RTG": True,
    }


def test_who_has_not_joined_counts_in_no_sum(engine: Engine) -> None:
    small = a_small_programme()
    late = [replace(row, first_cycle=4) if row.code == "SIDU" else row for row in PROJECTS]
    load(engine, replace(small, projects=late))
    found = the_plan(engine)
    assert found.parts["LAB"].counts_from == 4
    assert found.total(found.parts).promise.total == 0
    assert found.finished[0].done == 0


def test_the_statements_are_as_many_as_ever(programme: Engine) -> None:
    the_plan(programme)  # what is kept is read at first, and then followed
    plan(programme, FREE, actor=planner(programme))  # one that others take part in: two more are read
    few = len(statements_of(programme, lambda: the_plan(programme)))
    plan(programme, BACKLOG, OTHERS, actor=planner(programme))
    assert len(statements_of(programme, lambda: the_plan(programme))) <= few
