"""The parts of workflows in programme files: what the rows come to, and what folders without `parts.csv` stand for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from tracker.domain.programme.replay import by_workflow, in_order, stand_of
from tracker.domain.programme.rows import PartRow, Programme, WorkflowRow
from tracker.domain.states import Goal, PartEventKind, State

BEFORE_PARTS = "Från tiden innan delar fördes"  # stands in the history, which is Swedish


def others_of(rows: Iterable[PartRow]) -> tuple[str, ...]:
    """The workstreams that take part after a workflow's rows, beside the owning one, in order."""
    last = {row.workstream: row.event for row in sorted(rows, key=in_order) if row.stage is None}
    return tuple(sorted(code for code, event in last.items() if event is PartEventKind.JOINED))


def parts_before(programme: Programme) -> list[PartRow]:
    """The rows of a folder that has none: the other workstreams joined at the creation, and what is due of their parts
    by now is waived, in one entry.
    """
    found = [*_joined(programme), *_waived(programme)]
    found.sort(key=lambda row: (row.recorded_at, row.workflow, row.workstream))  # the stages are in order
    return [replace(row, id=number) for number, row in enumerate(found, 1)]


def _joined(programme: Programme) -> Iterator[PartRow]:
    created = {row.workflow: row for row in programme.changes if row.from_state is None and row.voids is None}
    for workflow in programme.workflows:
        if creation := created.get(workflow.key):
            at = workflow.created_at, max(creation.recorded_at, workflow.created_at)
            for code in workflow.other_workstreams:
                yield PartRow(0, workflow.key, code, None, PartEventKind.JOINED, *at, creation.actor)


def _waived(programme: Programme) -> Iterator[PartRow]:
    at, actor = _newest(programme)
    changes = by_workflow(programme.changes)
    for workflow in programme.workflows:
        now = stand_of(changes[workflow.key])
        for stage in _due(workflow, now.state) if now is not None else ():
            for code in workflow.other_workstreams:
                yield PartRow(0, workflow.key, code, stage, PartEventKind.WAIVED, at, at, actor, BEFORE_PARTS)


def _due(workflow: WorkflowRow, state: State) -> Iterator[Goal]:
    """What was archived before it was done has no state any more."""
    if workflow.archived_at is None or state is State.DONE:
        yield from (stage for stage in Goal if not state.is_before(State(stage)))


def _newest(programme: Programme) -> tuple[datetime, str]:
    rows = [(row.recorded_at, row.actor) for row in programme.changes]
    rows += [(row.recorded_at, row.actor) for row in programme.scope]
    rows += [(row.recorded_at, row.actor) for row in programme.blocker_events]
    rows += [(row.recorded_at, row.actor) for row in programme.notes]
    rows += [(row.recorded_at, row.actor) for row in programme.checks]
    return max(rows, default=(datetime.min.replace(tzinfo=UTC), ""))
