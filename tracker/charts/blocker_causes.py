"""Blocked days by category and cycle: a row of bars for each category, the dearest first."""

import textwrap
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords, capital
from tracker.charts.view import View, by_cycle, count
from tracker.domain.charts.blocker_causes import SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.states import BlockerCategory

TITLE = N_("Causes of blockers")
DEFINITION = N_(
    "Blocked days in each cycle by category of blocker, the one that cost the most first. Time in which several "
    "categories held a workflow counts in each of them, so they may add up to more than all blocked days, where it "
    "counts once. A cycle under way is hatched."
)
COLUMNS = {
    "category": ColumnWords(N_("Category"), N_("What kind of thing stood in the way.")),
    "category_days": ColumnWords(
        N_("Blocked days by category"),
        N_(
            "For each workflow the time within the cycle in which some blocker of the category held it and it had a "
            "state other than done, added up exactly and then written in days of 24 hours."
        ),
    ),
    "category_blockers": ColumnWords(
        N_("Blockers by category"),
        N_("Blockers of the category that held some workflow for any of that time, each with the days it cost itself."),
    ),
}
_NUMBER = 24  # px, beside a bar
_LEAST_WIDTH, _LEAST_SMALL_WIDTH = 280, 180  # px, of all cycles where it is narrow
_LONGEST, _SHORTEST = 0.6, 0.2  # of a cycle, for the longest bar
_LINE = 36  # px, of each category: its name, and its bars beneath
_SUMS = 44  # px, of all blocked days
_DOWN = 0.2  # lines, from the middle of a line to that of its bars
_NAME_LENGTH = 20  # letters in a line, beside the bars
_WHOLE_FROM = 10  # days, from which bars have no decimals


def sample(view: View) -> int:
    """How many workflows were blocked."""
    return len({item.item for row in view.totals for item in row.items("category_days")})


def finding(view: View) -> str:
    """The category that cost the most, out of all days."""
    speech, order = view.speech, _in_order(view.totals)
    if not order and not any(view.span.items(cycle.cycle, view.choice) for cycle in view.span.cycles):
        return speech.gettext("There is nothing to say of blockers in these cycles yet")
    if not order:
        return speech.gettext("No workflow was blocked in these cycles")
    most = max(days for _, days in order)
    dearest = [speech.category(category) for category, days in order if days == most]
    if not order[1:]:
        text = N_("%(category)s cost all %(total)s blocked days")
    elif dearest[1:]:
        text = N_("%(category)s cost the most blocked days: %(days)s each of %(total)s")
    else:
        text = N_("%(category)s cost the most blocked days: %(days)s of %(total)s")
    total, name = _exactly(view, _all_days(view)), capital(speech.listed(dearest))
    return speech.gettext(text, category=name, days=_exactly(view, most), total=total)


def details(view: View) -> list[str]:
    """Each cycle with all its days, and those of each category."""
    speech, sentences, text = view.speech, [], N_("%(all_days)s, by category %(each)s.")
    for rows in by_cycle(view.totals).values():
        whole, costs = _all_label(view, rows[0]), [row for row in rows if row.values["category_days"]]
        each = [f"{speech.category(_category(row))} {_exactly(view, _decimal(row, 'category_days'))}" for row in costs]
        said = speech.gettext(text, all_days=whole, each=speech.listed(each)) if each else f"{whole}."
        sentences.append(said)
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A line for each category with a bar for each cycle, and beneath them all blocked days."""
    sums, most = _in_order(rows), max(1, *(len(_in_order(each.rows)) for each in view.sheet.panels))
    beneath = 0 if plot.is_small else _SUMS / (_SUMS + _LINE * most)
    panel = plot.panel(beneath, 1)
    _columns(view, panel)
    panel.yaxis.update(range=[most - 0.4, -0.5], showgrid=False, zeroline=False, showticklabels=False)
    _bars(view, plot, panel, rows, {category: line for line, (category, _) in enumerate(sums)})
    if not plot.is_small:
        plot.height = 24 + _LINE * most + _SUMS + 8
        plot.margin, plot.narrow_margin = {"l": 8 + 7 * _NAME_LENGTH, "r": 64, "t": 24, "b": 8}, {"l": 8, "r": 8}
        _names(view, plot, panel, [category for category, _ in sums])
        _sums(view, panel, plot.panel(0, beneath), rows, sums)
        return
    plot.small_height = _LINE * most
    for line, (category, _) in enumerate(sums):
        panel.note(_name(view, category), 0, line - _DOWN, xref=f"{panel.x} domain", xanchor="left")
    if not sums:
        panel.note(view.speech.gettext("No blocked days"), 0, 0, xref=f"{panel.x} domain", xanchor="left")


def _columns(view: View, panel: Panel) -> None:
    """A column for each cycle, its name at its beginning as its bars are."""
    cycles = [row.cycle for row in view.span.cycles]
    panel.cycles(cycles)
    ends = [cycles[0], cycles[-1] + 1] if cycles else None
    panel.xaxis.update(showline=False, ticklabelposition="outside right", tickangle=0, range=ends)


def _names(view: View, plot: Plot, panel: Panel, categories: Sequence[BlockerCategory]) -> None:
    """The categories beside their bars; where it is narrow, above them."""
    names = [_name(view, category) for category in categories]
    for line, name in enumerate(names):
        text = "<br>".join(textwrap.wrap(name, _NAME_LENGTH))
        panel.note(text, 0, line + _DOWN, xref="paper", xanchor="right", xshift=-8, align="right", name=WIDE)
    ticks = [line - _DOWN for line in range(len(names))]
    panel.yaxis.update(showticklabels=True, tickvals=ticks, ticktext=[""] * len(names))
    panel.yaxis.update(ticklabelposition="inside", tickfont={"color": colour("ink-2")})
    plot.short_ticks[f"yaxis{panel.y[1:]}"] = names


def _bars(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow], lines: Mapping[BlockerCategory, int]) -> None:
    length = 1 - len(view.span.cycles) * _NUMBER / (_LEAST_SMALL_WIDTH if plot.is_small else _LEAST_WIDTH)
    length = max(_SHORTEST, min(_LONGEST, length))
    longest = max((_decimal(row, "category_days") for row in view.rows), default=Decimal(0)) or Decimal(1)
    series, drawn = Series("category_days", colour("alert")), []
    for row in rows:
        days, cycle, line = _decimal(row, "category_days"), row.cycle, lines[_category(row)] + _DOWN
        if not days:
            text = "–" if row.values["category_days"] is None else "0"
            panel.note(text, cycle, line, xanchor="left", font={"color": colour("ink-3")})
            continue
        x, label, text = float(days / longest) * length, _label(view, row), _roughly(view, days)
        is_named = not lines[_category(row)] and not plot.is_small
        series.marks.append(mark(view, row, "category_days", x, label, y=line, text=text, is_named=is_named))
        drawn.append(row)
    looks = hatched(series.colour, [view.is_running(row) for row in drawn])
    panel.bars(series, orientation="h", base=[row.cycle for row in drawn], width=0.4, marker=looks)


def _sums(
    view: View, panel: Panel, beneath: Panel, rows: Sequence[SheetRow], sums: Sequence[tuple[BlockerCategory, Decimal]]
) -> None:
    """At the right those of each category, beneath all blocked days of each cycle, where a day counts once."""
    right = {"xref": "paper", "xanchor": "right", "xshift": 64, "name": WIDE}
    panel.note(view.speech.gettext("all"), 1, 1, yref="paper", yanchor="bottom", yshift=-2, **right)
    for line, (_, days) in enumerate(sums):
        panel.note(_roughly(view, days), 1, line + _DOWN, **right | ({} if line else {"font": BOLD}))
    # These name the cycles above all: names within a pair of axes would hide the labels of that pair.
    panel.xaxis.update(showticklabels=False)
    _columns(view, beneath)
    beneath.xaxis.update(side="top", anchor="free", position=1)
    beneath.yaxis.update(range=[0, 1], showgrid=False, zeroline=False, showticklabels=False)
    beneath.rule(0, 1, 1, 1, xref="paper", line={"color": colour("line-strong")})
    beneath.note(view.speech.gettext("All blocked days"), 0, 0.7, xref="paper", xanchor="left", xshift=-2, font=BOLD)
    series = Series("blocked_days", colour("ink"))
    for row in _one_each(rows):
        text = "–" if row.values["blocked_days"] is None else _roughly(view, _decimal(row, "blocked_days"))
        label = _all_label(view, row)
        series.marks.append(mark(view, row, "blocked_days", row.cycle, label, y=0.28, text=text, is_named=True))
    beneath.dots(series, mode="text", textposition="middle right")
    beneath.note(_roughly(view, _all_days(view)), 1, 0.28, **right | {"font": BOLD})


def _all_label(view: View, row: SheetRow) -> str:
    cycle = view.cycle(row)
    if row.values["blocked_days"] is None:
        return view.speech.gettext("%(cycle)s has no figures of blockers", cycle=cycle)
    days = _exactly(view, _decimal(row, "blocked_days"))
    return view.speech.gettext("%(cycle)s: %(days)s blocked days in all", cycle=cycle, days=days)


def _label(view: View, row: SheetRow) -> str:
    days, total = (_exactly(view, _decimal(row, name)) for name in ("category_days", "blocked_days"))
    return view.speech.ngettext(
        "%(cycle)s, %(category)s: %(days)s of %(total)s blocked days, %(num)s blocker",
        "%(cycle)s, %(category)s: %(days)s of %(total)s blocked days, %(num)s blockers",
        count(row, "category_blockers"),
        cycle=view.cycle(row),
        category=view.speech.category(_category(row)),
        days=days,
        total=total,
    )


def _in_order(rows: Sequence[SheetRow]) -> list[tuple[BlockerCategory, Decimal]]:
    """The categories with their days in all, the dearest first, as the rows are."""
    sums: dict[BlockerCategory, Decimal] = {}
    for row in rows:
        sums[_category(row)] = sums.get(_category(row), Decimal(0)) + _decimal(row, "category_days")
    return list(sums.items())


def _one_each(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """A row of each cycle: what they say of the cycle is the same."""
    return [each[0] for each in by_cycle(rows).values()]


def _all_days(view: View) -> Decimal:
    return sum((_decimal(row, "blocked_days") for row in _one_each(view.totals)), Decimal(0))


def _decimal(row: SheetRow, column: str) -> Decimal:
    value = row.values[column]
    return value if isinstance(value, Decimal) else Decimal(0)


def _category(row: SheetRow) -> BlockerCategory:
    return BlockerCategory(str(row.values["category"]))


def _name(view: View, category: BlockerCategory) -> str:
    return capital(view.speech.category(category))


def _exactly(view: View, days: Decimal) -> str:
    return view.speech.number(days, 1)


def _roughly(view: View, days: Decimal) -> str:
    """For bars, where there is little room."""
    return view.speech.number(days, 0 if days >= _WHOLE_FROM else 1)


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
