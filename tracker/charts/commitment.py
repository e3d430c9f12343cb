"""What each cycle was committed to and what became of it, as bars that lie down: a thick one for goal test, thin ones
for the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tracker.charts import fates
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Mark, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, by_cycle, cell_text, count, having
from tracker.domain.charts.commitment import SOURCE
from tracker.domain.charts.fates import DISPOSITIONS, percent
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_, NN_
from tracker.domain.states import CycleStatus, Goal

TITLE = N_("Commitment")
DEFINITION = N_(
    "What each cycle was committed to and what became of it. The thick bar is goal test, thin ones are design and "
    "validation. The tick is the commitment when the cycle was committed, the bar what was in it at the end: met, "
    "carried over, returned to the backlog or dropped. A share is of the commitment: what was added later is not in "
    "it. A running cycle is hatched; one that is not committed is an outline of what is planned."
)
COLUMNS = {
    "goal": ColumnWords(N_("Goal"), N_("The stage that the workflow is to pass in the cycle.")),
    "kept": ColumnWords(
        N_("Kept, of the commitment"),
        N_(
            "Of the committed ones, those past the goal they were committed to when the cycle closed (now, while it "
            "runs), whatever became of the goal or of their place in the cycle. None that was added is among them."
        ),
    ),
    "kept_percent": ColumnWords(
        N_("Share of the commitment kept, percent"),
        N_("Of the committed ones, the share past the goal they were committed to, in whole percent."),
    ),
    "remaining": ColumnWords(
        N_("Remaining"),
        N_(
            "Members that have not met their goal and have been given no disposition: in a running cycle those left to "
            "do, in a closed one those that are known since not to have met it."
        ),
    ),
    "met_since": ColumnWords(
        N_("Met, known since the close"),
        N_("Members that the close carried over, returned or dropped, and that are known now to have met their goal."),
    ),
    "planned": ColumnWords(N_("Planned"), N_("Planned for a cycle that has not been committed.")),
}
_LABELS = {
    "committed": N_("%(cycle)s, goal %(goal)s: committed to %(number)s"),
    "planned": N_("%(cycle)s, goal %(goal)s: %(number)s planned"),
    "met": N_("%(cycle)s, goal %(goal)s: %(number)s met, of a commitment to %(committed)s"),
}
# By whether it is the share of goal test alone, and whether the cycle is closed.
_SHARES_KEPT = {
    (True, True): NN_("Cycle %(cycle)s: %(kept)s of %(num)s with goal test met, %(percent)s%%"),
    (True, False): NN_("Cycle %(cycle)s: %(kept)s of %(num)s with goal test met so far, %(percent)s%%"),
    (False, True): NN_(
        "Cycle %(cycle)s: %(kept)s of %(num)s goal met, %(percent)s%%",
        "Cycle %(cycle)s: %(kept)s of %(num)s goals met, %(percent)s%%",
    ),
    (False, False): NN_(
        "Cycle %(cycle)s: %(kept)s of %(num)s goal met so far, %(percent)s%%",
        "Cycle %(cycle)s: %(kept)s of %(num)s goals met so far, %(percent)s%%",
    ),
}
_ORDER = (Goal.TEST, Goal.DESIGN, Goal.VALIDATION)
_NUMBERS_WIDTH = 214  # px, of the columns at right
_COLUMNS_AT = (-_NUMBERS_WIDTH + 62, -_NUMBERS_WIDTH + 116, 0)  # where each ends
_UNDONE = (*DISPOSITIONS, "remaining")
_TICK = 1.4  # Plotly's line-ns is so many times as long as its size
_PADDING, _DIGIT = 0.025, 0.035  # of the width where it is narrow: what a number needs inside a bar


class _Sizes(NamedTuple):
    """In px."""

    thick: int
    thin: int
    beneath: int  # for words under the thick bar
    between: int
    gap: int


_USUAL, _SMALL = _Sizes(22, 15, 19, 3, 14), _Sizes(12, 6, 2, 2, 10)


class _Line(NamedTuple):
    """Where a bar lies."""

    centre: float
    height: int


def sample(view: View) -> int:
    """How many commitments the chart is about."""
    return sum(count(row, "committed") for row in view.totals)


def finding(view: View) -> str:
    """How much of its commitment the last closed cycle kept, of goal test where there was any; else the running one."""
    speech, cycles = view.speech, by_cycle(view.totals)
    closed = [number for number, rows in cycles.items() if _is(rows, CycleStatus.CLOSED)]
    running = [number for number, rows in cycles.items() if _is(rows, CycleStatus.RUNNING)]
    if not closed and not running:
        return _only_planned(view)
    latest = (closed or running)[-1]
    is_of_test = any(row.values["goal"] is Goal.TEST and row.values["committed"] for row in cycles[latest])
    kept, whole = _kept(cycles[latest], is_of_test=is_of_test)
    if not whole:
        return speech.gettext("Cycle %(cycle)s was committed to nothing", cycle=latest)
    first = _share_kept(view, latest, kept, whole, is_of_test=is_of_test, is_closed=bool(closed))
    part, whole = _kept(cycles[closed[-2]], is_of_test=is_of_test) if closed[1:] else (0, 0)
    if not whole:
        return first
    text = N_("%(first)s, against %(part)s of %(whole)s, %(percent)s%%, in cycle %(cycle)s")
    values = {"part": part, "whole": whole, "percent": percent(part, whole), "cycle": closed[-2]}
    return speech.gettext(text, first=first, **values)


def details(view: View) -> list[str]:
    """Each cycle and goal in a sentence."""
    speech, sentences = view.speech, []
    planned = N_("%(cycle)s is not committed: %(planned)s planned, goal %(goal)s.")
    committed = N_(
        "%(cycle)s, goal %(goal)s: %(committed)s committed, %(added)s added, %(removed)s removed; %(share)s met."
    )
    for row in view.totals:
        values = view.values(row, goal=_goal(view, row), share=_share(view, row))
        if row.values["planned"] is not None:
            sentences.append(speech.gettext(planned, **values))
        elif row.values["committed"] is not None:
            sentences.append(speech.gettext(committed, **values))
            if rest := fates.became(view, row):
                sentences.append(speech.gettext("Of the rest: %(list)s.", list=speech.listed(rest)))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """Each bar in its line, all to one scale."""
    sizes = _SMALL if plot.is_small else _USUAL
    drawn = [row for row in rows if row.values["goal"] is not None]
    lines, height = _lines(view.rows if plot.is_small else drawn, sizes)
    plot.height, plot.small_height = height + 40, height
    plot.margin = {"l": 72, "r": _NUMBERS_WIDTH, "t": 32, "b": 8}
    plot.narrow_margin = {"l": 72, "r": 12, "t": 12}
    plot.layout["barmode"] = "overlay"
    panel = plot.panel()
    longest = max((max(_length(row), count(row, "committed")) for row in view.rows), default=0)
    panel.xaxis.update(range=[0, max(longest, 1) * 1.03], visible=False)
    panel.yaxis.update(range=[height, 0], visible=False, zeroline=False)
    bars = _Bars(view, panel, drawn, lines, longest)
    _what_became(bars)
    _commitments(bars, plot)
    _name_lines(bars, plot)
    if not plot.is_small:
        _words_beneath(bars)
        _numbers_beside(bars)


class _Bars(NamedTuple):
    """Where bars are to be put."""

    view: View
    panel: Panel
    rows: Sequence[SheetRow]
    lines: Mapping[tuple[int, object], _Line]
    longest: int

    def add(self, column: str, look: str, **trace: Any) -> None:  # noqa: ANN401 - Plotly's
        """A part of each row's bar."""
        there = [row for row in self.rows if count(row, column)]
        if not there:
            return
        series, plot = Series(column, look), self.panel.plot
        for row in there:
            number = count(row, column)
            has_room = self.has_room(row, number)
            plot.left_out = plot.left_out or not has_room
            text = str(number) if has_room and column != "met_since" else ""
            if text and column == "met" and (_is([row], CycleStatus.RUNNING) or count(row, "met_since")):
                self._number_on_pattern(row, number)
                text = ""
            is_named = row.values["goal"] is Goal.TEST and column in {"met", "planned"}
            series.marks.append(self.mark(row, column, text=text, is_named=is_named))
        marker = trace.pop("marker", None) or hatched(look, [_is([row], CycleStatus.RUNNING) for row in there])
        bars = {"orientation": "h", "base": [_start(row, column) for row in there], "marker": marker}
        heights = [self.line(row).height for row in there]
        inside = {"textposition": "inside", "insidetextanchor": "end"}
        self.panel.bars(series, **bars, width=heights, **inside, **trace)

    def mark(self, row: SheetRow, column: str, *, text: str = "", is_named: bool = False) -> Mark:
        """The mark of the row's number, in its line."""
        label, y = _label(self.view, row, column), self.line(row).centre
        return mark(self.view, row, column, count(row, column), label, y=y, text=text, is_named=is_named)

    def has_room(self, row: SheetRow, number: int) -> bool:
        """Whether the number can stand in a bar of its length."""
        needed = _PADDING + _DIGIT * len(str(number))
        if self.panel.plot.is_small:
            return row.values["goal"] is Goal.TEST and number >= 2 * needed * self.longest
        return number >= needed * self.longest

    def _number_on_pattern(self, row: SheetRow, number: int) -> None:
        """Where it can be read: on paper in a hatched bar, before what is known since in a full one."""
        since = count(row, "met_since")
        look = {"font": BOLD | {"color": colour("paper")}} if since else {"font": BOLD, "bgcolor": colour("paper")}
        place = {"xanchor": "right", "xshift": -3, "borderpad": 0}
        self.panel.note(str(number), number - since, self.line(row).centre, **place, **look)

    def line(self, row: SheetRow) -> _Line:
        """Where the row's bar lies."""
        return self.lines[row.cycle, row.values["goal"]]


def _lines(rows: Iterable[SheetRow], sizes: _Sizes) -> tuple[dict[tuple[int, object], _Line], int]:
    """Where the bars of each cycle and goal lie, and how high it all is."""
    found: dict[tuple[int, object], _Line] = {}
    down = 0
    places = {(row.cycle, row.values["goal"]) for row in rows}
    for cycle in sorted({cycle for cycle, _ in places}):
        for goal in _ORDER:
            if (cycle, goal) in places:
                height = sizes.thick if goal is Goal.TEST else sizes.thin
                found[cycle, goal] = _Line(down + height / 2, height)
                down += height + (sizes.beneath if goal is Goal.TEST else sizes.between)
        down += sizes.gap
    return found, max(down - sizes.gap, 1)


def _what_became(bars: _Bars) -> None:
    bars.add("carried_out", colour("alert"), textfont={"color": colour("paper")})
    for part in ("returned", "dropped", "remaining"):
        bars.add(part, colour("s0"), marker=fates.GREY)
    bars.add("met", colour("s4"), textfont={"color": colour("paper")})
    bars.add("met_since", colour("s4"), marker=fates.BOTH)
    bars.add("planned", "rgba(0,0,0,0)", marker=fates.OUTLINE)


def _start(row: SheetRow, part: str) -> int:
    """Where the part of the bar begins: the dispositions after what is met; what is both is there once."""
    if part in {"met", "planned"}:
        return 0
    before = DISPOSITIONS[: _UNDONE.index(part)] if part in _UNDONE else ()
    return count(row, "met") - count(row, "met_since") + sum(count(row, name) for name in before)


def _length(row: SheetRow) -> int:
    return max(_start(row, "remaining") + count(row, "remaining"), count(row, "planned"))


def _commitments(bars: _Bars, plot: Plot) -> None:
    rows = [row for row in bars.rows if count(row, "committed")]
    ticks = Series("committed", colour("ink"), [bars.mark(row, "committed") for row in rows])
    sizes = [(bars.line(row).height + (2 if plot.is_small else 4)) / _TICK for row in rows]
    if rows:
        looks = {"symbol": "line-ns", "size": sizes, "line": {"width": 2, "color": colour("ink")}}
        bars.panel.dots(ticks, marker=looks)


def _name_lines(bars: _Bars, plot: Plot) -> None:
    speech, panel = bars.view.speech, bars.panel
    place = {"xref": f"{panel.x} domain", "xanchor": "right", "xshift": -8}
    for row in bars.rows:
        if row.values["goal"] is Goal.TEST:
            name = speech.gettext("C%(number)s", number=row.cycle) if plot.is_small else bars.view.cycle(row)
            panel.note(name, 0, bars.line(row).centre, font=BOLD, **place)
        elif not plot.is_small:
            panel.note(_goal(bars.view, row), 0, bars.line(row).centre, **place)


def _words_beneath(bars: _Bars) -> None:
    """Under the thick bars, what became of what was not met."""
    place = {"xanchor": "left", "yanchor": "top", "xshift": -2}
    for row in (row for row in bars.rows if row.values["goal"] is Goal.TEST):
        line = bars.line(row)
        is_bare = row.values["planned"] == 0  # the words stand where there is no bar
        below = line.centre - 8 if is_bare else line.centre + line.height / 2
        bars.panel.note(_words(bars.view, row), 0, below, **place, name="" if is_bare else WIDE)


def _words(view: View, row: SheetRow) -> str:
    if row.values["planned"] is None:
        return ", ".join(fates.became(view, row))
    is_any = any(count(each, "planned") for each in view.rows if each.cycle == row.cycle)
    return view.speech.gettext("planned, not committed" if is_any else N_("nothing planned yet"))


def _numbers_beside(bars: _Bars) -> None:
    speech, panel = bars.view.speech, bars.panel
    place = {"xref": "paper", "xanchor": "right", "name": WIDE}
    above = {"yref": "paper", "yanchor": "bottom", "yshift": 8}
    for shift, heading in zip(_COLUMNS_AT, (N_("Commitment"), N_("+ / −"), N_("Met, of it")), strict=True):
        panel.note(speech.gettext(heading), 1, 1, **above, xshift=_NUMBERS_WIDTH + shift, **place)
    latest = max((row.cycle for row in bars.rows if _is([row], CycleStatus.CLOSED)), default=0)
    for row in having(bars.rows, "committed"):
        added, removed = row.values["added"], row.values["removed"]
        changed = speech.gettext("+%(added)s −%(removed)s", added=added, removed=removed) if added or removed else "0"
        is_test = row.values["goal"] is Goal.TEST
        is_named = is_test and row.cycle == latest
        texts = (cell_text(row, "committed"), is_test), (changed, False), (_share(bars.view, row), is_named)
        for shift, (text, is_bold) in zip(_COLUMNS_AT, texts, strict=True):
            looks = place | ({"font": BOLD} if is_bold else {})
            panel.note(text, 1, bars.line(row).centre, xshift=_NUMBERS_WIDTH + shift, **looks)


def _label(view: View, row: SheetRow, column: str) -> str:
    number = count(row, column)
    said = view.speech.counted(fates.SAID[column], number) if column in fates.SAID else ""
    text = _LABELS.get(column, N_("%(cycle)s, goal %(goal)s: %(said)s"))
    return view.speech.gettext(text, **view.values(row, goal=_goal(view, row), number=number, said=said))


def _share(view: View, row: SheetRow) -> str:
    part, whole, share = count(row, "kept"), count(row, "committed"), row.values["kept_percent"]
    text = N_("%(part)s of %(whole)s, %(percent)s%%")
    return view.speech.gettext(text, part=part, whole=whole, percent=share) if whole else "–"


def _goal(view: View, row: SheetRow) -> str:
    goal = row.values["goal"]
    return view.speech.goal(goal).lower() if isinstance(goal, Goal) else "–"


def _is(rows: Iterable[SheetRow], status: CycleStatus) -> bool:
    """Whether the cycle is in that status and has figures."""
    return any(row.values["status"] is status and row.values["committed"] is not None for row in rows)


def _kept(rows: Iterable[SheetRow], *, is_of_test: bool) -> tuple[int, int]:
    """How much of how large a commitment."""
    counted = [row for row in rows if row.values["goal"] is Goal.TEST or not is_of_test]
    return sum(count(row, "kept") for row in counted), sum(count(row, "committed") for row in counted)


def _share_kept(view: View, cycle: int, kept: int, whole: int, *, is_of_test: bool, is_closed: bool) -> str:
    text = _SHARES_KEPT[is_of_test, is_closed]
    return view.speech.counted(text, whole, cycle=cycle, kept=kept, percent=percent(kept, whole))


def _only_planned(view: View) -> str:
    for number, rows in by_cycle(view.totals).items():
        if planned := sum(count(row, "planned") for row in rows):
            return view.speech.ngettext(
                "Cycle %(cycle)s is not committed; %(num)s workflow is planned",
                "Cycle %(cycle)s is not committed; %(num)s workflows are planned",
                planned,
                cycle=number,
            )
    return view.speech.gettext("Nothing has been committed to in these cycles yet")


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
