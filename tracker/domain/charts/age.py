"""Work under way by state and age, against how old finished work was when it left each state. It is about now, whatever
the cycles: they only tell whose workstreams have joined.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date
from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.flow import age_days
from tracker.domain.figures.items import KnownWorkflow
from tracker.domain.figures.lead_times import last_run, percentile
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.timelines import DONE, Timeline
from tracker.domain.figures.words import Adds
from tracker.domain.states import STATES, UNDER_WAY, State

COLUMNS = (
    Column("workflow", Adds.KEY),
    Column("state", Adds.NONE),
    Column("age_days", Adds.OWN),
    Column("blocked", Adds.NONE),
    Column("done_age_p50_days", Adds.NONE),
    Column("done_age_p85_days", Adds.NONE),
)
_MICROSECOND = timedelta(microseconds=1)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per workflow under way: as the work goes on, the youngest first."""
    workflows = _workflows(span, choice)
    done = ages_when_left((each.timeline for each in workflows), span.as_of, span.zone)
    ranks = {state: (percentile(ages, 50), percentile(ages, 85)) for state, ages in done.items()}
    under_way = [
        (each.timeline.at(span.as_of), days, each)
        for each in workflows
        if (days := age_days(each.timeline, span.as_of, span.zone)) is not None
    ]
    for position, days, each in sorted(under_way, key=lambda found: (found[0], found[1], found[2].key)):
        state = STATES[position]
        p50, p85 = ranks[state]
        is_blocked = bool(each.held) and each.held[-1].until is None
        values: dict[str, Value] = {"workflow": each.key, "state": state, "age_days": days, "blocked": int(is_blocked)}
        values |= {"done_age_p50_days": p50, "done_age_p85_days": p85}
        yield SheetRow(values, {"age_days": [Behind(each.key, amount=days)]})


def _workflows(span: Span, choice: Choice) -> list[KnownWorkflow]:
    """Those of workstreams that count in the last cycle that has begun, of those shown and before."""
    last = max((row.cycle for row in span.cycles), default=0)
    begun = [row.cycle for row in span.history.cycles if row.cycle <= last and span.reading(row.cycle).is_begun]
    return span.workflows(choice, begun[-1]) if begun else []


def ages_when_left(timelines: Iterable[Timeline], as_of: datetime, zone: ZoneInfo) -> Mapping[State, list[int]]:
    """For each state of work, how old the work on what is done by now was when it left the state for the last time."""
    ages: dict[State, list[int]] = {state: [] for state in UNDER_WAY}
    for timeline in timelines:
        if timeline.at(as_of) != DONE:
            continue
        begun, entry = last_run(timeline, as_of + _MICROSECOND)
        begun_on = local_date(timeline.moments[begun], zone)
        left = {timeline.positions[number]: timeline.moments[number + 1] for number in range(begun, entry)}
        for state in UNDER_WAY:
            if state.position in left:
                ages[state].append((local_date(left[state.position], zone) - begun_on).days + 1)
    return ages


SOURCE = Source("age", COLUMNS, rows)
