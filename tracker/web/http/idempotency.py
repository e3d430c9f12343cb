"""A form sent twice is done once: its key brings back the first answer."""

import secrets
from collections.abc import Callable

from flask import Response, request
from sqlmodel import Session

from tracker.clock import real_now
from tracker.commands.entry import idempotency_keys
from tracker.commands.entry.entries import Entry

_FORGET_EVERY = 100
_NOT_PART_OF_IT = {"csrf_token", "key"}


def fresh_key() -> str:
    """A key for a form that has not been sent yet."""
    return secrets.token_urlsafe(16)


def once(session: Session, entry: Entry, user_id: int, key: str, answer: Callable[[], Response]) -> Response:
    """What `answer` gives, or what it gave when this key was sent first. Without a key it is simply done."""
    if not key:
        return answer()
    mark = idempotency_keys.request_fingerprint(
        request.path, ((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_PART_OF_IT)
    )
    before = idempotency_keys.kept_answer(session, user_id, key, mark)
    if before is not None:
        return _response(before)
    response = answer()
    if entry.is_recorded:
        given = idempotency_keys.KeptAnswer(
            response.status_code, response.get_data(as_text=True), response.location or ""
        )
        idempotency_keys.remember(session, user_id, key, mark, given, entry_id=entry.id, at=real_now())
        if entry.id % _FORGET_EVERY == 0:
            idempotency_keys.forget_old(session, real_now())
    return response


def _response(given: idempotency_keys.KeptAnswer) -> Response:
    response = Response(given.body, status=given.status, mimetype="text/html")
    if given.location:
        response.headers["Location"] = given.location
    return response
