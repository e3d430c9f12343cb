"""The facts grouped once, and the items that they come to in any reading for any choice of workstreams."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tracker.domain.figures.facts import ProgrammeFacts, WorkstreamFact
from tracker.domain.figures.holds import BlockerSpell, Hold, blocker_spells, held_spells, holds_by_workflow
from tracker.domain.figures.items import (
    CycleItems,
    KnownWorkflow,
    WorkflowItems,
    add_blocked,
    add_members,
    add_passed,
    blocker_items,
    in_order,
    joined,
    workflow_items,
)
from tracker.domain.figures.memberships import NO_SCOPE, ScopeHistory, scope_by_workflow
from tracker.domain.figures.readings import Reading, window
from tracker.domain.figures.timelines import StateHistory, changes_by_workflow
from tracker.domain.programme.rows import CycleRow

_MICROSECOND = timedelta(microseconds=1)


class RecordedWorkflow(NamedTuple):
    """All that is recorded of a workflow."""

    key: str
    archived_at: datetime | None
    changes: StateHistory
    scope: ScopeHistory
    holds: list[Hold]

    def known(self, as_of: datetime) -> KnownWorkflow:
        """What was known of it at the instant."""
        timeline = self.changes.known(as_of, self.archived_at)
        held = list(held_spells(self.known_holds(as_of))) if self.holds else ()
        return KnownWorkflow(self.key, timeline, self.scope, held)

    def whole(self) -> KnownWorkflow:
        """All that is known of one that is settled: whatever came later changes nothing there."""
        return KnownWorkflow(self.key, self.changes.whole(self.archived_at), self.scope, ())

    def is_settled(self, closed_at: datetime, until: datetime) -> bool:
        """Whether how far it had come by then was known at the close: then it reads alike ever after."""
        is_archived_between = self.archived_at is not None and closed_at < self.archived_at < until
        return not is_archived_between and self.changes.is_recorded_by(closed_at, until)

    def known_holds(self, as_of: datetime) -> list[Hold]:
        """The holds and releases that were known at the instant, in order."""
        return [hold for hold in self.holds if hold.recorded_at <= as_of]


class History:
    """Everything recorded, by workstream and workflow."""

    def __init__(self, facts: ProgrammeFacts) -> None:
        self.zone: ZoneInfo = facts.zone
        self.cycles: list[CycleRow] = sorted(facts.cycles, key=lambda row: row.cycle)
        self.workstreams: list[WorkstreamFact] = sorted(facts.workstreams, key=lambda row: (row.project, row.code))
        self.frozen = facts.frozen
        self._workflows = _recorded_by_workstream(facts)
        windows = [(row.cycle, *window(row, self.zone)) for row in self.cycles]
        self._concerned = _concerned(self._workflows, windows)
        self._settled: dict[tuple[int, datetime, str], Settled] = {}

    def workflows(self, workstream: str) -> list[RecordedWorkflow]:
        """The workflows that the workstream owns, by key."""
        return self._workflows[workstream]

    def concerned(self, cycle: int, workstream: str) -> list[RecordedWorkflow]:
        """Those of its workflows that can be among the items of a reading of the cycle."""
        return self._concerned[cycle, workstream]

    def joined(self, cycle: int, workstreams: Collection[str]) -> tuple[str, ...]:
        """Those of the workstreams that count in the cycle."""
        codes = set(workstreams)
        return tuple(row.code for row in self.workstreams if row.code in codes and row.first_cycle <= cycle)

    def settled(self, reading: Reading, workstream: str) -> "Settled":
        """What of a closed cycle is alike in all readings from its close on. That is most, and is computed once."""
        place = (reading.cycle.cycle, reading.border, workstream)
        if place not in self._settled:
            self._settled[place] = _settled(reading, self.concerned(reading.cycle.cycle, workstream))
        return self._settled[place]


class Settled(NamedTuple):
    """The items of a closed cycle that are alike in all readings from its close on, and the workflows among whose
    items there may be others: of those that passed a stage, of the members, and of the blocked.
    """

    items: WorkflowItems
    passed: list[RecordedWorkflow]
    members: list[RecordedWorkflow]
    blocked: list[RecordedWorkflow]


class Knowledge:
    """What of a history was known at an instant. Nothing is computed before it is asked for, nor twice."""

    def __init__(self, history: History, as_of: datetime) -> None:
        self.history = history
        self.as_of = as_of
        self._workflows: dict[str, KnownWorkflow] = {}
        self._items: dict[tuple[int, datetime, str], WorkflowItems] = {}
        self._spells: dict[tuple[str, ...], list[BlockerSpell]] = {}

    def items(self, reading: Reading, workstreams: Collection[str]) -> CycleItems:
        """What a reading made at this instant counts in these workstreams, taken together; those yet to join count
        nowhere.
        """
        counting = self.history.joined(reading.cycle.cycle, workstreams)
        parts = [self._workflow_items(reading, workstream) for workstream in counting]
        whole = parts[0] if len(parts) == 1 else joined(parts)
        return CycleItems(reading, whole, blocker_items(reading, self.blocker_spells(counting)))

    def _workflow_items(self, reading: Reading, workstream: str) -> WorkflowItems:
        place = (reading.cycle.cycle, reading.border, workstream)
        if place not in self._items:
            if reading.is_closed:
                self._items[place] = self._closed_items(reading, self.history.settled(reading, workstream))
            else:
                concerned = self.history.concerned(reading.cycle.cycle, workstream)
                self._items[place] = workflow_items(reading, [self.workflow(each) for each in concerned])
        return self._items[place]

    def _closed_items(self, reading: Reading, settled: Settled) -> WorkflowItems:
        if not (settled.passed or settled.members or settled.blocked):
            return settled.items
        items = WorkflowItems()
        add_passed(items, reading, map(self.workflow, settled.passed))
        add_members(items, reading, map(self.workflow, settled.members))
        add_blocked(items, reading, map(self.workflow, settled.blocked))
        return in_order(joined([settled.items, items]))

    def workflow(self, recorded: RecordedWorkflow) -> KnownWorkflow:
        """What is known of one of the history's workflows."""
        if recorded.key not in self._workflows:
            self._workflows[recorded.key] = recorded.known(self.as_of)
        return self._workflows[recorded.key]

    def blocker_spells(self, workstreams: tuple[str, ...]) -> list[BlockerSpell]:
        """Every time a blocker held something of these workstreams."""
        if workstreams not in self._spells:
            held = [each for code in workstreams for each in self.history.workflows(code) if each.holds]
            self._spells[workstreams] = blocker_spells(hold for each in held for hold in each.known_holds(self.as_of))
        return self._spells[workstreams]


def _settled(reading: Reading, workflows: Iterable[RecordedWorkflow]) -> Settled:
    cycle, closed_at = reading.cycle.cycle, reading.met_at
    just_closed = closed_at + _MICROSECOND
    until = max(reading.border, just_closed)  # some cycles are closed when they are over
    settled = Settled(WorkflowItems(), [], [], [])
    passed: list[KnownWorkflow] = []
    members: list[KnownWorkflow] = []
    for each in workflows:
        is_alike, whole = each.is_settled(closed_at, until), each.whole()
        if is_alike:
            passed.append(whole)
        else:
            settled.passed.append(each)
        if cycle in each.scope.cycles:
            is_alike = is_alike or each.is_settled(closed_at, just_closed)
            if is_alike and each.scope.is_recorded_by(closed_at, cycle):
                members.append(whole)
            else:
                settled.members.append(each)
        if each.holds:
            settled.blocked.append(each)
    add_passed(settled.items, reading, passed)
    add_members(settled.items, reading, members)
    return settled


def _concerned(
    workflows: dict[str, list[RecordedWorkflow]], windows: list[tuple[int, datetime, datetime]]
) -> dict[tuple[int, str], list[RecordedWorkflow]]:
    """By cycle and workstream: most workflows are in the figures of few cycles, and need not be asked for others'."""
    concerned: dict[tuple[int, str], list[RecordedWorkflow]] = defaultdict(list)
    for workstream, each in workflows.items():
        for workflow in each:
            is_held, cycles, changes = workflow.holds, workflow.scope.cycles, workflow.changes
            first, last = changes.first, changes.last
            for cycle, start, border in windows:
                can_have_moved = start <= last and first < border
                if is_held or cycle in cycles or (can_have_moved and changes.has_moved(start, border)):
                    concerned[cycle, workstream].append(workflow)
    return concerned


def _recorded_by_workstream(facts: ProgrammeFacts) -> dict[str, list[RecordedWorkflow]]:
    changes, scope = changes_by_workflow(facts.changes), scope_by_workflow(facts.scope)
    holds = holds_by_workflow(facts.holds)
    recorded: dict[str, list[RecordedWorkflow]] = defaultdict(list)
    for id_, key, workstream, archived_at in sorted(facts.workflows, key=lambda row: row[1]):
        if id_ in changes:  # what was never created has no history
            history = changes[id_], scope.get(id_, NO_SCOPE), sorted(holds.get(id_, ()))
            recorded[workstream].append(RecordedWorkflow(key, archived_at, *history))
    return recorded
