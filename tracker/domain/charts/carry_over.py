"""What became of each cycle's scope, and how much of it went on into the next."""

from collections.abc import Iterator, Mapping
from functools import partial

from tracker.domain.charts import cycle_figures, fates
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import Column, Found, SheetRow, Source
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import behind, of_members
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds
from tracker.domain.states import Goal

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


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle."""
    first_carried = _first_carried(span, choice)
    for cycle in span.cycles:
        number, here = cycle.cycle, span.reading(cycle.cycle)
        row = cycle_figures.row(span, number, choice, _FIGURES, status=here.cycle.status)
        found: dict[str, dict[str, Goal]] = {}
        items = span.items(number, choice)
        if here.is_committed:
            found |= _of_committed(items, first_carried) if items is not None else {}
        elif (planned := span.planned(number, choice)) is not None:
            found["members"] = planned
        values = dict.fromkeys(each.name for each in COLUMNS) | row.values
        values |= {name: len(each) for name, each in found.items()}
        lists: dict[str, Found] = {name: partial(of_members, each) for name, each in found.items()}
        before = span.previous(number, choice)
        if items is not None and here.is_closed and before is not None and before.reading.is_closed:
            known = before.workflows
            values |= {"members_previous": len(known.final), "carried_out_previous": len(known.carried_out)}
            lists["members_previous"] = partial(of_members, known.final)
            lists["carried_out_previous"] = partial(behind, "carried_out", before)
        yield SheetRow(values, {**row.behind, **lists})


def _of_committed(items: CycleItems, first_carried: Mapping[str, int]) -> dict[str, dict[str, Goal]]:
    number, goals = items.reading.cycle.cycle, items.workflows.committed | items.workflows.final
    again = [key for key in items.workflows.carried_in if first_carried[key] < number]
    return {
        "members": items.workflows.final,
        "carried_twice_or_more": {key: goals[key] for key in again},
        "remaining": fates.remaining(items),
        "met_since": fates.met_since(items),
    }


def _first_carried(span: Span, choice: Choice) -> dict[str, int]:
    """The first cycle that each workflow was carried into, whether it stayed in that or not."""
    found: dict[str, int] = {}
    for code in choice.workstreams:
        for workflow in span.history.workflows(code):
            for number in sorted(workflow.scope.cycles):
                if workflow.scope.membership(span.reading(number)).was_carried_in:
                    found[workflow.key] = number
                    break
    return found


SOURCE = Source("carry-over", COLUMNS, rows)
