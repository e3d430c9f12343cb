"""Signing in and out, and how often somebody may guess. All times here are real, also in a demo.

An attempt is booked as a failure before the password is compared, so that guesses sent at once count too; the right
password takes the booking back. A browser or address that the account has signed in from before counts for itself:
strangers cannot lock its owner out.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from tracker import security_log
from tracker.commands.accounts import passwords
from tracker.commands.accounts.account import normal_email
from tracker.db.models import CalendarKey, KnownPlace, Programme, SignIn, SignInFailure, User
from tracker.domain.errors import N_, TrackerError

ATTEMPTS = 10
WINDOW = timedelta(minutes=1)
LONGEST = timedelta(days=14)
_ENDED_KEPT_FOR = timedelta(days=1)  # tells whose form it is that arrives after the sign-in has ended
_PLACES_KEPT_FOR = timedelta(days=365)
_LINK, _CALENDAR = "link", "calendar"  # stand where the hash of an account's address stands otherwise


class TooManyAttemptsError(TrackerError):
    """Somebody guesses; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(N_("Too many attempts. Try again in %(seconds)s seconds."), seconds=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Attempt:
    """A booked attempt to sign in; `user` is none when there is no such account, or not any more."""

    failure_id: int
    user_id: int | None
    password_hash: str | None

    def succeeds_with(self, password: str) -> bool:
        """Whether the password is right. Slow by design: call it outside any transaction."""
        succeeds = passwords.fits(password, self.password_hash) and self.user_id is not None
        if not succeeds:
            security_log.note("sign_in_failed", account=self.user_id)
        return succeeds


def token_hash(token: str) -> str:
    """What the database keeps of a token: a copy of the database signs nobody in."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def account_hash(email: str) -> str:
    """What failed attempts keep of the address: people type passwords into the wrong field."""
    return hashlib.sha256(normal_email(email).encode("utf-8", "replace")).hexdigest()


def attempt(session: Session, email: str, places: Sequence[str], now: datetime) -> Attempt:
    """Books an attempt from the places (the browser's own first, the address last), or raises TooManyAttemptsError."""
    _count_one_at_a_time(session, now)
    address = normal_email(email)
    account = account_hash(address)
    user = session.exec(select(User).where(User.email == address.replace("\0", ""))).one_or_none()
    place, counters = _counters(session, user, account, places)
    failure_id = _book(session, place, account, counters, now)
    is_active = user is not None and user.is_active
    return Attempt(failure_id, user.id if user and is_active else None, user.password_hash if user else None)


def attempt_link(session: Session, address: str, now: datetime) -> int:
    """Books an attempt to open a one-time link, which counts against the address; gives its id.

    Raises TooManyAttemptsError.
    """
    _count_one_at_a_time(session, now)
    return _book(session, address, _LINK, [col(SignInFailure.place) == address], now)


def make_calendar_key(session: Session, user_id: int, now: datetime) -> str:
    """A new secret for the address of the account's calendar, as calendars cannot sign in; the one it had ends.

    A random one, shown now and never again: the database keeps its hash, so that a copy of it opens nobody's calendar,
    and no setting that changes ends it. No history: what somebody reads in is nobody else's business.
    """
    secret = secrets.token_urlsafe(32)
    session.merge(CalendarKey(user_id=user_id, key_hash=token_hash(secret), made_at=now))
    return secret


def refuse_calendar(session: Session, place: str, now: datetime) -> None:
    """Raises TooManyAttemptsError while too many have asked for calendars that there are not, from that place."""
    _refuse_when_full(
        session, and_(col(SignInFailure.place) == place, col(SignInFailure.failed_at) > now - WINDOW), now
    )


def fail_calendar(session: Session, place: str, now: datetime) -> None:
    """Books that somebody has asked for a calendar that there is not, or raises TooManyAttemptsError."""
    _count_one_at_a_time(session, now)
    _book(session, place, _CALENDAR, [col(SignInFailure.place) == place], now)


def succeed(session: Session, failure_id: int) -> None:
    """Takes the booking of an attempt back: it was no guess."""
    session.execute(delete(SignInFailure).where(col(SignInFailure.id) == failure_id))


def sign_in(session: Session, attempted: Attempt, places: Sequence[str], now: datetime) -> str:
    """Signs the attempt's account in and gives the token for the cookie; call it only once the password was right."""
    assert attempted.user_id is not None
    succeed(session, attempted.failure_id)
    return sign_in_user(session, attempted.user_id, places, now)


def sign_in_user(session: Session, user_id: int, places: Sequence[str], now: datetime) -> str:
    """Signs the account in without a password (the demo's buttons, a sign-in elsewhere) and gives the token."""
    session.execute(delete(SignIn).where(col(SignIn.signed_in_at) <= now - LONGEST - _ENDED_KEPT_FOR))
    session.execute(delete(KnownPlace).where(col(KnownPlace.last_used_at) <= now - _PLACES_KEPT_FOR))
    know(session, user_id, places, now)
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=token_hash(token), user_id=user_id, signed_in_at=now))
    security_log.note_once_kept(session, "signed_in", account=user_id)
    return token


def know(session: Session, user_id: int, places: Sequence[str], now: datetime) -> None:
    """Remembers the places as ones that the account signs in from; others may be doing the same right now."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"user_id": user_id, "place": place, "last_used_at": now} for place in places]
    if rows:
        statement = insert(KnownPlace).values(rows)
        used = {"last_used_at": statement.excluded.last_used_at}
        session.execute(statement.on_conflict_do_update(index_elements=["user_id", "place"], set_=used))


def sign_out_elsewhere(session: Session, user_id: int, *, keep: str) -> None:
    """Ends all sign-ins of the account but the one with the token hash `keep`."""
    session.execute(delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.token_hash) != keep))


def sign_out(session: Session, hashed_token: str) -> None:
    """Ends a sign-in: its cookie is dead from now on."""
    session.execute(delete(SignIn).where(col(SignIn.token_hash) == hashed_token))


def _counters(
    session: Session, user: User | None, account: str, places: Sequence[str]
) -> tuple[str, list[ColumnElement[bool]]]:
    """The place to book a failure on, and the failures that count against the attempt."""
    browser, address = places[:-1], places[-1]
    known = (
        set()
        if user is None
        else set(
            session.exec(
                select(KnownPlace.place).where(KnownPlace.user_id == user.id, col(KnownPlace.place).in_(places))
            )
        )
    )
    for place in browser:
        if place in known:
            return place, [and_(col(SignInFailure.place) == place, col(SignInFailure.account) == account)]
    from_address = col(SignInFailure.place) == address
    if address in known:
        return address, [from_address]
    return address, [from_address, col(SignInFailure.account) == account]


def _count_one_at_a_time(session: Session, now: datetime) -> None:
    """Counting is exact only while nobody else counts."""
    session.execute(select(Programme.id).with_for_update())
    failed_at = col(SignInFailure.failed_at)
    # What lies ahead was booked before the clock was set back; it would shut people out until then.
    session.execute(delete(SignInFailure).where(or_(failed_at <= now - WINDOW, failed_at > now + WINDOW)))


def _book(session: Session, place: str, account: str, counters: Sequence[ColumnElement[bool]], now: datetime) -> int:
    for counter in counters:
        _refuse_when_full(session, counter, now)
    failure = SignInFailure(place=place, account=account, failed_at=now)
    session.add(failure)
    session.flush()  # its id
    assert failure.id is not None
    return failure.id


def _refuse_when_full(session: Session, counter: ColumnElement[bool], now: datetime) -> None:
    latest = session.exec(
        select(SignInFailure.failed_at).where(counter).order_by(col(SignInFailure.failed_at).desc()).limit(ATTEMPTS)
    ).all()
    if len(latest) >= ATTEMPTS:
        security_log.note("too_many_attempts")
        raise TooManyAttemptsError(max(1, int((latest[-1] + WINDOW - now).total_seconds()) + 1))
