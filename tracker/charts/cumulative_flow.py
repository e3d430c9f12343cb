"""Workflows by state, day by day, as bands upon each other."""

from collections.abc import Sequence

from tracker.charts import bands
from tracker.charts.calendar_axis import day_of, draw_cycles
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, mark
from tracker.charts.view import View, count
from tracker.domain.charts.cumulative_flow import SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.states import STATES, State

TITLE = N_("Workflows by state, day by day")
DEFINITION = N_(
    "Workflows by state at the end of each day; of today, now. Moves back show as dips; what was done when it was "
    "archived stays done. Those of a project count from "
    "the first day of its first cycle on, which shows as a step."
)
COLUMNS = bands.WORDS


def sample(view: View) -> int:
    """All workflows on the last day."""
    return _whole(view.totals[-1]) if view.totals else 0


def finding(view: View) -> str:
    """How many are done, under way and not started on the last day."""
    speech = view.speech
    if not view.totals:
        return speech.gettext("None of these cycles has begun")
    row = view.totals[-1]
    whole, done, not_started = _whole(row), count(row, "done"), count(row, "not_started")
    if not whole:
        return speech.gettext("There are no workflows yet")
    of_all = speech.ngettext("%(num)s of %(all)s is done", "%(num)s of %(all)s are done", done, all=whole)
    under_way = speech.ngettext("%(num)s is under way", "%(num)s are under way", whole - done - not_started)
    rest = speech.ngettext("%(num)s is not started", "%(num)s are not started", not_started)
    return speech.listed([f"{of_all}, {under_way}", rest])


def details(view: View) -> list[str]:
    """The last day of each cycle, or today, in a sentence."""
    ends = {row.ends_on for row in view.span.cycles}
    text = N_(
        "%(day)s: %(done)s done, %(test)s in test, %(validation)s in validation, %(design)s in design, "
        "%(not_started)s not started."
    )
    return [
        view.speech.gettext(text, **row.values | {"day": view.speech.day(day_of(row))})
        for row in view.totals
        if day_of(row) in ends or row is view.totals[-1]
    ]


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A band for each state."""
    panel = plot.panel()
    plot.highest = plot.highest or max(map(_whole, view.rows), default=0) or 1
    highest = plot.highest * 1.02
    panel.yaxis["range"] = [0, highest]
    if not rows:
        panel.xaxis["visible"] = False
        return
    draw_cycles(view, plot, panel, day_of(view.totals[0]), day_of(view.totals[-1]))
    plot.layout["hoverdistance"] = -1  # a band is hit anywhere near its upper edge
    shown = _turns(rows) if plot.is_small else rows
    for state in bands.FROM_BELOW:
        _band(view, panel, shown, state)
    if not plot.is_small:
        _names(view, plot, panel, rows[-1], highest)


def _band(view: View, panel: Panel, rows: Sequence[SheetRow], state: State) -> None:
    series, speech = Series(state.value, bands.COLOURS[state]), view.speech
    text, name = N_("%(day)s: %(number)s of %(all)s, %(state)s"), speech.state(state)
    for row in rows:
        values = {"number": row.values[state.value], "all": _whole(row), "state": name}
        said = speech.gettext(text, day=speech.day(day_of(row)), **values)
        series.marks.append(mark(view, row, state.value, day_of(row).isoformat(), said))
    edge = bands.EDGE if state is State.NOT_STARTED else colour("paper")
    panel.line(series, mode="lines", stackgroup="states", fillcolor=series.colour, line={"color": edge, "width": 1})


def _names(view: View, plot: Plot, panel: Panel, last: SheetRow, highest: float) -> None:
    x = day_of(last)
    plot.margin = plot.margin | {"r": bands.NAMES_ROOM}
    plot.narrow_margin = {"l": 32, "r": bands.NARROW_NAMES_ROOM}
    bands.name_the_ends(view, plot, panel, 1, last, highest)
    above = {"yref": f"{panel.y} domain", "yanchor": "bottom", "name": WIDE}
    panel.note(view.speech.short_day(x), x.isoformat(), 1, xanchor="left", xshift=12, **above)
    shift = bands.NAMES_ROOM - 12
    panel.note(str(_whole(last)), x.isoformat(), 1, xanchor="right", xshift=shift, font=BOLD, **above)


def _turns(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The days between which the bands run straight: a small drawing needs no others."""
    return [
        row
        for number, row in enumerate(rows)
        if number in {0, len(rows) - 1}
        or not (_numbers(rows[number - 1]) == _numbers(row) == _numbers(rows[number + 1]))
    ]


def _numbers(row: SheetRow) -> list[int]:
    return [count(row, state.value) for state in STATES]


def _whole(row: SheetRow) -> int:
    return sum(_numbers(row))


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
