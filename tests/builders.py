"""A small programme as data, for any test: build it, change rows, load it through the seed loader.

engine = ...                                       # the fixture
load(engine, a_programme())                        # the ready-made one
flow = Flow("LKM-001").to(DESIGN, day(1)).in_cycle(1, TEST)
load(engine, a_programme(flow, cycles=[a_cycle(1, status=RUNNING)]))
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from tracker.commands.programme import seed
from tracker.db.engine import transaction
from tracker.db.migrations import upgrade
from tracker.domain.blockers import BlockerRow
from tracker.domain.cells import Dialect
from tracker.domain.files.csv_text import rows_text
from tracker.domain.programme.files import PROGRAMME_FILES, WORKFLOWS
from tracker.domain.programme.parts import parts_before
from tracker.domain.programme.rows import (
    BlockerEventRow,
    ChangeRow,
    CheckRow,
    CycleRow,
    NoteRow,
    Programme,
    ProjectRow,
    ScopeRow,
    WorkflowRow,
    WorkstreamRow,
)
from tracker.domain.states import BlockerCategory, CycleStatus, Goal, HoldEvent, ScopeKind, State
from tracker.queries.programme import files as programme_files

Row = TypeVar("Row", ScopeRow, BlockerEventRow, NoteRow, CheckRow)

START = date(2023, 1, 30)  # a Monday: the first day of cycle 1
LEAD = "Projektledare SIDU"
OFFICE = "Programkontoret"
_WEEKS = timedelta(weeks=7)


def day(number: float, hour: int = 9) -> datetime:
    """An instant on a day of cycle 1: day(1) is its first Monday at 10:00 Stockholm, day(0) the Sunday before."""
    return datetime(START.year, START.month, START.day, hour, tzinfo=UTC) + timedelta(days=number - 1)


def a_cycle(number: int, status: CycleStatus = CycleStatus.DRAFT, goal: str = "") -> CycleRow:
    """Seven weeks, planned in the week before; cycle 1 starts on START. Committed and closed as its status needs."""
    first = START + (number - 1) * _WEEKS
    friday = first - timedelta(days=3)
    committed_at = datetime(friday.year, friday.month, friday.day, 14, 30, tzinfo=UTC)
    return CycleRow(
        number,
        first,
        first + _WEEKS - timedelta(days=1),
        first - timedelta(days=7),
        friday,
        status,
        goal,
        None if status is CycleStatus.DRAFT else committed_at,
        committed_at + _WEEKS - timedelta(minutes=30) if status is CycleStatus.CLOSED else None,
    )


@dataclass
class Flow:
    """A workflow and its history. Each method adds to it and gives it back; ids come with `a_programme`."""

    key: str = "LKM-001"
    name: str = "Beställa läkemedel"
    name_en: str = ""
    workstream: str = "LKM"
    others: tuple[str, ...] = ()
    owner: str = ""
    priority: int | None = None
    description: str = ""
    created_at: datetime = field(default_factory=lambda: day(-30))
    archived_at: datetime | None = None
    actor: str = LEAD
    changes: list[ChangeRow] = field(default_factory=list)
    scope: list[ScopeRow] = field(default_factory=list)
    events: list[BlockerEventRow] = field(default_factory=list)
    notes: list[NoteRow] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)
    _stack: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._change(None, State.NOT_STARTED, self.created_at, self.created_at, self.actor)

    def to(
        self,
        state: State,
        happened_at: datetime,
        *,
        recorded_at: datetime | None = None,
        actor: str = "",
        reason: str = "",
        note: str = "",
    ) -> Self:
        """A move."""
        self._change(self.state, state, happened_at, recorded_at or happened_at, actor, reason, note)
        return self

    def undo(self, at: datetime, actor: str = "") -> Self:
        """Takes the latest standing change back."""
        voided = self._stack.pop()
        row = ChangeRow(len(self.changes), self.key, None, None, at, at, actor or self.actor, voids=voided)
        self.changes.append(row)
        return self

    def scoped(
        self,
        from_cycle: int | None,
        to_cycle: int | None,
        goal: Goal | None,
        kind: ScopeKind,
        at: datetime,
        *,
        reason: str = "",
        actor: str = OFFICE,
    ) -> Self:
        """Any scope change."""
        row = ScopeRow(len(self.scope), self.key, from_cycle, to_cycle, goal, kind, reason, at, at, actor)
        self.scope.append(row)
        return self

    def in_cycle(self, cycle: int, goal: Goal = Goal.TEST, at: datetime | None = None) -> Self:
        """Planned into a cycle, a week before cycle 1 unless told when."""
        return self.scoped(None, cycle, goal, ScopeKind.PLANNED, at or day(-6))

    def held(self, blocker: int, at: datetime, *, recorded_at: datetime | None = None, note: str = "") -> Self:
        """A blocker begins to hold it."""
        return self._event(blocker, HoldEvent.HELD, at, recorded_at or at, note)

    def released(self, blocker: int, at: datetime, *, recorded_at: datetime | None = None, note: str = "") -> Self:
        """A blocker lets it go."""
        return self._event(blocker, HoldEvent.RELEASED, at, recorded_at or at, note)

    def noted(self, text: str, at: datetime, actor: str = "") -> Self:
        """A note on it."""
        self.notes.append(NoteRow(0, self.key, None, at, actor or self.actor, text))
        return self

    def checked(self, at: datetime, actor: str = "") -> Self:
        """Checked: nothing changed."""
        self.checks.append(CheckRow(0, self.key, at, actor or self.actor))
        return self

    @property
    def state(self) -> State | None:
        """Where its standing changes lead."""
        return self.changes[self._stack[-1]].to_state if self._stack else None

    @property
    def row(self) -> WorkflowRow:
        """Its row of workflows.csv, derived columns left empty."""
        return WorkflowRow(
            self.key,
            self.name,
            self.name_en,
            self.description,
            self.workstream,
            tuple(sorted(self.others)),
            self.owner,
            self.priority,
            self.created_at,
            self.archived_at,
        )

    def _change(
        self,
        from_state: State | None,
        to_state: State,
        happened_at: datetime,
        recorded_at: datetime,
        actor: str = "",
        reason: str = "",
        note: str = "",
    ) -> None:
        number = len(self.changes)
        self._stack.append(number)
        self.changes.append(
            ChangeRow(
                number, self.key, from_state, to_state, happened_at, recorded_at, actor or self.actor, reason, note
            )
        )

    def _event(self, blocker: int, event: HoldEvent, at: datetime, recorded_at: datetime, note: str) -> Self:
        self.events.append(BlockerEventRow(0, blocker, self.key, event, at, recorded_at, self.actor, note))
        return self


def a_blocker(number: int = 1, title: str = "Etikettskrivare saknas", **fields: str) -> BlockerRow:
    """A blocker; what it holds is told by the flows."""
    row = BlockerRow(number, title, "", BlockerCategory.EQUIPMENT, "Testledare")
    return replace(row, **fields)  # type: ignore[arg-type]


PROJECTS = (ProjectRow("SIDU", "Standardisering diagnostik", "Diagnostics"), ProjectRow("SOKI", "Kliniskt innehåll"))
WORKSTREAMS = (
    WorkstreamRow("LAB", "Laboratorium", "Laboratory", "SIDU", 3, 3, 5),
    WorkstreamRow("LKM", "Läkemedel", "Medication", "SOKI"),
    WorkstreamRow("RTG", "Röntgen", "Radiology", "SIDU"),
)


def a_programme(
    *flows: Flow,
    cycles: Iterable[CycleRow] | None = None,
    blockers: Iterable[BlockerRow] = (),
    projects: Iterable[ProjectRow] = PROJECTS,
    workstreams: Iterable[WorkstreamRow] = WORKSTREAMS,
) -> Programme:
    """A programme of these flows (without any: some in every state), one cycle closed, one running, one drafted."""
    flows = flows or some_flows()
    if cycles is None:
        cycles = (a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING, "Allt i test"), a_cycle(3))
    blockers = list(blockers)
    named = {row.id for row in blockers}
    held = {row.blocker for flow in flows for row in flow.events}
    found = Programme(
        sorted(projects, key=lambda row: row.code),
        sorted(workstreams, key=lambda row: row.code),
        sorted(cycles, key=lambda row: row.cycle),
        sorted((flow.row for flow in flows), key=lambda row: row.key),
        _numbered_changes(flows),
        _numbered([row for flow in flows for row in flow.scope]),
        sorted([*blockers, *(a_blocker(number) for number in held - named)], key=lambda row: row.id),
        _numbered([row for flow in flows for row in flow.events]),
        notes=_numbered([row for flow in flows for row in flow.notes]),
        checks=_numbered([row for flow in flows for row in flow.checks]),
    )
    return replace(found, parts=parts_before(found))


def some_flows() -> tuple[Flow, ...]:
    """One workflow per state, and one that is shared, held, late, taken back, carried or archived each."""
    design, validation, test, done = State.DESIGN, State.VALIDATION, State.TEST, State.DONE
    running = day(47)  # after cycle 1 has closed, before cycle 2 begins
    return (
        Flow("LAB-001", "Svara på prov", "Answer a sample", "LAB", ("LKM",)),
        Flow("LAB-002", "Märka rör", workstream="LAB", owner="Sektionsledare")
        .to(design, day(2))
        .in_cycle(2, at=running),
        Flow("LAB-003", "Beställa analys", workstream="LAB", priority=1)
        .to(design, day(1))
        .to(validation, day(5))
        .held(1, day(6))
        .noted("Väntar på skrivare", day(7)),
        Flow("LKM-001").to(design, day(1)).to(validation, day(8)).to(test, day(15)).checked(day(20)),
        Flow("LKM-002", "Öppna recept").in_cycle(1).to(design, day(1)).to(test, day(12)).to(done, day(30)),
        Flow("LKM-003", "Ångra ordination")
        .in_cycle(1)
        .to(design, day(3))
        .scoped(1, 2, Goal.TEST, ScopeKind.CARRIED, day(47, 14), reason="capacity"),
        Flow("RTG-001", "Boka röntgen", workstream="RTG")
        .to(design, day(1))
        .to(validation, day(2), recorded_at=day(4))
        .to(test, day(5))
        .undo(day(5, 10)),
        Flow("RTG-002", "Granska bild", workstream="RTG", archived_at=day(40))
        .to(design, day(10))
        .held(2, day(11))
        .released(2, day(12), note="Löst"),
    )


def load(engine: Engine, programme: Programme, *, time_zone: str = "Europe/Stockholm") -> Programme:
    """Loads it as `tracker seed` would, its rules checked, and gives it back."""
    seed.require_sound(programme)
    with transaction(engine) as session:
        seed.load(session, programme, time_zone=time_zone)
    return programme


def small_programme(engine: Engine) -> None:
    """Prepares a migrated database with the ready-made programme."""
    upgrade(engine)
    load(engine, a_programme())


def write_folder(folder: Path, programme: Programme, dialect: Dialect = Dialect.CSV) -> Path:
    """Writes its files, derived columns included as they stand in the rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in PROGRAMME_FILES:
        text = "".join(rows_text(file.columns, getattr(programme, file.name), dialect))
        (folder / f"{file.name}.csv").write_bytes(text.encode())
    return folder


def exported(session: Session, as_of: datetime | None = None, dialect: Dialect = Dialect.CSV) -> dict[str, bytes]:
    """What `tracker export all` would write, by file name."""
    return {
        f"{file.name}.csv": "".join(
            rows_text(file.columns, programme_files.rows(session, file.name, as_of=as_of), dialect)
        ).encode()
        for file in PROGRAMME_FILES
    }


def require_kept_as_replayed(session: Session) -> None:
    """The file of workflows, which is read from what the database keeps, says what their history says."""
    replayed = programme_files.programme(session).workflows
    for dialect in Dialect:
        kept = rows_text(WORKFLOWS.columns, programme_files.rows(session, "workflows"), dialect)
        assert "".join(kept) == "".join(rows_text(WORKFLOWS.columns, replayed, dialect))


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def files_of(folder: Path) -> Mapping[str, bytes]:
    """The bytes of each file in a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def _numbered_changes(flows: Sequence[Flow]) -> list[ChangeRow]:
    rows = sorted(
        ((row.recorded_at, flow.key, row.id, row) for flow in flows for row in flow.changes), key=lambda each: each[:3]
    )
    ids = {(row.workflow, row.id): number for number, (*_, row) in enumerate(rows, 1)}
    return [
        replace(row, id=number, voids=None if row.voids is None else ids[row.workflow, row.voids])
        for number, (*_, row) in enumerate(rows, 1)
    ]


def _numbered(rows: list[Row]) -> list[Row]:
    in_order = sorted(enumerate(rows), key=lambda each: (each[1].recorded_at, each[0]))
    return [replace(row, id=number) for number, (_, row) in enumerate(in_order, 1)]
