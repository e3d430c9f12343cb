"""Blockers that each cycle opened and resolved, and those open at its end."""

from collections.abc import Sequence
from itertools import pairwise

from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, Mark, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import NamedItems, View, cell_text, count, having
from tracker.domain.charts.blockers import SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_, NN_

TITLE = N_("Blockers")
DEFINITION = N_(
    "Open at the start + opened − resolved = open at the end of each cycle, always. What is open at the end goes over "
    "the border into the next cycle. A cycle under way is hatched, and its end is now."
)
COLUMNS = {
    "open_at_start": ColumnWords(
        N_("Open at the start"),
        N_(
            "Blockers that went over the border into the cycle: open just before it began. Ages are as of its first "
            "day."
        ),
    ),
    "open_throughout": ColumnWords(
        N_("Open throughout"),
        N_(
            "Of the blockers open at the end, those that were open before the cycle began and have not been resolved "
            "since."
        ),
    ),
    "oldest_blocker_days": ColumnWords(
        N_("Age of the oldest blocker"),
        N_("Of the blockers open at the end, the one that has been open longest: local days to the last day counted."),
    ),
}
_TOLD = {
    "at_start": "open_at_start",
    "opened": "blockers_opened",
    "resolved": "blockers_resolved",
    "at_end": "blockers_open",
    "throughout": "open_throughout",
}
_BARS = {
    "blockers_opened": NN_("%(cycle)s: %(num)s blocker opened", "%(cycle)s: %(num)s blockers opened"),
    "blockers_resolved": NN_("%(cycle)s: %(num)s blocker resolved", "%(cycle)s: %(num)s blockers resolved"),
}
_AGES = {"oldest": "oldest_blocker_days", "median": "median_blocker_age_days"}


def sample(view: View) -> int:
    """How many times a blocker was open: those at the start, and those opened since."""
    begun = having(view.totals, "blockers_open")
    return count(begun[0], "open_at_start") + sum(count(row, "blockers_opened") for row in begun) if begun else 0


def finding(view: View) -> str:
    """Whether there are more or fewer of them than there were."""
    speech, begun = view.speech, having(view.totals, "blockers_open")
    if not begun:
        return speech.gettext("There is nothing to say of blockers in these cycles yet")
    opened = sum(count(row, "blockers_opened") for row in begun)
    first, last = begun[0], begun[-1]
    then, now = count(first, "blockers_open" if begun[1:] else "open_at_start"), count(last, "blockers_open")
    if not then and not now:
        if not opened:
            return speech.gettext("No blocker was open in these cycles")
        return speech.ngettext(
            "No blocker is open: the one opened was resolved",
            "No blocker is open: all %(num)s opened were resolved",
            opened,
        )
    if now > then:
        text = N_("Open blockers have grown from %(then)s %(since)s to %(now)s %(until)s")
    elif now < then:
        text = N_("Open blockers have fallen from %(then)s %(since)s to %(now)s %(until)s")
    else:
        text = N_("There are as many open blockers: %(then)s %(since)s and %(now)s %(until)s")
    at_start = speech.gettext("at the start of cycle %(cycle)s", cycle=first.cycle)
    since, until = _at_the_end(view, first) if begun[1:] else at_start, _at_the_end(view, last)
    return speech.gettext(text, then=then, now=now, since=since, until=until)


def details(view: View) -> list[str]:
    """Each cycle in a sentence, and how many went over the border after it."""
    speech, sentences = view.speech, []
    text = N_(
        "%(cycle)s: %(at_start)s open at the start, %(opened)s opened, %(resolved)s resolved, %(at_end)s open at the "
        "end, of which %(throughout)s throughout."
    )
    for row in view.totals:
        if row.values["blockers_open"] is None:
            sentences.append(speech.gettext("%(cycle)s has no figures of blockers", cycle=view.cycle(row)) + ".")
            continue
        values = {name: row.values[column] for name, column in _TOLD.items()}
        sentences.append(speech.gettext(text, cycle=view.cycle(row), **values))
        if _has_crossed(view, row):
            ages = {name: _days(view, row, column) for name, column in _AGES.items()}
            sentences.append(
                speech.ngettext(
                    "%(num)s blocker went over the border after cycle %(cycle)s, open for %(oldest)s.",
                    "%(num)s blockers went over the border after cycle %(cycle)s, the oldest open for %(oldest)s and "
                    "half of them for %(median)s or less.",
                    count(row, "blockers_open"),
                    cycle=row.cycle,
                    **ages,
                )
            )
    return sentences


def crossed(view: View) -> list[NamedItems]:
    """The blockers that went over each border, the oldest first."""
    text, found = N_("Went over the border after cycle %(cycle)s: %(count)s"), []
    for row in (row for row in view.totals if _has_crossed(view, row)):
        title = view.speech.gettext(text, cycle=row.cycle, count=count(row, "blockers_open"))
        found.append(NamedItems(title, row.items("blockers_open")))
    return found


def _has_crossed(view: View, row: SheetRow) -> bool:
    return bool(row.values["blockers_open"]) and not view.is_open(row)


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """Above what is open at each end, beneath what made it so."""
    plot.height, plot.small_height = 360, 160
    above, beneath = plot.panel(0.62, 1), plot.panel(0, 0.56)
    cycles = [row.cycle for row in rows]
    for panel in (above, beneath):
        panel.cycles(cycles)
        panel.yaxis.update(showgrid=False, showticklabels=False)
    above.xaxis.update(showticklabels=False)
    beneath.xaxis.update(showline=False)
    still_open, opened, resolved = map(view.highest, ("blockers_open", "blockers_opened", "blockers_resolved"))
    room = max(opened + resolved, 1) * (0.36 if plot.is_small else 0.2)
    above.yaxis["range"] = [0, max(still_open, 1) * (1.6 if plot.is_small else 1.3)]
    beneath.yaxis["range"] = [-resolved - room, opened + room]
    begun = having(rows, "blockers_open")
    _line(view, above, begun)
    _bars(view, plot, beneath, begun)
    if not plot.is_small:
        _name_the_series(view, above, beneath)
        medians = [cell_text(row, "median_blocker_age_days") for row in rows]
        oldest = [cell_text(row, "oldest_blocker_days") for row in rows]
        beneath.beneath([(N_("Median age, days"), medians), (N_("The oldest, days"), oldest)], cycles, 132, 20)
        plot.margin["t"], plot.narrow_margin = 8, {"l": 76, "b": 32}


def _line(view: View, panel: Panel, rows: Sequence[SheetRow]) -> None:
    for one, other in pairwise(rows):
        line = {"width": 2, "dash": "dot" if view.is_running(other) else "solid"}
        left, right = (one.cycle, count(one, "blockers_open")), (other.cycle, count(other, "blockers_open"))
        panel.rule(*left, *right, line=line, layer="below")
    series = Series("blockers_open", colour("ink"))
    for row in rows:
        label, text = _label(view, row), str(row.values["blockers_open"])
        last = row is rows[-1]
        series.marks.append(mark(view, row, "blockers_open", row.cycle, label, text=text, is_named=last))
    hollow = [colour("paper") if view.is_running(row) else series.colour for row in rows]
    looks = {"color": hollow, "size": 9, "line": {"color": series.colour, "width": 2}}
    panel.dots(series, mode="markers+text", textposition=_beside(rows), marker=looks)


def _beside(rows: Sequence[SheetRow]) -> list[str]:
    """Where the numbers of the points stand clear of the line: above it where it rises, else on the other side."""
    each = [count(row, "blockers_open") for row in rows]
    places = []
    for before, here, after in zip([0, *each], each, [*each[1:], 0], strict=False):
        is_valley = before > here < after
        places.append("bottom center" if is_valley else "top right" if before > here else "top center")
    return places


def _bars(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    """What was opened upwards, what was resolved downwards."""
    plot.layout |= {"barmode": "relative", "bargap": 0.5}
    for column, name, fill, anchor in (
        ("blockers_opened", "alert", "alert", "bottom"),
        ("blockers_resolved", "s0-edge", "s0", "top"),
    ):
        drawn = [row for row in rows if count(row, column)]
        series = Series(column, colour(name), [_bar(view, row, column) for row in drawn])
        flags = [view.is_running(row) for row in drawn]
        looks = hatched(series.colour, flags)
        looks["color"] = [series.colour if is_open else colour(fill) for is_open in flags]
        if fill != name:  # too pale to do without an edge
            looks["line"]["width"] = [1.5 if is_open else 1 for is_open in flags]
        panel.bars(series, marker=looks)
        for row in rows if not plot.is_small else ():
            if not count(row, column):
                panel.note("0", row.cycle, 0, yanchor=anchor, font={"color": colour("ink-3")})


def _bar(view: View, row: SheetRow, column: str) -> Mark:
    number = count(row, column)
    said = view.speech.counted(_BARS[column], number, cycle=view.cycle(row))
    if column == "blockers_opened":
        return mark(view, row, column, row.cycle, said, text=f"+{number}")
    return mark(view, row, column, row.cycle, said, y=-number, text=f"−{number}")


def _name_the_series(view: View, above: Panel, beneath: Panel) -> None:
    speech = view.speech
    left = {"xanchor": "right", "xshift": -8, "align": "right", "font": BOLD}
    above.note(speech.gettext("Open at<br>the end"), 0, 0.5, xref="paper", yref=f"{above.y} domain", **left)
    beneath.note(speech.gettext("Opened"), 0, 0, xref="paper", yanchor="bottom", yshift=4, **left)
    beneath.note(speech.gettext("Resolved"), 0, 0, xref="paper", yanchor="top", yshift=-4, **left)


def _label(view: View, row: SheetRow) -> str:
    speech, cycle, number = view.speech, view.cycle(row), count(row, "blockers_open")
    text = NN_("%(cycle)s: %(num)s blocker open at the end", "%(cycle)s: %(num)s blockers open at the end")
    if view.is_open(row):
        text = NN_("%(cycle)s: %(num)s blocker open now", "%(cycle)s: %(num)s blockers open now")
    said = speech.counted(text, number, cycle=cycle)
    if not number:
        return said
    oldest = _days(view, row, "oldest_blocker_days")
    return speech.gettext("%(said)s, the oldest for %(oldest)s", said=said, oldest=oldest)


def _days(view: View, row: SheetRow, column: str) -> str:
    return view.speech.ngettext("%(num)s day", "%(num)s days", count(row, column))


def _at_the_end(view: View, row: SheetRow) -> str:
    if view.is_open(row):
        return view.speech.gettext("now")
    return view.speech.gettext("at the end of cycle %(cycle)s", cycle=row.cycle)


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw, named=crossed)
