"""Age: each workflow under way, and how old those that are done were when they left each state."""

from itertools import pairwise
from math import ceil
from typing import Any

from tests.properties.chart_oracles.case import Case
from tracker.domain.programme.rows import ChangeRow
from tracker.domain.states import State

WORKING = [State.DESIGN, State.VALIDATION, State.TEST]


def rows(case: Case) -> list[dict[str, object]]:
    begun = [row for row in case.programme.cycles if row.cycle <= case.last and case.is_begun(row)]
    if not begun:
        return []
    workflows = case.workflows(begun[-1])
    found: list[dict[str, object]] = []
    for state in WORKING:
        ages = [
            days
            for each in workflows
            if (days := age_when_left(case, each.key, state)) is not None
            and case.state_at(each, case.as_of) is State.DONE
        ]
        mine: list[dict[str, Any]] = [
            {
                "workflow": each.key,
                "state": state,
                "age_days": age(case, each.key),
                "blocked": int(is_held(case, each.key)),
                "done_age_p50_days": rank(ages, 50),
                "done_age_p85_days": rank(ages, 85),
            }
            for each in workflows
            if case.state_at(each, case.as_of) is state
        ]
        found += sorted(mine, key=lambda row: (row["age_days"], row["workflow"]))
    return found


def age(case: Case, key: str) -> int:
    return (case.day(case.as_of) - case.day(last_run(case.changes(key))[0].happened_at)).days + 1


def age_when_left(case: Case, key: str, state: State) -> int | None:
    """Of a workflow that is done."""
    changes = until_done(case.changes(key))
    if not changes:
        return None
    run = last_run(changes)
    left = [after for before, after in pairwise(run) if before.to_state is state]
    return (case.day(left[-1].happened_at) - case.day(run[0].happened_at)).days + 1 if left else None


def until_done(changes: list[ChangeRow]) -> list[ChangeRow]:
    """Up to the last entry into done, if they end there."""
    if not changes or changes[-1].to_state is not State.DONE:
        return []
    while len(changes) > 1 and changes[-2].to_state is State.DONE:
        changes = changes[:-1]
    return changes


def last_run(changes: list[ChangeRow]) -> list[ChangeRow]:
    """Those since the work began the last time."""
    run: list[ChangeRow] = []
    for each in changes:
        run = [] if each.to_state is State.NOT_STARTED else [*run, each]
    return run


def is_held(case: Case, key: str) -> bool:
    events = [row for row in case.programme.blocker_events if row.workflow == key and row.recorded_at <= case.as_of]
    held: dict[int, bool] = {}
    for row in sorted(events, key=lambda row: (row.happened_at, row.id)):
        held[row.blocker] = row.event.value == "held"
    return any(held.values())


def rank(numbers: list[int], percent: int) -> int | None:
    if len(numbers) < 10:
        return None
    return sorted(numbers)[ceil(percent * len(numbers) / 100) - 1]
