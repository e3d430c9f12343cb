"""What the forms of a workflow's fields need to know."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db.language import names
from tracker.db.models import Workflow, WorkflowWorkstream, Workstream
from tracker.db.workstreams import IN_USE
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.fields import texts_of
from tracker.domain.language import text_in
from tracker.domain.sorting import swedish_order
from tracker.domain.workflows import COLUMNS


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
        name=text_in(language, workflow, "name"),
        workstream=next(code for code, is_owner in streams if is_owner),
        is_archived=workflow.archived_at is not None,
        fields=texts_of(workflow, COLUMNS)
        | {"other_workstreams": " ".join(code for code, is_owner in streams if not is_owner)},
    )


def workstreams(session: Session, *, language: str, also: Collection[str] = ()) -> dict[str, str]:
    """The names by code, in its order, of the workstreams in use and of others that are there. One statement."""
    return names(session, Workstream, language, IN_USE | col(Workstream.code).in_(also))


def owners(session: Session) -> list[str]:
    """The owners in use, to choose from. One statement."""
    rows = session.scalars(select(col(Workflow.owner)).where(col(Workflow.owner) != "").distinct())
    return sorted(rows, key=swedish_order)
