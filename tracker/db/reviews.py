"""What a cycle's review is about, read for commands and queries alike: four statements, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from tracker.db import models
from tracker.db.history import open_holds, written
from tracker.db.language import both
from tracker.db.models import Actor, Blocker, BlockerEvent, Cycle, Entry, ScopeChange, Workflow, WorkflowWorkstream
from tracker.domain.reviews import Member, OpenBlocker, Proposal, Wish
from tracker.domain.states import CycleStatus, ScopeKind


def members(session: Session, cycle: int, *where: ColumnElement[bool]) -> list[Member]:
    """The workflows that are in the cycle, by key; `where` narrows them by columns of the workflow and its owner."""
    chosen = (col(WorkflowWorkstream.is_owner), col(Workflow.cycle_number) == cycle, *where)
    rows: Iterable[Any] = session.execute(
        select(
            col(Workflow.id),
            col(Workflow.key),
            *both(Workflow.name),
            col(WorkflowWorkstream.workstream_code),
            col(Workflow.state),
            col(Workflow.goal),
            col(Workflow.archived_at).is_not(None),
        )
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .where(*chosen)
        .order_by(col(Workflow.key))
    )
    inside = (
        select(col(Workflow.id))
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .where(*chosen)
        .scalar_subquery()
    )
    carried, blockers = _times_carried(session, inside), _blockers(session, inside)
    proposals = _proposals(session, cycle, inside)
    return [Member(*[*row, carried.get(row.id, 0), tuple(blockers[row.id]), proposals.get(row.id)]) for row in rows]


def next_draft(session: Session, cycle: int) -> int | None:
    """The number of the cycle that takes what goes on."""
    after = (col(Cycle.status) == CycleStatus.DRAFT, col(Cycle.number) > cycle)
    number: int | None = session.execute(select(func.min(col(Cycle.number))).where(*after)).scalar_one()
    return number


def _times_carried(session: Session, inside: ColumnElement[int]) -> dict[int, int]:
    rows = session.execute(
        select(col(ScopeChange.workflow_id), func.count())
        .where(col(ScopeChange.kind) == ScopeKind.CARRIED, col(ScopeChange.workflow_id).in_(inside))
        .group_by(col(ScopeChange.workflow_id))
    )
    return {workflow_id: times for workflow_id, times in rows}  # noqa: C416 - a row is no pair to the types


def _blockers(session: Session, inside: ColumnElement[int]) -> dict[int, list[OpenBlocker]]:
    holds = open_holds(col(BlockerEvent.workflow_id).in_(inside))
    rows = session.execute(
        select(holds.c.workflow_id, col(Blocker.id), *both(Blocker.title), col(Blocker.category), holds.c.since)
        .join(holds, holds.c.blocker_id == col(Blocker.id))
        .order_by(holds.c.since, col(Blocker.id))
    )
    found: dict[int, list[OpenBlocker]] = defaultdict(list)
    for workflow_id, *blocker in rows:
        found[workflow_id].append(OpenBlocker(*blocker))
    return found


def _proposals(session: Session, cycle: int, inside: ColumnElement[int]) -> dict[int, Proposal]:
    rows = session.execute(
        written(models.Proposal, models.Proposal, Actor.name, Entry.recorded_at).where(
            col(models.Proposal.cycle_number) == cycle, col(models.Proposal.workflow_id).in_(inside)
        )
    )
    return {
        row.workflow_id: Proposal(Wish(row.kind, row.goal, row.reason, row.note), row.entry_id, actor, at)
        for row, actor, at in rows
    }
