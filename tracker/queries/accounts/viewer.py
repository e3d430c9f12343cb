"""Who is looking, and at which programme: one statement per request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, bindparam, func, select
from sqlmodel import Session, col

from tracker.db import models
from tracker.db.columns import columns, row_columns
from tracker.domain.people import Actor
from tracker.domain.states import Role

_NAMED = {"is_demo": col(models.Programme.demo_clock_at).is_not(None), "recorded_at": models.Programme.last_recorded_at}


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme as every page needs it."""

    name: str
    time_zone: str
    is_demo: bool
    revision: int
    recorded_at: datetime | None = None  # when its newest entry was

    @property
    def zone(self) -> ZoneInfo:
        """Where its dates and times are."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in, with their rights as they stand now."""

    user_id: int
    actor: Actor
    language: str | None
    has_keys: bool
    has_announcements: bool
    signed_in_at: datetime
    programme: Programme

    @property
    def name(self) -> str:
        """The name that the history keeps."""
        return self.actor.name

    @property
    def role(self) -> Role:
        """What they may do."""
        return self.actor.role


def programme(session: Session) -> Programme | None:
    """The programme of the database; none before it has been made."""
    row = session.execute(select(*row_columns(models.Programme, Programme, **_NAMED))).one_or_none()
    return None if row is None else Programme(*row)


def viewer(session: Session, token_hash: str) -> Viewer | None:
    """The active account behind a sign-in, in one statement; none when the sign-in or the account has ended."""
    row = session.connection().execute(_VIEWER, {"token_hash": token_hash}).one_or_none()
    if row is None:
        return None
    user_id, role, all_workstreams, language, keys, announcements, actor_id, name, codes, signed_in_at, *about = row
    actor = Actor(actor_id, name, role, frozenset((codes or "").split()), all_workstreams)
    return Viewer(user_id, actor, language, keys, announcements, signed_in_at, Programme(*about))


def user_id(session: Session, token_hash: str) -> int | None:
    """Whose sign-in it is or, while it has not been cleared away, was."""
    return session.scalar(select(col(models.SignIn.user_id)).where(col(models.SignIn.token_hash) == token_hash))


def _statement() -> Select[*tuple[Any, ...]]:
    streams = (
        select(func.aggregate_strings(col(models.UserWorkstream.workstream_code), " "))
        .where(col(models.UserWorkstream.user_id) == col(models.User.id))
        .correlate(models.User)
        .scalar_subquery()
    )
    return (
        select(
            *columns(models.User, ("id", "role", "all_workstreams", "language", "has_keys", "has_announcements")),
            col(models.Actor.id),
            col(models.Actor.name),
            streams,
            col(models.SignIn.signed_in_at),
            *row_columns(models.Programme, Programme, **_NAMED),
        )
        .select_from(models.SignIn)
        .join(models.User, col(models.User.id) == col(models.SignIn.user_id))
        .join(models.Actor, col(models.Actor.id) == col(models.User.actor_id))
        .join(models.Programme, col(models.Programme.id) == 1)
        .where(col(models.SignIn.token_hash) == bindparam("token_hash", type_=String), col(models.User.is_active))
    )


_VIEWER = _statement()  # asked by every request, so built once
