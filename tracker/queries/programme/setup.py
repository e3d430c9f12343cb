"""What is set up: projects with their workstreams, and how far a new programme has come."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlmodel import Session, SQLModel, col

from tracker.db.language import translated
from tracker.db.models import Cycle, Project, User, Workflow, WorkflowWorkstream, Workstream
from tracker.db.workstreams import IN_USE
from tracker.domain.states import CycleStatus


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A workstream with its limits, and how many workflows it owns that are not archived."""

    code: str
    name: str
    project: str
    wip_design: int | None
    wip_validation: int | None
    wip_test: int | None
    is_archived: bool
    workflows: int


@dataclass(frozen=True, slots=True)
class ProjectPart:
    """A project and its workstreams, those that were put away last."""

    code: str
    name: str
    first_cycle: int
    streams: tuple[StreamRow, ...]


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


def projects(session: Session, *, language: str) -> list[ProjectPart]:
    """All projects by code, with their workstreams. Two statements."""
    streams: dict[str, list[StreamRow]] = {}
    for row in session.execute(_streams(language)):
        streams.setdefault(row.project_code, []).append(StreamRow(*row))
    found = session.execute(
        select(col(Project.code), translated(language, Project.name), col(Project.first_cycle)).order_by(
            col(Project.code)
        )
    )
    return [ProjectPart(code, name, first, tuple(streams.get(code, ()))) for code, name, first in found]


def counts(session: Session) -> Counts:
    """How far a new programme has come. One statement."""
    unarchived = col(Workflow.archived_at).is_(None)
    draft = select(func.min(col(Cycle.number))).where(col(Cycle.status) == CycleStatus.DRAFT).scalar_subquery()
    parts = (
        _count(Project),
        _count(Workstream, IN_USE),
        _count(Cycle),
        _count(Workflow, unarchived),
        _count(User, col(User.is_active).is_(True)),
        _count(Cycle, col(Cycle.committed_at).is_not(None)),
        draft,
    )
    return Counts(*session.execute(select(*parts)).one())


def _count(table: type[SQLModel], *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _streams(language: str) -> Select[Any]:
    owned = (
        select(func.count())
        .select_from(WorkflowWorkstream)
        .join(Workflow, col(Workflow.id) == col(WorkflowWorkstream.workflow_id))
        .where(col(WorkflowWorkstream.workstream_code) == col(Workstream.code), col(WorkflowWorkstream.is_owner))
        .where(col(Workflow.archived_at).is_(None))
        .correlate(Workstream)
        .scalar_subquery()
    )
    columns: Iterable[Any] = (
        col(Workstream.code),
        translated(language, Workstream.name),
        col(Workstream.project_code),
        col(Workstream.wip_design),
        col(Workstream.wip_validation),
        col(Workstream.wip_test),
        col(Workstream.archived_at).is_not(None),
        owned,
    )
    return select(*columns).order_by(col(Workstream.archived_at).is_not(None), col(Workstream.code))
