"""Who did what when: the entries of the history with all that each of them wrote."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, union

from tracker.db.columns import AnyColumn, AnyRow, AnyTable
from tracker.db.language import translated
from tracker.db.models import (
    Actor,
    Blocker,
    BlockerEvent,
    Cycle,
    CycleChange,
    Entry,
    FieldChange,
    Note,
    Proposal,
    ReportChange,
    ReportPublication,
    ReviewReady,
    ScopeChange,
    SetupChange,
    StateChange,
    User,
    Workflow,
    WorkflowCheck,
)
from tracker.domain.cells import LARGEST_ID
from tracker.domain.states import Goal, HoldEvent, ProposalKind, ScopeKind, State

A_PAGE = 50
_WRITTEN_OVER = ("field", "before", "after")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries: of whom, by which command, about which workflow, on which day, older than which, just one, or all
    that set something up.
    """

    actor: str = ""
    command: str = ""
    workflow: str = ""
    day: date | None = None
    before: int | None = None
    entry: int | None = None
    of_setup: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that an entry wrote, about a workflow (`key`), a blocker, an account, a cycle or what is set up.

    `kind`: moved, created, taken_back, scope, held, released, note, check, field, account, committed, closed, proposed,
    ready, published, reopened. Or it wrote in a month's report, of a project.
    """

    entry_id: int
    kind: str
    key: str = ""
    blocker_id: int | None = None
    blocker: str = ""
    account: str = ""
    cycle: int | None = None
    workstream: str = ""
    month: str = ""
    project: str = ""
    thing: str = ""
    code: str = ""
    from_state: State | None = None
    to_state: State | None = None
    happened_at: datetime | None = None
    from_cycle: int | None = None
    to_cycle: int | None = None
    goal: Goal | None = None
    scope_kind: ScopeKind | None = None
    proposal_kind: ProposalKind | None = None
    field: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One command: who, which, when, and what it wrote."""

    id: int
    actor: str
    command: str
    recorded_at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; `older` is where the next page starts, none on the last one."""

    entries: tuple[AuditEntry, ...]
    older: int | None


def page(session: Session, filters: Filters, *, language: str, zone: ZoneInfo, most: int = A_PAGE) -> Page:
    """A page of entries. Fifteen statements."""
    rows = session.execute(_entries(filters, zone).limit(most + 1)).all()
    shown = rows[:most]
    lines: dict[int, list[Line]] = {row.id: [] for row in shown}
    for line in _lines(session, [row.id for row in shown], [row.recorded_at for row in shown], language):
        lines[line.entry_id].append(line)
    entries = tuple(AuditEntry(row.id, row.name, row.command, row.recorded_at, tuple(lines[row.id])) for row in shown)
    return Page(entries, shown[-1].id if len(rows) > most else None)


def actors(session: Session) -> list[str]:
    """Everybody who has ever done something, by name."""
    has_acted = select(col(Entry.actor_id)).where(col(Entry.actor_id) == col(Actor.id)).exists()
    return sorted(session.scalars(select(col(Actor.name)).where(has_acted)), key=str.casefold)


def _entries(filters: Filters, zone: ZoneInfo) -> Any:  # noqa: ANN401 - a select
    statement: Any = (
        select(col(Entry.id), col(Actor.name), col(Entry.command), col(Entry.recorded_at))
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .order_by(col(Entry.id).desc())
    )
    if filters.actor:
        statement = statement.where(col(Actor.name) == filters.actor)
    if filters.command:
        statement = statement.where(col(Entry.command) == filters.command)
    if filters.of_setup:
        statement = statement.where(col(Entry.id).in_(select(col(SetupChange.entry_id))))
    if filters.workflow:
        statement = statement.where(col(Entry.id).in_(_entries_about(filters.workflow)))
    if filters.day is not None:
        midnight = datetime.combine(filters.day, time(), zone)
        next_midnight = datetime.combine(filters.day + timedelta(days=1), time(), zone)
        statement = statement.where(col(Entry.recorded_at) >= midnight, col(Entry.recorded_at) < next_midnight)
    for number, is_about in ((filters.before, col(Entry.id).__lt__), (filters.entry, col(Entry.id).__eq__)):
        if number is not None:
            statement = statement.where(is_about(min(number, LARGEST_ID)))
    return statement


def _entries_about(key: str) -> Any:  # noqa: ANN401 - a union of selects
    workflow_id = select(col(Workflow.id)).where(col(Workflow.key) == key).scalar_subquery()
    tables: tuple[Any, ...] = (StateChange, ScopeChange, BlockerEvent, Note, WorkflowCheck, FieldChange, Proposal)
    return union(*(select(table.entry_id).where(table.workflow_id == workflow_id) for table in tables))


def _lines(session: Session, ids: Sequence[int], moments: Sequence[datetime], language: str) -> Iterator[Line]:
    entries = dict(zip(moments, ids, strict=True))
    yield from _account_lines(session, entries)
    yield from _cycle_lines(session, entries)
    yield from _cycle_field_lines(session, ids)
    yield from _setup_lines(session, ids)
    yield from _proposal_lines(session, ids)
    yield from _ready_lines(session, ids)
    yield from _report_lines(session, ids)
    yield from _state_lines(session, ids)
    yield from _scope_lines(session, ids)
    yield from _blocker_lines(session, ids, language)
    yield from _note_lines(session, ids, language)
    for entry_id, key in _of(session, WorkflowCheck, ids):
        yield Line(entry_id, "check", key)
    yield from _field_lines(session, ids, language)


def _state_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    voided = aliased(StateChange)
    rows = session.execute(
        select(StateChange, col(Workflow.key), col(voided.from_state), col(voided.to_state))
        .join(Workflow, col(Workflow.id) == col(StateChange.workflow_id))
        .join(voided, col(voided.id) == col(StateChange.voids), isouter=True)
        .where(col(StateChange.entry_id).in_(ids))
        .order_by(col(StateChange.id))
    )
    for change, key, from_state, to_state in rows:
        if change.voids is not None:
            yield Line(change.entry_id, "taken_back", key, from_state=from_state, to_state=to_state, note=change.note)
            continue
        kind = "created" if change.from_state is None else "moved"
        yield _line(change, kind, key, "from_state", "to_state", "happened_at", "reason", "note")


def _scope_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    for change, key in _rows_of(session, ScopeChange, ids):
        own = ("from_cycle", "to_cycle", "goal", "reason", "note")
        yield _line(change, "scope", key, *own, scope_kind=change.kind)


def _blocker_lines(session: Session, ids: Sequence[int], language: str) -> Iterator[Line]:
    rows = session.execute(
        select(BlockerEvent, col(Workflow.key), translated(language, Blocker.title))
        .join(Workflow, col(Workflow.id) == col(BlockerEvent.workflow_id))
        .join(Blocker, col(Blocker.id) == col(BlockerEvent.blocker_id))
        .where(col(BlockerEvent.entry_id).in_(ids))
        .order_by(col(BlockerEvent.id))
    )
    for event, key, title in rows:
        kind = "held" if event.event is HoldEvent.HELD else "released"
        yield _line(event, kind, key, "blocker_id", "happened_at", "note", blocker=title)


def _note_lines(session: Session, ids: Sequence[int], language: str) -> Iterator[Line]:
    rows = session.execute(
        select(Note, col(Workflow.key), translated(language, Blocker.title))
        .join(Workflow, col(Workflow.id) == col(Note.workflow_id), isouter=True)
        .join(Blocker, col(Blocker.id) == col(Note.blocker_id), isouter=True)
        .where(col(Note.entry_id).in_(ids))
        .order_by(col(Note.id))
    )
    for note, key, title in rows:
        yield Line(note.entry_id, "note", key or "", note.blocker_id, title or "", note=note.text)


def _field_lines(session: Session, ids: Sequence[int], language: str) -> Iterator[Line]:
    rows = session.execute(
        select(FieldChange, col(Workflow.key), translated(language, Blocker.title), col(Actor.name))
        .join(Workflow, col(Workflow.id) == col(FieldChange.workflow_id), isouter=True)
        .join(Blocker, col(Blocker.id) == col(FieldChange.blocker_id), isouter=True)
        .join(Actor, col(Actor.id) == col(FieldChange.account_id), isouter=True)
        .where(col(FieldChange.entry_id).in_(ids))
        .order_by(col(FieldChange.id))
    )
    for change, key, title, account in rows:
        about = {"blocker": title or "", "account": account or ""}
        yield _line(change, "field", key or "", "blocker_id", *_WRITTEN_OVER, **about)


def _account_lines(session: Session, entries: Mapping[datetime, int]) -> Iterator[Line]:
    """Accounts made: their making wrote no row of history, but it left its moment."""
    rows = session.execute(
        select(col(User.created_at), col(Actor.name))
        .join(Actor, col(Actor.id) == col(User.actor_id))
        .where(col(User.created_at).in_(entries))
        .order_by(col(User.id))
    )
    for created_at, name in rows:
        yield Line(entries[created_at], "account", account=name)


def _cycle_lines(session: Session, entries: Mapping[datetime, int]) -> Iterator[Line]:
    """Commits and closes: both instants are those of their entries."""
    rows = session.execute(
        select(col(Cycle.number), col(Cycle.committed_at), col(Cycle.closed_at))
        .where(col(Cycle.committed_at).in_(entries) | col(Cycle.closed_at).in_(entries))
        .order_by(col(Cycle.number))
    )
    for number, committed_at, closed_at in rows:
        for kind, at in (("committed", committed_at), ("closed", closed_at)):
            if at in entries:
                yield Line(entries[at], kind, cycle=number)


def _cycle_field_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    changes = session.scalars(
        select(CycleChange).where(col(CycleChange.entry_id).in_(ids)).order_by(col(CycleChange.id))
    )
    for change in changes:
        yield _line(change, "field", "", *_WRITTEN_OVER, cycle=change.cycle_number)


def _setup_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    changes = session.scalars(
        select(SetupChange).where(col(SetupChange.entry_id).in_(ids)).order_by(col(SetupChange.id))
    )
    for change in changes:
        yield _line(change, "field", "", "thing", "code", *_WRITTEN_OVER)


def _proposal_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    """Proposals as they stand: one that was written over or withdrawn since is told by its command alone."""
    rows = session.execute(
        select(Proposal, col(Workflow.key))
        .join(Workflow, col(Workflow.id) == col(Proposal.workflow_id))
        .where(col(Proposal.entry_id).in_(ids))
        .order_by(col(Workflow.key))
    )
    for proposal, key in rows:
        about = {"cycle": proposal.cycle_number, "proposal_kind": proposal.kind}
        yield _line(proposal, "proposed", key, "goal", "reason", "note", **about)


def _ready_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    marks = session.scalars(
        select(ReviewReady).where(col(ReviewReady.entry_id).in_(ids)).order_by(col(ReviewReady.workstream_code))
    )
    for mark in marks:
        yield Line(mark.entry_id, "ready", cycle=mark.cycle_number, workstream=mark.workstream_code)


def _report_lines(session: Session, ids: Sequence[int]) -> Iterator[Line]:
    changes = session.scalars(
        select(ReportChange).where(col(ReportChange.entry_id).in_(ids)).order_by(col(ReportChange.id))
    )
    for change in changes:
        field = "report_status" if change.field == "status" else change.field
        about = {"project": change.project_code, "field": field}
        yield _line(change, "field", "", "month", "before", "after", **about)
    published = session.execute(
        select(col(ReportPublication.entry_id), col(ReportPublication.month), col(ReportPublication.text_sv) != "")
        .where(col(ReportPublication.entry_id).in_(ids))
        .order_by(col(ReportPublication.id))
    )
    for entry_id, month, stands in published:
        yield Line(entry_id, "published" if stands else "reopened", month=month)


def _line(row: AnyRow, kind: str, key: str, *own: str, **more: AnyColumn) -> Line:
    """A line with the columns of the row that it has under the same name, and more."""
    return Line(row.entry_id, kind, key, **{name: getattr(row, name) for name in own}, **more)


def _of(session: Session, table: AnyTable, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    for row, key in _rows_of(session, table, ids):
        yield row.entry_id, key


def _rows_of(session: Session, table: AnyTable, ids: Sequence[int]) -> Iterable[AnyRow]:
    return session.execute(
        select(table, col(Workflow.key))
        .join(Workflow, col(Workflow.id) == table.workflow_id)
        .where(table.entry_id.in_(ids))
        .order_by(table.id)
    )
