"""Erasing an account: its name, address, sign-ins and all that belonged to it. The history stays, under a pseudonym:
what was done points to a number, and the digest of the history knows no names.
"""

import html
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from tracker import security_log
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts.fields import ERASED
from tracker.commands.accounts.sign_ins import account_hash
from tracker.commands.entry.entries import Entry
from tracker.db.history import OF_USERS
from tracker.db.models import (
    Actor,
    Answer,
    FieldChange,
    SignInFailure,
)


def erase(session: Session, entry: Entry, email: str) -> str:
    """Removes the account for good, and gives the name under which its history stays.

    Raises NotFoundError, or ConflictError for the last administrator who can sign in.
    """
    accounts.require_admin(entry.actor)
    user = accounts.the_user(session, email)
    accounts.require_another_admin(session, entry, user)
    actor = session.get_one(Actor, user.actor_id)
    _overwrite_what_is_deleted(session)
    pseudonym = _free_pseudonym(session)
    _rename_in_answers(session, actor.name, pseudonym)
    actor.name = pseudonym
    session.add(actor)
    for table in OF_USERS:
        session.execute(delete(table).where(table.user_id == user.id))
    session.execute(delete(SignInFailure).where(col(SignInFailure.account) == account_hash(user.email)))
    session.delete(user)
    entry.add(FieldChange(account_id=actor.id, field="erased", entry_id=entry.id))
    security_log.note_once_kept(session, "account_erased", account=user.id, by=entry.actor.id)
    return pseudonym


def _overwrite_what_is_deleted(session: Session) -> None:
    """SQLite leaves deleted rows in its pages until others need the room."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


def _free_pseudonym(session: Session) -> str:
    taken = set(session.exec(select(Actor.name).where(col(Actor.name).startswith(f"{ERASED} "))))
    number = 1
    while f"{ERASED} {number}" in taken:
        number += 1
    return f"{ERASED} {number}"


def _rename_in_answers(session: Session, name: str, pseudonym: str) -> None:
    """What others' forms were answered is kept for a week, to be given again."""
    body: Any = col(Answer.body)
    for written in {name, html.escape(name)}:
        session.execute(
            update(Answer)
            .where(body.contains(written, autoescape=True))
            .values(body=func.replace(body, written, pseudonym))
        )
