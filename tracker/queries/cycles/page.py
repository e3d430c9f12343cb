"""What the page of a cycle is made of: its readings, and the names, reasons and people behind what they count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial

from sqlalchemy import ColumnElement, String, func, or_, select, type_coerce
from sqlmodel import Session, col

from tracker.db.columns import row_columns
from tracker.db.history import written_about
from tracker.db.language import names, translated
from tracker.db.models import (
    Actor,
    BlockerEvent,
    Cycle,
    PartEvent,
    ScopeChange,
    StateChange,
    Workflow,
    Workstream,
)
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.figures.one_cycle import OneCycle
from tracker.domain.programme.rows import ScopeRow
from tracker.domain.states import Goal, HoldEvent, PartEventKind, State
from tracker.queries import charts, figures
from tracker.queries.revision_cache import RevisionCache, Written


@dataclass(frozen=True, slots=True)
class Named:
    """A workflow as lists show it."""

    key: str
    name: str
    state: State
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Late:
    """A row that the reported figures could not know. `kind`: moved, taken_back, held, released, part, scope or
    archived.
    """

    kind: str
    key: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    from_state: State | None = None
    to_state: State | None = None
    blocker: int | None = None
    note: str = ""
    part: tuple[str, Goal | None, PartEventKind] | None = None  # whose, in which stage, and what became of it


@dataclass(frozen=True, slots=True)
class Sources:
    """All that was read for the page of a cycle."""

    cycle: OneCycle
    workflows: dict[str, Named]
    workstreams: dict[str, str]
    blockers: dict[int, str]
    steps: list[ScopeRow]  # by which workflows came into the cycle, left it or got another goal, in order
    times_carried: dict[str, int]
    late: list[Late] = field(default_factory=list)


def sources(session: Session, number: int, *, now: datetime, language: str) -> Sources:
    """What the page is made of; raises NotFoundError. Six statements, for a closed cycle three more, and those of
    `figures.history` and `workflows`.
    """
    history = figures.history(session) if _is_there(session, number) else None
    if history is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    cycle = OneCycle(history, number, figures.as_of_now(session, now))
    named = workflows(session, language)
    since = cycle.known_differently_since
    return Sources(
        cycle,
        named,
        names(session, Workstream, language),
        charts.blockers(session, language),
        _steps(session, number),
        {
            each.key: each.scope.times_carried(number)
            for row in history.workstreams
            for cycle in (number - 1, number)
            for each in history.concerned(cycle, row.code)
        },
        list(_late(session, since, cycle.last_instant, named)) if since is not None else [],
    )


def _is_there(session: Session, number: int) -> bool:
    if number > LARGEST_ID:
        return False
    return session.execute(select(col(Cycle.number)).where(col(Cycle.number) == number)).one_or_none() is not None


def workflows(session: Session, language: str) -> dict[str, Named]:
    """All workflows by key. Kept, and read for what was written to since: one statement, three after a write."""
    return _kept(language).get(session)


@lru_cache(maxsize=8)
def _kept(language: str) -> RevisionCache[dict[str, Named]]:
    return RevisionCache(partial(_named, language), partial(_followed, language), figures.NO_FIGURES)


def _named(language: str, session: Session, *where: ColumnElement[bool]) -> dict[str, Named]:
    rows = session.execute(
        select(
            col(Workflow.key),
            translated(language, Workflow.name),
            type_coerce(col(Workflow.state), String),
            col(Workflow.archived_at),
        ).where(*where)
    )
    return {key: Named(key, name, _STATE[state], archived_at) for key, name, state, archived_at in rows}


def _followed(language: str, session: Session, before: dict[str, Named], written: Written) -> dict[str, Named]:
    return before | _named(language, session, col(Workflow.id).in_(written.workflows))


def _steps(session: Session, number: int) -> list[ScopeRow]:
    """All that concern the cycle, in order."""
    rows = session.execute(
        written_about(ScopeChange, *row_columns(ScopeChange, ScopeRow, workflow=Workflow.key, actor=Actor.name))
        .where(or_(col(ScopeChange.from_cycle) == number, col(ScopeChange.to_cycle) == number))
        .order_by(col(ScopeChange.happened_at), col(ScopeChange.id))
    )
    return [ScopeRow(*row) for row in rows]


def _late(session: Session, since: datetime, until: datetime, workflows: dict[str, Named]) -> Iterator[Late]:
    yield from _late_changes(session, since, until)
    yield from _late_holds(session, since, until)
    yield from _late_parts(session, since, until)
    for workflow in workflows.values():
        if workflow.archived_at is not None and since < workflow.archived_at <= until:
            yield Late("archived", workflow.key, workflow.archived_at, workflow.archived_at, "")


def _late_changes(session: Session, since: datetime, until: datetime) -> Iterator[Late]:
    """Moves that happened by then and were recorded later, and what was taken back of them later."""
    voided = StateChange.__table__.alias("voided")  # type: ignore[attr-defined]
    rows = session.execute(
        written_about(
            StateChange,
            col(StateChange.voids),
            col(Workflow.key),
            func.coalesce(voided.c.happened_at, col(StateChange.happened_at), type_=voided.c.happened_at.type),
            col(StateChange.recorded_at),
            col(Actor.name),
            func.coalesce(voided.c.from_state, col(StateChange.from_state), type_=String),
            func.coalesce(voided.c.to_state, col(StateChange.to_state), type_=String),
            col(StateChange.note),
        )
        .join(voided, voided.c.id == col(StateChange.voids), isouter=True)
        .where(
            col(StateChange.recorded_at) > since,
            or_(col(StateChange.happened_at) <= until, voided.c.happened_at <= until),
        )
        .order_by(col(StateChange.id))
    )
    for voids, key, happened_at, recorded_at, actor, from_state, to_state, note in rows:
        kind = "moved" if voids is None else "taken_back"
        states = _STATE.get(from_state), _STATE.get(to_state)
        yield Late(kind, key, happened_at, recorded_at, actor, *states, note=note)


def _late_holds(session: Session, since: datetime, until: datetime) -> Iterator[Late]:
    rows = session.execute(
        written_about(
            BlockerEvent,
            *(Workflow.key, BlockerEvent.happened_at, BlockerEvent.recorded_at, Actor.name),
            *(BlockerEvent.event, BlockerEvent.blocker_id, BlockerEvent.note),
        )
        .where(col(BlockerEvent.recorded_at) > since, col(BlockerEvent.happened_at) <= until)
        .order_by(col(BlockerEvent.happened_at), col(BlockerEvent.id))
    )
    for key, happened_at, recorded_at, actor, event, blocker, note in rows:
        kind = "held" if event is HoldEvent.HELD else "released"
        yield Late(kind, key, happened_at, recorded_at, actor, blocker=blocker, note=note)


def _late_parts(session: Session, since: datetime, until: datetime) -> Iterator[Late]:
    rows = session.execute(
        written_about(
            PartEvent,
            *(Workflow.key, PartEvent.happened_at, PartEvent.recorded_at, Actor.name, PartEvent.note),
            *(PartEvent.workstream_code, PartEvent.stage, PartEvent.event),
        )
        .where(col(PartEvent.recorded_at) > since, col(PartEvent.happened_at) <= until)
        .order_by(col(PartEvent.happened_at), col(PartEvent.id))
    )
    for key, happened_at, recorded_at, actor, note, *part in rows:
        yield Late("part", key, happened_at, recorded_at, actor, note=note, part=tuple(part))


_STATE: dict[str, State] = {state.value: state for state in State}
