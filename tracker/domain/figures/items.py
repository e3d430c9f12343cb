"""The items behind the figures of a cycle: which workflows and blockers each one counts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import NamedTuple

from tracker.domain.figures.holds import BlockerSpell, Spell, blocked_time
from tracker.domain.figures.lead_times import lead_time_days
from tracker.domain.figures.memberships import ScopeHistory
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.timelines import DESIGN, DONE, NO_STATE, TEST, VALIDATION, Timeline
from tracker.domain.signoffs.items import PartItems
from tracker.domain.states import Goal, ScopeKind

_GOAL_POSITIONS = {Goal.DESIGN: DESIGN, Goal.VALIDATION: VALIDATION, Goal.TEST: TEST}


class KnownWorkflow(NamedTuple):
    """What is known of a workflow at an instant."""

    key: str
    timeline: Timeline
    scope: ScopeHistory
    held: Sequence[Spell]


@dataclass(slots=True)
class WorkflowItems:
    """Keys of workflows by the figure that counts them. A workflow stands in its own workstream's alone, so items of
    workstreams join to those of a project or the programme.
    """

    designed: list[str] = field(default_factory=list)
    validated: list[str] = field(default_factory=list)
    tested: list[str] = field(default_factory=list)
    fell_back: list[str] = field(default_factory=list)
    lead_times: dict[str, int] = field(default_factory=dict)  # days, of each one tested
    blocked: dict[str, timedelta] = field(default_factory=dict)
    blocked_begun: dict[str, timedelta] = field(default_factory=dict)  # of it, in design, validation and test
    committed: dict[str, Goal] = field(default_factory=dict)  # with the goal at the commit
    final: dict[str, Goal] = field(default_factory=dict)  # with the goal just before the close
    met: dict[str, Goal] = field(default_factory=dict)
    kept: dict[str, Goal] = field(default_factory=dict)  # of the committed, past the goal at the commit
    carried_in: list[str] = field(default_factory=list)
    carried_out: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def added(self) -> list[str]:
        """In at the close, not at the commit."""
        return [key for key in self.final if key not in self.committed]

    @property
    def removed(self) -> list[str]:
        """In at the commit, not at the close."""
        return [key for key in self.committed if key not in self.final]


_WORKFLOW_FIELDS = tuple(each.name for each in fields(WorkflowItems))


@dataclass(frozen=True, slots=True)
class BlockerItems:
    """Blockers with the times they opened or were resolved in the window, and those open at its end since when."""

    opened: list[tuple[int, datetime]]
    resolved: list[tuple[int, datetime]]
    open: dict[int, datetime]


@dataclass(frozen=True, slots=True)
class CycleItems:
    """All that a row of figures counts."""

    reading: Reading
    workflows: WorkflowItems
    blockers: BlockerItems
    count_parts: Callable[[], PartItems] = field(default=PartItems, compare=False)

    @property
    def parts(self) -> PartItems:
        """What the figures of shared workflows count, computed when it is asked for."""
        return self.count_parts()


def workflow_items(reading: Reading, workflows: Sequence[KnownWorkflow]) -> WorkflowItems:
    """The items of a reading among these workflows, known as of the reading."""
    items = WorkflowItems()
    add_passed(items, reading, workflows)
    add_members(items, reading, workflows)
    add_blocked(items, reading, workflows)
    return items


def joined(parts: Iterable[WorkflowItems]) -> WorkflowItems:
    """The items of several choices of workflows that have none in common."""
    whole = WorkflowItems()
    for part in parts:
        for name in _WORKFLOW_FIELDS:
            mine, more = getattr(whole, name), getattr(part, name)
            mine.update(more) if isinstance(mine, dict) else mine.extend(more)
    return whole


def blocker_items(reading: Reading, spells: Iterable[BlockerSpell]) -> BlockerItems:
    """What became of these blockers in the reading's window."""
    items = BlockerItems([], [], {})
    for blocker, spell in spells:
        if reading.start <= spell.since < reading.border:
            items.opened.append((blocker, spell.since))
        if spell.until is not None and reading.start <= spell.until < reading.border:
            items.resolved.append((blocker, spell.until))
        if spell.is_open_before(reading.border):
            items.open[blocker] = spell.since
    return items


def add_passed(items: WorkflowItems, reading: Reading, workflows: Iterable[KnownWorkflow]) -> None:
    """Adds those that passed a stage or fell back in the window."""
    start, border = reading.start, reading.border
    for key, timeline, _, _ in workflows:
        before, after = timeline.before(start), timeline.before(border)
        if before <= DESIGN < after:
            items.designed.append(key)
        if before <= VALIDATION < after:
            items.validated.append(key)
        if before <= TEST < after:
            items.tested.append(key)
            items.lead_times[key] = lead_time_days(timeline, border, reading.zone)
        if before == DONE and NO_STATE < after < DONE:
            items.fell_back.append(key)


def add_members(items: WorkflowItems, reading: Reading, workflows: Iterable[KnownWorkflow]) -> None:
    """Adds the members with their goals, met or not, and how they came and went; none before there is a commitment."""
    if not (reading.is_committed or reading.is_closed):
        return
    ways = {ScopeKind.CARRIED: items.carried_out, ScopeKind.RETURNED: items.returned, ScopeKind.DROPPED: items.dropped}
    cycle, met_at = reading.cycle.cycle, reading.met_at
    for key, timeline, scope, _ in workflows:
        if cycle not in scope.cycles:
            continue
        committed, final, was_carried_in, ways_out = scope.membership(reading)
        for goal, members, past in ((committed, items.committed, items.kept), (final, items.final, items.met)):
            if goal is not None:
                members[key] = goal
                if timeline.at(met_at) > _GOAL_POSITIONS[goal]:
                    past[key] = goal
        if was_carried_in and (committed or final):
            items.carried_in.append(key)
        for kind in ways_out:
            if kind in ways:
                ways[kind].append(key)


def add_blocked(items: WorkflowItems, reading: Reading, workflows: Iterable[KnownWorkflow]) -> None:
    """Adds the time in the window for which blockers held them."""
    for key, timeline, _, held in workflows:
        if held and (time := blocked_time(held, timeline, reading.start, reading.end)):
            items.blocked[key] = time
            if begun := blocked_time(held, timeline, reading.start, reading.end, least=DESIGN):
                items.blocked_begun[key] = begun
