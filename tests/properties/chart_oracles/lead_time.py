"""Lead times, workflow by workflow after each cycle as a whole."""

from tests.properties.chart_oracles.age import last_run, rank, until_done
from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import ChangeRow, CycleRow
from tracker.domain.states import State


def rows(case: Case) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for cycle in case.cycles:
        runs = {key: run_of(case, key, cycle) for key in sorted(tested(case, cycle))}
        days = {
            key: (case.day(run[-1].happened_at) - case.day(run[0].happened_at)).days + 1 for key, run in runs.items()
        }
        if case.counts(cycle):
            found.append(
                {
                    "cycle": cycle.cycle,
                    "workflow": None,
                    "done_on": None,
                    "lead_time_days": None,
                    "tested": len(days),
                    "lead_time_p50_days": rank(list(days.values()), 50),
                    "lead_time_p85_days": rank(list(days.values()), 85),
                }
            )
        found += [
            {
                "cycle": cycle.cycle,
                "workflow": key,
                "done_on": case.day(run[-1].happened_at),
                "lead_time_days": days[key],
                "tested": None,
                "lead_time_p50_days": None,
                "lead_time_p85_days": None,
            }
            for key, run in runs.items()
        ]
    return found


def tested(case: Case, cycle: CycleRow) -> list[str]:
    return case.passed(cycle, State.TEST) if case.counts(cycle) else []


def run_of(case: Case, key: str, cycle: CycleRow) -> list[ChangeRow]:
    """The changes from the last beginning to the last entry into done before the border."""
    return last_run(until_done([row for row in case.changes(key) if row.happened_at < case.border(cycle)]))
