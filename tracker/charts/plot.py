"""A Plotly figure in the making: one panel or many on one scale, with marks that lead to their items."""

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import plotly.graph_objects as go

from tracker.charts.palette import colour
from tracker.charts.speech import Speech
from tracker.charts.view import View
from tracker.domain.charts.sheets import SheetRow

Json = dict[str, Any]
FONT = '"Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif'
# A browser too narrow for them leaves out what has this name; the table has it all.
WIDE = "wide"
# Never <b>: it becomes an inline style, which the pages' policy refuses.
BOLD = {"size": 12, "color": colour("ink"), "weight": 700}
PAPER_BENEATH = {"bgcolor": colour("paper"), "borderpad": 0}
_PANEL_COLUMNS = 3
_PANEL_GAP_X, _PANEL_GAP_Y = 44, 56  # px, for the numbers and the name of each
_USUAL_WIDTH = 700  # px, of a figure on its own; a browser puts the panels into the width that there is
_BARS, _NAMES = 150, 66  # px: the highest bar, and above it the names of the series
_DIGIT, _STEP = 7, 15  # px, of a digit on its side, and between two names
_SEPARATORS = {"sv": ",\u00a0", "en": ".,"}


def font(name: str) -> Json:
    """Words in the colour of that name."""
    return {"size": 12, "color": colour(name)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark's place, its number in words, and where its items are. `hover` is text, never markup."""

    x: Any
    y: Any
    hover: str
    link: str
    text: str = ""
    is_named: bool = False  # in the title: its number stands out


@dataclass(slots=True)
class Series:
    """Marks that look alike. `looks` of single ones, by their number, win over those of the series."""

    name: str
    colour: str
    marks: list[Mark] = field(default_factory=list)


def mark(
    view: View,
    row: SheetRow,
    column: str,
    x: object,
    what: str,
    *,
    y: object = None,
    text: str = "",
    is_named: bool = False,
) -> Mark:
    """The mark of a row's number, `what` it says in words."""
    return Mark(x, row.values[column] if y is None else y, what, view.link(row, column), text, is_named)


Beneath = tuple[str, Sequence[str]]  # a label, for gettext, and a text for each place


class Panel:
    """A pair of axes in one of the figure's places, over the share of its height from `low` to `high`."""

    def __init__(self, plot: "Plot", place: int, low: float, high: float) -> None:
        self.plot = plot
        number = len(plot.places) + 1
        suffix = str(number) if number > 1 else ""
        self.x, self.y = f"x{suffix}", f"y{suffix}"
        self._x_name = f"xaxis{suffix}"
        first = next((name for name, (_, *share) in plot.places.items() if share == [low, high]), "")
        plot.places[suffix] = (place, low, high)
        self.xaxis: Json = {
            "anchor": self.y,
            "showgrid": False,
            "zeroline": False,
            "showline": True,
            "ticks": "",
            "linecolor": colour("line-strong"),
            "tickfont": {"color": colour("ink-2")},
            "fixedrange": True,
        }
        self.yaxis: Json = {
            "anchor": self.x,
            "gridcolor": colour("line"),
            "zerolinecolor": colour("line-strong"),
            "zeroline": True,
            "nticks": 5,
            "tickfont": {"color": colour("ink-3")},
            "fixedrange": True,
            "tickformat": ",d",
        }
        plot.layout |= {self._x_name: self.xaxis, f"yaxis{suffix}": self.yaxis}
        if place:  # all panels are on one scale
            self.xaxis["matches"], self.yaxis["matches"] = f"x{first}", f"y{first}"
        title = plot.titles[place]
        if title and high == 1:
            top = {"xref": f"{self.x} domain", "yref": f"{self.y} domain", "yshift": 16, "xanchor": "left"}
            self.note(html.escape(title, quote=False), 0, 1, **top, font=BOLD)

    def cycles(self, numbers: Sequence[int]) -> None:
        """Names the cycles under it, shortly where it is narrow."""
        speech = self.plot.speech
        ends = [numbers[0] - 0.5, numbers[-1] + 0.5] if numbers else None
        names = [speech.cycle(number) for number in numbers]
        self.xaxis.update(tickvals=list(numbers), ticktext=names, tickfont=BOLD, range=ends, ticks="")
        self.plot.short_ticks[self._x_name] = [speech.gettext("C%(number)s", number=number) for number in numbers]

    def days(self, first: date, last: date, named: Sequence[tuple[date, str, str]]) -> None:
        """Days from left to right; some are named under it, by the second of their texts where it is narrow."""
        days, texts = [day.isoformat() for day, _, _ in named], [text for _, text, _ in named]
        ends = [first.isoformat(), last.isoformat()]
        self.xaxis.update(type="date", range=ends, tickvals=days, ticktext=texts, tickangle=0)
        self.plot.short_ticks[self._x_name] = [short for _, _, short in named]

    def bars(self, series: Series, **trace: Any) -> None:  # noqa: ANN401 - Plotly's own
        """Bars with their numbers on them."""
        usual = {"type": "bar", "textposition": "outside", "cliponaxis": False}
        text = {"textfont": {"color": colour("ink"), "size": 12}, "textangle": 0, "constraintext": "none"}
        marker = {"color": series.colour, "line": {"width": 0}}
        self._add(series, usual | text | {"marker": marker}, trace)

    def line(self, series: Series, **trace: Any) -> None:  # noqa: ANN401 - likewise
        """Points joined by a line."""
        usual = {"type": "scatter", "mode": "lines+markers", "cliponaxis": False}
        looks = {"line": {"color": series.colour, "width": 2}, "marker": {"color": series.colour, "size": 8}}
        self._add(series, usual | looks, trace)

    def dots(self, series: Series, **trace: Any) -> None:  # noqa: ANN401 - likewise
        """Points by themselves."""
        marker = {"color": series.colour, "size": 8}
        self._add(series, {"type": "scatter", "mode": "markers", "cliponaxis": False, "marker": marker}, trace)

    def note(self, text: str, x: object, y: object, **annotation: Any) -> None:  # noqa: ANN401 - likewise
        """Words on the panel; `text` is Plotly's markup, so whoever wrote it first is to be escaped."""
        place = {"text": text, "x": x, "y": y, "xref": self.x, "yref": self.y}
        self.plot.annotations.append(place | {"showarrow": False, "font": font("ink-2")} | annotation)

    def beneath(
        self, lines: Sequence[Beneath], places: Sequence[object], left: int, down: int = 24, *, bold: object = None
    ) -> None:
        """Lines of text under the axis, each in line with the places; where it is narrow only the table has them. The
        labels have `left` px beside the panel, the axis `down` px; the place `bold` stands out.
        """
        plot = self.plot
        plot.margin = {"l": left, "r": 8, "t": 24, "b": 40 + 20 * len(lines)}
        plot.narrow_margin = {"l": 32, "b": 40}
        for line, (label, texts) in enumerate(lines, 1):
            at = {"yref": "paper", "yanchor": "middle", "yshift": -(down + 20 * line), "name": WIDE}
            self.note(plot.speech.gettext(label), 0, 0, xref="paper", xanchor="right", xshift=-8, **at)
            for x, text in zip(places, texts, strict=True):
                self.note(text, x, 0, **at, **({"font": BOLD} if x == bold else {}))

    def under_names(self, highest: float) -> float:
        """Gives the axis room for the highest bar with names above; returns how much of the axis a px is."""
        pixel = max(highest, 1) / _BARS
        self.yaxis["range"] = [0, pixel * (_BARS + _NAMES)]
        self.plot.height = _BARS + _NAMES + self.plot.margin["t"] + self.plot.margin["b"]
        return pixel

    def name_series(self, first: Sequence[tuple[float, int, str]], pixel: float) -> None:
        """Names the marks of the first group, each a place, a height and its words: above all bars, on steps down
        towards the middle of the drawing, so that no line to a mark crosses a name.
        """
        top = self.yaxis["range"][1]
        is_left = 2 * first[len(first) // 2][0] < sum(self.xaxis["range"])
        place = {"xanchor": "left", "xshift": -4} if is_left else {"xanchor": "right", "xshift": 4}
        for step, (x, height, words) in enumerate(first if is_left else reversed(first)):
            middle = top - (8 + _STEP * step) * pixel
            low = height + (6 + _DIGIT * max(len(str(height)), 2)) * pixel  # above its number
            self.rule(x, low, x, max(middle - 8 * pixel, low), line={"color": colour("line-strong")})
            self.note(words, x, middle, **place, font=BOLD)

    def rule(self, x0: object, y0: object, x1: object, y1: object, **shape: Any) -> None:  # noqa: ANN401 - likewise
        """A straight line on the panel."""
        line = {"color": colour("ink"), "width": 1} | shape.pop("line", {})
        self._shape("line", (x0, x1), (y0, y1), {"line": line} | shape)

    def box(self, x0: object, y0: object, x1: object, y1: object, **shape: Any) -> None:  # noqa: ANN401 - likewise
        """A rectangle on the panel."""
        self._shape("rect", (x0, x1), (y0, y1), {"line": {"width": 0}} | shape)

    def _shape(self, kind: str, x: tuple[object, object], y: tuple[object, object], looks: Json) -> None:
        place = {"type": kind, "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], "xref": self.x, "yref": self.y}
        self.plot.shapes.append(place | looks)

    def _add(self, series: Series, usual: Json, trace: Json) -> None:
        marks = series.marks
        merged = _merged(usual, trace)
        if any(each.text for each in marks):
            merged["text"] = [each.text for each in marks]
            weights = [700 if each.is_named else 400 for each in marks]
            merged["textfont"] = font("ink") | merged.get("textfont", {}) | {"weight": weights}
        self.plot.traces.append(
            merged
            | {
                "name": series.name,
                "x": [each.x for each in marks],
                "y": [each.y for each in marks],
                "hovertext": [html.escape(each.hover, quote=False) for each in marks],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "customdata": [each.link for each in marks],
                "xaxis": self.x,
                "yaxis": self.y,
            }
        )


class Plot:
    """The figure: panels on one scale, and the layout they share. Heights and margins are in CSS pixels; those named
    narrow hold where there is little width.
    """

    def __init__(self, speech: Speech, titles: Sequence[str] = ("",)) -> None:
        self.speech = speech
        self.titles = titles
        self.traces: list[Json] = []
        self.annotations: list[Json] = []
        self.shapes: list[Json] = []
        self.short_ticks: dict[str, list[str]] = {}
        self.places: dict[str, tuple[int, float, float]] = {}
        self.height = 320
        self.small_height = 120  # of each of many
        self.margin = {"l": 40, "r": 8, "t": 24, "b": 40}
        self.narrow_margin: dict[str, int] = {}
        self.layout: Json = {}
        self.highest = 0  # of what all panels show, once it has been looked for
        self.left_out = False  # whether some number has no room
        self._place = -1

    @property
    def is_small(self) -> bool:
        """Whether the panel is one of many, where there is room for little else than marks."""
        return len(self.titles) > 1

    def next(self) -> None:
        """Goes on to the next place."""
        self._place += 1

    def panel(self, low: float = 0, high: float = 1) -> Panel:
        """A pair of axes in the place that has come."""
        return Panel(self, self._place, low, high)

    def figure(self) -> go.Figure:
        """All of it, as Plotly has it. What is made here is checked by the tests: checking it anew for every reader
        would take longer than making it.
        """
        return go.Figure(self._whole(), _validate=False)

    def _whole(self) -> Json:
        height = self._placed()
        drawn = {trace["xaxis"] for trace in self.traces}
        for suffix in self.places:  # a panel without a trace would not be there at all, nor its title
            if f"x{suffix}" not in drawn:
                nothing = {"type": "scatter", "x": [None], "y": [None], "customdata": []}
                self.traces.append(nothing | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"})
        layout: Json = {
            "template": {},
            "font": {"family": FONT, "size": 12, "color": colour("ink-2")},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "separators": _SEPARATORS[self.speech.language],
            "bargap": 0.3,
            "bargroupgap": 0.1,
            "hovermode": "closest",
            "dragmode": False,
            "height": height,
            "margin": self.margin,
            "hoverlabel": {
                "bgcolor": colour("ink"),
                "bordercolor": colour("ink"),
                "align": "left",
                "font": {"color": colour("paper"), "family": FONT, "size": 12},
            },
            "annotations": self.annotations,
            "shapes": self.shapes,
            "meta": {
                "short": self.short_ticks,
                "narrow": self.narrow_margin,
                "wide": WIDE,
                "leftOut": self.left_out,
                "places": self.places,
                "panels": len(self.titles),
                "smallHeight": self.small_height,
                "gapX": _PANEL_GAP_X,
                "gapY": _PANEL_GAP_Y,
            },
        } | self.layout
        return {"data": [_fixed(trace) for trace in self.traces], "layout": layout}

    def _placed(self) -> int:
        """Gives each pair of axes its part of the figure; returns the height of it all."""
        if not self.is_small:
            for suffix, (_, low, high) in self.places.items():
                self.layout[f"yaxis{suffix}"]["domain"] = [low, high]
            return self.height
        self.margin = self.margin | {"l": 32, "t": 32, "r": 8, "b": 24}
        columns = min(_PANEL_COLUMNS, len(self.titles))
        lines = -(-len(self.titles) // columns)
        inner_height = lines * self.small_height + (lines - 1) * _PANEL_GAP_Y
        gap_x, gap_y = _PANEL_GAP_X / _USUAL_WIDTH, _PANEL_GAP_Y / inner_height
        width, part = (1 - gap_x * (columns - 1)) / columns, (1 - gap_y * (lines - 1)) / lines
        for suffix, (place, low, high) in self.places.items():
            line, column = divmod(place, columns)
            left, bottom = column * (width + gap_x), 1 - part - line * (part + gap_y)
            self.layout[f"xaxis{suffix}"]["domain"] = [left, left + width]
            self.layout[f"yaxis{suffix}"]["domain"] = [max(bottom + low * part, 0), min(bottom + high * part, 1)]
        return inner_height + self.margin["t"] + self.margin["b"]


def figure_json(figure: go.Figure) -> str:
    """The figure as text, its colours named; `in_light` gives it the light ones."""
    return json.dumps(figure.to_dict(), ensure_ascii=False, separators=(",", ":"), default=str)


class _Fixed(list[Any]):
    """The numbers of a trace, which nobody changes: Plotly copies a figure twice over, and these are most of it."""

    def __deepcopy__(self, _memo: object) -> "_Fixed":
        return self


def _fixed(part: Any) -> Any:  # noqa: ANN401 - anything that a trace holds
    match part:
        case dict():
            return {name: _fixed(value) for name, value in part.items()}
        case list():
            return _Fixed(part)
        case _:
            return part


def hatched(series_colour: str, flags: Iterable[bool]) -> Json:
    """The look of bars of which some are not over yet: those are hatched, with an edge."""
    each = list(flags)
    return {
        "pattern": {
            "shape": ["/" if is_open else "" for is_open in each],
            "size": 6,
            "solidity": 0.4,
            "bgcolor": colour("paper"),
            "fillmode": "replace",
        },
        "line": {"color": series_colour, "width": [1.5 if is_open else 0 for is_open in each]},
    }


def _merged(usual: Json, own: Mapping[str, Any]) -> Json:
    found = dict(usual)
    for name, value in own.items():
        known = found.get(name)
        found[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, Mapping) else value
    return found
