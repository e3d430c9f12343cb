"""A blocker's page, and what is written on it: fields, holds, releases, notes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import blockers, notes
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.domain.blockers import FIELDS
from tracker.domain.errors import TrackerError
from tracker.domain.merging import FieldConflictError
from tracker.queries.blockers import page as pages
from tracker.queries.blockers.page import Page
from tracker.queries.workflows.timeline import TimelineItem
from tracker.web.blockers.forms import EditForm, HoldForm, ReleaseForm
from tracker.web.blockers.words import (
    AllLeftError,
    category_choices,
    errors_of,
    field_text,
    left_words,
    status_of,
    stream_choices,
)
from tracker.web.http.context import current_viewer, now, reading_session, today
from tracker.web.ui.formats import language, moment
from tracker.web.ui.forms import Form, NoteForm
from tracker.web.ui.merged_forms import redrawn
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label, word

bp = Blueprint("blocker", __name__, url_prefix="/blockers/<int:blocker_id>")

AnyForm = TypeVar("AnyForm", bound=Form)
COMMANDS = ("release", "hold", "note", "edit")


@bp.get("")
def show(blocker_id: int) -> ResponseReturnValue:
    """All there is to know about a blocker."""
    return page("blockers/blocker.html", **_context(_page(blocker_id)))


@bp.post("/edit")
def edit(blocker_id: int) -> ResponseReturnValue:
    """Writes the fields that were changed in the form; two on the same field see both values."""

    def do(session: Session, entry: Entry, form: EditForm) -> str:
        written = blockers.edit(session, entry, blocker_id, form.wanted, form.was)
        if not written:
            return gettext("Nothing was changed.")
        return gettext("Saved: %(fields)s.", fields=", ".join(field_label(FIELDS, name) for name in written))

    return _written(blocker_id, "edit", EditForm, do)


@bp.post("/release")
def release(blocker_id: int) -> ResponseReturnValue:
    """Lets go of some workflows or all; the last one needs a text."""

    def do(session: Session, entry: Entry, form: ReleaseForm) -> str:
        outcome = blockers.release(session, entry, blocker_id, form.keys, note=form.note, happened_on=form.happened_on)
        return result_message(outcome, gettext("Released: %(keys)s."), gettext("Not held by it: %(keys)s."))

    return _written(blocker_id, "release", ReleaseForm, do)


@bp.post("/hold")
def hold(blocker_id: int) -> ResponseReturnValue:
    """Holds more workflows, or some again."""

    def do(session: Session, entry: Entry, form: HoldForm) -> str:
        outcome = blockers.hold(
            session,
            entry,
            blocker_id,
            pages.as_kept(session, form.keys),
            note=form.note,
            happened_on=form.happened_on,
        )
        return result_message(outcome, gettext("Holds now: %(keys)s."), gettext("Held already: %(keys)s."))

    return _written(blocker_id, "hold", HoldForm, do)


@bp.post("/note")
def note(blocker_id: int) -> ResponseReturnValue:
    """Writes a note."""

    def do(session: Session, entry: Entry, form: NoteForm) -> str:
        notes.write(session, entry, form.note, blocker_id=blocker_id)
        return gettext("The note is saved.")

    return _written(blocker_id, "note", NoteForm, do)


def result_message(outcome: BatchResult, done: str, unchanged: str) -> str:
    """What came of it in words. Raises AllLeftError when nothing did, and there was something to do."""
    if outcome.left and not outcome.done and not outcome.unchanged:
        raise AllLeftError(outcome.left)
    words = [done % {"keys": ", ".join(outcome.done)}] if outcome.done else []
    words += [unchanged % {"keys": ", ".join(outcome.unchanged)}] if outcome.unchanged else []
    words += [gettext("Left as it was: %(causes)s", causes=left_words(outcome.left))] if outcome.left else []
    return " ".join(words) or gettext("Nothing was changed.")


def _written(
    blocker_id: int, command: str, form_type: type[AnyForm], do: Callable[[Session, Entry, AnyForm], str]
) -> Response:
    def answer(session: Session, entry: Entry, form: AnyForm) -> Response:
        return see_other(url_for(".show", blocker_id=blocker_id), do(session, entry, form))

    return submit(f"{command}_blocker", form_type.parse, answer, lambda error: _refused(blocker_id, command, error))


def _refused(blocker_id: int, command: str, error: TrackerError) -> Response:
    """The page again with the message at its field and all that was typed."""
    shown = _page(blocker_id)
    context = _context(shown, command)
    context |= {"errors": {command: _messages(error, command)}, "refused_title": _refused_title(command, error)}
    if command == "edit":
        again = redrawn(error, shown.fields, EditForm.typed(request.form), partial(field_label, FIELDS), command)
        context |= {"edit": again.values, "was": again.was}
    return page("blockers/blocker.html", status=status_of(error), **context)


def _messages(error: TrackerError, command: str) -> dict[str, str]:
    """What to say at which field; where two wrote over the same one, what the other wrote, and when."""
    if not isinstance(error, FieldConflictError):
        return errors_of(error, command)
    messages = {}
    for name, theirs in error.conflicts.items():
        value = field_text(name, theirs.value) or "–"
        if theirs.at is None:
            messages[name] = gettext("It says “%(value)s” now. What you typed is kept here.", value=value)
        else:
            messages[name] = gettext(
                "%(actor)s wrote “%(value)s” here, %(at)s. What you typed is kept here.",
                actor=theirs.actor,
                value=value,
                at=moment(theirs.at),
            )
    return messages


def _refused_title(command: str, error: TrackerError) -> str:
    if isinstance(error, FieldConflictError):
        return gettext("Somebody else changed the same while you were at it. Save again to use what you typed.")
    return {
        "release": gettext("Nothing was released"),
        "hold": gettext("No workflow was held"),
        "note": gettext("The note was not saved"),
        "edit": gettext("Nothing was saved"),
    }[command]


def _page(blocker_id: int) -> Page:
    zone = current_viewer().programme.zone
    return pages.page(reading_session(), blocker_id, language=language(), now=now(), zone=zone)


def _context(shown: Page, refused: str = "") -> dict[str, Any]:
    actor = current_viewer().actor
    may = actor.takes_part(shown.workstreams)
    typed: dict[str, Any] = {command: {} for command in COMMANDS}
    if refused:
        typed[refused] = request.form.to_dict() | {"workflows": request.form.getlist("workflow")}
    return {
        "blocker": shown.blocker,
        "holds": shown.holds,
        "held": shown.held,
        "releasable": {each.key for each in shown.holds if actor.takes_part(each.workstreams)},
        "history": [_in_words(item) for item in shown.history],
        "owners": shown.owners,
        "may": may,
        "why_not": "" if may else _why_not(shown),
        "keys": {command: fresh_key() for command in COMMANDS},
        "edit": shown.fields,
        "was": shown.fields,
        "typed": typed,
        "errors": {},
        "category_word": word,
        "refused_title": "",
        "categories": category_choices(),
        "streams": stream_choices(shown.blocker.waits_on or ""),
        "today": today(),
        "again": " ".join(each.key for each in shown.latest) if not shown.holds else "",
    }


def _why_not(shown: Page) -> str:
    if not shown.workstreams:
        return gettext("Only planners can change it.")
    return gettext(
        "Only leads of %(workstreams)s and planners can change it.", workstreams=", ".join(shown.workstreams)
    )


def _in_words(item: TimelineItem) -> TimelineItem:
    if item.kind != "field":
        return item
    return replace(
        item,
        field=field_label(FIELDS, item.field),
        before=field_text(item.field, item.before),
        after=field_text(item.field, item.after),
    )
