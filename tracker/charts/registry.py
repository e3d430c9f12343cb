"""All charts, in the order in which they are shown."""

from collections.abc import Mapping

import plotly.graph_objects as go

from tracker.charts import (
    age,
    blocker_causes,
    blockers,
    burn_up,
    carry_over,
    commitment,
    cumulative_flow,
    heatmap,
    lead_time,
    moves_back,
    scope,
    throughput,
    time_in_state,
    waiting,
)
from tracker.charts.chart import Chart
from tracker.charts.plot import Plot
from tracker.charts.view import NamedItems, View

CHARTS: Mapping[str, Chart] = {
    chart.source.name: chart
    for chart in (
        throughput.CHART,
        blockers.CHART,
        commitment.CHART,
        scope.CHART,
        heatmap.CHART,
        age.CHART,
        blocker_causes.CHART,
        waiting.CHART,
        carry_over.CHART,
        cumulative_flow.CHART,
        burn_up.CHART,
        lead_time.CHART,
        time_in_state.CHART,
        moves_back.CHART,
    )
}
_LONGEST_TITLE = 26


def named_items(view: View) -> list[NamedItems]:
    """What the chart names one by one, under their titles."""
    named = CHARTS[view.sheet.chart].named
    return [] if named is None or is_empty(view) else named(view)


def definition(view: View) -> str:
    """What the chart counts, and how it is drawn."""
    chart = CHARTS[view.sheet.chart]
    return view.speech.gettext(chart.definition) if chart.define is None else chart.define(view)


def finding(view: View) -> str:
    """The chart's title: what it shows, in words from the data."""
    chart = CHARTS[view.sheet.chart]
    if is_empty(view):
        if chart.nothing is not None and view.choice.workstreams:
            return chart.nothing(view)
        return view.speech.gettext("There is nothing to draw for this choice")
    return chart.finding(view)


def is_empty(view: View) -> bool:
    """Whether nothing is chosen that could be drawn."""
    return not view.rows or not view.choice.workstreams


def _title(code: str, names: Mapping[str, str]) -> str:
    """The panel's name, cut to the width that the smallest has."""
    name = names.get(code, "")
    title = f"{code} {name}" if name else code
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"


def figure(view: View) -> go.Figure:
    """The chart, drawn; without anything on it when it is empty."""
    chart, panels = CHARTS[view.sheet.chart], view.sheet.panels
    if is_empty(view):
        return Plot(view.speech).figure()
    if chart.is_in_one:
        panels = view.whole.panels
    titles = [_title(panel.code, view.names) for panel in panels] if panels[1:] else [""]
    plot = Plot(view.speech, titles)
    for panel in panels:
        plot.next()
        chart.draw(view, plot, panel.rows)
    return plot.figure()
