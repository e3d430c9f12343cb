"""The rows of programme files as rows of tables: ids, entries, and what each workflow's history comes to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Table
from sqlmodel import SQLModel

from tracker.db import models
from tracker.domain.programme.replay import caches
from tracker.domain.programme.rows import Programme
from tracker.domain.workflows import COLUMNS

TableRows = list[dict[str, Any]]


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


SEEDED_WITH_IDS = [
    _table(model)
    for model in (
        models.Actor,
        models.Workflow,
        models.StateChange,
        models.ScopeChange,
        models.Blocker,
        models.BlockerEvent,
        models.PartEvent,
        models.Note,
        models.WorkflowCheck,
    )
]


class _Recorded(Protocol):
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...


class SeedRows:
    """A sound programme as rows of tables. Rows recorded at one instant by one actor make one entry."""

    def __init__(self, programme: Programme, known_actors: dict[str, int], revision: int) -> None:
        self._programme = programme
        histories: Iterable[Iterable[_Recorded]] = (
            programme.changes,
            programme.scope,
            programme.blocker_events,
            programme.parts,
            programme.notes,
            programme.checks,
        )
        recorded = sorted({(row.recorded_at, row.actor) for rows in histories for row in rows})
        self._entries = {key: number for number, key in enumerate(recorded, revision + 1)}
        self._new_actors = sorted({actor for _, actor in recorded} - known_actors.keys())
        first_free = max(known_actors.values(), default=0) + 1
        self._actors = known_actors | {name: number for number, name in enumerate(self._new_actors, first_free)}
        keys = sorted(row.key for row in programme.workflows)
        self._workflows: dict[str | None, int | None] = {key: number for number, key in enumerate(keys, 1)}
        self._workflows[None] = None
        self.revision = revision + len(recorded)
        self.newest_recorded_at = recorded[-1][0] if recorded else None

    def tables(self) -> list[tuple[Table, TableRows]]:
        """Tables and their rows, in an order that keeps references whole."""
        programme = self._programme
        return [
            (_table(model), rows)
            for model, rows in (
                (models.Actor, [{"id": self._actors[name], "name": name} for name in self._new_actors]),
                (models.Entry, self._entry_rows()),
                (models.Project, [_as_is(row) for row in programme.projects]),
                (models.Workstream, [_as_is(row, project="project_code") for row in programme.workstreams]),
                (models.Cycle, [_as_is(row, cycle="number") for row in programme.cycles]),
                (models.Workflow, self._workflow_rows()),
                (models.WorkflowWorkstream, self._workstream_rows()),
                (models.StateChange, self._change_rows()),
                (models.ScopeChange, self._history(programme.scope)),
                (models.Blocker, [_as_is(row) for row in programme.blockers]),
                (models.BlockerEvent, self._history(programme.blocker_events)),
                (models.PartEvent, self._history(programme.parts)),
                (models.Note, self._history(programme.notes)),
                (models.WorkflowCheck, self._history(programme.checks)),
            )
        ]

    def _entry_rows(self) -> TableRows:
        return [
            {"id": number, "actor_id": self._actors[actor], "command": "seed", "recorded_at": recorded_at}
            for (recorded_at, actor), number in self._entries.items()
        ]

    def _workflow_rows(self) -> TableRows:
        return [
            {
                "id": self._workflows[row.key],
                **{name: getattr(row, name) for name in ("key", *COLUMNS, "created_at", "archived_at")},
                "state": cached.state,
                "state_since": cached.state_since,
                "cycle_number": cached.cycle,
                "goal": cached.goal,
                "version": cached.version,
            }
            for row, cached in caches(self._programme)
        ]

    def _workstream_rows(self) -> TableRows:
        return [
            {"workflow_id": self._workflows[row.key], "workstream_code": code, "is_owner": code == row.workstream}
            for row in self._programme.workflows
            for code in (row.workstream, *row.other_workstreams)
        ]

    def _change_rows(self) -> TableRows:
        # A row that takes another back refers to it: in order of id it comes after.
        return sorted(self._history(self._programme.changes), key=lambda row: row["id"])

    def _history(self, rows: Iterable[_Recorded]) -> TableRows:
        return [self._history_row(row) for row in rows]

    def _history_row(self, row: _Recorded) -> dict[str, Any]:
        values = _as_is(row, workflow="workflow_id", blocker="blocker_id", workstream="workstream_code")
        values["workflow_id"] = self._workflows[values["workflow_id"]]
        values["entry_id"] = self._entries[row.recorded_at, values.pop("actor")]
        return values


def _as_is(row: object, **renamed: str) -> dict[str, Any]:
    """The fields of a file's row, some under the name of their column in the table."""
    return {renamed.get(name, name): getattr(row, name) for name in row.__slots__}  # type: ignore[attr-defined]
