"""Where a workstream that was put away is still to be seen, and which of them workflows have."""

from collections import defaultdict

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from tracker.db.models import Workflow, WorkflowWorkstream, Workstream

IN_USE = col(Workstream.archived_at).is_(None)


def has_something() -> ColumnElement[bool]:
    """Whether it is in use, or owns or takes part in something that is not archived."""
    there = (
        select(col(WorkflowWorkstream.workstream_code))
        .join(Workflow, col(Workflow.id) == col(WorkflowWorkstream.workflow_id))
        .where(col(WorkflowWorkstream.workstream_code) == col(Workstream.code), col(Workflow.archived_at).is_(None))
        .correlate(Workstream)
    )
    return or_(IN_USE, there.exists())


def taking_part(session: Session) -> tuple[dict[int, str], dict[int, list[str]]]:
    """By workflow, the workstream that owns it, and the others that take part, in order. One statement."""
    owning: dict[int, str] = {}
    others: dict[int, list[str]] = defaultdict(list)
    code = col(WorkflowWorkstream.workstream_code)
    columns = select(col(WorkflowWorkstream.workflow_id), code, col(WorkflowWorkstream.is_owner)).order_by(code)
    for workflow, stream, is_owner in session.connection().execute(columns).all():
        if is_owner:
            owning[workflow] = stream
        else:
            others[workflow].append(stream)
    return owning, others
