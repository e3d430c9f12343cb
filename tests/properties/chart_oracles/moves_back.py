"""Moves back, each change compared with the one that stands before it."""

from collections.abc import Iterator
from itertools import pairwise

from tests.properties.chart_oracles.case import ORDER, Case
from tracker.domain.programme.rows import ChangeRow, CycleRow

PICKS = ["failed_test", "failed_validation", "new_release", "changed_requirement", "dependency", "other"]


def rows(case: Case) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for cycle in case.cycles:
        reasons = [reason(each) for each in moves_back(case, cycle)]
        given = [name for name in [*PICKS, "none"] if name in reasons and case.counts(cycle)]
        found += [{"cycle": cycle.cycle, "reason": name, "moves_back": reasons.count(name)} for name in given]
        if not given:
            number = 0 if case.counts(cycle) else None
            found.append({"cycle": cycle.cycle, "reason": None, "moves_back": number})
    return found


def moves_back(case: Case, cycle: CycleRow) -> Iterator[ChangeRow]:
    for workflow in case.workflows(cycle):
        changes = case.changes(workflow.key)
        for earlier, later in pairwise(changes):
            assert earlier.to_state is not None
            assert later.to_state is not None
            is_back = ORDER.index(later.to_state) < ORDER.index(earlier.to_state)
            if is_back and case.start(cycle) <= later.happened_at < case.border(cycle):
                yield later


def reason(change: ChangeRow) -> str:
    if change.reason in PICKS:
        return change.reason
    return "other" if change.reason else "none"
