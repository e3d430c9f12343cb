"""The review of the demo's cycle 5, decided by commands, and its close."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from tests.db import reviewing
from tests.db.acting import planner
from tracker.clock import clock_of
from tracker.db.engine import reading
from tracker.domain.reviews import Member, Wish
from tracker.domain.states import ProposalKind, ReviewReason

CYCLE = 5


def close_and_commit(engine: Engine, closed_at: datetime, committed_at: datetime) -> None:
    """Decides on everything in the hour before, closes the cycle and commits the next."""
    decide_all(engine, closed_at - timedelta(hours=1))
    reviewing.close(engine, number=CYCLE, at=closed_at)
    reviewing.commit(engine, CYCLE + 1, at=committed_at)


def decide_all(engine: Engine, at: datetime | None = None) -> dict[str, list[str]]:
    """Decides on every member in turn, each way there is, and accepts the rest; gives the keys by kind."""
    decided: dict[str, list[str]] = {kind.value: [] for kind in ProposalKind}
    with reading(engine) as session:
        at = at or clock_of(session).now()
    for turn, member in enumerate(open_members(engine)):
        wish = wish_for(member, turn)
        reviewing.propose(engine, member.key, wish, actor=planner(engine), version=0, cycle=CYCLE, at=at)
        decided[wish.kind.value].append(member.key)
    return decided


def open_members(engine: Engine) -> list[Member]:
    """Those that take a decision, or can go on."""
    members = reviewing.members(engine, CYCLE).values()
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
