"""Blockers hold workflows and let them go. History row and version are written together, here only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import NoReturn

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.commands.entry import field_edits
from tracker.commands.entry.batch_results import BatchResult, each
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import streams_of, the_workflow
from tracker.db.history import open_holds
from tracker.db.models import Blocker, BlockerEvent, FieldChange, Workflow, WorkflowWorkstream, Workstream
from tracker.domain.blockers import FIELDS, BlockerFields
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError
from tracker.domain.fields import cleaned, texts_of, write
from tracker.domain.permissions import require_participant
from tracker.domain.states import BlockerCategory, HoldEvent, State
from tracker.domain.texts import prose


def raise_blocker(
    session: Session,
    entry: Entry,
    fields: BlockerFields,
    keys: Sequence[str],
    *,
    happened_on: date | None = None,
    note: str = "",
) -> tuple[int, BatchResult]:
    """Makes a blocker that holds each of the workflows that it can hold; gives its id.

    Where it can hold none, the first one's refusal is raised and nothing is made. Raises InvalidError naming the field.
    """
    texts = {name: _clean(session, name, text) for name, text in texts_of(fields, FIELDS).items()}
    note = prose(note, "note")
    made: list[Blocker] = []

    def hold_one(key: str) -> bool:
        workflow = _workflow(session, entry, key)
        happened_at = _hold_at(session, entry, workflow, None, happened_on)
        if not made:
            made.append(_made(session, texts))
        write_event(entry, workflow, id_of(made[0]), HoldEvent.HELD, happened_at, note)
        return True

    outcome = each(keys, hold_one)
    if made:
        return id_of(made[0]), outcome
    if outcome.left:
        raise outcome.left[0].error
    raise InvalidError(N_("Choose at least one workflow."), field="workflow")


def hold(
    session: Session,
    entry: Entry,
    blocker_id: int,
    keys: Sequence[str],
    *,
    happened_on: date | None = None,
    note: str = "",
) -> BatchResult:
    """Lets the blocker hold more workflows, which opens it again if it was resolved; those it holds are unchanged.

    Raises NotFoundError or InvalidError naming the field.
    """
    the_blocker(session, blocker_id)
    note = prose(note, "note")

    def hold_one(key: str) -> bool:
        workflow = _workflow(session, entry, key)
        last = _last_event(session, blocker_id, workflow)
        if last is not None and last.event is HoldEvent.HELD:
            return False
        happened_at = _hold_at(session, entry, workflow, last, happened_on)
        write_event(entry, workflow, blocker_id, HoldEvent.HELD, happened_at, note)
        return True

    return each(keys, hold_one)


def release(
    session: Session,
    entry: Entry,
    blocker_id: int,
    keys: Sequence[str] | None,
    *,
    note: str = "",
    happened_on: date | None = None,
) -> BatchResult:
    """Lets go of the workflows, or without keys of all that the blocker holds; those it does not hold are unchanged.

    Letting go of the last one needs a text on how the blocker was resolved; without it, nothing is released. Raises
    NotFoundError or InvalidError naming the field.
    """
    the_blocker(session, blocker_id)
    note = prose(note, "note")
    held = held_keys(session, blocker_id)
    ready: list[tuple[Workflow, datetime]] = []

    def release_one(key: str) -> bool:
        workflow = _workflow(session, entry, key)
        last = _last_event(session, blocker_id, workflow)
        if last is None or last.event is HoldEvent.RELEASED:
            return False
        ready.append((workflow, _happened_at(session, entry, workflow, last, happened_on)))
        return True

    outcome = each(held if keys is None else keys, release_one)
    if ready and len(ready) == len(held) and not note:
        raise InvalidError(N_("Write how it was resolved: this releases the last workflow."), field="note")
    for workflow, happened_at in ready:
        write_event(entry, workflow, blocker_id, HoldEvent.RELEASED, happened_at, note)
    return outcome


def release_one(
    session: Session, entry: Entry, blocker_id: int, key: str, *, note: str = "", happened_on: date | None = None
) -> bool:
    """Lets go of one workflow, as `release` does of many; tells whether it was held, and raises why it is left."""
    outcome = release(session, entry, blocker_id, [key], note=note, happened_on=happened_on)
    if outcome.left:
        raise outcome.left[0].error
    return bool(outcome.done)


def edit(
    session: Session, entry: Entry, blocker_id: int, wanted: Mapping[str, str], was: Mapping[str, str]
) -> list[str]:
    """Writes the fields that were changed in a form which showed `was`, and gives their names.

    Raises NotFoundError, NotAllowedError, InvalidError naming the field, or FieldConflictError; nothing is written.
    """
    blocker = the_blocker(session, blocker_id)
    require_participant(entry.actor, workstreams_of(session, blocker_id))
    wanted = field_edits.changed(wanted, was, partial(_clean, session))
    about = col(FieldChange.blocker_id) == blocker_id
    texts = field_edits.merged(session, about, wanted, was, texts_of(blocker, FIELDS))
    write_over(entry, blocker, texts)
    return list(texts)


def the_blocker(session: Session, blocker_id: int) -> Blocker:
    """The blocker, or NotFoundError."""
    blocker = session.get(Blocker, blocker_id) if blocker_id <= LARGEST_ID else None
    if blocker is None:
        raise NotFoundError(N_("There is no blocker %(number)s."), number=blocker_id)
    return blocker


def held_keys(session: Session, blocker_id: int) -> list[str]:
    """The workflows that the blocker holds."""
    holds = open_holds(col(BlockerEvent.blocker_id) == blocker_id)
    keys = select(col(Workflow.key)).join(holds, holds.c.workflow_id == col(Workflow.id)).order_by(col(Workflow.key))
    return list(session.scalars(keys))


def workstreams_of(session: Session, blocker_id: int) -> list[str]:
    """The workstreams whose leads may write on the blocker: of all that it holds, or else that it last let go."""
    holds = open_holds(col(BlockerEvent.blocker_id) == blocker_id)
    concerned = set(session.scalars(select(holds.c.workflow_id))) or _last_let_go(session, blocker_id)
    codes = select(col(WorkflowWorkstream.workstream_code)).where(col(WorkflowWorkstream.workflow_id).in_(concerned))
    return sorted(set(session.scalars(codes)))


def write_over(entry: Entry, blocker: Blocker, texts: Mapping[str, str]) -> None:
    """Writes clean texts into fields, and keeps what was there."""
    field_edits.record(entry, texts_of(blocker, FIELDS), texts, blocker_id=blocker.id)
    write(blocker, FIELDS, texts)


def refuse_done(key: str) -> NoReturn:
    """Raises ConflictError: a blocker cannot hold what is done."""
    raise ConflictError(N_("%(key)s is done, so no blocker can hold it."), key=key)


def write_event(
    entry: Entry, workflow: Workflow, blocker_id: int, event: HoldEvent, happened_at: datetime, note: str
) -> None:
    """Writes that the blocker holds the workflow or lets it go, without asking whether it may."""
    entry.add(
        BlockerEvent(
            blocker_id=blocker_id,
            workflow_id=moves.id_of(workflow),
            event=event,
            happened_at=happened_at,
            recorded_at=entry.recorded_at,
            entry_id=entry.id,
            note=note,
        )
    )
    workflow.version += 1


def _clean(session: Session, name: str, text: str) -> str:
    """The text as it is kept, or InvalidError."""
    text = cleaned(FIELDS, name, text)
    if name == "waits_on" and text and session.get(Workstream, text) is None:
        raise InvalidError(N_("There is no workstream %(code)s."), field=name, code=text)
    return text


def _workflow(session: Session, entry: Entry, key: str) -> Workflow:
    workflow, owner = the_workflow(session, key)
    if not entry.actor.leads(owner):
        _, others = streams_of(session, workflow)
        require_participant(entry.actor, [owner, *others])
    return workflow


def _hold_at(
    session: Session, entry: Entry, workflow: Workflow, last: BlockerEvent | None, on: date | None
) -> datetime:
    """When the hold begins; refused for a workflow that is done."""
    if workflow.state is State.DONE:
        refuse_done(workflow.key)
    return _happened_at(session, entry, workflow, last, on)


def _happened_at(
    session: Session, entry: Entry, workflow: Workflow, last: BlockerEvent | None, on: date | None
) -> datetime:
    """The instant meant by a date: not before the blocker's latest event on the workflow, nor before its creation."""
    previous = workflow.created_at if last is None else max(workflow.created_at, last.happened_at)
    return moves.happened_at(session, entry, on, previous=previous)


def _last_event(session: Session, blocker_id: int, workflow: Workflow) -> BlockerEvent | None:
    return session.scalars(
        select(BlockerEvent)
        .where(col(BlockerEvent.blocker_id) == blocker_id, col(BlockerEvent.workflow_id) == workflow.id)
        .order_by(col(BlockerEvent.happened_at).desc(), col(BlockerEvent.id).desc())
        .limit(1)
    ).first()


def _last_let_go(session: Session, blocker_id: int) -> Collection[int]:
    """The workflows of the blocker's latest entry."""
    of_blocker = col(BlockerEvent.blocker_id) == blocker_id
    last = select(col(BlockerEvent.entry_id)).where(of_blocker).order_by(col(BlockerEvent.id).desc()).limit(1)
    return set(
        session.scalars(
            select(col(BlockerEvent.workflow_id)).where(
                of_blocker, col(BlockerEvent.entry_id) == last.scalar_subquery()
            )
        )
    )


def _made(session: Session, texts: Mapping[str, str]) -> Blocker:
    blocker = Blocker(title="", category=BlockerCategory.OTHER)
    write(blocker, FIELDS, texts)
    session.add(blocker)
    session.flush()  # its id
    return blocker


def id_of(blocker: Blocker) -> int:
    """The id, which every blocker in the database has."""
    assert blocker.id is not None
    return blocker.id
