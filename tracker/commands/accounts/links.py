"""One-time links with which people choose their own password. Times here are real, also in a demo.

The database keeps a hash of the token. An account has one link at most: a new one replaces the old.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from tracker import security_log
from tracker.commands.accounts import account, passwords
from tracker.commands.accounts.sign_ins import token_hash
from tracker.commands.entry.entries import Entry
from tracker.db.models import FieldChange, PasswordLink, User
from tracker.domain.errors import N_, ConflictError, NotFoundError

INVITATION = timedelta(days=7)
RESET = timedelta(hours=24)
PATH = "/link/"


@dataclass(frozen=True, slots=True)
class Link:
    """A link just made: nobody can be shown its token again."""

    token: str
    expires_at: datetime


class LinkUnusableError(NotFoundError):
    """The link is unknown, used, replaced or too old, or its account has ended: which of them is nobody's business."""

    def __init__(self) -> None:
        super().__init__(N_("This link cannot be used."))


def make(session: Session, entry: Entry, user: User, *, now: datetime) -> Link:
    """A link for the account: an invitation while it has no password, else one that sets a new one.

    Raises NotAllowedError, or ConflictError for an account that has ended.
    """
    account.require_admin(entry.actor)
    if not user.is_active:
        raise ConflictError(N_("The account is disabled. Enable it first."))
    lasts = INVITATION if user.password_hash == passwords.UNUSABLE else RESET
    link = Link(secrets.token_urlsafe(32), now + lasts)
    assert user.id is not None
    session.merge(PasswordLink(user_id=user.id, token_hash=token_hash(link.token), expires_at=link.expires_at))
    entry.add(FieldChange(account_id=user.actor_id, field="password_link", entry_id=entry.id))
    security_log.note_once_kept(session, "link_made", account=user.id, by=entry.actor.id)
    return link


def owner(session: Session, token: str, now: datetime) -> User:
    """The account that the link is for. Raises LinkUnusableError."""
    user = session.exec(
        select(User)
        .join(PasswordLink, col(PasswordLink.user_id) == col(User.id))
        .where(PasswordLink.token_hash == token_hash(token), PasswordLink.expires_at > now, col(User.is_active))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if user is None:
        raise LinkUnusableError
    return user


def use(session: Session, entry: Entry, token: str, password_hash: str, *, now: datetime) -> User:
    """Gives the link's account the password, which ends the link and all sign-ins. Raises LinkUnusableError."""
    user = owner(session, token, now)
    account.keep_password(session, entry, user, password_hash)
    security_log.note_once_kept(session, "link_used", account=user.id)
    return user
