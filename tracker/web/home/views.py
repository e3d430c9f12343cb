"""The running cycle at a glance: the first page there is."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.domain.calendar import iso_week, working_days
from tracker.domain.figures.rounding import nearest_rank
from tracker.domain.figures.stale import StaleStream
from tracker.domain.people import Actor
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import STATES, BlockerCategory, Role, State
from tracker.queries import home as overviews
from tracker.queries.blockers import list as blockers
from tracker.queries.blockers.table import AGES
from tracker.queries.home import Overview, Standing
from tracker.web.blockers.words import age_words
from tracker.web.home import words
from tracker.web.home.curve import Curve
from tracker.web.home.curve import curve as drawn_curve
from tracker.web.home.day_strip import DayStrip
from tracker.web.home.day_strip import day_strip as drawn_days
from tracker.web.http.context import current_viewer, now, reading_session, today
from tracker.web.ui.formats import language, long_day
from tracker.web.ui.query import board_of
from tracker.web.ui.rendering import page
from tracker.web.ui.words import word

bp = Blueprint("home", __name__)

_OLDEST_SHOWN, _DECISIONS_SHOWN, _MOVES_SHOWN, _STALE_SHOWN = 5, 5, 8, 8
_NEAR_WORKING_DAYS = 10
_FOUR_WEEKS = 28
_DAY = timedelta(days=1)


class Bucket(NamedTuple):
    """Open blockers of an age."""

    age: str
    open: int
    share: float  # of the largest bucket, in percent
    is_old: bool


class Planning(NamedTuple):
    """The cycle that is planned next, and the week for it. `working_days_left` counts up to its first day."""

    cycle: CycleRow
    planned: int
    by_goal: Mapping[Any, int]
    span: str = ""
    week: int = 0
    days: int = 0
    working_days_left: int = 0
    is_near: bool = False
    is_on: bool = False


@bp.get("/")
def show() -> ResponseReturnValue:
    """The running cycle, or what comes next where none runs."""
    viewer = current_viewer()
    seen = overviews.overview(
        reading_session(),
        own=_own_workstreams(viewer.actor),
        language=language(),
        now=now(),
        today=today(),
        zone=viewer.programme.zone,
    )
    return page("home/home.html", **_context(seen))


def _own_workstreams(actor: Actor) -> Collection[str]:
    """Those whose part is told apart: a lead's, unless it is all of them."""
    return actor.workstreams if actor.role is Role.LEAD and not actor.all_workstreams else ()


def _context(seen: Overview) -> dict[str, Any]:
    standing = seen.standing
    waiting = sorted(
        (row for row in seen.blockers if row.category is BlockerCategory.DECISION or row.decide_by is not None),
        key=lambda row: (row.decide_by or date.max, -row.days, row.id),
    )
    return {
        "seen": seen,
        "standing": standing,
        "finding": words.finding(seen, today()),
        "progress": words.progress(standing) if standing else "",
        "today": today(),
        "long_today": words.begun_large(long_day(today())),
        "strip": _strip(seen),
        "curve": _curve(standing),
        "stale": _stale_shown(seen),
        "shares": _shares(standing.members if standing else {}),
        "blocker_finding": words.blocker_finding(seen.blockers, _FOUR_WEEKS),
        "median_age": nearest_rank((row.days for row in seen.blockers), 50),
        "buckets": _buckets(seen.blockers),
        "oldest": seen.blockers[:_OLDEST_SHOWN],
        "waiting": waiting[:_DECISIONS_SHOWN],
        "waiting_count": len(waiting),
        "overdue": sum(row.is_overdue for row in seen.blockers),
        "moves": seen.moves[:_MOVES_SHOWN],
        "moves_finding": words.moves_finding(seen, today()),
        "back": [move.key for move in seen.moves if move.is_back],
        "planning": _planning(seen),
        "own": frozenset(seen.own.workstreams) if seen.own else frozenset(),
        "items_url": items_address,
        "span": words.span,
        "board_of": board_of,
        "age_words": age_words,
        "category_word": word,
        "is_planner": current_viewer().actor.is_planner,
    }


def items_address(cycle: int, figure: str) -> str:
    """The page of a cycle with the items behind one of its figures."""
    return f"/cycles/{cycle}?show={figure}"


def _strip(seen: Overview) -> DayStrip | None:
    if seen.standing is None:
        return None
    following = seen.following
    planning = (following.planning_starts_on, following.planning_ends_on) if following else (None, None)
    cycle = seen.standing.cycle
    return drawn_days(cycle.starts_on, cycle.ends_on, today(), planning, language())


def _curve(standing: Standing | None) -> Curve | None:
    if standing is None or standing.items is None:
        return None
    goals = Counter(goal.value for goal in standing.items.committed.values())
    previous = standing.previous
    return drawn_curve(
        standing.tested_by_day,
        standing.reading.working_days,
        goal=goals["test"],
        then=previous.tested_by_day if previous else (),
        then_so_far=len(previous.so_far.tested) if previous else 0,
    )


def _shares(members: Mapping[State, Collection[str]]) -> list[tuple[State, int, float, float]]:
    """Each state that has members, the furthest first: how many, and from where to how far of all, in percent."""
    total = sum(map(len, members.values()))
    shares, begun = [], 0
    for state in reversed(STATES):
        count = len(members.get(state, ()))
        if count:
            shares.append((state, count, round(100 * begun / total, 2), round(100 * count / total, 2)))
        begun += count
    return shares


def _stale_shown(seen: Overview) -> list[StaleStream]:
    """The reader's own first, then the longest without an update."""
    own = seen.own.workstreams if seen.own else ()
    stale = seen.standing.stale if seen.standing else ()
    return sorted(stale, key=lambda each: each.code not in own)[:_STALE_SHOWN]


def _buckets(rows: Collection[blockers.BlockerListRow]) -> list[Bucket]:
    counts = {age: sum(first <= row.days <= last for row in rows) for age, (first, last) in AGES.items()}
    most = max(counts.values()) or 1
    return [
        Bucket(age, count, round(100 * count / most, 2), AGES[age][0] >= _FOUR_WEEKS) for age, count in counts.items()
    ]


def _planning(seen: Overview) -> Planning | None:
    cycle = seen.following
    if cycle is None:
        return None
    by_goal = seen.planned.get(cycle.cycle, {})
    first, last = cycle.planning_starts_on, cycle.planning_ends_on
    if first is None or last is None:
        return Planning(cycle, sum(by_goal.values()), by_goal)
    left = working_days(today() + _DAY, first)
    return Planning(
        cycle,
        sum(by_goal.values()),
        by_goal,
        words.span(first, last),
        iso_week(first),
        working_days(first, last),
        left,
        is_near=left <= _NEAR_WORKING_DAYS,
        is_on=first <= today() <= last,
    )
