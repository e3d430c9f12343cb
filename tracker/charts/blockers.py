"""Blockers that each cycle opened and resolved, and those open at its end."""

from collections.abc import Sequence
from itertools import pairwise

from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Mark, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import NamedItems, View, count
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_

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


def sample(view: View) -> int:
    """How many times a blocker was open: those at the start, and those opened since."""
    begun = _begun(view.totals)
    return count(begun[0], "open_at_start") + sum(count(row, "blockers_opened") for row in begun) if begun else 0


def finding(view: View) -> str:
    """Whether there are more or fewer of them than there were."""
    speech, begun = view.speech, _begun(view.totals)
    if not begun:
        return speech.gettext("There is nothing to say of blockers in these cycles yet")
    opened = sum(count(row, "blockers_opened") for row in begun)
    first, last = begun[0], begun[-1]
    then = count(first, "blockers_open" if begun[1:] else "open_at_start")
    now = count(last, "blockers_open")
    if not then and not now:
        if not opened:
            return speech.gettext("No blocker was open in these cycles")
        return speech.ngettext(
            "No blocker is open: the one opened was resolved",
            "No blocker is open: all %(num)s opened were resolved",
            opened,
        )
    words = {
        "then": then,
        "now": now,
        "since": _at_the_end(view, first)
        if begun[1:]
        else speech.gettext("at the start of cycle %(cycle)s", cycle=count(first, "cycle")),
        "until": _at_the_end(view, last),
    }
    if now > then:
        return speech.gettext("Open blockers have grown from %(then)s %(since)s to %(now)s %(until)s", **words)
    if now < then:
        return speech.gettext("Open blockers have fallen from %(then)s %(since)s to %(now)s %(until)s", **words)
    return speech.gettext("There are as many open blockers: %(then)s %(since)s and %(now)s %(until)s", **words)


def details(view: View) -> list[str]:
    """Each cycle in a sentence, and how many went over the border after it."""
    sentences = []
    for row in view.totals:
        speech, number = view.speech, count(row, "cycle")
        if row.values["blockers_open"] is None:
            sentences.append(speech.gettext("%(cycle)s has no figures of blockers", cycle=speech.cycle(number)) + ".")
            continue
        sentences.append(
            speech.gettext(
                "%(cycle)s: %(at_start)s open at the start, %(opened)s opened, %(resolved)s resolved, %(at_end)s open "
                "at the end, of which %(throughout)s throughout.",
                cycle=speech.cycle(number),
                at_start=row.values["open_at_start"],
                opened=row.values["blockers_opened"],
                resolved=row.values["blockers_resolved"],
                at_end=row.values["blockers_open"],
                throughout=row.values["open_throughout"],
            )
        )
        if count(row, "blockers_open") and not view.is_open(row):
            sentences.append(
                speech.ngettext(
                    "%(num)s blocker went over the border after cycle %(cycle)s, open for %(oldest)s.",
                    "%(num)s blockers went over the border after cycle %(cycle)s, the oldest open for %(oldest)s and "
                    "half of them for %(median)s or less.",
                    count(row, "blockers_open"),
                    cycle=number,
                    oldest=_days(view, row, "oldest_blocker_days"),
                    median=_days(view, row, "median_blocker_age_days"),
                )
            )
    return sentences


def crossed(view: View) -> list[NamedItems]:
    """The blockers that went over each border, the oldest first."""
    return [
        NamedItems(
            view.speech.gettext(
                "Went over the border after cycle %(cycle)s: %(count)s",
                cycle=count(row, "cycle"),
                count=count(row, "blockers_open"),
            ),
            row.items("blockers_open"),
        )
        for row in view.totals
        if count(row, "blockers_open") and not view.is_open(row)
    ]


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """Above what is open at each end, beneath what made it so."""
    plot.height, plot.small_height = 360, 160
    above, beneath = plot.panel(0.62, 1), plot.panel(0, 0.56)
    numbers = [count(row, "cycle") for row in rows]
    for panel in (above, beneath):
        panel.cycles(numbers)
        panel.yaxis.update(showgrid=False, showticklabels=False)
    above.xaxis.update(showticklabels=False)
    beneath.xaxis.update(showline=False)
    highest = {
        name: max((count(row, name) for row in view.rows), default=0)
        for name in ("blockers_open", "blockers_opened", "blockers_resolved")
    }
    opened, resolved = highest["blockers_opened"], highest["blockers_resolved"]
    room = max(opened + resolved, 1) * (0.36 if plot.is_small else 0.2)
    above.yaxis["range"] = [0, max(highest["blockers_open"], 1) * (1.6 if plot.is_small else 1.3)]
    beneath.yaxis["range"] = [-resolved - room, opened + room]
    begun = _begun(rows)
    _line(view, above, begun)
    _bars(view, plot, beneath, begun)
    if not plot.is_small:
        _name_the_series(view, above, beneath)
        _rows_beneath(view, plot, beneath, rows)


def _line(view: View, panel: Panel, rows: Sequence[SheetRow]) -> None:
    for one, other in pairwise(rows):
        dash = "dot" if view.is_open(other) else "solid"
        panel.rule(
            count(one, "cycle"),
            count(one, "blockers_open"),
            count(other, "cycle"),
            count(other, "blockers_open"),
            line={"width": 2, "dash": dash},
            layer="below",
        )
    series = Series(
        "blockers_open",
        colour("ink"),
        [
            mark(
                view,
                row,
                "blockers_open",
                count(row, "cycle"),
                _label(view, row),
                text=str(count(row, "blockers_open")),
                is_named=row is rows[-1],
            )
            for row in rows
        ],
    )
    hollow = [colour("paper") if view.is_open(row) else series.colour for row in rows]
    panel.dots(
        series,
        mode="markers+text",
        textposition=_beside(rows),
        marker={"color": hollow, "size": 9, "line": {"color": series.colour, "width": 2}},
    )


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
    for column, name, fill in (("blockers_opened", "alert", "alert"), ("blockers_resolved", "s0-edge", "s0")):
        series, drawn = Series(column, colour(name)), [row for row in rows if count(row, column)]
        series.marks = [_bar(view, row, column) for row in drawn]
        flags = [view.is_open(row) for row in drawn]
        looks = hatched(series.colour, flags)
        looks["color"] = [series.colour if is_open else colour(fill) for is_open in flags]
        if fill != name:  # too pale to do without an edge
            looks["line"]["width"] = [1.5 if is_open else 1 for is_open in flags]
        panel.bars(series, marker=looks)
        for row in rows if not plot.is_small else ():
            if not count(row, column):
                anchor = "bottom" if column == "blockers_opened" else "top"
                panel.note("0", count(row, "cycle"), 0, yanchor=anchor, font={"color": colour("ink-3")})


def _bar(view: View, row: SheetRow, column: str) -> Mark:
    speech, cycle, number = view.speech, count(row, "cycle"), count(row, column)
    name = speech.cycle(cycle)
    if column == "blockers_opened":
        said = speech.ngettext(
            "%(cycle)s: %(num)s blocker opened", "%(cycle)s: %(num)s blockers opened", number, cycle=name
        )
        return mark(view, row, column, cycle, said, text=f"+{number}")
    said = speech.ngettext(
        "%(cycle)s: %(num)s blocker resolved", "%(cycle)s: %(num)s blockers resolved", number, cycle=name
    )
    return mark(view, row, column, cycle, said, y=-number, text=f"−{number}")


def _name_the_series(view: View, above: Panel, beneath: Panel) -> None:
    speech = view.speech
    left = {"xanchor": "right", "xshift": -8, "align": "right", "font": BOLD}
    above.note(speech.gettext("Open at<br>the end"), 0, 0.5, xref="paper", yref=f"{above.y} domain", **left)
    beneath.note(speech.gettext("Opened"), 0, 0, xref="paper", yanchor="bottom", yshift=4, **left)
    beneath.note(speech.gettext("Resolved"), 0, 0, xref="paper", yanchor="top", yshift=-4, **left)


def _rows_beneath(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    """The ages of those open at each end, in line with it."""
    lines = (
        (N_("Median age, days"), "median_blocker_age_days"),
        (N_("The oldest, days"), "oldest_blocker_days"),
    )
    plot.margin = {"l": 132, "r": 8, "t": 8, "b": 40 + 20 * len(lines)}
    plot.narrow_margin = {"l": 76, "b": 32}
    for line, (label, column) in enumerate(lines, 1):
        place = {"yref": "paper", "yanchor": "middle", "yshift": -(20 + 20 * line), "name": WIDE}
        panel.note(view.speech.gettext(label), 0, 0, xref="paper", xanchor="right", xshift=-8, **place)
        for row in rows:
            days = row.values[column]
            panel.note("–" if days is None else str(days), count(row, "cycle"), 0, **place)


def _label(view: View, row: SheetRow) -> str:
    speech, cycle, number = view.speech, view.speech.cycle(count(row, "cycle")), count(row, "blockers_open")
    if view.is_open(row):
        said = speech.ngettext(
            "%(cycle)s: %(num)s blocker open now", "%(cycle)s: %(num)s blockers open now", number, cycle=cycle
        )
    else:
        said = speech.ngettext(
            "%(cycle)s: %(num)s blocker open at the end",
            "%(cycle)s: %(num)s blockers open at the end",
            number,
            cycle=cycle,
        )
    if not number:
        return said
    return speech.gettext(
        "%(said)s, the oldest for %(oldest)s", said=said, oldest=_days(view, row, "oldest_blocker_days")
    )


def _days(view: View, row: SheetRow, column: str) -> str:
    return view.speech.ngettext("%(num)s day", "%(num)s days", count(row, column))


def _at_the_end(view: View, row: SheetRow) -> str:
    if view.is_open(row):
        return view.speech.gettext("now")
    return view.speech.gettext("at the end of cycle %(cycle)s", cycle=count(row, "cycle"))


def _begun(rows: Sequence[SheetRow]) -> list[SheetRow]:
    return [row for row in rows if row.values["blockers_open"] is not None]
