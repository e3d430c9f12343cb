"""The rows of the programme files as the database has them, or as they were known at an instant."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col

from tracker.db import models
from tracker.db.columns import as_driven, columns, instant_reader, row_columns
from tracker.db.facts import cycles
from tracker.db.history import written, written_about
from tracker.db.models import (
    Actor,
    Blocker,
    BlockerEvent,
    Cycle,
    Note,
    PartEvent,
    Project,
    ScopeChange,
    StateChange,
    Workflow,
    WorkflowCheck,
    WorkflowWorkstream,
    Workstream,
)
from tracker.db.workstreams import taking_part
from tracker.domain import workflows as workflow_fields
from tracker.domain.blockers import BlockerRow
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, InvalidError
from tracker.domain.figures.readings import cycle_as_of
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.domain.programme.rows import (
    BlockerEventRow,
    ChangeRow,
    CheckRow,
    CycleRow,
    NoteRow,
    PartRow,
    Programme,
    ProjectRow,
    ScopeRow,
    WorkflowRow,
    WorkstreamRow,
)
from tracker.queries.programme.derived_columns import (
    HistoryTable,
    held,
    kept,
    newest_recorded_at,
    recorded_by,
    replayed,
    streamed,
)
from tracker.queries.programme.derived_columns import others as others_replayed

_LONGEST_SHOWN = 80
_COLUMNS = [field.name for field in fields(WorkflowRow)]
_OWN = [name for name in _COLUMNS if name == "key" or name in workflow_fields.COLUMNS]
_KEY = 3  # where it stands in what is read
_STREAM = _COLUMNS.index("workstream")  # before it stand so many of a workflow's own columns
_Rows = Callable[[Session, datetime | None], Iterator[Any]]


def programme(session: Session, as_of: datetime | None = None) -> Programme:
    """All rows of all files, in memory; the derived columns by the history alone, whatever is kept of it."""
    read = {name: each for name, (_, each) in _FILES.items()} | {"workflows": partial(_workflows, is_replayed=True)}
    return Programme(**{file.name: list(read[file.name](session, as_of)) for file in PROGRAMME_FILES})


def rows(session: Session, name: str, as_of: datetime | None = None) -> Iterator[Any]:
    """The rows of a file in its order, a few at a time. With `as_of`, what was recorded and created by then; names
    and fields are as they stand.
    """
    _, read = _FILES[name]
    return read(session, as_of)


def count(session: Session, name: str, cycle: int | None = None) -> int:
    """How many rows a file has, of one cycle or all. One statement."""
    columns = select(func.count()).select_from(_FILES[name][0])
    if cycle is not None:
        columns = columns.where(_OF_CYCLE[name](cycle))
    return int(session.execute(columns).scalar_one())


def workstreams_of(session: Session, projects: Collection[str], workstreams: Collection[str]) -> set[str]:
    """The workstreams that are among these and of these projects; of an empty one all. Two statements. Raises
    InvalidError, which names the code that there is not.
    """
    rows = session.execute(select(col(Workstream.code), col(Workstream.project_code)))
    found = {row.code: row.project_code for row in rows}
    of_projects = session.scalars(select(col(Project.code))).all()
    for name, codes, there in (("workstream", workstreams, found), ("project", projects, of_projects)):
        if missing := [code[:_LONGEST_SHOWN] for code in codes if code not in there]:
            message = N_("%(name)s=%(value)s: there is none of that code.")
            raise InvalidError(message, field=name, name=name, value=missing[0])
    return {
        code
        for code, project in found.items()
        if (not workstreams or code in workstreams) and (not projects or project in projects)
    }


def blockers_of(session: Session, workstreams: Collection[str]) -> set[int]:
    """The blockers that have ever held a workflow which one of the workstreams owns. One statement."""
    owned = select(col(WorkflowWorkstream.workflow_id)).where(
        col(WorkflowWorkstream.is_owner), col(WorkflowWorkstream.workstream_code).in_(workstreams)
    )
    return set(session.scalars(select(col(BlockerEvent.blocker_id)).where(col(BlockerEvent.workflow_id).in_(owned))))


def cycle_numbers(session: Session) -> set[int]:
    """The cycles that there are."""
    return set(session.execute(select(col(Cycle.number))).scalars())


def _projects(session: Session, _as_of: datetime | None) -> Iterator[ProjectRow]:
    for row in sorted(session.execute(select(*row_columns(Project, ProjectRow))), key=itemgetter(0)):
        yield ProjectRow(*row)


def _workstreams(session: Session, as_of: datetime | None) -> Iterator[WorkstreamRow]:
    found = select(*row_columns(Workstream, WorkstreamRow, project=Workstream.project_code))
    for row in sorted(session.execute(found), key=itemgetter(0)):
        yield replace(WorkstreamRow(*row), archived_at=_by(row.archived_at, as_of))


def _cycles(session: Session, as_of: datetime | None) -> Iterator[CycleRow]:
    for row in cycles(session):
        yield row if as_of is None else cycle_as_of(row, as_of)


def _workflows(session: Session, as_of: datetime | None, *, is_replayed: bool = False) -> Iterator[WorkflowRow]:
    time_zone = session.execute(select(col(models.Programme.time_zone))).scalar_one_or_none()
    today_of = as_of or newest_recorded_at(session)
    if time_zone is None or today_of is None:
        return
    zone, instant, blocked = ZoneInfo(time_zone), instant_reader(session), held(session, as_of)
    today, (owning, others) = local_date(today_of, zone), taking_part(session)
    if as_of is not None or is_replayed:
        others = others_replayed(session, as_of)
    derive, kept_columns = kept(session) if as_of is None and not is_replayed else replayed(session, as_of)
    instants = as_driven(Workflow.created_at), as_driven(Workflow.archived_at)
    known = select(col(Workflow.id), *instants, *columns(Workflow, _OWN), *kept_columns)
    rows = session.connection().execute(known.where(_known_workflow(col(Workflow.id), as_of))).all()
    for id_, created_at, archived, *own in sorted(rows, key=itemgetter(_KEY)):
        archived_at = _by(instant(archived), as_of) if archived else None
        now, (cycle, goal, times_carried) = derive(id_, *own[len(_OWN) :])
        own[len(_OWN) :] = instant(created_at), archived_at
        own[_STREAM:_STREAM] = owning.get(id_, ""), tuple(others.get(id_, ()))
        derived = now and now.state, cycle, goal, id_ in blocked, times_carried, now and now.done_at
        age_days = now.age_days(today, zone) if now and archived_at is None else None
        yield WorkflowRow(*chain(own, derived, [age_days]))


def _blockers(session: Session, as_of: datetime | None) -> Iterator[BlockerRow]:
    known = select(*row_columns(Blocker, BlockerRow)).where(_known_blocker(as_of)).order_by(col(Blocker.id))
    for row in streamed(session, known):
        yield BlockerRow(*row)


def _notes(session: Session, as_of: datetime | None) -> Iterator[NoteRow]:
    known = (
        written(Note, *row_columns(Note, NoteRow, workflow=Workflow.key, blocker=Note.blocker_id, actor=Actor.name))
        .join(Workflow, col(Workflow.id) == col(Note.workflow_id), isouter=True)
        .where(
            recorded_by(Note, as_of),
            or_(col(Note.workflow_id).is_(None), _known_workflow(col(Note.workflow_id), as_of)),
        )
        .order_by(col(Note.id))
    )
    for row in streamed(session, known):
        yield NoteRow(*row)


def _of_known_workflows(table: HistoryTable, row: type) -> _Rows:
    """The rows of a history, of the workflows that were known."""

    def rows(session: Session, as_of: datetime | None) -> Iterator[Any]:
        elsewhere = {"blocker": BlockerEvent.blocker_id, "workstream": PartEvent.workstream_code}
        found = row_columns(table, row, workflow=Workflow.key, actor=Actor.name, **elsewhere)
        known = written_about(table, *found).where(recorded_by(table, as_of), _known_workflow(col(Workflow.id), as_of))
        return (row(*each) for each in streamed(session, known.order_by(col(table.id))))

    return rows


def _known_workflow(
    number: ColumnElement[Any] | Mapped[int | None] | Mapped[int], as_of: datetime | None
) -> ColumnElement[bool]:
    """Created by then, and the creation recorded by then: what was not known is left out whole."""
    if as_of is None:
        return true()
    created = select(col(StateChange.workflow_id)).where(
        col(StateChange.from_state).is_(None), col(StateChange.voids).is_(None), col(StateChange.recorded_at) <= as_of
    )
    by_then = select(col(Workflow.id)).where(col(Workflow.created_at) <= as_of, col(Workflow.id).in_(created))
    return number.in_(by_then)


def _known_blocker(as_of: datetime | None) -> ColumnElement[bool]:
    """A blocker is made with its first event or note; one that has neither was always there."""
    if as_of is None:
        return true()
    events, notes = select(col(BlockerEvent.blocker_id)), select(col(Note.blocker_id)).where(col(Note.blocker_id) > 0)
    return or_(
        col(Blocker.id).in_(events.where(col(BlockerEvent.recorded_at) <= as_of)),
        col(Blocker.id).in_(notes.where(col(Note.recorded_at) <= as_of)),
        col(Blocker.id).not_in(events) & col(Blocker.id).not_in(notes),
    )


def _by(instant: datetime | None, as_of: datetime | None) -> datetime | None:
    return instant if instant is None or as_of is None or instant <= as_of else None


_FILES: dict[str, tuple[type[SQLModel], _Rows]] = {
    "projects": (Project, _projects),
    "workstreams": (Workstream, _workstreams),
    "cycles": (Cycle, _cycles),
    "workflows": (Workflow, _workflows),
    "changes": (StateChange, _of_known_workflows(StateChange, ChangeRow)),
    "scope": (ScopeChange, _of_known_workflows(ScopeChange, ScopeRow)),
    "blockers": (Blocker, _blockers),
    "blocker_events": (BlockerEvent, _of_known_workflows(BlockerEvent, BlockerEventRow)),
    "parts": (PartEvent, _of_known_workflows(PartEvent, PartRow)),
    "notes": (Note, _notes),
    "checks": (WorkflowCheck, _of_known_workflows(WorkflowCheck, CheckRow)),
}
_OF_CYCLE: dict[str, Callable[[int], ColumnElement[bool]]] = {
    "cycles": lambda cycle: col(Cycle.number) == cycle,
    "workflows": lambda cycle: col(Workflow.cycle_number) == cycle,
    "scope": lambda cycle: or_(col(ScopeChange.from_cycle) == cycle, col(ScopeChange.to_cycle) == cycle),
}
