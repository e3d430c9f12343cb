"""Work under way: a band for each state, a dot for each workflow as far to the right as it is old."""

from collections.abc import Sequence
from typing import NamedTuple

from tracker.charts.bands import COLOURS
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Mark, Panel, Plot, Series, font, mark
from tracker.charts.speech import ColumnWords, capital
from tracker.charts.view import View, count, having
from tracker.domain.charts.age import SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_, NN_
from tracker.domain.figures.words import WORDS
from tracker.domain.states import UNDER_WAY, State

TITLE = N_("Work under way by age")
DEFINITION = N_(
    "Days since the work began, for all that is under way now whatever the cycles shown, against how old finished "
    "workflows were when they left the same state for the last time: half of them by the dashed line, 85% by the "
    "solid one. Being carried over never starts the age anew; going back to not started does."
)
COLUMNS = {
    "age_days": ColumnWords(N_("Age, days"), WORDS["age"].definition),
    "blocked": ColumnWords(N_("Blocked"), N_("1 when some blocker holds the workflow now, else 0.")),
    "done_age_p50_days": ColumnWords(
        N_("Age of the finished on leaving the state, half (p50)"),
        N_(
            "Of the workflows that are done now and were in this state: local days from the last time the work began "
            "to the last time it left the state, both counted. Half took this long or less (nearest rank). Empty for "
            "fewer than 10."
        ),
    ),
    "done_age_p85_days": ColumnWords(
        N_("Age of the finished on leaving the state, 85% (p85)"),
        N_(
            "Of the workflows that are done now and were in this state: local days from the last time the work began "
            "to the last time it left the state, both counted. 85% took this long or less (nearest rank). Empty for "
            "fewer than 10."
        ),
    ),
}
_HALF = 0.36  # of a band's height, where the next band is 1 away
_LOW, _HIGH = -0.45, len(UNDER_WAY) - 0.36
_LEAST_DOT = 4  # px
_LEAST_SHOWN = 20  # days, so that young work stands at the left
# By whether it is blocked.
_MARKS = {
    False: NN_("%(workflow)s, %(state)s: %(num)s day", "%(workflow)s, %(state)s: %(num)s days"),
    True: NN_("%(workflow)s, %(state)s, blocked: %(num)s day", "%(workflow)s, %(state)s, blocked: %(num)s days"),
}
_SHAPES = (N_("● workflow"), N_("◆ blocked"))


class _Room(NamedTuple):
    """For dots, in CSS pixels: how wide the narrowest drawing is, how far apart two bands are, and sizes to try."""

    width: int
    pitch: float
    sizes: Sequence[int]

    def above(self, size: int) -> int:
        """How many dots of the size fit above the middle line of a band."""
        return max(int(_HALF * self.pitch / size - 0.5), 0)


def sample(view: View) -> int:
    """How many workflows are under way."""
    return len(view.totals)


def finding(view: View) -> str:
    """How many are older than nearly all finished work was in the same state."""
    speech, rows = view.speech, view.totals
    if not rows:
        return speech.gettext("No work is under way")
    compared = having(rows, "done_age_p85_days")
    if not compared:
        return speech.ngettext(
            "%(num)s workflow under way, %(days)s d old; fewer than 10 finished ones to compare with",
            "%(num)s workflows under way, the oldest %(days)s d; fewer than 10 finished ones to compare with",
            len(rows),
            days=max(count(row, "age_days") for row in rows),
        )
    older, whole = sum(map(_is_old, compared)), len(compared)
    if not older:
        return speech.gettext("None of %(all)s under way is older than 85%% of the finished ones were", all=whole)
    return speech.ngettext(
        "%(num)s of %(all)s under way is older than 85%% of the finished ones were",
        "%(num)s of %(all)s under way are older than 85%% of the finished ones were",
        older,
        all=whole,
    )


def details(view: View) -> list[str]:
    """Each state in a sentence or two."""
    speech, sentences = view.speech, []
    finished = N_("Of the finished ones half had left it at %(half)s d, 85%% at %(most)s d; older: %(older)s.")
    for state, rows in _by_state(view.totals).items():
        if not rows:
            sentences.append(speech.gettext("No workflow is in %(state)s.", state=speech.state(state)))
            continue
        blocked, days = sum(count(row, "blocked") for row in rows), max(count(row, "age_days") for row in rows)
        sentences.append(
            speech.ngettext(
                "%(num)s workflow is in %(state)s, %(blocked)s of them blocked, the oldest %(days)s d.",
                "%(num)s workflows are in %(state)s, %(blocked)s of them blocked, the oldest %(days)s d.",
                len(rows),
                state=speech.state(state),
                blocked=blocked,
                days=days,
            )
        )
        p50, p85 = rows[0].values["done_age_p50_days"], rows[0].values["done_age_p85_days"]
        if p85 is not None:
            sentences.append(speech.gettext(finished, half=p50, most=p85, older=sum(map(_is_old, rows))))
    return sentences


def _by_state(rows: Sequence[SheetRow]) -> dict[State, list[SheetRow]]:
    return {state: [row for row in rows if row.values["state"] is state] for state in UNDER_WAY}


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A band for each state with its dots, and the lines of finished work."""
    plot.height, plot.small_height = 380, 150
    plot.margin = plot.margin | {"l": 84, "r": 16, "t": 32, "b": 32}
    plot.narrow_margin = {"l": 68, "r": 12}
    panel = plot.panel()
    most = view.highest("age_days", "done_age_p85_days")
    last = max(most + max(most // 20, 1), _LEAST_SHOWN)  # the last day shown, in all panels alike
    _axes(view, plot, panel, last)
    inner = plot.small_height if plot.is_small else plot.height - plot.margin["t"] - plot.margin["b"]
    pitch = inner / (_HIGH - _LOW)
    room = _Room(130, pitch, (6, 5, 4)) if plot.is_small else _Room(210, pitch, (10, 9, 8, 7, 6, 5))
    by_state = _by_state(rows)
    size, levels = _spread(by_state, last, room)
    is_named = False
    for state, mine in by_state.items():
        _reference(view, plot, panel, mine, _base(state), last, with_words=not is_named)
        is_named = is_named or (bool(mine) and mine[0].values["done_age_p85_days"] is not None)
        _dots(view, panel, state, list(zip(mine, levels[state], strict=True)), size, size / room.pitch)
    if not plot.is_small:
        _shapes(view, panel)


def _axes(view: View, plot: Plot, panel: Panel, last: int) -> None:
    """Days across, states down: in order of time from the top."""
    speech, pale = view.speech, font("ink-3")
    panel.xaxis.update(range=[0, last], showgrid=True, gridcolor=colour("line"))
    panel.xaxis.update(dtick=_step(last, 3 if plot.is_small else 6), tickformat=",d", showline=False)
    panel.xaxis["tickfont"] = {"color": colour("ink-3")}
    names = [capital(speech.state(state)) for state in UNDER_WAY]
    panel.yaxis.update(range=[_LOW, _HIGH], showgrid=False, zeroline=False)
    panel.yaxis.update(tickvals=[_base(state) for state in UNDER_WAY], ticktext=names, tickfont=BOLD)
    panel.yaxis.update(tickformat="", ticklabelstandoff=8)
    if plot.is_small:
        panel.yaxis["showticklabels"] = False
        corner = {"xanchor": "left", "yanchor": "bottom", "xshift": -2, "yshift": -5, "font": pale}
        for state in UNDER_WAY:
            panel.note(speech.state(state), 0, _base(state) + _HALF, **corner)
        return
    panel.xaxis.update(showticksuffix="first", ticksuffix=" " + speech.gettext("days"))
    beside = {"xref": "paper", "xanchor": "right", "xshift": -7, "yshift": -16, "font": pale}
    for state, rows in _by_state(view.rows).items():
        panel.note(f"n = {len(rows)}", 0, _base(state), **beside)


def _reference(
    view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow], base: float, last: int, *, with_words: bool
) -> None:
    """How old finished work was when it left the state."""
    low, high = base - _HALF, base + _HALF
    panel.rule(0, low, last, low, line={"color": colour("line")}, layer="below")
    p85 = count(rows[0], "done_age_p85_days") if rows else 0
    if not p85:
        return
    p50 = count(rows[0], "done_age_p50_days")
    panel.box(p85, low, last, high, fillcolor=colour("canvas"), layer="below")
    panel.rule(p50, low, p50, high, line={"dash": "5px,3px", "color": colour("ink-2")}, layer="below")
    panel.rule(p85, low, p85, high, line={"width": 1.5}, layer="below")
    if plot.is_small:
        return
    speech = view.speech
    numbers = [speech.gettext("%(days)s d", days=days) for days in (p50, p85)]
    place = {"yanchor": "bottom", "yshift": -3}
    panel.note(numbers[0], p50, high, xanchor="right", xshift=3, **place)
    panel.note(numbers[1], p85, high, xanchor="left", xshift=-3, font=BOLD, **place)
    if with_words:
        away = [2 + 6 * len(text) for text in numbers]
        finished = speech.gettext("%(percent)s%% of the finished", percent=85)
        panel.note(speech.gettext("half"), p50, high, xanchor="right", xshift=-away[0], name=WIDE, **place)
        panel.note(finished, p85, high, xanchor="left", xshift=away[1], name=WIDE, **place)


def _dots(
    view: View, panel: Panel, state: State, placed: Sequence[tuple[SheetRow, int]], size: int, step: float
) -> None:
    free, blocked = Series(state.value, COLOURS[state]), Series(f"{state.value}_blocked", colour("alert"))
    for row, level in placed:
        series = blocked if row.values["blocked"] else free
        series.marks.append(_mark(view, row, _base(state) + level * step))
    if free.marks:
        panel.dots(free, marker={"size": max(size - 1, _LEAST_DOT)})
    if blocked.marks:
        panel.dots(blocked, marker={"size": max(size - 2, _LEAST_DOT), "symbol": "diamond"})


def _mark(view: View, row: SheetRow, y: float) -> Mark:
    days, text = count(row, "age_days"), _MARKS[bool(row.values["blocked"])]
    what = view.speech.counted(text, days, workflow=row.values["workflow"], state=view.state(row))
    return mark(view, row, "age_days", days, what, y=round(y, 3))


def _shapes(view: View, panel: Panel) -> None:
    """What the two shapes are, above it all."""
    first, second = (view.speech.gettext(words) for words in _SHAPES)
    place = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 8}
    panel.note(first, 0, 1, xshift=-2, **place)
    panel.note(second, 0, 1, xshift=18 + 7 * len(first), font=font("alert"), **place)


def _spread(by_state: dict[State, list[SheetRow]], last: int, room: _Room) -> tuple[int, dict[State, list[int]]]:
    """The largest size at which no dots overlap in any band, and how many dots each is above or below the middle. Where
    even the smallest are too many, they share places.
    """
    ages = {state: [count(row, "age_days") for row in rows] for state, rows in by_state.items()}
    for size in room.sizes:
        found = {state: levels(mine, size * last / room.width, room.above(size)) for state, mine in ages.items()}
        if all(len(placed) == len(ages[state]) for state, placed in found.items()):
            return size, found
    size = room.sizes[-1]
    return size, {state: levels(mine, 0, room.above(size), shared=True) for state, mine in ages.items()}


def levels(ages: Sequence[float], apart: float, most: int, *, shared: bool = False) -> list[int]:
    """For ages in order the places 0, 1, −1, 2 ... up to `most` above and below a middle line, each nearest to it where
    the one before at the same place is so far away; as many as there is room for.
    """
    order = sorted(range(-most, most + 1), key=lambda level: (abs(level), -level))
    if shared:
        return [order[number % len(order)] for number in range(len(ages))]
    taken: dict[int, float] = {}
    found = []
    for age in ages:
        level = next((each for each in order if each not in taken or age - taken[each] >= apart), None)
        if level is None:
            break
        taken[level] = age
        found.append(level)
    return found


def _step(last: int, most: int) -> int:
    """Between numbers on the axis, of which there are so many at most."""
    return next((step for step in (5, 10, 20, 50, 100, 200, 500) if last // step <= most), 1000)


def _base(state: State) -> int:
    return len(UNDER_WAY) - 1 - UNDER_WAY.index(state)


def _is_old(row: SheetRow) -> bool:
    return row.values["done_age_p85_days"] is not None and count(row, "age_days") > count(row, "done_age_p85_days")


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
