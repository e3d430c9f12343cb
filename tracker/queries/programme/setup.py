"""What is set up: projects with their workstreams, and how far a new programme has come."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlmodel import Session, SQLModel, col

from tracker.db.columns import row_columns
from tracker.db.models import Cycle, Project, User, Workflow, WorkflowWorkstream, Workstream
from tracker.db.workstreams import IN_USE
from tracker.domain.programme.rows import ProjectRow, WorkstreamRow
from tracker.domain.states import CycleStatus

Streams = list[tuple[WorkstreamRow, int]]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of what a programme needs; `draft` is the first draft, and people are accounts in use."""

    projects: int
    workstreams: int
    cycles: int
    workflows: int
    people: int
    committed: int
    draft: int | None


def projects(session: Session) -> list[tuple[ProjectRow, Streams]]:
    """All projects by code with their workstreams, those that were put away last, and how many workflows each of these
    owns that are not archived. Two statements.
    """
    is_owned = (col(WorkflowWorkstream.workstream_code) == col(Workstream.code), col(WorkflowWorkstream.is_owner))
    owned = (
        select(func.count())
        .select_from(WorkflowWorkstream)
        .join(Workflow, col(Workflow.id) == col(WorkflowWorkstream.workflow_id))
        .where(*is_owned, col(Workflow.archived_at).is_(None))
        .correlate(Workstream)
        .scalar_subquery()
    )
    columns = select(*row_columns(Workstream, WorkstreamRow, project=Workstream.project_code), owned)
    streams: dict[str, Streams] = {}
    for *fields, count in session.execute(
        columns.order_by(col(Workstream.archived_at).is_not(None), col(Workstream.code))
    ):
        row = WorkstreamRow(*fields)
        streams.setdefault(row.project, []).append((row, count))
    found = session.execute(select(*row_columns(Project, ProjectRow)).order_by(col(Project.code)))
    return [(ProjectRow(*row), streams.get(row.code, [])) for row in found]


def counts(session: Session) -> Counts:
    """How far a new programme has come. One statement."""
    parts = (
        _count(Project),
        _count(Workstream, IN_USE),
        _count(Cycle),
        _count(Workflow, col(Workflow.archived_at).is_(None)),
        _count(User, col(User.is_active).is_(True)),
        _count(Cycle, col(Cycle.committed_at).is_not(None)),
        select(func.min(col(Cycle.number))).where(col(Cycle.status) == CycleStatus.DRAFT).scalar_subquery(),
    )
    return Counts(*session.execute(select(*parts)).one())


def _count(table: type[SQLModel], *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()
