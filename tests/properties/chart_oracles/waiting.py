"""Who waits on whom, workflow by workflow, from the pieces between any two instants at which something happened."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.properties.chart_oracles.blocker_causes import in_days
from tests.properties.chart_oracles.case import ORDER, Case
from tracker.domain.programme.rows import CycleRow, PartRow, WorkflowRow
from tracker.domain.states import State

NOTHING = timedelta()
STAGES = [State.DESIGN, State.VALIDATION, State.TEST]
Pair = tuple[str, str]


def rows(case: Case) -> list[dict[str, object]]:
    begun = [cycle for cycle in case.cycles if case.is_begun(cycle)]
    times: dict[Pair, timedelta] = {}
    for cycle in begun:
        for pair, time in waited(case, cycle):
            times[pair] = times.get(pair, NOTHING) + time
    still = waiting_at_end(case, begun[-1]) if begun else []
    for pair in still:
        times.setdefault(pair, NOTHING)
    mine = {pair: time for pair, time in times.items() if set(pair) & set(case.codes)}
    return [
        {
            "waiting": pair[0],
            "waited_on": pair[1],
            "waited_days": in_days(mine[pair]),
            "still_waiting": still.count(pair),
        }
        for pair in sorted(mine, key=lambda pair: (-mine[pair], pair))
    ]


def waited(case: Case, cycle: CycleRow) -> list[tuple[Pair, timedelta]]:
    start, end = (each.astimezone(UTC) for each in (case.start(cycle), min(case.border(cycle), case.as_of)))
    found = []
    for workflow in shared(case, cycle):
        cuts = {start, end, *(row.happened_at for row in case.changes(workflow.key))}
        cuts |= {row.happened_at for row in part_rows(case, workflow.key)}
        if workflow.archived_at is not None:
            cuts.add(workflow.archived_at)
        for since, until in pairwise(sorted(cut for cut in cuts if start <= cut <= end)):
            middle = since + (until - since) / 2  # nothing happens just then
            found += [(pair, until - since) for pair in waiting(case, cycle, workflow, middle)]
    return found


def waiting_at_end(case: Case, cycle: CycleRow) -> list[Pair]:
    """What happens at the border comes after it, and what happens just now has happened."""
    border = case.border(cycle)
    end = border - timedelta(microseconds=1) if border <= case.as_of else case.as_of
    return [pair for each in shared(case, cycle) for pair in waiting(case, cycle, each, end)]


def shared(case: Case, cycle: CycleRow) -> list[WorkflowRow]:
    return [row for row in case.programme.workflows if row.workstream in everybody(case, cycle)]


def everybody(case: Case, cycle: CycleRow) -> set[str]:
    first = {row.code: row.first_cycle for row in case.programme.projects}
    return {row.code for row in case.programme.workstreams if first[row.project] <= cycle.cycle}


def part_rows(case: Case, key: str) -> list[PartRow]:
    known = [row for row in case.programme.parts if row.workflow == key and row.recorded_at <= case.as_of]
    return sorted(known, key=lambda row: (row.happened_at, row.id))


def waiting(case: Case, cycle: CycleRow, workflow: WorkflowRow, moment: datetime) -> list[Pair]:
    archived_at = workflow.archived_at
    if archived_at is not None and archived_at <= case.as_of and archived_at <= moment:
        return []
    changes = [row for row in case.changes(workflow.key) if row.happened_at <= moment]
    state = changes[-1].to_state if changes else None
    if state not in STAGES:
        return []
    taking_part = {
        row.workstream: row.event.value
        for row in part_rows(case, workflow.key)
        if row.stage is None and row.happened_at <= moment
    }
    others = {code for code, event in taking_part.items() if event == "joined"} & everybody(case, cycle)
    behind = {
        code
        for code in others
        for stage in STAGES[: STAGES.index(state) + 1]
        if is_open(case, workflow.key, code, stage, moment)
    }
    if is_open(case, workflow.key, workflow.workstream, state, moment):
        behind.add(workflow.workstream)
    parts = {workflow.workstream, *others} if others else set()
    return [(one, other) for one in sorted(parts - behind) for other in sorted(behind)]


def is_open(case: Case, key: str, code: str, stage: State, moment: datetime) -> bool:
    mine = [
        row
        for row in part_rows(case, key)
        if row.stage is not None
        and (row.workstream, row.stage.value) == (code, stage.value)
        and row.happened_at <= moment
    ]
    if not mine or mine[-1].event.value == "withdrawn":
        return True
    return mine[-1].event.value == "signed" and any(
        is_back_to(earlier.to_state, later.to_state, stage) and mine[-1].happened_at < later.happened_at <= moment
        for earlier, later in pairwise(case.changes(key))
    )


def is_back_to(before: State | None, after: State | None, stage: State) -> bool:
    assert before is not None
    assert after is not None
    return ORDER.index(after) < ORDER.index(before) and ORDER.index(after) <= ORDER.index(stage)
