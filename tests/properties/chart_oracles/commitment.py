"""What cycles were committed to, by goal, each workflow by itself."""

from datetime import datetime

from tests.properties.chart_oracles.case import Case, is_past
from tracker.domain.programme.rows import CycleRow, WorkflowRow
from tracker.domain.states import Goal, State

KINDS = {"carried_out": "carried", "returned": "returned", "dropped": "dropped"}


def rows(case: Case) -> list[dict[str, object]]:
    return [row for cycle in case.cycles for row in of_cycle(case, cycle)]


def of_cycle(case: Case, cycle: CycleRow) -> list[dict[str, object]]:
    found = []
    for goal in Goal:
        row: dict[str, object] = {"cycle": cycle.cycle, "goal": goal}
        if case.counts(cycle) and is_committed(case, cycle):
            row |= committed(case, cycle, goal) | {"planned": None}
        else:
            row |= dict.fromkeys(COMMITTED) | {"planned": planned(case, cycle, goal)}
        if goal is Goal.TEST or any(row[name] for name in (*COMMITTED, "planned")):
            found.append(row)
    return found


def is_committed(case: Case, cycle: CycleRow) -> bool:
    return case.is_begun(cycle) and cycle.committed_at is not None and cycle.committed_at <= case.as_of


def closed_at(case: Case, cycle: CycleRow) -> datetime | None:
    return cycle.closed_at if cycle.closed_at is not None and cycle.closed_at <= case.as_of else None


def planned(case: Case, cycle: CycleRow, goal: Goal) -> int | None:
    has_other_figures = is_committed(case, cycle) or closed_at(case, cycle) is not None
    if has_other_figures or not (case.is_programme or case.joined(cycle)):
        return None
    close = closed_at(case, cycle)  # some are closed before they begin
    until, is_open = close or case.as_of, close is None
    goals = [case.goal(each.key, cycle.cycle, until, counted=is_open) for each in case.workflows(cycle)]
    return goals.count(goal)


COMMITTED = (
    "committed",
    "added",
    "removed",
    "members",
    "met",
    "kept",
    "kept_percent",
    "carried_out",
    "returned",
    "dropped",
    "remaining",
    "met_since",
)


def committed(case: Case, cycle: CycleRow, goal: Goal) -> dict[str, object]:
    found = dict.fromkeys(COMMITTED, 0)
    close = closed_at(case, cycle)
    for workflow in case.workflows(cycle):
        first, last = ends(case, cycle, workflow)
        was_met = is_met(case, cycle, workflow)
        ways = ways_out(case, cycle, workflow)
        found["committed"] += first is goal
        found["added"] += first is None and last is goal
        found["removed"] += last is None and first is goal
        found["members"] += last is goal
        found["met"] += was_met and last is goal
        found["kept"] += first is goal and is_past(state_at_the_end(case, cycle, workflow), State(goal.value))
        for name, kind in KINDS.items():
            found[name] += ways.count(kind) if (last or first) is goal else 0
        found["remaining"] += last is goal and not was_met and not (close and ways)
        found["met_since"] += last is goal and was_met and bool(close and ways)
    whole = found["committed"]
    percent = (200 * found["kept"] + whole) // (2 * whole) if whole else None
    open_ = dict.fromkeys(KINDS) if close is None else {}
    return {**found, **open_, "kept_percent": percent}


def ends(case: Case, cycle: CycleRow, workflow: WorkflowRow) -> tuple[Goal | None, Goal | None]:
    """The goals at the commit and just before the close, or now."""
    assert cycle.committed_at is not None
    close = closed_at(case, cycle)
    return (
        case.goal(workflow.key, cycle.cycle, cycle.committed_at, counted=True),
        case.goal(workflow.key, cycle.cycle, close or case.as_of, counted=close is None),
    )


def is_met(case: Case, cycle: CycleRow, workflow: WorkflowRow) -> bool:
    _, last = ends(case, cycle, workflow)
    return last is not None and is_past(state_at_the_end(case, cycle, workflow), State(last.value))


def state_at_the_end(case: Case, cycle: CycleRow, workflow: WorkflowRow) -> State | None:
    return case.state_at(workflow, closed_at(case, cycle) or case.as_of)


def ways_out(case: Case, cycle: CycleRow, workflow: WorkflowRow) -> list[str]:
    """The dispositions that it was given."""
    return [
        row.kind.value
        for row in case.programme.scope
        if row.workflow == workflow.key
        and row.from_cycle == cycle.cycle
        and row.kind.value in KINDS.values()
        and row.recorded_at <= case.as_of
    ]
