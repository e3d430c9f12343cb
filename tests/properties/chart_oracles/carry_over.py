"""What became of cycles' scope: the goals of the other chart taken together, and what came from where."""

from tests.properties.chart_oracles import commitment
from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import CycleRow, WorkflowRow
from tracker.domain.states import ScopeKind

SUMS = ("members", "met", "carried_out", "returned", "dropped", "remaining", "met_since")


def rows(case: Case) -> list[dict[str, object]]:
    return [row(case, cycle) for cycle in case.cycles]


def row(case: Case, cycle: CycleRow) -> dict[str, object]:
    found: dict[str, object] = {"cycle": cycle.cycle}
    by_goal = commitment.of_cycle(case, cycle)
    for name in SUMS:
        found[name] = added(by_goal, name)
    if not commitment.is_committed(case, cycle):
        found["members"] = added(by_goal, "planned")
    counts = case.counts(cycle) and commitment.is_committed(case, cycle)
    came = [workflow for workflow in case.workflows(cycle) if counts and came_along(case, cycle, workflow)]
    again = [workflow for workflow in came if carried_into(case, workflow) & set(range(cycle.cycle))]
    found["carried_in"] = len(came) if counts else None
    found["carried_twice_or_more"] = len(again) if counts else None
    before = case.cycle(cycle.cycle - 1)
    has_both = counts and commitment.closed_at(case, cycle) is not None
    earlier = commitment.of_cycle(case, before) if before is not None and has_both else []
    is_over = before is not None and commitment.closed_at(case, before) is not None
    found["members_previous"] = added(earlier, "members") if is_over else None
    found["carried_out_previous"] = added(earlier, "carried_out") if is_over else None
    return found


def added(rows_: list[dict[str, object]], name: str) -> int | None:
    numbers = [value for each in rows_ if isinstance(value := each[name], int)]
    return sum(numbers) if numbers else None


def came_along(case: Case, cycle: CycleRow, workflow: WorkflowRow) -> bool:
    return any(commitment.ends(case, cycle, workflow)) and cycle.cycle in carried_into(case, workflow)


def carried_into(case: Case, workflow: WorkflowRow) -> set[int | None]:
    return {
        row.to_cycle
        for row in case.programme.scope
        if row.workflow == workflow.key and row.kind is ScopeKind.CARRIED and row.recorded_at <= case.as_of
    }
