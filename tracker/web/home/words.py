"""What the first page finds, in words from the data."""

from datetime import date, timedelta

from tracker.charts import registry as drawings
from tracker.charts.view import View
from tracker.domain.calendar import working_days
from tracker.domain.charts import sheets
from tracker.domain.charts.span import Span
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.summaries import Choice
from tracker.queries.home import Overview, compared_with
from tracker.web.charts import words as chart_words
from tracker.web.ui.formats import day, weekday
from tracker.web.ui.translation import gettext, ngettext

_NEAR_WORKING_DAYS = 10
_DAY = timedelta(days=1)


def finding(seen: Overview, today: date) -> str:
    """The page's heading: how the running cycle stands, or that none runs."""
    if seen.running is not None:
        return _running(seen, seen.running, today)
    if seen.following is not None and seen.latest is None:
        return gettext("No cycle has run yet; cycle %(cycle)s comes first", cycle=seen.following.cycle)
    if seen.following is not None:
        return gettext("No cycle is running; cycle %(cycle)s comes next", cycle=seen.following.cycle)
    return gettext("There is no cycle yet") if seen.latest is None else gettext("No cycle is running")


def _running(seen: Overview, reading: Reading, today: date) -> str:
    cycle = reading.cycle
    if seen.pace is None:
        return gettext("Cycle %(cycle)s begins on %(day)s", cycle=cycle.cycle, day=weekday(cycle.starts_on))
    if today > cycle.ends_on:
        return gettext("Cycle %(cycle)s is over and not closed", cycle=cycle.cycle)
    return progress(seen)


def progress(seen: Overview) -> str:
    """How many are done, against the previous cycle on the same working day, once it is over against all of it."""
    if seen.pace is None:
        return ""
    done, kind = seen.pace.values["tested"], compared_with(seen.pace)
    then = seen.pace.values[f"tested_{kind}"]
    assert isinstance(done, int), "it has begun"
    values = {"cycle": seen.pace.cycle, "other": seen.pace.cycle - 1}
    so_far = ngettext("%(num)s done in cycle %(cycle)s", "%(num)s done in cycle %(cycle)s", done, **values)
    is_over = seen.running is not None and seen.running.end == seen.running.border
    if not isinstance(then, int):
        return so_far if done or is_over else gettext("None done yet in cycle %(cycle)s", **values)
    if kind == "previous":
        return gettext("%(done)s, %(then)s in all of cycle %(other)s", done=so_far, then=then, **values)
    if done:
        return gettext("%(done)s, %(compared)s", done=so_far, compared=_compared(done - then, seen.pace.cycle - 1))
    if not then:
        return gettext("None done yet in cycle %(cycle)s, nor in cycle %(other)s by the same working day", **values)
    return ngettext(
        "None done yet in cycle %(cycle)s; cycle %(other)s had %(num)s by the same working day",
        "None done yet in cycle %(cycle)s; cycle %(other)s had %(num)s by the same working day",
        then,
        **values,
    )


def _compared(difference: int, other: int) -> str:
    if difference < 0:
        return gettext("%(n)s fewer than cycle %(other)s by the same working day", n=-difference, other=other)
    if difference > 0:
        return gettext("%(n)s more than cycle %(other)s by the same working day", n=difference, other=other)
    return gettext("as many as cycle %(other)s by the same working day", other=other)


def chart_finding(chart: str, span: Span, choice: Choice) -> str:
    """What a chart says of these cycles, as its title."""
    sheet = sheets.whole(drawings.CHARTS[chart].source, span, choice)
    return drawings.finding(View(sheet, sheet, span, choice, chart_words.speech(), lambda _row, _column: ""))


def is_review_due(seen: Overview, today: date) -> bool:
    """Whether the running cycle is over or the planning week near, or there is none to wait for."""
    if seen.running is None or not seen.is_under_way:
        return False
    first = seen.following.planning_starts_on if seen.following else None
    return (
        first is None or today > seen.running.cycle.ends_on or working_days(today + _DAY, first) <= _NEAR_WORKING_DAYS
    )


def span(first: date, last: date) -> str:
    """From a day to another, the month told once: 2–5 maj."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first)} – {day(last)}"
