"""The figures of cycles as columns of a chart."""

from collections.abc import Iterable
from functools import partial

from tracker.domain.charts.sheets import Column, Found, SheetRow, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import LISTS, Behind, behind
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import FIGURES


def column(figure: str) -> Column:
    """The column of a figure that the summaries have."""
    return Column(figure, FIGURES[figure].adds, FIGURES[figure].places)


def row(span: Span, number: int, choice: Choice, figures: Iterable[str], **values: Value) -> SheetRow:
    """The figures of a cycle after other values, with what they count."""
    summary, items = span.summary(number, choice), span.items(number, choice)
    found: dict[str, Value] = {"cycle": number, **values}
    lists: dict[str, Found] = {}
    for figure in figures:
        found[figure] = getattr(summary, figure)
        if figure == "tested_previous" and found[figure] is not None:
            lists[figure] = partial(_counted, "tested", span.items(number - 1, choice))
        elif figure in LISTS:
            lists[figure] = partial(_counted, figure, items)
    return SheetRow(found, lists)


def _counted(figure: str, items: CycleItems | None) -> list[Behind]:
    return behind(figure, items) if items is not None else []


def listed(keys: Iterable[str]) -> list[Behind]:
    """Workflows that each count once."""
    return [Behind(key) for key in keys]
