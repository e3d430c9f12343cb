"""The blockers, a row each: what they hold, since when, and what it costs. Four statements, whatever the data."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, select, type_coerce
from sqlmodel import Session, col

from tracker.db.columns import AnyRow, columns
from tracker.db.history import open_holds
from tracker.db.language import names
from tracker.db.models import Blocker, BlockerEvent, Workflow, WorkflowWorkstream, Workstream
from tracker.db.workstreams import has_something
from tracker.domain.blockers import FIELDS, BlockerFields
from tracker.domain.calendar import local_date
from tracker.domain.holds import Event, Opening, openings
from tracker.domain.language import other_text, text_in
from tracker.domain.states import HoldEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerListRow(BlockerFields):
    """A blocker as the table shows it. Days are local dates apart; times are those of its latest opening.

    `workflows` are the keys of what it holds; once resolved, of what it held. `workflow_days` is the sum over what it
    holds of the days that each has been held.
    """

    id: int
    other_title: str
    workflows: tuple[str, ...]
    workstreams: tuple[str, ...]
    opened_on: date | None
    resolved_on: date | None
    resolution: str
    days: int
    workflow_days: int
    times_reopened: int
    days_overdue: int

    @property
    def is_open(self) -> bool:
        """Whether it holds something."""
        return self.opened_on is not None and self.resolved_on is None

    @property
    def is_overdue(self) -> bool:
        """Whether it is open and waits for a decision whose day has passed."""
        return self.days_overdue > 0


@dataclass(frozen=True, slots=True)
class Blockers:
    """All blockers by id, and the names of the workstreams."""

    rows: list[BlockerListRow]
    workstreams: dict[str, str]


def blockers(session: Session, *, language: str, today: date, zone: ZoneInfo, only_open: bool = False) -> Blockers:
    """Every blocker, or those that hold something. Four statements."""
    connection = session.connection()
    events, streams_of_held, each = _statements(only_open=only_open)
    by_blocker: dict[int, list[Event]] = defaultdict(list)
    keys: dict[int, str] = {}
    for blocker_id, workflow, key, id_, event, happened_at, note in connection.execute(events):
        by_blocker[blocker_id].append(Event(id_, workflow, _EVENT[event], happened_at, note))
        keys[workflow] = key
    streams: dict[int, list[str]] = defaultdict(list)
    for workflow, code in connection.execute(streams_of_held):
        streams[workflow].append(code)
    rows = [
        row_of(blocker, openings(by_blocker[blocker.id]), keys, streams, language, today, zone)
        for blocker in connection.execute(each)
    ]
    return Blockers(rows, names(session, Workstream, language, has_something()))


def row_of(
    blocker: AnyRow,
    times: list[Opening],
    keys: Mapping[int, str],
    streams: Mapping[int, Sequence[str]],
    language: str,
    today: date,
    zone: ZoneInfo,
) -> BlockerListRow:
    """The row of a blocker from its columns, its openings, and what its workflows are."""
    fields = {name: getattr(blocker, name) for name in FIELDS}
    latest = times[-1] if times else None
    held = latest.workflows if latest else frozenset()
    opened_on = local_date(latest.opened.happened_at, zone) if latest else None
    resolved = latest.resolved if latest else None
    resolved_on = local_date(resolved.happened_at, zone) if resolved else None
    decide_by = blocker.decide_by if opened_on is not None and resolved is None else None
    return BlockerListRow(
        **fields | {"title": text_in(language, blocker, "title")},
        id=blocker.id,
        other_title=other_text(language, blocker, "title"),
        workflows=tuple(sorted(keys[workflow] for workflow in held)),
        workstreams=tuple(sorted({code for workflow in held for code in streams[workflow]})),
        opened_on=opened_on,
        resolved_on=resolved_on,
        resolution=resolved.note if resolved else "",
        days=max(((resolved_on or today) - opened_on).days, 0) if opened_on else 0,
        workflow_days=_workflow_days(latest, today, zone) if latest else 0,
        times_reopened=max(len(times) - 1, 0),
        days_overdue=max((today - decide_by).days, 0) if decide_by else 0,
    )


def _workflow_days(opening: Opening, today: date, zone: ZoneInfo) -> int:
    return sum(max((today - local_date(stay.held.happened_at, zone)).days, 0) for stay in opening.standing)


# The statements are built once: building one costs as much as running it.
_EVENT = {event.value: event for event in HoldEvent}


@cache
def _statements(*, only_open: bool) -> tuple[Select[*tuple[Any, ...]], ...]:
    holding = (col(BlockerEvent.blocker_id).in_(select(open_holds().c.blocker_id)),) if only_open else ()
    blockers = (col(Blocker.id).in_(select(open_holds().c.blocker_id)),) if only_open else ()
    events = (
        select(
            col(BlockerEvent.blocker_id),
            col(BlockerEvent.workflow_id),
            col(Workflow.key),
            col(BlockerEvent.id),
            type_coerce(col(BlockerEvent.event), String),
            col(BlockerEvent.happened_at),
            col(BlockerEvent.note),
        )
        .join(Workflow, col(Workflow.id) == col(BlockerEvent.workflow_id))
        .where(*holding)
        .order_by(col(BlockerEvent.happened_at), col(BlockerEvent.id))
    )
    streams_of_held = select(col(WorkflowWorkstream.workflow_id), col(WorkflowWorkstream.workstream_code)).where(
        col(WorkflowWorkstream.workflow_id).in_(select(col(BlockerEvent.workflow_id)).where(*holding))
    )
    return (
        events,
        streams_of_held,
        select(*columns(Blocker, ("id", *FIELDS))).where(*blockers).order_by(col(Blocker.id)),
    )
