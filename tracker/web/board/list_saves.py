"""Saving rows of the list, one or all that were changed, and checking one."""

from collections.abc import Mapping

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import board as rows
from tracker.commands import notes, signoffs
from tracker.commands.board import Update
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult, Left
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import StaleError
from tracker.domain.errors import N_, TrackerError
from tracker.queries.board import cards as board
from tracker.web.board import list as listing
from tracker.web.board import views as boards
from tracker.web.board.filters import LIST, signing_for
from tracker.web.board.forms import RowForm, typed_rows
from tracker.web.board.list import Drafts, Errors, Typed
from tracker.web.board.words import latest_words
from tracker.web.http.context import today
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import Form, FormError
from tracker.web.ui.query import address
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.workflows.words import with_open_parts

bp = Blueprint("rows", __name__)

OK = 200
_SEEN = {"to", "happened_on", "reason", "note", "without_parts", "resolution"}
Refused = dict[str, tuple[Errors, int]]
NOTHING_REFUSED: tuple[Errors, int] = ({}, OK)


@bp.post("/board/rows")
def save() -> ResponseReturnValue:
    """Saves the row whose button was pressed, or every row in which something was typed; or checks or signs one.

    What can be saved is saved; the rest is kept as it was typed, each with its cause at its field.
    """
    checked, signed = request.form.get("check", ""), request.form.get("sign", "")
    command = "check" if checked else "batch_sign" if signed else "save_rows"
    return submit(command, Form.parse, lambda session, entry, _form: _answered(session, entry, checked, signed))


def _answered(session: Session, entry: Entry, checked: str, signed: str) -> Response:
    """For htmx the rows anew, and a word about it that can take all of it back."""
    typed = typed_rows(request.form)
    refused: Refused = {}
    if checked:
        outcome = batch_results.each([checked], lambda key: notes.check(session, entry, key))
    elif signed:
        ours = signing_for(request.args.getlist("workstream"))
        outcome = batch_results.each([signed], lambda key: signoffs.sign_all(session, entry, key, ours))
    else:
        only = request.form.get("row")
        outcome, refused = _saved(session, entry, {key: typed[key] for key in typed if only in {None, key}})
    session.flush()
    refused |= {left.key: _explained(session, left) for left in outcome.left}
    touched = (*outcome.done, *outcome.unchanged)
    drafts: Drafts = {
        key: (typed.get(key, {}), refused.get(key, NOTHING_REFUSED)[0])
        for key in {**typed, **refused}
        if checked or signed or key not in touched
    }
    cards = listing.cards_now(session, (*touched, *refused))
    text, status = _words(outcome, refused, checked, signed), _status(outcome, refused)
    if not signed:
        text = with_open_parts(text, [card for card in cards if typed.get(card.key, {}).get("to") == card.state])
    if not htmx:
        return _page(session, text, status, drafts)
    return page(
        "board/_list_saved.html",
        status=status,
        rows=listing.drawn_anew(session, cards, drafts).items(),
        text=text,
        entry_id=entry.id if entry.is_recorded and not checked else None,
        is_refusal=any(errors for _, errors in drafts.values()),
        key=fresh_key(),
    )


def _saved(session: Session, entry: Entry, typed: Mapping[str, Typed]) -> tuple[BatchResult, Refused]:
    """Saves the rows whose fields make sense."""
    updates: list[Update] = []
    refused: Refused = {}
    for key, fields in typed.items():
        try:
            form = RowForm.checked(fields)
        except FormError as error:
            refused[key] = _at_fields(error), status_of(error)
            continue
        updates.append(Update(key, **form.model_dump(exclude={"key"})))
    return rows.save(session, entry, updates), refused


def _explained(session: Session, left: Left) -> tuple[Errors, int]:
    """The cause at its field; for a stale row who did what when."""
    error = left.error
    if isinstance(error, StaleError):
        message = N_("%(actor)s was here before you, %(at)s: %(what)s. Save again to do yours all the same.")
        return {"to": latest_words(session, left.key, message)}, status_of(error)
    return _at_fields(error), status_of(error)


def _at_fields(error: TrackerError) -> Errors:
    """The messages where in the row they stand."""
    return {name if name in _SEEN else "row": text for name, text in field_errors(error).items()}


def _words(outcome: BatchResult, refused: Refused, checked: str, signed: str) -> str:
    """What came of it, in a sentence."""
    done, left = (*outcome.done, *outcome.unchanged), len(refused)
    if checked and done:
        return gettext("%(key)s checked today", key=checked)
    if signed and done:
        text = N_("%(key)s: our part is done") if outcome.done else N_("%(key)s: our part was done already")
        return gettext(text, key=signed)
    if not done and not left:
        return gettext("There was nothing to save")
    if not left:
        return (
            gettext("%(key)s saved", key=done[0])
            if len(done) == 1
            else ngettext("%(num)s row saved", "%(num)s rows saved", len(done))
        )
    if not done:
        return (
            gettext("%(key)s was not saved", key=next(iter(refused)))
            if left == 1
            else ngettext("%(num)s row was not saved", "%(num)s rows were not saved", left)
        )
    return gettext("%(saved)s saved, %(left)s not", saved=len(done), left=left)


def _status(outcome: BatchResult, refused: Refused) -> int:
    """200 as soon as something was saved; else why not, where all have one kind of cause."""
    statuses = {status for _, status in refused.values()}
    if outcome.done or outcome.unchanged or not statuses:
        return 200
    return statuses.pop() if len(statuses) == 1 else 422


def _page(session: Session, text: str, status: int, drafts: Drafts) -> Response:
    """Without script: back to the list; or the list as it is, where something typed is still to be saved."""
    if not drafts and status == OK:
        return see_other(address("board.show", view=LIST, seen=None), text)
    frame = board.frame(session, language=language(), today=today())
    return boards.drawn(session, frame, drafts=drafts, told=text, status=status)
