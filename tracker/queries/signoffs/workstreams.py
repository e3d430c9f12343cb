"""Who waits on whom, workstream by workstream: from the kept history, so that the numbers are those of the figures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from tracker.db.language import names
from tracker.db.models import Project, Workstream
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.one_cycle import OneCycle
from tracker.domain.signoffs.part_timeline import PartTimeline, Wait
from tracker.domain.signoffs.summary import PartSummary
from tracker.domain.states import CycleStatus, Goal
from tracker.queries import figures
from tracker.queries.blockers import list as blockers
from tracker.queries.cycles.page import Named, workflows


class OpenPart(NamedTuple):
    """A workstream's part in a workflow, of which stages are due and open; and who waits on it, since when."""

    key: str
    owner: str
    workstream: str
    stages: Sequence[Goal]
    waiting: Sequence[str]
    since: datetime | None


class Awaited(NamedTuple):
    """A workflow in which a workstream waits on others, since when on the first of them."""

    key: str
    on: Sequence[str]
    since: datetime


class Stream(NamedTuple):
    """A workstream in words."""

    code: str
    name: str
    project: str
    is_archived: bool


@dataclass(frozen=True, slots=True)
class WhoWaits:
    """How some workstreams stand to the others, now: others wait on these parts, the longest first; nobody does on
    those; and they wait on others.
    """

    awaited: Sequence[OpenPart]
    not_awaited: Sequence[OpenPart]
    waiting: Sequence[Awaited]

    @property
    def waits(self) -> int:
        """How many wait on the workstreams, as the figures count: in a workflow each that does."""
        return sum(len(each.waiting) for each in self.awaited)


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A workstream with its figures in the cycle at hand."""

    stream: Stream
    row: PartSummary

    @property
    def is_open(self) -> bool:
        """Whether anything of it is open, or waits."""
        return bool(self.row.parts_open or self.row.waiting_now or self.row.waited_on_now)


@dataclass(frozen=True, slots=True)
class Workstreams:
    """Every workstream, or those chosen; `cycle` is the running one or else the latest that has begun."""

    cycle: int | None
    is_running: bool
    as_of: datetime
    rows: Sequence[StreamRow]
    archived: int  # that are left out: nothing of them counts
    waits: WhoWaits
    workflows: Mapping[str, Named]
    streams: Mapping[str, Stream]


@dataclass(frozen=True, slots=True)
class OneWorkstream:
    """All of one."""

    stream: Stream
    cycle: int | None
    as_of: datetime
    waits: WhoWaits
    blockers: Sequence[blockers.BlockerListRow]  # that name it, open ones first
    workflows: Mapping[str, Named]


def workstreams(session: Session, *, chosen: Collection[str], language: str, now: datetime) -> Workstreams:
    """The workstreams with what is open first, by code. Four statements, and what `figures.history` takes."""
    history, as_of = _history(session), figures.as_of_now(session, now)
    streams, cycle = _streams(session, history, language), _cycle(history, as_of)
    chosen = [code for code in chosen if code in streams]
    rows, archived = [], 0
    each = [StreamRow(streams[code], cycle.part_row(one)) for code, one in cycle.workstreams.items()] if cycle else []
    for row in each:
        if chosen and row.stream.code not in chosen:
            continue
        if row.stream.is_archived and row.row.is_nothing:
            archived += 1
        else:
            rows.append(row)
    return Workstreams(
        cycle.number if cycle is not None else None,
        cycle is not None and cycle.now.cycle.status is CycleStatus.RUNNING,
        as_of,
        sorted(rows, key=lambda each: (not each.is_open, each.stream.code)),
        archived,
        who_waits(history, as_of, chosen),
        workflows(session, language),
        streams,
    )


def workstream(
    session: Session, code: str, *, language: str, now: datetime, today: date, zone: ZoneInfo
) -> OneWorkstream:
    """One of them, or NotFoundError. Eight statements, and what `figures.history` takes."""
    history, as_of = _history(session), figures.as_of_now(session, now)
    stream = _streams(session, history, language).get(code)
    if stream is None:
        raise NotFoundError(N_("There is no workstream %(code)s."), code=code)
    named = [
        row
        for row in blockers.blockers(session, language=language, today=today, zone=zone).rows
        if row.waits_on == code
    ]
    cycle = _cycle(history, as_of)
    return OneWorkstream(
        stream,
        cycle.number if cycle is not None else None,
        as_of,
        who_waits(history, as_of, [code]),
        sorted(named, key=lambda row: (not row.is_open, -row.days, row.id)),
        workflows(session, language),
    )


def who_waits(history: History, as_of: datetime, workstreams: Collection[str]) -> WhoWaits:
    """How these workstreams stand to the others now. One whose project has not joined yet takes no part in it."""
    codes, known = _counting(history), Knowledge(history, as_of)
    awaited: list[OpenPart] = []
    not_awaited: list[OpenPart] = []
    waiting: list[Awaited] = []
    for recorded in (each for code in codes for each in history.shared(code)):
        parts = known.part_timeline(recorded)
        if parts.archived_at is not None:
            continue
        waits = [each for each in parts.waits if each.spell.until is None and {each.waiting, each.on} <= codes]
        for code in {recorded.workstream, *parts.last.others} & codes.intersection(workstreams):
            part = _open_part(recorded.key, parts, code, waits)
            if part is not None:
                (awaited if part.waiting else not_awaited).append(part)
            ours = sorted((each.spell.since, each.on) for each in waits if each.waiting == code)
            if ours:
                waiting.append(Awaited(recorded.key, [on for _, on in ours], ours[0][0]))
    return WhoWaits(
        sorted(awaited, key=lambda each: (each.since or as_of, each.key, each.workstream)),
        sorted(not_awaited, key=lambda each: (each.key, each.workstream)),
        sorted(waiting, key=lambda each: (each.since, each.key)),
    )


def _open_part(key: str, parts: PartTimeline, code: str, waits: Sequence[Wait]) -> OpenPart | None:
    stages = [stage for _, stage in parts.open_due([code])]
    by = sorted((each.spell.since, each.waiting) for each in waits if each.on == code)
    since = by[0][0] if by else None
    return OpenPart(key, parts.owner, code, stages, [who for _, who in by], since) if stages else None


def _history(session: Session) -> History:
    history = figures.history(session)
    assert history is not None, "who is signed in has a programme"
    return history


def _cycle(history: History, as_of: datetime) -> OneCycle | None:
    """The running cycle once it has begun, else the latest closed one that had."""
    for status in (CycleStatus.RUNNING, CycleStatus.CLOSED):
        for row in reversed(history.cycles):
            found = OneCycle(history, row.cycle, as_of) if row.status is status else None
            if found is not None and found.now.is_begun:
                return found
    return None


def _counting(history: History) -> set[str]:
    """The workstreams whose projects have joined by the running cycle, or else by the latest; all without any."""
    numbers = [row.cycle for row in history.cycles if row.status is CycleStatus.RUNNING]
    numbers += [row.cycle for row in reversed(history.cycles) if row.status is CycleStatus.CLOSED]
    codes = [row.code for row in history.workstreams]
    return set(history.joined(numbers[0], codes) if numbers else codes)


def _streams(session: Session, history: History, language: str) -> dict[str, Stream]:
    """All of them by code. Two statements."""
    projects = names(session, Project, language)
    facts = {row.code: row for row in history.workstreams}
    return {
        code: Stream(code, name, projects.get(facts[code].project, ""), facts[code].is_archived)
        for code, name in names(session, Workstream, language).items()
        if code in facts
    }
