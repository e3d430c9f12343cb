"""Closing a cycle: what becomes of each member, the figures that are kept, and that it is done once and whole."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from tests.builders import a_cycle, load
from tests.databases import Databases
from tests.db import reviewing
from tests.db.acting import acting, findings, lead, of_workflow, planner, rows, stands, traces, viewer
from tests.db.cycles.test_cycles import commit, cycle
from tests.db.reviewing import (
    BLOCKED,
    CLOSE,
    FINISHED,
    LESSER,
    LONG_HELD,
    OTHERS,
    SHARED,
    TWICE,
    UNMET,
    UNMET_KEYS,
    a_programme_to_review,
    carry,
    close,
    decide_all,
    give_back,
    propose,
    seen,
)
from tracker.commands import blockers, cycles
from tracker.commands.cycles import ReviewChangedError, UndecidedError
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move, StaleError
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.errors import ConflictError, NotAllowedError, NotFoundError
from tracker.domain.people import Actor
from tracker.domain.programme.rows import Programme
from tracker.domain.states import CycleStatus, Goal, HoldEvent, ScopeKind, State
from tracker.queries import figures

LATER = CLOSE + timedelta(hours=1)


@pytest.fixture
def programme(databases: Databases) -> Iterator[Engine]:
    engine = databases.restored(reviewing.prepared)
    yield engine
    assert findings(engine) == []


def move(engine: Engine, key: str, to: State, *, actor: Actor | None = None, version: int | None = None) -> None:
    wanted = Move(to, stands(engine, key).version if version is None else version, reason="other")
    with acting(engine, actor, CLOSE) as (session, entry):
        moves.move(session, entry, key, wanted)


def last(engine: Engine, key: str) -> tuple[object, ...]:
    row = of_workflow(engine, models.ScopeChange, key)[-1]
    return row.from_cycle, row.to_cycle, row.goal, row.kind, row.reason, row.note


def kept(engine: Engine) -> dict[tuple[int, str], dict[str, str]]:
    with reading(engine) as session:
        found = session.exec(select(models.Reported).where(models.Reported.file == "workstream_summary"))
        return {(row.cycle_number, row.row_key): json.loads(row.cells) for row in found}


def test_a_close_writes_what_was_decided_for_each(programme: Engine) -> None:
    decide_all(programme)
    done = close(programme)
    assert (done.into, sorted(done.decisions), done.lapsed) == (3, [UNMET, TWICE, BLOCKED, LESSER, OTHERS], ())
    assert last(programme, UNMET) == (2, 3, Goal.TEST, ScopeKind.CARRIED, "capacity", "")
    assert last(programme, TWICE) == (2, None, None, ScopeKind.RETURNED, "scope", "Väntar på andra")
    assert last(programme, BLOCKED) == (2, None, None, ScopeKind.DROPPED, "decision", "Behövs inte längre")
    assert last(programme, LESSER) == (2, 3, Goal.VALIDATION, ScopeKind.PLANNED, "", "")
    assert last(programme, OTHERS) == (2, 3, Goal.DESIGN, ScopeKind.CARRIED, "capacity", "")
    assert len(of_workflow(programme, models.ScopeChange, FINISHED)) == 1
    assert stands(programme, FINISHED).cycle_number == 2
    assert [(stands(programme, key).cycle_number, stands(programme, key).goal) for key in (UNMET, TWICE, LESSER)] == [
        (3, Goal.TEST),
        (None, None),
        (3, Goal.VALIDATION),
    ]


def test_all_of_it_is_one_entry_at_the_instant_of_the_close(programme: Engine) -> None:
    decide_all(programme)
    entries = len(rows(programme, models.Entry))
    close(programme)
    assert len(rows(programme, models.Entry)) == entries + 1
    closed = cycle(programme, 2)
    assert (closed.status, closed.closed_at) == (CycleStatus.CLOSED, CLOSE + timedelta(microseconds=5))
    entry = rows(programme, models.Entry)[-1]
    assert entry.recorded_at == closed.closed_at
    written = [
        row
        for table in (models.ScopeChange, models.BlockerEvent)
        for row in rows(programme, table)
        if row.entry_id == entry.id
    ]
    assert len(written) == 5 + 2
    assert {(row.happened_at, row.recorded_at) for row in written} == {(closed.closed_at, closed.closed_at)}


def test_what_is_dropped_is_let_go_leaves_and_is_archived(programme: Engine) -> None:
    decide_all(programme)
    version = stands(programme, BLOCKED).version
    close(programme)
    dropped, closed_at = stands(programme, BLOCKED), cycle(programme, 2).closed_at
    assert (dropped.archived_at, dropped.cycle_number, dropped.version) == (closed_at, None, version + 3)
    events = of_workflow(programme, models.BlockerEvent, BLOCKED)[-2:]
    assert [(row.blocker_id, row.event, row.note) for row in events] == [
        (LONG_HELD, HoldEvent.RELEASED, "Behövs inte längre"),
        (SHARED, HoldEvent.RELEASED, "Behövs inte längre"),
    ]
    assert of_workflow(programme, models.FieldChange, BLOCKED)[-1].field == "archived_at"
    with reading(programme) as session:
        assert blockers.held_keys(session, SHARED) == ["RTG-002"]
        assert blockers.held_keys(session, LONG_HELD) == []


def test_what_was_reported_is_kept_with_the_close_and_adds_up(programme: Engine) -> None:
    decide_all(programme)
    close(programme)
    row = kept(programme)[2, ""]
    names = ("committed", "added", "removed", "met", "carried_out", "returned", "dropped")
    assert {name: row[name] for name in names} == {
        "committed": "6",
        "added": "0",
        "removed": "0",
        "met": "2",
        "carried_out": "2",
        "returned": "1",
        "dropped": "1",
    }
    assert (row["blockers_open"], row["status"]) == ("1", "closed")
    assert {cycle for cycle, _ in kept(programme)} == {1, 2}


def test_carried_work_is_committed_in_the_next_cycle_not_added(programme: Engine) -> None:
    decide_all(programme)
    close(programme)
    commit(programme, 3)
    third, second = cycle(programme, 3), cycle(programme, 2)
    assert third.committed_at is not None
    assert second.closed_at is not None
    assert third.committed_at > second.closed_at
    with reading(programme) as session:
        (row,) = [row for row in figures.cycle_summary(session, CLOSE + timedelta(days=9)) if row.cycle == 3]
    assert (row.committed, row.carried_in, row.added) == (4, 2, 0)


def test_a_close_waits_for_what_is_undecided(programme: Engine) -> None:
    propose(programme, UNMET, carry())
    before = traces(programme)
    with pytest.raises(UndecidedError) as refusal:
        close(programme)
    assert refusal.value.keys == (TWICE, BLOCKED, OTHERS)
    assert "3 workflows are undecided (LAB-002, LAB-003, RTG-001)" in str(refusal.value)
    assert traces(programme) == before
    assert cycle(programme, 2).status is CycleStatus.RUNNING


def test_what_met_a_lesser_goal_stays_unless_it_is_to_go_on(programme: Engine) -> None:
    for key in UNMET_KEYS:
        propose(programme, key, give_back())
    assert LESSER not in close(programme).decisions
    assert stands(programme, LESSER).cycle_number == 2


def test_a_proposal_for_what_is_met_before_the_close_lapses(programme: Engine) -> None:
    decide_all(programme)
    move(programme, UNMET, State.DONE)
    done = close(programme)
    assert (done.lapsed, UNMET in done.decisions) == ((UNMET,), False)
    assert stands(programme, UNMET).cycle_number == 2
    assert kept(programme)[2, ""]["met"] == "3"


def test_a_proposal_that_does_not_fit_any_more_is_no_decision(programme: Engine) -> None:
    """What fell back cannot go on; what is past the goal it was to be carried with needs a further one."""
    decide_all(programme)
    propose(programme, UNMET, carry(Goal.DESIGN))
    move(programme, LESSER, State.DESIGN)
    move(programme, UNMET, State.VALIDATION)
    with pytest.raises(UndecidedError) as refusal:
        close(programme)
    assert refusal.value.keys == (UNMET, LESSER)


def test_a_close_does_what_was_seen_or_nothing(programme: Engine) -> None:
    decide_all(programme)
    token = seen(programme)
    propose(programme, UNMET, give_back())
    with pytest.raises(ReviewChangedError):
        close(programme, saw=token)
    token = seen(programme)
    move(programme, OTHERS, State.DESIGN, actor=planner(programme))  # changes nothing of what the close does
    close(programme, saw=token)


def test_the_second_closer_is_told(programme: Engine) -> None:
    decide_all(programme)
    token = seen(programme)
    close(programme, saw=token)
    before = traces(programme)
    with pytest.raises(ConflictError, match="closed already"):
        close(programme, saw=token)
    assert traces(programme) == before


def test_only_planners_close_and_only_the_running_cycle(programme: Engine) -> None:
    decide_all(programme)
    before = traces(programme)
    for actor in (lead(programme), viewer(programme)):
        with pytest.raises(NotAllowedError):
            close(programme, actor=actor)
    with pytest.raises(ConflictError, match="Cycle 3 is not running"):
        close(programme, number=3)
    with pytest.raises(ConflictError, match="Cycle 1 is closed already"):
        close(programme, number=1)
    for number in (9, -1, 2**70):
        with pytest.raises(NotFoundError), acting(programme, planner(programme)) as (session, entry):
            cycles.close(session, entry, number, seen="")
    assert traces(programme) == before


def without_a_draft() -> Programme:
    programme = a_programme_to_review()
    scope = [row for row in programme.scope if row.to_cycle != 3]
    return replace(programme, cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)], scope=scope)


def test_what_goes_on_needs_a_next_cycle(engine: Engine) -> None:
    load(engine, without_a_draft())
    for key in UNMET_KEYS:
        propose(engine, key, give_back())
    propose(engine, UNMET, carry())
    with pytest.raises(ConflictError, match="no next cycle"):
        close(engine)
    propose(engine, UNMET, give_back())
    assert close(engine).into is None
    assert findings(engine) == []


def test_what_a_close_moved_on_is_stale_and_what_it_left_is_not(programme: Engine) -> None:
    decide_all(programme)
    versions = {key: stands(programme, key).version for key in (UNMET, FINISHED)}
    close(programme)
    with pytest.raises(StaleError):
        move(programme, UNMET, State.TEST, version=versions[UNMET])
    move(programme, FINISHED, State.TEST, version=versions[FINISHED])


def test_a_planners_correction_leaves_what_was_reported_and_moves_as_now(programme: Engine) -> None:
    for key in UNMET_KEYS:
        propose(programme, key, give_back())
    close(programme)
    before, day_of_work = kept(programme), CLOSE.date() - timedelta(days=1)
    correction = Move(State.DONE, stands(programme, UNMET).version, day_of_work)
    with pytest.raises(NotAllowedError), acting(programme, lead(programme), LATER) as (session, entry):
        moves.move(session, entry, UNMET, correction)
    with acting(programme, planner(programme), LATER) as (session, entry):
        moves.move(session, entry, UNMET, correction)
    assert kept(programme) == before
    with reading(programme) as session:
        as_reported, as_now = (
            row for row in figures.cycle_summary(session, LATER + timedelta(days=2)) if row.cycle == 2
        )
    assert (as_reported.tested, as_reported.met, as_reported.returned) == (1, 2, 4)
    assert (as_now.tested, as_now.met, as_now.returned) == (2, 3, 4)
