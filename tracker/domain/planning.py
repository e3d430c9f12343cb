"""Planning a draft: what it is to take on, held against what was finished before. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.readings import Basis, Reading, reading
from tracker.domain.programme.rows import CycleRow
from tracker.domain.reviews import Member, is_past
from tracker.domain.states import CycleStatus, Goal, ProposalKind, State

LAST_CYCLES = 3  # how far back a promise is held against what was finished


def next_goal(state: State) -> Goal | None:
    """The stage that work in that state has to pass next; none for what is done."""
    if state is State.DONE:
        return None
    return Goal.DESIGN if state is State.NOT_STARTED else Goal(state)


def goals_ahead(state: State) -> tuple[Goal, ...]:
    """The stages that work in that state has yet to pass."""
    return tuple(goal for goal in Goal if not is_past(state, goal))


@dataclass(slots=True)
class Promise:
    """What a draft takes on, by goal: planned into it; coming from the running cycle as its review has decided, and
    as it proposes by default.
    """

    planned: Counter[Goal] = field(default_factory=Counter)
    decided: Counter[Goal] = field(default_factory=Counter)
    by_default: Counter[Goal] = field(default_factory=Counter)

    @property
    def by_goal(self) -> dict[Goal, int]:
        """All of it: what a commit would count, if the review ended so."""
        return {goal: self.planned[goal] + self.decided[goal] + self.by_default[goal] for goal in Goal}

    @property
    def carried(self) -> int:
        """How much comes from the running cycle."""
        return self.decided.total() + self.by_default.total()

    @property
    def total(self) -> int:
        """How much in all."""
        return sum(self.by_goal.values())

    def add(self, other: "Promise") -> None:
        """Takes on as much as the other does, too."""
        self.planned.update(other.planned)
        self.decided.update(other.decided)
        self.by_default.update(other.by_default)


@dataclass(frozen=True, slots=True)
class Coming:
    """A member of the running cycle that its review sends on into the draft: decided, or by default; `is_again` where
    it is carried for the third time or more.
    """

    key: str
    workstream: str
    goal: Goal
    is_decided: bool
    is_again: bool


def coming(members: Iterable[Member]) -> list[Coming]:
    """What of the running cycle comes into the next, if the review ended as it stands."""
    found = []
    for member in members:
        wish = member.decision or member.default
        if wish is not None and wish.is_into_draft and wish.goal is not None:
            is_again = wish.kind is ProposalKind.CARRIED and member.needs_explicit_decision
            found.append(Coming(member.key, member.workstream, wish.goal, member.decision is not None, is_again))
    return found


@dataclass(frozen=True, slots=True)
class Finished:
    """What was reached in a closed cycle, as now: done by its dates, goals met by its close. None before joining."""

    cycle: int
    done: int | None
    met: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A promise beside what was reached of the same kind in the last cycles."""

    before: tuple[int | None, ...]
    planned: int
    carried: int

    @property
    def promised(self) -> int:
        """What is to be reached."""
        return self.planned + self.carried

    @property
    def best(self) -> int | None:
        """The most that any of the last cycles reached; none where there is nothing to compare with."""
        return max((each for each in self.before if each is not None), default=None)

    @property
    def over(self) -> int:
        """By how much the promise is more than that; 0 when it is not."""
        return max(self.promised - self.best, 0) if self.best is not None else 0


def to_be_done(promise: Promise, finished: Iterable[Finished]) -> Measure:
    """The promise to pass test, beside what became done."""
    carried = promise.decided[Goal.TEST] + promise.by_default[Goal.TEST]
    return Measure(tuple(each.done for each in finished), promise.planned[Goal.TEST], carried)


def to_be_met(promise: Promise, finished: Iterable[Finished]) -> Measure:
    """The whole promise, whatever its goals, beside the goals met."""
    return Measure(tuple(each.met for each in finished), promise.planned.total(), promise.carried)


def last_closed(cycles: Iterable[CycleRow], before: int) -> list[CycleRow]:
    """The last closed cycles before that one, oldest first."""
    closed = [row for row in cycles if row.status is CycleStatus.CLOSED and row.cycle < before]
    return sorted(closed, key=lambda row: row.cycle)[-LAST_CYCLES:]


def finished(known: Knowledge, cycles: Iterable[CycleRow]) -> Mapping[str, tuple[Finished, ...]]:
    """By workstream what it reached in each of these cycles, and under "" what all of them did: the figures as now."""
    history: History = known.history
    readings = [reading(cycle, Basis.AS_NOW, known.as_of, history.zone) for cycle in cycles]

    def reached(read: Reading, codes: Collection[str]) -> Finished:
        if not history.joined(read.cycle.cycle, codes):
            return Finished(read.cycle.cycle, None, None)
        items = known.items(read, codes).workflows
        return Finished(read.cycle.cycle, len(items.tested), len(items.met) if read.is_committed else None)

    everybody = [row.code for row in history.workstreams]
    choices = {"": everybody} | {code: [code] for code in everybody}
    return {name: tuple(reached(read, codes) for read in readings) for name, codes in choices.items()}
