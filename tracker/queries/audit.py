"""Who did what when: the entries of the history with all that each of them wrote."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, union

from tracker.db.columns import AnyColumn, AnyRow, AnyTable
from tracker.db.history import OF_WORKFLOWS
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
    PartEvent,
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
from tracker.domain.states import Goal, ProposalKind, ScopeKind, State

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
    ready, published, reopened, or what became of a workstream's part. Or it wrote in a month's report, of a project.
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
    stage: Goal | None = None
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
    """A page of entries. Sixteen statements."""
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
    tables = (*OF_WORKFLOWS, Proposal)
    return union(*(select(table.entry_id).where(table.workflow_id == workflow_id) for table in tables))


def _lines(session: Session, ids: Sequence[int], moments: Sequence[datetime], language: str) -> Iterator[Line]:
    entries = dict(zip(moments, ids, strict=True))
    yield from _account_lines(session, entries)
    yield from _cycle_lines(session, entries)
    for history in _PREPARING:
        yield from _history_lines(session, history, ids, language)
    yield from _state_lines(session, ids)
    for history in _WORKING:
        yield from _history_lines(session, history, ids, language)


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
        own = ("from_state", "to_state", "happened_at", "reason", "note")
        yield Line(change.entry_id, kind, key, **{name: getattr(change, name) for name in own})


class _History(NamedTuple):
    """A history whose rows are lines: what each says by the columns of the same name, and by others; in which order."""

    table: AnyTable
    kind: Callable[[AnyRow], str]
    same: tuple[str, ...] = ()
    other: Mapping[str, str] = MappingProxyType({})
    order: AnyColumn = None  # where that is not the id


# Proposals and readiness as they stand: what was written over or withdrawn since is told by its command alone.
_PREPARING = (
    _History(CycleChange, lambda _: "field", _WRITTEN_OVER, {"cycle": "cycle_number"}),
    _History(SetupChange, lambda _: "field", ("thing", "code", *_WRITTEN_OVER)),
    _History(
        Proposal,
        lambda _: "proposed",
        ("goal", "reason", "note"),
        {"cycle": "cycle_number", "proposal_kind": "kind"},
        Workflow.key,
    ),
    _History(
        ReviewReady,
        lambda _: "ready",
        (),
        {"cycle": "cycle_number", "workstream": "workstream_code"},
        ReviewReady.workstream_code,
    ),
    _History(ReportChange, lambda _: "field", ("month", *_WRITTEN_OVER), {"project": "project_code"}),
    _History(ReportPublication, lambda row: "published" if row.text_sv else "reopened", ("month",)),
)
_WORKING = (
    _History(
        ScopeChange, lambda _: "scope", ("from_cycle", "to_cycle", "goal", "reason", "note"), {"scope_kind": "kind"}
    ),
    _History(BlockerEvent, lambda row: row.event.value, ("blocker_id", "happened_at", "note")),
    _History(
        PartEvent,
        lambda row: row.event.value,
        ("stage", "happened_at", "note"),
        {"workstream": "workstream_code"},
    ),
    _History(Note, lambda _: "note", ("blocker_id",), {"note": "text"}),
    _History(WorkflowCheck, lambda _: "check"),
    _History(FieldChange, lambda _: "field", ("blocker_id", *_WRITTEN_OVER)),
)


def _history_lines(session: Session, history: _History, ids: Sequence[int], language: str) -> Iterator[Line]:
    """The lines of a history, with the key, title or name of whatever its rows point to. One statement."""
    table = history.table
    targets: dict[str, tuple[AnyTable, str, AnyColumn]] = {
        "workflow_id": (Workflow, "key", col(Workflow.key)),
        "blocker_id": (Blocker, "blocker", translated(language, Blocker.title)),
        "account_id": (Actor, "account", col(Actor.name)),
    }
    about = {column: target for column, target in targets.items() if hasattr(table, column)}
    rows = select(table, *(name for _, _, name in about.values())).where(table.entry_id.in_(ids))
    for column, (target, _, _) in about.items():
        rows = rows.join(target, col(target.id) == getattr(table, column), isouter=True)
    for row, *found in session.execute(rows.order_by(table.id if history.order is None else history.order)):
        values: dict[str, Any] = {name: text or "" for (_, name, _), text in zip(about.values(), found, strict=True)}
        values |= {name: getattr(row, name) for name in history.same}
        values |= {name: getattr(row, column) for name, column in history.other.items()}
        yield Line(row.entry_id, history.kind(row), **values)
