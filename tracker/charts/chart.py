"""The record of a chart: where its numbers come from, its words, and its drawing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tracker.charts.plot import Plot
from tracker.charts.speech import ColumnWords
from tracker.charts.view import NamedItems, View
from tracker.domain.charts.sheets import SheetRow, Source


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: one module here, one in the domain for its numbers, and its line in the registry."""

    source: Source
    title: str
    definition: str
    columns: Mapping[str, ColumnWords]  # those that are no figures of a cycle
    sample: Callable[[View], int]  # how many items its numbers rest on
    finding: Callable[[View], str]
    details: Callable[[View], list[str]]
    draw: Callable[[View, Plot, Sequence[SheetRow]], None]
    named: Callable[[View], list[NamedItems]] | None = None  # items that it names beneath the drawing
    define: Callable[[View], str] | None = None  # where the definition depends on what is asked for
    is_in_one: bool = False  # draws all panels on one pair of axes
    nothing: Callable[[View], str] | None = None  # what it says where it has no numbers
