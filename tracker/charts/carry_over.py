"""What became of each cycle's scope, as bars that hang, with bands for what went on from one into the next."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tracker.charts import fates
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, cell_text, count, having
from tracker.domain.charts.carry_over import SOURCE
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_, NN_
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
_SAID = {
    "met": NN_("%(num)s of %(members)s met"),
    "members": NN_("%(num)s planned"),
    "carried_in": NN_("%(num)s carried in"),
    **fates.SAID,
}


def sample(view: View) -> int:
    """How many memberships the chart is about."""
    return sum(count(row, "members") for row in having(view.totals, "met"))


def finding(view: View) -> str:
    """How much the last closed cycle carried over, and the one before it."""
    closed = having(view.totals, "carried_out")
    if not closed:
        return _nothing_closed(view)
    row = closed[-1]
    then, whole = row.values["carried_out_previous"], count(row, "members_previous")
    text = NN_(
        "%(carried)s of %(num)s was carried over from cycle %(cycle)s",
        "%(carried)s of %(num)s were carried over from cycle %(cycle)s",
    )
    if then is not None and whole:
        text = NN_(
            "%(carried)s of %(num)s was carried over from cycle %(cycle)s, against %(then)s of %(all)s from cycle "
            "%(previous)s",
            "%(carried)s of %(num)s were carried over from cycle %(cycle)s, against %(then)s of %(all)s from cycle "
            "%(previous)s",
        )
    values = {"carried": row.values["carried_out"], "then": then, "all": whole, "previous": row.cycle - 1}
    return view.speech.counted(text, count(row, "members"), cycle=row.cycle, **values)


def details(view: View) -> list[str]:
    """Each cycle in a sentence."""
    speech, sentences = view.speech, []
    text = N_(
        "%(cycle)s: %(members)s in it, %(carried)s of them carried in, %(again)s for the second time or more; "
        "%(became)s."
    )
    for row in having(view.totals, "members"):
        cycle, members = view.cycle(row), row.values["members"]
        if row.values["met"] is None:
            planned = N_("%(cycle)s is not committed: %(planned)s planned.")
            sentences.append(speech.gettext(planned, cycle=cycle, planned=members))
            continue
        parts = [_said(view, row, "met")] if count(row, "met") else []
        became = speech.listed([*parts, *fates.became(view, row)]) or speech.gettext("nothing more to tell")
        values = {"carried": row.values["carried_in"], "again": row.values["carried_twice_or_more"], "became": became}
        sentences.append(speech.gettext(text, cycle=cycle, members=members, **values))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A bar for each cycle, from the top down, and bands between them."""
    plot.layout["barmode"] = "overlay"
    plot.small_height = 140
    panel = plot.panel()
    panel.cycles([row.cycle for row in rows])
    longest = max(map(_length, view.rows), default=0)
    is_full = any(_words_under(view, row) and _length(row) > 0.9 * longest for row in rows)
    panel.yaxis.update(range=[max(longest, 1) * (1.14 if is_full else 1.04), 0], visible=False, zeroline=False)
    for before, after in pairwise(rows):
        if count(before, "carried_out") and count(after, "carried_in"):
            _band(panel, before.cycle + _WIDTH / 2, count(before, "carried_out"), after)
    for first in rows[:1]:
        if count(first, "carried_in"):
            _band(panel, first.cycle - 0.5, count(first, "carried_in"), first)
    _what_became(_Bars(view, panel, rows, longest))
    if not plot.is_small:
        names = [f"{view.cycle(row)}<br> " for row in rows]  # their numbers stand beneath
        panel.xaxis.update(side="top", showline=False, ticktext=names)
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
        rows: Sequence[SheetRow] | None = None,
        *,
        at: float = 0,
        width: float = _WIDTH,
        **trace: Any,  # noqa: ANN401 - Plotly's own
    ) -> None:
        """A part of each row's bar."""
        there = [row for row in (self.rows if rows is None else rows) if count(row, column)]
        if not there:
            return
        series, is_named, plot = Series(column, look), column in _NAMED, self.panel.plot
        for row in there:
            number, label = count(row, column), _label(self.view, row, column)
            has_room = self.has_room(number)
            plot.left_out = plot.left_out or not has_room
            text = str(number) if width == _WIDTH and has_room else ""
            if text and column == "met" and _is_running(row):
                self._number_on_hatch(row, number)
                text = ""
            place = row.cycle + at
            series.marks.append(mark(self.view, row, column, place, label, y=number, text=text, is_named=is_named))
        marker = trace.pop("marker", None) or hatched(look, [_is_running(row) for row in there])
        bars = {"base": [_top(row, column) for row in there], "marker": marker, "width": width}
        inside = {"textposition": "inside", "insidetextanchor": "middle"}
        fit = "none" if self.panel.plot.is_small else "inside"
        self.panel.bars(series, **bars, **inside, constraintext=fit, **trace)

    def _number_on_hatch(self, row: SheetRow, number: int) -> None:
        if not self.panel.plot.is_small:
            look = {"borderpad": 0, "font": BOLD, "bgcolor": colour("paper")}
            self.panel.note(str(number), row.cycle, _top(row, "met") + number / 2, **look)

    def has_room(self, number: int) -> bool:
        """Whether the number can stand in a bar of its height."""
        if self.panel.plot.is_small:
            is_wide = len(str(number)) * _SMALL_DIGIT <= _WIDTH / len(self.rows)
            return is_wide and number >= _SMALL_LETTER * self.longest
        return number >= _LETTER * self.longest


def _what_became(bars: _Bars) -> None:
    on_dark: dict[str, Any] = {"textfont": {"color": colour("paper")}}
    alert, done = colour("alert"), colour("s4")
    bars.add("carried_out", alert, **on_dark)
    for part in ("returned", "dropped", "remaining"):
        bars.add(part, colour("s0"), marker=fates.GREY)
    bars.add("met", done, **on_dark)
    bars.add("met_since", done, marker=fates.BOTH)
    planned = [row for row in bars.rows if row.values["met"] is None]
    bars.add("members", "rgba(0,0,0,0)", planned, marker=fates.OUTLINE)
    # What came in is in the bar already: it stands at its edge, where the band ends.
    came = {"color": alert, "line": {"width": 0}}
    bars.add("carried_in", alert, at=-_WIDTH / 2 - _EDGE, width=_EDGE, marker=came)


def _top(row: SheetRow, part: str) -> int:
    """Where the part of the bar begins. What is met and has a disposition as well is in the bar once."""
    is_closed = row.values["carried_out"] is not None
    match part:
        case "members" | "carried_in":
            return 0
        case "met" | "met_since":
            above = DISPOSITIONS if is_closed else ("remaining",)
            return sum(count(row, name) for name in above) - count(row, "met_since")
        case "remaining":
            return _top(row, "met") + count(row, "met") if is_closed else 0
        case _:
            return sum(count(row, name) for name in DISPOSITIONS[: DISPOSITIONS.index(part)])


def _length(row: SheetRow) -> int:
    """How long the bar is, and what came in beside it."""
    return max(_top(row, part) + count(row, part) for part in ("met", "remaining", "members", "carried_in"))


def _band(panel: Panel, left: float, height: int, after: SheetRow) -> None:
    right = after.cycle - _WIDTH / 2 - 1.5 * _EDGE
    path = f"M{left},0L{right},0L{right},{count(after, 'carried_in')}L{left},{height}Z"
    place = {"type": "path", "xref": panel.x, "yref": panel.y, "layer": "below"}
    look = {"line": {"width": 0}, "path": path, "fillcolor": colour("alert"), "opacity": 0.22}
    panel.plot.shapes.append(place | look)


def _name_parts(view: View, panel: Panel, rows: Sequence[SheetRow], longest: int) -> None:
    """Each part once, beside the first bar that has any; under bars that are not over, what is left in them."""
    place, line = {"xref": f"{panel.x} domain", "xanchor": "right", "xshift": -8}, {"color": colour("line-strong")}
    for first in [row for row in having(rows, "met") if count(row, "members")][:1]:
        low = 0.0
        for part in (part for part in _PARTS if count(first, part)):
            middle = _top(first, part) + count(first, part) / 2
            low = max(middle, low + _APART * max(longest, 1) / _HEIGHT)
            looks = {"font": BOLD} if part in _NAMED else {}
            panel.note(view.speech.gettext(_NAMES[part]), 0, low, **place, name=WIDE, **looks)
            panel.rule(rows[0].cycle - 0.5, low, first.cycle - _WIDTH / 2, middle, line=line, name=WIDE)
    for row in rows:
        if words := _words_under(view, row):
            panel.note(words, row.cycle, _length(row), yanchor="top", yshift=-2, name=WIDE)


def _is_running(row: SheetRow) -> bool:
    return row.values["status"] is CycleStatus.RUNNING and row.values["met"] is not None


def _words_under(view: View, row: SheetRow) -> str:
    if _is_running(row):
        remaining, members = count(row, "remaining"), row.values["members"]
        return view.speech.gettext("%(number)s of %(members)s<br>remaining", number=remaining, members=members)
    return view.speech.gettext("planned") if row.values["met"] is None and count(row, "members") else ""


def _rows_beneath(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    """What belongs to each cycle, in line with it: how many it had above, where they came from and went below."""
    above = {"yref": "paper", "yanchor": "bottom", "yshift": 1, "name": WIDE}
    panel.note(view.speech.gettext("In the cycle"), 0, 1, xref="paper", xanchor="right", xshift=-8, **above)
    for row in rows:
        panel.note(cell_text(row, "members"), row.cycle, 1, **above)
    left = ["–" if row.values["returned"] is None else "{returned} / {dropped}".format_map(row.values) for row in rows]
    lines = (
        (N_("Carried in"), [cell_text(row, "carried_in") for row in rows]),
        (N_("Second time or more"), [cell_text(row, "carried_twice_or_more") for row in rows]),
        (N_("Carried out"), [_carried_of_all(view, row) for row in rows]),
        (N_("Returned / dropped"), left),
    )
    panel.beneath(lines, [row.cycle for row in rows], 170, -6)
    plot.margin |= {"t": 48, "b": 20 + 20 * len(lines)}
    plot.height = _HEIGHT + plot.margin["t"] + plot.margin["b"]
    plot.narrow_margin = {"l": 8, "t": 24, "b": 8}


def _carried_of_all(view: View, row: SheetRow) -> str:
    part, whole = row.values["carried_out"], row.values["members"]
    return "–" if part is None else view.speech.gettext("%(part)s of %(whole)s", part=part, whole=whole)


def _label(view: View, row: SheetRow, column: str) -> str:
    return view.speech.gettext("%(cycle)s: %(said)s", cycle=view.cycle(row), said=_said(view, row, column))


def _said(view: View, row: SheetRow, column: str) -> str:
    return view.speech.counted(_SAID[column], count(row, column), members=row.values["members"])


def _nothing_closed(view: View) -> str:
    for row in view.totals:
        number, carried = count(row, "members"), row.values["carried_in"]
        text = NN_(
            "%(num)s workflow in cycle %(cycle)s, which is not closed",
            "%(num)s workflows in cycle %(cycle)s, which is not closed",
        )
        if carried:
            text = NN_(
                "%(carried)s of %(num)s in cycle %(cycle)s was carried in",
                "%(carried)s of %(num)s in cycle %(cycle)s were carried in",
            )
        if carried or number:
            return view.speech.counted(text, number, carried=carried, cycle=row.cycle)
    return view.speech.gettext("There is nothing in these cycles to carry over yet")


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
