"""Workflows enter and leave cycles. History row and cached membership are written together, here only."""

from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import id_of, refuse_archived_stream, refuse_stale, the_led_workflow
from tracker.db.models import Cycle, ScopeChange, Workflow
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State
from tracker.domain.texts import line, prose


def enter(
    session: Session, entry: Entry, key: str, cycle: int, goal: Goal, *, version: int, reason: str = "", note: str = ""
) -> None:
    """Makes the workflow a member: planned into a draft, or with a reason added to the running cycle.

    Raises NotFoundError, NotAllowedError, StaleError, ConflictError or InvalidError naming the field.
    """
    workflow, owner = the_led_workflow(session, entry, key)
    into = session.get(Cycle, cycle) if cycle <= LARGEST_ID else None
    if into is None:
        raise InvalidError(N_("There is no cycle %(cycle)s."), field="cycle", cycle=cycle)
    if (workflow.cycle_number, workflow.goal) == (cycle, goal):
        return
    refuse_stale(workflow, version)
    _refuse_closed(into)
    _refuse_member(session, workflow, into)
    _refuse_done(workflow)
    refuse_archived_stream(session, owner)
    reason, note = _words(into, reason, note)
    kind = ScopeKind.PLANNED if into.status is CycleStatus.DRAFT else ScopeKind.ADDED
    write_change(entry, workflow, (cycle, goal), kind, reason, note)


def leave(session: Session, entry: Entry, key: str, *, version: int, reason: str = "", note: str = "") -> None:
    """Takes the workflow back into the backlog: out of a draft, or with a reason out of the running cycle.

    One that is in no cycle stays as it is. Raises NotFoundError, NotAllowedError, StaleError, ConflictError or
    InvalidError naming the field.
    """
    workflow, _ = the_led_workflow(session, entry, key)
    cycle = _cycle_of(session, workflow)
    if cycle is None:
        return
    refuse_stale(workflow, version)
    _refuse_closed(cycle)
    reason, note = _words(cycle, reason, note)
    write_change(entry, workflow, (None, None), _leaving(cycle), reason, note)


def change_goal(
    session: Session, entry: Entry, key: str, goal: Goal, *, version: int, reason: str = "", note: str = ""
) -> None:
    """Gives the member another goal: it leaves the cycle and enters again at the same instant.

    Raises NotFoundError, NotAllowedError, StaleError, ConflictError or InvalidError naming the field.
    """
    workflow, _ = the_led_workflow(session, entry, key)
    cycle = _cycle_of(session, workflow)
    if cycle is not None and workflow.goal is goal:
        return
    refuse_stale(workflow, version)
    if cycle is None:
        raise ConflictError(N_("%(key)s is in no cycle, so it has no goal."), key=key)
    _refuse_closed(cycle)
    _refuse_done(workflow)
    reason, note = _words(cycle, reason, note)
    entering = ScopeKind.PLANNED if cycle.status is CycleStatus.DRAFT else ScopeKind.ADDED
    write_change(entry, workflow, (None, None), _leaving(cycle), reason, note)
    write_change(entry, workflow, (cycle.number, goal), entering, reason, note)


def write_change(
    entry: Entry, workflow: Workflow, to: tuple[int | None, Goal | None], kind: ScopeKind, reason: str, note: str
) -> None:
    """Writes that the workflow goes there, a cycle and a goal or neither, without asking whether it may."""
    cycle, goal = to
    entry.add(
        ScopeChange(
            workflow_id=id_of(workflow),
            from_cycle=workflow.cycle_number,
            to_cycle=cycle,
            goal=goal,
            kind=kind,
            reason=reason,
            note=note,
            happened_at=entry.recorded_at,
            recorded_at=entry.recorded_at,
            entry_id=entry.id,
        )
    )
    workflow.cycle_number, workflow.goal = cycle, goal
    workflow.version += 1


def _leaving(cycle: Cycle) -> ScopeKind:
    return ScopeKind.PLANNED if cycle.status is CycleStatus.DRAFT else ScopeKind.REMOVED


def _cycle_of(session: Session, workflow: Workflow) -> Cycle | None:
    """The cycle it is in, if any; a closed one keeps the members that met their goal."""
    return None if workflow.cycle_number is None else session.get_one(Cycle, workflow.cycle_number)


def _words(cycle: Cycle, reason: str, note: str) -> tuple[str, str]:
    reason, note = line(reason, "reason"), prose(note, "note")
    if cycle.status is CycleStatus.RUNNING and not reason:
        raise InvalidError(N_("Say why: cycle %(cycle)s is running."), field="reason", cycle=cycle.number)
    return reason, note


def _refuse_closed(cycle: Cycle) -> None:
    if cycle.status is CycleStatus.CLOSED:
        raise ConflictError(N_("Cycle %(cycle)s is closed: what was in it stays."), field="cycle", cycle=cycle.number)


def _refuse_done(workflow: Workflow) -> None:
    if workflow.state is State.DONE:
        raise ConflictError(N_("%(key)s is done: there is nothing left to plan."), key=workflow.key)


def _refuse_member(session: Session, workflow: Workflow, into: Cycle) -> None:
    """A workflow is in at most one cycle; what is to become of those of the running one, its review proposes."""
    cycle = _cycle_of(session, workflow)
    if cycle is None or cycle.status is CycleStatus.CLOSED:
        return
    if cycle.number == into.number:
        message = N_("%(key)s is in cycle %(cycle)s already. Change its goal there.")
    elif cycle.status is CycleStatus.RUNNING:
        message = N_("%(key)s is in cycle %(cycle)s, which is running. What becomes of it is proposed in its review.")
    else:
        message = N_("%(key)s is planned into cycle %(cycle)s. Take it out of there first.")
    raise ConflictError(message, field="cycle", key=workflow.key, cycle=cycle.number)
