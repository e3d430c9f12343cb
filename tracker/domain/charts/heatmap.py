"""A figure of each cycle, chosen by the reader, for every workstream or project."""

from collections.abc import Iterator, Sequence

from tracker.domain.charts import cycle_figures
from tracker.domain.charts.sheets import By, Column, SheetRow, Source
from tracker.domain.charts.span import Span
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds


def columns(span: Span) -> Sequence[Column]:
    """The cycle and the figure."""
    return Column("cycle", Adds.KEY), cycle_figures.column(span.figure)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle."""
    for cycle in span.cycles:
        yield cycle_figures.row(span, cycle.cycle, choice, [span.figure])


SOURCE = Source("heatmap", columns, rows, By.WORKSTREAM)
