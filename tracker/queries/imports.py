"""The imports that there have been, for the page on which they begin."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from tracker.db.models import Actor, Entry, FieldChange, StateChange

COMMAND = "import_workflows"
_LATEST = 5


@dataclass(frozen=True, slots=True)
class Import:
    """Who imported when, how many workflows it created, and how many others it changed."""

    entry_id: int
    actor: str
    recorded_at: datetime
    created: int
    changed: int


def latest(session: Session, actor_id: int | None) -> list[Import]:
    """The latest imports, newest first; of one actor, or all. Three statements."""
    statement = (
        select(col(Entry.id), col(Actor.name), col(Entry.recorded_at))
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .where(col(Entry.command) == COMMAND)
        .order_by(col(Entry.id).desc())
        .limit(_LATEST)
    )
    if actor_id is not None:
        statement = statement.where(col(Entry.actor_id) == actor_id)
    entries = session.execute(statement).all()
    ids = [row.id for row in entries]
    is_new = col(StateChange.from_state).is_(None)
    changes = session.execute(
        select(
            col(StateChange.entry_id),
            func.sum(case((is_new, 1), else_=0)).label("created"),
            func.sum(case((is_new, 0), else_=1)).label("moved"),
        )
        .where(col(StateChange.entry_id).in_(ids))
        .group_by(col(StateChange.entry_id))
    )
    created = {row.entry_id: (row.created, row.moved) for row in changes}
    moved = select(col(StateChange.workflow_id)).where(col(StateChange.entry_id) == col(FieldChange.entry_id))
    written = session.execute(
        select(col(FieldChange.entry_id), func.count(func.distinct(col(FieldChange.workflow_id))).label("n"))
        .where(col(FieldChange.entry_id).in_(ids), col(FieldChange.workflow_id).not_in(moved))
        .group_by(col(FieldChange.entry_id))
    )
    fields = {row.entry_id: row.n for row in written}
    return [
        Import(row.id, row.name, row.recorded_at, made, moved + fields.get(row.id, 0))
        for row in entries
        for made, moved in (created.get(row.id, (0, 0)),)
    ]
