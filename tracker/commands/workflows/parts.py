"""The rows of parts and the cache of who takes part, written together; what is open stands in the way of done."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Integer, Select, bindparam, delete, func, select
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.db import parts
from tracker.db.models import PartEvent, StateChange, WorkflowWorkstream
from tracker.domain.errors import N_, InvalidError
from tracker.domain.states import Goal, PartEventKind

_SECOND = timedelta(seconds=1)
# Asked at every move into done, so built once.
_OTHERS: Select[*tuple[Any, ...]] = select(func.count()).where(
    col(WorkflowWorkstream.workflow_id) == bindparam("workflow_id", type_=Integer),
    ~col(WorkflowWorkstream.is_owner),
)
OpenPart: TypeAlias = tuple[str, Goal]
Exchanges: TypeAlias = Mapping[
    int, tuple[Collection[str], Collection[str]]
]  # by workflow, who takes part before and now


class WithoutPartsError(InvalidError):
    """Others' parts are open, and done needs all of them, or words; carries which."""

    def __init__(self, key: str, open_parts: Sequence[OpenPart]) -> None:
        codes = list(dict.fromkeys(code for code, _ in open_parts))
        super().__init__(
            N_("%(key)s has open parts: %(codes)s. Wait for them, or write why it is done without them."),
            field="without_parts",
            key=key,
            codes=", ".join(codes),
        )
        self.key = key
        self.open_parts = tuple(open_parts)


def open_parts(session: Session, workflow_id: int, owner: str) -> Sequence[OpenPart]:
    """What stands in the way of done: `PartTimeline.missing`. One statement, and two more where others take part."""
    if not session.connection().execute(_OTHERS, {"workflow_id": workflow_id}).scalar_one():
        return ()
    return parts.timeline(session, workflow_id, owner).missing


def waive(
    session: Session, entry: Entry, workflow_id: int, open_: Collection[OpenPart], *, at: datetime, note: str
) -> None:
    """Writes that these parts are not needed, at an instant, or a second after the part's latest row if later; never
    in the future.
    """
    latest = _latest(session, workflow_id)
    rows = []
    for code, stage in open_:
        at_the_part = max(at, latest[code] + _SECOND) if code in latest else at
        happened_at = min(at_the_part, entry.recorded_at)
        rows.append({"workstream_code": code, "stage": stage, "happened_at": happened_at})
    event = {"workflow_id": workflow_id, "event": PartEventKind.WAIVED, "note": note}
    entry.add_all(PartEvent, [{**event, **row} for row in rows])


def unwaive(session: Session, entry: Entry, workflow_id: int, change_id: int, *, note: str) -> None:
    """Takes back what was waived with a change of state, where it still is."""
    of_entry = select(col(StateChange.entry_id)).where(col(StateChange.id) == change_id).scalar_subquery()
    waived = select(col(PartEvent.id), col(PartEvent.workstream_code), col(PartEvent.stage)).where(
        col(PartEvent.workflow_id) == workflow_id,
        col(PartEvent.event) == PartEventKind.WAIVED,
        col(PartEvent.entry_id) == of_entry,
    )
    for id_, code, stage in session.execute(waived).all():
        later = select(col(PartEvent.id)).where(
            col(PartEvent.workflow_id) == workflow_id,
            col(PartEvent.workstream_code) == code,
            col(PartEvent.stage) == stage,
            col(PartEvent.id) > id_,
        )
        if session.execute(later).first() is None:
            write(entry, workflow_id, code, stage, PartEventKind.WITHDRAWN, entry.recorded_at, note)


def exchange_others(session: Session, entry: Entry, others: Exchanges, at: datetime | None = None) -> None:
    """Writes who takes part now: those that come join, those that go leave, now or at an instant."""
    ids, happened_at = list(others), at or entry.recorded_at
    if any(before for before, _ in others.values()):
        of_others = col(WorkflowWorkstream.workflow_id).in_(ids), ~col(WorkflowWorkstream.is_owner)
        session.execute(delete(WorkflowWorkstream).where(*of_others))
    entry.add_all(
        WorkflowWorkstream,
        [{"workflow_id": id_, "workstream_code": code} for id_, (_, now) in others.items() for code in now],
    )
    changes = [
        (id_, code, event)
        for id_, (before, now) in others.items()
        for codes, event in (
            (set(now) - set(before), PartEventKind.JOINED),
            (set(before) - set(now), PartEventKind.LEFT),
        )
        for code in sorted(codes)
    ]
    entry.add_all(
        PartEvent,
        [
            {"workflow_id": id_, "workstream_code": code, "event": event, "happened_at": happened_at}
            for id_, code, event in changes
        ],
    )


def write(
    entry: Entry, workflow_id: int, code: str, stage: Goal | None, event: PartEventKind, at: datetime, note: str
) -> None:
    """Writes one row, without asking whether it may be."""
    row = {"workflow_id": workflow_id, "workstream_code": code, "stage": stage, "event": event}
    entry.add_all(PartEvent, [{**row, "happened_at": at, "note": note}])


def _latest(session: Session, workflow_id: int) -> dict[str, datetime]:
    """By workstream, when its latest row happened."""
    rows = select(col(PartEvent.workstream_code), func.max(col(PartEvent.happened_at))).where(
        col(PartEvent.workflow_id) == workflow_id
    )
    return dict(session.execute(rows.group_by(col(PartEvent.workstream_code))).all())
