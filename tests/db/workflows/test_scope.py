"""Entering and leaving cycles: planned into drafts, added to and removed from the running one."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.db.acting import (
    ARCHIVED,
    BACKLOG,
    DONE,
    DRAFTED,
    FREE,
    HELD,
    MET,
    NOW,
    RUNNING,
    acting,
    of_workflow,
    planner,
    shared_lead,
    stands,
    traces,
    viewer,
)
from tracker.commands.workflows import scope
from tracker.commands.workflows.moves import StaleError
from tracker.db import models
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.people import Actor
from tracker.domain.states import Goal, ScopeKind

Act = Callable[..., None]


def enter(
    engine: Engine,
    key: str,
    cycle: int,
    goal: Goal = Goal.TEST,
    *,
    actor: Actor | None = None,
    version: int | None = None,
    **words: str,
) -> None:
    with acting(engine, actor) as (session, entry):
        seen = stands(engine, key).version if version is None else version
        scope.enter(session, entry, key, cycle, goal, version=seen, **words)


def leave(engine: Engine, key: str, *, actor: Actor | None = None, version: int | None = None, **words: str) -> None:
    with acting(engine, actor) as (session, entry):
        scope.leave(session, entry, key, version=stands(engine, key).version if version is None else version, **words)


def change_goal(
    engine: Engine,
    key: str,
    goal: Goal = Goal.TEST,
    *,
    actor: Actor | None = None,
    version: int | None = None,
    **words: str,
) -> None:
    with acting(engine, actor) as (session, entry):
        seen = stands(engine, key).version if version is None else version
        scope.change_goal(session, entry, key, goal, version=seen, **words)


def membership(engine: Engine, key: str) -> tuple[int | None, Goal | None]:
    row = stands(engine, key)
    return row.cycle_number, row.goal


def last(engine: Engine, key: str, count: int = 1) -> list[tuple[Any, ...]]:
    return [
        (row.from_cycle, row.to_cycle, row.goal, row.kind, row.reason, row.note)
        for row in of_workflow(engine, models.ScopeChange, key)[-count:]
    ]


def test_the_backlog_is_planned_into_a_draft_and_out_again(programme: Engine) -> None:
    version = stands(programme, BACKLOG).version
    enter(programme, BACKLOG, 3, Goal.VALIDATION, note="Ny utrustning")
    assert membership(programme, BACKLOG) == (3, Goal.VALIDATION)
    assert last(programme, BACKLOG) == [(None, 3, Goal.VALIDATION, ScopeKind.PLANNED, "", "Ny utrustning")]
    leave(programme, BACKLOG)
    assert membership(programme, BACKLOG) == (None, None)
    assert last(programme, BACKLOG) == [(3, None, None, ScopeKind.PLANNED, "", "")]
    assert stands(programme, BACKLOG).version == version + 2
    assert all(row.happened_at == row.recorded_at for row in of_workflow(programme, models.ScopeChange, BACKLOG))


def test_the_running_cycle_is_entered_and_left_with_a_reason(programme: Engine) -> None:
    for act in (enter, leave, change_goal):
        key, more = (BACKLOG, (2,)) if act is enter else (RUNNING, (Goal.DESIGN,) if act is change_goal else ())
        with pytest.raises(InvalidError, match="cycle 2 is running") as refusal:
            act(programme, key, *more, reason="  ")
        assert refusal.value.field == "reason"
    enter(programme, BACKLOG, 2, Goal.DESIGN, reason="urgent", note="Beslut i styrgruppen")
    assert last(programme, BACKLOG) == [(None, 2, Goal.DESIGN, ScopeKind.ADDED, "urgent", "Beslut i styrgruppen")]
    leave(programme, RUNNING, reason="capacity")
    assert last(programme, RUNNING) == [(2, None, None, ScopeKind.REMOVED, "capacity", "")]
    assert membership(programme, RUNNING) == (None, None)


def test_another_goal_in_the_running_cycle_is_leaving_and_entering_at_one_instant(programme: Engine) -> None:
    version = stands(programme, RUNNING).version
    change_goal(programme, RUNNING, Goal.VALIDATION, reason="capacity")
    assert membership(programme, RUNNING) == (2, Goal.VALIDATION)
    assert last(programme, RUNNING, 2) == [
        (2, None, None, ScopeKind.REMOVED, "capacity", ""),
        (None, 2, Goal.VALIDATION, ScopeKind.ADDED, "capacity", ""),
    ]
    removed, added = of_workflow(programme, models.ScopeChange, RUNNING)[-2:]
    assert (removed.happened_at, removed.entry_id) == (added.happened_at, added.entry_id) == (NOW, removed.entry_id)
    assert removed.id < added.id
    assert stands(programme, RUNNING).version == version + 2


def test_another_goal_in_a_draft_is_planned_out_and_in(programme: Engine) -> None:
    change_goal(programme, DRAFTED, Goal.TEST)
    assert last(programme, DRAFTED, 2) == [
        (3, None, None, ScopeKind.PLANNED, "", ""),
        (None, 3, Goal.TEST, ScopeKind.PLANNED, "", ""),
    ]


def test_what_met_its_goal_in_a_closed_cycle_goes_on_from_there(programme: Engine) -> None:
    with pytest.raises(ConflictError, match="Cycle 1 is closed"):
        leave(programme, MET)
    with pytest.raises(ConflictError, match="Cycle 1 is closed"):
        change_goal(programme, MET, Goal.TEST)
    enter(programme, MET, 3, Goal.TEST)
    assert last(programme, MET) == [(1, 3, Goal.TEST, ScopeKind.PLANNED, "", "")]


def test_what_is_so_already_writes_nothing_even_from_an_old_version(programme: Engine) -> None:
    before = traces(programme)
    enter(programme, RUNNING, 2, Goal.TEST, version=0)
    change_goal(programme, RUNNING, Goal.TEST, version=0)
    leave(programme, BACKLOG, version=99)
    assert traces(programme) == before


@pytest.mark.parametrize(
    ("key", "cycle", "words"),
    [
        (RUNNING, 3, "in cycle 2, which is running"),
        (RUNNING, 2, "Change its goal"),
        (DRAFTED, 2, "planned into cycle 3"),
        (DRAFTED, 3, "Change its goal"),
        (FREE, 1, "Cycle 1 is closed"),
        (DONE, 3, "is done"),
        (DONE, 2, "is done"),
        (ARCHIVED, 3, "archived"),
    ],
)
def test_what_cannot_enter_is_told_why(programme: Engine, key: str, cycle: int, words: str) -> None:
    before = traces(programme)
    with pytest.raises(ConflictError, match=words):
        enter(programme, key, cycle, Goal.VALIDATION, reason="urgent")
    assert traces(programme) == before


@pytest.mark.parametrize("cycle", [9, 0, -1, 2**31, 2**70])
def test_an_unknown_cycle_is_a_wrong_field(programme: Engine, cycle: int) -> None:
    with pytest.raises(InvalidError) as refusal:
        enter(programme, BACKLOG, cycle)
    assert refusal.value.field == "cycle"


def test_what_is_in_no_cycle_has_no_goal_to_change(programme: Engine) -> None:
    with pytest.raises(ConflictError, match="in no cycle"):
        change_goal(programme, BACKLOG)


def test_old_versions_and_long_texts_change_nothing(programme: Engine) -> None:
    before = traces(programme)
    acts: list[tuple[Act, str, tuple[Any, ...]]] = [
        (enter, BACKLOG, (2,)),
        (leave, RUNNING, ()),
        (change_goal, RUNNING, (Goal.DESIGN,)),
    ]
    for act, key, more in acts:
        with pytest.raises(StaleError):
            act(programme, key, *more, version=0, reason="r")
        for words, field in ({"reason": "x" * 201}, "reason"), ({"reason": "r", "note": "x" * 10_001}, "note"):
            with pytest.raises(InvalidError) as refusal:
                act(programme, key, *more, **words)
            assert refusal.value.field == field
    assert traces(programme) == before


def test_only_leads_of_the_owning_workstream_and_planners_plan(programme: Engine) -> None:
    before = traces(programme)
    refused: list[Actor] = [shared_lead(programme), viewer(programme)]
    for actor in refused:
        for act, key, more in (enter, HELD, (3,)), (leave, DRAFTED, ()), (change_goal, DRAFTED, (Goal.TEST,)):
            with pytest.raises(NotAllowedError):
                act(programme, key, *more, actor=actor)
    assert traces(programme) == before
    enter(programme, HELD, 3, actor=planner(programme))
    with pytest.raises(TrackerError, match="archived"):
        leave(programme, ARCHIVED, actor=planner(programme))
