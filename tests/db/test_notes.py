"""Notes on workflows and blockers, and the word that nothing has changed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from tests.db.acting import (
    ARCHIVED,
    BACKLOG,
    BLOCKER,
    FREE,
    HELD,
    NOW,
    RESOLVED,
    acting,
    lead,
    planner,
    rows,
    shared_lead,
    stands,
    stranger,
    traces,
    viewer,
)
from tracker.commands import blockers, notes
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import Move
from tracker.db import models
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.people import Actor
from tracker.domain.states import Goal, State


def write(
    engine: Engine, text: str, *, key: str = "", blocker_id: int | None = None, actor: Actor | None = None
) -> None:
    with acting(engine, actor) as (session, entry):
        notes.write(session, entry, text, key=key, blocker_id=blocker_id)


def check(engine: Engine, key: str = FREE, *, actor: Actor | None = None, at: datetime = NOW) -> bool:
    with acting(engine, actor, at) as (session, entry):
        return notes.check(session, entry, key)


def test_a_note_is_kept_on_a_workflow_a_blocker_or_both(programme: Engine) -> None:
    version = stands(programme, HELD).version
    write(programme, " Två\r\nrader ", key=HELD)
    write(programme, "=SUM(A1)", blocker_id=BLOCKER)
    write(programme, "x" * 10_000, key=HELD, blocker_id=BLOCKER)
    kept = [(row.workflow_id, row.blocker_id, row.text) for row in rows(programme, models.Note)]
    number = stands(programme, HELD).id
    assert kept == [(number, None, "Två\nrader"), (None, BLOCKER, "=SUM(A1)"), (number, BLOCKER, "x" * 10_000)]
    assert stands(programme, HELD).version == version


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001, "a\0b", "a\ud800b"])
def test_a_note_says_something_that_can_be_kept(programme: Engine, text: str) -> None:
    before = traces(programme)
    with pytest.raises(InvalidError) as refusal:
        write(programme, text, key=FREE)
    assert refusal.value.field == "note"
    assert traces(programme) == before


def test_those_who_take_part_write_notes_and_nobody_on_the_archived(programme: Engine) -> None:
    write(programme, "Vi är med", key=FREE, actor=shared_lead(programme))
    write(programme, "Vi är med", blocker_id=BLOCKER, actor=shared_lead(programme))
    write(programme, "Det var vårt", blocker_id=RESOLVED, actor=stranger(programme))
    before = traces(programme)
    for actor in (stranger(programme), viewer(programme)):
        with pytest.raises(NotAllowedError, match="LAB, LKM"):
            write(programme, "Får jag?", key=FREE, actor=actor)
        with pytest.raises(NotAllowedError, match="LAB, LKM"):
            write(programme, "Får jag?", blocker_id=BLOCKER, actor=actor)
    with pytest.raises(ConflictError, match="archived"):
        write(programme, "För sent", key=ARCHIVED, actor=planner(programme))
    for about in ({"key": "XXX-001"}, {"blocker_id": 99}, {"blocker_id": 2**40}):
        with pytest.raises(NotFoundError):
            write(programme, "Om vad?", **about)
    with pytest.raises(NotFoundError):
        write(programme, "Om inget")
    assert traces(programme) == before


def test_nothing_changed_is_said_once_a_day(programme: Engine) -> None:
    assert check(programme)
    before = traces(programme)
    assert not check(programme, at=NOW + timedelta(hours=8))
    assert traces(programme) == before
    midnight = NOW.replace(hour=22)  # in Stockholm
    assert not check(programme, at=midnight - timedelta(seconds=1))
    assert check(programme, at=midnight)
    assert check(programme, BACKLOG)
    assert len(rows(programme, models.WorkflowCheck)) == 3


def _move(engine: Engine, entry: Entry, session: object) -> None:
    wanted = Move(State.TEST, stands(engine, FREE).version)
    moves.move(session, entry, FREE, wanted)  # type: ignore[arg-type]


CHANGES: dict[str, Callable[..., object]] = {
    "a move": _move,
    "a hold": lambda _, entry, session: blockers.hold(session, entry, BLOCKER, [FREE]),
    "a cycle": lambda engine, entry, session: scope.enter(
        session, entry, FREE, 3, Goal.TEST, version=stands(engine, FREE).version
    ),
    "a field": lambda _, entry, session: workflow_fields.own(session, entry, FREE, "Ny ägare"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_a_check_can_be_checked_again(programme: Engine, change: str) -> None:
    assert check(programme)
    with acting(programme) as (session, entry):
        CHANGES[change](programme, entry, session)
    assert check(programme)
    assert not check(programme)


def test_a_note_changes_nothing_that_was_checked(programme: Engine) -> None:
    check(programme)
    write(programme, "Allt är som förut", key=FREE)
    assert not check(programme)


def test_only_leads_of_the_owning_workstream_say_that_nothing_changed(programme: Engine) -> None:
    for actor in (shared_lead(programme), stranger(programme), viewer(programme)):
        with pytest.raises(NotAllowedError):
            check(programme, actor=actor)
    with pytest.raises(ConflictError, match="archived"):
        check(programme, ARCHIVED, actor=lead(programme))
    with pytest.raises(NotFoundError):
        check(programme, "XXX-001")
    assert rows(programme, models.WorkflowCheck) == []
