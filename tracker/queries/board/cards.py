"""The board's reads: what surrounds the cards, and the cards. Five statements, whatever the data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, String, and_, bindparam, func, not_, or_, select, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

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
from tracker.domain.states import UNDER_WAY, CycleStatus, State

ALL, NONE = "all", "none"
CYCLE, KEYS = "cycle", "keys"  # other scopes of cards
_SHARED_SHOWN = 2
_LOWEST_PRIORITY = 5


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

    `other_name` is not drawn: it is the name in the other language, so that search finds both.
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

    @property
    def shared_shown(self) -> tuple[str, ...]:
        """The first workstreams that take part; the rest are counted."""
        return self.shared[:_SHARED_SHOWN] if len(self.shared) <= _SHARED_SHOWN else self.shared[:1]

    @property
    def shared_more(self) -> int:
        """How many workstreams are not named on the card."""
        return len(self.shared) - len(self.shared_shown)


def frame(session: Session, *, language: str, today: date) -> BoardFrame:
    """The cycles (by number), projects and workstreams (by code), owners of workflows. Three statements."""
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


def cards(session: Session, cycle: str, *, language: str, today: date, zone: ZoneInfo) -> list[Card]:
    """The cards of a cycle (a number), of `all` or of `none`, by priority, then longest in state. Two statements."""
    return _cards(session, *scope_of(cycle), language, today, zone)


def card(session: Session, key: str, *, language: str, today: date, zone: ZoneInfo) -> Card:
    """One workflow's card. Two statements."""
    return cards_of(session, [key], language=language, today=today, zone=zone)[0]


def cards_of(session: Session, keys: Sequence[str], *, language: str, today: date, zone: ZoneInfo) -> list[Card]:
    """The cards of the workflows that are named. Two statements."""
    return _cards(session, KEYS, {"keys": keys}, language, today, zone)


def _cards(
    session: Session, scope: str, values: dict[str, Any], language: str, today: date, zone: ZoneInfo
) -> list[Card]:
    connection = session.connection()
    rows = connection.execute(_card_rows(scope, language), values).all()
    held = {workflow: hold for workflow, *hold in connection.execute(_holds(scope, language), values)}
    return [_card(row, held.get(row[0]), today, zone) for row in sorted(rows, key=_BOARD_ORDER)]


def _card(row: Sequence[Any], hold: Sequence[Any] | None, today: date, zone: ZoneInfo) -> Card:
    _, key, name, version, state, workstream, others, owner, priority, since, _, other_name = row
    shared = tuple(sorted(others.split())) if others else ()
    days = max((today - local_date(since, zone)).days, 0)
    blocker, blocked_days = "", None
    if hold is not None:
        held_since, blocker = hold
        blocked_days = max((today - local_date(held_since, zone)).days, 0)
    return Card(
        key, name, version, _STATES[state], workstream, shared, owner, priority, days, blocker, blocked_days, other_name
    )


# The statements are built once: building one costs as much as running it.


_CYCLES = select(*columns(Cycle, ("number", "status", "goal", "starts_on", "ends_on"))).order_by(col(Cycle.number))
_OWNERS = select(col(Workflow.owner)).where(col(Workflow.archived_at).is_(None), col(Workflow.owner) != "").distinct()
_BOARD_ORDER = itemgetter(10, 9, 1)  # priority, since when in its state, key
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
def _card_rows(scope: str, language: str) -> Select[*tuple[Any, ...]]:
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
            func.coalesce(col(Workflow.priority), _LOWEST_PRIORITY),
            translated(other(language), Workflow.name),
        )
        .join(owned, and_(col(owned.workflow_id) == col(Workflow.id), col(owned.is_owner)))
        .where(in_scope(scope))
    )


@cache
def _holds(scope: str, language: str) -> Select[*tuple[Any, ...]]:
    """By workflow id, since when and by what it is held; the oldest of its open holds comes last."""
    named = select(col(Workflow.id)).where(in_scope(KEYS))
    holds = open_holds(col(BlockerEvent.workflow_id).in_(named)) if scope == KEYS else open_holds()
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
