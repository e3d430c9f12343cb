"""Blockers per cycle, from the times that each held anything, found event by event."""

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import HoldEvent

NAMES = (
    "open_at_start",
    "blockers_opened",
    "blockers_resolved",
    "blockers_open",
    "open_throughout",
    "median_blocker_age_days",
    "oldest_blocker_days",
)


class Time(NamedTuple):
    opened: datetime
    resolved: datetime | None

    def is_over(self, border: datetime) -> bool:
        """Whether it was open just before the border."""
        return self.opened < border and (self.resolved is None or self.resolved >= border)


def rows(case: Case) -> list[dict[str, object]]:
    return [row(case, cycle) for cycle in case.cycles]


def row(case: Case, cycle: CycleRow) -> dict[str, object]:
    if not case.counts(cycle):
        return {"cycle": cycle.cycle, **dict.fromkeys(NAMES)}
    start, border = case.start(cycle), case.border(cycle)
    found = times(case, cycle)
    last_day = case.day(min(border, case.as_of) - timedelta(seconds=1))
    ages = sorted(max((last_day - case.day(each.opened)).days, 0) for each in found if each.is_over(border))
    return {
        "cycle": cycle.cycle,
        "open_at_start": sum(each.is_over(start) for each in found),
        "blockers_opened": sum(start <= each.opened < border for each in found),
        "blockers_resolved": sum(each.resolved is not None and start <= each.resolved < border for each in found),
        "blockers_open": len(ages),
        "open_throughout": sum(each.opened < start and each.is_over(border) for each in found),
        "median_blocker_age_days": ages[ceil(len(ages) / 2) - 1] if ages else None,
        "oldest_blocker_days": ages[-1] if ages else None,
    }


def times(case: Case, cycle: CycleRow) -> list[Time]:
    """Each time that a blocker held any of the workflows that count in the cycle."""
    keys = {row.key for row in case.workflows(cycle)}
    found = []
    for blocker in case.programme.blockers:
        events = [
            row
            for row in case.programme.blocker_events
            if row.blocker == blocker.id and row.workflow in keys and row.recorded_at <= case.as_of
        ]
        held: set[str] = set()
        opened: datetime | None = None
        for event in sorted(events, key=lambda row: (row.happened_at, row.id)):
            held = held | {event.workflow} if event.event is HoldEvent.HELD else held - {event.workflow}
            if held and opened is None:
                opened = event.happened_at
            if not held and opened is not None:
                found.append(Time(opened, event.happened_at))
                opened = None
        if opened is not None:
            found.append(Time(opened, None))
    return found
