"""Idempotency: what a form's first sending answered is what every later sending of it answers."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from tracker.db.models import Answer
from tracker.domain.errors import N_, InvalidError

KEPT_FOR = timedelta(days=7)
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given."""

    status: int
    body: str
    location: str


def request_mark(path: str, fields: Iterable[tuple[str, str]]) -> str:
    """What tells one request from another under the same key, whatever the order of its fields."""
    text = "\0".join([path, *(f"{name}\1{value}" for name, value in sorted(fields))])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def given(session: Session, user_id: int, key: str, request: str) -> Given | None:
    """The answer given to this key before, if any. Raises InvalidError when the key came with another request."""
    row = session.exec(
        select(Answer.request, Answer.status, Answer.body, Answer.location).where(
            Answer.user_id == user_id, Answer.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    first_request, status, body, location = row
    if first_request != request:
        raise InvalidError(N_("This form was already sent with other content. Open the page anew."), field="key")
    return Given(status, body, location)


def remember(session: Session, user_id: int, key: str, request: str, answer: Given, *, entry_id: int | None,
             at: datetime) -> None:  # fmt: skip
    """Keeps the answer with the transaction that it tells of."""
    session.add(
        Answer(
            user_id=user_id,
            key=key,
            request=request,
            entry_id=entry_id,
            status=answer.status,
            body=answer.body,
            location=answer.location,
            answered_at=at,
        )
    )


def forget_old(session: Session, now: datetime) -> None:
    """Deletes the answers that nobody can ask for any more. `now` is real time."""
    session.execute(delete(Answer).where(col(Answer.answered_at) < now - KEPT_FOR))
