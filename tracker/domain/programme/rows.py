"""What a row of each programme file holds, and the programme that they make together."""

from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.domain.blockers import BlockerRow
from tracker.domain.states import CycleStatus, Goal, HoldEvent, ScopeKind, State


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A row of projects.csv."""

    code: str
    name: str
    name_en: str = ""
    first_cycle: int = 1


@dataclass(frozen=True, slots=True)
class WorkstreamRow:
    """A row of workstreams.csv."""

    code: str
    name: str
    name_en: str
    project: str
    wip_design: int | None = None
    wip_validation: int | None = None
    wip_test: int | None = None
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CycleRow:
    """A row of cycles.csv."""

    cycle: int
    starts_on: date
    ends_on: date
    planning_starts_on: date | None = None
    planning_ends_on: date | None = None
    status: CycleStatus = CycleStatus.DRAFT
    goal: str = ""
    committed_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A row of workflows.csv; from `state` on derived from the other files."""

    key: str
    name: str
    name_en: str
    description: str
    workstream: str
    other_workstreams: tuple[str, ...]
    owner: str
    priority: int | None
    created_at: datetime
    archived_at: datetime | None = None
    state: State | None = None
    cycle: int | None = None
    goal: Goal | None = None
    blocked: bool | None = None
    times_carried: int | None = None
    done_at: datetime | None = None
    age_days: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A row of changes.csv."""

    id: int
    workflow: str
    from_state: State | None
    to_state: State | None
    happened_at: datetime
    recorded_at: datetime
    actor: str
    reason: str = ""
    note: str = ""
    voids: int | None = None


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A row of scope.csv."""

    id: int
    workflow: str
    from_cycle: int | None
    to_cycle: int | None
    goal: Goal | None
    kind: ScopeKind
    reason: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BlockerEventRow:
    """A row of blocker_events.csv."""

    id: int
    blocker: int
    workflow: str
    event: HoldEvent
    happened_at: datetime
    recorded_at: datetime
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A row of notes.csv."""

    id: int
    workflow: str | None
    blocker: int | None
    recorded_at: datetime
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A row of checks.csv: looked at, nothing changed."""

    id: int
    workflow: str
    recorded_at: datetime
    actor: str


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
    notes: list[NoteRow] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)
