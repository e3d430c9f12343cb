"""What the first page finds, in words from the data."""

from collections.abc import Collection
from datetime import date, timedelta

from tracker.queries.blockers.list import BlockerListRow
from tracker.queries.home import Overview, Standing
from tracker.web.ui.formats import day, weekday
from tracker.web.ui.translation import gettext, ngettext


def finding(seen: Overview, today: date) -> str:
    """The page's heading: how the running cycle stands, or that none runs."""
    if seen.standing is not None:
        return _standing(seen.standing, today)
    if seen.following is not None and seen.latest is None:
        return gettext("No cycle has run yet; cycle %(cycle)s comes first", cycle=seen.following.cycle)
    if seen.following is not None:
        return gettext("No cycle is running; cycle %(cycle)s comes next", cycle=seen.following.cycle)
    return gettext("There is no cycle yet") if seen.latest is None else gettext("No cycle is running")


def _standing(standing: Standing, today: date) -> str:
    cycle = standing.cycle
    if standing.items is None:
        return gettext("Cycle %(cycle)s begins on %(day)s", cycle=cycle.cycle, day=weekday(cycle.starts_on))
    if today > cycle.ends_on:
        return gettext("Cycle %(cycle)s is over and not closed", cycle=cycle.cycle)
    return progress(standing)


def progress(standing: Standing) -> str:
    """How many are done, against the previous cycle on the same working day."""
    if standing.items is None:
        return ""
    done, previous = len(standing.items.tested), standing.previous
    values = {"cycle": standing.cycle.cycle, "other": previous.number if previous else 0}
    so_far = ngettext("%(num)s done in cycle %(cycle)s", "%(num)s done in cycle %(cycle)s", done, **values)
    if previous is None:
        return so_far if done else gettext("None done yet in cycle %(cycle)s", **values)
    then = len(previous.so_far.tested)
    if done:
        return gettext("%(done)s, %(compared)s", done=so_far, compared=_compared(done - then, previous.number))
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


def blocker_finding(rows: Collection[BlockerListRow], old_days: int) -> str:
    """How many are open, and how many of them for longer than four weeks."""
    if not rows:
        return gettext("No open blockers")
    old = sum(row.days > old_days for row in rows)
    return gettext(
        "%(open)s, %(old)s",
        open=ngettext("%(num)s open blocker", "%(num)s open blockers", len(rows)),
        old=ngettext("%(num)s older than four weeks", "%(num)s older than four weeks", old)
        if old
        else gettext("none older than four weeks"),
    )


def moves_finding(seen: Overview, today: date) -> str:
    """How much moved since the last working day before this one began."""
    since = (
        gettext("Since yesterday")
        if seen.since == today - timedelta(days=1)
        else gettext("Since %(day)s", day=weekday(seen.since))
    )
    if not seen.moves:
        return gettext("%(since)s: nothing moved", since=since)
    moved = ngettext("%(num)s move", "%(num)s moves", len(seen.moves))
    back = sum(move.is_back for move in seen.moves)
    if back:
        moved = gettext("%(moves)s, %(back)s back", moves=moved, back=back)
    return gettext("%(since)s: %(moved)s", since=since, moved=moved)


def span(first: date, last: date) -> str:
    """From a day to another, the month told once: 2–5 maj."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first)} – {day(last)}"


def begun_large(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
