"""One workflow's page: its fields, its way through the states, what holds it, and all that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db import facts
from tracker.db.history import open_holds
from tracker.db.language import translated
from tracker.db.models import (
    Blocker,
    BlockerEvent,
    Workflow,
    WorkflowWorkstream,
    Workstream,
)
from tracker.domain import history
from tracker.domain.blockers import FIELDS, BlockerFields
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.figures.stale import STALE_AFTER_DAYS
from tracker.domain.language import other_text, text_in
from tracker.domain.programme.replay import stand
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import STATES, CycleStatus, Goal, ScopeKind, State
from tracker.queries.workflows import parts as part_grid
from tracker.queries.workflows import timeline as timelines
from tracker.queries.workflows.parts import PartsOf
from tracker.queries.workflows.timeline import TimelineItem

# As in the list: neither a field that was written over nor a change of scope tells how the work is going.
_UPDATES = {"created", "moved", "taken_back", "held", "released", "note", "check"}
_CHANGES_NOTHING = {"note", "check", "recorded_here", "signed", "withdrawn", "waived", "lapsed"}
# The columns that the page shows under the same name.
_OF_WORKFLOW = ("key", "description", "owner", "priority", "state", "version", "goal", "created_at", "archived_at")


@dataclass(frozen=True, slots=True)
class Freshness:
    """When it was last updated: changed, noted or checked.

    `is_checked`: it was checked today and has not changed since. `is_stale`: not updated for a week, though it should.
    """

    updated_at: datetime
    days: int
    checked_at: datetime | None
    checked_by: str
    is_checked: bool
    is_stale: bool


def freshness(timeline: Sequence[TimelineItem], *, can_be_stale: bool, today: date, zone: ZoneInfo) -> Freshness:
    """How fresh what is known of the workflow is; one that is done or archived cannot be stale."""
    updated_at = max(item.recorded_at for item in timeline if item.kind in _UPDATES)
    changed_at = max(item.recorded_at for item in timeline if item.kind not in _CHANGES_NOTHING)
    check = max((item for item in timeline if item.kind == "check"), key=lambda item: item.order, default=None)
    days = max((today - local_date(updated_at, zone)).days, 0)
    return Freshness(
        updated_at=updated_at,
        days=days,
        checked_at=check.at if check else None,
        checked_by=check.actor if check else "",
        is_checked=check is not None and local_date(check.at, zone) == today and changed_at <= check.at,
        is_stale=can_be_stale and days >= STALE_AFTER_DAYS,
    )


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """The fields, and what the history comes to. Days are local dates apart; `age_days` as DESIGN §5 has it."""

    key: str
    name: str
    other_name: str
    description: str
    owner: str
    priority: int | None
    state: State
    version: int
    cycle: int | None
    goal: Goal | None
    created_at: datetime
    archived_at: datetime | None
    workstream: str
    workstream_name: str
    project: str
    others: tuple[tuple[str, str], ...]
    times_carried: int
    days_in_state: int
    age_days: int | None

    @property
    def is_archived(self) -> bool:
        """Whether it is out of use for good."""
        return self.archived_at is not None


@dataclass(frozen=True, slots=True)
class Stage:
    """One state on the way: when it was last entered and left, as far as it was."""

    state: State
    entered_on: date | None
    left_on: date | None
    days: int | None
    is_current: bool

    @property
    def is_reached(self) -> bool:
        """Whether the workflow has been here in its present run."""
        return self.entered_on is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(BlockerFields):
    """A blocker that holds the workflow now."""

    id: int
    since: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page of a workflow shows."""

    workflow: WorkflowFacts
    path: list[Stage]
    blockers: list[Hold]
    timeline: list[TimelineItem]
    latest: history.Change
    freshness: Freshness
    parts: tuple[PartsOf, ...] = ()
    cycles: list[CycleRow] = field(default_factory=list)  # that run or are planned

    @property
    def running_since(self) -> date | None:
        """The first day of the running cycle, if one runs."""
        return next((row.starts_on for row in self.cycles if row.status is CycleStatus.RUNNING), None)

    @property
    def cycle(self) -> CycleRow | None:
        """The running or planned cycle that it is in, if it is in one."""
        return next((row for row in self.cycles if row.cycle == self.workflow.cycle), None)

    @property
    def can_be_undone(self) -> bool:
        """Whether the latest standing change is a move, not the creation."""
        return self.latest.from_state is not None


def page(session: Session, key: str, *, language: str, now: datetime, zone: ZoneInfo) -> Page:
    """The page of a workflow; raises NotFoundError. Eleven statements, whatever the data."""
    today = local_date(now, zone)
    row = session.execute(
        select(Workflow, Workstream)
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .join(Workstream, col(Workstream.code) == col(WorkflowWorkstream.workstream_code))
        .where(col(Workflow.key) == key, col(WorkflowWorkstream.is_owner))
    ).one_or_none()
    if row is None:
        raise NotFoundError(N_("There is no workflow %(key)s."), key=key)
    workflow, stream = row
    changes = timelines.changes(session, workflow.id)
    standing = history.standing(row.change for row in changes)
    part_rows = part_grid.rows(session, workflow.id)
    parts = part_grid.timeline(stream.code, standing, part_rows)
    handed_on = list(part_grid.items(parts, changes, part_rows, zone))
    timeline = timelines.timeline(session, workflow.id, changes, handed_on, language=language, zone=zone)
    facts_ = _facts(session, workflow, stream, language, standing, timeline, now, zone)
    return Page(
        workflow=facts_,
        path=_path(standing, workflow.state, today, zone),
        blockers=_open_blockers(session, workflow.id, language, today, zone),
        timeline=timeline,
        latest=standing[-1],
        freshness=freshness(
            timeline,
            can_be_stale=workflow.state is not State.DONE and workflow.archived_at is None,
            today=today,
            zone=zone,
        ),
        parts=part_grid.grid(
            parts,
            {stream.code: facts_.workstream_name, **dict(facts_.others)},
            timeline,
            until=workflow.archived_at or now,
            zone=zone,
        ),
        cycles=[row for row in facts.cycles(session) if row.status is not CycleStatus.CLOSED],
    )


def _facts(
    session: Session,
    workflow: Workflow,
    stream: Workstream,
    language: str,
    standing: list[history.Change],
    timeline: list[TimelineItem],
    now: datetime,
    zone: ZoneInfo,
) -> WorkflowFacts:
    others = session.execute(
        select(col(Workstream.code), translated(language, Workstream.name))
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workstream_code) == col(Workstream.code))
        .where(col(WorkflowWorkstream.workflow_id) == workflow.id, ~col(WorkflowWorkstream.is_owner))
        .order_by(col(Workstream.code))
    )
    stands = stand([(change.to_state, change.happened_at) for change in standing if change.to_state is not None])
    age_days = (
        stands.age_days(local_date(now, zone), zone) if stands is not None and workflow.archived_at is None else None
    )
    return WorkflowFacts(
        **{name: getattr(workflow, name) for name in _OF_WORKFLOW},
        name=text_in(language, workflow, "name"),
        other_name=other_text(language, workflow, "name"),
        cycle=workflow.cycle_number,
        workstream=stream.code,
        workstream_name=text_in(language, stream, "name"),
        project=stream.project_code,
        others=tuple((code, name) for code, name in others),
        times_carried=sum(item.scope_kind is ScopeKind.CARRIED for item in timeline),
        days_in_state=max((local_date(now, zone) - local_date(workflow.state_since, zone)).days, 0),
        age_days=age_days,
    )


def _path(standing: list[history.Change], now_in: State, today: date, zone: ZoneInfo) -> list[Stage]:
    """The last stay in each state up to the present one; states after it are not reached in this run."""
    stays: dict[State, tuple[date, date | None]] = {}
    for change, following in zip(standing, [*standing[1:], None], strict=True):
        left = local_date(following.happened_at, zone) if following else None
        if change.to_state is not None:
            stays[change.to_state] = (local_date(change.happened_at, zone), left)
    return [
        Stage(
            state,
            entered,
            left,
            max(((left or today) - entered).days, 0) if entered else None,
            state is now_in,
        )
        for state in STATES
        for entered, left in [stays.get(state, (None, None)) if state.position <= now_in.position else (None, None)]
    ]


def _open_blockers(session: Session, workflow_id: int, language: str, today: date, zone: ZoneInfo) -> list[Hold]:
    holds = open_holds(col(BlockerEvent.workflow_id) == workflow_id)
    rows = session.execute(
        select(Blocker, holds.c.since).join(holds, holds.c.blocker_id == col(Blocker.id)).order_by(holds.c.since)
    )
    return [
        Hold(
            **{name: getattr(blocker, name) for name in FIELDS} | {"title": text_in(language, blocker, "title")},
            id=blocker.id,
            since=since,
            days=max((today - local_date(since, zone)).days, 0),
        )
        for blocker, since in rows
    ]
