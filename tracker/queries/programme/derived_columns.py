"""The derived columns of workflows: what histories come to as of an instant, folded as they stream by, or what the
database keeps of them as things stand.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tracker.db.columns import AnyColumn, AnyRow, as_driven, instant_reader
from tracker.db.models import BlockerEvent, Note, PartEvent, ScopeChange, StateChange, Workflow, WorkflowCheck
from tracker.domain.programme.replay import Membership, Stand, stand
from tracker.domain.states import UNDER_WAY, Goal, HoldEvent, PartEventKind, ScopeKind, State

_ROWS_AT_ONCE = 1_000
AnySelect = Select[*tuple[Any, ...]]
HistoryTable = type[StateChange | ScopeChange | BlockerEvent | PartEvent | Note | WorkflowCheck]
HISTORY: tuple[HistoryTable, ...] = (StateChange, ScopeChange, BlockerEvent, PartEvent, Note, WorkflowCheck)
# What tells where a workflow stands, by its id and the columns of its row that are named beside; none: not created yet.
Derived = tuple[Callable[..., tuple[Stand | None, Membership]], tuple[AnyColumn, ...]]
_STATES, _GOALS = {state.value: state for state in State}, {goal.value: goal for goal in Goal}


def newest_recorded_at(session: Session) -> datetime | None:
    """The day that ages go by when none is told: an export depends on the history alone, never on when it is made."""
    newest = (session.execute(select(func.max(col(table.recorded_at)))).scalar_one() for table in HISTORY)
    return max((instant for instant in newest if instant is not None), default=None)


def kept(session: Session) -> Derived:
    """As things stand, from the workflows' own rows. How often each was carried over is no column of theirs and is
    counted; a history in which one went back to not started is replayed.
    """
    connection, instant = session.connection(), instant_reader(session)
    each = col(ScopeChange.workflow_id) + 0  # a scan: in the order of its index SQLite would look up row by row
    carried = select(each, func.count()).where(col(ScopeChange.kind) == ScopeKind.CARRIED).group_by(each)
    times: dict[int, int] = dict(connection.execute(carried).all())
    back = col(StateChange.to_state) == State.NOT_STARTED, col(StateChange.from_state).is_not(None)
    went_back = set(connection.execute(select(col(StateChange.workflow_id)).where(*back)).scalars())
    anew = stands(session, None, col(StateChange.workflow_id).in_(went_back)) if went_back else {}

    def read(workflow: int, *kept: AnyRow) -> tuple[Stand, Membership]:
        state, since, goal, cycle, begun_at = kept
        now = anew.get(workflow) or Stand(_STATES[state], instant(since), instant(begun_at) if begun_at else None)
        return now, Membership(cycle, _GOALS.get(goal), times.get(workflow, 0))

    own = *map(as_driven, (Workflow.state, Workflow.state_since, Workflow.goal)), col(Workflow.cycle_number)
    return read, (*own, _begun_at())


def replayed(session: Session, as_of: datetime | None) -> Derived:
    """From the histories, as they were known at the instant."""
    stood, members, nothing = stands(session, as_of), memberships(session, as_of), Membership()
    return lambda workflow: (stood.get(workflow), members.get(workflow, nothing)), ()


def _begun_at() -> ColumnElement[Any]:
    """The first change to a later state that was not taken back, of a workflow under way."""
    change, void = aliased(StateChange), aliased(StateChange)
    first = (
        select(as_driven(change.happened_at))
        .where(
            col(change.workflow_id) == col(Workflow.id),
            col(Workflow.state).in_(UNDER_WAY),
            col(change.to_state) != State.NOT_STARTED,
            ~select(col(void.id)).where(col(void.voids) == col(change.id)).exists(),
        )
        .order_by(col(change.happened_at), col(change.id))
        .limit(1)
        .correlate(Workflow)
    )
    return first.scalar_subquery()


def stands(session: Session, as_of: datetime | None, *where: ColumnElement[bool]) -> dict[int, Stand]:
    """By workflow: its state, since when, and since when it is worked on."""
    taken_back = select(col(StateChange.voids)).where(
        col(StateChange.voids).is_not(None), recorded_by(StateChange, as_of)
    )
    standing = (
        select(col(StateChange.workflow_id), col(StateChange.to_state), col(StateChange.happened_at))
        .where(
            col(StateChange.voids).is_(None),
            col(StateChange.id).not_in(taken_back),
            recorded_by(StateChange, as_of),
            *where,
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


def others(session: Session, as_of: datetime | None) -> dict[int, list[str]]:
    """By workflow, the workstreams that took part beside the owning one, in order."""
    known = (
        select(col(PartEvent.workflow_id), col(PartEvent.workstream_code), col(PartEvent.event))
        .where(col(PartEvent.stage).is_(None), recorded_by(PartEvent, as_of))
        .order_by(col(PartEvent.happened_at), col(PartEvent.id))
    )
    last = {(workflow, code): event for workflow, code, event in streamed(session, known)}
    found: dict[int, list[str]] = defaultdict(list)
    for (workflow, code), event in sorted(last.items()):
        if event is PartEventKind.JOINED:
            found[workflow].append(code)
    return found


def recorded_by(table: HistoryTable, as_of: datetime | None) -> ColumnElement[bool]:
    """Rows of the table known at the instant; all without one."""
    return true() if as_of is None else col(table.recorded_at) <= as_of


def streamed(session: Session, columns: AnySelect) -> Iterator[Any]:
    """The rows of a statement, a few at a time from the server; whoever leaves before the end closes it first."""
    with closing(session.execute(columns, execution_options={"yield_per": _ROWS_AT_ONCE})) as rows:
        yield from rows
