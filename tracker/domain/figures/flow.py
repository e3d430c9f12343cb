"""What charts draw by the day: how many workflows are in each state, and how old the work is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import add
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date
from tracker.domain.figures.lead_times import beginning, percentile
from tracker.domain.figures.timelines import DESIGN, DONE, NO_STATE, NOT_STARTED, Timeline
from tracker.domain.states import STATES, State


def cumulative_flow(timelines: Iterable[tuple[Timeline, int]], ends: Sequence[datetime]) -> list[list[int]]:
    """How many workflows were in each position before each of the ends, which are in order. With every timeline comes
    the number of the end from which on it counts. Moves back show as dips.
    """
    changes = [[0] * len(STATES) for _ in range(len(ends) + 1)]  # what comes after the last end is in no count
    for timeline, first in timelines:
        _add_steps(timeline, first, ends, changes)
    sums = [0] * len(STATES)
    counts = []
    for each in changes[:-1]:
        sums = list(map(add, sums, each))
        counts.append(sums)
    return counts


def _add_steps(timeline: Timeline, first: int, ends: Sequence[datetime], changes: list[list[int]]) -> None:
    """From one end to the next most workflows stay where they are: only steps are noted."""
    if first == len(ends):
        return
    gone = len(ends) if timeline.archived_at is None else bisect_right(ends, timeline.archived_at)
    position = NO_STATE
    for number in range(max(bisect_left(timeline.moments, ends[first]) - 1, 0), len(timeline.moments)):
        here = max(bisect_right(ends, timeline.moments[number]), first)
        if here >= gone:
            break
        if position != NO_STATE:
            changes[here][position] -= 1
        position = timeline.positions[number]
        changes[here][position] += 1
    if position != NO_STATE:
        changes[gone][position] -= 1


def age_days(timeline: Timeline, as_of: datetime, zone: ZoneInfo) -> int | None:
    """Local days since the work began, both counted; none when it has not begun or is done or archived."""
    if timeline.at(as_of) in {NO_STATE, NOT_STARTED, DONE}:
        return None
    begun = beginning(timeline, bisect_right(timeline.moments, as_of) - 1)
    return (local_date(as_of, zone) - local_date(timeline.moments[begun], zone)).days + 1


def usual_stays(timelines: Iterable[Timeline], as_of: datetime, zone: ZoneInfo) -> dict[State, int]:
    """For each state of work, the days within which 85 % of what is done by then had left it: of each workflow its
    longest stay there, between local dates. States that fewer than ten of them were in are left out.
    """
    longest: dict[int, list[int]] = {position: [] for position in range(DESIGN, DONE)}
    for timeline in timelines:
        if timeline.at(as_of) != DONE:
            continue
        mine: dict[int, int] = {}
        for position, since, until in timeline.stays(timeline.moments[0], as_of):
            days = (local_date(until, zone) - local_date(since, zone)).days
            mine[position] = max(mine.get(position, 0), days)
        for position, days in mine.items():
            if position in longest:
                longest[position].append(days)
    ranks = {position: percentile(days, 85) for position, days in longest.items()}
    return {STATES[position]: days for position, days in ranks.items() if days is not None}
