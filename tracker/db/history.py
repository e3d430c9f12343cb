"""The history as SQL: selects that commands and queries build on."""

from sqlalchemy import ColumnElement, Subquery, and_, func, select
from sqlmodel import col

from tracker.db.models import BlockerEvent
from tracker.domain.states import HoldEvent


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
