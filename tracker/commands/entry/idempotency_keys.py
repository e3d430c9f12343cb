"""Idempotency: what a form's first sending answered is what every later sending of it answers."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, String, bindparam, delete, insert, select
from sqlmodel import Session, col

from tracker.db.models import Answer
from tracker.domain.errors import N_, InvalidError

KEPT_FOR = timedelta(days=7)
LONGEST_KEY = 100

# Built once: building a statement costs as much as running it.
_KEPT_ANSWER = select(col(Answer.request), col(Answer.status), col(Answer.body), col(Answer.location)).where(
    col(Answer.user_id) == bindparam("user_id", type_=Integer), col(Answer.key) == bindparam("key", type_=String)
)
_REMEMBER = insert(Answer.__table__)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that was given."""

    status: int
    body: str
    location: str


def request_fingerprint(path: str, fields: Iterable[tuple[str, str]]) -> str:
    """What tells one request from another under the same key, whatever the order of its fields."""
    text = "\0".join([path, *(f"{name}\1{value}" for name, value in sorted(fields))])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kept_answer(session: Session, user_id: int, key: str, request: str) -> KeptAnswer | None:
    """The answer given to this key before, if any. Raises InvalidError when the key came with another request."""
    row = session.connection().execute(_KEPT_ANSWER, {"user_id": user_id, "key": key}).one_or_none()
    if row is None:
        return None
    first_request, status, body, location = row
    if first_request != request:
        raise InvalidError(N_("This form was already sent with other content. Open the page anew."), field="key")
    return KeptAnswer(status, body, location)


def remember(
    session: Session, user_id: int, key: str, request: str, answer: KeptAnswer, *, entry_id: int | None, at: datetime
) -> None:
    """Keeps the answer with the transaction that it tells of."""
    values = {
        "user_id": user_id,
        "key": key,
        "request": request,
        "entry_id": entry_id,
        **asdict(answer),
        "answered_at": at,
    }
    session.flush()  # its entry comes first
    session.connection().execute(_REMEMBER, values)


def forget_old(session: Session, now: datetime) -> None:
    """Deletes the answers that nobody can ask for any more. `now` is real time."""
    session.execute(delete(Answer).where(col(Answer.answered_at) < now - KEPT_FOR))
