"""Cumulative flow, each day by itself."""

from datetime import datetime, time, timedelta

from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import WorkflowRow
from tracker.domain.states import State

_DAY = timedelta(days=1)


def rows(case: Case) -> list[dict[str, object]]:
    begun = [cycle for cycle in case.cycles if case.is_begun(cycle)]
    found: list[dict[str, object]] = []
    if not begun:
        return found
    day, last = min(cycle.starts_on for cycle in begun), max(cycle.ends_on for cycle in begun)
    while day <= last and datetime.combine(day, time(), case.zone) < case.as_of:
        counting = [row for row in case.workflows() if has_joined(case, row, datetime.combine(day, time(), case.zone))]
        if counting or case.is_programme:
            end = datetime.combine(day + _DAY, time(), case.zone)
            states = [case.state_before(row, end) for row in counting]
            found.append({"day": day, **{state.value: states.count(state) for state in State}})
        day += _DAY
    return found


def has_joined(case: Case, workflow: WorkflowRow, at: datetime) -> bool:
    """Whether the project's first cycle, or one after it, has begun."""
    project = next(row.project for row in case.programme.workstreams if row.code == workflow.workstream)
    first = next(row.first_cycle for row in case.programme.projects if row.code == project)
    return any(case.start(cycle) <= at for cycle in case.programme.cycles if cycle.cycle >= first)
