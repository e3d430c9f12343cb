"""The columns that the figures are computed from: eight statements, whatever the size of the history."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from tracker.db.columns import row_columns
from tracker.db.models import Cycle, Programme, Project, Reported, Workflow, WorkflowWorkstream, Workstream
from tracker.domain.figures.facts import Frozen, ProgrammeFacts, WorkflowFact, WorkstreamFact
from tracker.domain.files.figure_files import WORKSTREAM_ROWS
from tracker.domain.programme.rows import CycleRow

_ROWS_AT_ONCE = 2_000
# In order of id. Most rows are recorded as they happen, and one instant is read in half the time of two.
_STATEMENT = "SELECT {}, happened_at{zone}, NULLIF(recorded_at, happened_at){zone} FROM {} ORDER BY id"
_SQLITE_ZONE = " || '+00:00'"  # it keeps instants as text in UTC
_CHANGES = "id, workflow_id, to_state, voids", "state_change"
_SCOPE = "id, workflow_id, from_cycle, to_cycle, goal, kind", "scope_change"
_HOLDS = "id, workflow_id, blocker_id, event", "blocker_event"


def facts(session: Session) -> ProgrammeFacts | None:
    """What the figures depend on; none without a programme. The histories are read as they are iterated."""
    time_zone = session.execute(select(col(Programme.time_zone))).scalar_one_or_none()
    if time_zone is None:
        return None
    return ProgrammeFacts(
        ZoneInfo(time_zone),
        cycles(session),
        _workstreams(session),
        _workflows(session),
        _history(session, _CHANGES),
        _history(session, _SCOPE),
        _history(session, _HOLDS),
        frozen(session),
    )


def frozen(session: Session, *where: ColumnElement[bool]) -> dict[tuple[int, str], Frozen]:
    """The rows of workstream_summary that closes froze, by cycle and workstream, all together under "", the cycles in
    order. One statement.
    """
    columns = select(col(Reported.cycle_number), col(Reported.row_key), col(Reported.cells), col(Reported.method))
    rows = columns.where(col(Reported.file) == WORKSTREAM_ROWS.name, *where).order_by(col(Reported.cycle_number))
    return {(cycle, key): Frozen(cells, method) for cycle, key, cells, method in session.execute(rows)}


def cycles(session: Session) -> list[CycleRow]:
    """The cycles as they stand, by number. One statement."""
    columns = select(*row_columns(Cycle, CycleRow, cycle=Cycle.number)).order_by(col(Cycle.number))
    return [CycleRow(*row) for row in session.execute(columns)]


def _workstreams(session: Session) -> list[WorkstreamFact]:
    is_archived = col(Workstream.archived_at).is_not(None)
    columns = select(col(Workstream.code), col(Project.code), col(Project.first_cycle), is_archived).join(Project)
    return [WorkstreamFact(*row) for row in session.execute(columns)]


def _workflows(session: Session) -> list[WorkflowFact]:
    columns = (
        select(col(Workflow.id), col(Workflow.key), col(WorkflowWorkstream.workstream_code), col(Workflow.archived_at))
        .join(WorkflowWorkstream)
        .where(col(WorkflowWorkstream.is_owner))
    )
    return [WorkflowFact(*row) for row in session.execute(columns)]


def _history(session: Session, of: tuple[str, str]) -> Iterator[Any]:
    """The rows as the driver has them: SQLAlchemy's take as long again as all that the figures need."""
    return chain.from_iterable(_pages(session, of))


def _pages(session: Session, of: tuple[str, str]) -> Iterator[Iterable[Any]]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    instant = datetime.fromisoformat if is_sqlite else _as_it_is
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute(_STATEMENT.format(*of, zone=_SQLITE_ZONE if is_sqlite else ""))
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            *columns, happened, recorded = zip(*rows, strict=True)
            happened_at = list(map(instant, happened))
            recorded_at = [
                on_time if late is None else instant(late) for late, on_time in zip(recorded, happened_at, strict=True)
            ]
            yield zip(*columns, happened_at, recorded_at, strict=True)


def _as_it_is(instant: datetime) -> datetime:
    return instant
