"""All that happened to a workflow, as items of a timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

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


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened. `kind`: created, moved, taken_back, scope, held, released, note, check, field,
    recorded_here.

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

    @property
    def is_late(self) -> bool:
        """Whether it was entered on a later local date than it happened."""
        return self.days_late > 0

    @property
    def counts(self) -> bool:
        """Whether it made a new version of the workflow: what a stale form has missed."""
        return self.kind not in {"note", "check", "field", "recorded_here"}

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
    session: Session, workflow_id: int, changes: list[Recorded], *, language: str, zone: ZoneInfo
) -> list[TimelineItem]:
    """Everything, newest first by when it happened. Five statements beside the changes'."""
    items = [
        *_change_items(changes, zone),
        *_scope_items(session, workflow_id),
        *_blocker_items(session, workflow_id, language, zone),
        *_note_items(session, workflow_id),
        *_check_items(session, workflow_id),
        *_field_items(session, workflow_id),
    ]
    return sorted(items, key=lambda item: item.order, reverse=True)


def changes(session: Session, workflow_id: int) -> list[Recorded]:
    """The workflow's changes of state in recorded order. One statement."""
    rows = session.execute(
        select(
            col(StateChange.id),
            col(StateChange.from_state),
            col(StateChange.to_state),
            col(StateChange.happened_at),
            col(StateChange.recorded_at),
            col(StateChange.voids),
            col(Actor.name),
            col(StateChange.reason),
            col(StateChange.note),
        )
        .join(Entry, col(Entry.id) == col(StateChange.entry_id))
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
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
        late = _days_late(change.happened_at, change.recorded_at, zone)
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
    return TimelineItem(
        kind="recorded_here",
        at=change.recorded_at,
        order=(change.recorded_at, 0, change.id),
        actor=item.actor,
        anchor=item.tie,
        tie=item.anchor,
        recorded_at=change.recorded_at,
        from_state=item.from_state,
        to_state=item.to_state,
        days_late=item.days_late,
        voided_at=item.voided_at,
        voided_by=item.voided_by,
    )


def _scope_items(session: Session, workflow_id: int) -> list[TimelineItem]:
    rows = session.execute(_with_actor(ScopeChange, ScopeChange.workflow_id, workflow_id).order_by(col(ScopeChange.id)))
    return [
        TimelineItem(
            kind="scope",
            at=row.happened_at,
            order=(row.happened_at, 1, row.id),
            actor=actor,
            anchor=f"scope-{row.id}",
            recorded_at=row.recorded_at,
            from_cycle=row.from_cycle,
            to_cycle=row.to_cycle,
            goal=row.goal,
            scope_kind=row.kind,
            reason=row.reason,
            note=row.note,
        )
        for row, actor in rows
    ]


def _blocker_items(session: Session, workflow_id: int, language: str, zone: ZoneInfo) -> list[TimelineItem]:
    rows = session.execute(
        select(BlockerEvent, col(Actor.name), col(Blocker.title), col(Blocker.title_en))
        .join(Blocker, col(Blocker.id) == col(BlockerEvent.blocker_id))
        .join(Entry, col(Entry.id) == col(BlockerEvent.entry_id))
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .where(col(BlockerEvent.workflow_id) == workflow_id)
    )
    return [
        TimelineItem(
            kind="held" if row.event is HoldEvent.HELD else "released",
            at=row.happened_at,
            order=(row.happened_at, 2, row.id or 0),
            actor=actor,
            anchor=f"blocker-event-{row.id}",
            recorded_at=row.recorded_at,
            text=in_language(language, title, title_en),
            note=row.note,
            days_late=_days_late(row.happened_at, row.recorded_at, zone),
            blocker_id=row.blocker_id,
        )
        for row, actor, title, title_en in rows
    ]


def _note_items(session: Session, workflow_id: int) -> list[TimelineItem]:
    rows = session.execute(_with_actor(Note, Note.workflow_id, workflow_id))
    return [
        TimelineItem(
            kind="note",
            at=row.recorded_at,
            order=(row.recorded_at, 3, row.id),
            actor=actor,
            anchor=f"note-{row.id}",
            recorded_at=row.recorded_at,
            note=row.text,
        )
        for row, actor in rows
    ]


def _check_items(session: Session, workflow_id: int) -> list[TimelineItem]:
    rows = session.execute(_with_actor(WorkflowCheck, WorkflowCheck.workflow_id, workflow_id))
    return [
        TimelineItem(
            kind="check",
            at=row.recorded_at,
            order=(row.recorded_at, 4, row.id),
            actor=actor,
            anchor=f"check-{row.id}",
            recorded_at=row.recorded_at,
        )
        for row, actor in rows
    ]


def _field_items(session: Session, workflow_id: int) -> list[TimelineItem]:
    rows = session.execute(
        select(FieldChange, col(Entry.recorded_at), col(Actor.name))
        .join(Entry, col(Entry.id) == col(FieldChange.entry_id))
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .where(col(FieldChange.workflow_id) == workflow_id)
    )
    return [
        TimelineItem(
            kind="field",
            at=recorded_at,
            order=(recorded_at, 5, row.id or 0),
            actor=actor,
            anchor=f"field-change-{row.id}",
            recorded_at=recorded_at,
            field=row.field,
            before=row.before,
            after=row.after,
        )
        for row, recorded_at, actor in rows
    ]


def _days_late(happened_at: datetime, recorded_at: datetime, zone: ZoneInfo) -> int:
    return (local_date(recorded_at, zone) - local_date(happened_at, zone)).days


def _with_actor(table: Any, workflow: Any, workflow_id: int) -> Any:  # noqa: ANN401 - any table of history
    return (
        select(table, col(Actor.name))
        .join(Entry, col(Entry.id) == table.entry_id)
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .where(col(workflow) == workflow_id)
    )


def in_language(language: str, swedish: str, english: str) -> str:
    """The text in the reader's language; Swedish where there is no English."""
    return english if language == "en" and english else swedish
