"""A draft being planned, by workstream: the backlog, what is in it, and what speaks for and against more of it.
Twenty-five statements at most, whatever the data.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from tracker.db import facts as plain
from tracker.db import reviews
from tracker.db.history import open_holds
from tracker.db.models import ReviewReady, Workflow, WorkflowWorkstream
from tracker.domain import planning
from tracker.domain.calendar import working_days
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.figures.history import Knowledge
from tracker.domain.planning import Coming, Finished, Measure, Promise, coming, goals_ahead, next_goal
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import UNDER_WAY, CycleStatus, Goal, State
from tracker.queries import figures
from tracker.queries.board import cards as board
from tracker.queries.board.cards import NONE, BoardFrame, Card, Stream


class PlanItem(NamedTuple):
    """A workflow on either side: its card, and its goal where it is in the draft."""

    card: Card
    goal: Goal | None

    @property
    def next_goal(self) -> Goal | None:
        """The goal that it goes in with unless told."""
        return next_goal(self.card.state)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """Those that there are to choose from: what it has yet to pass, and the one that it has."""
        ahead = goals_ahead(self.card.state)
        return tuple(goal for goal in Goal if goal in ahead or goal is self.goal)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many workflows of a workstream are in a state, of at most so many."""

    state: State
    count: int
    limit: int | None

    @property
    def over(self) -> int:
        """By how many it is over its limit."""
        return max(self.count - self.limit, 0) if self.limit is not None else 0


@dataclass(slots=True)
class Part:
    """A workstream's part of the plan. One whose project has not joined by then counts in no sum."""

    stream: Stream
    counts_from: int | None = None
    backlog: list[PlanItem] = field(default_factory=list)
    members: list[PlanItem] = field(default_factory=list)
    coming: list[Coming] = field(default_factory=list)
    finished: tuple[Finished, ...] = ()
    promise: Promise = field(default_factory=Promise)
    open_blockers: int = 0
    under_way: tuple[UnderWay, ...] = ()
    is_ready: bool = True  # for the review that comes before the commit
    again: list[str] = field(default_factory=list)  # keys of what is carried for the third time or more

    @property
    def done(self) -> Measure:
        """What is to pass test, beside what became done in the last cycles."""
        return planning.to_be_done(self.promise, self.finished)

    @property
    def met(self) -> Measure:
        """All goals, beside those met in the last cycles."""
        return planning.to_be_met(self.promise, self.finished)

    @property
    def is_over(self) -> bool:
        """Whether it promises more than it has finished in any of its last cycles."""
        return bool(self.done.over or self.met.over)

    @property
    def is_over_limit(self) -> bool:
        """Whether more is under way in it than it is to have."""
        return any(each.over for each in self.under_way)

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to plan."""
        return not (self.backlog or self.members or self.coming)


@dataclass(frozen=True, slots=True)
class Reference:
    """A closed cycle that the plan is held against."""

    number: int
    working_days: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it, by code of workstream. `running` is the cycle whose review sends items on, where one does."""

    cycle: CycleRow
    working_days: int
    references: tuple[Reference, ...]
    running: int | None
    is_next: bool  # whether it takes what the running cycle's review sends on
    parts: dict[str, Part]
    finished: tuple[Finished, ...]  # by all workstreams together

    def total(self, codes: Iterable[str]) -> Part:
        """These workstreams together, as a part without items."""
        chosen = [self.parts[code] for code in codes]
        whole = Part(Stream("", "", "", {}), finished=self._together(chosen))
        for part in chosen:
            if part.counts_from is None:
                whole.promise.add(part.promise)
        return whole

    def _together(self, parts: Sequence[Part]) -> tuple[Finished, ...]:
        if len(parts) == len(self.parts):
            return self.finished
        together = []
        for place, reference in enumerate(self.references):
            known = [part.finished[place] for part in parts if part.finished[place].done is not None]
            done = [each.done for each in known if each.done is not None]
            met = [each.met for each in known if each.met is not None]
            together.append(Finished(reference.number, sum(done) if done else None, sum(met) if met else None))
        return tuple(together)


def cycle_of(session: Session, number: int) -> CycleRow:
    """The cycle with that number, or NotFoundError. One statement."""
    found = next((row for row in plain.cycles(session) if row.cycle == number), None)
    if found is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    return found


def plan(
    session: Session, cycle: CycleRow, frame: BoardFrame, *, language: str, now: datetime, today: date
) -> Plan | None:
    """The plan of a draft; none without a programme."""
    history = figures.history(session)
    if history is None:
        return None
    number = cycle.cycle
    parts = {
        row.code: Part(frame.streams[row.code], row.first_cycle if row.first_cycle > number else None)
        for row in sorted(history.workstreams, key=lambda row: row.code)
        if row.code in frame.streams
    }
    members = reviews.members(session, number)
    goals = {member.key: member.goal for member in members}
    _put_items(session, parts, number, goals, language=language, today=today, zone=history.zone)
    for member in members:
        if member.was_carried_again:
            parts[member.workstream].again.append(member.key)
    running = next((row.cycle for row in history.cycles if row.status is CycleStatus.RUNNING), None)
    is_next = running is not None and reviews.next_draft(session, running) == number
    if running is not None and is_next:
        for each in coming(reviews.members(session, running)):
            part = parts[each.workstream]
            part.coming.append(each)
            if each.is_again:
                part.again.append(each.key)
            (part.promise.decided if each.is_decided else part.promise.by_default)[each.goal] += 1
    _put_blockers(session, parts)
    _put_under_way(session, parts)
    references = planning.last_closed(history.cycles, number)
    reviewed = running if is_next else references[-1].cycle if references and running is None else None
    if reviewed is not None:
        _put_ready(session, parts, reviewed, {row.code for row in history.workstreams if row.first_cycle <= reviewed})
    finished = planning.finished(Knowledge(history, figures.as_of_now(session, now)), references)
    for code, part in parts.items():
        part.finished = finished[code]
    return Plan(
        cycle,
        working_days(cycle.starts_on, cycle.ends_on),
        tuple(Reference(row.cycle, working_days(row.starts_on, row.ends_on)) for row in references),
        running,
        is_next,
        parts,
        finished[""],
    )


def streams_of(session: Session, keys: Iterable[str]) -> set[str]:
    """The workstreams that own these workflows. One statement."""
    rows = session.scalars(
        select(col(WorkflowWorkstream.workstream_code))
        .join(Workflow, col(Workflow.id) == col(WorkflowWorkstream.workflow_id))
        .where(col(Workflow.key).in_(list(keys)), col(WorkflowWorkstream.is_owner))
        .distinct()
    )
    return set(rows)


def _put_items(
    session: Session,
    parts: dict[str, Part],
    number: int,
    goals: Mapping[str, Goal],
    *,
    language: str,
    today: date,
    zone: ZoneInfo,
) -> None:
    for card in board.cards(session, NONE, language=language, today=today, zone=zone).in_order:
        parts[card.workstream].backlog.append(PlanItem(card, None))
    for card in board.cards(session, str(number), language=language, today=today, zone=zone).in_order:
        part, goal = parts[card.workstream], goals[card.key]
        part.members.append(PlanItem(card, goal))
        part.promise.planned[goal] += 1


def _put_ready(session: Session, parts: dict[str, Part], reviewed: int, joined: Collection[str]) -> None:
    """Which of them were prepared for the review of that cycle; who has nothing in either has nothing to prepare."""
    ready = set(
        session.scalars(select(col(ReviewReady.workstream_code)).where(col(ReviewReady.cycle_number) == reviewed))
    )
    for code, part in parts.items():
        part.is_ready = code in ready or code not in joined or not (part.members or part.coming)


def _put_blockers(session: Session, parts: dict[str, Part]) -> None:
    holds = open_holds()
    rows = session.execute(
        select(col(WorkflowWorkstream.workstream_code), func.count(holds.c.blocker_id.distinct()))
        .join(holds, holds.c.workflow_id == col(WorkflowWorkstream.workflow_id))
        .where(col(WorkflowWorkstream.is_owner))
        .group_by(col(WorkflowWorkstream.workstream_code))
    )
    for code, count in rows:
        parts[code].open_blockers = count


def _put_under_way(session: Session, parts: dict[str, Part]) -> None:
    rows = session.execute(
        select(col(WorkflowWorkstream.workstream_code), col(Workflow.state), func.count())
        .join(Workflow, col(Workflow.id) == col(WorkflowWorkstream.workflow_id))
        .where(
            col(WorkflowWorkstream.is_owner),
            col(Workflow.archived_at).is_(None),
            col(Workflow.state).in_(UNDER_WAY),
        )
        .group_by(col(WorkflowWorkstream.workstream_code), col(Workflow.state))
    )
    counts: dict[str, dict[State, int]] = defaultdict(dict)
    for code, state, count in rows:
        counts[code][state] = count
    for code, part in parts.items():
        part.under_way = tuple(
            UnderWay(state, counts[code].get(state, 0), part.stream.limits.get(state)) for state in UNDER_WAY
        )
