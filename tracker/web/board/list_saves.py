"""Saving rows of the list, one or all that were changed, and checking one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import board as rows
from tracker.commands import notes
from tracker.commands.board import Update
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult, Left
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import StaleError
from tracker.queries.board import cards as board
from tracker.queries.workflows import page as workflow
from tracker.web.board import list as listing
from tracker.web.board import views as boards
from tracker.web.board.filters import LIST
from tracker.web.board.list import Drafts, Errors, Typed
from tracker.web.board.list_forms import RowForm, typed_rows
from tracker.web.http.context import current_settings, current_viewer, now, today, writing
from tracker.web.http.idempotency import once
from tracker.web.ui.errors import explain, status_of
from tracker.web.ui.formats import language, moment
from tracker.web.ui.forms import Form, FormError
from tracker.web.ui.rendering import htmx
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.workflows.events import described, event_words

bp = Blueprint("rows", __name__)

OK = 200
_SEEN = {"to", "happened_on", "reason", "note", "resolution"}
Refused = dict[str, tuple[Errors, int]]
NOTHING_REFUSED: tuple[Errors, int] = ({}, OK)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is told of a save: in words, by the rows as they stand, and by what is kept as it was typed."""

    text: str
    status: int
    entry_id: int | None
    drawn: tuple[str, ...]
    drafts: Drafts

    @property
    def is_refusal(self) -> bool:
        """Whether anything was left."""
        return any(errors for _, errors in self.drafts.values())


@bp.post("/board/rows")
def save() -> ResponseReturnValue:
    """Saves the row whose button was pressed, or every row in which something was typed; or checks one.

    What can be saved is saved; the rest is kept as it was typed, each with its cause at its field.
    """
    key, checked = Form.parse(request.form).key, request.form.get("check", "")
    with writing("check" if checked else "save_rows") as (session, entry):
        return once(session, entry, current_viewer().user_id, key, lambda: _answered(session, entry, checked))


def _answered(session: Session, entry: Entry, checked: str) -> Response:
    typed = typed_rows(request.form)
    refused: Refused = {}
    if checked:
        outcome = batch_results.each([checked], lambda key: notes.check(session, entry, key))
    else:
        only = request.form.get("row")
        outcome, refused = _saved(session, entry, {key: typed[key] for key in typed if only in {None, key}})
    session.flush()
    refused |= {left.key: _explained(session, left) for left in outcome.left}
    saved = () if checked else (*outcome.done, *outcome.unchanged)
    answer = _Answer(
        _words(outcome, refused, checked),
        _status(outcome, refused),
        entry.id if entry.is_recorded and not checked else None,
        (*outcome.done, *outcome.unchanged, *refused),
        {
            key: (typed.get(key, {}), refused.get(key, NOTHING_REFUSED)[0])
            for key in {**typed, **refused}
            if key not in saved
        },
    )
    return _parts(session, answer) if htmx else _page(session, answer)


def _saved(session: Session, entry: Entry, typed: Mapping[str, Typed]) -> tuple[BatchResult, Refused]:
    """Saves the rows whose fields make sense."""
    updates: list[Update] = []
    refused: Refused = {}
    for key, fields in typed.items():
        try:
            form = RowForm.checked(fields)
        except FormError as error:
            errors = {_place(field): gettext(message) for field, message in error.errors.items()}
            refused[key] = (errors, status_of(error))
            continue
        updates.append(Update(key, **form.model_dump(exclude={"key"})))
    return rows.save(session, entry, updates, backdate_days=current_settings().backdate_days), refused


def _explained(session: Session, left: Left) -> tuple[Errors, int]:
    """The cause at its field; for a stale row who did what when."""
    error = left.error
    if isinstance(error, StaleError):
        return {"to": _missed(session, left.key)}, status_of(error)
    return {_place(error.field): explain(error)}, status_of(error)


def _place(field: str) -> str:
    """Where in the row the message stands."""
    return field if field in _SEEN else "row"


def _missed(session: Session, key: str) -> str:
    zone = current_viewer().programme.zone
    shown = workflow.page(session, key, language=language(), now=now(), zone=zone)
    latest = max((item for item in shown.timeline if item.counts), key=lambda item: (item.recorded_at, item.order))
    return gettext(
        "%(actor)s was here before you, %(at)s: %(what)s. Save again to do yours all the same.",
        actor=latest.actor,
        at=moment(latest.recorded_at),
        what=event_words(described(latest)),
    )


def _words(outcome: BatchResult, refused: Refused, checked: str) -> str:
    """What came of it, in a sentence."""
    done, left = (*outcome.done, *outcome.unchanged), len(refused)
    if checked and done:
        return gettext("%(key)s checked today", key=checked)
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


def _parts(session: Session, answer: _Answer) -> Response:
    """For htmx: the rows anew, and a word about it that can take all of it back."""
    drawn = listing.drawn_anew(session, answer.drawn, answer.drafts)
    html = render_template(
        "board/_list_saved.html",
        rows=drawn.items(),
        text=answer.text,
        entry_id=answer.entry_id,
        is_refusal=answer.is_refusal,
        key=secrets.token_urlsafe(16),
    )
    return make_response(html, answer.status)


def _page(session: Session, answer: _Answer) -> Response:
    """Without script: back to the list; or the list as it is, where something typed is still to be saved."""
    if not answer.drafts and answer.status == OK:
        flash(answer.text)
        return make_response(redirect(listing.address(view=LIST, seen=None), code=303))
    frame = board.frame(session, language=language(), today=today())
    return boards.drawn(session, frame, drafts=answer.drafts, told=answer.text, status=answer.status)
