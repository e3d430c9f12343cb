"""Taking an import back: what it created is archived, as nothing is ever deleted, unless something newer touched it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union_all, update
from sqlmodel import Session, col

from tracker.commands.entries import Entry
from tracker.commands.outcomes import Left, Outcome
from tracker.db import models
from tracker.db.models import (
    Actor,
    BlockerEvent,
    FieldChange,
    Note,
    Proposal,
    ScopeChange,
    StateChange,
    Workflow,
    WorkflowCheck,
    WorkflowWorkstream,
)
from tracker.domain.cells import instant_text
from tracker.domain.errors import N_, ConflictError, NotAllowedError
from tracker.domain.people import require_lead

_A_PIECE = 500
_TOUCHING: tuple[Any, ...] = (StateChange, ScopeChange, BlockerEvent, Note, WorkflowCheck, FieldChange, Proposal)


def put_away_created(session: Session, entry: Entry, entry_id: int) -> Outcome:
    """Archives what the entry created and nobody has touched since. The same few statements for any number."""
    created = (
        select(col(StateChange.workflow_id))
        .where(col(StateChange.entry_id) == entry_id, col(StateChange.from_state).is_(None))
        .where(col(StateChange.to_state).is_not(None))
    )
    rows = session.execute(
        select(col(Workflow.id), col(Workflow.key), col(Workflow.archived_at), col(WorkflowWorkstream.workstream_code))
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .where(col(Workflow.id).in_(created), col(WorkflowWorkstream.is_owner))
        .order_by(col(Workflow.key))
    ).all()
    touched = _touched_since(session, created, entry_id)
    done: list[tuple[int, str]] = []
    unchanged: list[str] = []
    left: list[Left] = []
    for row in rows:
        try:
            if row.archived_at is not None:
                unchanged.append(row.key)
                continue
            require_lead(entry.actor, row.workstream_code)
            if row.id in touched:
                actor, at = touched[row.id]
                raise ConflictError(
                    N_("%(key)s has been used since it was imported, and stays: %(actor)s, %(at)s."),
                    key=row.key, actor=actor, at=at,
                )  # fmt: skip
            done.append((row.id, row.key))
        except (ConflictError, NotAllowedError) as error:
            left.append(Left(row.key, error))
    _put_away(session, entry, [number for number, _ in done])
    return Outcome(tuple(key for _, key in done), tuple(unchanged), tuple(left))


def _touched_since(session: Session, created: Any, entry_id: int) -> dict[int, tuple[str, datetime]]:  # noqa: ANN401 - a select
    """Who touched each of them last, after the entry, and when."""
    rows = union_all(
        *(
            select(table.workflow_id.label("workflow_id"), table.entry_id.label("entry_id")).where(
                table.workflow_id.in_(created), table.entry_id > entry_id
            )
            for table in _TOUCHING
        )
    ).subquery()
    last = (
        select(rows.c.workflow_id, func.max(rows.c.entry_id).label("entry_id")).group_by(rows.c.workflow_id).subquery()
    )
    found = session.execute(
        select(last.c.workflow_id, col(Actor.name), col(models.Entry.recorded_at))
        .join(models.Entry, col(models.Entry.id) == last.c.entry_id)
        .join(Actor, col(Actor.id) == col(models.Entry.actor_id))
    )
    return {number: (actor, at) for number, actor, at in found}


def _put_away(session: Session, entry: Entry, ids: list[int]) -> None:
    at = instant_text(entry.recorded_at)
    for start in range(0, len(ids), _A_PIECE):
        piece = ids[start : start + _A_PIECE]
        entry.add_all(FieldChange, [
            {"workflow_id": number, "blocker_id": None, "account_id": None, "field": "archived_at", "before": "",
             "after": at, "entry_id": entry.id}
            for number in piece
        ])  # fmt: skip
        session.execute(update(Workflow).where(col(Workflow.id).in_(piece)).values(archived_at=entry.recorded_at))
