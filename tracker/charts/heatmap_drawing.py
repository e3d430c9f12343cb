"""The heat map as a table of cells: workstreams down, cycles across, the number in each."""

import html
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Mark, Panel, Plot, Series, mark
from tracker.charts.view import View
from tracker.domain.charts.sheets import By, Column, SheetRow, added_up
from tracker.domain.errors import N_
from tracker.domain.figures.words import Adds

Number = int | Decimal
_STANDING = {"blockers_open", "tested_previous"}  # in one cycle as in the next: those of several do not add up
_ROW, _GAP = 22, 0.5  # the height of a row, in px; the room before another project and before the last row, in rows
_LETTER, _LONGEST = 6.4, 30  # the room for a letter, in px; how much of a name is shown
_FEW = (1, 2, 4)  # the highest of the first three classes, where counts are small
_STILL_FEW = 5
_CLASSES = (("canvas", "ink-3"), ("heat-1", "ink"), ("heat-2", "ink"), ("heat-3", "paper"), ("heat-4", "paper"))


def column(view: View) -> Column:
    """The figure that is shown."""
    return view.whole.columns[-1]


def number(view: View, row: SheetRow) -> Number | None:
    """The row's figure; none where it is empty."""
    found = row.values[column(view).name]
    return found if isinstance(found, Number) else None


def written(view: View, value: Number | None) -> str:
    """It with its places; a dash when it is empty."""
    return "–" if value is None else view.speech.number(value, column(view).places)


def drawn(view: View, plot: Plot, named: Collection[str], named_cycle: int) -> None:
    """All of it on one pair of axes; the cells that the title names stand out."""
    panel, places = plot.panel(), _places(view)
    under = places[-1] + 1 + _GAP if len(places) > 1 else None  # where all of them stand together
    _set_axes(view, plot, panel, places, under)
    cells, bases, looks = Series(column(view).name, colour("heat-1")), [], []
    highest = bounds(view)
    for place, part in zip(places, view.sheet.panels, strict=True):
        _name_row(view, plot, panel, part.code, place)
        for row in part.rows:
            is_named = part.code in named and row.cycle == named_cycle
            cells.marks.append(_mark(view, row, part.code, place, is_named=is_named))
            bases.append(row.cycle - 0.5)
            looks.append(look(number(view, row), highest))
    if under is not None:
        panel.rule(0, under - 0.5 - _GAP / 2, 1, under - 0.5 - _GAP / 2, xref="paper")
        panel.note(_all(view), 0, under, xref="paper", xanchor="left", xshift=-plot.margin["l"], font=BOLD, name=WIDE)
        for row in view.totals:
            cells.marks.append(_mark(view, row, "", under, is_named=True))
            bases.append(row.cycle - 0.5)
            looks.append(("rgba(0,0,0,0)", colour("ink")))
    marker = {"color": [fill for fill, _ in looks], "line": {"color": colour("paper"), "width": 3}}
    inside = {"textposition": "inside", "insidetextanchor": "middle"}
    texts = {"color": [text for _, text in looks]}
    panel.bars(cells, orientation="h", base=bases, width=1, **inside, marker=marker, textfont=texts)
    _add_across(view, plot, panel, places, under)
    _frame(view, panel, max(places, default=0))


def _places(view: View) -> list[float]:
    """How far down each row stands, with room between projects."""
    places: list[float] = []
    before = ""
    for part in view.sheet.panels:
        is_other = view.sheet.by is By.WORKSTREAM and part.choice.project != before
        places.append(places[-1] + 1 + (_GAP if is_other else 0) if places else 0)
        before = part.choice.project
    return places


def _set_axes(view: View, plot: Plot, panel: Panel, places: Sequence[float], under: float | None) -> None:
    cycles = [row.cycle for row in view.totals]
    is_under_way = any(view.is_running(row) for row in view.totals)
    lowest = (under if under is not None else max(places, default=0)) + 0.55
    panel.cycles(cycles)
    panel.xaxis.update(side="top", showline=False, ticklabelstandoff=18 if is_under_way else 2)
    if cycles:
        panel.xaxis["range"] = [cycles[0] - 0.51, cycles[-1] + 0.51]
    ends = [*places, under] if under is not None else places
    panel.yaxis.update(range=[lowest, -0.55], showgrid=False, zeroline=False)
    panel.yaxis.update(tickvals=ends, ticktext=[""] * len(ends), tickfont=BOLD)
    codes = [html.escape(part.code, quote=False) for part in view.sheet.panels]
    plot.short_ticks["yaxis"] = [*codes, _all(view)] if under is not None else codes
    plot.layout["barmode"] = "overlay"
    longest = max((len(_short(view.names.get(part.code, ""))) for part in view.sheet.panels), default=0)
    left = max(_code_room(view), round(len(_all(view)) * 8)) if under is not None else _code_room(view)
    right, top = 44 if _adds_across(view) else 8, 46 if is_under_way else 28
    plot.margin = {"l": _code_room(view) + round(longest * _LETTER) + 8, "r": right, "t": top, "b": 8}
    plot.narrow_margin = {"l": left}
    plot.height = round((lowest + 0.55) * _ROW) + plot.margin["t"] + plot.margin["b"]


def _name_row(view: View, plot: Plot, panel: Panel, code: str, place: float) -> None:
    at = {"xref": "paper", "xanchor": "left", "name": WIDE}
    panel.note(html.escape(code, quote=False), 0, place, xshift=-plot.margin["l"], font=BOLD, **at)
    name = html.escape(_short(view.names.get(code, "")), quote=False)
    panel.note(name, 0, place, xshift=_code_room(view) - plot.margin["l"], **at)


def _add_across(view: View, plot: Plot, panel: Panel, places: Sequence[float], under: float | None) -> None:
    """At the right of each row what its cycles come to, where that means something."""
    if not _adds_across(view):
        return
    at = {"xref": "paper", "xanchor": "right", "xshift": plot.margin["r"]}
    panel.note(view.speech.gettext("all"), 1, 1, yref=f"{panel.y} domain", yanchor="bottom", yshift=2, **at)
    for place, part in zip(places, view.sheet.panels, strict=True):
        text = written(view, _across(view, part.rows))
        panel.note(text, 1, place, font={"size": 12, "color": colour("ink-3" if text == "0" else "ink-2")}, **at)
    if under is not None:
        panel.note(written(view, _across(view, view.totals)), 1, under, font=BOLD, **at)


def _across(view: View, rows: Sequence[SheetRow]) -> Number | None:
    shown = column(view)
    having = [row for row in rows if number(view, row) is not None]
    found = added_up(shown, [each for row in having for each in row.items(shown.name)]) if having else None
    return found if isinstance(found, Number) else None


def _frame(view: View, panel: Panel, last: float) -> None:
    """Around the cycle under way."""
    for row in view.totals:
        if view.is_running(row):
            line = {"color": colour("ink"), "width": 1, "dash": "4px,3px"}
            panel.box(row.cycle - 0.5, -0.52, row.cycle + 0.5, last + 0.52, line=line)
            above = {"yref": f"{panel.y} domain", "yanchor": "bottom", "yshift": 2}
            panel.note(view.speech.gettext("under way"), row.cycle, 1, **above)


def _mark(view: View, row: SheetRow, code: str, y: float, *, is_named: bool) -> Mark:
    text, label = written(view, number(view, row)), _label(view, row, code)
    return mark(view, row, column(view).name, 1, label, y=y, text=text, is_named=is_named)


def _label(view: View, row: SheetRow, code: str) -> str:
    speech, where = view.speech, f"{code} {view.names.get(code, '')}" if code else _all(view)
    when, figure = speech.gettext("cycle %(cycle)s", cycle=row.cycle), speech.figure(column(view).name)
    text, value = N_("%(where)s, %(when)s: %(figure)s %(number)s"), written(view, number(view, row))
    return speech.gettext(text, where=where, when=when, figure=figure, number=value)


def look(value: Number | None, bounds: Sequence[Number]) -> tuple[str, str]:
    """The colours of a cell and of its number."""
    if value is None:
        return "rgba(0,0,0,0)", colour("ink-3")
    fill, text = _CLASSES[1 + sum(value > bound for bound in bounds) if value else 0]
    return colour(fill), colour(text)


def bounds(view: View) -> tuple[Number, ...]:
    """The highest of each class but the last: of small counts always the same, else a quarter of the cells in each."""
    found = quarters(value for row in view.rows if (value := number(view, row)))
    return _FEW if column(view).adds is Adds.COUNT and found[-1] <= _STILL_FEW else found


def quarters(numbers: Iterable[Number]) -> tuple[Number, ...]:
    """The highest of each quarter of them but the last."""
    values = sorted(numbers)
    return tuple(values[-(-len(values) * part // 4) - 1] for part in (1, 2, 3)) if values else _FEW


def _adds_across(view: View) -> bool:
    shown = column(view)
    is_additive = shown.adds in {Adds.COUNT, Adds.DAYS} and shown.name not in _STANDING
    return is_additive and sum(number(view, row) is not None for row in view.totals) > 1


def _all(view: View) -> str:
    return view.speech.gettext("All")


def _code_room(view: View) -> int:
    return 12 + max((len(part.code) for part in view.sheet.panels), default=0) * 10


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip(' ,–-')}…"
