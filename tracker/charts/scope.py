"""All workflows at the end of each cycle, by how far they had come."""

from collections.abc import Sequence

from tracker.charts import bands
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
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
            "Workflows that there were at the cycle’s end, or now while it lasts: created, not archived, of projects "
            "that had joined."
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
    last = _last(view)
    return count(last, "workflows") if last is not None else 0


def finding(view: View) -> str:
    """How many are done and left, and how the whole has changed since the first of the cycles."""
    speech, begun = view.speech, _begun(view.totals)
    if not begun:
        return speech.gettext("None of these cycles has begun")
    first, last = begun[0], begun[-1]
    whole, then = count(last, "workflows"), count(first, "workflows")
    if not whole:
        return speech.gettext("There are no workflows yet")
    said = speech.ngettext(
        "%(num)s of %(all)s is done, %(left)s left",
        "%(num)s of %(all)s are done, %(left)s left",
        count(last, "done"),
        all=whole,
        left=last.values["left"],
    )
    if first is last:
        return said
    cycle = first.values["cycle"]
    if whole > then:
        return speech.gettext(
            "%(said)s; the scope has grown from %(then)s at the end of cycle %(cycle)s",
            said=said,
            then=then,
            cycle=cycle,
        )
    if whole < then:
        return speech.gettext(
            "%(said)s; the scope has shrunk from %(then)s at the end of cycle %(cycle)s",
            said=said,
            then=then,
            cycle=cycle,
        )
    return speech.gettext("%(said)s; the scope is as at the end of cycle %(cycle)s", said=said, cycle=cycle)


def details(view: View) -> list[str]:
    """Each cycle in a sentence."""
    speech, sentences = view.speech, []
    for row in view.totals:
        cycle = speech.cycle(count(row, "cycle"))
        if row.values["workflows"] is None:
            sentences.append(speech.gettext("%(cycle)s has no scope yet.", cycle=cycle))
        else:
            sentences.append(
                speech.gettext(
                    "%(cycle)s: %(all)s workflows, %(done)s done, %(under_way)s under way, %(not_started)s not "
                    "started.",
                    cycle=cycle,
                    all=row.values["workflows"],
                    done=row.values["done"],
                    under_way=row.values["under_way"],
                    not_started=row.values["not_started"],
                )
            )
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A stack for each cycle."""
    panel = plot.panel()
    panel.cycles([count(row, "cycle") for row in rows])
    plot.layout["barmode"] = "stack"
    highest = max((count(row, "workflows") for row in view.rows), default=0) or 1
    panel.yaxis["range"] = [0, highest * _TOP]
    begun = _begun(rows)
    for state in bands.FROM_BELOW:
        _segments(view, panel, begun, state)
    if plot.is_small or not begun:
        return
    plot.height = 360
    _rows_beneath(view, plot, panel, rows)
    _numbers(view, plot, panel, begun, highest * _TOP)
    names, below = [], 0
    for state in bands.FROM_BELOW:
        each = count(begun[-1], state.value)
        if each:
            names.append(bands.Name(bands.name(view.speech, state), below + each / 2, each))
        below += each
    if begun[-1] is rows[-1]:
        plot.margin["r"], plot.narrow_margin["r"] = bands.NAMES_ROOM, bands.NARROW_NAMES_ROOM
    share = (rows.index(begun[-1]) + 0.5 + _HALF_A_BAR) / len(rows)
    bands.name_the_ends(plot, panel, share, names[::-1], highest * _TOP)


def _segments(view: View, panel: Panel, begun: Sequence[SheetRow], state: State) -> None:
    series = Series(state.value, bands.COLOURS[state])
    for row in begun:
        number, whole = count(row, state.value), count(row, "workflows")
        said = view.speech.gettext(
            "%(cycle)s: %(number)s of %(all)s, %(state)s",
            cycle=view.speech.cycle(count(row, "cycle")),
            number=number,
            all=whole,
            state=view.speech.state(state),
        )
        series.marks.append(mark(view, row, state.value, count(row, "cycle"), said))
    is_open = [view.is_open(row) for row in begun]
    edge = bands.EDGE if state is State.NOT_STARTED else colour("paper")
    open_edge = bands.EDGE if state is State.NOT_STARTED else series.colour
    marker = hatched(series.colour, is_open)
    marker["line"] = {
        "color": [open_edge if each else edge for each in is_open],
        "width": [1.5 if each else 1 for each in is_open],
    }
    if state is State.NOT_STARTED:
        marker["pattern"]["fgcolor"] = bands.EDGE
    panel.bars(series, marker=marker)


def _numbers(view: View, plot: Plot, panel: Panel, begun: Sequence[SheetRow], highest: float) -> None:
    """The whole above each stack, and what is done of it inside."""
    per_pixel = highest / (plot.height - plot.margin["t"] - plot.margin["b"])
    for row in begun:
        x, done, is_last = count(row, "cycle"), count(row, "done"), row is begun[-1]
        font = BOLD if is_last else {"size": 12, "color": colour("ink")}
        panel.note(str(count(row, "workflows")), x, count(row, "workflows"), yanchor="bottom", font=font)
        if done < _TEXT * per_pixel:
            continue
        if view.is_open(row):
            panel.note(str(done), x, done / 2, font=font, bgcolor=colour("paper"), borderpad=2)
        else:
            panel.note(str(done), x, done / 2, font=font | {"color": colour("paper")})


def _rows_beneath(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    speech = view.speech
    beneath = (
        (N_("Done of all"), [_done_of_all(view, row) for row in rows]),
        (N_("Under way"), [_written(row, "under_way") for row in rows]),
        (N_("Left to do"), [_written(row, "left") for row in rows]),
    )
    plot.margin = {"l": 116, "r": 8, "t": 24, "b": 40 + 20 * len(beneath)}
    plot.narrow_margin = {"l": 32, "b": 40}
    for line, (label, texts) in enumerate(beneath, 1):
        place = {"yref": "paper", "yanchor": "middle", "yshift": -(24 + 20 * line), "name": WIDE}
        panel.note(speech.gettext(label), 0, 0, xref="paper", xanchor="right", xshift=-8, **place)
        for row, text in zip(rows, texts, strict=True):
            panel.note(text, count(row, "cycle"), 0, **place)


def _done_of_all(view: View, row: SheetRow) -> str:
    if row.values["workflows"] is None:
        return "–"
    return view.speech.gettext("%(number)s of %(all)s", number=row.values["done"], all=row.values["workflows"])


def _written(row: SheetRow, column: str) -> str:
    return "–" if row.values[column] is None else str(row.values[column])


def _begun(rows: Sequence[SheetRow]) -> list[SheetRow]:
    return [row for row in rows if row.values["workflows"] is not None]


def _last(view: View) -> SheetRow | None:
    begun = _begun(view.totals)
    return begun[-1] if begun else None
