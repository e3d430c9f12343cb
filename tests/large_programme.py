"""A folder as large as a programme gets, made without randomness."""

from datetime import timedelta
from itertools import cycle as repeated

from tests.builders import Flow, a_cycle, a_programme, day
from tracker.domain.programme.rows import Programme, ProjectRow, WorkstreamRow
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State

_BACK_AND_FORTH = (State.DESIGN, State.VALIDATION, State.TEST, State.VALIDATION)


def a_large_programme(workflows: int, changes: int, cycles: int = 8) -> Programme:
    """So many workflows with so many changes between them, all in one cycle and carried on for as long as it goes."""
    statuses = [CycleStatus.CLOSED] * (cycles - 2) + [CycleStatus.RUNNING, CycleStatus.DRAFT]
    return a_programme(
        *(_flow(number, changes // workflows - 1, cycles - 2) for number in range(1, workflows + 1)),
        cycles=[a_cycle(number, status) for number, status in enumerate(statuses, 1)],
        projects=[ProjectRow("SOKI", "Kliniskt innehåll")],
        workstreams=[WorkstreamRow(f"S{number:02}", f"Ström {number}", "", "SOKI") for number in range(40)],
    )


def _flow(number: int, moves: int, closed: int) -> Flow:
    flow = Flow(
        f"F-{number:05}", f"Arbetsflöde {number}", workstream=f"S{number % 40:02}", actor=f"Ledare {number % 30}"
    )
    at = day(1) + timedelta(minutes=number % 600)
    for turn, state in zip(range(moves), repeated(_BACK_AND_FORTH), strict=False):
        flow.to(state, at + timedelta(days=turn), reason="failed_test" if state is State.VALIDATION else "")
    flow.in_cycle(1)
    for cycle in range(1, closed + 1):
        close = a_cycle(cycle, CycleStatus.CLOSED).closed_at
        assert close is not None
        flow.scoped(cycle, cycle + 1, Goal.TEST, ScopeKind.CARRIED, close, reason="capacity")
    if number % 10 == 0:
        flow.held(number // 10, day(20)).noted("Väntar", day(20)).checked(day(21))
    return flow
