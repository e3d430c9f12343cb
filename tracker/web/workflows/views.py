"""A workflow's page, moving it and taking the latest move back, and what else is written there."""

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import blockers, notes
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import Move, StaleError
from tracker.commands.workflows.parts import WithoutPartsError
from tracker.domain.errors import TrackerError
from tracker.queries.board import cards as board
from tracker.web.http.context import current_viewer, reading_session, today
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.formats import language, state_name
from tracker.web.ui.forms import Form, MoveForm, NoteForm, TakeBackForm
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import parts_in_words
from tracker.web.workflows import page as workflow_page
from tracker.web.workflows.forms import ArchiveForm, ReleaseForm, ScopeForm
from tracker.web.workflows.page import latest, missed, page_context, read_page, written
from tracker.web.workflows.words import conflict_rows, with_open_parts

bp = Blueprint("workflows", __name__)


@bp.get("/workflows/<key>")
def show(key: str) -> ResponseReturnValue:
    """All there is to know about a workflow."""
    return page("workflows/workflow.html", **page_context(read_page(key)))


@bp.post("/workflows/<key>/move")
def move(key: str) -> ResponseReturnValue:
    """Moves the workflow, or says why not and keeps what was typed."""

    def do(session: Session, entry: Entry, form: MoveForm) -> Response:
        wanted = Move(form.to, form.version, form.happened_on, form.reason, form.note, form.without_parts)
        moved = moves.move(session, entry, key, wanted)
        values = {"key": key, "state": state_name(moved.state)}
        if not entry.is_recorded:
            return _done(session, key, gettext("%(key)s is already in %(state)s", **values), undo_version=None)
        return _done(session, key, gettext("%(key)s moved to %(state)s", **values), undo_version=moved.version)

    def refused(error: TrackerError) -> Response:
        if isinstance(error, StaleError):
            return _conflict(key)
        is_asked = isinstance(error, WithoutPartsError) or "asked" in request.form
        return _asked(key, error) if htmx and is_asked else _refused(key, error, "move")

    return submit("move", MoveForm.parse, do, refused)


@bp.post("/workflows/<key>/take-back")
def undo(key: str) -> ResponseReturnValue:
    """Takes back the workflow's latest move, and tells what it was."""
    return submit(
        "take_back",
        TakeBackForm.parse,
        lambda session, entry, form: _undone(session, entry, key, form),
        lambda error: _refused(key, error, "take_back"),
    )


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
    """Back to the page; in the board just the card and a word about it. After a move it says whose parts are open of
    the stages passed.
    """
    card = board.card(session, key, language=language(), today=today(), zone=current_viewer().programme.zone)
    if undo_version is not None:
        text = with_open_parts(text, [card])
    if not htmx:
        return see_other(url_for(".show", key=key), text)
    return page("board/_moved.html", card=card, text=text, undo_version=undo_version, undo_key=fresh_key())


def _conflict(key: str) -> Response:
    """409: what happened against what was wanted, with the typed text and the choice."""
    form, shown = MoveForm.parse(request.form), read_page(key)
    item = latest(shown)
    happened_on = form.happened_on.isoformat() if form.happened_on else ""
    typed = {"happened_on": happened_on, "reason": form.reason, "note": form.note}
    conflict = {
        **typed,
        "without_parts": form.without_parts,
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
    response = page("board/_conflict.html" if htmx else "workflows/conflict.html", status=409, conflict=conflict)
    response.headers["HX-Retarget"] = "#conflict"
    return response


def _asked(key: str, error: TrackerError) -> Response:
    """In the board a dialog: what done lacks and whose move it is, with a field for why it is done all the same."""
    session, zone = reading_session(), current_viewer().programme.zone
    cards = board.cards_of(session, [key], language=language(), today=today(), zone=zone)
    if not cards:
        raise error
    errors = field_errors(error, "move") if "asked" in request.form else {}
    response = page(
        "board/_without_parts.html",
        status=status_of(error),
        card=cards[0],
        lacking=parts_in_words(cards[0].missing, "%s: %s"),
        typed=request.form,
        errors=errors,
        move_key=fresh_key(),
    )
    response.headers["HX-Retarget"] = "#conflict"
    return response


def _refused(key: str, error: TrackerError, command: str) -> Response:
    """The page again with the message at its field and all that was typed; in the board the message alone."""
    if not htmx:
        return workflow_page.refused(key, command, error)
    said = missed(key) if isinstance(error, StaleError) else error
    return page("board/_refused.html", status=status_of(said), key=key, errors=field_errors(said, command))


acts = Blueprint("workflow_acts", __name__, url_prefix="/workflows/<key>")


@acts.post("/note")
def note(key: str) -> ResponseReturnValue:
    """Writes a note."""

    def do(session: Session, entry: Entry, form: NoteForm) -> str:
        notes.write(session, entry, form.note, key=key)
        return gettext("The note is saved.")

    return written(key, "note", NoteForm, do)


@acts.post("/check")
def check(key: str) -> ResponseReturnValue:
    """Keeps that nothing has changed."""

    def do(session: Session, entry: Entry, _form: Form) -> str:
        if notes.check(session, entry, key):
            return gettext("%(key)s is checked today: nothing new", key=key)
        return gettext("%(key)s was checked today already, and nothing has changed since", key=key)

    return written(key, "check", Form, do)


@acts.post("/release")
def release(key: str) -> ResponseReturnValue:
    """Releases the workflow from one blocker; the blocker's last workflow needs a text."""

    def do(session: Session, entry: Entry, form: ReleaseForm) -> str:
        if blockers.release_one(session, entry, form.blocker, key, note=form.note):
            return gettext("The blocker is released")
        return gettext("The blocker does not hold %(key)s any more", key=key)

    return written(key, "release", ReleaseForm, do)


@acts.post("/scope")
def change_scope(key: str) -> ResponseReturnValue:
    """Takes the workflow into a cycle or out of it, or gives it another goal there."""

    def do(session: Session, entry: Entry, form: ScopeForm) -> str:
        words = {"version": form.version, "reason": form.reason, "note": form.note}
        if form.do == "leave":
            scope.leave(session, entry, key, **words)  # type: ignore[arg-type]
            return gettext("%(key)s is in the backlog", key=key)
        assert form.goal is not None
        if form.do == "goal":
            scope.change_goal(session, entry, key, form.goal, **words)  # type: ignore[arg-type]
            return gettext("%(key)s has another goal", key=key)
        assert form.cycle is not None
        scope.enter(session, entry, key, form.cycle, form.goal, **words)  # type: ignore[arg-type]
        return gettext("%(key)s is in cycle %(cycle)s", key=key, cycle=form.cycle)

    return written(key, "scope", ScopeForm, do)


@acts.post("/archive")
def archive(key: str) -> ResponseReturnValue:
    """Puts the workflow away for good."""

    def do(session: Session, entry: Entry, form: ArchiveForm) -> str:
        workflow_fields.archive(session, entry, key, version=form.version)
        return gettext("%(key)s is archived", key=key)

    return written(key, "archive", ArchiveForm, do)
