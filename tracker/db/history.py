"""The history as SQL: selects that commands and queries build on."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlmodel import Session, col

from tracker.db import models
from tracker.db.columns import AnyColumn, AnyTable
from tracker.db.models import Actor, BlockerEvent, Entry, Workflow
from tracker.domain.states import HoldEvent, State

# Those that can be about a workflow.
OF_WORKFLOWS: tuple[AnyTable, ...] = (
    models.StateChange,
    models.ScopeChange,
    models.BlockerEvent,
    models.PartEvent,
    models.Note,
    models.WorkflowCheck,
    models.FieldChange,
)
# What entries recorded, row by row; nothing of it is ever changed.
TABLES: tuple[AnyTable, ...] = (
    *OF_WORKFLOWS,
    models.CycleChange,
    models.SetupChange,
    models.ReportChange,
    models.ReportPublication,
)
# What is kept of an account beside its history, and goes with it.
OF_USERS: tuple[AnyTable, ...] = (
    models.UserWorkstream,
    models.SignIn,
    models.KnownPlace,
    models.PasswordLink,
    models.CalendarKey,
    models.Answer,
    models.ImportFile,
)


def written(table: AnyTable, *columns: AnyColumn) -> Select[Any]:
    """Columns of a history, and of who wrote each row when: `Actor`, `Entry`."""
    return (
        select(*columns)
        .select_from(table)
        .join(Entry, col(Entry.id) == col(table.entry_id))
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
    )


def written_about(table: AnyTable, *columns: AnyColumn) -> Select[Any]:
    """The same with columns of the workflow that the row is about."""
    return written(table, *columns).join(Workflow, col(Workflow.id) == col(table.workflow_id))


def has_state() -> ColumnElement[bool]:
    """Whether the workflow has a state now, as figures have it: what was done when it was archived stays done."""
    return or_(col(Workflow.archived_at).is_(None), col(Workflow.state) == State.DONE)


def last_written(session: Session, table: AnyTable, *where: ColumnElement[bool]) -> tuple[str, datetime] | None:
    """Who wrote the last of these rows, and when. One statement."""
    last = written(table, col(Actor.name), col(Entry.recorded_at)).where(*where).order_by(col(table.id).desc()).limit(1)
    row = session.execute(last).one_or_none()
    return None if row is None else (row[0], row[1])


def open_holds(*where: ColumnElement[bool]) -> Subquery:
    """The holds that stand: blocker_id, workflow_id, since, of each pair's last event (by happened_at, then id)."""
    newest_first = (col(BlockerEvent.happened_at).desc(), col(BlockerEvent.id).desc())
    events = (
        select(
            col(BlockerEvent.blocker_id),
            col(BlockerEvent.workflow_id),
            col(BlockerEvent.happened_at).label("since"),
            col(BlockerEvent.event),
            func.row_number()
            .over(partition_by=(col(BlockerEvent.blocker_id), col(BlockerEvent.workflow_id)), order_by=newest_first)
            .label("place"),
        )
        .where(*where)
        .subquery()
    )
    return (
        select(events.c.blocker_id, events.c.workflow_id, events.c.since)
        .where(and_(events.c.place == 1, events.c.event == HoldEvent.HELD))
        .subquery()
    )
