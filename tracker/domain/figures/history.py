"""The facts grouped once, and the items that they come to in any reading for any choice of workstreams."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from tracker.domain.figures.facts import PartFact, ProgrammeFacts, WorkflowFacts, WorkflowId, WorkstreamFact
from tracker.domain.figures.holds import BlockerSpell, Hold, blocker_spells, held_spells, holds_by_workflow
from tracker.domain.figures.items import (
    CycleItems,
    KnownWorkflow,
    WorkflowItems,
    add_blocked,
    blocker_items,
    joined,
    workflow_items,
)
from tracker.domain.figures.memberships import NO_SCOPE, ScopeHistory, scope_by_workflow
from tracker.domain.figures.readings import Reading, window
from tracker.domain.figures.timelines import StateHistory, changes_by_workflow
from tracker.domain.programme.rows import CycleRow
from tracker.domain.signoffs import items as parts_items
from tracker.domain.signoffs.items import PartItems
from tracker.domain.signoffs.part_timeline import PartTimeline

T = TypeVar("T")
_MICROSECOND = timedelta(microseconds=1)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_INSTANTS = 16  # that what is known at is kept for, the closes of cycles among them
_OTHERS = 2_000  # what is computed for choices that readers make, by workstream
_Place: TypeAlias = tuple[int, datetime, str]  # cycle, border and workstream


class RecordedWorkflow(NamedTuple):
    """All that is recorded of a workflow."""

    key: str
    workstream: str
    archived_at: datetime | None
    changes: StateHistory
    scope: ScopeHistory
    holds: list[Hold]
    parts: list[PartFact]

    def known(self, as_of: datetime) -> KnownWorkflow:
        """What was known of it at the instant."""
        timeline = self.changes.known(as_of, self.archived_at)
        held = list(held_spells(self.known_holds(as_of))) if self.holds else ()
        return KnownWorkflow(self.key, timeline, self.scope, held)

    def known_parts(self, as_of: datetime) -> PartTimeline:
        """What was known of its parts at the instant."""
        archived_at = self.archived_at if self.archived_at is not None and self.archived_at <= as_of else None
        timeline = self.changes.known(as_of, archived_at)
        return PartTimeline(self.workstream, timeline, [row for row in self.parts if row[6] <= as_of], archived_at)

    @property
    def known_at(self) -> datetime:
        """The instant from which on all of it is known, and where it stands does not change by itself."""
        recorded = [self.updated_at, *(row[6] for row in self.parts)]
        if self.scope.last_recorded is not None:
            recorded.append(self.scope.last_recorded)
        if self.archived_at is not None:
            recorded.append(self.archived_at + _MICROSECOND)  # until then it stands where it was
        return max(recorded)

    @property
    def updated_at(self) -> datetime:
        """When anything was last written of its states and holds."""
        return max([self.changes.last_recorded, *(hold.recorded_at for hold in self.holds)])

    def known_holds(self, as_of: datetime) -> list[Hold]:
        """The holds and releases that were known at the instant, in order."""
        return [hold for hold in self.holds if hold.recorded_at <= as_of]


_NONE: list[RecordedWorkflow] = []  # one list, for what is computed from it holds as long as it is the same


class History:
    """Everything recorded, by workstream and workflow."""

    def __init__(self, facts: ProgrammeFacts) -> None:
        self.zone: ZoneInfo = facts.zone
        self.cycles: list[CycleRow] = sorted(facts.cycles, key=lambda row: row.cycle)
        self.workstreams: list[WorkstreamFact] = sorted(facts.workstreams, key=lambda row: (row.project, row.code))
        self.frozen = facts.frozen.get("workstream_summary", {})
        self.frozen_parts = facts.frozen.get("part_summary", {})
        self._windows = [(row.cycle, *window(row, self.zone)) for row in self.cycles]
        of_workflows = WorkflowFacts(facts.workflows, facts.changes, facts.scope, facts.holds, facts.parts)
        self._workflows = _recorded_by_workstream(of_workflows)
        self._held = {code: [each for each in own if each.holds] for code, own in self._workflows.items()}
        self._shared = {code: [each for each in own if each.parts] for code, own in self._workflows.items()}
        self._concerned = _concerned(self._workflows, self._windows)
        self._known: dict[datetime, Known] = {}
        self._latest: Known | None = None  # of those at which nothing that is recorded was unknown

    def followed(self, facts: WorkflowFacts) -> "History":
        """The history with these workflows as they are now. It shares all else, also what was computed of it."""
        found = copy(self)
        History._replace(found, _recorded_by_workstream(facts))
        return found

    def _replace(self, fresh: Mapping[str, list[RecordedWorkflow]]) -> None:
        """Puts workflows in the place of what they were; what is alike stays the very same object."""
        own = {code: _replaced(self.workflows(code), each) for code, each in fresh.items()}
        held = {code: [each for each in workflows if each.holds] for code, workflows in own.items()}
        shared = {code: [each for each in workflows if each.parts] for code, workflows in own.items()}
        concerned = _concerned(own, self._windows)
        held = {code: each for code, each in held.items() if each != self.held(code)}
        shared = {code: each for code, each in shared.items() if each != self.shared(code)}
        concerned = {place: each for place, each in concerned.items() if each != self.concerned(*place)}
        self.known_at = max([self.known_at, *(each.known_at for workflows in fresh.values() for each in workflows)])
        self._workflows, self._held = self._workflows | own, self._held | held
        self._shared, self._concerned = self._shared | shared, self._concerned | concerned
        self._known = {}

    @cached_property
    def known_at(self) -> datetime:
        """The instant from which on all that is recorded is known, and nothing but the time blocked grows by itself."""
        return max((each.known_at for own in self._workflows.values() for each in own), default=_BEFORE_ALL)

    def workflows(self, workstream: str) -> list[RecordedWorkflow]:
        """The workflows that the workstream owns, by key."""
        return self._workflows.get(workstream, _NONE)

    def held(self, workstream: str) -> list[RecordedWorkflow]:
        """Those of its workflows that a blocker ever held."""
        return self._held.get(workstream, _NONE)

    def shared(self, workstream: str) -> list[RecordedWorkflow]:
        """Those of its workflows that others ever took part in, or that it signed itself."""
        return self._shared.get(workstream, _NONE)

    def concerned(self, cycle: int, workstream: str) -> list[RecordedWorkflow]:
        """Those of its workflows that can be among the items of a reading of the cycle."""
        return self._concerned.get((cycle, workstream), _NONE)

    def joined(self, cycle: int, workstreams: Collection[str]) -> tuple[str, ...]:
        """Those of the workstreams that count in the cycle."""
        codes = set(workstreams)
        return tuple(row.code for row in self.workstreams if row.code in codes and row.first_cycle <= cycle)

    def known(self, as_of: datetime) -> "Known":
        """What is computed of what was known at the instant, kept for all who ask; it begins with what still holds of
        an earlier one.
        """
        found, latest = self._known.get(as_of), self._latest
        if found is None:
            found = latest.at(as_of) if latest is not None and latest.as_of <= as_of else Known(as_of)
            self._known = dict(list(self._known.items())[1 - _INSTANTS :]) | {as_of: found}
            if as_of >= self.known_at:
                self._latest = found
        return found


@dataclass(frozen=True, slots=True)
class Counted:
    """The items of a workstream in a reading, and the workflows among which they were looked for."""

    reading: Reading
    among: list[RecordedWorkflow]
    items: WorkflowItems


class CountedParts(NamedTuple):
    """The items of all workstreams' parts up to an instant, and the workflows among which they were looked for."""

    end: datetime
    among: list[list[RecordedWorkflow]]
    items: Mapping[str, PartItems]


@dataclass(frozen=True, slots=True)
class Known:
    """What was computed of what was known at an instant, with what it was computed from: where that is still the same
    later, so is this.
    """

    as_of: datetime
    workflows: dict[str, tuple[RecordedWorkflow, KnownWorkflow]] = field(default_factory=dict)
    items: dict[_Place, Counted] = field(default_factory=dict)
    spells: dict[tuple[str, ...], tuple[list[list[RecordedWorkflow]], list[BlockerSpell]]] = field(default_factory=dict)
    timelines: dict[str, tuple[RecordedWorkflow, PartTimeline]] = field(default_factory=dict)
    parts: dict[tuple[int, datetime], CountedParts] = field(default_factory=dict)
    others: dict[tuple[str, Hashable], tuple[list[RecordedWorkflow], Any]] = field(default_factory=dict)

    def at(self, as_of: datetime) -> "Known":
        """A beginning for a later instant."""
        others = dict(list(self.others.copy().items())[-_OTHERS:])
        timelines, parts = self.timelines.copy(), self.parts.copy()
        return Known(as_of, self.workflows.copy(), self.items.copy(), self.spells.copy(), timelines, parts, others)


class Knowledge:
    """What of a history was known at an instant. Nothing is computed before it is asked for, nor twice."""

    def __init__(self, history: History, as_of: datetime) -> None:
        self.history = history
        self.as_of = as_of
        self._known = history.known(as_of)

    def items(self, reading: Reading, workstreams: Collection[str]) -> CycleItems:
        """What a reading made at this instant counts in these workstreams, taken together; those yet to join count
        nowhere.
        """
        counting = self.history.joined(reading.cycle.cycle, workstreams)
        parts = [self._workflow_items(reading, workstream) for workstream in counting]
        whole = parts[0] if len(parts) == 1 else joined(parts)
        of_parts = partial(self.parts, reading, counting)
        return CycleItems(reading, whole, blocker_items(reading, self.blocker_spells(counting)), of_parts)

    def parts(self, reading: Reading, workstreams: Collection[str]) -> PartItems:
        """What the figures of shared workflows count of these workstreams' parts, taken together."""
        found = self._part_items(reading)
        counting = [found[code] for code in self.history.joined(reading.cycle.cycle, workstreams)]
        return counting[0] if len(counting) == 1 else parts_items.joined(counting)

    def _part_items(self, reading: Reading) -> Mapping[str, PartItems]:
        """Of all workstreams: a part in a workflow is counted where it is, and not where the workflow is owned."""
        cycle = reading.cycle.cycle
        codes = self.history.joined(cycle, [row.code for row in self.history.workstreams])
        among, found = [self.history.shared(code) for code in codes], self._known.parts.get((cycle, reading.border))
        if found is None or found.end != reading.end or not _are_same(among, found.among):
            known = ((each.key, self.part_timeline(each)) for shared in among for each in shared)
            found = CountedParts(reading.end, among, parts_items.part_items(reading, codes, known))
            self._known.parts[cycle, reading.border] = found
        return found.items

    def part_timeline(self, recorded: RecordedWorkflow) -> PartTimeline:
        """What is known of the parts of one of the history's workflows."""
        found = self._known.timelines.get(recorded.key)
        if found is None or found[0] is not recorded:
            found = self._known.timelines[recorded.key] = recorded, recorded.known_parts(self.as_of)
        return found[1]

    def _workflow_items(self, reading: Reading, workstream: str) -> WorkflowItems:
        """Of an earlier instant, they are the same as long as the workflows are and nothing has become of the cycle.
        Only the time blocked goes on until the cycle is over.
        """
        place = (reading.cycle.cycle, reading.border, workstream)
        among, found = self.history.concerned(reading.cycle.cycle, workstream), self._known.items.get(place)
        if found is None or found.among is not among or not found.reading.is_alike(reading):
            items = workflow_items(reading, [self.workflow(each) for each in among])
        elif found.reading.end == reading.end:
            return found.items
        else:
            items = replace(found.items, blocked={}, blocked_begun={})
            add_blocked(items, reading, [self.workflow(each) for each in among if each.holds])
        self._known.items[place] = Counted(reading, among, items)
        return items

    def workflow(self, recorded: RecordedWorkflow) -> KnownWorkflow:
        """What is known of one of the history's workflows."""
        found = self._known.workflows.get(recorded.key)
        if found is None or found[0] is not recorded:
            found = self._known.workflows[recorded.key] = recorded, recorded.known(self.as_of)
        return found[1]

    def of_workstream(self, workstream: str, what: Hashable, compute: Callable[[list[RecordedWorkflow]], T]) -> T:
        """What is computed of all its workflows, as long as they are the same: nothing in it may need the instant."""
        workflows, found = self.history.workflows(workstream), self._known.others.get((workstream, what))
        if found is None or found[0] is not workflows:
            found = self._known.others[workstream, what] = workflows, compute(workflows)
        computed: T = found[1]
        return computed

    def positions(self, workstream: str) -> dict[str, int]:
        """Where its workflows stand now, by key."""
        return self.of_workstream(workstream, "positions", self._positions)

    def _positions(self, workflows: Iterable[RecordedWorkflow]) -> dict[str, int]:
        return {each.key: self.workflow(each).timeline.at(self.as_of) for each in workflows}

    def blocker_spells(self, workstreams: tuple[str, ...]) -> list[BlockerSpell]:
        """Every time a blocker held something of these workstreams."""
        among, found = [self.history.held(code) for code in workstreams], self._known.spells.get(workstreams)
        if found is None or not _are_same(among, found[0]):
            known = (hold for held in among for each in held for hold in each.known_holds(self.as_of))
            found = self._known.spells[workstreams] = among, blocker_spells(known)
        return found[1]


def _are_same(mine: list[list[RecordedWorkflow]], theirs: list[list[RecordedWorkflow]]) -> bool:
    return len(mine) == len(theirs) and all(one is other for one, other in zip(mine, theirs, strict=True))


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
    return dict(concerned)


def _recorded_by_workstream(facts: WorkflowFacts) -> dict[str, list[RecordedWorkflow]]:
    changes, scope = changes_by_workflow(facts.changes), scope_by_workflow(facts.scope)
    holds, parts = holds_by_workflow(facts.holds), _parts_by_workflow(facts.parts)
    recorded: dict[str, list[RecordedWorkflow]] = defaultdict(list)
    for id_, key, workstream, archived_at in sorted(facts.workflows, key=lambda row: row[1]):
        if id_ in changes:  # what was never created has no history
            history = changes[id_], scope.get(id_, NO_SCOPE), sorted(holds.get(id_, ())), parts.get(id_, [])
            recorded[workstream].append(RecordedWorkflow(key, workstream, archived_at, *history))
    return dict(recorded)


def _parts_by_workflow(facts: Iterable[PartFact]) -> dict[WorkflowId, list[PartFact]]:
    rows: dict[WorkflowId, list[PartFact]] = defaultdict(list)
    for row in facts:
        rows[row[1]].append(row)
    return rows


def _replaced(before: list[RecordedWorkflow], fresh: list[RecordedWorkflow]) -> list[RecordedWorkflow]:
    by_key = {each.key: each for each in (*before, *fresh)}
    return [by_key[key] for key in sorted(by_key)]
