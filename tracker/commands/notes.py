"""Free words on workflows and blockers, and the word that nothing has changed."""

from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlmodel import Session, col

from tracker.commands.blockers import the_blocker, workstreams_of
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import id_of, streams_of, the_led_workflow, the_workflow
from tracker.db import models
from tracker.db.columns import AnyTable
from tracker.db.models import (
    BlockerEvent,
    FieldChange,
    Note,
    PartEvent,
    ScopeChange,
    StateChange,
    Workflow,
    WorkflowCheck,
)
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, InvalidError
from tracker.domain.permissions import require_participant
from tracker.domain.texts import prose

# What changes a workflow; notes and checks do not.
_CHANGES: tuple[AnyTable, ...] = (StateChange, ScopeChange, BlockerEvent, PartEvent, FieldChange)


def write(session: Session, entry: Entry, text: str, *, key: str = "", blocker_id: int | None = None) -> None:
    """Writes a note on a workflow, a blocker, or both.

    Raises NotFoundError, NotAllowedError, ConflictError for an archived workflow, or InvalidError naming the field.
    """
    workflow: Workflow | None = None
    if key or blocker_id is None:
        workflow, owner = the_workflow(session, key)
        require_participant(entry.actor, [owner, *streams_of(session, workflow)[1]])
    if blocker_id is not None:
        the_blocker(session, blocker_id)
        require_participant(entry.actor, workstreams_of(session, blocker_id))
    text = prose(text, "note")
    if not text:
        raise InvalidError(N_("Write the note first."), field="note")
    entry.add(
        Note(
            workflow_id=None if workflow is None else workflow.id,
            blocker_id=blocker_id,
            text=text,
            recorded_at=entry.recorded_at,
            entry_id=entry.id,
        )
    )


def check(session: Session, entry: Entry, key: str) -> bool:
    """Keeps that nothing has changed on the workflow; False when that is known already: checked today, unchanged since.

    Raises NotFoundError, NotAllowedError, or ConflictError for an archived workflow.
    """
    workflow, _ = the_led_workflow(session, entry, key)
    checked_at = session.execute(
        select(func.max(col(WorkflowCheck.recorded_at))).where(col(WorkflowCheck.workflow_id) == workflow.id)
    ).scalar_one_or_none()
    if checked_at is not None and local_date(checked_at, entry.zone) == local_date(entry.recorded_at, entry.zone):
        changed_at = _changed_at(session, workflow)
        if changed_at <= checked_at:
            return False
    entry.add(WorkflowCheck(workflow_id=id_of(workflow), recorded_at=entry.recorded_at, entry_id=entry.id))
    return True


def _changed_at(session: Session, workflow: Workflow) -> datetime:
    """When anything but a note was last recorded on the workflow."""
    entries = union_all(*(select(col(each.entry_id)).where(col(each.workflow_id) == workflow.id) for each in _CHANGES))
    newest = select(func.max(col(models.Entry.recorded_at))).where(col(models.Entry.id).in_(entries))
    return session.scalars(newest).one()
