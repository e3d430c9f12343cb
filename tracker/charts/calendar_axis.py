"""Cycles along an axis of days: a dotted border where each begins, its name above, the dates below."""

from datetime import date, timedelta

from tracker.charts.plot import BOLD, WIDE, Panel, Plot
from tracker.charts.view import View
from tracker.domain.charts.sheets import SheetRow

_LEAST_SHARE = 0.12  # of the width, between two dates
_HALF_A_DAY = "T12:00"


def draw_cycles(view: View, plot: Plot, panel: Panel, first: date, last: date) -> None:
    """Those that begin from the first day to the last."""
    speech, whole = view.speech, max((last - first).days, 1)
    shown = [row for row in view.span.cycles if first <= row.starts_on <= last]
    named = []
    for row in shown:
        short = speech.gettext("C%(number)s", number=row.cycle)
        named.append((row.starts_on, speech.short_day(row.starts_on), short))
        if row.starts_on > first:
            x = f"{row.starts_on - timedelta(days=1)}{_HALF_A_DAY}"
            panel.rule(x, 0, x, 1, yref=f"{panel.y} domain", line={"dash": "dot"})
        if not plot.is_small:
            place = {"yref": f"{panel.y} domain", "yanchor": "bottom", "font": BOLD, "name": WIDE}
            if shown[1:] and (last - row.starts_on).days / whole < _LEAST_SHARE:  # it ends with the axis
                panel.note(speech.cycle(row.cycle), last.isoformat(), 1, xanchor="right", **place)
                continue
            x, shift = row.starts_on.isoformat(), 4 if row.starts_on > first else 0
            panel.note(speech.cycle(row.cycle), x, 1, xanchor="left", xshift=shift, **place)
    if not shown or (last - shown[-1].starts_on).days / whole >= _LEAST_SHARE:
        named.append((last, speech.short_day(last), ""))
    panel.days(first, last, named)


def day_of(row: SheetRow) -> date:
    """The day that the row is about."""
    found = row.values["day"]
    assert isinstance(found, date)
    return found
