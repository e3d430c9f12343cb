"""The running cycle at a glance: where it stands, what moved, what is in the way and what comes next.

Its figures are those of `tracker.domain.figures`, as now. Fifteen statements at most, whatever the data.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, bindparam, func, select, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tracker.db.history import written_about
from tracker.db.language import translated
from tracker.db.models import Actor, ReviewReady, StateChange, Workflow
from tracker.domain.calendar import is_working_day, local_date, midnight, nth_working_day
from tracker.domain.figures.flow import tested_by_working_day
from tracker.domain.figures.history import Knowledge
from tracker.domain.figures.items import WorkflowItems
from tracker.domain.figures.readings import Basis, Reading, reading
from tracker.domain.figures.stale import StaleStream, stale_streams
from tracker.domain.figures.timelines import Timeline
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import STATES, CycleStatus, Goal, State
from tracker.queries import figures
from tracker.queries.blockers import list as blockers
from tracker.queries.board import list_rows

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Previous:
    """The cycle numbered one lower, through the end of the same working day, and whole."""

    number: int
    through: date
    so_far: WorkflowItems
    whole: WorkflowItems
    tested_by_day: Sequence[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """The running cycle as it stands; without items and all that follows from them before its first day.

    `members` are keys by state. `keys` says which workflows are counted: all, or those of some workstreams.
    """

    reading: Reading
    items: WorkflowItems | None
    tested_by_day: Sequence[int]
    members: Mapping[State, Sequence[str]]
    previous: Previous | None
    stale: Sequence[StaleStream]
    workstreams: int  # those that count in it
    ready: int  # of them, those that are ready for its review

    @property
    def cycle(self) -> CycleRow:
        """The cycle."""
        return self.reading.cycle


@dataclass(frozen=True, slots=True)
class Own:
    """What of it lies in the workstreams that somebody leads. `blockers` are ids."""

    workstreams: Sequence[str]
    members: Sequence[str]
    done: Sequence[str]
    tested: Sequence[str]
    blockers: Sequence[int]
    stale: Sequence[str]


@dataclass(frozen=True, slots=True)
class Move:
    """A change of state that stands."""

    key: str
    name: str
    from_state: State
    to_state: State
    happened_at: datetime
    recorded_at: datetime
    actor: str
    is_late: bool

    @property
    def is_back(self) -> bool:
        """Whether it went back."""
        return self.to_state.is_before(self.from_state)


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it. `latest` is the last cycle that is closed, `following` the first draft after it and the running one;
    `planned` counts members of cycles by goal.
    """

    as_of: datetime
    standing: Standing | None
    own: Own | None
    latest: CycleRow | None
    following: CycleRow | None
    planned: Mapping[int, Mapping[Goal, int]]
    blockers: Sequence[blockers.BlockerListRow]
    since: date
    moves: Sequence[Move]
    workstreams: Mapping[str, str]
    workflows: int


def overview(
    session: Session, *, own: Collection[str], language: str, now: datetime, today: date, zone: ZoneInfo
) -> Overview:
    """The whole of it; `own` are the workstreams whose part is to be told apart."""
    as_of = figures.as_of_now(session, now)
    history = figures.history(session)
    cycles = history.cycles if history else []
    running = next((row for row in cycles if row.status is CycleStatus.RUNNING), None)
    closed = [row for row in cycles if row.status is CycleStatus.CLOSED]
    after = running or (closed[-1] if closed else None)
    drafts = [row for row in cycles if row.status is CycleStatus.DRAFT and (after is None or row.cycle > after.cycle)]
    listed = blockers.blockers(session, language=language, today=today, zone=zone)
    open_blockers = sorted((row for row in listed.rows if row.is_open), key=lambda row: (-row.days, row.id))
    known = Knowledge(history, as_of) if history else None
    standing = _standing(session, known, running, today) if known and running else None
    since = _working_day_before(today)
    planned, workflows = _planned(session)
    return Overview(
        as_of,
        standing,
        _own(known, standing, open_blockers, own) if known and standing and own else None,
        closed[-1] if closed else None,
        drafts[0] if drafts else None,
        planned,
        open_blockers,
        since,
        _moves(session, midnight(since, zone), language, zone),
        listed.workstreams,
        workflows,
    )


def _standing(session: Session, known: Knowledge, running: CycleRow, today: date) -> Standing:
    zone, number = known.history.zone, running.cycle
    now = reading(running, Basis.AS_NOW, known.as_of, zone)
    streams = [row.code for row in known.history.workstreams]
    counting = sum(row.first_cycle <= number and not row.is_archived for row in known.history.workstreams)
    ready = session.execute(_READY, {"number": number}).scalar_one()
    updated = {key: each.at for key, each in list_rows.updates(session, str(number), seen_at=known.as_of).items()}
    if not now.is_begun:
        return Standing(now, None, (), {}, None, (), counting, ready)
    items, timelines = known.items(now, streams).workflows, known.timelines(now, streams)
    members = _by_state(items.final, timelines, known.as_of)
    return Standing(
        now,
        items,
        tested_by_working_day(timelines.values(), now),
        members,
        _previous(known, now, streams),
        stale_streams(known.history, items.final, members[State.DONE], updated, today),
        counting,
        ready,
    )


def _previous(known: Knowledge, now: Reading, streams: Collection[str]) -> Previous | None:
    row = next((each for each in known.history.cycles if each.cycle == now.cycle.cycle - 1), None)
    if row is None:
        return None
    whole = reading(row, Basis.AS_NOW, known.as_of, now.zone)
    if not whole.is_begun:
        return None
    through = nth_working_day(row.starts_on, row.ends_on, now.working_days_so_far)
    return Previous(
        row.cycle,
        through,
        known.items(whole.through(through), streams).workflows,
        known.items(whole, streams).workflows,
        tested_by_working_day(known.timelines(whole, streams).values(), whole),
    )


def _by_state(keys: Collection[str], timelines: Mapping[str, Timeline], as_of: datetime) -> dict[State, list[str]]:
    members: dict[State, list[str]] = {state: [] for state in STATES}
    for key in keys:
        position = timelines[key].at(as_of)
        if position >= 0:
            members[STATES[position]].append(key)
    return members


def _own(known: Knowledge, standing: Standing, listed: Sequence[blockers.BlockerListRow], own: Collection[str]) -> Own:
    streams = sorted(own)
    items = known.items(standing.reading, streams).workflows if standing.items is not None else WorkflowItems()
    done = set(standing.members.get(State.DONE, ()))
    return Own(
        streams,
        [*items.final],
        [key for key in items.final if key in done],
        items.tested,
        [row.id for row in listed if not {*row.workstreams}.isdisjoint(own)],
        [each.code for each in standing.stale if each.code in own],
    )


def _working_day_before(today: date) -> date:
    day = today - _DAY
    while not is_working_day(day):
        day -= _DAY
    return day


def _planned(session: Session) -> tuple[dict[int, Counter[Goal]], int]:
    """The members of each cycle by goal, and how many workflows there are."""
    planned: dict[int, Counter[Goal]] = {}
    total = 0
    for number, goal, count in session.execute(_MEMBERS):
        total += count
        if number is not None and goal is not None:
            planned.setdefault(number, Counter())[Goal(goal)] += count
    return planned, total


def _moves(session: Session, since: datetime, language: str, zone: ZoneInfo) -> list[Move]:
    """What was recorded since then and stands, the latest first."""
    return [
        Move(
            key,
            name,
            State(from_state),
            State(to_state),
            happened_at,
            recorded_at,
            actor,
            local_date(happened_at, zone) < local_date(recorded_at, zone),
        )
        for key, name, from_state, to_state, happened_at, recorded_at, actor in session.execute(
            _moves_since(language), {"since": since}
        )
    ]


# The statements are built once: building one costs as much as running it.

_READY = select(func.count()).where(col(ReviewReady.cycle_number) == bindparam("number"))
_MEMBERS: Select[*tuple[Any, ...]] = (
    select(col(Workflow.cycle_number), type_coerce(col(Workflow.goal), String), func.count())
    .where(col(Workflow.archived_at).is_(None))
    .group_by(col(Workflow.cycle_number), col(Workflow.goal))
)


@cache
def _moves_since(language: str) -> Select[*tuple[Any, ...]]:
    void = aliased(StateChange)
    return (
        written_about(
            StateChange,
            col(Workflow.key),
            translated(language, Workflow.name),
            type_coerce(col(StateChange.from_state), String),
            type_coerce(col(StateChange.to_state), String),
            col(StateChange.happened_at),
            col(StateChange.recorded_at),
            col(Actor.name),
        )
        .join(void, col(void.voids) == col(StateChange.id), isouter=True)
        .where(
            col(StateChange.recorded_at) >= bindparam("since"),
            col(StateChange.from_state).is_not(None),
            col(void.id).is_(None),
        )
        .order_by(col(StateChange.recorded_at).desc(), col(StateChange.id).desc())
    )
