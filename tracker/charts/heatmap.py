"""A figure of the summaries by workstream or project and cycle, told; `heatmap_drawing` draws it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tracker.charts.chart import Chart
from tracker.charts.heatmap_drawing import Number, column, drawn, number, written
from tracker.charts.plot import Plot
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.heatmap import SOURCE
from tracker.domain.charts.sheets import By, SheetRow, added_up
from tracker.domain.errors import N_, NN_
from tracker.domain.figures.behind import Behind, behind
from tracker.domain.figures.words import Adds

TITLE = N_("Heat map")
DEFINITION = N_(
    "For each cycle by the workstream or project that owns the workflow. In the dashed frame: the cycle under way. A "
    "dash: no figure yet."
)
COLUMNS: dict[str, ColumnWords] = {}
_PLAIN = N_("%(figure)s, %(when)s: %(number)s")
# What workflows did, and somebody gave so much of.
_DONE = {
    "designed": NN_("%(num)s designed"),
    "validated": NN_("%(num)s validated"),
    "tested": NN_("%(num)s tested"),
}
_NAMED = 3  # a title takes no more names
_FEW = 4


class _Cell(NamedTuple):
    code: str
    row: SheetRow
    number: Number


def definition(view: View) -> str:
    """That of the figure, and how it is shown."""
    speech, figure = view.speech, view.span.figure
    return f"{speech.figure(figure)}. {speech.figure_definition(figure)} {speech.gettext(DEFINITION)}"


def sample(view: View) -> int:
    """How many workflows or blockers are behind it all."""
    return len({(each.item, each.at) for row in view.totals for each in _items(view, row)})


def finding(view: View) -> str:
    """Who had the most of the last cycle that is over, else of the one under way; or who was highest and lowest."""
    row = _spoken_of(view)
    if row is None:
        return view.speech.gettext("There are no figures for these cycles yet")
    if len(view.sheet.panels) == 1:
        return _say(view, row, _PLAIN, number=f"{view.sheet.panels[0].code} {written(view, number(view, row))}")
    return _shares(view, row) if column(view).adds in {Adds.COUNT, Adds.DAYS} else _extremes(view, row)


def details(view: View) -> list[str]:
    """Each cycle in a sentence: all together, and who had the most."""
    sentences = []
    for row in view.totals:
        if number(view, row) is None:
            sentences.append(_say(view, row, N_("%(figure)s, %(when)s: no figure.")))
            continue
        highest = [cell for cell in _highest_first(view, row) if cell.number][:_NAMED]
        said = _say(view, row, _PLAIN, number=written(view, number(view, row)))
        parts = [f"{cell.code} {written(view, cell.number)}" for cell in highest]
        sentences.append(f"{said} ({', '.join(parts)})." if parts and len(view.sheet.panels) > 1 else f"{said}.")
    return sentences


def draw(view: View, plot: Plot, _rows: Sequence[SheetRow]) -> None:
    """A row for each workstream or project, and one for all."""
    row = _spoken_of(view)
    named = {cell.code for cell in _top(view, row)} if row is not None else set()
    drawn(view, plot, named, row.cycle if row is not None else 0)


def _say(view: View, row: SheetRow, text: str, **values: object) -> str:
    """A sentence about the figure in the row's cycle."""
    return view.speech.gettext(text, figure=view.speech.figure(view.span.figure), when=_when(view, row), **values)


def _shares(view: View, row: SheetRow) -> str:
    """Who together had how much of it; with too many alike at the top, how much that is."""
    speech, top, whole = view.speech, _top(view, row), written(view, number(view, row))
    if not number(view, row):
        return _say(view, row, _PLAIN, number=whole)
    if not top:
        text = N_("%(figure)s, %(when)s: no workstream had more than %(most)s of %(whole)s")
        if view.sheet.by is By.PROJECT:
            text = N_("%(figure)s, %(when)s: no project had more than %(most)s of %(whole)s")
        return _say(view, row, text, most=written(view, _highest_first(view, row)[0].number), whole=whole)
    who, part = speech.listed([cell.code for cell in top]), written(view, _together(view, top))
    figure = view.span.figure
    if figure in _DONE and not view.is_open(row):
        counted = speech.counted(_DONE[figure], count(row, figure))
        text = N_("%(who)s gave %(part)s of cycle %(cycle)s’s %(counted)s")
        return speech.gettext(text, who=who, part=part, cycle=row.cycle, counted=counted)
    return _say(
        view, row, N_("%(figure)s, %(when)s: %(who)s had %(part)s of %(whole)s"), who=who, part=part, whole=whole
    )


def _extremes(view: View, row: SheetRow) -> str:
    cells = _highest_first(view, row)
    if not cells:
        text = N_("%(figure)s, %(when)s: %(number)s in all, too little to go by for each")
        return _say(view, row, text, number=written(view, number(view, row)))
    high, low = cells[0].number, cells[-1].number
    most, least = (_who(view, [cell for cell in cells if cell.number == end]) for end in (high, low))
    if high == low:
        return _say(view, row, N_("%(figure)s, %(when)s: %(who)s %(number)s"), who=most, number=written(view, high))
    text = N_("%(figure)s, %(when)s: highest in %(most)s (%(high)s), lowest in %(least)s (%(low)s)")
    return _say(view, row, text, most=most, high=written(view, high), least=least, low=written(view, low))


def _who(view: View, cells: Sequence[_Cell]) -> str:
    """Their codes, or how many they are."""
    if len(cells) <= _NAMED:
        return view.speech.listed([cell.code for cell in cells])
    if view.sheet.by is By.PROJECT:
        return view.speech.ngettext("%(num)s project", "%(num)s projects", len(cells))
    return view.speech.ngettext("%(num)s workstream", "%(num)s workstreams", len(cells))


def _top(view: View, row: SheetRow) -> list[_Cell]:
    """Two of them (one where they are few), or one, or three: whoever had more than the next; nobody where many had as
    much.
    """
    cells = [cell for cell in _highest_first(view, row) if cell.number]
    for several in (2, 1, _NAMED) if len(view.sheet.panels) > _FEW else (1, 2, _NAMED):
        is_apart = several == len(cells) or (several < len(cells) and cells[several - 1].number > cells[several].number)
        if is_apart and several < len(view.sheet.panels):
            return cells[:several]
    return []


def _highest_first(view: View, row: SheetRow) -> list[_Cell]:
    """The cells of the row's cycle that have a figure."""
    cells = []
    for part in view.sheet.panels:
        for each in part.rows:
            found = number(view, each)
            if each.cycle == row.cycle and found is not None:
                cells.append(_Cell(part.code, each, found))
    return sorted(cells, key=lambda cell: -cell.number)


def _together(view: View, cells: Iterable[_Cell]) -> Number | None:
    """What they come to: what two of them share counts once."""
    shown = column(view)
    items: dict[object, Behind] = {(each.item, each.at): each for cell in cells for each in cell.row.items(shown.name)}
    found = added_up(shown, list(items.values()))
    return found if isinstance(found, Number) else None


def _when(view: View, row: SheetRow) -> str:
    text = N_("cycle %(cycle)s so far") if view.is_open(row) else "cycle %(cycle)s"
    return view.speech.gettext(text, cycle=row.cycle)


def _spoken_of(view: View) -> SheetRow | None:
    return view.spoken_of([row for row in view.totals if number(view, row) is not None])


def _items(view: View, row: SheetRow) -> Sequence[Behind]:
    """What the figure rests on: what follows from the number of the tested ones, on those."""
    shown = column(view)
    if shown.adds is not Adds.NONE:
        return row.items(shown.name)
    items = view.span.items(row.cycle, view.choice)
    return behind("tested", items) if items is not None else ()


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw, define=definition, is_in_one=True)
