"""What became of each cycle's scope, and how much of it went on into the next."""

from collections.abc import Iterator

from tracker.domain.charts import cycle_figures, fates
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import Adds, Column, Found, Row
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind, behind, of_members
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.summaries import Choice

_FIGURES = ("carried_in", "met", *DISPOSITIONS)
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("status", Adds.NONE),
    Column("members", Adds.COUNT),
    column("carried_in"),
    Column("carried_twice_or_more", Adds.COUNT),
    column("met"),
    *(column(name) for name in DISPOSITIONS),
    Column("remaining", Adds.COUNT),
    Column("met_since", Adds.COUNT),
    Column("members_previous", Adds.COUNT),
    Column("carried_out_previous", Adds.COUNT),
)


def rows(span: Span, choice: Choice) -> Iterator[Row]:
    """A row per cycle."""
    for cycle in span.cycles:
        number, here = cycle.cycle, span.reading(cycle.cycle)
        row = cycle_figures.row(span, number, choice, _FIGURES, status=here.cycle.status)
        lists: dict[str, list[Behind]] = {}
        items = span.items(number, choice)
        if here.is_committed:
            lists |= _of_committed(span, choice, items) if items is not None else {}
        elif not choice.project or span.joined(number, choice):
            lists["members"] = of_members(span.members(number, choice))
        for each in COLUMNS:
            if each.name not in row.values:
                row.values[each.name] = len(lists[each.name]) if each.name in lists else None
        behind_: dict[str, Found] = {**row.behind, **lists}
        yield Row(row.values, behind_)


def _of_committed(span: Span, choice: Choice, items: CycleItems) -> dict[str, list[Behind]]:
    number = items.reading.cycle.cycle
    found = {
        "members": of_members(items.workflows.final),
        "carried_twice_or_more": list(_carried_again(span, choice, items)),
        "remaining": fates.remaining(items),
        "met_since": fates.met_since(items),
    }
    before = span.previous(number, choice)
    if items.reading.is_closed and before is not None and before.reading.is_closed:
        found["members_previous"] = of_members(before.workflows.final)
        found["carried_out_previous"] = behind("carried_out", before)
    return found


def _carried_again(span: Span, choice: Choice, items: CycleItems) -> Iterator[Behind]:
    """Those carried into the cycle that had been carried into one before it, whether they stayed in that or not."""
    number, here = items.reading.cycle.cycle, set(items.workflows.carried_in)
    goals = items.workflows.committed | items.workflows.final
    for code in span.joined(number, choice):
        for workflow in span.history.concerned(number, code):
            if workflow.key in here and any(
                each < number and workflow.scope.membership(span.reading(each)).was_carried_in
                for each in workflow.scope.cycles
            ):
                yield Behind(workflow.key, goals[workflow.key])
