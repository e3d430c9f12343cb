"""All charts as they are drawn and told, by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

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
)
from tracker.charts.plot import Plot
from tracker.charts.speech import ColumnWords
from tracker.charts.view import NamedItems, View
from tracker.domain.charts.sheets import SheetRow


class Chart(Protocol):
    """What each module of a chart has, but `draw` where it draws all panels together. The sample is how many items its
    numbers rest on.
    """

    TITLE: str
    DEFINITION: str
    COLUMNS: Mapping[str, ColumnWords]  # those that are no figures of a cycle

    def sample(self, view: View) -> int: ...
    def finding(self, view: View) -> str: ...
    def details(self, view: View) -> list[str]: ...
    def draw(self, view: View, plot: Plot, rows: Sequence[SheetRow]) -> None: ...


CHARTS: Mapping[str, Chart] = {
    "throughput": cast("Chart", throughput),
    "blockers": cast("Chart", blockers),
    "commitment": cast("Chart", commitment),
    "scope": cast("Chart", scope),
    "heatmap": cast("Chart", heatmap),
    "age": cast("Chart", age),
    "blocker-causes": cast("Chart", blocker_causes),
    "carry-over": cast("Chart", carry_over),
    "cumulative-flow": cast("Chart", cumulative_flow),
    "burn-up": cast("Chart", burn_up),
    "lead-time": cast("Chart", lead_time),
    "time-in-state": cast("Chart", time_in_state),
    "moves-back": cast("Chart", moves_back),
}
_LONGEST_TITLE = 26
# Those that put all panels into one drawing, by themselves.
_DRAWN_TOGETHER: Mapping[str, Callable[[View, Plot], None]] = {"heatmap": heatmap.draw_all}
# Those of which the definition depends on what is asked for.
_DEFINED: Mapping[str, Callable[[View], str]] = {"heatmap": heatmap.definition}

# Those that name some of their items beneath the drawing.
_NAMING: Mapping[str, Callable[[View], list[NamedItems]]] = {"blockers": blockers.crossed}


def named_items(view: View) -> list[NamedItems]:
    """What the chart names one by one, under their titles."""
    name = view.sheet.chart
    return _NAMING[name](view) if name in _NAMING and not is_empty(view) else []


def definition(view: View) -> str:
    """What the chart counts, and how it is drawn."""
    name = view.sheet.chart
    return _DEFINED[name](view) if name in _DEFINED else view.speech.gettext(CHARTS[name].DEFINITION)


def finding(view: View) -> str:
    """The chart's title: what it shows, in words from the data."""
    if is_empty(view):
        return view.speech.gettext("There is nothing to draw for this choice")
    return CHARTS[view.sheet.chart].finding(view)


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
    return _drawn(view).figure()


def _drawn(view: View) -> Plot:
    name, panels = view.sheet.chart, view.sheet.panels
    if is_empty(view):
        return Plot(view.speech)
    if name in _DRAWN_TOGETHER:
        alone = Plot(view.speech)
        alone.next()
        _DRAWN_TOGETHER[name](view, alone)
        return alone
    plot = Plot(view.speech, [_title(panel.code, view.names) for panel in panels])
    for panel in panels:
        plot.next()
        CHARTS[name].draw(view, plot, panel.rows)
    return plot
