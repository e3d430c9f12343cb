"""A workflow's page, moving it, and taking the latest move back."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move, StaleError
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.queries.board import cards as board
from tracker.web.http.context import current_settings, current_viewer, today, writing
from tracker.web.http.idempotency import fresh_key, once
from tracker.web.ui.errors import status_of
from tracker.web.ui.formats import language, state_name
from tracker.web.ui.forms import FormError, MoveForm, TakeBackForm
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.translation import gettext
from tracker.web.workflows import page as workflow_page
from tracker.web.workflows.events import conflict_rows
from tracker.web.workflows.page import errors_of, latest, missed, page_context, read_page

bp = Blueprint("workflows", __name__)


@bp.get("/workflows/<key>")
def show(key: str) -> ResponseReturnValue:
    """All there is to know about a workflow."""
    return page("workflows/workflow.html", **page_context(read_page(key)))


@bp.post("/workflows/<key>/move")
def move(key: str) -> ResponseReturnValue:
    """Moves the workflow, or says why not and keeps what was typed."""
    try:
        form = MoveForm.parse(request.form)
    except FormError as error:
        return _refused(key, error, "move")
    try:
        wanted = Move(form.to, form.version, form.happened_on, form.reason, form.note)
        with writing("move") as (session, entry):
            return once(session, entry, current_viewer().user_id, form.key, lambda: _moved(session, entry, key, wanted))
    except StaleError:
        return _conflict(key, form)
    except (InvalidError, ConflictError, NotAllowedError) as error:
        return _refused(key, error, "move")


@bp.post("/workflows/<key>/take-back")
def undo(key: str) -> ResponseReturnValue:
    """Takes back the workflow's latest move, and tells what it was."""
    try:
        form = TakeBackForm.parse(request.form)
        with writing("take_back") as (session, entry):
            return once(
                session,
                entry,
                current_viewer().user_id,
                form.key,
                lambda: _undone(session, entry, key, form),
            )
    except StaleError:
        return _refused(key, missed(key), "take_back")
    except (InvalidError, ConflictError, NotAllowedError) as error:
        return _refused(key, error, "take_back")


def _moved(session: Session, entry: Entry, key: str, wanted: Move) -> Response:
    moved = moves.move(session, entry, key, wanted, backdate_days=current_settings().backdate_days)
    session.flush()
    if entry.is_recorded:
        text = gettext("%(key)s moved to %(state)s", key=key, state=state_name(moved.state))
    else:
        text = gettext("%(key)s is already in %(state)s", key=key, state=state_name(moved.state))
    return _done(session, key, text, undo_version=moved.version if entry.is_recorded else None)


def _undone(session: Session, entry: Entry, key: str, form: TakeBackForm) -> Response:
    taken = moves.undo(session, entry, key, version=form.version, note=form.note)
    session.flush()
    assert taken.from_state is not None
    assert taken.to_state is not None
    text = gettext(
        "Taken back: %(key)s from %(from_state)s to %(to_state)s",
        key=key,
        from_state=state_name(taken.from_state),
        to_state=state_name(taken.to_state),
    )
    return _done(session, key, text, undo_version=None)


def _done(session: Session, key: str, text: str, *, undo_version: int | None) -> Response:
    """Back to the page; in the board just the card and a word about it."""
    if not htmx:
        flash(text)
        return make_response(redirect(url_for(".show", key=key), code=303))
    card = board.card(session, key, language=language(), today=today(), zone=current_viewer().programme.zone)
    return make_response(
        render_template("board/_moved.html", card=card, text=text, undo_version=undo_version, undo_key=fresh_key())
    )


def _conflict(key: str, form: MoveForm) -> Response:
    """409: what happened against what was wanted, with the typed text and the choice."""
    shown = read_page(key)
    item = latest(shown)
    happened_on = form.happened_on.isoformat() if form.happened_on else ""
    typed = {"happened_on": happened_on, "reason": form.reason, "note": form.note}
    conflict = {
        **typed,
        "key": key,
        "name": shown.workflow.name,
        "current": shown.workflow.state,
        "version": shown.workflow.version,
        "wanted": form.to,
        "at": item.recorded_at,
        "is_move": item.kind == "moved" and item.actor != current_viewer().name,
        "happened": conflict_rows(item, current=shown.workflow.state, wanted=form.to, **typed),
        "move_key": fresh_key(),
    }
    template = "board/_conflict.html" if htmx else "workflows/conflict.html"
    response = make_response(render_template(template, conflict=conflict), 409)
    response.headers["HX-Retarget"] = "#conflict"
    return response


def _refused(key: str, error: TrackerError, command: str) -> Response:
    """The page again with the message at its field and all that was typed; in the board the message alone."""
    if not htmx:
        return workflow_page.refused(key, command, error)
    html = render_template("board/_refused.html", key=key, errors=errors_of(error, command))
    return make_response(html, status_of(error))
