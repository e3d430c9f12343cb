"""What the forms of a workflow's fields need to know."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db.models import Workflow, WorkflowWorkstream, Workstream
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.sorting import swedish_order
from tracker.queries.workflows.timeline import in_language


@dataclass(frozen=True, slots=True)
class About:
    """A workflow whose fields are edited; `fields` are as forms write them."""

    key: str
    name: str
    workstream: str
    is_archived: bool
    fields: dict[str, str]


def about(session: Session, key: str, *, language: str) -> About:
    """The workflow as its form needs it; raises NotFoundError. Two statements."""
    workflow = session.execute(select(Workflow).where(col(Workflow.key) == key)).scalar_one_or_none()
    if workflow is None:
        raise NotFoundError(N_("There is no workflow %(key)s."), key=key)
    streams = session.execute(
        select(col(WorkflowWorkstream.workstream_code), col(WorkflowWorkstream.is_owner))
        .where(col(WorkflowWorkstream.workflow_id) == workflow.id)
        .order_by(col(WorkflowWorkstream.workstream_code))
    ).all()
    return About(
        key=workflow.key,
        name=in_language(language, workflow.name, workflow.name_en),
        workstream=next(code for code, is_owner in streams if is_owner),
        is_archived=workflow.archived_at is not None,
        fields={
            "name": workflow.name,
            "name_en": workflow.name_en,
            "description": workflow.description,
            "owner": workflow.owner,
            "priority": "" if workflow.priority is None else str(workflow.priority),
            "other_workstreams": " ".join(code for code, is_owner in streams if not is_owner),
        },
    )


def workstreams(session: Session, *, language: str) -> dict[str, str]:
    """The workstreams' names by code, in its order. One statement."""
    rows = session.execute(
        select(col(Workstream.code), col(Workstream.name), col(Workstream.name_en)).order_by(col(Workstream.code))
    )
    return {code: in_language(language, name, name_en) for code, name, name_en in rows}


def owners(session: Session) -> list[str]:
    """The owners in use, to choose from. One statement."""
    rows = session.scalars(select(col(Workflow.owner)).where(col(Workflow.owner) != "").distinct())
    return sorted(rows, key=swedish_order)
