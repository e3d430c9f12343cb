"""What became of workflows in a cycle: with which goal they were in it, and how they came and went."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from tracker.domain.figures.facts import ScopeFact, WorkflowId
from tracker.domain.figures.readings import Reading
from tracker.domain.states import Goal, ScopeKind

_GOALS: dict[str | None, Goal | None] = {None: None, **{goal.value: goal for goal in Goal}}
_KINDS: dict[str, ScopeKind] = {kind.value: kind for kind in ScopeKind}
_CARRIED = ScopeKind.CARRIED.value
_in_order = itemgetter(6)  # happened_at; they come in order of id


class Membership(NamedTuple):
    """A workflow in a cycle, in one reading: its goal at the commit and just before the close (now, while the cycle
    runs), none where it was no member.
    """

    committed: Goal | None
    final: Goal | None
    was_carried_in: bool
    ways_out: Sequence[ScopeKind]


class ScopeHistory:
    """All that is recorded of a workflow's membership, in order of happened_at, then id."""

    __slots__ = ("_steps_of", "last_recorded")

    def __init__(self, rows: Iterable[ScopeFact] = ()) -> None:
        steps = sorted(rows, key=_in_order)
        recorded = [step[7] for step in steps]
        self.last_recorded: datetime | None = max(recorded, default=None)
        self._steps_of: dict[int, list[ScopeFact]] = defaultdict(list)
        for step in steps:
            for cycle in {step[2], step[3]}:
                if cycle is not None:
                    self._steps_of[cycle].append(step)
        if recorded != sorted(recorded):
            # What is known may then have gaps, and a step between other cycles tells that it was not in this one.
            self._steps_of = dict.fromkeys(self._steps_of, steps)

    @property
    def cycles(self) -> Collection[int]:
        """The cycles that the workflow can be a member of."""
        return self._steps_of.keys()

    def times_carried(self, last: int) -> int:
        """How many times it had been carried once it had come into the cycle."""
        return sum(
            step[3] == cycle and step[5] == _CARRIED
            for cycle, steps in self._steps_of.items()
            if cycle <= last
            for step in steps
        )

    def membership(self, reading: Reading) -> Membership:
        """The membership that the steps known to the reading lead to."""
        cycle, as_of = reading.cycle.cycle, reading.as_of
        committed_at, closed_at = reading.cycle.committed_at, reading.cycle.closed_at
        committed = final = None
        was_carried_in, ways_out = False, []
        for _, _, from_cycle, to_cycle, goal, kind, happened_at, recorded_at in self._steps_of.get(cycle, ()):
            if recorded_at > as_of:
                continue
            goal_there = goal if to_cycle == cycle else None
            if committed_at is not None and happened_at <= committed_at:
                committed = goal_there
            if closed_at is None or happened_at < closed_at:
                final = goal_there
            if to_cycle == cycle and kind == _CARRIED:
                was_carried_in = True
            if from_cycle == cycle:
                ways_out.append(_KINDS[kind])
        return Membership(_GOALS[committed], _GOALS[final], was_carried_in, ways_out)

    def goals(self, reading: Reading) -> Iterator[tuple[datetime, Goal | None]]:
        """The goal with which it was in the cycle from each instant on, none where it was not in it: the steps known to
        the reading that came before the close.
        """
        cycle, closed_at = reading.cycle.cycle, reading.cycle.closed_at
        for _, _, _, to_cycle, goal, _, happened_at, recorded_at in self._steps_of.get(cycle, ()):
            if recorded_at <= reading.as_of and (closed_at is None or happened_at < closed_at):
                yield happened_at, _GOALS[goal] if to_cycle == cycle else None


NO_SCOPE = ScopeHistory()


def scope_by_workflow(facts: Iterable[ScopeFact]) -> dict[WorkflowId, ScopeHistory]:
    """The scope changes of each workflow that has any."""
    steps: dict[WorkflowId, list[ScopeFact]] = defaultdict(list)
    for row in facts:
        steps[row[1]].append(row)
    return {workflow: ScopeHistory(each) for workflow, each in steps.items()}
