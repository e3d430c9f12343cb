"""Where a workstream that was put away is still to be seen."""

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

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
