"""What the first page answers with: what a cycle promises and what is kept of it, where that is lacking, what waits for
whom, and whether the end of the last cycle still matters.

Its figures are those of the charts, as now. Nineteen statements at most, whatever the data.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from tracker.domain.calendar import local_date, working_days
from tracker.domain.charts import commitment, throughput
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.span import Span
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.stale import STALE_AFTER_DAYS, stale_streams
from tracker.domain.figures.summaries import Choice
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import STATES, CycleStatus, Goal, State
from tracker.queries import figures
from tracker.queries.blockers import list as blockers
from tracker.queries.reviews import review as reviews
from tracker.queries.signoffs.workstreams import OpenPart, who_waits

BLOCKED = "blocked_days"  # the figure by which workstreams that lack as much are told apart
_YOUNG_DAYS = 7  # working days that a cycle needs behind it before the last one leaves the page
_PASSED = {Goal.DESIGN: "designed", Goal.VALIDATION: "validated", Goal.TEST: "tested"}
_DAY = timedelta(days=1)


class Promise(NamedTuple):
    """What a cycle promises of a goal, what is kept of it (keys), and how many have passed the stage, here and in the
    previous cycle. None: there is no such number (yet).
    """

    goal: Goal
    promised: int
    kept: Sequence[str]
    passed: int | None
    then: int | None

    @property
    def figure(self) -> str:
        """The figure that counts those that passed."""
        return _PASSED[self.goal]


class Problem(NamedTuple):
    """A workstream with what it lacks of its promise (keys), and what may be in its way."""

    code: str
    lacks: Sequence[str]
    promised: int
    blocked: Decimal
    blockers: int
    stale_days: int  # since anything was changed or checked; 0 unless that is a week

    @property
    def rank(self) -> tuple[int, Decimal, int, str]:
        """What makes it come before others."""
        return -len(self.lacks), -self.blocked, -self.stale_days, self.code


@dataclass(frozen=True, slots=True)
class Own:
    """What of the running cycle lies in the workstreams that somebody leads. `blockers` are ids, `awaited` their parts
    that others wait for.
    """

    workstreams: Sequence[str]
    members: Sequence[str]
    done: Sequence[str]
    blockers: Sequence[int]
    awaited: Sequence[OpenPart]


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it. `latest` is the last closed cycle, `following` the first draft after it and the running one, `planned`
    how many it has; `promise` is of the running one or else of the draft.

    `problems` are of the running cycle, before its first day of the latest. `pace` has what passed each stage.
    """

    span: Span
    running: Reading | None
    latest: CycleRow | None
    following: CycleRow | None
    planned: int
    states: Mapping[State, int]
    promise: Sequence[Promise]
    pace: SheetRow | None
    problems: Sequence[Problem]
    stale: Sequence[str]  # keys of open members that were neither changed nor checked for a week
    review: reviews.Review | None
    blockers: Sequence[blockers.BlockerListRow]  # open ones, the oldest first
    workstreams: Mapping[str, str]
    own: Own | None
    is_ending_shown: bool

    @property
    def is_under_way(self) -> bool:
        """Whether a cycle runs and has begun."""
        return self.running is not None and self.running.is_begun

    @property
    def workflows(self) -> int:
        """How many there are."""
        return sum(self.states.values())


def overview(
    session: Session, *, own: Collection[str], language: str, now: datetime, today: date, zone: ZoneInfo
) -> Overview:
    """The whole of it; `own` are the workstreams whose part is to be told apart."""
    as_of, history = figures.as_of_now(session, now), figures.history(session)
    assert history is not None, "who is signed in has a programme"
    running = next((row for row in history.cycles if row.status is CycleStatus.RUNNING), None)
    latest = next((row for row in reversed(history.cycles) if row.status is CycleStatus.CLOSED), None)
    after = running or latest
    following = next((row for row in history.cycles if _is_draft_after(row, after)), None)
    span, everything = _span(history, as_of, running or latest or following), summaries.programme(history)
    here = span.reading(running.cycle) if running else None
    begun = here.cycle if here and here.is_begun else None
    listed = blockers.blockers(session, language=language, today=today, zone=zone, only_open=True)
    still_open = sorted(listed.rows, key=lambda row: (-row.days, row.id))
    states = _states(span, everything)
    members = span.members(begun.cycle, everything) if begun else {}
    updated = figures.updated(session, history, begun.cycle) if begun else {}
    done = {key for key in members if states.get(key) is State.DONE}
    stale = {each.code: each.days for each in stale_streams(history, members, done, updated, today)} if begun else {}
    pace = next(iter(throughput.rows(span, everything)), None) if begun else None
    promising, troubled = running or following, begun or latest
    return Overview(
        span,
        here,
        latest,
        following,
        len(span.members(following.cycle, everything)) if following else 0,
        Counter(states.values()),
        list(_promise(_span(history, as_of, promising), everything, pace)) if promising else [],
        pace,
        sorted(_problems(_span(history, as_of, troubled), still_open, stale), key=lambda each: each.rank),
        [
            key
            for choice in summaries.workstreams(history)
            if begun and (not own or choice.workstream in own)
            for key in span.members(begun.cycle, choice)
            if key not in done and _is_stale(updated.get(key), today, zone)
        ],
        reviews.review(session, begun.cycle) if begun else None,
        still_open,
        listed.workstreams,
        _own(span, begun, states, still_open, own) if begun and own else None,
        latest is not None and (running is None or working_days(running.starts_on, today - _DAY) < _YOUNG_DAYS),
    )


def _is_draft_after(row: CycleRow, after: CycleRow | None) -> bool:
    return row.status is CycleStatus.DRAFT and (after is None or row.cycle > after.cycle)


def _span(history: History, as_of: datetime, cycle: CycleRow | None) -> Span:
    number = cycle.cycle if cycle else 0
    return Span(history, as_of, number, number)


def _states(span: Span, everything: Choice) -> dict[str, State]:
    """Where the workflows stand that count by now, by key."""
    number = next((row.cycle for row in span.cycles), None)
    codes = everything.workstreams if number is None else span.joined(number, everything)
    standing = (span.now.positions(code).items() for code in codes)
    return {key: STATES[position] for each in standing for key, position in each if position >= 0}


def _is_stale(updated_at: datetime | None, today: date, zone: ZoneInfo) -> bool:
    return updated_at is not None and (today - local_date(updated_at, zone)).days >= STALE_AFTER_DAYS


def _promise(span: Span, choice: Choice, pace: SheetRow | None) -> Iterator[Promise]:
    """By goal, the furthest first. Compared through the same working day, once all days are over with the whole."""
    by_goal = {row.values["goal"]: row for row in commitment.rows(span, choice)}
    for goal in reversed(list(Goal)):
        row, figure = by_goal.get(goal, SheetRow({})), _PASSED[goal]
        promised, passed, then = _count(row, "committed") or _count(row, "planned") or 0, None, None
        if pace is not None:
            passed, then = _count(pace, figure), _count(pace, f"{figure}_{compared_with(pace)}")
        yield Promise(goal, promised, _keys(row, "kept"), passed, then)


def compared_with(pace: SheetRow) -> str:
    """What the numbers of the previous cycle are, in the names of the chart's columns."""
    return "same_day" if pace.values["tested_same_day"] is not None else "previous"


def _count(row: SheetRow, column: str) -> int | None:
    value = row.values.get(column)
    return value if isinstance(value, int) else None


def _keys(row: SheetRow, column: str) -> list[str]:
    return [str(each.item) for each in row.items(column)]


def _problems(span: Span, listed: Sequence[blockers.BlockerListRow], stale: Mapping[str, int]) -> Iterator[Problem]:
    open_blockers = Counter(code for row in listed for code in row.workstreams)
    for choice in summaries.workstreams(span.history):
        code, rows = choice.workstream or "", list(commitment.rows(span, choice))
        kept, promised = ([key for row in rows for key in _keys(row, name)] for name in ("kept", "committed"))
        blocked: Decimal = sum((_blocked(span, row.cycle, choice) for row in span.cycles), Decimal())
        lacks = [key for key in promised if key not in kept]
        problem = Problem(code, lacks, len(promised), blocked, open_blockers[code], stale.get(code, 0))
        if problem.lacks or problem.blocked or problem.stale_days:
            yield problem


def _blocked(span: Span, number: int, choice: Choice) -> Decimal:
    days: Decimal | None = getattr(span.summary(number, choice), BLOCKED)
    return days or Decimal()


def _own(
    span: Span,
    cycle: CycleRow,
    states: Mapping[str, State],
    listed: Sequence[blockers.BlockerListRow],
    own: Collection[str],
) -> Own:
    streams = sorted(own)
    members = list(span.members(cycle.cycle, summaries.choice_of(span.history, (), streams)))
    done = [key for key in members if states.get(key) is State.DONE]
    awaited = who_waits(span.history, span.as_of, own).awaited
    return Own(streams, members, done, [row.id for row in listed if not {*row.workstreams}.isdisjoint(own)], awaited)
