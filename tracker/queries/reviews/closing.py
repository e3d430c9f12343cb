"""What a close would do and keep, what one has kept, and what a commit takes on."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from tracker.db import facts
from tracker.db.columns import row_columns
from tracker.db.language import both
from tracker.db.models import (
    Actor,
    Cycle,
    Entry,
    Reported,
    ScopeChange,
    Workflow,
    WorkflowWorkstream,
    Workstream,
)
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.files.figure_files import cells_text
from tracker.domain.programme.rows import CycleRow
from tracker.domain.reviews import Member
from tracker.domain.states import CycleStatus, Goal, ProposalKind, ScopeKind
from tracker.queries.reviews import review as reviews
from tracker.queries.reviews.review import Review


@dataclass(frozen=True, slots=True)
class Standing(CycleRow):
    """A cycle as it stands, and by whom it was committed and closed, where the history knows."""

    committed_by: str | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells of a row as a close keeps them; the programme's has no code."""

    code: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Closing:
    """The close of a running cycle, as it would be now."""

    cycle: Standing
    review: Review
    figures: Sequence[Figures]

    @property
    def members(self) -> list[Member]:
        """All members, by workstream and key."""
        return [member for part in self.review.parts for member in part.members]

    def decided(self, kind: ProposalKind) -> list[Member]:
        """The members of which that is to become."""
        return [member for member in self.members if member.decision is not None and member.decision.kind is kind]

    @property
    def undecided(self) -> list[Member]:
        """What the close waits for."""
        return [member for member in self.members if member.is_undecided]

    @property
    def lapsed(self) -> list[Member]:
        """What was to go without its goal, and met it."""
        return [member for member in self.members if member.lapsed is not None]

    @property
    def staying(self) -> list[Member]:
        """What met its goal and stays where it is."""
        return [member for member in self.members if member.is_met and member.decision is None]

    @property
    def lacks_draft(self) -> bool:
        """Whether something is to go on, and there is no cycle to go to."""
        return self.review.into is None and any(
            member.decision is not None and member.decision.is_into_draft for member in self.members
        )


@dataclass(slots=True)
class Commitment:
    """What a workstream has in a cycle: members by goal, and how many of them were carried in."""

    code: str
    name: str
    name_en: str
    goals: dict[Goal, int] = field(default_factory=dict)
    carried_in: int = 0

    @property
    def total(self) -> int:
        """All members."""
        return sum(self.goals.values())


@dataclass(frozen=True, slots=True)
class Committing:
    """The commit of a draft, as it would be now. `running` and `earlier` are the cycles that stand in its way."""

    cycle: Standing
    running: int | None
    earlier: int | None
    parts: Sequence[Commitment]

    @property
    def all_parts(self) -> Commitment:
        """The parts together."""
        whole = Commitment("", "", "", dict.fromkeys(Goal, 0))
        for part in self.parts:
            for goal, count in part.goals.items():
                whole.goals[goal] += count
            whole.carried_in += part.carried_in
        return whole


def standing(session: Session, number: int) -> Standing:
    """The cycle, or NotFoundError. One statement."""
    by = {"committed_by": _by(col(Cycle.committed_at)), "closed_by": _by(col(Cycle.closed_at))}
    columns = select(*row_columns(Cycle, Standing, cycle=Cycle.number, **by)).where(col(Cycle.number) == number)
    row = session.execute(columns).one_or_none() if number <= LARGEST_ID else None
    if row is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    return Standing(*row)


def closing(session: Session, cycle: Standing, now: datetime) -> Closing:
    """The close of the running cycle as it would be now. Nineteen statements at most."""
    review = reviews.review(session, cycle.cycle)
    assert review is not None
    rows = reviews.preview(session, cycle.cycle, now)
    figures = [Figures(row.workstream or "", json.loads(cells_text(row))) for row in rows]
    return Closing(cycle, review, sorted(figures, key=_programme_last))


def kept(session: Session, number: int) -> list[Figures]:
    """The rows that the cycle's close has kept, the programme's last. One statement."""
    rows = facts.frozen(session, col(Reported.cycle_number) == number)
    found = [Figures(code, json.loads(row.cells)) for (_, code), row in rows.items()]
    return sorted(found, key=_programme_last)


def next_draft(session: Session, number: int) -> int | None:
    """The cycle to commit after this one; none while another one runs. One statement."""
    rows = facts.cycles(session)
    if any(row.status is CycleStatus.RUNNING for row in rows):
        return None
    return next((row.cycle for row in rows if row.status is CycleStatus.DRAFT and row.cycle > number), None)


def committing(session: Session, cycle: Standing) -> Committing:
    """What the cycle's commit takes on, and what stands in its way. Two statements."""
    others = [row for row in facts.cycles(session) if row.cycle != cycle.cycle]
    running = next((row.cycle for row in others if row.status is CycleStatus.RUNNING), None)
    drafts = (row.cycle for row in others if row.status is CycleStatus.DRAFT and row.cycle < cycle.cycle)
    return Committing(cycle, running, next(drafts, None), _parts(session, cycle.cycle))


def _programme_last(row: Figures) -> tuple[bool, str]:
    return row.code == "", row.code


def _parts(session: Session, number: int) -> list[Commitment]:
    is_carried_in = and_(
        col(ScopeChange.workflow_id) == col(Workflow.id),
        col(ScopeChange.to_cycle) == number,
        col(ScopeChange.kind) == ScopeKind.CARRIED,
    )
    carried_in = select(func.count(func.distinct(col(ScopeChange.workflow_id)))).where(is_carried_in)
    is_owner = and_(col(WorkflowWorkstream.workflow_id) == col(Workflow.id), col(WorkflowWorkstream.is_owner))
    rows = session.execute(
        select(
            col(Workstream.code),
            *both(Workstream.name),
            col(Workflow.goal),
            func.count(),
            func.sum(carried_in.correlate(Workflow).scalar_subquery()),
        )
        .select_from(Workflow)
        .join(WorkflowWorkstream, is_owner)
        .join(Workstream, col(Workstream.code) == col(WorkflowWorkstream.workstream_code))
        .where(col(Workflow.cycle_number) == number)
        .group_by(col(Workstream.code), *both(Workstream.name), col(Workflow.goal))
        .order_by(col(Workstream.code))
    )
    parts: dict[str, Commitment] = {}
    for code, name, name_en, goal, count, carried in rows:
        part = parts.setdefault(code, Commitment(code, name, name_en))
        part.goals[goal] = count
        part.carried_in += int(carried)
    return list(parts.values())


def _by(instant: Mapped[datetime | None]) -> ColumnElement[str | None]:
    """Who wrote the entry of that instant: a commit and a close are recorded when they happen."""
    return (
        select(col(Actor.name))
        .join(Entry, col(Entry.actor_id) == col(Actor.id))
        .where(col(Entry.recorded_at) == instant)
        .order_by(col(Entry.id))
        .limit(1)
        .correlate(Cycle)
        .scalar_subquery()
    )
