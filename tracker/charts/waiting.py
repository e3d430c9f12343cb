"""Who waits on whom: a table of cells, those that wait down and those that they wait on across; told and drawn."""

import html
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tracker.charts.chart import Chart
from tracker.charts.heatmap_drawing import look, quarters
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, Panel, Plot, Series, font, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.waiting import SOURCE
from tracker.domain.errors import N_, NN_
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import days

TITLE = N_("Who waits on whom")
DEFINITION = N_(
    "For each pair of workstreams the days in these cycles in which the first, done with its own part of a shared "
    "workflow, waited on the second, which was not. In brackets: workflows in which it waits still, at the end of the "
    "last of these cycles that has begun. A workflow in which one waits on two counts for both. Time between cycles, "
    "and workstreams of projects that had not joined, are left out."
)
COLUMNS = {
    "waiting": ColumnWords(N_("Waits"), N_("The workstream that is done with its own part.")),
    "waited_on": ColumnWords(N_("On"), N_("The workstream that it waits on, whose part is open.")),
    "waited_days": ColumnWords(
        N_("Days waited"),
        N_(
            "Time in these cycles in which the first workstream, done with its own part, waited on the second in work "
            "under way, added up exactly and then written in days of 24 hours. Time between cycles counts in none."
        ),
    ),
    "still_waiting": ColumnWords(
        N_("Waits still"),
        N_(
            "Workflows in which the first workstream waits on the second at the end of the last of these cycles (so "
            "far, while it is under way), with since when."
        ),
    ),
}
_LITTLE = NN_(
    "Less than a tenth of a day of waiting in %(num)s workflow, %(cycles)s",
    "Less than a tenth of a day of waiting in %(num)s workflows, %(cycles)s",
)
_BESIDE = 7  # columns, up to which the brackets stand beside the days, and not beneath
_ROW, _TALL_ROW, _LETTER = 26, 36, 10  # px: the height of a row, with brackets beneath too; the room for a letter
_WHOLE_FROM = 10  # days, from which cells have no decimals
_TIES = 2  # more pairs alike a title does not name


def sample(view: View) -> int:
    """How many workflows somebody waits in."""
    return len({each.item for row in view.totals for name in _NUMBERS for each in row.items(name)})


def finding(view: View) -> str:
    """Which pair waited longest, out of all days."""
    speech, total, cycles = view.speech, _in_days(view.totals), _cycles(view)
    if not total:
        return speech.counted(_LITTLE, sample(view), cycles=cycles)
    longest = [row for row in view.totals if row.values["waited_days"] == view.totals[0].values["waited_days"]]
    values = {"days": _number(view, longest), "total": _with_unit(view, total), "cycles": cycles}
    if longest[_TIES:]:
        text = N_("No workstream waited on another for more than %(days)s of %(total)s, %(cycles)s")
        return speech.gettext(text, **values | {"days": _number(view, longest[:1])})
    if longest[1:]:
        pairs = speech.listed([speech.gettext(N_("%(waiting)s on %(waited_on)s"), **row.values) for row in longest])
        text = N_("Longest waits: %(pairs)s, %(days)s each of %(total)s, %(cycles)s")
        return speech.gettext(text, **values | {"pairs": pairs, "days": _number(view, longest[:1])})
    text = N_("%(waiting)s waited longest on %(waited_on)s: %(days)s of %(total)s, %(cycles)s")
    if not view.totals[1:]:
        text = N_("Only %(waiting)s waited, on %(waited_on)s: %(total)s, %(cycles)s")
    return speech.gettext(text, **longest[0].values | values)


def nothing(view: View) -> str:
    """That nobody waited, or that there are no figures yet."""
    if not _begun(view):
        return view.speech.gettext("There are no figures for these cycles yet")
    return view.speech.gettext("No workstream waited on another, %(cycles)s", cycles=_cycles(view))


def details(view: View) -> list[str]:
    """Each workstream that waited in a sentence: on whom how long, and in how many workflows it waits still."""
    text = N_("%(waiting)s waited %(total)s: %(each)s.")
    sentences = []
    for code in _in_order(view, "waiting"):
        own = [row for row in view.totals if row.values["waiting"] == code]
        each = ", ".join(f"{row.values['waited_on']} {_text(view, row, exactly=True)}" for row in own)
        total = _with_unit(view, _in_days(own))
        sentences.append(view.speech.gettext(text, waiting=code, total=total, each=each))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A cell for each pair, the sums at the right and beneath."""
    panel, down, across = plot.panel(), _in_order(view, "waiting"), _in_order(view, "waited_on")
    _set_axes(view, plot, panel, down, across)
    bounds = quarters(value for row in rows if (value := _days(row)))
    looks = [look(_days(row) or Decimal("0.1"), bounds) for row in rows]
    cells, gap = Series("waited_days", colour("heat-1")), " " if len(across) <= _BESIDE else "<br>"
    for row in rows:
        text, y = _text(view, row, gap), down.index(str(row.values["waiting"]))
        is_named = row.values["waited_days"] == rows[0].values["waited_days"]
        label = _label(view, row)
        cells.marks.append(mark(view, row, "waited_days", 1, label, y=y, text=text, is_named=is_named))
    marker = {"color": [fill for fill, _ in looks], "line": {"color": colour("paper"), "width": 3}}
    inside = {"textposition": "inside", "insidetextanchor": "middle", "textfont": {"color": [ink for _, ink in looks]}}
    bases = [across.index(str(row.values["waited_on"])) - 0.5 for row in rows]
    panel.bars(cells, orientation="h", base=bases, width=1, marker=marker, **inside)
    _add_sums(view, plot, panel, down, across)


def _set_axes(view: View, plot: Plot, panel: Panel, down: Sequence[str], across: Sequence[str]) -> None:
    right, lowest = len(across) - 0.5, len(down) - 0.5
    panel.xaxis.update(side="top", showline=False, range=[-0.51, right], tickangle=0, tickfont=BOLD)
    panel.xaxis.update(tickvals=[*range(len(across))], ticktext=[_escaped(code) for code in across])
    panel.yaxis.update(range=[lowest + 1, -0.5], showgrid=False, zeroline=False, tickfont=BOLD)
    panel.yaxis.update(tickvals=[*range(len(down))], ticktext=[_escaped(code) for code in down])
    for y in range(len(down)):
        panel.box(-0.5, y - 0.45, right, y + 0.45, fillcolor=colour("canvas"), layer="below")
    waits, on = (view.speech.gettext(COLUMNS[name].label) for name in ("waiting", "waited_on"))
    all_ = view.speech.gettext("all")
    room = max(len(word) for word in (*down, waits, all_)) * _LETTER + 8
    plot.layout["barmode"] = "overlay"
    plot.margin = {"l": room, "r": 52, "t": 44, "b": 8}
    row = _ROW if len(across) <= _BESIDE else _TALL_ROW
    plot.height = (len(down) + 1) * row + plot.margin["t"] + plot.margin["b"]
    corner = {"xref": "paper", "yref": f"{panel.y} domain", "yanchor": "bottom"}
    panel.note(waits, 0, 1, xanchor="right", xshift=-4, yshift=4, **corner)
    panel.note(on, 0, 1, xanchor="left", yshift=22, **corner)


def _add_sums(view: View, plot: Plot, panel: Panel, down: Sequence[str], across: Sequence[str]) -> None:
    """What each waited at the right, what each was waited on beneath, and all of it in the corner."""
    at, all_ = {"xref": "paper", "xanchor": "right", "xshift": plot.margin["r"]}, view.speech.gettext("all")
    panel.note(all_, 1, 1, yref=f"{panel.y} domain", yanchor="bottom", yshift=4, **at)
    panel.note(all_, 0, len(down), xref="paper", xanchor="right", xshift=-4, font=BOLD)
    panel.rule(0, len(down) - 0.5, 1, len(down) - 0.5, xref="paper")
    for y, code in enumerate(down):
        panel.note(_sum(view, "waiting", code), 1, y, font=font("ink"), **at)
    for x, code in enumerate(across):
        panel.note(_sum(view, "waited_on", code), x, len(down), font=font("ink"))
    panel.note(_roughly(view, _in_days(view.totals)), 1, len(down), font=BOLD, **at)


def _in_order(view: View, column: str) -> list[str]:
    """The workstreams in the column, by the time of all their pairs."""
    times: dict[str, timedelta] = {}
    for row in view.totals:
        code = str(row.values[column])
        times[code] = times.get(code, timedelta()) + _time([row])
    return sorted(times, key=lambda code: (-times[code], code))


def _sum(view: View, column: str, code: str) -> str:
    return _roughly(view, _in_days([row for row in view.totals if row.values[column] == code]))


def _time(rows: Sequence[SheetRow]) -> timedelta:
    items = [each.amount for row in rows for each in row.items("waited_days")]
    return sum((each for each in items if isinstance(each, timedelta)), timedelta())


def _in_days(rows: Sequence[SheetRow]) -> Decimal:
    """What they come to, added up exactly."""
    return half_up(days([_time(rows)]), 1)


def _days(row: SheetRow) -> Decimal:
    found = row.values["waited_days"]
    return found if isinstance(found, Decimal) else Decimal(0)


def _text(view: View, row: SheetRow, gap: str = " ", *, exactly: bool = False) -> str:
    """Its days, and in brackets in how many workflows it waits still."""
    number, still = _days(row), count(row, "still_waiting")
    text = view.speech.number(number, 1) if exactly else _roughly(view, number)
    return f"{text}{gap}({still})" if still else text


def _label(view: View, row: SheetRow) -> str:
    waiting, on = (_named(view, str(row.values[name])) for name in ("waiting", "waited_on"))
    text = N_("%(waiting)s waited on %(waited_on)s: %(days)s")
    said = view.speech.gettext(text, waiting=waiting, waited_on=on, days=_with_unit(view, _days(row)))
    if still := count(row, "still_waiting"):
        said = f"{said}, {view.speech.counted(NN_('still in %(num)s workflow', 'still in %(num)s workflows'), still)}"
    return said


def _named(view: View, code: str) -> str:
    return f"{code} {view.names[code]}" if view.names.get(code) else code


def _number(view: View, rows: Sequence[SheetRow]) -> str:
    return view.speech.number(_days(rows[0]), 1)


def _with_unit(view: View, number: Decimal) -> str:
    text = N_("%(days)s day") if number == 1 else N_("%(days)s days")
    return view.speech.gettext(text, days=view.speech.number(number, 1))


def _roughly(view: View, number: Decimal) -> str:
    return view.speech.number(number, 0 if number >= _WHOLE_FROM else 1)


def _begun(view: View) -> list[int]:
    return [row.cycle for row in view.span.cycles if view.span.reading(row.cycle).is_begun]


def _cycles(view: View) -> str:
    """Those that have begun, and whether the last of them is under way."""
    begun = _begun(view)
    here = view.span.reading(begun[-1])
    is_open = not here.is_closed and here.as_of < here.border
    if begun[1:]:
        text = N_("cycles %(first)s–%(last)s so far") if is_open else N_("cycles %(first)s–%(last)s")
    else:
        text = N_("cycle %(cycle)s so far") if is_open else N_("cycle %(cycle)s")
    return view.speech.gettext(text, cycle=begun[0], first=begun[0], last=begun[-1])


def _escaped(code: str) -> str:
    return html.escape(code, quote=False)


_NUMBERS = ("waited_days", "still_waiting")
CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw, is_in_one=True, nothing=nothing)
