"""How long the work on each workflow tested in these cycles took, by the day it was done."""

from collections.abc import Iterator

from tracker.domain.calendar import local_date
from tracker.domain.charts import cycle_figures
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.sheets import Adds, Column, Row, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.lead_times import last_run
from tracker.domain.figures.summaries import Choice

RANKS = ("lead_time_p50_days", "lead_time_p85_days")
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("workflow", Adds.KEY),
    Column("done_on", Adds.NONE),
    Column("lead_time_days", Adds.OWN),
    *(column(rank) for rank in RANKS),  # of all that were tested in the cycle
)


def rows(span: Span, choice: Choice) -> Iterator[Row]:
    """A row per cycle and workflow tested in it."""
    for cycle in span.cycles:
        items = span.items(cycle.cycle, choice)
        if items is None:
            continue
        border, taken = items.reading.border, items.workflows.lead_times
        tested = {each.key: each.timeline for each in span.workflows(choice, cycle.cycle) if each.key in taken}
        ranks = cycle_figures.row(span, cycle.cycle, choice, RANKS)
        for key, timeline in sorted(tested.items()):
            _, entry = last_run(timeline, border)
            done_on = local_date(timeline.moments[entry], span.zone)
            values: dict[str, Value] = {"cycle": cycle.cycle, "workflow": key, "done_on": done_on}
            values |= {"lead_time_days": taken[key], **{rank: ranks.values[rank] for rank in RANKS}}
            behind = {"lead_time_days": [Behind(key, at=timeline.moments[entry], amount=taken[key])]}
            yield Row(values, {**ranks.behind, **behind})
