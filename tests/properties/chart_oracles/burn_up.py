"""Burn-up, each day by itself: a day that the close or now comes in is read at that instant."""

from datetime import date, datetime, time, timedelta

from tests.properties.chart_oracles.case import Case, is_past
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import Goal, State

_DAY = timedelta(days=1)


def rows(case: Case) -> list[dict[str, object]]:
    return [row for cycle in case.cycles for row in days(case, cycle)]


def days(case: Case, cycle: CycleRow) -> list[dict[str, object]]:
    committed_at = cycle.committed_at
    if not case.counts(cycle) or committed_at is None or committed_at > case.as_of:
        return []
    closed_at = cycle.closed_at if cycle.closed_at is not None and cycle.closed_at <= case.as_of else None
    found: list[dict[str, object]] = []
    committed = members(case, cycle, committed_at, counted=True)
    day, is_over = cycle.starts_on, False
    while not is_over or (closed_at is not None and day <= cycle.ends_on):
        end = datetime.combine(day + _DAY, time(), case.zone)
        is_over = end >= (closed_at or case.as_of)
        if closed_at is not None and is_over:
            there = members(case, cycle, closed_at, counted=False)
        else:
            there = members(case, cycle, case.as_of if is_over else end, counted=is_over)
        at = (closed_at or case.as_of) if is_over else None
        if end > committed_at or is_over:
            found.append(row(case, cycle, day, at, end, there, committed))
        day += _DAY
    return found


def row(
    case: Case,
    cycle: CycleRow,
    day: date,
    at: datetime | None,
    end: datetime,
    there: dict[str, Goal],
    committed: dict[str, Goal],
) -> dict[str, object]:
    reached = 0
    for workflow in case.workflows(cycle):
        if workflow.key in there:
            state = case.state_before(workflow, end) if at is None else case.state_at(workflow, at)
            reached += is_past(state, State(there[workflow.key].value))
    return {
        "cycle": cycle.cycle,
        "day": day,
        "scope": len(there),
        "reached": reached,
        "added_since": len(there.keys() - committed.keys()),
        "removed_since": len(committed.keys() - there.keys()),
    }


def members(case: Case, cycle: CycleRow, until: datetime, *, counted: bool) -> dict[str, Goal]:
    goals = {row.key: case.goal(row.key, cycle.cycle, until, counted=counted) for row in case.workflows(cycle)}
    return {key: goal for key, goal in goals.items() if goal is not None}
