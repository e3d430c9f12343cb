"""One blocker's page: its fields, what it holds and held, and all that happened to it. Seven statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from tracker.db.columns import columns
from tracker.db.history import written
from tracker.db.language import translated
from tracker.db.models import Actor, Blocker, BlockerEvent, FieldChange, Note, Workflow, WorkflowWorkstream
from tracker.domain.blockers import FIELDS
from tracker.domain.calendar import local_date
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.fields import texts_of
from tracker.domain.holds import Event, Opening, Stay, openings
from tracker.domain.sorting import swedish_order
from tracker.domain.states import HoldEvent, State
from tracker.queries.blockers.list import BlockerListRow, row_of
from tracker.queries.workflows import timeline
from tracker.queries.workflows.timeline import TimelineItem


@dataclass(frozen=True, slots=True)
class HeldWorkflow:
    """A workflow in a page of a blocker. The owning workstream comes first."""

    key: str
    name: str
    state: State
    workstreams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held(HeldWorkflow):
    """A workflow that it holds or held, from when to when, and who said so."""

    since: datetime
    until: datetime | None
    days: int
    held_by: str
    released_by: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page of a blocker shows. `fields` are as forms write them; `latest` is what it holds, or else what
    it last let go: whose leads may write here.
    """

    blocker: BlockerListRow
    fields: dict[str, str]
    holds: list[Held]
    held: list[Held]
    latest: list[Held]
    history: list[TimelineItem]
    owners: list[str] = field(default_factory=list)

    @property
    def workstreams(self) -> tuple[str, ...]:
        """Those whose leads write here: of what it holds, or held last."""
        return tuple(sorted({code for each in self.latest for code in each.workstreams}))


@dataclass(frozen=True, slots=True)
class _Recorded:
    """An event with who recorded it, when and under which entry."""

    event: Event
    entry: int
    recorded_at: datetime
    actor: str


def page(session: Session, blocker_id: int, *, language: str, now: datetime, zone: ZoneInfo) -> Page:
    """The page of a blocker; raises NotFoundError. Seven statements, whatever the data."""
    blocker = session.get(Blocker, blocker_id) if blocker_id <= LARGEST_ID else None
    if blocker is None:
        raise NotFoundError(N_("There is no blocker %(number)s."), number=blocker_id)
    workflows = _workflows(session, blocker_id, language)
    recorded = _events(session, blocker_id)
    times = openings(each.event for each in recorded.values())
    today = local_date(now, zone)
    stays = [(stay, _held(stay, recorded, workflows, today, zone)) for opening in times for stay in opening.stays]
    keys = {id_: workflow.key for id_, workflow in workflows.items()}
    streams = {id_: workflow.workstreams for id_, workflow in workflows.items()}
    return Page(
        blocker=row_of(blocker, times, keys, streams, language, today, zone),
        fields=texts_of(blocker, FIELDS),
        holds=_oldest_first(held for stay, held in stays if stay.released is None),
        held=_oldest_first(held for stay, held in stays if stay.released is not None)[::-1],
        latest=_latest(stays, recorded),
        history=_history(session, blocker_id, recorded, times, workflows, zone),
        owners=owners(session),
    )


def owners(session: Session) -> list[str]:
    """The owners in use, of blockers and of workflows, to choose from. One statement."""
    in_use = select(col(Blocker.owner)).union(select(col(Workflow.owner)))
    return sorted((owner for owner in session.scalars(in_use) if owner), key=swedish_order)


def as_kept(session: Session, keys: Iterable[str]) -> list[str]:
    """The keys as workflows have them, whatever case they were typed in; unknown ones as they were typed."""
    typed = list(keys)
    uppers = {key.upper() for key in typed}
    found = session.scalars(select(col(Workflow.key)).where(func.upper(col(Workflow.key)).in_(uppers))).all()
    by_upper = {key.upper(): key for key in found}
    return [key if key in found else by_upper.get(key.upper(), key) for key in typed]


def workstreams_of(session: Session, keys: Iterable[str]) -> tuple[str, ...]:
    """The workstreams that own these workflows or take part in them. One statement."""
    codes = (
        select(col(WorkflowWorkstream.workstream_code))
        .join(Workflow, col(Workflow.id) == col(WorkflowWorkstream.workflow_id))
        .where(col(Workflow.key).in_(list(keys)))
        .distinct()
    )
    return tuple(sorted(session.scalars(codes)))


def _workflows(session: Session, blocker_id: int, language: str) -> dict[int, HeldWorkflow]:
    """By id, what it holds or ever held. Two statements."""
    ids = select(col(BlockerEvent.workflow_id)).where(col(BlockerEvent.blocker_id) == blocker_id)
    codes: dict[int, list[str]] = defaultdict(list)
    for workflow, code in session.execute(
        select(col(WorkflowWorkstream.workflow_id), col(WorkflowWorkstream.workstream_code))
        .where(col(WorkflowWorkstream.workflow_id).in_(ids))
        .order_by(col(WorkflowWorkstream.is_owner).desc(), col(WorkflowWorkstream.workstream_code))
    ):
        codes[workflow].append(code)
    rows = session.execute(
        select(col(Workflow.id), col(Workflow.key), translated(language, Workflow.name), col(Workflow.state)).where(
            col(Workflow.id).in_(ids)
        )
    )
    return {id_: HeldWorkflow(key, name, state, tuple(codes[id_])) for id_, key, name, state in rows}


def _events(session: Session, blocker_id: int) -> dict[int, _Recorded]:
    """By id, in order of happened_at, then id."""
    rows = session.execute(
        written(
            BlockerEvent,
            *columns(BlockerEvent, ("id", "workflow_id", "event", "happened_at", "note", "entry_id", "recorded_at")),
            Actor.name,
        )
        .where(col(BlockerEvent.blocker_id) == blocker_id)
        .order_by(col(BlockerEvent.happened_at), col(BlockerEvent.id))
    )
    return {row[0]: _Recorded(Event(*row[:5]), *row[5:]) for row in rows}


def _held(
    stay: Stay, recorded: Mapping[int, _Recorded], workflows: Mapping[int, HeldWorkflow], today: date, zone: ZoneInfo
) -> Held:
    workflow = workflows[stay.held.workflow]
    until = stay.released.happened_at if stay.released else None
    last = local_date(until, zone) if until else today
    return Held(
        workflow.key,
        workflow.name,
        workflow.state,
        workflow.workstreams,
        since=stay.held.happened_at,
        until=until,
        days=max((last - local_date(stay.held.happened_at, zone)).days, 0),
        held_by=recorded[stay.held.id].actor,
        released_by=recorded[stay.released.id].actor if stay.released else "",
    )


def _latest(stays: list[tuple[Stay, Held]], recorded: Mapping[int, _Recorded]) -> list[Held]:
    """What it holds, or else what its latest entry let go."""
    standing = [held for stay, held in stays if stay.released is None]
    if standing or not recorded:
        return standing
    last = recorded[max(recorded)].entry
    return [held for stay, held in stays if stay.released and recorded[stay.released.id].entry == last]


def _oldest_first(stays: Iterable[Held]) -> list[Held]:
    return sorted(stays, key=lambda held: (held.until or held.since, held.key))


def _history(
    session: Session,
    blocker_id: int,
    recorded: Mapping[int, _Recorded],
    times: list[Opening],
    workflows: Mapping[int, HeldWorkflow],
    zone: ZoneInfo,
) -> list[TimelineItem]:
    """Everything, newest first by when it happened. Two statements."""
    items = [
        *_event_items(recorded, times, workflows, zone),
        *timeline.note_items(session, col(Note.blocker_id) == blocker_id),
        *timeline.field_items(session, col(FieldChange.blocker_id) == blocker_id),
    ]
    return sorted(items, key=lambda item: item.order, reverse=True)


def _event_items(
    recorded: Mapping[int, _Recorded], times: list[Opening], workflows: Mapping[int, HeldWorkflow], zone: ZoneInfo
) -> list[TimelineItem]:
    """What was held or released at once is one item."""
    opened = {opening.opened.id: number > 0 for number, opening in enumerate(times)}
    resolved = {opening.resolved.id for opening in times if opening.resolved}
    items = []
    for _, group in groupby(recorded.values(), lambda each: (each.entry, each.event.event, each.event.happened_at)):
        together: Sequence[_Recorded] = list(group)
        first, ids = together[0], {each.event.id for each in together}
        is_hold = first.event.event is HoldEvent.HELD
        kind = (
            ("opened" if ids & opened.keys() else "held") if is_hold else "resolved" if ids & resolved else "released"
        )
        items.append(
            TimelineItem(
                kind=kind,
                at=first.event.happened_at,
                order=(first.event.happened_at, 1, max(ids)),
                recorded_at=first.recorded_at,
                actor=first.actor,
                anchor=f"blocker-event-{max(ids)}",
                keys=tuple(sorted(workflows[each.event.workflow].key for each in together)),
                note=next((each.event.note for each in together if each.event.note), ""),
                days_late=timeline.days_late(first.event.happened_at, first.recorded_at, zone),
                is_again=any(opened.get(id_, False) for id_ in ids),
            )
        )
    return items
