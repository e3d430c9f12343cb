"""The figure that the heat map shows by itself, cycle by cycle; every figure has its laws elsewhere."""

from tests.properties.chart_oracles.case import Case
from tracker.domain.states import State


def rows(case: Case) -> list[dict[str, object]]:
    return [
        {"cycle": cycle.cycle, "tested": len(case.passed(cycle, State.TEST)) if case.counts(cycle) else None}
        for cycle in case.cycles
    ]
