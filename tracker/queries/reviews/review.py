"""The review of a cycle: what is to become of its members, by workstream, and what a close would report."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session, col

from tracker.db import parts, reviews
from tracker.db.columns import AnyRow
from tracker.db.facts import facts
from tracker.db.language import both
from tracker.db.models import Cycle, Project, ReviewReady, Workflow, Workstream
from tracker.db.workstreams import IN_USE
from tracker.domain.cells import LARGEST_ID
from tracker.domain.figures import summaries
from tracker.domain.figures.facts import ProgrammeFacts
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import Summary
from tracker.domain.reviews import Member, fingerprint
from tracker.domain.signoffs.part_timeline import PartTimeline
from tracker.domain.states import CycleStatus, HoldEvent, ProposalKind
from tracker.queries.revision_cache import REPORTING, RevisionCache, Written

_AFTER_ALL = LARGEST_ID + 1  # the ids that a close would give


@dataclass(frozen=True, slots=True)
class Part:
    """A workstream's part of the review."""

    code: str
    name: str
    name_en: str
    is_ready: bool
    members: tuple[Member, ...]

    @property
    def unmet(self) -> tuple[Member, ...]:
        """What takes a decision, what is undecided or out of the ordinary first."""
        return tuple(sorted((each for each in self.members if not each.is_met), key=_exceptions_first))

    @property
    def going_on(self) -> tuple[Member, ...]:
        """What met a lesser goal."""
        return tuple(each for each in self.members if each.can_go_on)

    @property
    def lapsed(self) -> tuple[Member, ...]:
        """What was to go without its goal, and met it."""
        return tuple(each for each in self.members if each.lapsed)

    @property
    def undecided(self) -> int:
        """How many members the close waits for."""
        return sum(each.is_undecided for each in self.members)

    @property
    def met(self) -> int:
        """How many members are past their goal."""
        return sum(each.is_met for each in self.members)

    def has(self, key: str) -> bool:
        """Whether the workflow is among its members."""
        return any(each.key == key for each in self.members)


@dataclass(frozen=True, slots=True)
class Review:
    """All of it. `into` is the cycle that takes what goes on."""

    cycle: int
    status: CycleStatus
    into: int | None
    parts: tuple[Part, ...]

    @property
    def fingerprint(self) -> str:
        """What a close says it has seen."""
        return fingerprint((member for part in self.parts for member in part.members), self.into)

    @property
    def ready(self) -> int:
        """How many workstreams are ready, of as many as there are parts."""
        return sum(part.is_ready for part in self.parts)

    @property
    def undecided(self) -> int:
        """How many members the close waits for."""
        return sum(part.undecided for part in self.parts)


def review(session: Session, number: int) -> Review | None:
    """The review of the cycle as it stands; none without the cycle. Kept, and read for what was written to since: one
    statement, nine after a write.
    """
    return _kept(number).get(session)


@lru_cache(maxsize=8)
def _kept(number: int) -> RevisionCache[Review | None]:
    return RevisionCache(partial(_read, number), partial(_followed, number), REPORTING | {"note_blocker"})


def _read(number: int, session: Session) -> Review | None:
    return _review(session, number, _members(session, number))


def _followed(number: int, session: Session, before: Review | None, written: Written) -> Review | None:
    earlier = (member for part in before.parts for member in part.members) if before is not None else ()
    by_key = {member.key: member for member in earlier if member.id not in written.workflows}
    touched = _members(session, number, col(Workflow.id).in_(written.workflows))
    by_key |= {member.key: member for member in touched}
    return _review(session, number, by_key.values())


def _members(session: Session, number: int, *where: ColumnElement[bool]) -> list[Member]:
    """With the open parts of each. Six statements, five where there are no parts."""
    timelines = parts.timelines(session, and_(col(Workflow.cycle_number) == number, *where))
    return [
        replace(member, open_parts=_open_parts(timelines[member.id])) if member.id in timelines else member
        for member in reviews.members(session, number, *where)
    ]


def _open_parts(timeline: PartTimeline) -> tuple[str, ...]:
    now = timeline.last
    return tuple(sorted({code for code, _ in now.open_parts(now.due)}))


def _review(session: Session, number: int, members: Collection[Member]) -> Review | None:
    status = session.execute(select(col(Cycle.status)).where(col(Cycle.number) == number)).scalar_one_or_none()
    if status is None:
        return None
    into = reviews.next_draft(session, number)
    by_stream: dict[str, list[Member]] = {}
    for member in sorted(members, key=lambda each: each.key):
        by_stream.setdefault(member.workstream, []).append(member)
    found = (
        Part(code, name, name_en, is_ready, tuple(by_stream.get(code, ())))
        for code, name, name_en, first_cycle, is_in_use, is_ready in _workstreams(session, number)
        if (is_in_use and first_cycle <= number) or code in by_stream
    )
    return Review(number, status, into, tuple(found))


def preview(session: Session, number: int, now: datetime) -> list[Summary]:
    """What would be kept as reported if the cycle were closed now: a row per workstream, then all together. What is
    undecided counts as it is proposed by default. Twelve statements at most; empty unless the cycle runs.
    """
    found = facts(session)
    if found is None or CycleStatus.RUNNING not in {row.status for row in found.cycles if row.cycle == number}:
        return []
    members, into = reviews.members(session, number), reviews.next_draft(session, number)
    rows = summaries.reported(History(_as_if_closed(found, number, now, members, into)))
    return [row for row in rows if row.cycle == number]


def _workstreams(session: Session, number: int) -> Iterable[AnyRow]:
    is_ready = (col(ReviewReady.workstream_code) == col(Workstream.code)) & (col(ReviewReady.cycle_number) == number)
    return session.execute(
        select(
            col(Workstream.code),
            *both(Workstream.name),
            col(Project.first_cycle),
            IN_USE,
            col(ReviewReady.entry_id).is_not(None),
        )
        .join(Project, col(Project.code) == col(Workstream.project_code))
        .join(ReviewReady, is_ready, isouter=True)
        .order_by(col(Workstream.code))
    )


def _exceptions_first(member: Member) -> tuple[bool, bool, str]:
    return not member.is_undecided, member.decision == member.default, member.key


def _as_if_closed(
    found: ProgrammeFacts, number: int, at: datetime, members: Sequence[Member], into: int | None
) -> ProgrammeFacts:
    """The facts with the rows that the close would write."""
    wishes = [(member, member.decision or member.default) for member in members]
    decided = [(member, wish) for member, wish in wishes if wish is not None]
    dropped = {member.id: member for member, wish in decided if wish.kind is ProposalKind.DROPPED}
    closed = {"status": CycleStatus.CLOSED, "closed_at": at}
    return replace(
        found,
        cycles=[replace(row, **closed) if row.cycle == number else row for row in found.cycles],  # type: ignore[arg-type]
        workflows=[row._replace(archived_at=at) if row.id in dropped else row for row in found.workflows],
        scope=chain(
            found.scope,
            (
                (
                    _AFTER_ALL,
                    member.id,
                    number,
                    into if wish.is_into_draft else None,
                    wish.goal,
                    wish.scope_kind.value,
                    at,
                    at,
                )
                for member, wish in decided
            ),
        ),
        holds=chain(
            found.holds,
            (
                (_AFTER_ALL, member.id, blocker.id, HoldEvent.RELEASED.value, at, at)
                for member in dropped.values()
                for blocker in member.blockers
            ),
        ),
    )
