"""How long work on each workflow tested in these cycles took, by the day it was done, and on half and 85% of them."""

from collections.abc import Iterator

from tracker.domain.calendar import local_date
from tracker.domain.charts import cycle_figures
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.lead_times import last_run
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds

RANKS = ("lead_time_p50_days", "lead_time_p85_days")
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("workflow", Adds.KEY),  # empty in the row of the cycle as a whole
    Column("done_on", Adds.NONE),
    Column("lead_time_days", Adds.OWN),
    *(column(figure) for figure in ("tested", *RANKS)),
)
_OF_EACH, _OF_ALL = ("workflow", "done_on", "lead_time_days"), ("tested", *RANKS)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle that has begun, and after it one for each workflow tested in it."""
    for cycle in span.cycles:
        items = span.items(cycle.cycle, choice)
        if items is None:
            continue
        yield cycle_figures.row(span, cycle.cycle, choice, _OF_ALL, **dict.fromkeys(_OF_EACH))
        border, taken = items.reading.border, items.workflows.lead_times
        tested = {each.key: each.timeline for each in span.workflows(choice, cycle.cycle) if each.key in taken}
        for key, timeline in sorted(tested.items()):
            done_at, days = timeline.moments[last_run(timeline, border)[1]], taken[key]
            values: dict[str, Value] = dict.fromkeys(column.name for column in COLUMNS)
            values |= {"cycle": cycle.cycle, "workflow": key, "lead_time_days": days}
            values["done_on"] = local_date(done_at, span.zone)
            yield SheetRow(values, {"lead_time_days": [Behind(key, at=done_at, amount=days)]})


SOURCE = Source("lead-time", COLUMNS, rows)
