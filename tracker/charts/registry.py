"""All charts as they are drawn and told, by name."""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import plotly.graph_objects as go

from tracker.charts import age, lead_time, throughput, time_in_state
from tracker.charts.plot import Plot
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View
from tracker.domain.charts.sheets import Row


class Chart(Protocol):
    """What each module of a chart has. The sample is how many items its numbers rest on."""

    TITLE: str
    DEFINITION: str
    COLUMNS: Mapping[str, ColumnWords]  # those that are no figures of a cycle

    def sample(self, view: View) -> int: ...
    def finding(self, view: View) -> str: ...
    def details(self, view: View) -> list[str]: ...
    def draw(self, view: View, plot: Plot, rows: Sequence[Row]) -> None: ...


CHARTS: Mapping[str, Chart] = {
    "throughput": cast("Chart", throughput),
    "age": cast("Chart", age),
    "lead-time": cast("Chart", lead_time),
    "time-in-state": cast("Chart", time_in_state),
}


def figure(view: View) -> go.Figure:
    """The chart, drawn."""
    panels = view.sheet.panels
    plot = Plot(view.speech, [view.names.get(panel.code, panel.code) for panel in panels] or [""])
    for panel in panels:
        plot.next()
        CHARTS[view.sheet.chart].draw(view, plot, panel.rows)
    return plot.figure()
