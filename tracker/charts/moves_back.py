"""Moves back by reason and cycle, told and drawn."""

from collections.abc import Sequence

from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, font, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, by_cycle, cell_text, count, having
from tracker.domain.charts.moves_back import NO_REASON, REASONS, SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.states import MoveBackReason

TITLE = N_("Moves back")
DEFINITION = N_(
    "Moves from a later state to an earlier one within each cycle, by the reason given. Each move counts, also of the "
    "same workflow; those taken back do not. A cycle under way is hatched; a dash is one that has not begun."
)
COLUMNS = {
    "reason": ColumnWords(N_("Reason"), N_("The pick for the move; words of one’s own count as other.")),
    "moves_back": ColumnWords(
        N_("Moves back"),
        N_("Moves in the cycle from a later state to an earlier one that are known and have not been taken back."),
    ),
}
_ROW = 34  # the height of a reason, in px
_ROOM = 0.52  # the length of the longest bar, in cycles: its number stands beside it
_TIES = 2  # more reasons alike a title does not name


def sample(view: View) -> int:
    """How many moves back there are."""
    return sum(count(row, "moves_back") for row in view.totals)


def finding(view: View) -> str:
    """How many there were, and mostly why."""
    cycles = _begun(view)
    if not cycles:
        return view.speech.gettext("There are no figures for these cycles yet")
    moves = sample(view)
    said = _how_many(view, moves, cycles[0], cycles[-1])
    return f"{said}, {_mostly(view, moves)}" if moves else said


def details(view: View) -> list[str]:
    """Each cycle in a sentence, with its reasons."""
    sentences = []
    for cycle in _begun(view):
        rows = [row for row in view.totals if row.cycle == cycle and count(row, "moves_back")]
        said = _how_many(view, sum(count(row, "moves_back") for row in rows), cycle, cycle)
        parts = [f"{_word(view, row)} {count(row, 'moves_back')}" for row in rows]
        sentences.append(f"{said}: {', '.join(parts)}." if parts else f"{said}.")
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A line of bars for each reason; one of many panels has a bar per cycle, the reasons on each other."""
    panel = plot.panel()
    cycles = list(by_cycle(rows))
    if plot.is_small:
        _stacked(view, plot, panel, cycles, rows)
    else:
        _side_by_side(view, plot, panel, cycles, rows)


def _side_by_side(view: View, plot: Plot, panel: Panel, cycles: Sequence[int], rows: Sequence[SheetRow]) -> None:
    reasons, begun = list(_totals(view)), _begun(view)
    lowest = len(reasons)
    highest = view.highest("moves_back")
    _set_axes(view, plot, panel, cycles, reasons)
    for place, reason in enumerate(reasons):
        series, own = _series(view, reason), [row for row in rows if row.values["reason"] == reason]
        for row in own:
            length, text = count(row, "moves_back") / highest * _ROOM, cell_text(row, "moves_back")
            series.marks.append(mark(view, row, "moves_back", length, _label(view, row), y=place, text=text))
        looks = hatched(series.colour, [view.is_running(row) for row in own])
        panel.bars(series, orientation="h", base=[row.cycle - 0.5 for row in own], width=0.5, marker=looks)
        for cycle in set(cycles) - {row.cycle for row in own}:
            _write(panel, "0" if cycle in begun else "–", cycle - 0.5, place, is_bold=False)
        word, total = view.speech.reason(reason), sum(count(row, "moves_back") for row in own)
        _name(view, plot, panel, place, word, total, is_named=reason in _most_frequent(view))
    for cycle in cycles:
        panel.rule(cycle - 0.5, -0.45, cycle - 0.5, lowest - 0.5, line={"color": colour("line-strong")})
        _write(panel, str(_in_cycle(rows, cycle)) if cycle in begun else "–", cycle - 0.5, lowest, is_bold=True)
    _name(view, plot, panel, lowest, view.speech.gettext("All"), sample(view), is_named=True)
    if len(begun) > 1:
        at = {"xref": "paper", "xanchor": "right", "xshift": plot.margin["r"]}
        panel.note(view.speech.gettext("all"), 1, 1, **at, yref=f"{panel.y} domain", yanchor="bottom", yshift=4)
    panel.rule(0, lowest - 0.5, 1, lowest - 0.5, xref="paper")


def _set_axes(view: View, plot: Plot, panel: Panel, cycles: Sequence[int], reasons: Sequence[str]) -> None:
    words = [*(view.speech.reason(reason) for reason in reasons), view.speech.gettext("All")]
    panel.cycles(cycles)
    ends = [cycles[0] - 0.51, cycles[-1] + 0.5]
    panel.xaxis.update(side="top", showline=False, ticktext=[""] * len(cycles), range=ends)
    open_cycles = {row.cycle for row in view.totals if view.is_running(row)}
    for cycle in cycles:
        at = {"yref": f"{panel.y} domain", "xanchor": "left", "yanchor": "bottom", "name": WIDE}
        panel.note(view.speech.cycle(cycle), cycle - 0.5, 1, yshift=18 if open_cycles else 4, font=BOLD, **at)
        if cycle in open_cycles:
            panel.note(view.speech.gettext("under way"), cycle - 0.5, 1, yshift=4, **at)
    panel.yaxis.update(range=[len(words) - 0.5, -0.5], showgrid=False, zeroline=False)
    panel.yaxis.update(tickvals=[*range(len(words))], ticktext=[""] * len(words), tickfont={"color": colour("ink")})
    plot.short_ticks["yaxis"] = [word.replace(" ", "<br>") for word in words]
    plot.layout["barmode"] = "overlay"
    plot.margin = {"l": round(max(map(len, words)) * 6.4) + 16, "r": 32, "t": 42 if open_cycles else 28, "b": 8}
    plot.narrow_margin = {"l": round(max(len(part) for word in words for part in word.split()) * 6.8) + 12}
    plot.height = len(words) * _ROW + plot.margin["t"] + plot.margin["b"]


def _name(view: View, plot: Plot, panel: Panel, place: int, word: str, total: int, *, is_named: bool = False) -> None:
    """What a line is about at its left; what it comes to at its right, when that is more than one number."""
    looks = BOLD if is_named else font("ink")
    panel.note(word, 0, place, xref="paper", xanchor="left", xshift=-plot.margin["l"], font=looks, name=WIDE)
    if len(_begun(view)) > 1:
        panel.note(str(total), 1, place, xref="paper", xanchor="right", xshift=plot.margin["r"], font=looks)


def _write(panel: Panel, text: str, x: float, place: int, *, is_bold: bool) -> None:
    panel.note(text, x, place, xanchor="left", xshift=4, font=BOLD if is_bold else font("ink-3"))


def _stacked(view: View, plot: Plot, panel: Panel, cycles: Sequence[int], rows: Sequence[SheetRow]) -> None:
    panel.cycles(cycles)
    highest = max((_in_cycle(part.rows, cycle) for part in view.sheet.panels for cycle in cycles), default=0)
    panel.yaxis["range"] = [0, max(highest, 1) * 1.25]
    plot.layout["barmode"] = "stack"
    for reason in _totals(view):
        series, own = _series(view, reason), [row for row in rows if row.values["reason"] == reason]
        series.marks = [mark(view, row, "moves_back", row.cycle, _label(view, row)) for row in own]
        look = hatched(series.colour, [view.is_running(row) for row in own])
        edges = [series.colour if view.is_running(row) else colour("paper") for row in own]
        panel.bars(series, width=0.6, marker=look | {"line": {"color": edges, "width": 1}})
    for cycle in cycles:
        if found := _in_cycle(rows, cycle):
            panel.note(str(found), cycle, found, yanchor="bottom", yshift=1, font=font("ink"))


def _in_cycle(rows: Sequence[SheetRow], cycle: int) -> int:
    return sum(count(row, "moves_back") for row in rows if row.cycle == cycle)


def _series(view: View, reason: str) -> Series:
    return Series(reason, colour("alert" if reason in _most_frequent(view) else "line-strong"))


def _begun(view: View) -> list[int]:
    return list(by_cycle(having(view.totals, "moves_back")))


def _totals(view: View) -> dict[str, int]:
    """How many moves each reason was given for, the most frequent first."""
    totals = dict.fromkeys(REASONS, 0)
    for row in having(view.totals, "reason"):
        totals[str(row.values["reason"])] += count(row, "moves_back")
    return {reason: total for reason, total in sorted(totals.items(), key=lambda each: -each[1]) if total}


def _most_frequent(view: View) -> list[str]:
    totals = _totals(view)
    top = [reason for reason, total in totals.items() if total == max(totals.values())]
    return top if len(top) <= _TIES else []


def _how_many(view: View, moves: int, first: int, last: int) -> str:
    speech = view.speech
    text = "cycle %(cycle)s" if first == last else N_("cycles %(first)s–%(last)s")
    cycles = speech.gettext(text, cycle=first, first=first, last=last)
    if not moves:
        return speech.gettext("No moves back in %(cycles)s", cycles=cycles)
    return speech.ngettext("%(num)s move back in %(cycles)s", "%(num)s moves back in %(cycles)s", moves, cycles=cycles)


def _mostly(view: View, moves: int) -> str:
    speech, totals, top = view.speech, _totals(view), _most_frequent(view)
    most = max(totals.values())
    if not top:
        return speech.ngettext("no reason more than once", "no reason more than %(num)s times", most)
    why = speech.listed([_why(view, reason) for reason in top])
    if most == moves:
        return why if moves == 1 else speech.gettext("all of them %(why)s", why=why)
    text = N_("most often %(why)s (%(most)s each)") if len(top) > 1 else N_("most often %(why)s (%(most)s)")
    return speech.gettext(text, why=why, most=most)


def _why(view: View, reason: str) -> str:
    if reason == NO_REASON:
        return view.speech.gettext("without a reason given")
    if reason == MoveBackReason.OTHER:
        return view.speech.gettext("for other reasons")
    return view.speech.gettext("for %(reason)s", reason=view.speech.reason(reason))


def _label(view: View, row: SheetRow) -> str:
    moves, cycle = count(row, "moves_back"), row.cycle
    return f"{_how_many(view, moves, cycle, cycle)}: {_word(view, row)}"


def _word(view: View, row: SheetRow) -> str:
    return view.speech.reason(str(row.values["reason"]))


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
