"""Workflows that somebody has chosen, as a form about all of them needs to know them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db.columns import row_columns
from tracker.db.history import open_holds
from tracker.db.language import translated
from tracker.db.models import Blocker, BlockerEvent, Workflow, WorkflowWorkstream
from tracker.domain.states import UNDER_WAY, State


@dataclass(frozen=True, slots=True)
class SelectedWorkflow:
    """A workflow among those chosen."""

    key: str
    state: State
    version: int
    owner: str
    priority: int | None


@dataclass(frozen=True, slots=True)
class Holding:
    """A blocker that holds some of them."""

    id: int
    title: str
    keys: tuple[str, ...]


def selected(session: Session, keys: Collection[str]) -> list[SelectedWorkflow]:
    """Those of the keys that there are and that are not archived, by key. One statement."""
    rows = session.execute(
        select(*row_columns(Workflow, SelectedWorkflow))
        .where(col(Workflow.key).in_(keys), col(Workflow.archived_at).is_(None))
        .order_by(col(Workflow.key))
    )
    return [SelectedWorkflow(*row) for row in rows]


def holdings(session: Session, keys: Collection[str], *, language: str) -> list[Holding]:
    """The blockers that hold any of them, the oldest first. One statement."""
    ids = select(col(Workflow.id)).where(col(Workflow.key).in_(keys))
    holds = open_holds(col(BlockerEvent.workflow_id).in_(ids))
    rows = session.execute(
        select(col(Blocker.id), translated(language, Blocker.title), col(Workflow.key))
        .join(holds, holds.c.blocker_id == col(Blocker.id))
        .join(Workflow, col(Workflow.id) == holds.c.workflow_id)
        .order_by(col(Blocker.id), col(Workflow.key))
    )
    found: dict[int, Holding] = {}
    for id_, title, key in rows:
        before = found.get(id_)
        found[id_] = Holding(id_, title, (*before.keys, key) if before else (key,))
    return list(found.values())


def under_way(session: Session, workstream: str, cycle: int | None) -> list[str]:
    """The keys of what the workstream owns in the cycle (without one: at all) that is begun and not done."""
    statement = (
        select(col(Workflow.key))
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .where(
            col(WorkflowWorkstream.workstream_code) == workstream,
            col(WorkflowWorkstream.is_owner),
            col(Workflow.archived_at).is_(None),
            col(Workflow.state).in_(UNDER_WAY),
        )
        .order_by(col(Workflow.key))
    )
    if cycle is not None:
        statement = statement.where(col(Workflow.cycle_number) == cycle)
    return list(session.scalars(statement))
