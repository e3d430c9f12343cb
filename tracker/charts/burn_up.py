"""What is in each cycle and what of it has reached its goal, day by day."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from tracker.charts.calendar_axis import draw_cycles
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Mark, Panel, Plot, Series, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_

TITLE = N_("Burn-up")
DEFINITION = N_(
    "Workflows in each committed cycle at the end of each day, and those of them past the stage of their goal; as they "
    "were at the close, or are now, on the last day."
)
COLUMNS = {
    "scope": ColumnWords(
        N_("In the cycle"), N_("Workflows in the cycle at the end of the day, just before its close or now.")
    ),
    "reached": ColumnWords(
        N_("Goal reached"), N_("Of them, those past the stage of their goal at the end of the day, the close or now.")
    ),
    "added_since": ColumnWords(
        N_("Added since the commitment"), N_("Of them, those that were not in the cycle when it was committed.")
    ),
    "removed_since": ColumnWords(
        N_("Removed since the commitment"),
        N_("Workflows in the cycle when it was committed, and not in it at the end of the day, the close or now."),
    ),
}
_TOP = 1.1
_TEXT = 18  # px
_NAMES_ROOM = 100  # px


def sample(view: View) -> int:
    """The workflows in each of the cycles, added up: one that was carried is in several."""
    return sum(count(row, "scope") for row in _lasts(view.totals))


def finding(view: View) -> str:
    """How far the last cycle has come, and how its scope has changed since the commitment."""
    speech, lasts = view.speech, _lasts(view.totals)
    if not lasts:
        return speech.gettext("None of these cycles is committed")
    last = lasts[-1]
    here, number = view.span.reading(count(last, "cycle")), count(last, "reached")
    values = {"cycle": speech.cycle(here.cycle.cycle), "all": last.values["scope"]}
    if here.is_closed:
        said = speech.ngettext(
            "%(cycle)s: %(num)s of %(all)s reached its goal by the close",
            "%(cycle)s: %(num)s of %(all)s reached their goals by the close",
            number,
            **values,
        )
    else:
        said = speech.ngettext(
            "%(cycle)s: %(num)s of %(all)s has reached its goal after %(so_far)s of %(days)s working days",
            "%(cycle)s: %(num)s of %(all)s have reached their goals after %(so_far)s of %(days)s working days",
            number,
            so_far=here.working_days_so_far,
            days=here.working_days,
            **values,
        )
    added, removed = count(last, "added_since"), count(last, "removed_since")
    changed = [
        speech.ngettext("%(num)s added", "%(num)s added", added) if added else "",
        speech.ngettext("%(num)s removed", "%(num)s removed", removed) if removed else "",
    ]
    if not added and not removed:
        return speech.gettext("%(said)s; the scope is as committed", said=said)
    return speech.gettext(
        "%(said)s; %(changed)s since the commitment",
        said=said,
        changed=speech.listed([each for each in changed if each]),
    )


def details(view: View) -> list[str]:
    """The end of each cycle in a sentence."""
    return [
        view.speech.gettext(
            "%(cycle)s, %(day)s: %(reached)s of %(all)s reached; since the commitment +%(added)s −%(removed)s.",
            cycle=view.speech.cycle(count(row, "cycle")),
            day=view.speech.day(_day(row)),
            reached=row.values["reached"],
            all=row.values["scope"],
            added=row.values["added_since"],
            removed=row.values["removed_since"],
        )
        for row in _lasts(view.totals)
    ]


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """The cycles side by side: what is in each, and filled, what has reached its goal."""
    panel = plot.panel()
    plot.highest = plot.highest or max((count(row, "scope") for row in view.rows), default=0) or 1
    highest = plot.highest
    panel.yaxis["range"] = [0, highest * _TOP]
    if not rows:
        panel.xaxis["visible"] = False
        return
    plot.layout["hoverdistance"] = -1
    last = view.span.reading(count(view.totals[-1], "cycle")).cycle
    draw_cycles(view, plot, panel, _day(view.totals[0]), max(last.ends_on, _day(view.totals[-1])))
    for _, each in groupby(rows, lambda row: count(row, "cycle")):
        days = list(each)
        _cycle(view, panel, _turns(days) if plot.is_small else days)
    if not plot.is_small:
        _rows_beneath(view, plot, panel, rows)
        _numbers(view, plot, panel, rows, highest * _TOP)


def _cycle(view: View, panel: Panel, rows: Sequence[SheetRow]) -> None:
    is_running = not view.span.reading(count(rows[0], "cycle")).is_closed
    dash = "4px,3px" if is_running else "solid"
    scope, reached = Series("scope", colour("s0-edge")), Series("reached", colour("s4"))
    for row in rows:
        scope.marks.append(_mark(view, row, "scope"))
        reached.marks.append(_mark(view, row, "reached"))
    step = {"mode": "lines", "fill": "tozeroy"}
    panel.line(scope, **step, fillcolor=colour("s0"), line={"shape": "hv", "dash": dash, "width": 1.5})
    if is_running:
        hatch = {
            "shape": "/",
            "size": 6,
            "solidity": 0.4,
            "fgcolor": reached.colour,
            "bgcolor": colour("paper"),
            "fillmode": "replace",
        }
        panel.line(reached, **step, fillpattern=hatch, line={"shape": "hv", "dash": dash})
        for each in (scope, reached):
            panel.dots(
                Series(each.name, each.colour, each.marks[-1:]),
                marker={"color": colour("paper"), "line": {"color": each.colour, "width": 2}},
            )
    else:
        panel.line(reached, **step, fillcolor=reached.colour, line={"shape": "hv"})


def _mark(view: View, row: SheetRow, column: str) -> Mark:
    speech = view.speech
    where = {"cycle": speech.cycle(count(row, "cycle")), "day": speech.day(_day(row)), "all": row.values["scope"]}
    if column == "scope":
        said = speech.gettext("%(cycle)s, %(day)s: %(all)s in the cycle", **where)
    else:
        said = speech.gettext(
            "%(cycle)s, %(day)s: %(number)s of %(all)s reached", number=row.values["reached"], **where
        )
    return mark(view, row, column, _day(row).isoformat(), said)


def _numbers(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow], highest: float) -> None:
    """Where each cycle ends: what was in it above, and what had reached its goal inside; the last with words."""
    speech, lasts = view.speech, _lasts(rows)
    per_pixel = highest / (plot.height - plot.margin["t"] - plot.margin["b"])
    for row in lasts:
        x, scope, reached = _day(row).isoformat(), count(row, "scope"), count(row, "reached")
        if row is lasts[-1]:
            # Beside each other they would cover each other.
            down = min(reached, scope - _TEXT * per_pixel)
            panel.note(
                speech.ngettext("%(num)s in the cycle", "%(num)s in the cycle", scope),
                x,
                scope,
                xanchor="left",
                xshift=8,
                font=BOLD,
                bgcolor=colour("paper"),
                borderpad=0,
            )
            panel.note(
                speech.ngettext("%(num)s reached", "%(num)s reached", reached),
                x,
                max(down, 0),
                xanchor="left",
                xshift=8,
                font=BOLD,
                bgcolor=colour("paper"),
                borderpad=0,
            )
            continue
        panel.note(str(scope), x, scope, xanchor="right", yanchor="bottom", name=WIDE)
        if scope - reached > _TEXT * per_pixel:
            panel.note(str(reached), x, reached, xanchor="right", yanchor="bottom", name=WIDE)


def _rows_beneath(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    speech, lasts = view.speech, _lasts(rows)
    beneath = (
        (
            N_("Goal reached"),
            [
                speech.gettext("%(number)s of %(all)s", number=row.values["reached"], all=row.values["scope"])
                for row in lasts
            ],
        ),
        (N_("Added, removed"), [f"+{row.values['added_since']} −{row.values['removed_since']}" for row in lasts]),
    )
    plot.margin = {"l": 140, "r": _NAMES_ROOM, "t": 24, "b": 40 + 20 * len(beneath)}
    plot.narrow_margin = {"l": 32, "b": 40}
    for line, (label, texts) in enumerate(beneath, 1):
        place = {"yref": "paper", "yanchor": "middle", "yshift": -(24 + 20 * line), "name": WIDE}
        panel.note(speech.gettext(label), 0, 0, xref="paper", xanchor="right", xshift=-8, **place)
        for row, text in zip(lasts, texts, strict=True):
            cycle = view.span.reading(count(row, "cycle")).cycle
            middle = cycle.starts_on + (cycle.ends_on - cycle.starts_on) / 2
            panel.note(text, middle.isoformat(), 0, **place)


def _turns(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The days on which anything changes, the first and the last: a small drawing needs no others."""
    numbers = [(row.values["scope"], row.values["reached"]) for row in rows]
    return [row for n, row in enumerate(rows) if n in {0, len(rows) - 1} or numbers[n] != numbers[n - 1]]


def _lasts(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The last day of each cycle."""
    return list({row.values["cycle"]: row for row in rows}.values())


def _day(row: SheetRow) -> date:
    found = row.values["day"]
    assert isinstance(found, date)
    return found
