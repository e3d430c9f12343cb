"""What each cycle was committed to and what became of it, as bars that lie down: a thick one for goal test, thin ones
for the others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tracker.charts import fate_words
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.fates import DISPOSITIONS, percent
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
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
        N_("Met, of the commitment"),
        N_("Of the committed ones, those that met the goal they were committed to. None that was added is among them."),
    ),
    "kept_percent": ColumnWords(
        N_("Share of the commitment met, percent"),
        N_("Of the committed ones, the share that met the goal, in whole percent."),
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
_ORDER = (Goal.TEST, Goal.DESIGN, Goal.VALIDATION)
_NUMBERS_WIDTH = 214  # px, of the columns at right
_COLUMNS_AT = (-_NUMBERS_WIDTH + 62, -_NUMBERS_WIDTH + 116, 0)  # where each ends
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
    speech, cycles = view.speech, _cycles(view)
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
    earlier = _kept(cycles[closed[-2]], is_of_test=is_of_test) if closed[1:] else (0, 0)
    if not earlier[1]:
        return first
    return speech.gettext(
        "%(first)s, against %(part)s of %(whole)s, %(percent)s%%, in cycle %(cycle)s",
        first=first,
        part=earlier[0],
        whole=earlier[1],
        percent=percent(*earlier),
        cycle=closed[-2],
    )


def details(view: View) -> list[str]:
    """Each cycle and goal in a sentence."""
    speech, sentences = view.speech, []
    for row in view.totals:
        cycle, goal = speech.cycle(count(row, "cycle")), _goal(view, row)
        if row.values["planned"] is not None:
            sentences.append(
                speech.gettext(
                    "%(cycle)s is not committed: %(planned)s planned, goal %(goal)s.",
                    cycle=cycle,
                    planned=row.values["planned"],
                    goal=goal,
                )
            )
        elif row.values["committed"] is not None:
            sentences.append(
                speech.gettext(
                    "%(cycle)s, goal %(goal)s: %(committed)s committed, %(added)s added, %(removed)s removed; "
                    "%(share)s met.",
                    cycle=cycle,
                    goal=goal,
                    committed=row.values["committed"],
                    added=row.values["added"],
                    removed=row.values["removed"],
                    share=_share(view, row),
                )
            )
            rest = _became(view, row)
            sentences += [speech.gettext("Of the rest: %(list)s.", list=speech.listed(rest))] if rest else []
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
    _name_lines(view, plot, panel, drawn, lines)
    if not plot.is_small:
        _words_beneath(view, panel, drawn, lines)
        _numbers_beside(view, panel, drawn, lines)


class _Bars(NamedTuple):
    """Where bars are to be put."""

    view: View
    panel: Panel
    rows: Sequence[SheetRow]
    lines: Mapping[tuple[int, object], _Line]
    longest: int

    def add(self, column: str, look: str, base: Callable[[SheetRow], int], **trace: Any) -> None:  # noqa: ANN401 - Plotly's
        """A part of each row's bar, from `base` on."""
        there = [row for row in self.rows if count(row, column)]
        series = Series(column, look)
        for row in there:
            number = count(row, column)
            is_roomy = self.has_room(row, number)
            is_drawn_on = _is([row], CycleStatus.RUNNING) or count(row, "met_since")
            text = str(number) if column in {"met", "planned"} and is_roomy and not is_drawn_on else ""
            if column == "met" and is_roomy and is_drawn_on:
                self._number_on_pattern(row, number)
            series.marks.append(
                mark(
                    self.view,
                    row,
                    column,
                    number,
                    _label(self.view, row, column),
                    y=self.line(row).centre,
                    text=text,
                    is_named=row.values["goal"] is Goal.TEST,
                )
            )
        if there:
            marker = trace.pop("marker", None) or hatched(look, [_is([row], CycleStatus.RUNNING) for row in there])
            self.panel.bars(
                series,
                orientation="h",
                base=[base(row) for row in there],
                marker=marker,
                width=[self.line(row).height for row in there],
                textposition="inside",
                insidetextanchor="end",
                **trace,
            )

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
        self.panel.note(
            str(number), number - since, self.line(row).centre, xanchor="right", xshift=-3, borderpad=0, **look
        )

    def line(self, row: SheetRow) -> _Line:
        """Where the row's bar lies."""
        return self.lines[count(row, "cycle"), row.values["goal"]]


def _lines(rows: Iterable[SheetRow], sizes: _Sizes) -> tuple[dict[tuple[int, object], _Line], int]:
    """Where the bars of each cycle and goal lie, and how high it all is."""
    found: dict[tuple[int, object], _Line] = {}
    down = 0
    places = {(count(row, "cycle"), row.values["goal"]) for row in rows}
    for cycle in sorted({cycle for cycle, _ in places}):
        for goal in _ORDER:
            if (cycle, goal) in places:
                height = sizes.thick if goal is Goal.TEST else sizes.thin
                found[cycle, goal] = _Line(down + height / 2, height)
                down += height + (sizes.beneath if goal is Goal.TEST else sizes.between)
        down += sizes.gap
    return found, max(down - sizes.gap, 1)


def _what_became(bars: _Bars) -> None:
    grey = {"line": {"color": colour("s0-edge"), "width": 1}}
    bars.add("carried_out", colour("alert"), lambda row: _undone_from(row, 0))
    bars.add("returned", colour("s0"), lambda row: _undone_from(row, 1), marker=grey)
    bars.add("dropped", colour("s0"), lambda row: _undone_from(row, 2), marker=grey)
    bars.add("remaining", colour("s0"), lambda row: _undone_from(row, 3), marker=grey)
    bars.add("met", colour("s4"), lambda _row: 0, textfont={"color": colour("paper")})
    both = {"pattern": {"shape": "x", "size": 5, "solidity": 0.4, "bgcolor": colour("s0"), "fillmode": "replace"}}
    bars.add("met_since", colour("s4"), lambda row: _undone_from(row, 0), marker=both)
    outline = {"line": {"color": colour("s0-edge"), "width": 1.5}}
    bars.add("planned", "rgba(0,0,0,0)", lambda _row: 0, marker=outline)


def _undone_from(row: SheetRow, dispositions: int) -> int:
    """Where the bar goes on after so many dispositions; what is met and has one as well is there once."""
    return count(row, "met") - count(row, "met_since") + sum(count(row, name) for name in DISPOSITIONS[:dispositions])


def _length(row: SheetRow) -> int:
    return max(_undone_from(row, len(DISPOSITIONS)) + count(row, "remaining"), count(row, "planned"))


def _commitments(bars: _Bars, plot: Plot) -> None:
    ticks = Series("committed", colour("ink"))
    for row in bars.rows:
        if count(row, "committed"):
            ticks.marks.append(
                mark(
                    bars.view,
                    row,
                    "committed",
                    count(row, "committed"),
                    _label(bars.view, row, "committed"),
                    y=bars.line(row).centre,
                )
            )
    reach = 2 if plot.is_small else 4
    sizes = [(bars.line(row).height + reach) / _TICK for row in bars.rows if count(row, "committed")]
    if ticks.marks:
        bars.panel.dots(
            ticks, marker={"symbol": "line-ns", "size": sizes, "line": {"width": 2, "color": colour("ink")}}
        )


def _name_lines(
    view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow], lines: Mapping[tuple[int, object], _Line]
) -> None:
    for row in rows:
        number, goal = count(row, "cycle"), row.values["goal"]
        place = {"xref": f"{panel.x} domain", "xanchor": "right", "xshift": -8}
        if goal is Goal.TEST:
            name = view.speech.gettext("C%(number)s", number=number) if plot.is_small else view.speech.cycle(number)
            panel.note(name, 0, lines[number, goal].centre, font=BOLD, **place)
        elif not plot.is_small:
            panel.note(_goal(view, row), 0, lines[number, goal].centre, **place)


def _words_beneath(
    view: View, panel: Panel, rows: Sequence[SheetRow], lines: Mapping[tuple[int, object], _Line]
) -> None:
    """Under the thick bars, what became of what was not met."""
    for row in rows:
        if row.values["goal"] is Goal.TEST:
            line = lines[count(row, "cycle"), Goal.TEST]
            is_bare = row.values["planned"] == 0  # the words stand where there is no bar
            below = line.centre - 8 if is_bare else line.centre + line.height / 2
            panel.note(
                _words(view, row), 0, below, xanchor="left", yanchor="top", xshift=-2, name="" if is_bare else WIDE
            )


def _words(view: View, row: SheetRow) -> str:
    if row.values["planned"] is None:
        return ", ".join(_became(view, row))
    is_any = any(count(each, "planned") for each in view.rows if each.values["cycle"] == row.values["cycle"])
    return view.speech.gettext("planned, not committed" if is_any else N_("nothing planned yet"))


def _numbers_beside(
    view: View, panel: Panel, rows: Sequence[SheetRow], lines: Mapping[tuple[int, object], _Line]
) -> None:
    speech = view.speech
    place = {"xref": "paper", "xanchor": "right", "name": WIDE}
    headings = (N_("Commitment"), N_("+ / −"), N_("Met, of it"))
    for shift, heading in zip(_COLUMNS_AT, headings, strict=True):
        panel.note(
            speech.gettext(heading),
            1,
            1,
            yref="paper",
            yanchor="bottom",
            yshift=8,
            xshift=_NUMBERS_WIDTH + shift,
            **place,
        )
    latest = max((count(row, "cycle") for row in rows if _is([row], CycleStatus.CLOSED)), default=0)
    for row in rows:
        if row.values["committed"] is None:
            continue
        is_test = row.values["goal"] is Goal.TEST
        is_named = is_test and count(row, "cycle") == latest
        changed = "0"
        if row.values["added"] or row.values["removed"]:
            changed = speech.gettext(
                "+%(added)s −%(removed)s", added=row.values["added"], removed=row.values["removed"]
            )
        texts = ((str(row.values["committed"]), is_test), (changed, False), (_share(view, row), is_named))
        for shift, (text, is_bold) in zip(_COLUMNS_AT, texts, strict=True):
            panel.note(
                text,
                1,
                lines[count(row, "cycle"), row.values["goal"]].centre,
                xshift=_NUMBERS_WIDTH + shift,
                **place,
                **({"font": BOLD} if is_bold else {}),
            )


def _label(view: View, row: SheetRow, column: str) -> str:
    speech, number = view.speech, count(row, column)
    values = {"cycle": speech.cycle(count(row, "cycle")), "goal": _goal(view, row)}
    match column:
        case "committed":
            return speech.gettext("%(cycle)s, goal %(goal)s: committed to %(number)s", number=number, **values)
        case "planned":
            return speech.gettext("%(cycle)s, goal %(goal)s: %(number)s planned", number=number, **values)
        case "met":
            return speech.gettext(
                "%(cycle)s, goal %(goal)s: %(number)s met, of a commitment to %(committed)s",
                number=number,
                committed=row.values["committed"],
                **values,
            )
        case _:
            return speech.gettext(
                "%(cycle)s, goal %(goal)s: %(said)s", said=fate_words.said(speech, column, number), **values
            )


def _became(view: View, row: SheetRow) -> list[str]:
    """The words for each part of the bar beyond what is met, and for what is both."""
    return [
        fate_words.said(view.speech, name, count(row, name))
        for name in (*DISPOSITIONS, "remaining", "met_since")
        if count(row, name)
    ]


def _share(view: View, row: SheetRow) -> str:
    return _of(view, count(row, "kept"), count(row, "committed"), row.values["kept_percent"])


def _of(view: View, part: int, whole: int, percent: object) -> str:
    if not whole:
        return "–"
    return view.speech.gettext("%(part)s of %(whole)s, %(percent)s%%", part=part, whole=whole, percent=percent)


def _goal(view: View, row: SheetRow) -> str:
    goal = row.values["goal"]
    return view.speech.goal(goal).lower() if isinstance(goal, Goal) else "–"


def _cycles(view: View) -> dict[int, list[SheetRow]]:
    found: dict[int, list[SheetRow]] = {}
    for row in view.totals:
        found.setdefault(count(row, "cycle"), []).append(row)
    return found


def _is(rows: Iterable[SheetRow], status: CycleStatus) -> bool:
    """Whether the cycle is in that status and has figures."""
    return any(row.values["status"] is status and row.values["committed"] is not None for row in rows)


def _kept(rows: Iterable[SheetRow], *, is_of_test: bool) -> tuple[int, int]:
    """How much of how large a commitment."""
    counted = [row for row in rows if row.values["goal"] is Goal.TEST or not is_of_test]
    return sum(count(row, "kept") for row in counted), sum(count(row, "committed") for row in counted)


def _share_kept(view: View, cycle: int, kept: int, whole: int, *, is_of_test: bool, is_closed: bool) -> str:
    ngettext = view.speech.ngettext
    values = {"cycle": cycle, "kept": kept, "percent": percent(kept, whole)}
    match is_of_test, is_closed:
        case True, True:
            return ngettext(
                "Cycle %(cycle)s: %(kept)s of %(num)s with goal test met, %(percent)s%%",
                "Cycle %(cycle)s: %(kept)s of %(num)s with goal test met, %(percent)s%%",
                whole,
                **values,
            )
        case True, False:
            return ngettext(
                "Cycle %(cycle)s: %(kept)s of %(num)s with goal test met so far, %(percent)s%%",
                "Cycle %(cycle)s: %(kept)s of %(num)s with goal test met so far, %(percent)s%%",
                whole,
                **values,
            )
        case False, True:
            return ngettext(
                "Cycle %(cycle)s: %(kept)s of %(num)s goal met, %(percent)s%%",
                "Cycle %(cycle)s: %(kept)s of %(num)s goals met, %(percent)s%%",
                whole,
                **values,
            )
        case _:
            return ngettext(
                "Cycle %(cycle)s: %(kept)s of %(num)s goal met so far, %(percent)s%%",
                "Cycle %(cycle)s: %(kept)s of %(num)s goals met so far, %(percent)s%%",
                whole,
                **values,
            )


def _only_planned(view: View) -> str:
    for number, rows in _cycles(view).items():
        planned = sum(count(row, "planned") for row in rows)
        if planned:
            return view.speech.ngettext(
                "Cycle %(cycle)s is not committed; %(num)s workflow is planned",
                "Cycle %(cycle)s is not committed; %(num)s workflows are planned",
                planned,
                cycle=number,
            )
    return view.speech.gettext("Nothing has been committed to in these cycles yet")
