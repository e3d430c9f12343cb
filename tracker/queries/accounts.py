"""Accounts, as administrators see them and as sign-in needs them."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from tracker.db.models import Actor, User, UserWorkstream
from tracker.domain.states import Role


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list of accounts."""

    email: str
    name: str
    role: Role
    workstreams: tuple[str, ...]
    all_workstreams: bool
    is_active: bool


def accounts(session: Session) -> list[Account]:
    """All accounts, by e-mail."""
    streams = (
        select(func.aggregate_strings(col(UserWorkstream.workstream_code), " "))
        .where(UserWorkstream.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    rows = session.execute(
        select(User.email, Actor.name, User.role, streams, User.all_workstreams, User.is_active)  # type: ignore[call-overload]
        .join(Actor, col(Actor.id) == col(User.actor_id))
        .order_by(col(User.email))
    )
    return [Account(email, name, role, tuple(sorted((codes or "").split())), every, active)
            for email, name, role, codes, every, active in rows]  # fmt: skip


def has_admin(session: Session) -> bool:
    """Whether somebody can administer the installation."""
    return bool(session.scalar(select(func.count()).where(col(User.role) == Role.ADMIN, col(User.is_active))))


def active_user_id(session: Session, email: str) -> int | None:
    """The id of the account that has the address, unless it has ended."""
    return session.exec(select(User.id).where(User.email == email, col(User.is_active))).one_or_none()
