"""What is in each cycle and what of it has reached its goal, day by day."""

from collections.abc import Sequence
from itertools import groupby

from tracker.charts.calendar_axis import day_of, draw_cycles
from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, PAPER_BENEATH, WIDE, Mark, Panel, Plot, Series, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.burn_up import SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_, NN_

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
    here, number = view.span.reading(last.cycle), count(last, "reached")
    text = NN_(
        "%(cycle)s: %(num)s of %(all)s has reached its goal after %(so_far)s of %(days)s working days",
        "%(cycle)s: %(num)s of %(all)s have reached their goals after %(so_far)s of %(days)s working days",
    )
    if here.is_closed:
        text = NN_(
            "%(cycle)s: %(num)s of %(all)s reached its goal by the close",
            "%(cycle)s: %(num)s of %(all)s reached their goals by the close",
        )
    values = {"all": last.values["scope"], "so_far": here.working_days_so_far, "days": here.working_days}
    said = speech.counted(text, number, cycle=view.cycle(last), **values)
    changed = []
    if added := count(last, "added_since"):
        changed.append(speech.counted(NN_("%(num)s added"), added))
    if removed := count(last, "removed_since"):
        changed.append(speech.counted(NN_("%(num)s removed"), removed))
    if not changed:
        return speech.gettext("%(said)s; the scope is as committed", said=said)
    return speech.gettext("%(said)s; %(changed)s since the commitment", said=said, changed=speech.listed(changed))


def details(view: View) -> list[str]:
    """The end of each cycle in a sentence."""
    text = N_("%(cycle)s, %(day)s: %(reached)s of %(all)s reached; since the commitment +%(added)s −%(removed)s.")
    sentences = []
    for row in _lasts(view.totals):
        values = {"day": view.speech.day(day_of(row)), "reached": row.values["reached"], "all": row.values["scope"]}
        changed = {"added": row.values["added_since"], "removed": row.values["removed_since"]}
        sentences.append(view.speech.gettext(text, cycle=view.cycle(row), **values, **changed))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """The cycles side by side: what is in each, and filled, what has reached its goal."""
    panel = plot.panel()
    plot.highest = plot.highest or view.highest("scope") or 1
    highest = plot.highest * _TOP
    panel.yaxis["range"] = [0, highest]
    if not rows:
        panel.xaxis["visible"] = False
        return
    plot.layout["hoverdistance"] = -1
    last = view.span.reading(view.totals[-1].cycle).cycle
    draw_cycles(view, plot, panel, day_of(view.totals[0]), max(last.ends_on, day_of(view.totals[-1])))
    for _, each in groupby(rows, lambda row: row.cycle):
        days = list(each)
        _cycle(view, panel, _turns(days) if plot.is_small else days)
    if not plot.is_small:
        _rows_beneath(view, plot, panel, rows)
        _numbers(view, plot, panel, rows, highest)


def _cycle(view: View, panel: Panel, rows: Sequence[SheetRow]) -> None:
    is_running = not view.span.reading(rows[0].cycle).is_closed
    edge = {"shape": "hv", "dash": "4px,3px" if is_running else "solid"}
    scope = Series("scope", colour("s0-edge"), [_mark(view, row, "scope") for row in rows])
    reached = Series("reached", colour("s4"), [_mark(view, row, "reached") for row in rows])
    step = {"mode": "lines", "fill": "tozeroy"}
    panel.line(scope, **step, fillcolor=colour("s0"), line=edge | {"width": 1.5})
    if not is_running:
        panel.line(reached, **step, fillcolor=reached.colour, line={"shape": "hv"})
        return
    hatch = {"shape": "/", "size": 6, "solidity": 0.4, "fgcolor": reached.colour}
    paper = {"bgcolor": colour("paper"), "fillmode": "replace"}
    panel.line(reached, **step, fillpattern=hatch | paper, line=edge)
    for each in (scope, reached):
        hollow = {"color": colour("paper"), "line": {"color": each.colour, "width": 2}}
        panel.dots(Series(each.name, each.colour, each.marks[-1:]), marker=hollow)


def _mark(view: View, row: SheetRow, column: str) -> Mark:
    speech, whole = view.speech, row.values["scope"]
    where = {"cycle": view.cycle(row), "day": speech.day(day_of(row)), "all": whole}
    if column == "scope":
        said = speech.gettext("%(cycle)s, %(day)s: %(all)s in the cycle", **where)
    else:
        text = N_("%(cycle)s, %(day)s: %(number)s of %(all)s reached")
        said = speech.gettext(text, number=row.values["reached"], **where)
    return mark(view, row, column, day_of(row).isoformat(), said)


def _numbers(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow], highest: float) -> None:
    """Where each cycle ends: what was in it above, and what had reached its goal inside; the last with words."""
    counted, *others, last = view.speech.counted, *_lasts(rows)
    per_pixel = highest / (plot.height - plot.margin["t"] - plot.margin["b"])
    corner = {"xanchor": "right", "yanchor": "bottom", "name": WIDE}
    for row in others:
        x, scope, reached = day_of(row).isoformat(), count(row, "scope"), count(row, "reached")
        panel.note(str(scope), x, scope, **corner)
        if scope - reached > _TEXT * per_pixel:
            panel.note(str(reached), x, reached, **corner)
    x, scope, reached = day_of(last).isoformat(), count(last, "scope"), count(last, "reached")
    least = _TEXT * per_pixel  # beside each other they would cover each other
    up = max(scope, 1.5 * least)
    down = min(reached, up - least)
    place = {"xanchor": "left", "xshift": 8, "font": BOLD, **PAPER_BENEATH}
    panel.note(counted(NN_("%(num)s in the cycle"), scope), x, up, **place)
    panel.note(counted(NN_("%(num)s reached"), reached), x, max(down, least / 2), **place)


def _rows_beneath(view: View, plot: Plot, panel: Panel, rows: Sequence[SheetRow]) -> None:
    lasts, text = _lasts(rows), N_("%(number)s of %(all)s")
    shares = [view.speech.gettext(text, number=row.values["reached"], all=row.values["scope"]) for row in lasts]
    changes = [f"+{row.values['added_since']} −{row.values['removed_since']}" for row in lasts]
    cycles = [view.span.reading(row.cycle).cycle for row in lasts]
    middles = [(row.starts_on + (row.ends_on - row.starts_on) / 2).isoformat() for row in cycles]
    panel.beneath([(N_("Goal reached"), shares), (N_("Added, removed"), changes)], middles, 140)
    plot.margin["r"] = _NAMES_ROOM


def _turns(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The days on which anything changes, the first and the last: a small drawing needs no others."""
    numbers = [(row.values["scope"], row.values["reached"]) for row in rows]
    return [row for n, row in enumerate(rows) if n in {0, len(rows) - 1} or numbers[n] != numbers[n - 1]]


def _lasts(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """The last day of each cycle."""
    return list({row.cycle: row for row in rows}.values())


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
