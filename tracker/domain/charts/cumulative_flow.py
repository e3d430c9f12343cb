"""Workflows by state at the end of each local day, from the first day of the cycles to the last, at most to today."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from tracker.domain.calendar import local_date, midnight
from tracker.domain.charts.sheets import Column, SheetRow, Source
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.flow import cumulative_flow
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.timelines import Timeline
from tracker.domain.figures.words import Adds
from tracker.domain.states import STATES

COLUMNS = (Column("day", Adds.KEY), *(Column(state.value, Adds.COUNT) for state in STATES))
_DAY = timedelta(days=1)


class _Counted(NamedTuple):
    """A workflow, and the number of the day from which on it counts."""

    key: str
    timeline: Timeline
    first: int


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per day. A workflow counts from the first day of its project's first cycle on, so that each cycle's last
    day is what its figures are; without any that counts there is no row.
    """
    days = _days(span)
    ends = [midnight(day + _DAY, span.zone) for day in days]
    counted = list(_counted(span, choice, days))
    # As in the figures of cycles, where nothing has joined is nothing, not 0; the whole programme has always joined.
    first = min((each.first for each in counted), default=len(days)) if choice.project else 0
    counts = cumulative_flow(((each.timeline, each.first) for each in counted), ends)
    for number in range(first, len(days)):
        found = dict(zip((state.value for state in STATES), counts[number], strict=True))
        behind = {
            state.value: partial(_there, counted, number, ends[number], state.position)
            for state in STATES
            if found[state.value]
        }
        yield SheetRow({"day": days[number], **found}, behind)


def _days(span: Span) -> Sequence[date]:
    """Those between cycles too."""
    begun = [row for row in span.cycles if span.reading(row.cycle).is_begun]
    if not begun:
        return []
    first, today = min(row.starts_on for row in begun), local_date(span.as_of - timedelta.resolution, span.zone)
    last = min(max(row.ends_on for row in begun), today)
    return [first + n * _DAY for n in range((last - first).days + 1)]


def _counted(span: Span, choice: Choice, days: Sequence[date]) -> Iterator[_Counted]:
    codes = set(choice.workstreams)
    for row in span.history.workstreams:
        joins = min((each.starts_on for each in span.history.cycles if each.cycle >= row.first_cycle), default=None)
        if row.code not in codes or not days or joins is None or joins > days[-1]:
            continue
        first = max((joins - days[0]).days, 0)
        for workflow in span.history.workflows(row.code):
            yield _Counted(workflow.key, span.now.workflow(workflow).timeline, first)


def _there(counted: Sequence[_Counted], number: int, end: datetime, position: int) -> list[Behind]:
    return [Behind(each.key) for each in counted if each.first <= number and each.timeline.before(end) == position]


SOURCE = Source("cumulative-flow", COLUMNS, rows)
