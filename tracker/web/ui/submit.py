"""A submit: what a form asks is done once per key, in one entry; a refusal goes back into the form."""

import time
from collections.abc import Callable
from typing import TypeVar

from flask import Response, flash, make_response, redirect, request
from flask import session as browser_session
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tracker.clock import real_now
from tracker.commands.entry import idempotency_keys
from tracker.commands.entry.entries import Entry
from tracker.domain.errors import (
    AwayError,
    BusyError,
    ConflictError,
    ContendedError,
    InvalidError,
    NotAllowedError,
    TrackerError,
    UncertainError,
)
from tracker.web.http.context import current_viewer, writing
from tracker.web.ui import shared
from tracker.web.ui.forms import Form

WRONG = (InvalidError, ConflictError)
REFUSALS = (*WRONG, NotAllowedError)
SEE_OTHER = 303
PAUSES_S = (0.01, 0.05, 0.2)  # so that the other has its lock before this is done anew
RETRIES = len(PAUSES_S)
_SAID = "_flashes"  # where Flask keeps what the next page says
_FORGET_EVERY = 100
_NOT_PART_OF_IT = {"csrf_token", "key"}

AnyForm = TypeVar("AnyForm", bound=Form)
Parse = Callable[[MultiDict[str, str]], AnyForm]
Do = Callable[[Session, Entry, AnyForm], Response]
Refused = Callable[[TrackerError], Response]


def fresh_key() -> str:
    """A key for a form that has not been sent yet."""
    return shared.slot("key")


def raised(error: TrackerError) -> Response:
    """A refusal that has no form to go back into: the page of the error."""
    raise error


def submit(
    command: str,
    parse: Parse[AnyForm],
    do: Do[AnyForm],
    refused: Refused = raised,
    refusals: tuple[type[TrackerError], ...] = REFUSALS,
) -> Response:
    """What `do` answers to the request's form, or answered when its key was sent first; of the refusals what `refused`
    makes of them, when nothing is written any more.
    """
    try:
        form = parse(request.form)
        return _at_last(lambda: _written(command, form, do), has_key=bool(form.key))
    except refusals as error:
        return refused(error)


def see_other(address: str, text: str = "") -> Response:
    """On to a page, with a word about what was done."""
    if text:
        flash(text)
    return make_response(redirect(address, code=SEE_OTHER))


def _written(command: str, form: AnyForm, do: Do[AnyForm]) -> Response:
    with writing(command) as (session, entry):
        return _once(session, entry, form.key, lambda: do(session, entry, form))


def _at_last(write: Callable[[], Response], *, has_key: bool) -> Response:
    """What the write answers, done anew up to RETRIES times where the database let another go first. Where a commit may
    have happened or not, the key finds out: it is looked for behind the programme's lock, which the commit held.
    """
    said = list(browser_session.get(_SAID, ()))
    for pause in PAUSES_S:
        try:
            return write()
        except ContendedError:
            browser_session[_SAID] = list(said)
            time.sleep(pause)
        except UncertainError as error:
            if not has_key:
                raise
            browser_session[_SAID] = list(said)
            return _found_out(write, error)
    return write()


def _found_out(write: Callable[[], Response], uncertain: UncertainError) -> Response:
    try:
        return write()
    except (AwayError, BusyError) as error:
        raise uncertain from error


def _once(session: Session, entry: Entry, key: str, answer: Callable[[], Response]) -> Response:
    """What `answer` gives, or what it gave when this key was sent first. Without a key it is simply done."""
    if not key:
        return answer()
    user_id = current_viewer().user_id
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
