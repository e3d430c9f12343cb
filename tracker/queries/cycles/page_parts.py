"""The parts of a cycle's page, from what was read for it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tracker.domain.figures.behind import BY_AMOUNT, PREVIOUS, Behind, Difference
from tracker.domain.figures.one_cycle import MEMBERS
from tracker.domain.figures.summaries import Choice
from tracker.domain.programme.rows import ScopeRow
from tracker.domain.states import Goal, ScopeKind, State
from tracker.queries.cycles.page import Late, Sources

STREAM_FIGURES = ("met", "designed", "validated", "tested", "blockers_open", "blocked_days", "blocked_days_begun")
DISPOSITIONS = {"carried_out": ScopeKind.CARRIED, "returned": ScopeKind.RETURNED, "dropped": ScopeKind.DROPPED}
BY_GOAL = ("committed", "added", "removed", "members", "met", *DISPOSITIONS)
_SAME_AS_ANOTHER = {"met", "committed", "lead_time_p85_days"}  # told once: by goal, and as a lead time
_SINCE_COUNTED = {"lead_time_p50_days": "tested", "median_blocker_age_days": "blockers_open"}


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A workstream of the table, or all of them: its figures by name, empty before its project joins."""

    code: str
    name: str
    is_joined: bool
    cells: dict[str, int | Decimal | None]


@dataclass(frozen=True, slots=True)
class GoalRow:
    """The members with a goal, or all of them. `moved` is how many got the goal less how many lost it."""

    goal: Goal | None
    cells: dict[str, int | None]
    moved: int


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """A workflow was added, removed, or got another goal after the commit."""

    kind: str
    key: str
    at: datetime
    from_goal: Goal | None
    to_goal: Goal | None
    reason: str
    note: str
    actor: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of a list: a workflow, or a blocker with what it holds. The figure gives it `at` and `amount`, and whose
    part it is, or who waits on whom.
    """

    key: str = ""
    blocker: int | None = None
    name: str = ""
    state: State | None = None
    is_archived: bool = False
    goal: Goal | None = None
    times_carried: int = 0
    at: datetime | None = None
    amount: timedelta | int | None = None
    reason: str = ""
    note: str = ""
    actor: str = ""
    holds: tuple[str, ...] = ()
    workstreams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """An item of which the two readings make different things, and the rows that made it so."""

    key: str
    blocker: int | None
    name: str
    effects: list[Difference]
    causes: list[Late]


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed by what was recorded later; and what only went on, from the close to the end of the last day."""

    items: list[Changed]
    went_on: list[Changed]


def stream_rows(read: Sources) -> list[StreamRow]:
    """Every workstream by project and code, then all together."""
    cycle = read.cycle
    choices = [*cycle.workstreams.values(), cycle.programme]
    return [_stream_row(read, choice) for choice in choices]


def _stream_row(read: Sources, choice: Choice) -> StreamRow:
    row, members = read.cycle.row(choice), Counter(read.cycle.members(choice).values())
    is_joined = choice.workstream is None or bool(read.cycle.joined(choice))
    scope = {name: members.total() if goal is None else members[goal] for name, goal in MEMBERS.items()}
    cells: dict[str, int | Decimal | None] = {name: n if is_joined else None for name, n in scope.items()}
    cells |= {name: getattr(row, name) for name in STREAM_FIGURES}
    return StreamRow(choice.workstream or "", read.workstreams.get(choice.workstream or "", ""), is_joined, cells)


def goal_rows(read: Sources, choice: Choice) -> list[GoalRow]:
    """The scope by goal, then the whole: what was committed, what came and went, and what became of it."""
    behind = {name: read.cycle.behind(name, choice) for name in BY_GOAL}
    row = read.cycle.row(choice)
    is_empty = {name: getattr(row, name, 0) is None for name in BY_GOAL}
    before = {each.item: each.goal for each in behind["committed"]}
    after = {each.item: each.goal for each in behind["members"]}
    both = [key for key in before if key in after and before[key] is not after[key]]
    return [
        GoalRow(
            goal,
            {
                name: None if is_empty[name] else sum(goal in {None, item.goal} for item in behind[name])
                for name in BY_GOAL
            },
            sum((after[key] is goal) - (before[key] is goal) for key in both),
        )
        for goal in (*Goal, None)
    ]


def scope_changes(read: Sources, choice: Choice) -> list[ScopeChange]:
    """What came into the cycle, left it or got another goal after the commit and before the close, newest first."""
    cycle = read.cycle.now.cycle
    counting = _counting(read, choice)
    goals: dict[str, Goal | None] = {}
    found: dict[tuple[str, datetime], ScopeChange] = {}
    for step in read.steps:
        before = goals.get(step.workflow)
        goals[step.workflow] = to_goal = step.goal if step.to_cycle == cycle.cycle else None
        is_after = cycle.committed_at is not None and step.happened_at > cycle.committed_at
        if step.workflow not in counting or not is_after or step.kind not in {ScopeKind.ADDED, ScopeKind.REMOVED}:
            continue
        place = step.workflow, step.happened_at
        if place in found and to_goal is not None:  # out and in again at once
            before, kind = found[place].from_goal, "goal"
        else:
            kind = "added" if to_goal is not None else "removed"
        found[place] = ScopeChange(
            kind, step.workflow, step.happened_at, before, to_goal, step.reason, step.note, step.actor
        )
    return sorted(found.values(), key=lambda each: (each.at, each.key), reverse=True)


def item_rows(read: Sources, figure: str, behind: Iterable[Behind], choice: Choice) -> list[ItemRow]:
    """What a figure counts, as a list shows it; of what came or went, with the step by which it did."""
    steps = _steps_of(read, figure)
    holds = read.cycle.held(choice) if figure.startswith(("blockers_", "median_")) else {}
    return [
        _blocker_row(read, each, each.item, holds)
        if isinstance(each.item, int)
        else _workflow_row(read, each, each.item, figure, steps.get(each.item))
        for each in behind
    ]


def _blocker_row(read: Sources, each: Behind, blocker: int, holds: dict[int, list[str]]) -> ItemRow:
    held = tuple(holds.get(blocker, ()))
    return ItemRow(blocker=blocker, name=read.blockers.get(blocker, ""), at=each.at, amount=each.amount, holds=held)


def _workflow_row(read: Sources, each: Behind, key: str, figure: str, step: ScopeRow | None) -> ItemRow:
    named = read.workflows[key]
    is_carried_on = figure == "carried_out"
    return ItemRow(
        key=key,
        name=named.name,
        state=named.state,
        is_archived=named.archived_at is not None,
        goal=each.goal,
        times_carried=read.times_carried.get(key, 0) + is_carried_on,
        at=step.happened_at if step else each.at,
        amount=each.amount,
        reason=step.reason if step else "",
        note=step.note if step else "",
        actor=step.actor if step else "",
        workstreams=each.workstreams,
    )


def carried(read: Sources, choice: Choice) -> list[ItemRow]:
    """What was carried into the cycle or had been carried before, the most often carried first."""
    rows = item_rows(read, "carried_in", read.cycle.behind("carried_in", choice), choice)
    return sorted(rows, key=lambda row: (-row.times_carried, row.key))


def open_blockers(read: Sources, choice: Choice) -> list[ItemRow]:
    """The blockers open at the end of the cycle, now while it is under way; the oldest first."""
    return item_rows(read, "blockers_open", read.cycle.behind("blockers_open", choice), choice)


def dispositions(read: Sources, choice: Choice) -> dict[str, list[ItemRow]]:
    """What became of what did not meet its goal."""
    return {name: item_rows(read, name, read.cycle.behind(name, choice), choice) for name in DISPOSITIONS}


def differences(read: Sources, choice: Choice) -> Differences:
    """Item by item, what makes the readings of a closed cycle differ."""
    by_item: dict[str | int, list[Difference]] = defaultdict(list)
    for each in read.cycle.differences(choice):
        by_item[each.item].append(each)
    late: dict[str | int | None, list[Late]] = defaultdict(list)
    for row in _late(read):
        late[row.key].append(row)
        late[row.blocker].append(row)
    found = Differences([], [])
    for item, effects in sorted(by_item.items(), key=lambda pair: (isinstance(pair[0], int), str(pair[0]).rjust(12))):
        causes = [row for row in late[item] if _explains(read, row, effects)]
        shown = [each for each in effects if not _is_told(each, effects)]
        if isinstance(item, int):
            changed = Changed("", item, read.blockers.get(item, ""), shown, causes)
        else:
            changed = Changed(item, None, read.workflows[item].name, shown, causes)
        only_grew = not causes and all(each.figure in BY_AMOUNT for each in effects)
        (found.went_on if only_grew else found.items).append(changed)
    return found


def _is_told(each: Difference, effects: list[Difference]) -> bool:
    """Whether another of the item's differences says it already."""
    if each.figure in _SAME_AS_ANOTHER:
        return True
    counted = _SINCE_COUNTED.get(each.figure)
    return any(other.figure == counted and other.change for other in effects)


def _late(read: Sources) -> Iterator[Late]:
    """All that was recorded after the close, scope too, which nobody writes late but a seed may hold."""
    yield from read.late
    reported = read.cycle.reported
    for step in read.steps if reported is not None else ():
        if reported is not None and step.recorded_at > reported.as_of:
            yield Late("scope", step.workflow, step.happened_at, step.recorded_at, step.actor, note=step.note)


def _explains(read: Sources, row: Late, effects: list[Difference]) -> bool:
    """Whether the row was unknown to the reading that one of the figures was reported from, and is in its window."""
    cycle = read.cycle
    if any(each.figure != PREVIOUS for each in effects):
        reported = cycle.reported
        if reported is not None and row.recorded_at > reported.as_of and row.happened_at <= cycle.last_instant:
            return True
    if any(each.figure == PREVIOUS for each in effects):
        previous = cycle.previous_reported
        return previous is not None and row.recorded_at > previous.as_of and row.happened_at < previous.border
    return False


def _steps_of(read: Sources, figure: str) -> dict[str, ScopeRow]:
    """By workflow, the last step of the kind that the figure is about."""
    came = [step for step in read.steps if step.to_cycle == read.cycle.number]
    left = [step for step in read.steps if step.from_cycle == read.cycle.number]
    steps = {
        "carried_in": [step for step in came if step.kind is ScopeKind.CARRIED],
        "added": came,
        "removed": left,
        **{name: [step for step in left if step.kind is kind] for name, kind in DISPOSITIONS.items()},
    }
    return {step.workflow: step for step in steps.get(figure, ())}


def _counting(read: Sources, choice: Choice) -> set[str]:
    """The workflows of the choice that count in the cycle."""
    return {workflow.key for code in read.cycle.joined(choice) for workflow in read.cycle.history.workflows(code)}
