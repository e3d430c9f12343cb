"""The board's reads: what surrounds the cards, and the cards, both kept from one revision to the next."""

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache, partial
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tracker.db import parts
from tracker.db.columns import columns
from tracker.db.history import has_state, open_holds
from tracker.db.language import translated
from tracker.db.models import (
    Blocker,
    BlockerEvent,
    Cycle,
    Project,
    ScopeChange,
    Workflow,
    WorkflowWorkstream,
    Workstream,
)
from tracker.db.workstreams import has_something
from tracker.domain.calendar import iso_week, local_date, working_days
from tracker.domain.language import other
from tracker.domain.signoffs.part_timeline import POSITIONS, PartTimeline
from tracker.domain.states import UNDER_WAY, CycleStatus, Goal, State
from tracker.queries.revision_cache import OF_ACCOUNTS, REPORTING, REVIEWING, RevisionCache, Written

ALL, NONE = "all", "none"
CYCLE, KEYS = "cycle", "keys"  # other scopes of cards
_SHARED_SHOWN = 2
_LOWEST_PRIORITY = 5
_NEVER = datetime.min.replace(tzinfo=UTC)
UNRELATED = REVIEWING | REPORTING | OF_ACCOUNTS  # commands that change no card, nor what surrounds them
_SCOPES_KEPT = 8  # of 5,000 cards each takes some 5 MB
_STEPS_KEPT, _MOST_STEPPED = 50, 100
_OTHERS = 6  # where they stand in what is read of a card
_MOST_FOLLOWED = 500  # workflows: beyond that all are as quickly read


@dataclass(frozen=True, slots=True)
class CycleHeading:
    """The cycle that the board shows, on a day."""

    number: int
    status: CycleStatus
    goal: str
    starts_on: date
    ends_on: date
    working_day: int
    working_days: int
    week: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A workstream as the board needs it: names in the reader's language, limits per state."""

    code: str
    name: str
    project: str
    limits: dict[State, int] = field(hash=False)


@dataclass(frozen=True, slots=True)
class BoardFrame:
    """What surrounds the cards: cycles, projects, workstreams and owners to choose from."""

    cycles: tuple[CycleHeading, ...]
    projects: dict[str, str] = field(hash=False)
    streams: dict[str, Stream] = field(hash=False)
    owners: frozenset[str] = frozenset()

    @property
    def running(self) -> CycleHeading | None:
        """The cycle that runs, if one does."""
        return next((cycle for cycle in self.cycles if cycle.status is CycleStatus.RUNNING), None)

    def cycle(self, number: str) -> CycleHeading | None:
        """The cycle with that number, if there is one."""
        return next((cycle for cycle in self.cycles if str(cycle.number) == number), None)


class Card(NamedTuple):
    """A card as drawn: it depends on the workflow, the language and the local date, never on who looks.

    Not drawn are `other_name`, the name in the other language, so that search finds both, and since when it is in its
    state, by which cards are sorted. `behind` are the workstreams that have a due open part, of a shared workflow;
    `missing` are others' parts, also of stages to come, that done lacks.
    """

    key: str
    name: str
    version: int
    state: State
    workstream: str
    shared: tuple[str, ...]
    owner: str
    priority: int | None
    days: int
    blocker: str
    blocked_days: int | None
    other_name: str = ""
    since: datetime = _NEVER
    behind: tuple[str, ...] = ()
    missing: tuple[tuple[str, Goal], ...] = ()

    @property
    def open_parts(self) -> tuple[tuple[str, Goal], ...]:
        """All that is not signed or waived: what done lacks, and the owner's part in the stage at hand."""
        own = ((self.workstream, Goal(self.state)),) if self.workstream in self.behind else ()
        return (*self.missing, *own)

    @property
    def due_parts(self) -> tuple[tuple[str, Goal], ...]:
        """Those of stages that the workflow has reached."""
        return tuple(part for part in self.open_parts if POSITIONS[part[1]] <= self.state.position)

    @property
    def passed_parts(self) -> tuple[tuple[str, Goal], ...]:
        """Those of stages that it has left behind."""
        return tuple(part for part in self.open_parts if POSITIONS[part[1]] < self.state.position)

    @property
    def parts(self) -> int:
        """How many workstreams take part, the owning one among them."""
        return 1 + len(self.shared)

    @property
    def waits_on(self) -> tuple[str, ...]:
        """On whom somebody waits whose own part is done, in work under way."""
        return self.behind if self.state in UNDER_WAY and len(self.behind) < self.parts else ()

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Sorts cards on the board: by priority, then the longest in state."""
        return self.priority or _LOWEST_PRIORITY, self.since, self.key

    @property
    def shared_shown(self) -> tuple[str, ...]:
        """The first workstreams that take part; the rest are counted."""
        return _first(self.shared)

    @property
    def shared_more(self) -> int:
        """How many workstreams are not named on the card."""
        return len(self.shared) - len(self.shared_shown)

    @property
    def behind_shown(self) -> tuple[str, ...]:
        """The first workstreams that are behind; the rest are counted."""
        return _first(self.behind)


def _first(codes: tuple[str, ...]) -> tuple[str, ...]:
    return codes[:_SHARED_SHOWN] if len(codes) <= _SHARED_SHOWN else codes[:1]


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of a cycle, of all or of the backlog at a revision; never changed, for others hold them too.

    `steps` are the last few by which they were brought forward: from which cards, and how those written to were then.
    `kept` is for what is made of them, such as layouts, and goes from step to step with the `serial` of the cards.
    """

    by_key: dict[str, Card]
    in_order: list[Card]
    kept: dict[Any, Any] = field(default_factory=dict)
    steps: tuple[tuple[int, dict[str, Card | None]], ...] = ()
    serial: int = field(default_factory=count().__next__)

    def followed(self, keys: Collection[str], found: Collection[Card]) -> "Cards":
        """The next ones: of those written to, what there is of them now."""
        before = {key: self.by_key.get(key) for key in keys}
        by_key, in_order = dict(self.by_key), list(self.in_order)
        for card in filter(None, before.values()):
            del by_key[card.key], in_order[place(in_order, card)]
        for card in found:
            by_key[card.key] = card
            insort(in_order, card, key=_order)
        steps = (*self.steps, (self.serial, before))[-_STEPS_KEPT:] if len(keys) <= _MOST_STEPPED else ()
        return Cards(by_key, in_order, self.kept, steps)

    def written_since(self, serial: int) -> dict[str, Card | None] | None:
        """By key, how those were that were written to since the cards of that serial number; none of others' cards."""
        before: dict[str, Card | None] = {}
        for number, written in ((self.serial, {}), *reversed(self.steps)):
            before |= written
            if number == serial:
                return before
        return None


def _order(card: Card) -> tuple[int, datetime, str]:
    return card.order


def place(cards: Sequence[Card], card: Card) -> int:
    """Where the card stands among cards in order, or would."""
    return bisect_left(cards, card.order, key=_order)


def frame(session: Session, *, language: str, today: date) -> BoardFrame:
    """The cycles (by number), projects and workstreams (by code), owners of workflows. One statement, and after a write
    four more.
    """
    return _kept_frame(language, today).get(session)


@lru_cache(maxsize=_SCOPES_KEPT)
def _kept_frame(language: str, today: date) -> RevisionCache[BoardFrame]:
    read = partial(_frame, language=language, today=today)
    return RevisionCache(read, lambda session, _frame, _written: read(session), UNRELATED)


def _frame(session: Session, *, language: str, today: date) -> BoardFrame:
    connection = session.connection()
    headings = tuple(_heading(*row, today) for row in connection.execute(_CYCLES))
    projects, streams = {}, {}
    for project_name, code, name, project, *limits in connection.execute(_streams(language)):
        projects[project] = project_name
        by_state = zip(UNDER_WAY, limits, strict=True)
        streams[code] = Stream(code, name, project, {state: limit for state, limit in by_state if limit is not None})
    owners = frozenset(connection.execute(_OWNERS).scalars())
    return BoardFrame(headings, dict(sorted(projects.items())), streams, owners)


def scope_of(cycle: str) -> tuple[str, dict[str, Any]]:
    """The scope of a cycle (a number), of `all` or of `none`, and its values, for statements `in_scope`."""
    return (cycle, {}) if cycle in {ALL, NONE} else (CYCLE, {"number": int(cycle)})


def cards(session: Session, cycle: str, *, language: str, today: date, zone: ZoneInfo) -> Cards:
    """The cards of a cycle (a number), of `all` or of `none`, by priority, then longest in state. One statement, and
    after a write three more.
    """
    return _kept_cards(cycle, language, today, zone).get(session)


def card(session: Session, key: str, *, language: str, today: date, zone: ZoneInfo) -> Card:
    """One workflow's card. Two statements."""
    return cards_of(session, [key], language=language, today=today, zone=zone)[0]


def cards_of(session: Session, keys: Sequence[str], *, language: str, today: date, zone: ZoneInfo) -> list[Card]:
    """The cards of the workflows that are named. Two statements."""
    return _CardReader(language, today, zone).read(session, KEYS, {"keys": keys})


@lru_cache(maxsize=_SCOPES_KEPT)
def _kept_cards(cycle: str, language: str, today: date, zone: ZoneInfo) -> RevisionCache[Cards]:
    scope, values = scope_of(cycle)
    reader = _CardReader(language, today, zone)

    def read(session: Session) -> Cards:
        found = reader.read(session, scope, values)
        return Cards({card.key: card for card in found}, found)

    def follow(session: Session, cards: Cards, written: Written) -> Cards:
        keys = list(written.workflows.values())
        if len(keys) > _MOST_FOLLOWED:
            return read(session)
        return cards.followed(keys, reader.read(session, scope, values | {"keys": keys}))

    return RevisionCache(read, follow, UNRELATED)


class _CardReader(NamedTuple):
    language: str
    today: date
    zone: ZoneInfo

    def read(self, session: Session, scope: str, values: dict[str, Any]) -> list[Card]:
        """The cards of a scope, where keys are given too those of them, in order. Two statements, where any is shared
        four.
        """
        connection, is_narrowed = session.connection(), "keys" in values
        rows = connection.execute(_card_rows(scope, self.language, is_narrowed), values).all()
        found = connection.execute(_holds(scope, self.language, is_narrowed), values)
        held = {workflow: hold for workflow, *hold in found}
        is_shared = any(row[_OTHERS] for row in rows)
        shared = parts.read(session, _parts(scope, is_narrowed), values) if is_shared else {}
        return sorted(
            (_card(row, held.get(row[0]), shared.get(row[0]), self.today, self.zone) for row in rows), key=_order
        )


def _card(
    row: Sequence[Any], hold: Sequence[Any] | None, timeline: PartTimeline | None, today: date, zone: ZoneInfo
) -> Card:
    _, key, name, version, state, workstream, others, owner, priority, since, other_name = row
    shared = tuple(sorted(others.split())) if others else ()
    days = max((today - local_date(since, zone)).days, 0)
    blocker, blocked_days = "", None
    if hold is not None:
        held_since, blocker = hold
        blocked_days = max((today - local_date(held_since, zone)).days, 0)
    state = _STATES[state]
    shown = owner, priority, days, blocker, blocked_days, other_name, since
    if timeline is None or not shared:
        return Card(key, name, version, state, workstream, shared, *shown)
    behind = tuple(sorted(timeline.last.behind(workstream)))
    return Card(key, name, version, state, workstream, shared, *shown, behind, timeline.missing)


# The statements are built once: building one costs as much as running it.


_CYCLES = select(*columns(Cycle, ("number", "status", "goal", "starts_on", "ends_on"))).order_by(col(Cycle.number))
_OWNERS = select(col(Workflow.owner)).where(col(Workflow.archived_at).is_(None), col(Workflow.owner) != "").distinct()
_STATES = {state.value: state for state in State}


@cache
def _streams(language: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            translated(language, Project.name),
            col(Workstream.code),
            translated(language, Workstream.name),
            *columns(Workstream, ("project_code", "wip_design", "wip_validation", "wip_test")),
        )
        .join(Project, col(Project.code) == col(Workstream.project_code))
        .where(has_something())
        .order_by(col(Workstream.code))
    )


@cache
def _card_rows(scope: str, language: str, is_narrowed: bool) -> Select[*tuple[Any, ...]]:
    others = (
        select(func.aggregate_strings(col(WorkflowWorkstream.workstream_code), " "))
        .where(col(WorkflowWorkstream.workflow_id) == col(Workflow.id), not_(col(WorkflowWorkstream.is_owner)))
        .correlate(Workflow)
        .scalar_subquery()
    )
    owned = aliased(WorkflowWorkstream)
    return (
        select(
            col(Workflow.id),
            col(Workflow.key),
            translated(language, Workflow.name),
            col(Workflow.version),
            type_coerce(col(Workflow.state), String),
            col(owned.workstream_code),
            others,
            col(Workflow.owner),
            col(Workflow.priority),
            col(Workflow.state_since),
            translated(other(language), Workflow.name),
        )
        .join(owned, and_(col(owned.workflow_id) == col(Workflow.id), col(owned.is_owner)))
        .where(in_scope(scope), in_scope(KEYS) if is_narrowed else true())
    )


@cache
def _parts(scope: str, is_narrowed: bool) -> parts.Statements:
    other = aliased(WorkflowWorkstream)
    is_shared = col(Workflow.id).in_(select(col(other.workflow_id)).where(not_(col(other.is_owner))))
    return parts.statements(and_(in_scope(scope), in_scope(KEYS) if is_narrowed else true(), is_shared))


@cache
def _holds(scope: str, language: str, is_narrowed: bool) -> Select[*tuple[Any, ...]]:
    """By workflow id, since when and by what it is held; the oldest of its open holds comes last."""
    named = select(col(Workflow.id)).where(in_scope(KEYS))
    holds = open_holds(col(BlockerEvent.workflow_id).in_(named)) if is_narrowed else open_holds()
    return (
        select(holds.c.workflow_id, holds.c.since, translated(language, Blocker.title))
        .join(Blocker, col(Blocker.id) == holds.c.blocker_id)
        .join(Workflow, col(Workflow.id) == holds.c.workflow_id)
        .where(in_scope(scope))
        .order_by(holds.c.since.desc(), holds.c.blocker_id.desc())
    )


def in_scope(scope: str) -> ColumnElement[bool]:
    """Which workflows stand in the cycle. A closed cycle keeps those that were in it when it was closed."""
    if scope == KEYS:
        return col(Workflow.key).in_(bindparam("keys", type_=String, expanding=True))
    unarchived = col(Workflow.archived_at).is_(None)
    if scope == ALL:
        return unarchived
    if scope == NONE:
        planned = select(col(Cycle.number)).where(col(Cycle.status) != CycleStatus.CLOSED)
        in_plan = func.coalesce(col(Workflow.cycle_number), -1).in_(planned)
        return and_(unarchived, col(Workflow.state) != State.DONE, not_(in_plan))
    number = bindparam("number", type_=Integer)
    was_member = col(Workflow.id).in_(_members_at_the_close(number))
    return and_(has_state(), or_(col(Workflow.cycle_number) == number, was_member))


def _members_at_the_close(number: ColumnElement[int]) -> Select[tuple[int]]:
    closed_at = select(col(Cycle.closed_at)).where(col(Cycle.number) == number).scalar_subquery()
    newest_first = (col(ScopeChange.happened_at).desc(), col(ScopeChange.id).desc())
    rows = (
        select(
            col(ScopeChange.workflow_id),
            col(ScopeChange.to_cycle),
            func.row_number().over(partition_by=col(ScopeChange.workflow_id), order_by=newest_first).label("place"),
        )
        .where(col(ScopeChange.happened_at) < closed_at)
        .subquery()
    )
    return select(rows.c.workflow_id).where(rows.c.place == 1, rows.c.to_cycle == number)


@lru_cache(maxsize=256)
def _heading(number: int, status: CycleStatus, goal: str, starts_on: date, ends_on: date, today: date) -> CycleHeading:
    until = min(max(today, starts_on), ends_on)
    return CycleHeading(
        number,
        status,
        goal,
        starts_on,
        ends_on,
        working_days(starts_on, until) if today >= starts_on else 0,
        working_days(starts_on, ends_on),
        iso_week(until),
    )
