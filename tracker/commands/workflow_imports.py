"""Workflows from people's own spreadsheets: what was seen in the preview is written under one entry, or nothing is."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session, col

from tracker.commands import import_facts, import_plan
from tracker.commands.entries import Entry
from tracker.commands.import_plan import Outcome, Plan, Planned
from tracker.commands.workflows import When
from tracker.db.models import FieldChange, StateChange, Workflow, WorkflowWorkstream
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.table import Table
from tracker.domain.people import Actor
from tracker.domain.states import Role

COMMAND = "import_workflows"
Progress = Callable[[str, int, int], None]
_A_PIECE = 500


class ImportChangedError(ConflictError):
    """What the file would do is not what was seen."""

    def __init__(self) -> None:
        super().__init__(N_("Something has changed since this preview. Look at it again; nothing was done."))


def may_import(actor: Actor) -> bool:
    """Whether there is anything that they could import: viewers only read."""
    return actor.role is not Role.VIEWER


def plan(session: Session, table: Table, choices: Choices, when: When) -> Plan:
    """What the rows would do as things stand. Seven statements. Raises InvalidError."""
    return import_plan.plan(table, choices, import_facts.facts(session), when)


def carry_out(
    session: Session, entry: Entry, table: Table, choices: Choices, *,
    seen: str | None, without_refused: bool, backdate_days: int, progress: Progress = lambda _step, _done, _total: None,
) -> Plan:  # fmt: skip
    """Does what the plan with the digest `seen` said (none: whatever it says now) and gives that plan.

    `without_refused` leaves refused rows out; else one of them refuses all. Raises ImportChangedError or InvalidError.
    """
    known = import_facts.facts(session)
    when = When(entry.actor, entry.recorded_at, entry.zone, backdate_days)
    planned = import_plan.plan(table, choices, known, when)
    if seen is not None and planned.digest() != seen:
        raise ImportChangedError
    if not without_refused and planned.counts[Outcome.REFUSED.value]:
        raise InvalidError(N_("Some rows are refused. Correct them, or choose to leave them out."), field="take")
    writing = _Writing(session, entry, progress)
    writing.create(planned.of(Outcome.CREATED), known.last_id)
    writing.change(planned.of(Outcome.CHANGED))
    return planned


class _Writing:
    """Rows of tables, many at a time: the programme is locked meanwhile."""

    def __init__(self, session: Session, entry: Entry, progress: Progress) -> None:
        self._session, self._entry, self._progress = session, entry, progress

    def create(self, rows: Sequence[Planned], last_id: int) -> None:
        """New workflows with their workstreams and the change that creates each."""
        at = self._entry.recorded_at
        self._add(Workflow, [_workflow_row(each, at) for each in rows])
        made = select(col(Workflow.key), col(Workflow.id)).where(col(Workflow.id) > last_id)
        ids: dict[str, int] = {row.key: row.id for row in self._session.execute(made)} if rows else {}
        streams: list[dict[str, Any]] = []
        for each in rows:
            for code in (each.workstream, *each.texts.get("other_workstreams", "").split()):
                is_owner = code == each.workstream
                streams.append({"workflow_id": ids[each.key], "workstream_code": code, "is_owner": is_owner})
        self._add(WorkflowWorkstream, streams)
        self._add(StateChange, [self._move_row(each, ids[each.key]) for each in rows])

    def change(self, rows: Sequence[Planned]) -> None:
        """Fields written over, other workstreams exchanged, moves made."""
        entry = self._entry
        there = [(each, each.existing) for each in rows if each.existing is not None]
        self._add(FieldChange, [
            {"workflow_id": old.id, "blocker_id": None, "account_id": None, "field": name, "before": old.texts[name],
             "after": text, "entry_id": entry.id}
            for each, old in there for name, text in each.texts.items()
        ])  # fmt: skip
        self._add(StateChange, [self._move_row(each, old.id) for each, old in there if each.to is not None])
        self._update([_values(each) for each, _ in there])
        shared = [(each, old.id) for each, old in there if "other_workstreams" in each.texts]
        for start in range(0, len(shared), _A_PIECE):
            ids = [number for _, number in shared[start : start + _A_PIECE]]
            of_others = (col(WorkflowWorkstream.workflow_id).in_(ids), col(WorkflowWorkstream.is_owner).is_(False))
            self._session.execute(delete(WorkflowWorkstream).where(*of_others))
        self._add(WorkflowWorkstream, [
            {"workflow_id": number, "workstream_code": code, "is_owner": False}
            for each, number in shared for code in each.texts["other_workstreams"].split()
        ])  # fmt: skip

    def _add(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:  # noqa: ANN401 - any of the tables
        for start in range(0, len(rows), _A_PIECE):
            self._entry.add_all(table, rows[start : start + _A_PIECE])
            self._progress(table.__tablename__, min(start + _A_PIECE, len(rows)), len(rows))

    def _update(self, rows: Sequence[dict[str, Any]]) -> None:
        """Fields and caches; rows with the same columns go together."""
        columns = ("name", "name_en", "description", "owner", "priority", "state", "state_since", "version")
        statement = (
            update(Workflow.__table__)  # type: ignore[attr-defined]
            .where(col(Workflow.id) == bindparam("row_id"))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        if rows:
            self._session.connection().execute(statement, rows)

    def _move_row(self, each: Planned, workflow_id: int) -> dict[str, Any]:
        """The change that creates the workflow, or the one that moves it."""
        return {
            "workflow_id": workflow_id,
            "from_state": each.existing.state if each.existing is not None else None,
            "to_state": each.to,
            "happened_at": each.happened_at,
            "recorded_at": self._entry.recorded_at,
            "entry_id": self._entry.id,
            "reason": each.reason if each.existing is not None else "",
            "note": "",
            "voids": None,
        }


def _workflow_row(each: Planned, at: object) -> dict[str, Any]:
    return {
        "key": each.key,
        "name": each.texts["name"],
        "name_en": each.texts.get("name_en", ""),
        "description": each.texts.get("description", ""),
        "owner": each.texts.get("owner", ""),
        "priority": _priority(each.texts.get("priority", "")),
        "created_at": at,
        "archived_at": None,
        "state": each.to,
        "state_since": each.happened_at,
        "cycle_number": None,
        "goal": None,
        "version": 1,
    }


def _values(each: Planned) -> dict[str, Any]:
    old = each.existing
    assert old is not None
    texts = {**old.texts, **each.texts}
    moves = each.to is not None
    return {
        "row_id": old.id,
        **{f"new_{name}": texts[name] for name in ("name", "name_en", "description", "owner")},
        "new_priority": _priority(texts["priority"]),
        "new_state": each.to if moves else old.state,
        "new_state_since": each.happened_at if moves else old.changed_at,
        "new_version": old.version + moves,
    }


def _priority(text: str) -> int | None:
    return int(text) if text else None
