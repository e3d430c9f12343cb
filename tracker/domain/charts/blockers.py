"""Blockers opened, resolved and open per cycle: open at the start + opened − resolved = open at the end, always."""

from collections.abc import Iterator
from datetime import datetime

from tracker.domain.calendar import local_date
from tracker.domain.charts import cycle_figures
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.sheets import Column, SheetRow, Source
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds

_FIGURES = ("blockers_opened", "blockers_resolved", "blockers_open", "median_blocker_age_days")
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("status", Adds.NONE),
    Column("open_at_start", Adds.COUNT),
    column("blockers_opened"),
    column("blockers_resolved"),
    column("blockers_open"),
    Column("open_throughout", Adds.COUNT),
    column("median_blocker_age_days"),
    Column("oldest_blocker_days", Adds.OWN),
)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle."""
    for cycle in span.cycles:
        here = span.reading(cycle.cycle)
        row = cycle_figures.row(span, cycle.cycle, choice, _FIGURES, status=here.cycle.status)
        if row.values["blockers_open"] is None:
            row.values |= {"open_at_start": None, "open_throughout": None, "oldest_blocker_days": None}
            yield row
            continue
        at_start, at_end = _open_before(span, here, choice, here.start), row.items("blockers_open")
        # One that was resolved and has opened again was not open throughout.
        throughout = [each for each in at_end if each.at is not None and each.at < here.start]
        oldest = at_end[:1]
        ages = [each.amount for each in oldest if isinstance(each.amount, int)]
        row.values |= {
            "open_at_start": len(at_start),
            "open_throughout": len(throughout),
            "oldest_blocker_days": ages[0] if ages else None,
        }
        lists = {"open_at_start": at_start, "open_throughout": throughout, "oldest_blocker_days": oldest}
        yield SheetRow(row.values, {**row.behind, **lists})


def _open_before(span: Span, here: Reading, choice: Choice, border: datetime) -> list[Behind]:
    """The blockers over the border into the cycle, with their ages on the first day; by those workflows that count in
    the cycle, so that what it opens and resolves adds up.
    """
    workstreams = span.joined(here.cycle.cycle, choice)
    day = here.cycle.starts_on
    return [
        Behind(blocker, at=spell.since, amount=(day - local_date(spell.since, span.zone)).days)
        for blocker, spell in span.now.blocker_spells(workstreams)
        if spell.is_open_before(border)
    ]


SOURCE = Source("blockers", COLUMNS, rows)
