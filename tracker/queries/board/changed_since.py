"""What has been written since a revision of the programme: which workflows, and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, false, select, union_all
from sqlmodel import Session, col

from tracker.db.models import (
    Actor,
    BlockerEvent,
    Entry,
    FieldChange,
    Note,
    ScopeChange,
    StateChange,
    Workflow,
    WorkflowCheck,
)

# Commands that prepare a review (what they write is overwritten and withdrawn) or a report: shown with no workflow.
REVIEWING = frozenset({"propose", "withdraw_proposal", "accept_proposals", "mark_ready"})
REPORTING = frozenset({"write_report", "publish_report", "reopen_report"})


@dataclass(frozen=True, slots=True)
class ChangedWorkflow:
    """A workflow that was written to, who did it last, and by which commands it was."""

    key: str
    actor_id: int
    actor: str
    commands: frozenset[str] = frozenset()


def changed_since(session: Session, revision: int) -> list[ChangedWorkflow] | None:
    """The workflows written to after the revision, by key. None when something else was written too, such as a
    cycle or a blocker's title, which any number of workflows may show. One statement.
    """
    rows = session.connection().execute(_written(), {"revision": revision}).all()
    if any(
        key is None and not is_elsewhere and command not in REVIEWING | REPORTING
        for _, _, command, key, is_elsewhere in rows
    ):
        return None
    changed: dict[str, ChangedWorkflow] = {}
    for actor_id, actor, command, key, _ in rows:
        if key is not None:
            earlier = changed[key].commands if key in changed else frozenset()
            changed[key] = ChangedWorkflow(key, actor_id, actor, earlier | {command})
    return [changed[key] for key in sorted(changed)]


def is_only_reviewed(session: Session, revision: int) -> bool:
    """Whether all that was written after the revision prepares a review or a report, which no board shows. One
    statement.
    """
    commands = set(session.execute(select(col(Entry.command)).where(col(Entry.id) > revision).distinct()).scalars())
    return bool(commands) and commands <= REVIEWING | REPORTING


@cache
def _written() -> Select[*tuple[Any, ...]]:
    """By entry: the actor, the command, the workflow's key, and whether what was written is shown with no workflow."""
    rows = union_all(*_rows()).subquery()
    return (
        select(col(Entry.actor_id), col(Actor.name), col(Entry.command), col(Workflow.key), rows.c.is_elsewhere)
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .join(rows, rows.c.entry_id == col(Entry.id), isouter=True)
        .join(Workflow, col(Workflow.id) == rows.c.workflow_id, isouter=True)
        .where(col(Entry.id) > bindparam("revision", type_=Integer))
        .order_by(col(Entry.id))
    )


def _rows() -> Iterable[Select[*tuple[Any, ...]]]:
    for table in (StateChange, ScopeChange, BlockerEvent, WorkflowCheck, Note, FieldChange):
        history: Any = table
        yield select(
            col(history.entry_id).label("entry_id"),
            col(history.workflow_id).label("workflow_id"),
            _IS_ELSEWHERE.get(table, false()).label("is_elsewhere"),
        ).where(col(history.entry_id) > bindparam("revision", type_=Integer))


_IS_ELSEWHERE: dict[type, ColumnElement[Any]] = {
    Note: col(Note.workflow_id).is_(None),
    FieldChange: col(FieldChange.account_id).is_not(None),
}
