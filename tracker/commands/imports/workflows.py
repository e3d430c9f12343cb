"""Workflows from people's own spreadsheets: what was seen in the preview is written under one entry, or nothing is."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.commands.imports import facts
from tracker.commands.imports import plan as import_plan
from tracker.commands.imports.plan import Plan, Planned
from tracker.commands.imports.results import ImportChangedError, RowResult
from tracker.commands.imports.rows import Rewritten, pieces, write_over
from tracker.commands.workflows import parts
from tracker.commands.workflows.moves import When
from tracker.db.models import StateChange, Workflow, WorkflowWorkstream
from tracker.domain.errors import N_, InvalidError
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.progress import Progress, Step, silent
from tracker.domain.imports.table import Table
from tracker.domain.people import Actor
from tracker.domain.states import Role
from tracker.domain.workflows import COLUMNS

COMMAND = "import_workflows"


def may_import(actor: Actor) -> bool:
    """Whether there is anything that they could import: viewers only read."""
    return actor.role is not Role.VIEWER


def plan(session: Session, table: Table, choices: Choices, when: When, progress: Progress = silent) -> Plan:
    """What the rows would do as things stand. Ten statements. Raises InvalidError."""
    return import_plan.plan(table, choices, facts.facts(session), when, progress)


def carry_out(
    session: Session,
    entry: Entry,
    table: Table,
    choices: Choices,
    *,
    seen: str | None,
    without_refused: bool,
    progress: Progress = silent,
) -> Plan:
    """Does what the plan with the digest `seen` said (none: whatever it says now) and gives that plan.

    `without_refused` leaves refused rows out; else one of them refuses all. Raises ImportChangedError or InvalidError.
    """
    known = facts.facts(session)
    planned = import_plan.plan(table, choices, known, entry, progress)
    if seen is not None and planned.digest() != seen:
        raise ImportChangedError(N_("Something has changed since this preview. Look at it again; nothing was done."))
    if not without_refused and planned.counts[RowResult.REFUSED.value]:
        raise InvalidError(N_("Some rows are refused. Correct them, or choose to leave them out."), field="take")
    created, changed = planned.of(RowResult.CREATED), planned.of(RowResult.CHANGED)
    last_id, done = known.last_id, 0
    for some, write in ((created, _create), (changed, _change)):
        for piece in pieces(some):
            last_id = write(session, entry, piece, last_id)
            done += len(piece)
            progress(Step.WRITTEN, done, len(created) + len(changed))
    return planned


def _create(session: Session, entry: Entry, rows: Sequence[Planned], last_id: int) -> int:
    """New workflows with their workstreams and the change that creates each; gives the highest of their ids."""
    entry.add_all(Workflow, [_workflow_row(each, entry.recorded_at) for each in rows])
    made = select(col(Workflow.key), col(Workflow.id)).where(col(Workflow.id) > last_id)
    ids: dict[str, int] = {row.key: row.id for row in session.execute(made)}
    owners = [{"workflow_id": ids[each.key], "workstream_code": each.workstream, "is_owner": True} for each in rows]
    entry.add_all(WorkflowWorkstream, owners)
    others = {ids[each.key]: ((), each.texts.get("other_workstreams", "").split()) for each in rows}
    parts.exchange_others(session, entry, others)
    entry.add_all(StateChange, [_move_row(each, ids[each.key]) for each in rows])
    return max(ids.values())


def _change(session: Session, entry: Entry, rows: Sequence[Planned], last_id: int) -> int:
    """Moves made, fields written over, other workstreams exchanged. Nothing gets an id."""
    there = [(each, each.existing) for each in rows if each.existing is not None]
    entry.add_all(StateChange, [_move_row(each, old.id) for each, old in there if each.to is not None])
    write_over(
        session,
        entry,
        [Rewritten(old, each.texts, each.to, each.happened_at if each.to is not None else None) for each, old in there],
    )
    return last_id


def _move_row(each: Planned, workflow_id: int) -> dict[str, Any]:
    """The change that creates the workflow, or the one that moves it."""
    return {
        "workflow_id": workflow_id,
        "from_state": each.existing.state if each.existing is not None else None,
        "to_state": each.to,
        "happened_at": each.happened_at,
        "reason": each.reason if each.existing is not None else "",
    }


def _workflow_row(each: Planned, at: object) -> dict[str, Any]:
    return {
        "key": each.key,
        **{name: field.value(each.texts.get(name, "")) for name, field in COLUMNS.items()},
        "created_at": at,
        "state": each.to,
        "state_since": each.happened_at,
        "version": 1,
    }
