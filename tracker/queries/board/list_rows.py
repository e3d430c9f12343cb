"""The list's reads beside the cards: when each workflow was last updated, which is kept, and what holds it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlmodel import Session, col

from tracker.db.columns import AnyTable
from tracker.db.history import open_holds
from tracker.db.language import translated
from tracker.db.models import Blocker, BlockerEvent, Note, StateChange, Workflow, WorkflowCheck
from tracker.domain.calendar import local_date, midnight
from tracker.domain.figures.stale import STALE_AFTER_DAYS
from tracker.domain.states import State
from tracker.queries.board.cards import KEYS, UNRELATED, Card, in_scope, scope_of
from tracker.queries.revision_cache import RevisionCache, Written

_NEVER = datetime.min.replace(tzinfo=UTC)
_LOGGED = 1_000  # of the latest updates, what stood there before
_MOST_NAMED = 500  # workflows: beyond that all of the cycle are as quickly read
_CHANGE, _CHECK, _OTHER = 1, 2, 3
_EVERY = "every"  # a scope: all workflows, whatever their state


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
    """By key of each workflow in the cycle (a number, `all` or `none`), when it was last updated; of others too. One
    statement, after a write three, and one more for who opened the list long ago.
    """
    found = _UPDATES.get(session).seen(seen_at)
    if found is not None:
        return found
    scope, values = scope_of(cycle)
    return _updates_of(session, scope, values | {"seen_at": seen_at})


def stale(cards: Iterable[Card], updates: Updates, *, today: date, zone: ZoneInfo) -> frozenset[str]:
    """The keys of those that were not updated for a week, as the reader saw it on opening the list."""
    fresh_from = _fresh_from(today, zone)
    return frozenset(
        card.key
        for card in cards
        for update in (updates[card.key],)
        if (update.seen_at or update.at) < fresh_from and not _was_done(card, update)
    )


def count_stale(cards: Iterable[Card], updates: Updates, *, today: date, zone: ZoneInfo) -> int:
    """How many rows are stale as they stand now."""
    fresh_from = _fresh_from(today, zone)
    return sum(1 for card in cards if updates[card.key].at < fresh_from and card.state is not State.DONE)


def _fresh_from(today: date, zone: ZoneInfo) -> datetime:
    return midnight(today - timedelta(days=STALE_AFTER_DAYS - 1), zone)


def in_order(cards: Iterable[Card], updates: Updates) -> list[Card]:
    """The cards as the list shows them: the longest without an update first, done ones last.

    The order is that of the moment when the reader opened the list, so that no row runs away while it is edited.
    """

    def place(card: Card) -> tuple[bool, datetime, str]:
        update = updates[card.key]
        return _was_done(card, update), update.seen_at or update.at, card.key

    return sorted(cards, key=place)


def rows(
    session: Session, cards: Sequence[Card], updates: Updates, cycle: str, *, language: str, today: date, zone: ZoneInfo
) -> list[ListRow]:
    """Rows for cards of the cycle, in their order. One statement."""
    named = KEYS, {"keys": [card.key for card in cards]}
    scope, values = named if len(cards) <= _MOST_NAMED else scope_of(cycle)
    holds = _holds_of(session, scope, values, language, today, zone)
    return [_row(card, holds, updates, today, zone) for card in cards]


def rows_of(session: Session, cards: Collection[Card], *, language: str, today: date, zone: ZoneInfo) -> list[ListRow]:
    """Rows for cards that are named, in their order. Two statements."""
    values = {"keys": [card.key for card in cards]}
    updates = _updates_of(session, KEYS, values | {"seen_at": None})
    holds = _holds_of(session, KEYS, values, language, today, zone)
    return [_row(card, holds, updates, today, zone) for card in cards]


@dataclass(frozen=True, slots=True)
class _Kept:
    """When every workflow was last updated, and of the latest updates, when it had been before."""

    now: dict[str, Update]
    known_since: datetime
    log: tuple[tuple[datetime, str, Update | None], ...] = ()

    def followed(self, rows: Iterable[tuple[str, datetime, int]]) -> "_Kept":
        """With what has been written since, in order: of which workflow, when, and of which kind."""
        now, log = dict(self.now), list(self.log)
        for key, at, kind in rows:
            before = now.get(key)
            log.append((at, key, before))
            checked_at, moved_at = (before.checked_at, before.moved_at) if before else (None, at)
            now[key] = Update(at, at, at if kind == _CHECK else checked_at, at if kind == _CHANGE else moved_at)
        known_since = log[-_LOGGED - 1][0] if len(log) > _LOGGED else self.known_since
        return _Kept(now, known_since, tuple(log[-_LOGGED:]))

    def seen(self, at: datetime) -> Updates | None:
        """The updates for a reader who opened the list then; none when that is too long ago."""
        if at < self.known_since:
            return None
        before: dict[str, Update | None] = {}
        for recorded_at, key, update in reversed(self.log):
            if recorded_at <= at:
                break
            before[key] = update
        seen = {key: replace(self.now[key], seen_at=update.at if update else None) for key, update in before.items()}
        return {**self.now, **seen} if seen else self.now


def _read(session: Session) -> _Kept:
    rows = session.connection().execute(_updates(_EVERY), {"seen_at": None})
    now = {key: Update(at, at, checked_at, moved_at) for key, at, _, checked_at, moved_at in rows}
    return _Kept(now, max((update.at for update in now.values()), default=_NEVER))


def _follow(session: Session, kept: _Kept, written: Written) -> _Kept:
    rows = session.connection().execute(_written(), {"revision": written.since})
    return kept.followed([(key, at, kind) for key, at, kind in rows])


_UPDATES: RevisionCache[_Kept] = RevisionCache(_read, _follow, UNRELATED)


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
    here = select(col(Workflow.id)).where(true() if scope == _EVERY else in_scope(scope))
    each = _recorded(lambda table: col(table.workflow_id).in_(here))
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


@cache
def _written() -> Select[*tuple[Any, ...]]:
    """What has been written after a revision, in order: the workflow's key, when, and of which kind."""
    each = _recorded(lambda table: col(table.entry_id) > bindparam("revision", type_=Integer))
    return (
        select(col(Workflow.key), each.c.recorded_at, each.c.kind)
        .join(Workflow, col(Workflow.id) == each.c.workflow_id)
        .order_by(each.c.recorded_at)
    )


def _recorded(where: Callable[[AnyTable], ColumnElement[bool]]) -> Subquery:
    """What counts as an update: the workflow's id, when, and of which kind."""
    return union_all(
        *(
            select(
                col(table.workflow_id).label("workflow_id"),
                col(table.recorded_at).label("recorded_at"),
                type_coerce(literal(kind), Integer).label("kind"),
            ).where(where(table))
            for table, kind in _KINDS
        )
    ).subquery()


_KINDS: tuple[tuple[AnyTable, int], ...] = (
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
