"""Throughput, each cycle by itself."""

from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.properties.chart_oracles.case import Case
from tracker.domain.calendar import is_working_day
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import Goal, State

_DAY = timedelta(days=1)
STAGES = {"designed": State.DESIGN, "validated": State.VALIDATION, "tested": State.TEST}


def rows(case: Case) -> list[dict[str, object]]:
    return [row(case, cycle) for cycle in case.cycles]


def row(case: Case, cycle: CycleRow) -> dict[str, object]:
    found: dict[str, object] = {"cycle": cycle.cycle}
    before = case.cycle(cycle.cycle - 1)
    is_closed = cycle.closed_at is not None and cycle.closed_at <= case.as_of
    is_under_way = case.is_begun(cycle) and not is_closed and case.as_of < case.border(cycle)
    for name, stage in STAGES.items():
        found[name] = len(case.passed(cycle, stage)) if case.counts(cycle) else None
        then = now = None
        if before is not None and case.counts(before) and case.counts(cycle):
            then = len(case.passed(before, stage))
            if is_under_way:
                now = len(case.passed(before, stage, same_day(case, cycle, before)))
        found[f"{name}_previous"], found[f"{name}_same_day"] = then, now
    found["designed_ratio"] = ratio(found["designed"], found["designed_previous"])
    found["ratio_to_previous"] = ratio(found["tested"], found["tested_previous"])
    found["ratio_same_day"] = ratio(found["tested"], found["tested_same_day"])
    for goal in Goal:
        goals = [case.goal(each.key, cycle.cycle, case.as_of, counted=True) for each in case.workflows(cycle)]
        is_shown = not case.is_begun(cycle) and not is_closed and (case.is_programme or bool(case.joined(cycle)))
        found[f"planned_{goal.value}"] = goals.count(goal) if is_shown else None
    return found


def same_day(case: Case, cycle: CycleRow, before: CycleRow) -> datetime:
    """The end of the day on which the cycle before had had as many working days."""
    last = case.day(case.as_of - timedelta(seconds=1))
    days = sum(is_working_day(cycle.starts_on + n * _DAY) for n in range((last - cycle.starts_on).days + 1))
    day = before.starts_on - _DAY
    while days and day < before.ends_on:
        day += _DAY
        days -= is_working_day(day)
    if days:
        day = before.ends_on
    return datetime.combine(day + _DAY, time(), case.zone)


def ratio(number: object, previous: object) -> Decimal | None:
    if not isinstance(number, int) or not isinstance(previous, int) or previous == 0:
        return None
    return (Decimal(number) / Decimal(previous)).quantize(Decimal("0.01"), ROUND_HALF_UP)
