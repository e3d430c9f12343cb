"""Moving workflows and taking moves back. History row and cached state are written together, here only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, String, bindparam, func, select, update
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import parts
from tracker.commands.workflows.parts import WithoutPartsError
from tracker.db.columns import AnyRow, columns, row_columns
from tracker.db.history import open_holds
from tracker.db.models import Blocker, BlockerEvent, Cycle, StateChange, Workflow, WorkflowWorkstream, Workstream
from tracker.domain import history
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.people import Actor
from tracker.domain.permissions import require_workstream_lead
from tracker.domain.states import CycleStatus, State

# What every move reads and writes, built once: building a statement costs as much as running it.
_IS_OF_KEY = col(Workflow.key) == bindparam("key", type_=String), col(WorkflowWorkstream.is_owner)
_BY_KEY = select(Workflow, col(WorkflowWorkstream.workstream_code)).join(WorkflowWorkstream).where(*_IS_OF_KEY)
_TO_MOVE: Select[*tuple[Any, ...]] = (
    select(
        *columns(Workflow, ("id", "key", "archived_at", "state", "state_since", "version")),
        col(WorkflowWorkstream.workstream_code).label("owner"),
    )
    .join(WorkflowWorkstream)
    .where(*_IS_OF_KEY)
)
_MOVED = update(Workflow).where(col(Workflow.id) == bindparam("moved", type_=Integer))
_STREAMS = (
    select(col(WorkflowWorkstream.workstream_code), col(WorkflowWorkstream.is_owner))
    .where(col(WorkflowWorkstream.workflow_id) == bindparam("workflow_id", type_=Integer))
    .order_by(col(WorkflowWorkstream.workstream_code))
)
_CHANGES: Select[*tuple[Any, ...]] = (
    select(*row_columns(StateChange, history.Change))
    .where(col(StateChange.workflow_id) == bindparam("workflow_id", type_=Integer))
    .order_by(col(StateChange.id))
)


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody wants: a state, from the version of the workflow that they saw."""

    to: State
    version: int
    happened_on: date | None = None
    reason: str = ""
    note: str = ""
    without_parts: str = ""  # why it is done although others' parts are open


class StaleError(ConflictError):
    """The workflow has changed since it was seen; carries how it stands now."""

    def __init__(self, workflow: Workflow) -> None:
        super().__init__(N_("%(key)s was changed by somebody else in the meantime."), key=workflow.key)
        self.key = workflow.key


class BlockedError(ConflictError):
    """A blocker holds the workflow, so it cannot become done."""

    field = "to"


class Moved(NamedTuple):
    """How a workflow stands after a move."""

    state: State
    state_since: datetime
    version: int


def move(session: Session, entry: Entry, key: str, to: Move) -> Moved:
    """Moves the workflow; tells how it stands then. Moving it to where it is writes nothing.

    Raises NotFoundError, NotAllowedError, StaleError, BlockedError, or InvalidError naming the field, for open parts of
    others WithoutPartsError.
    """
    session.flush()  # what this transaction has changed of it is read too
    connection = session.connection()
    workflow: AnyRow = connection.execute(_TO_MOVE, {"key": key}).one_or_none()
    _refuse_missing(key, workflow)
    require_workstream_lead(entry.actor, workflow.owner)
    if to.to is workflow.state:
        return Moved(workflow.state, workflow.state_since, workflow.version)
    refuse_stale(workflow, to.version)
    refuse_unexplained(workflow.state, to.to, to.reason)
    open_parts: Sequence[parts.OpenPart] = ()
    if to.to is State.DONE:
        refuse_while_held(session, workflow)
        open_parts = parts.open_parts(session, workflow.id, workflow.owner)
        if open_parts and not to.without_parts:
            raise WithoutPartsError(key, open_parts)
    at = happened_at(session, entry, to.happened_on, previous=workflow.state_since)
    change = {"workflow_id": workflow.id, "from_state": workflow.state, "to_state": to.to, "happened_at": at}
    entry.add_all(StateChange, [{**change, "reason": to.reason, "note": to.note}])
    if open_parts:
        parts.waive(session, entry, workflow.id, open_parts, at=at, note=to.without_parts)
    moved = Moved(to.to, at, workflow.version + 1)
    connection.execute(_MOVED, {"moved": workflow.id, **moved._asdict()})
    loaded = session.identity_map.get(identity_key(Workflow, workflow.id))
    if loaded is not None:
        session.expire(loaded)
    return moved


def undo(session: Session, entry: Entry, key: str, *, version: int, note: str = "") -> history.Change:
    """Takes back the workflow's latest standing change and gives it; the creation cannot be taken back.

    Raises NotFoundError, NotAllowedError, StaleError, BlockedError or ConflictError.
    """
    workflow, _ = the_led_workflow(session, entry, key)
    refuse_stale(workflow, version)
    changes = standing_changes(session, workflow)
    refuse_void(session, entry, workflow, changes)
    return void(session, entry, workflow, changes, note=note)


def refuse_void(
    session: Session,
    entry: Entry,
    workflow: Workflow,
    changes: Sequence[history.Change],
    *,
    released: Collection[int] = (),
) -> None:
    """Refuses to take back the latest of the standing changes where the rules do; `released` blockers do not count."""
    if len(changes) == 1:
        raise ConflictError(N_("The creation of %(key)s cannot be taken back."), key=workflow.key)
    if changes[-2].to_state is State.DONE:
        refuse_while_held(session, workflow, released=released)
    closed = Limits(_latest_close(session), None)
    if closed.is_before_a_close(changes[-1].happened_at) and not entry.actor.is_planner:
        raise before_a_close()


def before_a_close() -> NotAllowedError:
    """The refusal to take back what is in the figures of a close."""
    return NotAllowedError(N_("This happened before a cycle was closed: only planners can take it back."))


def void(
    session: Session, entry: Entry, workflow: Workflow, changes: Sequence[history.Change], *, note: str
) -> history.Change:
    """Takes back the latest of the standing changes, with the parts that were waived for it, and gives it, without
    asking whether it may be.
    """
    left, taken = changes[-2:]
    entry.add(
        StateChange(
            workflow_id=id_of(workflow),
            happened_at=entry.recorded_at,
            recorded_at=entry.recorded_at,
            entry_id=entry.id,
            note=note,
            voids=taken.id,
        )
    )
    assert left.to_state is not None
    workflow.state, workflow.state_since = left.to_state, left.happened_at
    workflow.version += 1
    if taken.to_state is State.DONE:
        parts.unwaive(session, entry, id_of(workflow), taken.id, note=note)
    return taken


def the_workflow(session: Session, key: str) -> tuple[Workflow, str]:
    """The workflow with that key, for writing, and the code of the workstream that owns it.

    Raises NotFoundError, and ConflictError for an archived one.
    """
    row: AnyRow = session.execute(_BY_KEY, {"key": key}).one_or_none()
    _refuse_missing(key, row and row[0])
    return row[0], row[1]


def _refuse_missing(key: str, workflow: AnyRow) -> None:
    if workflow is None:
        raise NotFoundError(N_("There is no workflow %(key)s."), key=key)
    if workflow.archived_at is not None:
        raise archived(key)


def the_led_workflow(session: Session, entry: Entry, key: str) -> tuple[Workflow, str]:
    """The same for one that the actor leads, or else NotAllowedError."""
    workflow, owner = the_workflow(session, key)
    require_workstream_lead(entry.actor, owner)
    return workflow, owner


def archived_stream(code: str) -> ConflictError:
    """Nothing begins in it any more."""
    return ConflictError(
        N_("The workstream %(code)s is archived. Planners take it into use again."), field="workstream", code=code
    )


def refuse_archived_stream(session: Session, code: str) -> None:
    """Refuses what would begin anew in a workstream that is put away, or is none."""
    stream = session.get(Workstream, code)
    if stream is None:
        raise InvalidError(N_("There is no workstream %(code)s."), field="workstream", code=code)
    if stream.archived_at is not None:
        raise archived_stream(code)


def refuse_stale(workflow: Workflow, version: int) -> None:
    """Raises StaleError for a version that is not the workflow's any more."""
    if version != workflow.version:
        raise StaleError(workflow)


def archived(key: str) -> ConflictError:
    """The refusal to change what has been put away for good."""
    return ConflictError(N_("%(key)s is archived and cannot be changed."), key=key)


def standing_changes(session: Session, workflow: Workflow) -> list[history.Change]:
    """The workflow's changes in the database that have not been taken back, oldest first; never empty."""
    rows = session.connection().execute(_CHANGES, {"workflow_id": workflow.id})
    return history.standing(history.Change(*row) for row in rows)


def earliest_day(running_since: date | None, *, today: date, backdate_days: int) -> date:
    """The first day that a lead may date a move: of the running cycle, or `backdate_days` back if that is longer."""
    limit = today - timedelta(days=backdate_days)
    return limit if running_since is None else min(limit, running_since)


def id_of(workflow: Workflow) -> int:
    """The id, which every workflow in the database has."""
    assert workflow.id is not None
    return workflow.id


def streams_of(session: Session, workflow: Workflow) -> tuple[str, list[str]]:
    """The code of the workstream that owns it, and the codes of the others that take part, in order."""
    codes = session.execute(_STREAMS, {"workflow_id": workflow.id}).all()
    owner = next(code for code, is_owner in codes if is_owner)
    return owner, [code for code, is_owner in codes if not is_owner]


def refuse_while_held(session: Session, workflow: Workflow, *, released: Collection[int] = ()) -> None:
    """Raises BlockedError naming a blocker that holds it; `released` ones do not count."""
    holds = open_holds(col(BlockerEvent.workflow_id) == workflow.id, col(BlockerEvent.blocker_id).not_in(released))
    title = session.scalars(select(col(Blocker.title)).join(holds, holds.c.blocker_id == col(Blocker.id))).first()
    if title is not None:
        raise blocked(workflow.key, title)


def blocked(key: str, title: str) -> BlockedError:
    """The refusal to call done what a blocker holds."""
    return BlockedError(N_("%(key)s cannot be done while a blocker holds it: %(title)s."), key=key, title=title)


def refuse_unexplained(state: State, to: State, reason: str) -> None:
    """Refuses a move back for which no reason is given."""
    if to.is_before(state) and not reason:
        raise InvalidError(N_("Choose why it moves back."), field="reason")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a chosen date is measured by: the latest close, and since when a cycle has been running."""

    latest_close: datetime | None
    running_since: date | None

    def is_before_a_close(self, happened_at: datetime) -> bool:
        """Whether a cycle was closed then or later: what happened is in the figures of a close."""
        return self.latest_close is not None and happened_at <= self.latest_close

    def refuse_too_early(self, happened_at: datetime, when: "When | Entry") -> None:
        """Refuses a date that somebody chose, when it is further back than they may go."""
        if when.actor.is_planner:
            return
        if self.is_before_a_close(happened_at):
            raise NotAllowedError(
                N_("This happened before a cycle was closed: only planners can enter it."), field="happened_on"
            )
        today = local_date(when.recorded_at, when.zone)
        earliest = earliest_day(self.running_since, today=today, backdate_days=when.backdate_days)
        if local_date(happened_at, when.zone) < earliest:
            raise InvalidError(
                N_("Choose a date from %(day)s on. Only planners enter earlier ones."),
                field="happened_on",
                day=earliest,
            )


@dataclass(frozen=True, slots=True)
class When:
    """Who would enter something and when, and how far back leads may date it, where there is no entry yet."""

    actor: Actor
    recorded_at: datetime
    zone: ZoneInfo
    backdate_days: int


def limits(session: Session) -> Limits:
    """What chosen dates are measured by as things stand. Two statements."""
    running = select(col(Cycle.starts_on)).where(col(Cycle.status) == CycleStatus.RUNNING)
    return Limits(_latest_close(session), session.scalars(running).first())


def happened_at(session: Session, entry: Entry, on: date | None, *, previous: datetime) -> datetime:
    """The instant meant by a date that somebody chose, after the previous one; now without a date. Refused when it is
    further back than they may go.
    """
    at = history.happened_at(on, previous=previous, now=entry.recorded_at, zone=entry.zone)
    if on is not None and not entry.actor.is_planner:
        limits(session).refuse_too_early(at, entry)
    return at


def _latest_close(session: Session) -> datetime | None:
    return session.scalars(select(func.max(col(Cycle.closed_at)))).one()
