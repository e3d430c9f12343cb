"""A programme at the end of cycle 2: members of every kind, and what people decide about them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from tests.builders import Flow, a_blocker, a_cycle, a_programme, day, load
from tests.db.acting import acting, lead, planner
from tracker.commands import cycles, reviews
from tracker.commands.cycles import Closed
from tracker.commands.entry.batch_results import BatchResult
from tracker.db import reviews as reading_reviews
from tracker.db.engine import reading
from tracker.db.migrations import upgrade
from tracker.domain.people import Actor
from tracker.domain.programme.rows import Programme
from tracker.domain.reviews import Member, Wish, fingerprint
from tracker.domain.states import BlockerCategory, CycleStatus, Goal, ProposalKind, ReviewReason, ScopeKind, State

CLOSE = day(98)  # Sunday, the last day of cycle 2
UNMET, TWICE, BLOCKED, LESSER, FINISHED, OTHERS = "LAB-001", "LAB-002", "LAB-003", "LAB-004", "LAB-005", "RTG-001"
UNMET_KEYS = (UNMET, TWICE, BLOCKED, OTHERS)
LONG_HELD, SHARED = 1, 2
CARRY, RETURN, DROP, GO_ON = ProposalKind.CARRIED, ProposalKind.RETURNED, ProposalKind.DROPPED, ProposalKind.GOES_ON


def a_programme_to_review() -> Programme:
    """Cycle 1 is closed, 2 runs, 3 is planned. A vendor holds one that is unmet, and the backlog beside it too."""
    lab: Any = {"workstream": "LAB"}
    return a_programme(
        Flow(UNMET, **lab).in_cycle(2, Goal.TEST, day(45)).to(State.DESIGN, day(51)),
        Flow(TWICE, **lab)
        .in_cycle(1, Goal.DESIGN, day(-20))
        .scoped(1, None, None, ScopeKind.RETURNED, day(47, 14))
        .scoped(None, 2, Goal.DESIGN, ScopeKind.PLANNED, day(47, 14) + timedelta(minutes=10)),
        Flow(BLOCKED, others=("LKM",), **lab)
        .in_cycle(2, Goal.VALIDATION, day(45))
        .to(State.VALIDATION, day(52))
        .held(SHARED, day(60))
        .held(LONG_HELD, day(55)),
        Flow(LESSER, **lab).in_cycle(2, Goal.DESIGN, day(45)).to(State.VALIDATION, day(70)),
        Flow(FINISHED, **lab).in_cycle(2, Goal.TEST, day(45)).to(State.DONE, day(70)),
        Flow(OTHERS, workstream="RTG").in_cycle(2, Goal.TEST, day(45)),
        Flow("RTG-002", workstream="RTG").held(SHARED, day(61)),
        Flow("LAB-006", **lab).in_cycle(3, Goal.DESIGN, day(60)),
        cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING), a_cycle(3)],
        blockers=[
            a_blocker(LONG_HELD, "Ny release", category=BlockerCategory.VENDOR),
            a_blocker(SHARED, "Beslut saknas", category=BlockerCategory.DECISION),
        ],
    )


def prepare(engine: Engine) -> Engine:
    """Loads it."""
    load(engine, a_programme_to_review())
    return engine


def prepared(engine: Engine) -> None:
    """Prepares a migrated database with it."""
    upgrade(engine)
    prepare(engine)


def members(engine: Engine, cycle: int = 2) -> dict[str, Member]:
    """The members of the cycle as the review has them."""
    with reading(engine) as session:
        return {member.key: member for member in reading_reviews.members(session, cycle)}


def seen(engine: Engine, cycle: int = 2) -> str:
    """The seal of the review as it stands."""
    with reading(engine) as session:
        return fingerprint(reading_reviews.members(session, cycle), reading_reviews.next_draft(session, cycle))


def carry(goal: Goal = Goal.TEST, note: str = "") -> Wish:
    return Wish(CARRY, goal, ReviewReason.CAPACITY, note)


def give_back(note: str = "") -> Wish:
    return Wish(RETURN, None, ReviewReason.SCOPE, note)


def drop(note: str = "Behövs inte längre") -> Wish:
    return Wish(DROP, None, ReviewReason.DECISION, note)


def propose(
    engine: Engine,
    key: str,
    wish: Wish,
    *,
    actor: Actor | None = None,
    version: int | None = None,
    cycle: int = 2,
    at: datetime = CLOSE,
) -> bool:
    """By LAB's lead or, for others' workflows, a planner, unless told."""
    proposal = members(engine, cycle)[key].proposal if version is None else None
    known = version if version is not None else proposal.version if proposal else 0
    actor = actor or (lead(engine) if key.startswith("LAB") else planner(engine))
    with acting(engine, actor, at, "propose") as (session, entry):
        return reviews.propose(session, entry, cycle, key, wish, version=known)


def accept(
    engine: Engine,
    workstream: str = "LAB",
    *,
    reason: ReviewReason | None = None,
    actor: Actor | None = None,
    cycle: int = 2,
) -> BatchResult:
    with acting(engine, actor or planner(engine), CLOSE) as (session, entry):
        return reviews.accept(session, entry, cycle, workstream, reason=reason)


def decide_all(engine: Engine) -> None:
    """One of each kind: carried, returned, dropped, and what met a lesser goal goes on."""
    propose(engine, UNMET, carry())
    propose(engine, TWICE, give_back("Väntar på andra"))
    propose(engine, BLOCKED, drop())
    propose(engine, LESSER, Wish(GO_ON, Goal.VALIDATION))
    propose(engine, OTHERS, carry(Goal.DESIGN))


def close(
    engine: Engine, *, actor: Actor | None = None, number: int = 2, saw: str | None = None, at: datetime = CLOSE
) -> Closed:
    """By a planner who has seen the review as it stands."""
    token = seen(engine, number) if saw is None else saw
    with acting(engine, actor or planner(engine), at) as (session, entry):
        return cycles.close(session, entry, number, seen=token)


def commit(engine: Engine, number: int = 3, *, at: datetime = CLOSE) -> None:
    """By a planner."""
    with acting(engine, planner(engine), at) as (session, entry):
        cycles.commit(session, entry, number)
