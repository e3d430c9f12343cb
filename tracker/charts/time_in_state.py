"""Days in design, validation and test of the workflows tested in each cycle: bars for half of them, lines for 85%."""

from collections.abc import Sequence

from tracker.charts.bands import COLOURS
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, PAPER_BENEATH, Panel, Plot, Series, font, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, cell_text, count, having
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.time_in_state import SOURCE
from tracker.domain.errors import N_, NN_
from tracker.domain.states import UNDER_WAY, State

TITLE = N_("Time in each state")
DEFINITION = N_(
    "Days that the workflows tested in each cycle had spent in design, validation and test since the work last began, "
    "counted from date to date. Half of them spent as many as the bar shows or fewer, 85% as many as the line above it "
    "reaches; there are none for fewer than ten. A skipped state took 0 days."
)
COLUMNS = {
    "n": ColumnWords(
        N_("Tested (n)"),
        N_("Workflows counted as tested in the cycle, with the days that each spent in the state."),
    ),
    "p50_days": ColumnWords(
        N_("Days in the state, half (p50)"),
        N_(
            "Of the workflows counted as tested: local days in the state from the last time the work began to the "
            "last time it was done, its stays added up from date to date. Half took this long or less (nearest "
            "rank). Empty for fewer than 10."
        ),
    ),
    "p85_days": ColumnWords(
        N_("Days in the state, 85% (p85)"),
        N_(
            "Of the workflows counted as tested: local days in the state from the last time the work began to the "
            "last time it was done, its stays added up from date to date. 85% took this long or less (nearest "
            "rank). Empty for fewer than 10."
        ),
    ),
}
# By how many states took longest.
_FINDINGS = {
    1: NN_(
        "Half of the %(tested)s tested in cycle %(cycle)s spent %(num)s day or less in %(state)s, the longest of the "
        "three",
        "Half of the %(tested)s tested in cycle %(cycle)s spent %(num)s days or less in %(state)s, the longest of the "
        "three",
    ),
    2: NN_(
        "Half of the %(tested)s tested in cycle %(cycle)s spent %(num)s day or less in %(first)s, and in "
        "%(second)s as well: longer than in %(third)s",
        "Half of the %(tested)s tested in cycle %(cycle)s spent %(num)s days or less in %(first)s, and in "
        "%(second)s as well: longer than in %(third)s",
    ),
    3: NN_(
        "Half of the %(tested)s tested in cycle %(cycle)s spent %(num)s day or less in each state",
        "Half of the %(tested)s tested in cycle %(cycle)s spent %(num)s days or less in each state",
    ),
}
_WIDTH = 0.7 / len(UNDER_WAY)  # of a bar and its gap, in cycles
_NUMBER = 16  # px, how high a number above a bar is


def sample(view: View) -> int:
    """How many finished workflows the chart is about."""
    return sum(count(row, "n") for row in view.totals if row.values["state"] is UNDER_WAY[0])


def finding(view: View) -> str:
    """Which state took longest in the last cycle that is over, else in the one under way."""
    speech, telling = view.speech, having(view.totals, "p50_days")
    last = view.spoken_of(telling)
    if last is None:
        number = sample(view)
        if not number:
            return speech.gettext("Nothing has been tested in these cycles yet")
        return speech.ngettext(
            "Too few to tell: %(num)s workflow tested, and no cycle has ten",
            "Too few to tell: %(num)s workflows tested, and no cycle has ten",
            number,
        )
    rows = [row for row in telling if row.cycle == last.cycle]
    most = max(count(row, "p50_days") for row in rows)
    longest = [view.state(row) for row in rows if row.values["p50_days"] == most]
    first, second, third = [*longest, *(view.state(row) for row in rows if row.values["p50_days"] != most)]
    values = {"tested": last.values["n"], "cycle": last.cycle, "state": first}
    return speech.counted(_FINDINGS[len(longest)], most, first=first, second=second, third=third, **values)


def details(view: View) -> list[str]:
    """Each cycle and state in a sentence."""
    sentences = []
    for row in having(view.totals, "n"):
        if row.values["p50_days"] is not None:
            sentences.append(_label(view, row) + ".")
        elif row.values["state"] is UNDER_WAY[0]:
            text = NN_("%(cycle)s: %(num)s tested, too few for percentiles.")
            sentences.append(view.speech.counted(text, count(row, "n"), cycle=view.cycle(row)))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """Three bars for each cycle, each with a line up to where 85% of them are."""
    panel = plot.panel()
    firsts = [row for row in rows if row.values["state"] is UNDER_WAY[0]]
    cycles = [row.cycle for row in firsts]
    panel.cycles(cycles)
    most = view.highest("p85_days")
    panel.yaxis["range"] = [0, max(most, 1) * 1.15]
    for state in UNDER_WAY:
        _bars(view, panel, [row for row in rows if row.values["state"] is state], state)
    if plot.is_small:
        plot.left_out = True
        return
    panel.beneath([(N_("Tested (n)"), [cell_text(row, "n") for row in firsts])], cycles, 84)
    pixel, known = panel.under_names(most), having(rows, "p50_days")
    first = [(_x(row), count(row, "p85_days"), view.state(row)) for row in known if row.cycle == known[0].cycle]
    if first:
        panel.name_series(first, pixel)
    _numbers(panel, known, 1 / pixel)


def _bars(view: View, panel: Panel, rows: Sequence[SheetRow], state: State) -> None:
    known = having(rows, "p50_days")
    half, most = Series(state.value, COLOURS[state]), Series(f"{state.value}_most", colour("ink"))
    for row in known:
        half.marks.append(mark(view, row, "p50_days", _x(row), _label(view, row)))
        most.marks.append(mark(view, row, "p85_days", _x(row), _label(view, row)))
        panel.rule(_x(row), count(row, "p50_days"), _x(row), count(row, "p85_days"), line={"color": colour("ink-2")})
    panel.bars(half, width=_WIDTH * 0.9, marker=hatched(half.colour, [view.is_running(row) for row in known]))
    panel.dots(most, marker={"symbol": "line-ew", "size": 10, "line": {"color": colour("ink"), "width": 1.5}})


def _numbers(panel: Panel, rows: Sequence[SheetRow], day: float) -> None:
    """Above each line, and on top of its bar or inside it where the line ends too soon, there with paper beneath.
    `day` is how high one is, in pixels.
    """
    for row in rows:
        x, p50, p85 = _x(row), count(row, "p50_days"), count(row, "p85_days")
        panel.note(str(p85), x, p85, yanchor="bottom", font=font("ink"))
        is_free = (p85 - p50) * day >= _NUMBER
        if is_free or p50 * day >= _NUMBER:
            place = {"yanchor": "bottom", "yshift": 1} if is_free else {"yanchor": "top", "yshift": -2}
            panel.note(str(p50), x, p50, **place, font=BOLD, **PAPER_BENEATH)


def _label(view: View, row: SheetRow) -> str:
    text = N_("%(cycle)s, days in %(state)s: half %(half)s or fewer, 85%% %(most)s or fewer (n = %(tested)s)")
    half, most, tested = (row.values[name] for name in ("p50_days", "p85_days", "n"))
    values = {"state": view.state(row), "half": half, "most": most, "tested": tested}
    return view.speech.gettext(text, cycle=view.cycle(row), **values)


def _x(row: SheetRow) -> float:
    place = next(number for number, state in enumerate(UNDER_WAY) if state is row.values["state"])
    return row.cycle + (place - 1) * _WIDTH


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
