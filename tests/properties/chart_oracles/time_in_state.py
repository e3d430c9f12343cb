"""Days in each state, date by date."""

from itertools import pairwise

from tests.properties.chart_oracles.age import WORKING, rank
from tests.properties.chart_oracles.case import Case
from tests.properties.chart_oracles.lead_time import run_of, tested
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import State


def rows(case: Case) -> list[dict[str, object]]:
    return [row(case, cycle, state) for cycle in case.cycles for state in WORKING]


def row(case: Case, cycle: CycleRow, state: State) -> dict[str, object]:
    found: dict[str, object] = {"cycle": cycle.cycle, "state": state, "n": None, "p50_days": None, "p85_days": None}
    if case.counts(cycle):
        days = [spent(case, key, cycle, state) for key in tested(case, cycle)]
        found |= {"n": len(days), "p50_days": rank(days, 50), "p85_days": rank(days, 85)}
    return found


def spent(case: Case, key: str, cycle: CycleRow, state: State) -> int:
    """How many nights it passed in the state."""
    run = run_of(case, key, cycle)
    return sum(
        (case.day(after.happened_at) - case.day(before.happened_at)).days
        for before, after in pairwise(run)
        if before.to_state is state
    )
