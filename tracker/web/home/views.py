"""The first page: whether the cycle is on track, where the problem is, what is due from whoever looks, and for a while
how the last cycle ended.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.calendar import local_date
from tracker.domain.charts.span import Span
from tracker.domain.figures.summaries import programme
from tracker.domain.people import Actor
from tracker.domain.states import STATES, BlockerCategory, Role
from tracker.queries import home as overviews
from tracker.queries.blockers.list import BlockerListRow
from tracker.queries.home import BLOCKED, Overview
from tracker.web.charts import figure_words
from tracker.web.home import words
from tracker.web.home.day_strip import DayStrip
from tracker.web.home.day_strip import day_strip as drawn_days
from tracker.web.http.context import current_viewer, now, reading_session, today
from tracker.web.ui.formats import language, long_day
from tracker.web.ui.query import board_of
from tracker.web.ui.rendering import page
from tracker.web.ui.shared import shared

bp = Blueprint("home", __name__)

_PROBLEMS_SHOWN, _DECISIONS_SHOWN = 5, 4
_FOUR_WEEKS = 28
_ENDS = ("committed", "added", "removed", "met", "carried_out", "returned", "dropped")
_ONLY_IF_ANY = {"added", "removed"}
_TOLD = ("throughput", "commitment", "blockers")  # the charts whose findings stand under it


class Ending(NamedTuple):
    """What a close has kept: label, number and address of the items of each figure; and what charts say of it."""

    cycle: int
    closed_on: date
    month: str  # of the report that tells of it
    figures: list[tuple[str, int, str]]
    findings: list[tuple[str, str]]


@bp.get("/")
@shared
def show() -> ResponseReturnValue:
    """The answers for whoever looks, or what comes first where there is nothing yet."""
    viewer = current_viewer()
    seen = overviews.overview(
        reading_session(),
        own=viewer.actor.own_workstreams,
        language=language(),
        now=now(),
        today=today(),
        zone=viewer.programme.zone,
    )
    return page("home/home.html", **_context(seen, viewer.actor))


def _context(seen: Overview, actor: Actor) -> dict[str, Any]:
    own = actor.own_workstreams
    date_words = long_day(today())
    waiting = _waiting(seen.blockers, own)
    following = seen.following
    planning = (following.planning_starts_on, following.planning_ends_on) if following else (None, None)
    return {
        "seen": seen,
        "finding": words.finding(seen, today()),
        "progress": words.progress(seen),
        "today": today(),
        "long_today": date_words[:1].upper() + date_words[1:],
        "strip": _strip(seen, planning),
        "planning_span": words.span(planning[0], planning[1]) if planning[0] and planning[1] else "",
        "ending": _ending(seen) if seen.is_ending_shown else None,
        "shares": _shares(seen),
        "kept": [key for each in seen.promise for key in each.kept],
        "problems": seen.problems[:_PROBLEMS_SHOWN],
        "lacks": [key for each in seen.problems for key in each.lacks],
        "troubled": seen.running.cycle if seen.running and seen.is_under_way else seen.latest,
        "old_blockers": sum(row.days > _FOUR_WEEKS for row in seen.blockers),
        "waiting": waiting,
        "decisions": waiting[:_DECISIONS_SHOWN],
        "overdue": sum(row.is_overdue for row in waiting),
        "own": own,
        "parts": [part for part in seen.review.parts if not own or part.code in own] if seen.review else [],
        "is_review_due": words.is_review_due(seen, today()),
        "is_lead": actor.role is Role.LEAD,
        "is_planner": actor.is_planner,
        "blocked_figure": BLOCKED,
        "items_url": items_address,
        "chart_url": chart_address,
        "figure": figure_words.number,
        "span": words.span,
        "board_of": board_of,
    }


def items_address(cycle: int, figure: str, **more: str) -> str:
    """The page of a cycle with the items behind one of its figures."""
    values: dict[str, Any] = {"number": cycle, "show": figure, **more}
    return url_for("cycle.show", **values)


def chart_address(chart: str, cycle: int, column: str, **keys: str) -> str:
    """The items behind a number of a chart of the cycle."""
    values: dict[str, Any] = {"from": cycle, "to": cycle, "show": column, "cycle": cycle, **keys}
    return url_for("charts.show", name=chart, **values)


def _waiting(rows: Iterable[BlockerListRow], own: Collection[str]) -> list[BlockerListRow]:
    """What waits for a decision, by decider: the one whose day comes first before the others; a lead's own only."""
    found = [
        row
        for row in rows
        if (row.category is BlockerCategory.DECISION or row.decide_by is not None)
        and (not own or not {*row.workstreams}.isdisjoint(own))
    ]
    first: dict[str, date] = {}
    for row in found:
        first[row.decider] = min(first.get(row.decider, date.max), row.decide_by or date.max)
    return sorted(
        found, key=lambda row: (first[row.decider], row.decider, row.decide_by or date.max, -row.days, row.id)
    )


def _strip(seen: Overview, planning: tuple[date | None, date | None]) -> DayStrip | None:
    if seen.running is None:
        return None
    cycle = seen.running.cycle
    return drawn_days(cycle.starts_on, cycle.ends_on, today(), planning, language())


def _shares(seen: Overview) -> list[tuple[str, int, float, float]]:
    """Each state that workflows are in, the furthest first: how many, and from where to how far of all, in percent."""
    shares, begun, total = [], 0, seen.workflows
    for state in reversed(STATES):
        count = seen.states.get(state, 0)
        if count:
            shares.append((state.value, count, round(100 * begun / total, 2), round(100 * count / total, 2)))
        begun += count
    return shares


def _ending(seen: Overview) -> Ending | None:
    latest, history = seen.latest, seen.span.history
    if latest is None or latest.closed_at is None:
        return None
    number, choice = latest.cycle, programme(history)
    span = Span(history, seen.span.as_of, number - 1, number)
    row = span.reported_summary(number, choice)
    cycles: dict[str, Any] = {"from": span.cycles[0].cycle, "to": span.cycles[-1].cycle}
    counts, closed_on = {name: getattr(row, name) for name in _ENDS}, local_date(latest.closed_at, history.zone)
    return Ending(
        number,
        closed_on,
        f"{closed_on:%Y-%m}",
        [
            (figure_words.label(name), count, items_address(number, name, basis="as_reported") if count else "")
            for name, count in counts.items()
            if count or (count == 0 and name not in _ONLY_IF_ANY)
        ],
        [(words.chart_finding(name, span, choice), url_for("charts.show", name=name, **cycles)) for name in _TOLD],
    )
