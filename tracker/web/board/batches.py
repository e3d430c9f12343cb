"""Many workflows at once: what can be done is done, the rest is listed with its cause, one word takes it all back."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import blockers, notes, signoffs
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.entry.idempotency_keys import LONGEST_KEY
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.domain.errors import N_, InvalidError, NotFoundError, TrackerError
from tracker.domain.states import MoveBackReason
from tracker.queries.board import cards as board
from tracker.queries.board import selection
from tracker.web.board.filters import signing_for
from tracker.web.board.forms import Action, BatchForm
from tracker.web.board.list import cards_now
from tracker.web.board.words import NOT_MOVED, causes, question, result_text, undone_text
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import reading_session, today
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import Form, FormError
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.submit import fresh_key, submit
from tracker.web.ui.words import picks
from tracker.web.workflows.words import with_open_parts

bp = Blueprint("batches", __name__)

_LEFT_ALONE = {"", "without_parts"}  # refusals of no field here, which each workflow answers by itself


@bp.post("/batch")
def do() -> ResponseReturnValue:
    """Does it to all of them, or asks what else there is to know."""
    try:
        form = BatchForm.parse(request.form)
    except FormError as error:
        return _asked_again(error)
    if form.ask is Action.HOLD or form.action is Action.HOLD:
        return redirect("/blockers/new?" + urlencode([("workflow", key) for key in form.workflow]), code=303)
    if form.ask is not None:
        return _question(form.ask)
    return submit(f"batch_{form.action}", lambda _fields: _whole(form), _done, _asked_again, (FormError,))


@bp.post("/entries/<int:entry_id>/take-back")
def undo(entry_id: int) -> ResponseReturnValue:
    """Takes back all that the entry did, as far as nothing newer touched it."""

    def do(session: Session, entry: Entry, _form: Form) -> Response:
        outcome = undo_entries.undo(session, entry, entry_id)
        session.flush()
        return answer(session, outcome, undone_text(outcome), _way_back(), entry_id=None)

    return submit("take_back_entry", lambda fields: Form(key=fields.get("key", "")[:LONGEST_KEY]), do)


def _whole(form: BatchForm) -> BatchForm:
    """The form, with all that its action needs."""
    if not form.workflow and not (form.action is Action.CHECK and form.workstream):
        raise FormError({"workflow": BatchForm.messages["workflow"]})
    if form.action is Action.MOVE and form.to is None:
        raise FormError({"to": BatchForm.messages["to"]})
    if form.action is Action.RELEASE and not form.note:
        raise FormError({"note": N_("Write how the blocker was resolved.")})
    return form


def _done(session: Session, entry: Entry, form: BatchForm) -> Response:
    keys = form.workflow
    if form.action is Action.CHECK and form.workstream:
        keys = (*keys, *selection.under_way(session, form.workstream, form.cycle))
    outcome = batch_results.each(keys, _deed(session, entry, form, keys))
    session.flush()
    fields = {each.error.field for each in outcome.left if isinstance(each.error, InvalidError)}
    if outcome.left and not outcome.done and not outcome.unchanged and len(fields) == 1 and not fields & _LEFT_ALONE:
        raise FormError({outcome.left[0].error.field: explain(outcome.left[0].error)})  # nothing is written; ask again
    can_be_undone = entry.is_recorded and form.action is not Action.CHECK
    left = [each.key for each in outcome.left]
    asked = _asked(session, form.action, left, {}) if left and form.action is not None and not htmx else {}
    entry_id = entry.id if can_be_undone else None
    text = result_text(form, outcome)
    if form.action is Action.MOVE and outcome.done:
        text = with_open_parts(text, cards_now(session, outcome.done))
    return answer(session, outcome, text, _way_back(), entry_id=entry_id, more=asked)


def _deed(session: Session, entry: Entry, form: BatchForm, keys: tuple[str, ...]) -> Callable[[str], bool]:
    """What is done to each of them; tells whether it changed anything."""
    match form.action:
        case Action.MOVE:
            return lambda key: _move(session, entry, key, form)
        case Action.RELEASE:
            held = selection.holdings(session, keys, language=language())
            return lambda key: _release(session, entry, key, form, [each.id for each in held if key in each.keys])
        case Action.OWN:
            return lambda key: workflow_fields.own(session, entry, key, form.owner)
        case Action.PRIORITISE:
            return lambda key: workflow_fields.prioritise(session, entry, key, form.priority)
        case Action.SIGN:
            ours = signing_for(parse_qs(urlsplit(_way_back()).query).get("workstream", ()))
            return lambda key: signoffs.sign_all(session, entry, key, ours)
        case _:
            return lambda key: notes.check(session, entry, key)


def _move(session: Session, entry: Entry, key: str, form: BatchForm) -> bool:
    assert form.to is not None
    workflow, _ = moves.the_workflow(session, key)
    before, version = workflow.state, form.versions.get(key)
    if version is None:
        raise InvalidError(BatchForm.messages["versions"])
    wanted = Move(form.to, version, form.happened_on, form.reason, form.note)
    return moves.move(session, entry, key, wanted).state is not before


def _release(session: Session, entry: Entry, key: str, form: BatchForm, held_by: list[int]) -> bool:
    """From each of the blockers that hold it."""
    if not held_by:
        moves.the_workflow(session, key)  # which has to be there
    for blocker_id in held_by:
        blockers.release_one(session, entry, blocker_id, key, note=form.note, happened_on=form.happened_on)
    return bool(held_by)


def answer(
    session: Session,
    outcome: BatchResult,
    text: str,
    back: str,
    *,
    entry_id: int | None,
    stale: str = NOT_MOVED,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """What came of it: a word in the board; without script a page, which shows `more`."""
    is_refused = bool(outcome.left) and not outcome.done and not outcome.unchanged
    status = status_of(outcome.left[0].error) if is_refused else 200
    context: dict[str, Any] = {
        "outcome": outcome,
        "text": text,
        "left": causes(session, outcome.left, stale=stale),
        "is_refused": is_refused,
        "entry_id": entry_id,
        "undo_key": fresh_key(),
        "next": back,
    }
    if not htmx:
        return page("board/outcome.html", status=status, **context | {**more})
    response = page("board/_outcome.html", status=status, **context)
    response.headers["HX-Trigger"] = "tracker:written"
    return response


def _asked_again(error: TrackerError) -> Response:
    action = next((each for each in Action if each in request.form.getlist("action")), Action.MOVE)
    return _question(action, field_errors(error))


def _question(action: Action, errors: dict[str, str] | None = None) -> Response:
    """The form about them, filled in with what is known; in the board it is a dialog."""
    context = _asked(reading_session(), action, request.form.getlist("workflow"), errors or {})
    if not context["batch"]["chosen"]:
        raise NotFoundError(BatchForm.messages["workflow"])
    response = page("board/batch.html", "form", status=422 if errors else 200, **context)
    response.headers.update({"HX-Retarget": "#sheet", "HX-Reswap": "innerHTML"})
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
        "reasons": picks(MoveBackReason),
        "next": _way_back(),
    }


def _way_back() -> str:
    """The page that the form was on."""
    wanted = request.form.get("next", "")
    return safe_path(wanted) if wanted else url_for("board.show")
