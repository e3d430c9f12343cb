"""What is written on a workflow's page beside moves: notes, checks, releases, its cycle, its end."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import blockers, notes
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import scope
from tracker.web.http.context import current_settings
from tracker.web.ui.forms import Form
from tracker.web.ui.translation import gettext
from tracker.web.workflows.forms import ArchiveForm, NoteForm, ReleaseForm, ScopeForm
from tracker.web.workflows.page import written

bp = Blueprint("workflow_acts", __name__, url_prefix="/workflows/<key>")


@bp.post("/note")
def note(key: str) -> ResponseReturnValue:
    """Writes a note."""

    def do(session: Session, entry: Entry, form: NoteForm) -> str:
        notes.write(session, entry, form.note, key=key)
        return gettext("The note is saved.")

    return written(key, "note", NoteForm, do)


@bp.post("/check")
def check(key: str) -> ResponseReturnValue:
    """Keeps that nothing has changed."""

    def do(session: Session, entry: Entry, _form: Form) -> str:
        if notes.check(session, entry, key):
            return gettext("%(key)s is checked today: nothing new", key=key)
        return gettext("%(key)s was checked today already, and nothing has changed since", key=key)

    return written(key, "check", Form, do)


@bp.post("/release")
def release(key: str) -> ResponseReturnValue:
    """Releases the workflow from one blocker; the blocker's last workflow needs a text."""

    def do(session: Session, entry: Entry, form: ReleaseForm) -> str:
        outcome = blockers.release(
            session, entry, form.blocker, [key], note=form.note, backdate_days=current_settings().backdate_days
        )
        if outcome.left:
            raise outcome.left[0].error
        if outcome.done:
            return gettext("The blocker is released")
        return gettext("The blocker does not hold %(key)s any more", key=key)

    return written(key, "release", ReleaseForm, do)


@bp.post("/scope")
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


@bp.post("/archive")
def archive(key: str) -> ResponseReturnValue:
    """Puts the workflow away for good."""

    def do(session: Session, entry: Entry, form: ArchiveForm) -> str:
        workflow_fields.archive(session, entry, key, version=form.version)
        return gettext("%(key)s is archived", key=key)

    return written(key, "archive", ArchiveForm, do)
