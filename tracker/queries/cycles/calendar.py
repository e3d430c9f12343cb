"""What a calendar is made of: whose it is, and the cycles. Two statements."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db.models import CalendarKey, Programme, User


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose calendar it is, and what they read of which programme, last recorded when."""

    language: str | None
    programme: str
    last_recorded_at: datetime | None


def reader(session: Session, key_hash: str) -> Reader | None:
    """The active account that the key is of. One statement."""
    row = session.execute(
        select(col(User.language), col(Programme.name), col(Programme.last_recorded_at))
        .select_from(CalendarKey)
        .join(User, col(User.id) == col(CalendarKey.user_id))
        .join(Programme, col(Programme.id) == 1)
        .where(col(CalendarKey.key_hash) == key_hash, col(User.is_active))
    ).one_or_none()
    return None if row is None else Reader(*row)


def made_at(session: Session, user_id: int) -> datetime | None:
    """When the account's key was made; none without one. One statement."""
    return session.execute(
        select(col(CalendarKey.made_at)).where(col(CalendarKey.user_id) == user_id)
    ).scalar_one_or_none()
