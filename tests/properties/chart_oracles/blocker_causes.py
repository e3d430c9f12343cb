"""Blocked days by category, from the pieces between any two instants at which something changed."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import BlockerEventRow, CycleRow, WorkflowRow
from tracker.domain.states import BlockerCategory, HoldEvent, State

NOTHING = timedelta()
BEGUN = (State.DESIGN, State.VALIDATION, State.TEST)
NOT_DONE = (State.NOT_STARTED, *BEGUN)


def rows(case: Case) -> list[dict[str, object]]:
    totals = {
        each: sum((time(case, cycle, of(case, each)) for cycle in counted(case)), NOTHING) for each in BlockerCategory
    }
    order = sorted((each for each in totals if totals[each] > NOTHING), key=lambda each: totals[each], reverse=True)
    return [row(case, cycle, category) for cycle in case.cycles for category in order]


def counted(case: Case) -> list[CycleRow]:
    return [cycle for cycle in case.cycles if case.counts(cycle)]


def of(case: Case, category: BlockerCategory) -> set[int]:
    return {row.id for row in case.programme.blockers if row.category is category}


def row(case: Case, cycle: CycleRow, category: BlockerCategory) -> dict[str, object]:
    keys: dict[str, object] = {"cycle": cycle.cycle, "category": category}
    if not case.counts(cycle):
        return {**keys, **dict.fromkeys(("category_days", "category_blockers", "blocked_days", "blocked_days_begun"))}
    blockers = of(case, category)
    return {
        **keys,
        "category_days": in_days(time(case, cycle, blockers)),
        "category_blockers": sum(time(case, cycle, {each}) > NOTHING for each in blockers),
        "blocked_days": in_days(time(case, cycle, every := {each.id for each in case.programme.blockers})),
        "blocked_days_begun": in_days(time(case, cycle, every, BEGUN)),
    }


def time(case: Case, cycle: CycleRow, blockers: set[int], states: Collection[State] = NOT_DONE) -> timedelta:
    """How long any of the blockers held each workflow in these states, added up."""
    return sum(
        (
            until - since
            for each in case.workflows(cycle)
            for since, until in pieces(case, cycle, each, blockers)
            if case.state_at(each, since) in states
        ),
        NOTHING,
    )


def pieces(
    case: Case, cycle: CycleRow, workflow: WorkflowRow, blockers: set[int]
) -> Iterator[tuple[datetime, datetime]]:
    start, end = case.start(cycle), min(case.border(cycle), case.as_of)
    events = [
        row
        for row in case.programme.blocker_events
        if row.workflow == workflow.key and row.blocker in blockers and row.recorded_at <= case.as_of
    ]
    events.sort(key=lambda row: (row.happened_at, row.id))
    cuts = {start, end, *(row.happened_at for row in events), *(row.happened_at for row in case.changes(workflow.key))}
    if workflow.archived_at is not None:
        cuts.add(workflow.archived_at)
    for since, until in pairwise(sorted(cut for cut in cuts if start <= cut <= end)):
        if holds(events, since) and not case.is_archived(workflow, until):
            yield since, until


def holds(events: Iterable[BlockerEventRow], moment: datetime) -> bool:
    last = {row.blocker: row.event for row in events if row.happened_at <= moment}
    return HoldEvent.HELD in last.values()


def in_days(time: timedelta) -> Decimal:
    tenths = Fraction(time // timedelta(microseconds=1) * 10, timedelta(days=1) // timedelta(microseconds=1))
    return Decimal(int(tenths + Fraction(1, 2))) / 10
