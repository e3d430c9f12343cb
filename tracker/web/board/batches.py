"""Many workflows at once: what can be done is done, the rest is listed with its cause, one word takes it all back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import blockers, notes
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.queries.board import cards as board
from tracker.queries.board import selection
from tracker.web.board.batch_forms import Action, BatchForm
from tracker.web.board.batch_words import causes, question, result_text, undone_text
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import current_settings, current_viewer, now, reading_session, today, writing
from tracker.web.http.idempotency import fresh_key, once
from tracker.web.ui.errors import explain, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import FormError
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import move_back_reasons

bp = Blueprint("batches", __name__)


@bp.post("/batch")
def do() -> ResponseReturnValue:
    """Does it to all of them, or asks what else there is to know."""
    try:
        form = BatchForm.parse(request.form)
        if form.ask is Action.HOLD or form.action is Action.HOLD:
            return redirect("/blockers/new?" + urlencode([("workflow", key) for key in form.workflow]), code=303)
        if form.ask is not None:
            return _question(form.ask, request.form.getlist("workflow"))
        _require_what_it_needs(form)
        with writing(f"batch_{form.action}") as (session, entry):
            return once(session, entry, current_viewer().user_id, form.key, lambda: _done(session, entry, form))
    except FormError as error:
        action = next((each for each in Action if each in request.form.getlist("action")), Action.MOVE)
        errors = {field: gettext(message) for field, message in error.errors.items()}
        return _question(action, request.form.getlist("workflow"), errors)


@bp.post("/entries/<int:entry_id>/take-back")
def undo(entry_id: int) -> ResponseReturnValue:
    """Takes back all that the entry did, as far as nothing newer touched it."""
    with writing("take_back_entry") as (session, entry):
        return once(
            session,
            entry,
            current_viewer().user_id,
            request.form.get("key", "")[:100],
            lambda: _undone(session, entry, entry_id),
        )


def _require_what_it_needs(form: BatchForm) -> None:
    if not form.workflow and not (form.action is Action.CHECK and form.workstream):
        raise FormError({"workflow": BatchForm.messages["workflow"]})
    if form.action is Action.MOVE and form.to is None:
        raise FormError({"to": BatchForm.messages["to"]})
    if form.action is Action.RELEASE and not form.note:
        raise FormError({"note": N_("Write how the blocker was resolved.")})


def _done(session: Session, entry: Entry, form: BatchForm) -> Response:
    keys = form.workflow
    if form.action is Action.CHECK and form.workstream:
        keys = (*keys, *selection.under_way(session, form.workstream, form.cycle))
    outcome = batch_results.each(keys, _deed(session, entry, form, keys))
    session.flush()
    fields = {each.error.field for each in outcome.left if isinstance(each.error, InvalidError)}
    if outcome.left and not outcome.done and not outcome.unchanged and len(fields) == 1 and "" not in fields:
        raise FormError({outcome.left[0].error.field: explain(outcome.left[0].error)})  # nothing is written; ask again
    can_be_undone = entry.is_recorded and form.action is not Action.CHECK
    return _answer(session, outcome, result_text(form, outcome), form, entry_id=entry.id if can_be_undone else None)


def _deed(session: Session, entry: Entry, form: BatchForm, keys: tuple[str, ...]) -> Callable[[str], bool]:
    """What is done to each of them; tells whether it changed anything."""
    days = current_settings().backdate_days
    match form.action:
        case Action.MOVE:
            return lambda key: _move(session, entry, key, form, days)
        case Action.RELEASE:
            held = selection.holdings(session, keys, language=language())
            return lambda key: _release(session, entry, key, form, [each.id for each in held if key in each.keys])
        case Action.OWN:
            return lambda key: workflow_fields.own(session, entry, key, form.owner)
        case Action.PRIORITISE:
            return lambda key: workflow_fields.prioritise(session, entry, key, form.priority)
        case _:
            return lambda key: notes.check(session, entry, key)


def _move(session: Session, entry: Entry, key: str, form: BatchForm, backdate_days: int) -> bool:
    assert form.to is not None
    workflow, _ = moves.the_workflow(session, key)
    before, version = workflow.state, form.versions.get(key)
    if version is None:
        raise InvalidError(BatchForm.messages["versions"])
    wanted = Move(form.to, version, form.happened_on, form.reason, form.note)
    return moves.move(session, entry, key, wanted, backdate_days=backdate_days).state is not before


def _release(session: Session, entry: Entry, key: str, form: BatchForm, held_by: list[int]) -> bool:
    """From each of the blockers that hold it."""
    if not held_by:
        moves.the_workflow(session, key)  # which has to be there
    for blocker_id in held_by:
        outcome = blockers.release(
            session,
            entry,
            blocker_id,
            [key],
            note=form.note,
            happened_on=form.happened_on,
            backdate_days=current_settings().backdate_days,
        )
        if outcome.left:
            raise outcome.left[0].error
    return bool(held_by)


def _undone(session: Session, entry: Entry, entry_id: int) -> Response:
    outcome = undo_entries.undo(session, entry, entry_id)
    session.flush()
    return _answer(session, outcome, undone_text(outcome), None, entry_id=None)


def _answer(
    session: Session, outcome: BatchResult, text: str, form: BatchForm | None, *, entry_id: int | None
) -> Response:
    """What came of it: a word in the board, a page without script."""
    is_refused = bool(outcome.left) and not outcome.done and not outcome.unchanged
    status = status_of(outcome.left[0].error) if is_refused else 200
    context: dict[str, Any] = {
        "outcome": outcome,
        "text": text,
        "left": causes(session, outcome.left, now()),
        "is_refused": is_refused,
        "entry_id": entry_id,
        "undo_key": fresh_key(),
        "next": _way_back(),
    }
    if htmx:
        response = make_response(render_template("board/_outcome.html", **context), status)
        response.headers["HX-Trigger"] = "tracker:written"
        return response
    if form is not None and outcome.left and form.action is not None:
        context |= _asked(session, form.action, [each.key for each in outcome.left], {})
    return page("board/outcome.html", status=status, **context)


def _question(action: Action, keys: list[str], errors: dict[str, str] | None = None) -> Response:
    """The form about them, filled in with what is known; in the board it is a dialog."""
    context = _asked(reading_session(), action, keys, errors or {})
    if not context["batch"]["chosen"]:
        raise NotFoundError(BatchForm.messages["workflow"])
    response = page("board/batch.html", "form", status=422 if errors else 200, **context)
    response.headers["HX-Retarget"] = "#sheet"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _asked(session: Session, action: Action, keys: list[str], errors: dict[str, str]) -> dict[str, Any]:
    """What the form about many shows: what was typed wins, and versions are those that were seen."""
    typed = request.form
    here = selection.selected(session, list(dict.fromkeys(keys)))
    return {
        "batch": {
            "action": action,
            "title": question(action, len(here)),
            "chosen": here,
            "versions": {each.key: typed.get(f"version_{each.key}") or each.version for each in here},
            "holdings": selection.holdings(session, [each.key for each in here], language=language())
            if action is Action.RELEASE
            else [],
            "owners": sorted(board.frame(session, language=language(), today=today()).owners)
            if action is Action.OWN
            else [],
        },
        "typed": typed,
        "errors": errors,
        "form_key": fresh_key(),
        "reasons": move_back_reasons(),
        "next": _way_back(),
    }


def _way_back() -> str:
    """The page that the form was on."""
    wanted = request.form.get("next", "")
    return safe_path(wanted) if wanted else url_for("board.show")
