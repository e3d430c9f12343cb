"""The list's reads beside the cards: when each workflow was last updated, and what holds it. Two statements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, bindparam, case, func, literal, select, type_coerce, union_all
from sqlmodel import Session, col

from tracker.db.history import open_holds
from tracker.db.language import translated
from tracker.db.models import Blocker, BlockerEvent, Note, StateChange, Workflow, WorkflowCheck
from tracker.domain.calendar import local_date
from tracker.domain.figures.stale import STALE_AFTER_DAYS
from tracker.domain.states import State
from tracker.queries.board.cards import KEYS, Card, in_scope, scope_of

_CHANGE, _CHECK, _OTHER = 1, 2, 3


class Hold(NamedTuple):
    """A blocker that holds a workflow now."""

    blocker_id: int
    title: str
    since: date
    days: int


class ListRow(NamedTuple):
    """A row of the list as drawn: like a card it depends on the workflow, the language and the local date alone.

    `is_checked`: the latest that is known of it is that somebody looked today and found nothing new.
    """

    card: Card
    holds: tuple[Hold, ...]
    updated_days: int
    is_checked: bool

    @property
    def is_stale(self) -> bool:
        """Whether it was neither changed nor checked for a week, though it is not done."""
        return self.updated_days >= STALE_AFTER_DAYS and self.card.state is not State.DONE


@dataclass(frozen=True, slots=True)
class Update:
    """When a workflow was last changed or checked: at all, and as the reader saw it on opening the list."""

    at: datetime
    seen_at: datetime | None
    checked_at: datetime | None
    moved_at: datetime


Updates = Mapping[str, Update]


def updates(session: Session, cycle: str, *, seen_at: datetime) -> Updates:
    """By key of each workflow in the cycle (a number, `all` or `none`), when it was last updated. One statement."""
    scope, values = scope_of(cycle)
    return _updates_of(session, scope, values | {"seen_at": seen_at})


def stale(cards: Iterable[Card], updates: Updates, *, today: date, zone: ZoneInfo) -> frozenset[str]:
    """The keys of those that were not updated for a week, as the reader saw it on opening the list."""
    return frozenset(
        card.key
        for card in cards
        for update in (updates[card.key],)
        if not _was_done(card, update)
        and (today - local_date(update.seen_at or update.at, zone)).days >= STALE_AFTER_DAYS
    )


def rows(
    session: Session, cards: Iterable[Card], updates: Updates, cycle: str, *, language: str, today: date, zone: ZoneInfo
) -> list[ListRow]:
    """Rows for the cards, the longest without an update first, done ones last. One statement.

    The order is that of the moment when the reader opened the list, so that no row runs away while it is edited.
    """
    holds = _holds_of(session, *scope_of(cycle), language, today, zone)

    def place(card: Card) -> tuple[bool, datetime, str]:
        update = updates[card.key]
        return _was_done(card, update), update.seen_at or update.at, card.key

    return [_row(card, holds, updates, today, zone) for card in sorted(cards, key=place)]


def rows_of(session: Session, cards: Collection[Card], *, language: str, today: date, zone: ZoneInfo) -> list[ListRow]:
    """Rows for cards that are named, in their order. Two statements."""
    values = {"keys": [card.key for card in cards]}
    updates = _updates_of(session, KEYS, values | {"seen_at": None})
    holds = _holds_of(session, KEYS, values, language, today, zone)
    return [_row(card, holds, updates, today, zone) for card in cards]


def _was_done(card: Card, update: Update) -> bool:
    """Whether it was done already when the reader opened the list."""
    return card.state is State.DONE and (update.seen_at is None or update.moved_at <= update.seen_at)


def _row(card: Card, holds: Mapping[str, list[Hold]], updates: Updates, today: date, zone: ZoneInfo) -> ListRow:
    update = updates[card.key]
    days = max((today - local_date(update.at, zone)).days, 0)
    return ListRow(card, tuple(holds.get(card.key, ())), days, days == 0 and update.checked_at == update.at)


def _updates_of(session: Session, scope: str, values: dict[str, Any]) -> dict[str, Update]:
    rows = session.connection().execute(_updates(scope), values)
    return {key: Update(*instants) for key, *instants in rows}


def _holds_of(
    session: Session, scope: str, values: dict[str, Any], language: str, today: date, zone: ZoneInfo
) -> dict[str, list[Hold]]:
    holds: dict[str, list[Hold]] = {}
    for key, blocker_id, title, since in session.connection().execute(_holds(scope, language), values):
        since_on = local_date(since, zone)
        hold = Hold(blocker_id, title, since_on, max((today - since_on).days, 0))
        holds.setdefault(key, []).append(hold)
    return holds


# The statements are built once: building one costs as much as running it.


@cache
def _updates(scope: str) -> Select[*tuple[Any, ...]]:
    """By key: the latest of all, the latest that the reader saw, the latest check, the latest change of state."""
    here = select(col(Workflow.id)).where(in_scope(scope))
    each = union_all(
        *(
            select(
                col(table.workflow_id).label("workflow_id"),
                col(table.recorded_at).label("recorded_at"),
                type_coerce(literal(kind), Integer).label("kind"),
            ).where(col(table.workflow_id).in_(here))
            for table, kind in _KINDS
        )
    ).subquery()
    at = each.c.recorded_at
    seen_at = bindparam("seen_at", type_=at.type)
    return (
        select(
            col(Workflow.key),
            func.max(at),
            func.max(case((at <= seen_at, at))),
            func.max(case((each.c.kind == _CHECK, at))),
            func.max(case((each.c.kind == _CHANGE, at))),
        )
        .join(Workflow, col(Workflow.id) == each.c.workflow_id)
        .group_by(col(Workflow.key))
    )


_KINDS: tuple[tuple[Any, int], ...] = (
    (StateChange, _CHANGE),
    (BlockerEvent, _OTHER),
    (Note, _OTHER),
    (WorkflowCheck, _CHECK),
)


@cache
def _holds(scope: str, language: str) -> Select[*tuple[Any, ...]]:
    """The holds that stand, the oldest of a workflow's first."""
    here = select(col(Workflow.id)).where(in_scope(scope))
    holds = open_holds(col(BlockerEvent.workflow_id).in_(here))
    return (
        select(col(Workflow.key), col(Blocker.id), translated(language, Blocker.title), holds.c.since)
        .join(holds, holds.c.blocker_id == col(Blocker.id))
        .join(Workflow, col(Workflow.id) == holds.c.workflow_id)
        .order_by(holds.c.since, col(Blocker.id))
    )
