"""Scope, each cycle by itself."""

from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import State


def rows(case: Case) -> list[dict[str, object]]:
    return [row(case, cycle) for cycle in case.cycles]


def row(case: Case, cycle: CycleRow) -> dict[str, object]:
    names = ("workflows", "not_started", "design", "validation", "test", "done", "under_way", "left")
    if not case.counts(cycle):
        return {"cycle": cycle.cycle, **dict.fromkeys(names)}
    states = [case.state_before(each, case.border(cycle)) for each in case.workflows(cycle)]
    states = [state for state in states if state is not None]
    found: dict[str, object] = {"cycle": cycle.cycle, "workflows": len(states)}
    for state in State:
        found[state.value] = states.count(state)
    found["under_way"] = sum(state in {State.DESIGN, State.VALIDATION, State.TEST} for state in states)
    found["left"] = sum(state is not State.DONE for state in states)
    return found
