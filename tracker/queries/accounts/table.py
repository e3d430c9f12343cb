"""Accounts, as administrators and their owners see them, and as sign-in needs them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, func
from sqlmodel import Session, col, select

from tracker.db.language import translated
from tracker.db.models import Actor, KnownPlace, PasswordLink, Project, SignIn, User, UserWorkstream, Workstream
from tracker.db.workstreams import IN_USE
from tracker.domain.cells import LARGEST_ID
from tracker.domain.states import Role

_UNUSABLE = "!"  # what `tracker.commands.accounts.passwords` keeps where there is no password


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list of accounts.

    `last_signed_in_at` is none when nobody has signed in with it, or when that is not known any more.
    """

    email: str
    name: str
    role: Role
    all_workstreams: bool
    is_active: bool
    id: int
    has_password: bool
    link_expires_at: datetime | None
    workstreams: tuple[str, ...]
    last_signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectStreams:
    """A project with its workstreams as (code, name), to choose from."""

    code: str
    name: str
    streams: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Own:
    """What the owner of an account sees of it; `other_sign_ins` are those of other browsers, newest first."""

    email: str
    has_password: bool
    signed_in_at: datetime | None
    other_sign_ins: tuple[datetime, ...]


def accounts(session: Session) -> list[Account]:
    """All accounts, by e-mail. One statement."""
    return [_account(row) for row in session.execute(_select().order_by(col(User.email)))]


def by_name(session: Session) -> list[Account]:
    """All accounts: those that can be used first, then by name. One statement."""
    return sorted(accounts(session), key=lambda account: (not account.is_active, account.name.casefold()))


def account(session: Session, account_id: int) -> Account | None:
    """One account."""
    if account_id > LARGEST_ID:
        return None
    row = session.execute(_select().where(col(User.id) == account_id)).one_or_none()
    return None if row is None else _account(row)


def streams_by_project(session: Session, *, language: str) -> list[ProjectStreams]:
    """The workstreams to choose from, by project: those in use or somebody's own. One statement."""
    rows = session.execute(
        select(
            col(Project.code),
            translated(language, Project.name),
            col(Workstream.code),
            translated(language, Workstream.name),
        )
        .join(Workstream, col(Workstream.project_code) == col(Project.code))
        .where(IN_USE | col(Workstream.code).in_(select(UserWorkstream.workstream_code)))
        .order_by(col(Project.code), col(Workstream.code))
    )
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for project, name, code, stream in rows:
        found.setdefault((project, name), []).append((code, stream))
    return [ProjectStreams(code, name, tuple(streams)) for (code, name), streams in found.items()]


def own(session: Session, user_id: int, *, token_hash: str) -> Own:
    """The account as its owner sees it from the browser with that token. Two statements."""
    email, password_hash = session.execute(select(User.email, User.password_hash).where(User.id == user_id)).one()
    rows = session.execute(
        select(SignIn.token_hash, SignIn.signed_in_at)
        .where(SignIn.user_id == user_id)
        .order_by(col(SignIn.signed_in_at).desc())
    ).all()
    here = next((at for token, at in rows if token == token_hash), None)
    others = tuple(at for token, at in rows if token != token_hash)
    return Own(email, password_hash != _UNUSABLE, here, others)


def has_admin(session: Session) -> bool:
    """Whether somebody can administer the installation."""
    return bool(session.scalar(select(func.count()).where(col(User.role) == Role.ADMIN, col(User.is_active))))


def active_user_id(session: Session, email: str) -> int | None:
    """The id of the account that has the address, unless it has ended."""
    return session.exec(select(User.id).where(User.email == email, col(User.is_active))).one_or_none()


def _select() -> Select[Any]:
    statement: Select[Any] = (
        select(  # type: ignore[call-overload]
            User.email,
            Actor.name,
            User.role,
            User.all_workstreams,
            User.is_active,
            User.id,
            User.password_hash != _UNUSABLE,
            col(PasswordLink.expires_at),
            _of_user(func.aggregate_strings(col(UserWorkstream.workstream_code), " "), UserWorkstream.user_id),
            _of_user(func.max(col(SignIn.signed_in_at)), SignIn.user_id),
            _of_user(func.max(col(KnownPlace.last_used_at)), KnownPlace.user_id),
        )
        .join(Actor, col(Actor.id) == col(User.actor_id))
        .join(PasswordLink, col(PasswordLink.user_id) == col(User.id), isouter=True)
    )
    return statement


def _of_user(value: Any, user_id: Any) -> ScalarSelect[Any]:  # noqa: ANN401 - any column
    return select(value).where(user_id == User.id).correlate(User).scalar_subquery()


def _account(row: Any) -> Account:  # noqa: ANN401 - a row of `_select`
    *account, codes, signed_in_at, used_at = row
    streams, last = tuple(sorted((codes or "").split())), max(filter(None, (signed_in_at, used_at)), default=None)
    return Account(*[*account, streams, last])
