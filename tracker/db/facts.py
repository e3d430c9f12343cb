"""The columns that the figures are computed from: nine statements, whatever the size of the history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlmodel import Session, col

from tracker.db.columns import row_columns
from tracker.db.models import (
    BlockerEvent,
    Cycle,
    FieldChange,
    PartEvent,
    Programme,
    Project,
    Reported,
    ScopeChange,
    StateChange,
    Workflow,
    WorkflowWorkstream,
    Workstream,
)
from tracker.domain.figures.facts import Frozen, ProgrammeFacts, WorkflowFact, WorkflowFacts, WorkstreamFact
from tracker.domain.files.figure_files import WORKSTREAM_ROWS
from tracker.domain.programme.rows import CycleRow

_ROWS_AT_ONCE = 2_000
# In order of id. Most rows are recorded as they happen, and one instant is read in half the time of two.
_STATEMENT = "SELECT {}, happened_at{zone}, NULLIF(recorded_at, happened_at){zone} FROM {} {where} ORDER BY id"
_SQLITE_ZONE = " || '+00:00'"  # it keeps instants as text in UTC
_CHANGES = "id, workflow_id, to_state, voids", "state_change"
_SCOPE = "id, workflow_id, from_cycle, to_cycle, goal, kind", "scope_change"
_HOLDS = "id, workflow_id, blocker_id, event", "blocker_event"
_PARTS = "id, workflow_id, workstream_code, stage, event", "part_event"


def facts(session: Session) -> ProgrammeFacts | None:
    """What the figures depend on; none without a programme. The histories are read as they are iterated."""
    time_zone = session.execute(select(col(Programme.time_zone))).scalar_one_or_none()
    if time_zone is None:
        return None
    return ProgrammeFacts(
        ZoneInfo(time_zone),
        cycles(session),
        _workstreams(session),
        *_facts_of(session, _workflows(session)),
        frozen_files(session),
    )


def facts_since(session: Session, revision: int) -> WorkflowFacts | None:
    """All that is recorded of those workflows of which something was recorded after the revision that figures depend
    on; none where nothing was. One statement, else five.
    """
    touched = union_all(*_touched(revision))
    rows = _workflows(session, col(Workflow.id).in_(touched))
    return (
        _facts_of(session, rows, f"WHERE workflow_id IN ({', '.join(str(row.id) for row in rows)})") if rows else None
    )


def _touched(revision: int) -> Iterator[Select[int | None]]:
    for table in (StateChange, ScopeChange, BlockerEvent, PartEvent):
        history: Any = table
        yield select(col(history.workflow_id)).where(col(history.entry_id) > revision)
    is_of_workflow = col(FieldChange.workflow_id).is_not(None)
    is_archived = col(FieldChange.field) == "archived_at"
    yield select(col(FieldChange.workflow_id)).where(col(FieldChange.entry_id) > revision, is_of_workflow, is_archived)


def _facts_of(session: Session, workflows: Sequence[WorkflowFact], where: str = "") -> WorkflowFacts:
    return WorkflowFacts(workflows, *(_history(session, of, where) for of in (_CHANGES, _SCOPE, _HOLDS, _PARTS)))


def frozen(session: Session, *where: ColumnElement[bool]) -> dict[tuple[int, str], Frozen]:
    """The rows of workstream_summary that closes froze, by cycle and workstream, all together under "", the cycles in
    order. One statement.
    """
    is_of_file = col(Reported.file) == WORKSTREAM_ROWS.name
    return frozen_files(session, is_of_file, *where).get(WORKSTREAM_ROWS.name, {})


def frozen_files(session: Session, *where: ColumnElement[bool]) -> dict[str, dict[tuple[int, str], Frozen]]:
    """The same of every file, by its name. One statement."""
    found: dict[str, dict[tuple[int, str], Frozen]] = defaultdict(dict)
    key = col(Reported.file), col(Reported.cycle_number), col(Reported.row_key)
    rows = select(*key, col(Reported.cells), col(Reported.method)).where(*where).order_by(col(Reported.cycle_number))
    for file, cycle, workstream, *row in session.execute(rows):
        found[file][cycle, workstream] = Frozen(*row)
    return found


def cycles(session: Session) -> list[CycleRow]:
    """The cycles as they stand, by number. One statement."""
    columns = select(*row_columns(Cycle, CycleRow, cycle=Cycle.number)).order_by(col(Cycle.number))
    return [CycleRow(*row) for row in session.execute(columns)]


def _workstreams(session: Session) -> list[WorkstreamFact]:
    is_archived = col(Workstream.archived_at).is_not(None)
    columns = select(col(Workstream.code), col(Project.code), col(Project.first_cycle), is_archived).join(Project)
    return [WorkstreamFact(*row) for row in session.execute(columns)]


def _workflows(session: Session, *where: ColumnElement[bool]) -> list[WorkflowFact]:
    columns = (
        select(col(Workflow.id), col(Workflow.key), col(WorkflowWorkstream.workstream_code), col(Workflow.archived_at))
        .join(WorkflowWorkstream)
        .where(col(WorkflowWorkstream.is_owner), *where)
    )
    return [WorkflowFact(*row) for row in session.execute(columns)]


def _history(session: Session, of: tuple[str, str], where: str) -> Iterator[Any]:
    """The rows as the driver has them: SQLAlchemy's take as long again as all that the figures need."""
    return chain.from_iterable(_pages(session, of, where))


def _pages(session: Session, of: tuple[str, str], where: str) -> Iterator[Iterable[Any]]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    instant = datetime.fromisoformat if is_sqlite else _as_it_is
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute(_STATEMENT.format(*of, where=where, zone=_SQLITE_ZONE if is_sqlite else ""))
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            *columns, happened, recorded = zip(*rows, strict=True)
            happened_at = list(map(instant, happened))
            recorded_at = [
                on_time if late is None else instant(late) for late, on_time in zip(recorded, happened_at, strict=True)
            ]
            yield zip(*columns, happened_at, recorded_at, strict=True)


def _as_it_is(instant: datetime) -> datetime:
    return instant
