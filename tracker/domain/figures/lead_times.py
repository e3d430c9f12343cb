"""How long the work on a finished workflow took."""

from bisect import bisect_left
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date
from tracker.domain.figures.rounding import nearest_rank
from tracker.domain.figures.timelines import DONE, NOT_STARTED, Timeline

LEAST_SAMPLE = 10  # a percentile of fewer says nothing


def percentile(days: Collection[int], percent: int) -> int | None:
    """By nearest rank; none of so few that it says nothing."""
    return nearest_rank(days, percent) if len(days) >= LEAST_SAMPLE else None


def lead_time_days(timeline: Timeline, border: datetime, zone: ZoneInfo) -> int:
    """Local days from the last time the work began to the last entry into done before the border, both counted.

    For a workflow that is done at the border.
    """
    begun, entry = last_run(timeline, border)
    begun_on, finished_on = (local_date(timeline.moments[number], zone) for number in (begun, entry))
    return (finished_on - begun_on).days + 1


def last_run(timeline: Timeline, border: datetime) -> tuple[int, int]:
    """The numbers of the change with which the work began the last time and of the last entry into done before the
    border, likewise.
    """
    entry = bisect_left(timeline.moments, border) - 1
    while entry and timeline.positions[entry - 1] == DONE:
        entry -= 1
    return beginning(timeline, entry), entry


def beginning(timeline: Timeline, last: int) -> int:
    """The number of the last change out of not started (or creation in a later state), up to one into a later state."""
    while last and timeline.positions[last - 1] > NOT_STARTED:
        last -= 1
    return last
