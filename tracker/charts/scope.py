"""All workflows at the end of each cycle, by how far they had come."""

from collections.abc import Sequence

from tracker.charts import bands
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, Panel, Plot, Series, font, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, cell_text, count, having
from tracker.domain.charts.scope import SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.states import State

TITLE = N_("Scope")
DEFINITION = N_(
    "All workflows that there were at the end of each cycle, by state; now, for a cycle under way, which is hatched. "
    "Those of a project count from its first cycle on."
)
COLUMNS = {
    "workflows": ColumnWords(
        N_("All workflows"),
        N_(
            "Workflows that there were at the cycle’s end, or now while it lasts: created, not archived before they "
            "were done, of projects that had joined."
        ),
    ),
    **bands.WORDS,
    "under_way": ColumnWords(N_("Under way"), N_("Of them, those in design, validation or test.")),
    "left": ColumnWords(N_("Left to do"), N_("Of them, those that were not done.")),
}
_TOP = 1.12  # of the highest bar, for its number
_TEXT = 16  # px
_HALF_A_BAR = 0.35  # in cycles


def sample(view: View) -> int:
    """All workflows at the last end."""
    return sum(count(row, "workflows") for row in having(view.totals, "workflows")[-1:])


def finding(view: View) -> str:
    """How many are done and left, and how the whole has changed since the first of the cycles."""
    speech, begun = view.speech, having(view.totals, "workflows")
    if not begun:
        return speech.gettext("None of these cycles has begun")
    first, last = begun[0], begun[-1]
    whole, then, left = count(last, "workflows"), count(first, "workflows"), last.values["left"]
    if not whole:
        return speech.gettext("There are no workflows yet")
    said = speech.ngettext(
        "%(num)s of %(all)s is done, %(left)s left",
        "%(num)s of %(all)s are done, %(left)s left",
        count(last, "done"),
        all=whole,
        left=left,
    )
    if first is last:
        return said
    if whole > then:
        text = N_("%(said)s; the scope has grown from %(then)s at the end of cycle %(cycle)s")
    elif whole < then:
        text = N_("%(said)s; the scope has shrunk from %(then)s at the end of cycle %(cycle)s")
    else:
        text = N_("%(said)s; the scope is as at the end of cycle %(cycle)s")
    return speech.gettext(text, said=said, then=then, cycle=first.cycle)


def details(view: View) -> list[str]:
    """Each cycle in a sentence."""
    text = N_("%(cycle)s: %(all)s workflows, %(done)s done, %(under_way)s under way, %(not_started)s not started.")
    return [
        view.speech.gettext("%(cycle)s has no scope yet.", cycle=view.cycle(row))
        if row.values["workflows"] is None
        else view.speech.gettext(text, **view.values(row, all=row.values["workflows"]))
        for row in view.totals
    ]


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A stack for each cycle."""
    panel, cycles, begun = plot.panel(), [row.cycle for row in rows], having(rows, "workflows")
    panel.cycles(cycles)
    plot.layout["barmode"] = "stack"
    highest = (view.highest("workflows") or 1) * _TOP
    panel.yaxis["range"] = [0, highest]
    for state in bands.FROM_BELOW:
        _segments(view, panel, begun, state)
    plot.left_out = plot.is_small
    if plot.is_small or not begun:
        return
    plot.height = 360
    lines = (
        (N_("Done of all"), [_done_of_all(view, row) for row in rows]),
        (N_("Under way"), [cell_text(row, "under_way") for row in rows]),
        (N_("Left to do"), [cell_text(row, "left") for row in rows]),
    )
    panel.beneath(lines, cycles, 116)
    _numbers(view, plot, panel, begun, highest)
    if begun[-1] is rows[-1]:
        plot.margin["r"], plot.narrow_margin["r"] = bands.NAMES_ROOM, bands.NARROW_NAMES_ROOM
    share = (rows.index(begun[-1]) + 0.5 + _HALF_A_BAR) / len(rows)
    bands.name_the_ends(view, plot, panel, share, begun[-1], highest)


def _segments(view: View, panel: Panel, begun: Sequence[SheetRow], state: State) -> None:
    series, text = Series(state.value, bands.COLOURS[state]), N_("%(cycle)s: %(number)s of %(all)s, %(state)s")
    for row in begun:
        values = {"number": count(row, state.value), "all": count(row, "workflows"), "state": view.speech.state(state)}
        said = view.speech.gettext(text, cycle=view.cycle(row), **values)
        series.marks.append(mark(view, row, state.value, row.cycle, said))
    is_pale, is_open = state is State.NOT_STARTED, [view.is_running(row) for row in begun]
    edge, open_edge = (bands.EDGE, bands.EDGE) if is_pale else (colour("paper"), series.colour)
    marker = hatched(series.colour, is_open)
    edges, widths = [open_edge if each else edge for each in is_open], [1.5 if each else 1 for each in is_open]
    marker["line"] = {"color": edges, "width": widths}
    if is_pale:
        marker["pattern"]["fgcolor"] = bands.EDGE
    panel.bars(series, marker=marker)


def _numbers(view: View, plot: Plot, panel: Panel, begun: Sequence[SheetRow], highest: float) -> None:
    """The whole above each stack, and what is done of it inside."""
    per_pixel = highest / (plot.height - plot.margin["t"] - plot.margin["b"])
    for row in begun:
        x, done, whole = row.cycle, count(row, "done"), count(row, "workflows")
        looks = BOLD if row is begun[-1] else font("ink")
        panel.note(str(whole), x, whole, yanchor="bottom", font=looks)
        if done < _TEXT * per_pixel:
            plot.left_out = plot.left_out or done > 0
            continue
        if view.is_running(row):
            panel.note(str(done), x, done / 2, font=looks, bgcolor=colour("paper"), borderpad=2)
        else:
            panel.note(str(done), x, done / 2, font=looks | {"color": colour("paper")})


def _done_of_all(view: View, row: SheetRow) -> str:
    done, whole = row.values["done"], row.values["workflows"]
    return "–" if whole is None else view.speech.gettext("%(number)s of %(all)s", number=done, all=whole)


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
