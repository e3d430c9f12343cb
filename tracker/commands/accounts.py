"""Accounts: made, given a password, ended. Signing in and out is `tracker.commands.sign_ins`."""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from tracker.commands import passwords
from tracker.commands.entries import Entry
from tracker.db import models
from tracker.db.models import KnownPlace, SignIn, User, UserWorkstream, Workstream
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.people import Actor
from tracker.domain.states import Role

OPERATOR = "Driften"  # acts in the history for the command line
LANGUAGES = ("sv", "en")
_LONGEST = 200
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")


def operator(session: Session) -> Actor:
    """The actor for commands given on the machine itself, who may do everything."""
    return Actor(_actor_id(session, OPERATOR), OPERATOR, Role.ADMIN)


def normal_email(email: str) -> str:
    """One spelling per address."""
    return unicodedata.normalize("NFC", email).strip().casefold()


def add(
    session: Session, entry: Entry, email: str, name: str, role: Role, *,
    password: str | None, workstreams: Sequence[str] = (), all_workstreams: bool = False,
) -> User:  # fmt: skip
    """Makes an account. Without a password nobody can sign in to it with one.

    Raises NotAllowedError, ConflictError when the address or name is taken, or InvalidError naming the field.
    """
    _require_admin(entry)
    user = User(
        email=_usable_email(session, email),
        actor_id=_free_actor_id(session, name),
        password_hash=passwords.UNUSABLE if password is None else passwords.hashed(password),
        role=role,
        all_workstreams=all_workstreams,
        created_at=entry.recorded_at,
    )
    session.add(user)
    session.flush()  # its id
    for code in dict.fromkeys(workstreams):
        if session.get(Workstream, code) is None:
            raise InvalidError(N_("There is no workstream %(code)s."), field="workstreams", code=code)
        session.add(UserWorkstream(user_id=_id(user), workstream_code=code))
    entry.record()
    return user


def set_password(session: Session, entry: Entry, email: str, password: str, *, keep: str | None = None) -> User:
    """Gives the account a new password, which ends its sign-ins (but the one with the token hash `keep`)."""
    user = the_user(session, email)
    if entry.actor.id != user.actor_id:
        _require_admin(entry)
    user.password_hash = passwords.hashed(password)
    session.add(user)
    _end_sign_ins(session, user, keep=keep)
    entry.record()
    return user


def disable(session: Session, entry: Entry, email: str) -> User:
    """Ends the account and its sign-ins; what its owner did stays in the history."""
    _require_admin(entry)
    user = the_user(session, email)
    if user.is_active:
        user.is_active = False
        session.add(user)
        _end_sign_ins(session, user)
        entry.record()
    return user


def choose_language(session: Session, user_id: int, language: str) -> None:
    """Remembers the language of the account's pages. No history: it is nobody else's business."""
    if language not in LANGUAGES:
        raise InvalidError(N_("Choose Swedish or English."), field="language")
    user = session.get_one(User, user_id)
    user.language = language
    session.add(user)


def the_user(session: Session, email: str) -> User:
    """The account with that address, or NotFoundError."""
    user = session.exec(select(User).where(User.email == normal_email(email))).one_or_none()
    if user is None:
        raise NotFoundError(N_("There is no account %(email)s."), email=email)
    return user


def _require_admin(entry: Entry) -> None:
    if not entry.actor.is_admin:
        raise NotAllowedError(N_("Only administrators can do this."))


def _usable_email(session: Session, email: str) -> str:
    address = normal_email(email)
    if len(address) > _LONGEST or not _EMAIL.fullmatch(address):
        raise InvalidError(N_("Write an e-mail address, for example name@example.org."), field="email")
    if session.exec(select(User.id).where(User.email == address)).one_or_none() is not None:
        raise ConflictError(N_("There already is an account %(email)s."), field="email", email=address)
    return address


def _free_actor_id(session: Session, name: str) -> int:
    """The actor of that name; somebody whose history was brought along gets it back."""
    text = unicodedata.normalize("NFC", name).strip()
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise InvalidError(N_("Write a name of at most %(count)s characters."), field="name", count=_LONGEST)
    actor_id = _actor_id(session, text)
    if text == OPERATOR or session.exec(select(User.id).where(User.actor_id == actor_id)).one_or_none() is not None:
        raise ConflictError(N_("Somebody already acts under the name %(name)s."), field="name", name=text)
    return actor_id


def _actor_id(session: Session, name: str) -> int:
    actor = session.exec(select(models.Actor).where(models.Actor.name == name)).one_or_none()
    if actor is None:
        actor = models.Actor(name=name)
        session.add(actor)
        session.flush()  # its id
    assert actor.id is not None
    return actor.id


def _end_sign_ins(session: Session, user: User, *, keep: str | None = None) -> None:
    session.execute(delete(SignIn).where(col(SignIn.user_id) == user.id, col(SignIn.token_hash) != (keep or "")))
    session.execute(delete(KnownPlace).where(col(KnownPlace.user_id) == user.id))


def _id(user: User) -> int:
    assert user.id is not None
    return user.id
