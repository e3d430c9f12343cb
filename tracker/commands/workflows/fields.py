"""Making workflows, writing over their fields, and archiving them. None of it makes a new version of a workflow."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from tracker.commands.entry import field_edits
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import parts
from tracker.commands.workflows.moves import id_of, refuse_archived_stream, refuse_stale, streams_of, the_led_workflow
from tracker.db.history import open_holds
from tracker.db.models import (
    Blocker,
    BlockerEvent,
    Cycle,
    FieldChange,
    StateChange,
    Workflow,
    WorkflowWorkstream,
    Workstream,
)
from tracker.domain.cells import instant_text
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.fields import as_text, cleaned, write
from tracker.domain.fields import texts_of as fields_texts
from tracker.domain.permissions import require_workstream_lead
from tracker.domain.states import CycleStatus, State
from tracker.domain.workflows import COLUMNS, FIELDS, WorkflowFields, clean_others

_LEAST_DIGITS = 3
_MOST_DIGITS = 9


def create(
    session: Session,
    entry: Entry,
    workstream: str,
    fields: WorkflowFields,
    *,
    state: State = State.NOT_STARTED,
    key: str = "",
) -> Workflow:
    """Makes a workflow that the workstream owns, under the key or the next free one.

    Raises NotAllowedError, ConflictError when the key is taken, or InvalidError naming the field.
    """
    require_workstream_lead(entry.actor, workstream)
    refuse_archived_stream(session, workstream)
    texts = {field: _clean(session, workstream, field, text) for field, text in fields_texts(fields, FIELDS).items()}
    workflow = Workflow(
        key=_free_key(session, workstream, key.strip()),
        name="",
        created_at=entry.recorded_at,
        state=state,
        state_since=entry.recorded_at,
        version=1,
    )
    others = _write(workflow, texts)
    refuse_joining(workflow.key, state, {}, texts)
    session.add(workflow)
    session.flush()  # its id
    session.add(WorkflowWorkstream(workflow_id=id_of(workflow), workstream_code=workstream, is_owner=True))
    parts.exchange_others(session, entry, {id_of(workflow): ((), others)})
    entry.add(
        StateChange(
            workflow_id=id_of(workflow),
            to_state=state,
            happened_at=entry.recorded_at,
            recorded_at=entry.recorded_at,
            entry_id=entry.id,
        )
    )
    return workflow


def edit(session: Session, entry: Entry, key: str, wanted: Mapping[str, str], was: Mapping[str, str]) -> list[str]:
    """Writes the fields that were changed in a form which showed `was`, and gives their names.

    Raises NotFoundError, NotAllowedError, InvalidError naming the field, or FieldConflictError when somebody else has
    changed one of them to something else; then nothing is written.
    """
    workflow, owner = the_led_workflow(session, entry, key)
    wanted = field_edits.changed(wanted, was, lambda field, text: _clean(session, owner, field, text))
    current = texts_of(session, workflow)
    about = col(FieldChange.workflow_id) == workflow.id
    texts = field_edits.merged(session, about, wanted, was, current)
    refuse_joining(key, workflow.state, current, texts)
    write_over(session, entry, workflow, texts)
    return list(texts)


def own(session: Session, entry: Entry, key: str, owner: str) -> bool:
    """Gives the workflow an owner, or with an empty text none; tells whether it had another."""
    return _set(session, entry, key, "owner", owner)


def prioritise(session: Session, entry: Entry, key: str, priority: int | None) -> bool:
    """Gives the workflow a priority or takes it away; tells whether it had another."""
    return _set(session, entry, key, "priority", as_text(priority))


def archive(session: Session, entry: Entry, key: str, *, version: int) -> None:
    """Puts the workflow away for good.

    Raises NotFoundError, NotAllowedError, StaleError, or ConflictError while a blocker holds it or it is in a cycle
    that runs or is planned.
    """
    workflow, _ = the_led_workflow(session, entry, key)
    refuse_stale(workflow, version)
    _refuse_in_use(session, workflow)
    put_away(entry, workflow)


def put_away(entry: Entry, workflow: Workflow) -> None:
    """Writes that the workflow is archived, without asking whether it may be."""
    archived = {"archived_at": instant_text(entry.recorded_at)}
    field_edits.record(entry, {"archived_at": ""}, archived, workflow_id=workflow.id)
    workflow.archived_at = entry.recorded_at


def next_key(session: Session, workstream: str) -> str:
    """The next free key of the workstream. One statement."""
    return key_after(workstream, _keys_taken(session, workstream))


def key_after(workstream: str, taken: Iterable[str]) -> str:
    """The workstream's key after the highest of those that are taken."""
    pattern = _key_of(workstream)
    numbers = (int(found[1]) for found in map(pattern.fullmatch, taken) if found)
    return f"{workstream}-{max(numbers, default=0) + 1:0{_LEAST_DIGITS}}"


def texts_of(session: Session, workflow: Workflow) -> dict[str, str]:
    """The workflow's fields as forms write them."""
    _, others = streams_of(session, workflow)
    return fields_texts(workflow, COLUMNS) | {"other_workstreams": " ".join(others)}


def set_others(
    session: Session, entry: Entry, workflow: Workflow, owner: str, codes: Collection[str], *, happened_at: datetime
) -> None:
    """Writes which workstreams take part beside the owning one, from an instant on.

    Raises InvalidError, or ConflictError for one that would join what is done.
    """
    texts = {"other_workstreams": _clean(session, owner, "other_workstreams", " ".join(codes))}
    refuse_joining(workflow.key, workflow.state, texts_of(session, workflow), texts)
    write_over(session, entry, workflow, texts, happened_at=happened_at)


def refuse_joining(key: str, state: State | None, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Refuses fields by which a workstream would join what is done: nobody's part is left in it."""
    had, wanted = (set(texts.get("other_workstreams", "").split()) for texts in (before, after))
    if state is State.DONE and wanted - had:
        message = N_("%(key)s is done, so %(codes)s cannot take part any more.")
        codes = ", ".join(sorted(wanted - had))
        raise ConflictError(message, field="other_workstreams", key=key, codes=codes)


def write_over(
    session: Session,
    entry: Entry,
    workflow: Workflow,
    texts: Mapping[str, str],
    *,
    happened_at: datetime | None = None,
) -> None:
    """Writes clean texts into fields, and keeps what was there. Who joins or leaves does so now, or at an instant."""
    before = texts_of(session, workflow) if texts else {}
    field_edits.record(entry, before, texts, workflow_id=workflow.id)
    others = _write(workflow, texts)
    if "other_workstreams" in texts:
        joining = {id_of(workflow): (before["other_workstreams"].split(), others)}
        parts.exchange_others(session, entry, joining, happened_at)


def _set(session: Session, entry: Entry, key: str, field: str, text: str) -> bool:
    workflow, owner = the_led_workflow(session, entry, key)
    text = _clean(session, owner, field, text)
    if texts_of(session, workflow)[field] == text:
        return False
    write_over(session, entry, workflow, {field: text})
    return True


def _clean(session: Session, workstream: str, field: str, text: str) -> str:
    """The text as it is kept, or InvalidError; `workstream` is the owning one."""
    if field != "other_workstreams":
        return cleaned(COLUMNS, field, text)
    codes = text.split()
    known = set(session.exec(select(Workstream.code).where(col(Workstream.code).in_(codes))))
    return clean_others(text, workstream, known)


def _free_key(session: Session, workstream: str, wanted: str) -> str:
    if not wanted:
        return next_key(session, workstream)
    refuse_wrong_key(workstream, wanted)
    if wanted in _keys_taken(session, workstream):
        raise ConflictError(N_("There already is a workflow %(key)s."), field="key", key=wanted)
    return wanted


def refuse_wrong_key(workstream: str, key: str) -> None:
    """Refuses a key that is not made of the workstream's code and a number."""
    if not _key_of(workstream).fullmatch(key):
        raise InvalidError(
            N_("Write a key like %(code)s-001, or leave it empty for the next one."), field="key", code=workstream
        )


def _key_of(workstream: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(workstream)}-(\d{{{_LEAST_DIGITS},{_MOST_DIGITS}}})", re.ASCII)


def _keys_taken(session: Session, workstream: str) -> set[str]:
    return set(session.exec(select(Workflow.key).where(col(Workflow.key).startswith(workstream, autoescape=True))))


def _write(workflow: Workflow, texts: Mapping[str, str]) -> list[str]:
    """Writes clean texts into the row, and gives the other workstreams, which have rows of their own."""
    write(workflow, COLUMNS, {name: text for name, text in texts.items() if name in COLUMNS})
    return texts.get("other_workstreams", "").split()


def _refuse_in_use(session: Session, workflow: Workflow) -> None:
    holds = open_holds(col(BlockerEvent.workflow_id) == workflow.id)
    title = session.exec(select(Blocker.title).join(holds, holds.c.blocker_id == col(Blocker.id))).first()
    if title is not None:
        raise ConflictError(
            N_("%(key)s cannot be archived while a blocker holds it: %(title)s."), key=workflow.key, title=title
        )
    cycle = session.get(Cycle, workflow.cycle_number) if workflow.cycle_number is not None else None
    if cycle is not None and cycle.status is not CycleStatus.CLOSED:
        raise ConflictError(
            N_("%(key)s cannot be archived while it is in cycle %(cycle)s. Take it out of the cycle first."),
            key=workflow.key,
            cycle=cycle.number,
        )
