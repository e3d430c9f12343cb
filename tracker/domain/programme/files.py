"""The programme files: the columns of each, declared once for reading and writing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tracker.domain import blockers, cells
from tracker.domain.blockers import BlockerRow
from tracker.domain.cells import Cell, Column, optional, required
from tracker.domain.programme.rows import (
    BlockerEventRow,
    ChangeRow,
    CheckRow,
    CycleRow,
    NoteRow,
    ProjectRow,
    ScopeRow,
    WorkflowRow,
    WorkstreamRow,
)
from tracker.domain.states import CycleStatus, Goal, HoldEvent, ScopeKind, State

_STATE = cells.words(
    State,
    {
        State.NOT_STARTED: "ej påbörjad",
        State.DESIGN: "design",
        State.VALIDATION: "validering",
        State.TEST: "test",
        State.DONE: "klar",
    },
)
GOAL = cells.words(Goal, {Goal.DESIGN: "design", Goal.VALIDATION: "validering", Goal.TEST: "test"})
STATUS = cells.words(
    CycleStatus,
    {CycleStatus.DRAFT: "utkast", CycleStatus.RUNNING: "pågår", CycleStatus.CLOSED: "avslutad"},
)
_KIND = cells.words(
    ScopeKind,
    {
        ScopeKind.PLANNED: "planerad",
        ScopeKind.ADDED: "tillagd",
        ScopeKind.REMOVED: "borttagen",
        ScopeKind.CARRIED: "överförd",
        ScopeKind.RETURNED: "åter till backloggen",
        ScopeKind.DROPPED: "utgår",
    },
)
_EVENT = cells.words(HoldEvent, {HoldEvent.HELD: "hindrar", HoldEvent.RELEASED: "släppt"})
_ID = cells.integer(1)
_CYCLE = cells.integer(1)
_NEVER_READ: Cell[int | None] = Cell(optional(cells.integer(0)).write, lambda _text: None)


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ProgrammeFile(Generic[Row]):
    """A file without its `.csv`: what its rows are, and its columns in the order of the row's fields."""

    name: str
    row: Callable[..., Row]
    columns: tuple[Column, ...]

    def cell_of(self, row: object, column: str) -> str:
        """How a column of the row is written for programs."""
        kind = next(each.cell for each in self.columns if each.name == column)
        return kind.write(getattr(row, column), cells.Dialect.CSV)


_HISTORY = (
    required("happened_at", "hände", cells.INSTANT),
    required("recorded_at", "registrerat", cells.INSTANT),
    required("actor", "av", cells.NAME),
)
PROJECTS = ProgrammeFile(
    "projects",
    ProjectRow,
    (
        required("code", "kod", cells.CODE),
        required("name", "namn", cells.NAME),
        Column("name_en", "engelskt namn", cells.TEXT),
        required("first_cycle", "första cykel", _CYCLE),
    ),
)
WORKSTREAMS = ProgrammeFile(
    "workstreams",
    WorkstreamRow,
    (
        required("code", "kod", cells.CODE),
        required("name", "namn", cells.NAME),
        Column("name_en", "engelskt namn", cells.TEXT),
        required("project", "projekt", cells.CODE),
        Column("wip_design", "högst i design", optional(cells.integer(0))),
        Column("wip_validation", "högst i validering", optional(cells.integer(0))),
        Column("wip_test", "högst i test", optional(cells.integer(0))),
        Column("archived_at", "arkiverad", optional(cells.INSTANT)),
    ),
)
CYCLES = ProgrammeFile(
    "cycles",
    CycleRow,
    (
        required("cycle", "cykel", _CYCLE),
        required("starts_on", "första dag", cells.DATE),
        required("ends_on", "sista dag", cells.DATE),
        Column("planning_starts_on", "planering från", optional(cells.DATE)),
        Column("planning_ends_on", "planering till", optional(cells.DATE)),
        required("status", "status", STATUS),
        Column("goal", "cykelmål", cells.TEXT),
        Column("committed_at", "fastställd", optional(cells.INSTANT)),
        Column("closed_at", "avslutad", optional(cells.INSTANT)),
    ),
)
WORKFLOWS = ProgrammeFile(
    "workflows",
    WorkflowRow,
    (
        required("key", "nyckel", cells.CODE),
        required("name", "namn", cells.NAME),
        Column("name_en", "engelskt namn", cells.TEXT),
        Column("description", "beskrivning", cells.TEXT),
        required("workstream", "arbetsström", cells.CODE),
        Column("other_workstreams", "andra arbetsströmmar", cells.CODES),
        Column("owner", "ansvarig", cells.TEXT),
        Column("priority", "prioritet", optional(cells.integer(1, 4))),
        required("created_at", "skapad", cells.INSTANT),
        Column("archived_at", "arkiverad", optional(cells.INSTANT)),
        Column("state", "status", optional(_STATE)),
        Column("cycle", "cykel", optional(_CYCLE)),
        Column("goal", "mål", optional(GOAL)),
        Column("blocked", "har hinder", optional(cells.BOOLEAN)),
        Column("times_carried", "gånger överförd", optional(cells.integer(0))),
        Column("done_at", "klar", optional(cells.INSTANT)),
        Column("age_days", "ålder i dagar", _NEVER_READ),
    ),
)
CHANGES = ProgrammeFile(
    "changes",
    ChangeRow,
    (
        required("id", "id", _ID),
        required("workflow", "arbetsflöde", cells.CODE),
        required("from_state", "från", optional(_STATE)),
        required("to_state", "till", optional(_STATE)),
        *_HISTORY,
        Column("reason", "orsak", cells.TEXT),
        Column("note", "anteckning", cells.TEXT),
        Column("voids", "tar tillbaka", optional(_ID)),
    ),
)
SCOPE = ProgrammeFile(
    "scope",
    ScopeRow,
    (
        required("id", "id", _ID),
        required("workflow", "arbetsflöde", cells.CODE),
        required("from_cycle", "från cykel", optional(_CYCLE)),
        required("to_cycle", "till cykel", optional(_CYCLE)),
        required("goal", "mål", optional(GOAL)),
        required("kind", "slag", _KIND),
        Column("reason", "orsak", cells.TEXT),
        *_HISTORY,
        Column("note", "anteckning", cells.TEXT),
    ),
)
BLOCKERS = ProgrammeFile(
    "blockers",
    BlockerRow,
    (
        required("id", "id", _ID),
        *blockers.COLUMNS,
    ),
)
BLOCKER_EVENTS = ProgrammeFile(
    "blocker_events",
    BlockerEventRow,
    (
        required("id", "id", _ID),
        required("blocker", "hinder", _ID),
        required("workflow", "arbetsflöde", cells.CODE),
        required("event", "händelse", _EVENT),
        *_HISTORY,
        Column("note", "anteckning", cells.TEXT),
    ),
)
NOTES = ProgrammeFile(
    "notes",
    NoteRow,
    (
        required("id", "id", _ID),
        Column("workflow", "arbetsflöde", optional(cells.CODE)),
        Column("blocker", "hinder", optional(_ID)),
        *_HISTORY[1:],
        required("text", "text", cells.TEXT),
    ),
)
CHECKS = ProgrammeFile(
    "checks",
    CheckRow,
    (
        required("id", "id", _ID),
        required("workflow", "arbetsflöde", cells.CODE),
        *_HISTORY[1:],
    ),
)

PROGRAMME_FILES: tuple[ProgrammeFile[Any], ...] = (
    PROJECTS,
    WORKSTREAMS,
    CYCLES,
    WORKFLOWS,
    CHANGES,
    SCOPE,
    BLOCKERS,
    BLOCKER_EVENTS,
    NOTES,
    CHECKS,
)
