"""All that happened to a workflow, as items of a timeline."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from tracker.db.columns import AnyRow, AnyTable, row_columns
from tracker.db.history import written
from tracker.db.language import translated
from tracker.db.models import (
    Actor,
    Blocker,
    BlockerEvent,
    Entry,
    FieldChange,
    Note,
    ScopeChange,
    StateChange,
    WorkflowCheck,
)
from tracker.domain import history
from tracker.domain.calendar import local_date
from tracker.domain.states import Goal, HoldEvent, ScopeKind, State

# What becomes of a part; it makes no new version of the workflow.
PART_KINDS = frozenset({"signed", "withdrawn", "waived", "joined", "left", "lapsed"})
# What an anchor begins with, where that is not the kind.
_ANCHORS = {"held": "blocker-event", "released": "blocker-event", "field": "field-change"}


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened. `kind`: created, moved, taken_back, scope, held, released, note, check, field,
    recorded_here, or one of PART_KINDS, of `parts`; of a blocker also opened (`is_again`: not for the first time) and
    resolved, with the `keys` held or let go.

    A late move comes twice: where it happened, and (`recorded_here`) where it was entered; `anchor` and `tie` name
    each other. `voided_at` and `voided_by` are set on what was taken back. `before` and `after` are a field's texts.
    """

    kind: str
    at: datetime
    order: tuple[datetime, int, int]
    actor: str
    anchor: str
    recorded_at: datetime
    from_state: State | None = None
    to_state: State | None = None
    from_cycle: int | None = None
    to_cycle: int | None = None
    goal: Goal | None = None
    scope_kind: ScopeKind | None = None
    text: str = ""
    reason: str = ""
    note: str = ""
    days_late: int = 0
    tie: str = ""
    voided_at: datetime | None = None
    voided_by: str = ""
    blocker_id: int | None = None
    field: str = ""
    before: str = ""
    after: str = ""
    keys: tuple[str, ...] = ()
    parts: tuple[tuple[str, Goal | None], ...] = ()
    is_again: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it was entered on a later local date than it happened."""
        return self.days_late > 0

    @property
    def counts(self) -> bool:
        """Whether it made a new version of the workflow: what a stale form has missed."""
        return self.kind not in PART_KINDS | {"note", "check", "field", "recorded_here"}

    @property
    def is_void(self) -> bool:
        """Whether it was taken back."""
        return self.voided_at is not None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change of state with who recorded it, and why."""

    change: history.Change
    actor: str
    reason: str
    note: str


def timeline(
    session: Session,
    workflow_id: int,
    changes: list[Recorded],
    parts: Collection[TimelineItem],
    *,
    language: str,
    zone: ZoneInfo,
) -> list[TimelineItem]:
    """Everything, newest first by when it happened; who joins or leaves once, as a part and not as a field too. Five
    statements beside those of the changes and parts.
    """
    joining = {item.recorded_at for item in parts if item.kind in {"joined", "left"}}
    fields = field_items(session, col(FieldChange.workflow_id) == workflow_id)
    items = [
        *parts,
        *_change_items(changes, zone),
        *_scope_items(session, workflow_id),
        *_blocker_items(session, workflow_id, language, zone),
        *note_items(session, col(Note.workflow_id) == workflow_id),
        *_check_items(session, workflow_id),
        *(item for item in fields if item.field != "other_workstreams" or item.recorded_at not in joining),
    ]
    return sorted(items, key=lambda item: item.order, reverse=True)


def changes(session: Session, workflow_id: int) -> list[Recorded]:
    """The workflow's changes of state in recorded order. One statement."""
    rows = session.execute(
        written(
            StateChange, *row_columns(StateChange, history.Change), Actor.name, StateChange.reason, StateChange.note
        )
        .where(col(StateChange.workflow_id) == workflow_id)
        .order_by(col(StateChange.id))
    )
    return [Recorded(history.Change(*row[:6]), *row[6:]) for row in rows]


def _change_items(changes: list[Recorded], zone: ZoneInfo) -> list[TimelineItem]:
    by_id = {row.change.id: row.change for row in changes}
    taken_back = {row.change.voids: (row.change.recorded_at, row.actor) for row in changes if row.change.voids}
    items = []
    for row in changes:
        change = row.change
        voided_at, voided_by = taken_back.get(change.id, (None, ""))
        late = days_late(change.happened_at, change.recorded_at, zone)
        shown = by_id[change.voids] if change.voids else change
        kind = "taken_back" if change.voids else "created" if change.from_state is None else "moved"
        item = TimelineItem(
            kind=kind,
            at=change.happened_at,
            order=(change.happened_at, 0, change.id),
            actor=row.actor,
            anchor=f"change-{change.id}",
            recorded_at=change.recorded_at,
            from_state=shown.from_state,
            to_state=shown.to_state,
            reason=row.reason,
            note=row.note,
            days_late=late,
            tie=f"recorded-{change.id}" if late else "",
            voided_at=voided_at,
            voided_by=voided_by,
        )
        items.append(item)
        if late:
            items.append(_recorded_here(item, change))
    return items


def _recorded_here(item: TimelineItem, change: history.Change) -> TimelineItem:
    at = change.recorded_at
    order, anchor, tie = (at, 0, change.id), item.tie, item.anchor
    return replace(item, kind="recorded_here", at=at, order=order, reason="", note="", anchor=anchor, tie=tie)


def _scope_items(session: Session, workflow_id: int) -> Iterator[TimelineItem]:
    for row, actor in _rows_of(session, ScopeChange, col(ScopeChange.workflow_id) == workflow_id):
        where = {"from_cycle": row.from_cycle, "to_cycle": row.to_cycle, "goal": row.goal, "scope_kind": row.kind}
        yield _item("scope", 1, row, actor, at=row.happened_at, reason=row.reason, note=row.note, **where)


def _blocker_items(session: Session, workflow_id: int, language: str, zone: ZoneInfo) -> Iterator[TimelineItem]:
    rows = session.execute(
        written(BlockerEvent, BlockerEvent, Actor.name, translated(language, Blocker.title))
        .join(Blocker, col(Blocker.id) == col(BlockerEvent.blocker_id))
        .where(col(BlockerEvent.workflow_id) == workflow_id)
    )
    for row, actor, title in rows:
        yield _item(
            "held" if row.event is HoldEvent.HELD else "released",
            2,
            row,
            actor,
            at=row.happened_at,
            text=title,
            note=row.note,
            days_late=days_late(row.happened_at, row.recorded_at, zone),
            blocker_id=row.blocker_id,
        )


def note_items(session: Session, about: ColumnElement[bool]) -> Iterator[TimelineItem]:
    """The notes about something. One statement."""
    for row, actor in _rows_of(session, Note, about):
        yield _item("note", 3, row, actor, note=row.text)


def _check_items(session: Session, workflow_id: int) -> Iterator[TimelineItem]:
    for row, actor in _rows_of(session, WorkflowCheck, col(WorkflowCheck.workflow_id) == workflow_id):
        yield _item("check", 4, row, actor)


def field_items(session: Session, about: ColumnElement[bool]) -> Iterator[TimelineItem]:
    """Which of its fields were written over. One statement."""
    rows = session.execute(written(FieldChange, FieldChange, Entry.recorded_at, Actor.name).where(about))
    for row, at, actor in rows:
        texts = {"field": row.field, "before": row.before, "after": row.after}
        yield _item("field", 5, row, actor, recorded_at=at, **texts)


def _item(
    kind: str,
    rank: int,
    row: AnyRow,
    actor: str,
    *,
    at: datetime | None = None,
    recorded_at: datetime | None = None,
    **more: Any,  # noqa: ANN401 - fields of the item
) -> TimelineItem:
    """The item of a row; of what happens at one instant, that of the higher rank comes first. Without `at` it happened
    when it was recorded.
    """
    recorded_at = recorded_at or row.recorded_at
    at = at or recorded_at
    anchor = f"{_ANCHORS.get(kind, kind)}-{row.id}"
    return TimelineItem(kind, at, (at, rank, row.id), actor, anchor, recorded_at, **more)


def days_late(happened_at: datetime, recorded_at: datetime, zone: ZoneInfo) -> int:
    """How many local dates after it happened something was recorded."""
    return (local_date(recorded_at, zone) - local_date(happened_at, zone)).days


def _rows_of(session: Session, table: AnyTable, about: ColumnElement[bool]) -> Iterable[AnyRow]:
    return session.execute(written(table, table, Actor.name).where(about))
