"""What became of each cycle's scope, as bars that hang, with bands for what went on from one into the next."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tracker.charts import fate_words
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.states import CycleStatus

TITLE = N_("Carry-over")
DEFINITION = N_(
    "Everything that was in each cycle at its close, and what became of it: carried over, returned to the backlog, "
    "dropped or met. The band is what went on into the next cycle. In a running cycle, hatched, the rest remains; one "
    "that is not committed is an outline of what is planned."
)
COLUMNS = {
    "carried_twice_or_more": ColumnWords(
        N_("Carried in, second time or more"),
        N_("Of those carried in, the ones that had been carried into a cycle before as well."),
    ),
    "members_previous": ColumnWords(
        N_("In the cycle before"), N_("Members of the cycle numbered one lower just before its close.")
    ),
    "carried_out_previous": ColumnWords(
        N_("Carried out of the cycle before"), N_("Carried over at the close of the cycle numbered one lower.")
    ),
}
_WIDTH, _EDGE = 0.5, 0.03  # of a bar, and of what it took in, in cycles
_LETTER, _SMALL_LETTER, _SMALL_DIGIT = 0.065, 0.11, 0.045  # of height and width: what a number needs inside a bar
_HEIGHT, _APART = 280, 15  # px, of the bars, and between the names of their parts
_NAMED = ("carried_out", "met")  # stand out
_PARTS = ("carried_out", "returned", "dropped", "remaining", "met")
_NAMES = {
    "carried_out": N_("Carried over"),
    "returned": N_("Returned to the backlog"),
    "dropped": N_("Dropped"),
    "remaining": N_("Remaining"),
    "met": N_("Goals met"),
}


def sample(view: View) -> int:
    """How many memberships the chart is about."""
    return sum(count(row, "members") for row in view.totals if row.values["met"] is not None)


def finding(view: View) -> str:
    """How much the last closed cycle carried over, and the one before it."""
    speech = view.speech
    closed = [row for row in view.totals if row.values["carried_out"] is not None]
    if not closed:
        return _nothing_closed(view)
    row = closed[-1]
    cycle, carried, whole = count(row, "cycle"), count(row, "carried_out"), count(row, "members")
    if row.values["carried_out_previous"] is None or not count(row, "members_previous"):
        return speech.ngettext(
            "%(carried)s of %(num)s was carried over from cycle %(cycle)s",
            "%(carried)s of %(num)s were carried over from cycle %(cycle)s",
            whole,
            carried=carried,
            cycle=cycle,
        )
    return speech.ngettext(
        "%(carried)s of %(num)s was carried over from cycle %(cycle)s, against %(then)s of %(all)s from cycle "
        "%(previous)s",
        "%(carried)s of %(num)s were carried over from cycle %(cycle)s, against %(then)s of %(all)s from cycle "
        "%(previous)s",
        whole,
        carried=carried,
        cycle=cycle,
        then=row.values["carried_out_previous"],
        all=row.values["members_previous"],
        previous=cycle - 1,
    )


def details(view: View) -> list[str]:
    """Each cycle in a sentence."""
    speech, sentences = view.speech, []
    for row in view.totals:
        cycle = speech.cycle(count(row, "cycle"))
        if row.values["met"] is not None:
            became = [
                _said(view, row, name) for name in ("met", *DISPOSITIONS, "remaining", "met_since") if count(row, name)
            ]
            sentences.append(
                speech.gettext(
                    "%(cycle)s: %(members)s in it, %(carried)s of them carried in, %(again)s for the second time or "
                    "more; %(became)s.",
                    cycle=cycle,
                    members=row.values["members"],
                    carried=row.values["carried_in"],
                    again=row.values["carried_twice_or_more"],
                    became=speech.listed(became) or speech.gettext("nothing more to tell"),
                )
            )
        elif row.values["members"] is not None:
            sentences.append(
                speech.gettext(
                    "%(cycle)s is not committed: %(planned)s planned.", cycle=cycle, planned=row.values["members"]
                )
            )
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A bar for each cycle, from the top down, and bands between them."""
    plot.layout["barmode"] = "overlay"
    plot.small_height = 140
    panel = plot.panel()
    panel.cycles([count(row, "cycle") for row in rows])
    longest = max((_length(row) for row in view.rows), default=0)
    panel.yaxis.update(range=[max(longest, 1) * 1.04, 0], visible=False, zeroline=False)
    for before, after in pairwise(rows):
        if count(before, "carried_out") and count(after, "carried_in"):
            _band(panel, count(before, "cycle") + _WIDTH / 2, count(before, "carried_out"), after)
    if rows and count(rows[0], "carried_in"):
        _band(panel, count(rows[0], "cycle") - 0.5, count(rows[0], "carried_in"), rows[0])
    _what_became(_Bars(view, panel, rows, longest))
    if not plot.is_small:
        names = [f"{view.speech.cycle(count(row, 'cycle'))}<br> " for row in rows]  # their numbers stand beneath
        panel.xaxis.update(side="top", showline=False, ticktext=names)
        plot.height = _HEIGHT + 48 + 20 * len(_BENEATH) + 20
        _name_parts(view, panel, rows, longest)
        _rows_beneath(view, plot, panel, rows)


class _Bars(NamedTuple):
    """Where bars are to be put."""

    view: View
    panel: Panel
    rows: Sequence[SheetRow]
    longest: int

    def add(
        self,
        column: str,
        look: str,
        base: Callable[[SheetRow], int],
        rows: Sequence[SheetRow] | None = None,
        *,
        at: float = 0,
        width: float = _WIDTH,
        **trace: Any,  # noqa: ANN401 - Plotly's own
    ) -> None:
        """A part of each row's bar, from `base` down."""
        there = [row for row in (self.rows if rows is None else rows) if count(row, column)]
        series = Series(column, look)
        for row in there:
            number = count(row, column)
            text = str(number) if width == _WIDTH and self.has_room(number) else ""
            if text and column == "met" and _is_running(row):
                if not self.panel.plot.is_small:
                    self.panel.note(
                        text,
                        count(row, "cycle"),
                        base(row) + number / 2,
                        borderpad=0,
                        font=BOLD,
                        bgcolor=colour("paper"),
                    )
                text = ""
            series.marks.append(
                mark(
                    self.view,
                    row,
                    column,
                    count(row, "cycle") + at,
                    _label(self.view, row, column),
                    y=number,
                    text=text,
                    is_named=column in _NAMED,
                )
            )
        if there:
            marker = trace.pop("marker", None) or hatched(look, [_is_running(row) for row in there])
            self.panel.bars(
                series,
                base=[base(row) for row in there],
                marker=marker,
                width=width,
                textposition="inside",
                insidetextanchor="middle",
                constraintext="none" if self.panel.plot.is_small else "inside",
                **trace,
            )

    def has_room(self, number: int) -> bool:
        """Whether the number can stand in a bar of its height."""
        if self.panel.plot.is_small:
            is_wide = len(str(number)) * _SMALL_DIGIT <= _WIDTH / len(self.rows)
            return is_wide and number >= _SMALL_LETTER * self.longest
        return number >= _LETTER * self.longest


def _what_became(bars: _Bars) -> None:
    grey = {"line": {"color": colour("s0-edge"), "width": 1}}
    on_dark: dict[str, Any] = {"textfont": {"color": colour("paper")}}
    alert, done = colour("alert"), colour("s4")
    bars.add("carried_out", alert, lambda row: _down_to(row, 0), **on_dark)
    bars.add("returned", colour("s0"), lambda row: _down_to(row, 1), marker=grey)
    bars.add("dropped", colour("s0"), lambda row: _down_to(row, 2), marker=grey)
    bars.add("remaining", colour("s0"), _remaining_from, marker=grey)
    bars.add("met", done, _met_from, **on_dark)
    both = {"pattern": {"shape": "x", "size": 5, "solidity": 0.4, "bgcolor": colour("s0"), "fillmode": "replace"}}
    bars.add("met_since", done, _met_from, marker=both)
    planned = [row for row in bars.rows if row.values["met"] is None]
    outline = {"line": {"color": colour("s0-edge"), "width": 1.5}}
    bars.add("members", "rgba(0,0,0,0)", lambda _row: 0, planned, marker=outline)
    # What came in is in the bar already: it stands at its edge, where the band ends.
    came = {"color": alert, "line": {"width": 0}}
    bars.add("carried_in", alert, lambda _row: 0, at=-_WIDTH / 2 - _EDGE, width=_EDGE, marker=came)


def _down_to(row: SheetRow, parts: int) -> int:
    """Where the bar goes on after so many dispositions."""
    return sum(count(row, name) for name in DISPOSITIONS[:parts])


def _met_from(row: SheetRow) -> int:
    """What is met and has a disposition as well is in the bar once."""
    above = count(row, "remaining") if row.values["carried_out"] is None else _down_to(row, 3)
    return above - count(row, "met_since")


def _remaining_from(row: SheetRow) -> int:
    return 0 if row.values["carried_out"] is None else _met_from(row) + count(row, "met")


def _length(row: SheetRow) -> int:
    """How long the bar is, and what came in beside it."""
    return max(
        _met_from(row) + count(row, "met"),
        _remaining_from(row) + count(row, "remaining"),
        count(row, "members"),
        count(row, "carried_in"),
    )


def _band(panel: Panel, left: float, height: int, after: SheetRow) -> None:
    right = count(after, "cycle") - _WIDTH / 2 - 1.5 * _EDGE
    panel.plot.shapes.append(
        {
            "type": "path",
            "xref": panel.x,
            "yref": panel.y,
            "layer": "below",
            "line": {"width": 0},
            "path": f"M{left},0L{right},0L{right},{count(after, 'carried_in')}L{left},{height}Z",
            "fillcolor": colour("alert"),
            "opacity": 0.22,
        }
    )


def _name_parts(view: View, panel: Panel, rows: Sequence[SheetRow], longest: int) -> None:
    """Each part once, beside the first bar that has any; under bars that are not over, what is left in them."""
    speech = view.speech
    first = next((row for row in rows if row.values["met"] is not None and count(row, "members")), None)
    if first is not None:
        left, low = count(first, "cycle") - _WIDTH / 2, 0.0
        for part in _PARTS:
            if count(first, part):
                middle = _from(first, part) + count(first, part) / 2
                low = max(middle, low + _APART * max(longest, 1) / _HEIGHT)
                font = {"font": BOLD} if part in _NAMED else {}
                panel.note(
                    speech.gettext(_NAMES[part]),
                    0,
                    low,
                    xref=f"{panel.x} domain",
                    xanchor="right",
                    xshift=-8,
                    name=WIDE,
                    **font,
                )
                panel.rule(
                    count(rows[0], "cycle") - 0.5, low, left, middle, line={"color": colour("line-strong")}, name=WIDE
                )
    for row in rows:
        words = _words_under(view, row)
        if words:
            panel.note(words, count(row, "cycle"), _length(row), yanchor="top", yshift=-2, name=WIDE)


def _from(row: SheetRow, part: str) -> int:
    match part:
        case "met":
            return _met_from(row)
        case "remaining":
            return _remaining_from(row)
        case _:
            return _down_to(row, DISPOSITIONS.index(part))


def _is_running(row: SheetRow) -> bool:
    return row.values["status"] is CycleStatus.RUNNING and row.values["met"] is not None


def _words_under(view: View, row: SheetRow) -> str:
    if _is_running(row):
        return view.speech.gettext(
            "%(number)s of %(members)s<br>remaining", number=count(row, "remaining"), members=row.values["members"]
        )
    return view.speech.gettext("planned") if row.values["met"] is None and count(row, "members") else ""


def _rows_beneath(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    """What belongs to each cycle, in line with it: how many it had above, where they came from and went below."""
    plot.margin = {"l": 170, "r": 8, "t": 48, "b": 20 + 20 * len(_BENEATH)}
    plot.narrow_margin = {"l": 8, "t": 24, "b": 8}
    above = {"yref": "paper", "yanchor": "bottom", "yshift": 1, "name": WIDE}
    lines = [(N_("In the cycle"), _plain("members"), 1, above)]
    for line, (label, text) in enumerate(_BENEATH, 1):
        lines.append((label, text, 0, {"yref": "paper", "yanchor": "middle", "yshift": 6 - 20 * line, "name": WIDE}))
    for label, text, y, place in lines:
        panel.note(view.speech.gettext(label), 0, y, xref="paper", xanchor="right", xshift=-8, **place)
        for row in rows:
            panel.note(text(view, row), count(row, "cycle"), y, **place)


def _plain(column: str) -> Callable[[View, SheetRow], str]:
    def text(_view: View, row: SheetRow) -> str:
        return "–" if row.values[column] is None else str(row.values[column])

    return text


def _carried_of_all(view: View, row: SheetRow) -> str:
    if row.values["carried_out"] is None:
        return "–"
    return view.speech.gettext("%(part)s of %(whole)s", part=row.values["carried_out"], whole=row.values["members"])


def _back_and_dropped(_view: View, row: SheetRow) -> str:
    return "–" if row.values["returned"] is None else f"{row.values['returned']} / {row.values['dropped']}"


_BENEATH = (
    (N_("Carried in"), _plain("carried_in")),
    (N_("Second time or more"), _plain("carried_twice_or_more")),
    (N_("Carried out"), _carried_of_all),
    (N_("Returned / dropped"), _back_and_dropped),
)


def _label(view: View, row: SheetRow, column: str) -> str:
    cycle = view.speech.cycle(count(row, "cycle"))
    return view.speech.gettext("%(cycle)s: %(said)s", cycle=cycle, said=_said(view, row, column))


def _said(view: View, row: SheetRow, column: str) -> str:
    speech, number = view.speech, count(row, column)
    match column:
        case "met":
            return speech.ngettext(
                "%(num)s of %(members)s met", "%(num)s of %(members)s met", number, members=row.values["members"]
            )
        case "members":
            return speech.ngettext("%(num)s planned", "%(num)s planned", number)
        case "carried_in":
            return speech.ngettext("%(num)s carried in", "%(num)s carried in", number)
        case _:
            return fate_words.said(speech, column, number)


def _nothing_closed(view: View) -> str:
    speech = view.speech
    for row in view.totals:
        cycle, number = count(row, "cycle"), count(row, "members")
        if row.values["carried_in"]:
            return speech.ngettext(
                "%(carried)s of %(num)s in cycle %(cycle)s was carried in",
                "%(carried)s of %(num)s in cycle %(cycle)s were carried in",
                number,
                carried=row.values["carried_in"],
                cycle=cycle,
            )
        if number:
            return speech.ngettext(
                "%(num)s workflow in cycle %(cycle)s, which is not closed",
                "%(num)s workflows in cycle %(cycle)s, which is not closed",
                number,
                cycle=cycle,
            )
    return speech.gettext("There is nothing in these cycles to carry over yet")
