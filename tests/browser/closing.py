"""The review of the demo's cycle 5, decided by commands, and its close."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import select

from tests.db import reviewing
from tests.db.acting import acting
from tracker.clock import clock_of
from tracker.commands import cycles, reviews
from tracker.commands.entry.entries import open_entry
from tracker.db import reviews as reading_reviews
from tracker.db.engine import reading, transaction
from tracker.db.models import Actor
from tracker.domain import people
from tracker.domain.reviews import Member, Wish
from tracker.domain.states import ProposalKind, ReviewReason, Role

CYCLE = 5


def close_and_commit(engine: Engine, closed_at: datetime, committed_at: datetime) -> None:
    """Decides on everything in the hour before, closes the cycle and commits the next."""
    decide_all(engine, closed_at - timedelta(hours=1))
    reviewing.close(engine, actor=planner(engine), number=CYCLE, at=closed_at)
    with acting(engine, planner(engine), committed_at) as (session, entry):
        cycles.commit(session, entry, CYCLE + 1)


def decide_all(engine: Engine, at: datetime | None = None) -> dict[str, list[str]]:
    """Decides on every member in turn, each way there is, and accepts the rest; gives the keys by kind."""
    decided: dict[str, list[str]] = {kind.value: [] for kind in ProposalKind}
    for turn, member in enumerate(open_members(engine)):
        wish = wish_for(member, turn)
        with transaction(engine) as session:
            entry = open_entry(session, planner(engine), "propose", at or clock_of(session).now())
            reviews.propose(session, entry, CYCLE, member.key, wish, version=0)
        decided[wish.kind.value].append(member.key)
    return decided


def open_members(engine: Engine) -> list[Member]:
    """Those that take a decision, or can go on."""
    with reading(engine) as session:
        members = reading_reviews.members(session, CYCLE)
    return [member for member in members if member.default is not None and member.decision is None]


def wish_for(member: Member, turn: int) -> Wish:
    """Carried as a rule; the tenth is returned and the twentieth dropped."""
    default = member.default
    assert default is not None
    if member.can_go_on:
        return default
    if turn % 20 == 19:
        return Wish(ProposalKind.DROPPED, None, ReviewReason.DECISION, "Ersätts av det nya flödet")
    if turn % 10 == 9:
        return Wish(ProposalKind.RETURNED, None, ReviewReason.SCOPE)
    note = "Styrgruppen beslutade att ta den en gång till" if member.needs_explicit_decision else ""
    return Wish(default.kind, default.goal, default.reason or ReviewReason.CAPACITY, note)


def planner(engine: Engine) -> people.Actor:
    """The programme office of the demo."""
    with reading(engine) as session:
        number = session.exec(select(Actor.id).where(Actor.name == "Programkontoret")).one()
    assert number is not None
    return people.Actor(number, "Programkontoret", Role.PLANNER)
