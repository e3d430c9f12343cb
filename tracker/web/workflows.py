"""A workflow's page, moving it, and taking the latest move back."""

import secrets
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import workflows
from tracker.commands.entries import Entry
from tracker.commands.workflows import Move, StaleError
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.states import STATES, State
from tracker.queries import board, workflow
from tracker.queries.timeline import Item
from tracker.web.context import current_settings, current_viewer, now, reading_session, today, writing
from tracker.web.errors import explain, status_of
from tracker.web.formats import language, state_name
from tracker.web.forms import FormError, MoveForm, TakeBackForm
from tracker.web.idempotency import once
from tracker.web.rendering import htmx, page
from tracker.web.translation import gettext
from tracker.web.words import category_word, conflict_rows, event_words, in_words, move_back_reasons

bp = Blueprint("workflows", __name__)


@bp.get("/workflows/<key>")
def show(key: str) -> ResponseReturnValue:
    """All there is to know about a workflow."""
    return page("workflows/workflow.html", **_context(_page(key)))


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
def take_back(key: str) -> ResponseReturnValue:
    """Takes back the workflow's latest move, and tells what it was."""
    try:
        form = TakeBackForm.parse(request.form)
        with writing("take_back") as (session, entry):
            return once(
                session, entry, current_viewer().user_id, form.key,
                lambda: _taken_back(session, entry, key, form),
            )  # fmt: skip
    except StaleError:
        return _refused(key, _missed(key), "take_back")
    except (InvalidError, ConflictError, NotAllowedError) as error:
        return _refused(key, error, "take_back")


def _moved(session: Session, entry: Entry, key: str, wanted: Move) -> Response:
    moved = workflows.move(session, entry, key, wanted, backdate_days=current_settings().backdate_days)
    session.flush()
    if entry.is_recorded:
        text = gettext("%(key)s moved to %(state)s", key=key, state=state_name(moved.state))
    else:
        text = gettext("%(key)s is already in %(state)s", key=key, state=state_name(moved.state))
    return _done(session, key, text, undo_version=moved.version if entry.is_recorded else None)


def _taken_back(session: Session, entry: Entry, key: str, form: TakeBackForm) -> Response:
    taken = workflows.take_back(session, entry, key, version=form.version, note=form.note)
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
        render_template("board/_moved.html", card=card, text=text, undo_version=undo_version, undo_key=_fresh_key())
    )


def _conflict(key: str, form: MoveForm) -> Response:
    """409: what happened against what was wanted, with the typed text and the choice."""
    shown = _page(key)
    latest = _latest(shown)
    happened_on = form.happened_on.isoformat() if form.happened_on else ""
    typed = {"happened_on": happened_on, "reason": form.reason, "note": form.note}
    conflict = {
        **typed,
        "key": key,
        "name": shown.workflow.name,
        "current": shown.workflow.state,
        "version": shown.workflow.version,
        "wanted": form.to,
        "at": latest.recorded_at,
        "is_move": latest.kind == "moved" and latest.actor != current_viewer().name,
        "happened": conflict_rows(latest, current=shown.workflow.state, wanted=form.to, **typed),
        "move_key": _fresh_key(),
    }
    template = "board/_conflict.html" if htmx else "workflows/conflict.html"
    response = make_response(render_template(template, conflict=conflict), 409)
    response.headers["HX-Retarget"] = "#conflict"
    return response


def _missed(key: str) -> ConflictError:
    """Who did what when, for somebody whose take-back would have met another change than the one they saw."""
    latest = _latest(_page(key))
    return ConflictError(
        N_("%(key)s has changed since you saw it: %(what)s, %(actor)s, %(at)s. Nothing was taken back."),
        key=key, what=event_words(in_words(latest)), actor=latest.actor, at=latest.recorded_at,
    )  # fmt: skip


def _latest(shown: workflow.Page) -> Item:
    """What was recorded last of all that a stale form has missed."""
    return max((item for item in shown.timeline if item.counts), key=lambda item: (item.recorded_at, item.order))


def _refused(key: str, error: TrackerError, command: str) -> Response:
    """The page again with the message at its field and all that was typed; in the board the message alone."""
    errors = {
        field: gettext(message) for field, message in error.errors.items()
    } if isinstance(error, FormError) else {error.field or command: explain(error)}  # fmt: skip
    status = status_of(error)
    if htmx:
        return make_response(render_template("board/_refused.html", key=key, errors=errors), status)
    title = gettext("Nothing was taken back") if command == "take_back" else gettext("The move has not been made")
    context = _context(_page(key), typed=request.form.to_dict(), errors=errors) | {"refused_title": title}
    return make_response(render_template("workflows/workflow.html", **context), status)


def _page(key: str) -> workflow.Page:
    viewer = current_viewer()
    return workflow.page(reading_session(), key, language=language(), now=now(), zone=viewer.programme.zone)


def _context(
    shown: workflow.Page, *, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    facts, actor = shown.workflow, current_viewer().actor
    may_move = actor.leads(facts.workstream) and not facts.is_archived
    blank = {"to": _likely_next(facts.state), "happened_on": "", "reason": "", "note": ""}
    return {
        "workflow": facts,
        "path": shown.path,
        "blockers": [
            {**asdict(blocker), "category_name": category_word(blocker.category)} for blocker in shown.blockers
        ],
        "timeline": [in_words(item) for item in shown.timeline],
        "may_move": may_move,
        "why_not": "" if may_move else _why_not(facts),
        "move": {**blank, **(typed or {}), "version": facts.version, "key": _fresh_key()},
        "errors": errors or {},
        "refused_title": "",
        "earliest_on": _earliest_on(shown),
        "today": today(),
        "reasons": move_back_reasons(),
        "take_back": _take_back(shown) if may_move and shown.can_be_taken_back else None,
    }


def _take_back(shown: workflow.Page) -> dict[str, Any]:
    from_state, to_state = shown.latest.from_state, shown.latest.to_state
    assert from_state is not None
    assert to_state is not None
    text = gettext("%(from_state)s to %(to_state)s", from_state=state_name(from_state), to_state=state_name(to_state))
    return {"version": shown.workflow.version, "key": _fresh_key(), "text": text}


def _why_not(facts: workflow.Facts) -> str:
    if facts.is_archived:
        return gettext("It is archived and cannot be changed.")
    return gettext("Only leads of %(workstream)s and planners can move it.", workstream=facts.workstream)


def _likely_next(state: State) -> str:
    return STATES[min(state.position + 1, len(STATES) - 1)].value


def _earliest_on(shown: workflow.Page) -> date:
    """The first day that a move may be dated here: nothing happens before the workflow's latest change."""
    previous = local_date(shown.latest.happened_at, current_viewer().programme.zone)
    if current_viewer().actor.is_planner:
        return previous
    earliest = workflows.earliest_day(
        shown.running_since, today=today(), backdate_days=current_settings().backdate_days
    )
    return max(previous, earliest)


def _fresh_key() -> str:
    return secrets.token_urlsafe(16)
