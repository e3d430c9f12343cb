"""What a workstream came to in its last cycles, as now: from the history that charts are drawn from."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tracker.domain.charts import cycle_figures, registry
from tracker.domain.charts.sheets import Row
from tracker.domain.charts.span import Span
from tracker.queries import figures

CHARTS = {
    "throughput": ("designed", "validated", "tested"),
    "blockers": ("blockers_opened", "blockers_resolved", "blockers_open"),
}
_CYCLES = 4


@dataclass(frozen=True, slots=True)
class PastCycle:
    """The figures of a cycle with what they count. One under way has come to them so far."""

    number: int
    is_under_way: bool
    row: Row


def last_cycles(session: Session, number: int, workstream: str, *, now: datetime) -> list[PastCycle]:
    """The cycle and the ones before it. Two statements, while the history is kept."""
    as_of = figures.as_of_now(session, now)
    history = figures.history(session)
    if history is None:
        return []
    numbers = [row.cycle for row in history.cycles if row.cycle <= number][-_CYCLES:]
    span, choice = Span(history, as_of, numbers[0], numbers[-1]), registry.chosen(history, (), (workstream,))
    columns = [column for chart in CHARTS.values() for column in chart]
    return [
        PastCycle(each, _is_under_way(span, each), cycle_figures.row(span, each, choice, columns)) for each in numbers
    ]


def _is_under_way(span: Span, number: int) -> bool:
    here = span.reading(number)
    return here.is_begun and here.as_of < here.border
