"""The secret in the address of an account's calendar: calendars cannot sign in. Times here are real, also in a demo.

A random one, shown when it is made and never again; the database keeps its hash, so that a copy of it opens nobody's
calendar, and no setting that changes ends it. An account has one at most: a new one ends the old. No history: what
somebody reads in is nobody else's business.
"""

import secrets
from datetime import datetime

from sqlmodel import Session

from tracker.commands.accounts.sign_ins import token_hash
from tracker.db.models import CalendarKey


def make(session: Session, user_id: int, *, now: datetime) -> str:
    """A new secret for the account, in place of the one it had."""
    secret = secrets.token_urlsafe(32)
    session.merge(CalendarKey(user_id=user_id, key_hash=token_hash(secret), made_at=now))
    return secret
