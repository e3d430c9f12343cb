"""What histories come to as of an instant, folded as they stream by: the derived columns of workflows."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlmodel import Session, col

from tracker.db.models import BlockerEvent, Note, ScopeChange, StateChange, WorkflowCheck
from tracker.domain.programme.replay import Membership, Stand, stand
from tracker.domain.states import HoldEvent, ScopeKind

_ROWS_AT_ONCE = 1_000
AnySelect = Select[*tuple[Any, ...]]
HistoryTable = type[StateChange | ScopeChange | BlockerEvent | Note | WorkflowCheck]
HISTORY: tuple[HistoryTable, ...] = (StateChange, ScopeChange, BlockerEvent, Note, WorkflowCheck)


def newest_recorded_at(session: Session) -> datetime | None:
    """The day that ages go by when none is told: an export depends on the history alone, never on when it is made."""
    newest = (session.execute(select(func.max(col(table.recorded_at)))).scalar_one() for table in HISTORY)
    return max((instant for instant in newest if instant is not None), default=None)


def stands(session: Session, as_of: datetime | None) -> dict[int, Stand]:
    """By workflow: its state, since when, and since when it is worked on."""
    taken_back = select(col(StateChange.voids)).where(
        col(StateChange.voids).is_not(None), recorded_by(StateChange, as_of)
    )
    standing = (
        select(col(StateChange.workflow_id), col(StateChange.to_state), col(StateChange.happened_at))
        .where(
            col(StateChange.voids).is_(None), col(StateChange.id).not_in(taken_back), recorded_by(StateChange, as_of)
        )
        .order_by(col(StateChange.workflow_id), col(StateChange.happened_at), col(StateChange.id))
    )
    found = {}
    for workflow, changes in groupby(streamed(session, standing), key=itemgetter(0)):
        now = stand([(state, happened_at) for _, state, happened_at in changes])
        if now is not None:
            found[workflow] = now
    return found


def memberships(session: Session, as_of: datetime | None) -> dict[int, Membership]:
    """By workflow: the cycle it is in, with which goal; none for one that was never in any."""
    known = (
        select(col(ScopeChange.workflow_id), col(ScopeChange.to_cycle), col(ScopeChange.goal), col(ScopeChange.kind))
        .where(recorded_by(ScopeChange, as_of))
        .order_by(col(ScopeChange.workflow_id), col(ScopeChange.happened_at), col(ScopeChange.id))
    )
    found: dict[int, Membership] = {}
    for workflow, cycle, goal, kind in streamed(session, known):
        times_carried = found.get(workflow, Membership()).times_carried + (kind is ScopeKind.CARRIED)
        found[workflow] = Membership(cycle, goal, times_carried)
    return found


def held(session: Session, as_of: datetime | None) -> set[int]:
    """The workflows that a blocker holds."""
    known = (
        select(col(BlockerEvent.workflow_id), col(BlockerEvent.blocker_id), col(BlockerEvent.event))
        .where(recorded_by(BlockerEvent, as_of))
        .order_by(col(BlockerEvent.happened_at), col(BlockerEvent.id))
    )
    last = {(workflow, blocker): event for workflow, blocker, event in streamed(session, known)}
    return {workflow for (workflow, _), event in last.items() if event is HoldEvent.HELD}


def recorded_by(table: HistoryTable, as_of: datetime | None) -> ColumnElement[bool]:
    """Rows of the table known at the instant; all without one."""
    return true() if as_of is None else col(table.recorded_at) <= as_of


def streamed(session: Session, columns: AnySelect) -> Iterator[Any]:
    """The rows of a statement, a few at a time from the server; whoever leaves before the end closes it first."""
    with closing(session.execute(columns, execution_options={"yield_per": _ROWS_AT_ONCE})) as rows:
        yield from rows
