"""What a row of each programme file holds, its columns' Swedish headings and cells, and the programme that they make
together.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, TypeAlias

from tracker.domain import cells
from tracker.domain.blockers import BlockerRow
from tracker.domain.cells import ID, Cell, Heading, needed, optional, words
from tracker.domain.states import CycleStatus, Goal, HoldEvent, PartEventKind, ScopeKind, State

_STATE = words(
    State,
    {
        State.NOT_STARTED: "ej påbörjad",
        State.DESIGN: "design",
        State.VALIDATION: "validering",
        State.TEST: "test",
        State.DONE: "klar",
    },
)
GOAL = words(Goal, {Goal.DESIGN: "design", Goal.VALIDATION: "validering", Goal.TEST: "test"})
STATUS = words(
    CycleStatus,
    {CycleStatus.DRAFT: "utkast", CycleStatus.RUNNING: "pågår", CycleStatus.CLOSED: "avslutad"},
)
_KIND = words(
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
_EVENT = words(HoldEvent, {HoldEvent.HELD: "hindrar", HoldEvent.RELEASED: "släppt"})
_PART = words(
    PartEventKind,
    {
        PartEventKind.JOINED: "deltar",
        PartEventKind.LEFT: "deltar inte längre",
        PartEventKind.SIGNED: "klar",
        PartEventKind.WITHDRAWN: "återtagen",
        PartEventKind.WAIVED: "behövs inte",
    },
)
_CYCLE = cells.integer(1)
_NEVER_READ: Cell[int | None] = Cell(optional(cells.integer(0)).writer, lambda _text: None)

Id: TypeAlias = Annotated[int, needed("id", ID)]
OfWorkflow: TypeAlias = Annotated[str, needed("arbetsflöde", cells.CODE)]
Happened: TypeAlias = Annotated[datetime, needed("hände", cells.INSTANT)]
Recorded: TypeAlias = Annotated[datetime, needed("registrerat", cells.INSTANT)]
By: TypeAlias = Annotated[str, needed("av", cells.NAME)]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A row of projects.csv."""

    code: Annotated[str, needed("kod", cells.CODE)]
    name: Annotated[str, needed("namn", cells.NAME)]
    name_en: Annotated[str, Heading("engelskt namn", cells.TEXT)] = ""
    first_cycle: Annotated[int, needed("första cykel", _CYCLE)] = 1


@dataclass(frozen=True, slots=True)
class WorkstreamRow:
    """A row of workstreams.csv."""

    code: Annotated[str, needed("kod", cells.CODE)]
    name: Annotated[str, needed("namn", cells.NAME)]
    name_en: Annotated[str, Heading("engelskt namn", cells.TEXT)]
    project: Annotated[str, needed("projekt", cells.CODE)]
    wip_design: Annotated[int | None, Heading("högst i design", optional(cells.integer(0)))] = None
    wip_validation: Annotated[int | None, Heading("högst i validering", optional(cells.integer(0)))] = None
    wip_test: Annotated[int | None, Heading("högst i test", optional(cells.integer(0)))] = None
    archived_at: Annotated[datetime | None, Heading("arkiverad", optional(cells.INSTANT))] = None


@dataclass(frozen=True, slots=True)
class CycleRow:
    """A row of cycles.csv."""

    cycle: Annotated[int, needed("cykel", _CYCLE)]
    starts_on: Annotated[date, needed("första dag", cells.DATE)]
    ends_on: Annotated[date, needed("sista dag", cells.DATE)]
    planning_starts_on: Annotated[date | None, Heading("planering från", optional(cells.DATE))] = None
    planning_ends_on: Annotated[date | None, Heading("planering till", optional(cells.DATE))] = None
    status: Annotated[CycleStatus, needed("status", STATUS)] = CycleStatus.DRAFT
    goal: Annotated[str, Heading("cykelmål", cells.TEXT)] = ""
    committed_at: Annotated[datetime | None, Heading("fastställd", optional(cells.INSTANT))] = None
    closed_at: Annotated[datetime | None, Heading("avslutad", optional(cells.INSTANT))] = None


@dataclass(slots=True)  # not frozen: that takes five times as long to make, and all of them are made for a file
class WorkflowRow:
    """A row of workflows.csv; from `state` on derived from the other files."""

    key: Annotated[str, needed("nyckel", cells.CODE)]
    name: Annotated[str, needed("namn", cells.NAME)]
    name_en: Annotated[str, Heading("engelskt namn", cells.TEXT)]
    description: Annotated[str, Heading("beskrivning", cells.TEXT)]
    workstream: Annotated[str, needed("arbetsström", cells.CODE)]
    other_workstreams: Annotated[tuple[str, ...], Heading("andra arbetsströmmar", cells.CODES)]
    owner: Annotated[str, Heading("ansvarig", cells.TEXT)]
    priority: Annotated[int | None, Heading("prioritet", optional(cells.integer(1, 4)))]
    created_at: Annotated[datetime, needed("skapad", cells.INSTANT)]
    archived_at: Annotated[datetime | None, Heading("arkiverad", optional(cells.INSTANT))] = None
    state: Annotated[State | None, Heading("status", optional(_STATE))] = None
    cycle: Annotated[int | None, Heading("cykel", optional(_CYCLE))] = None
    goal: Annotated[Goal | None, Heading("mål", optional(GOAL))] = None
    blocked: Annotated[bool | None, Heading("har hinder", optional(cells.BOOLEAN))] = None
    times_carried: Annotated[int | None, Heading("gånger överförd", optional(cells.integer(0)))] = None
    done_at: Annotated[datetime | None, Heading("klar", optional(cells.INSTANT))] = None
    age_days: Annotated[int | None, Heading("ålder i dagar", _NEVER_READ)] = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A row of changes.csv."""

    id: Id
    workflow: OfWorkflow
    from_state: Annotated[State | None, needed("från", optional(_STATE))]
    to_state: Annotated[State | None, needed("till", optional(_STATE))]
    happened_at: Happened
    recorded_at: Recorded
    actor: By
    reason: Annotated[str, Heading("orsak", cells.TEXT)] = ""
    note: Annotated[str, Heading("anteckning", cells.TEXT)] = ""
    voids: Annotated[int | None, Heading("tar tillbaka", optional(ID))] = None


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A row of scope.csv."""

    id: Id
    workflow: OfWorkflow
    from_cycle: Annotated[int | None, needed("från cykel", optional(_CYCLE))]
    to_cycle: Annotated[int | None, needed("till cykel", optional(_CYCLE))]
    goal: Annotated[Goal | None, needed("mål", optional(GOAL))]
    kind: Annotated[ScopeKind, needed("slag", _KIND)]
    reason: Annotated[str, Heading("orsak", cells.TEXT)]
    happened_at: Happened
    recorded_at: Recorded
    actor: By
    note: Annotated[str, Heading("anteckning", cells.TEXT)] = ""


@dataclass(frozen=True, slots=True)
class BlockerEventRow:
    """A row of blocker_events.csv."""

    id: Id
    blocker: Annotated[int, needed("hinder", ID)]
    workflow: OfWorkflow
    event: Annotated[HoldEvent, needed("händelse", _EVENT)]
    happened_at: Happened
    recorded_at: Recorded
    actor: By
    note: Annotated[str, Heading("anteckning", cells.TEXT)] = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row of parts.csv."""

    id: Id
    workflow: OfWorkflow
    workstream: Annotated[str, needed("arbetsström", cells.CODE)]
    stage: Annotated[Goal | None, needed("steg", optional(GOAL))]
    event: Annotated[PartEventKind, needed("händelse", _PART)]
    happened_at: Happened
    recorded_at: Recorded
    actor: By
    note: Annotated[str, Heading("anteckning", cells.TEXT)] = ""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A row of notes.csv."""

    id: Id
    workflow: Annotated[str | None, Heading("arbetsflöde", optional(cells.CODE))]
    blocker: Annotated[int | None, Heading("hinder", optional(ID))]
    recorded_at: Recorded
    actor: By
    text: Annotated[str, needed("text", cells.TEXT)]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A row of checks.csv: looked at, nothing changed."""

    id: Id
    workflow: OfWorkflow
    recorded_at: Recorded
    actor: By


@dataclass(slots=True)
class Programme:
    """The rows of all programme files, each list named as its file."""

    projects: list[ProjectRow] = field(default_factory=list)
    workstreams: list[WorkstreamRow] = field(default_factory=list)
    cycles: list[CycleRow] = field(default_factory=list)
    workflows: list[WorkflowRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    scope: list[ScopeRow] = field(default_factory=list)
    blockers: list[BlockerRow] = field(default_factory=list)
    blocker_events: list[BlockerEventRow] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    notes: list[NoteRow] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)
