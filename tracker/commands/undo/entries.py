"""Takes an entry back: each workflow that it touched is as before, or is left because something newer happened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col

from tracker.commands import blockers, planning
from tracker.commands.entry.batch_results import BatchResult, each
from tracker.commands.entry.entries import Entry
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.undo import conflicts, imports, setup
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, parts, scope
from tracker.commands.workflows.moves import streams_of, the_workflow
from tracker.db import models
from tracker.db import parts as db_parts
from tracker.db.history import last_written
from tracker.db.models import Blocker, BlockerEvent, Cycle, FieldChange, PartEvent, ScopeChange, StateChange, Workflow
from tracker.domain.blockers import FIELDS
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, ConflictError, NotAllowedError, NotFoundError
from tracker.domain.fields import texts_of
from tracker.domain.permissions import require_participant, require_workstream_lead
from tracker.domain.signoffs.part_timeline import POSITIONS
from tracker.domain.states import CycleStatus, Goal, HoldEvent, PartEventKind, State

NOTE = "Återtaget"  # stands in the history, which is Swedish


_HistoryTable = StateChange | BlockerEvent | FieldChange | ScopeChange | PartEvent


@dataclass(slots=True)
class _Written:
    """What an entry did to one workflow."""

    changes: list[StateChange] = field(default_factory=list)
    events: list[BlockerEvent] = field(default_factory=list)
    fields: list[FieldChange] = field(default_factory=list)
    scope: list[ScopeChange] = field(default_factory=list)
    parts: list[PartEvent] = field(default_factory=list)


@dataclass(slots=True)
class _Undoing:
    """What there is to do so that a workflow is as before."""

    void: bool = False
    release: list[int] = field(default_factory=list)
    hold: list[int] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    parts: list[tuple[str, Goal, PartEventKind]] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether the workflow is as before already."""
        return not (self.void or self.release or self.hold or self.fields or self.parts)


def undo(session: Session, entry: Entry, entry_id: int) -> BatchResult:
    """Takes back what the entry did: moves, holds, releases, fields and what it planned or set up. Notes and checks
    stay; what an import or the set-up created is archived.

    A workflow is left when something newer touched what the entry did to it; what has been taken back already is
    unchanged. Raises NotFoundError, or NotAllowedError for what somebody else did, unless a planner asks.
    """
    theirs = session.get(models.Entry, entry_id) if entry_id <= LARGEST_ID else None
    if theirs is None:
        raise NotFoundError(N_("There is nothing to take back."))
    if theirs.actor_id != entry.actor.id and not entry.actor.is_planner:
        raise NotAllowedError(N_("Only planners take back what others did."))
    if theirs.command == workflow_imports.COMMAND:
        return imports.undo(session, entry, entry_id, note=NOTE)
    written = _written_by(session, entry_id)
    undo_one = _undo_planning if theirs.command == planning.COMMAND else _undo_workflow
    of_workflows = each(sorted(written), lambda key: undo_one(session, entry, key, written[key]))
    edited = _edited_blockers(session, entry_id)
    if not written and not edited:
        return setup.undo(session, entry, entry_id)
    of_blockers = each(edited, lambda title: _write_back(session, entry, *edited[title]))
    return BatchResult(
        of_workflows.done + of_blockers.done,
        of_workflows.unchanged + of_blockers.unchanged,
        of_workflows.left + of_blockers.left,
    )


def _written_by(session: Session, entry_id: int) -> dict[str, _Written]:
    written: dict[str, _Written] = defaultdict(_Written)
    lists: tuple[tuple[type[_HistoryTable], str], ...] = (
        (StateChange, "changes"),
        (BlockerEvent, "events"),
        (FieldChange, "fields"),
        (ScopeChange, "scope"),
        (PartEvent, "parts"),
    )
    for table, name in lists:
        rows = session.execute(
            select(col(Workflow.key), table)
            .join(Workflow, col(Workflow.id) == col(table.workflow_id))
            .where(col(table.entry_id) == entry_id)
            .order_by(col(table.id))
        )
        for key, row in rows:
            getattr(written[key], name).append(row)
    return written


def _undo_workflow(session: Session, entry: Entry, key: str, written: _Written) -> bool:
    workflow, owner = the_workflow(session, key)
    if written.scope:
        raise ConflictError(N_("The change of cycle of %(key)s is not taken back this way. Change it anew."), key=key)
    undoing = _Undoing(fields=_fields_before(session, written.fields, workflow_fields.texts_of(session, workflow), key))
    undoing.void = _is_to_void(session, workflow, written.changes)
    for blocker_id in dict.fromkeys(event.blocker_id for event in written.events):
        _undo_events(session, workflow, blocker_id, written.events[0].entry_id, undoing)
    for_the_move = PartEventKind.WAIVED if written.changes else None  # goes with it
    signed = [row for row in written.parts if row.event is not for_the_move]
    _undo_parts(session, workflow, owner, signed, undoing)
    if undoing.is_nothing:
        return False
    waived = {(row.workstream_code, row.stage) for row in written.parts if row.event is PartEventKind.WAIVED}
    for code, stage, _ in undoing.parts:
        if (code, stage) not in waived or not entry.actor.leads(owner):
            require_workstream_lead(entry.actor, code)
    if undoing.void or undoing.fields:
        require_workstream_lead(entry.actor, owner)
    require_participant(entry.actor, [owner, *streams_of(session, workflow)[1]])
    _undo(session, entry, workflow, undoing)
    return True


def _undo_planning(session: Session, entry: Entry, key: str, written: _Written) -> bool:
    """Puts the workflow back to where it was before it was planned: out of the draft, into it, or to its old goal."""
    workflow, _ = the_workflow(session, key)
    cycle, goal = _scope_before(session, workflow, written.scope[0])
    if (workflow.cycle_number, workflow.goal) == (cycle, goal):
        return False
    latest = select(func.max(col(ScopeChange.id))).where(col(ScopeChange.workflow_id) == workflow.id)
    if session.scalars(latest).one() != written.scope[-1].id:
        actor, at = _last_by(session, ScopeChange, col(ScopeChange.workflow_id) == workflow.id)
        raise ConflictError(N_("%(key)s has been planned anew since: %(actor)s, %(at)s."), key=key, actor=actor, at=at)
    for draft in (workflow.cycle_number, cycle):
        if draft is not None:
            planning.the_draft(session, draft)
    if cycle is None or goal is None:
        scope.leave(session, entry, key, version=workflow.version, note=NOTE)
    elif workflow.cycle_number == cycle:
        scope.change_goal(session, entry, key, goal, version=workflow.version, note=NOTE)
    else:
        scope.enter(session, entry, key, cycle, goal, version=workflow.version, note=NOTE)
    return True


def _scope_before(session: Session, workflow: Workflow, first: ScopeChange) -> tuple[int | None, Goal | None]:
    """The draft and goal that it had before that change; neither when it came from the backlog. A closed cycle, which
    keeps what met its goal, is no place to go back to.
    """
    before = session.scalars(
        select(ScopeChange)
        .where(col(ScopeChange.workflow_id) == workflow.id, col(ScopeChange.id) < first.id)
        .order_by(col(ScopeChange.id).desc())
        .limit(1)
    ).one_or_none()
    if before is None or before.to_cycle is None:
        return None, None
    status = session.get_one(Cycle, before.to_cycle).status
    return (None, None) if status is CycleStatus.CLOSED else (before.to_cycle, before.goal)


def _undo(session: Session, entry: Entry, workflow: Workflow, undoing: _Undoing) -> None:
    """Refuses, or writes: releases before the move and holds after it, so that done is never held on the way."""
    changes = moves.standing_changes(session, workflow)
    if undoing.void:
        moves.refuse_void(session, entry, workflow, changes, released=undoing.release)
    state = changes[-2 if undoing.void else -1].to_state
    if undoing.hold and state is State.DONE:
        blockers.refuse_done(workflow.key)
    if undoing.fields:
        texts = workflow_fields.texts_of(session, workflow)
        workflow_fields.refuse_joining(workflow.key, state, texts, undoing.fields)
    for blocker_id in undoing.release:
        blockers.write_event(entry, workflow, blocker_id, HoldEvent.RELEASED, entry.recorded_at, NOTE)
    if undoing.void:
        moves.void(session, entry, workflow, changes, note=NOTE)
    for blocker_id in undoing.hold:
        blockers.write_event(entry, workflow, blocker_id, HoldEvent.HELD, entry.recorded_at, NOTE)
    for code, stage, event in undoing.parts:
        parts.write(entry, moves.id_of(workflow), code, stage, event, entry.recorded_at, NOTE)
    workflow_fields.write_over(session, entry, workflow, undoing.fields)


def _undo_parts(session: Session, workflow: Workflow, owner: str, rows: Sequence[PartEvent], undoing: _Undoing) -> None:
    """Adds what makes each part of a stage as before the entry; what was signed before it may have lapsed since."""
    of_stages = {(row.workstream_code, row.stage) for row in rows if row.stage is not None}
    if not of_stages:
        return
    timeline = db_parts.timeline(session, moves.id_of(workflow), owner)
    for code, stage in sorted(of_stages):
        before, is_latest = timeline.until(code, stage, {row.id for row in rows if row.id is not None})
        event = before.last.event((code, POSITIONS[stage]))
        if timeline.last.event((code, POSITIONS[stage])) is event:
            continue
        if not is_latest:
            of_part = and_(
                col(PartEvent.workflow_id) == workflow.id,
                col(PartEvent.workstream_code) == code,
                col(PartEvent.stage) == stage,
            )
            actor, at = _last_by(session, PartEvent, of_part)
            message = N_("In %(key)s the part of %(code)s has been signed or taken back since: %(actor)s, %(at)s.")
            raise ConflictError(message, key=workflow.key, code=code, actor=actor, at=at)
        undoing.parts.append((code, stage, event))


def _is_to_void(session: Session, workflow: Workflow, changes: list[StateChange]) -> bool:
    """Whether the entry's move is the latest that stands; refused when somebody has changed the state since."""
    if any(change.voids is not None for change in changes):
        raise ConflictError(
            N_("In %(key)s a move was taken back. Move it again instead of taking that back."), key=workflow.key
        )
    if any(change.from_state is None for change in changes):
        raise ConflictError(N_("The creation of %(key)s cannot be taken back."), key=workflow.key)
    standing = [change.id for change in moves.standing_changes(session, workflow)]
    ours = {change.id for change in changes}.intersection(standing)
    if not ours:
        return False
    if ours == {standing[-1]}:
        return True
    actor, at = _last_by(session, StateChange, col(StateChange.workflow_id) == workflow.id)
    raise conflicts.moved(workflow.key, workflow.state, actor, at)


def _undo_events(session: Session, workflow: Workflow, blocker_id: int, entry_id: int, undoing: _Undoing) -> None:
    """Adds what makes the blocker hold the workflow, or not, as before the entry."""
    of_pair = and_(col(BlockerEvent.blocker_id) == blocker_id, col(BlockerEvent.workflow_id) == workflow.id)
    events = session.scalars(
        select(BlockerEvent).where(of_pair).order_by(col(BlockerEvent.happened_at), col(BlockerEvent.id))
    ).all()
    first = next(place for place, event in enumerate(events) if event.entry_id == entry_id)
    before = events[first - 1].event if first else HoldEvent.RELEASED
    if events[-1].event is before:
        return
    if events[-1].entry_id != entry_id:
        actor, at = _last_by(session, BlockerEvent, of_pair)
        title = session.get_one(Blocker, blocker_id).title
        raise ConflictError(
            N_("In %(key)s the blocker %(title)s has been raised or released again since: %(actor)s, %(at)s."),
            key=workflow.key,
            title=title,
            actor=actor,
            at=at,
        )
    (undoing.release if before is HoldEvent.RELEASED else undoing.hold).append(blocker_id)


def _fields_before(
    session: Session, changes: Sequence[FieldChange], current: Mapping[str, str], name: str
) -> dict[str, str]:
    """What to write back; refused when somebody has written over a field since."""
    texts: dict[str, str] = {}
    for change in changes:
        if current[change.field] == change.before:
            continue
        of_field = and_(
            col(FieldChange.field) == change.field,
            col(FieldChange.workflow_id) == change.workflow_id
            if change.workflow_id is not None
            else col(FieldChange.blocker_id) == change.blocker_id,
        )
        if session.scalars(select(func.max(col(FieldChange.id))).where(of_field)).one() != change.id:
            actor, at = _last_by(session, FieldChange, of_field)
            raise conflicts.written_over(name, actor, at)
        texts[change.field] = change.before
    return texts


def _edited_blockers(session: Session, entry_id: int) -> dict[str, tuple[Blocker, list[FieldChange]]]:
    """By title: the blockers that the entry wrote over."""
    edited: dict[str, tuple[Blocker, list[FieldChange]]] = {}
    rows = session.execute(
        select(Blocker, FieldChange)
        .join(FieldChange, col(FieldChange.blocker_id) == col(Blocker.id))
        .where(col(FieldChange.entry_id) == entry_id)
        .order_by(col(FieldChange.id))
    )
    for blocker, change in rows:
        edited.setdefault(blocker.title, (blocker, []))[1].append(change)
    return edited


def _write_back(session: Session, entry: Entry, blocker: Blocker, changes: list[FieldChange]) -> bool:
    texts = _fields_before(session, changes, texts_of(blocker, FIELDS), blocker.title)
    if texts:
        require_participant(entry.actor, blockers.workstreams_of(session, blockers.id_of(blocker)))
        blockers.write_over(entry, blocker, texts)
    return bool(texts)


def _last_by(session: Session, table: type[_HistoryTable], where: ColumnElement[bool]) -> tuple[str, datetime]:
    """Who wrote the last of these rows, and when."""
    last = last_written(session, table, where)
    assert last is not None
    return last
