"""Making workflows, and writing over their fields: two people on different fields both win."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.merging import FieldConflictError, Theirs
from tracker.domain.states import STATES, State
from tracker.domain.workflows import FIELDS
from tracker.queries.workflows import form as forms
from tracker.web.http.context import current_viewer, reading_session, writing
from tracker.web.http.idempotency import fresh_key, once
from tracker.web.ui.errors import status_of
from tracker.web.ui.formats import language, state_name
from tracker.web.ui.forms import FormError
from tracker.web.ui.merged_forms import before_of, conflict_words, drawn_again
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label
from tracker.web.workflows.forms import CreateForm, EditForm
from tracker.web.workflows.page import errors_of
from tracker.web.workflows.words import fields_words, why_not_edit

bp = Blueprint("workflow_fields", __name__, url_prefix="/workflows")

Texts = dict[str, str]
_NOTHING_TYPED: Texts = {
    **dict.fromkeys((*FIELDS, "workflow_key", "proposed_key"), ""),
    "state": State.NOT_STARTED.value,
}


@bp.get("/new")
def new() -> ResponseReturnValue:
    """The form of a new workflow, for one of the workstreams that the viewer leads."""
    return page("workflows/new.html", **_creation(request.args.get("workstream", "")))


@bp.post("/new")
def create() -> ResponseReturnValue:
    """Makes a workflow and goes to its page, or to the form of one more."""
    try:
        form = CreateForm.parse(request.form)
        _require_known(form)
        with writing("create_workflow") as (session, entry):
            return once(session, entry, current_viewer().user_id, form.key, lambda: _created(session, entry, form))
    except (InvalidError, ConflictError, NotAllowedError) as error:
        errors = errors_of(error, "workstream")
        if "key" in errors and not isinstance(error, FormError):
            errors = {"workflow_key": errors["key"]}  # the field `key` of a form is its own
        context = _creation(request.form.get("workstream", ""), typed=_typed(), errors=errors)
        return make_response(render_template("workflows/new.html", **context), status_of(error))


@bp.get("/<key>/edit")
def edit(key: str) -> ResponseReturnValue:
    """The form of a workflow's fields."""
    return page("workflows/edit.html", **_edit(_about(key)))


@bp.post("/<key>/edit")
def save(key: str) -> ResponseReturnValue:
    """Writes the fields that were changed in the form; where two wrote over the same one, both texts are shown."""
    try:
        form = EditForm.parse(request.form)
        with writing("edit_workflow") as (session, entry):
            return once(session, entry, current_viewer().user_id, form.key, lambda: _saved(session, entry, key, form))
    except (InvalidError, ConflictError, NotAllowedError) as error:
        return _refused(key, error)


def _require_known(form: CreateForm) -> None:
    if form.workstream not in forms.workstreams(reading_session(), language=language()):
        raise FormError({"workstream": CreateForm.messages["workstream"]})


def _created(session: Session, entry: Entry, form: CreateForm) -> Response:
    made = workflow_fields.create(session, entry, form.workstream, form.fields, state=form.state, key=form.wanted_key)
    flash(gettext("%(key)s is created", key=made.key))
    another = url_for(".new", workstream=form.workstream)
    address = another if form.then == "another" else url_for("workflows.show", key=made.key)
    return make_response(redirect(address, code=303))


def _saved(session: Session, entry: Entry, key: str, form: EditForm) -> Response:
    fields = workflow_fields.edit(session, entry, key, form.wanted, form.was)
    flash(gettext("Saved: %(fields)s", fields=fields_words(fields)) if fields else gettext("There was nothing to save"))
    return make_response(redirect(url_for("workflows.show", key=key), code=303))


def _refused(key: str, error: TrackerError) -> Response:
    """The form again: what was typed over is kept, the rest is as it stands now, and saving again decides."""
    about = _about(key)
    conflicts = error.conflicts if isinstance(error, FieldConflictError) else {}
    shown, was = drawn_again(about.fields, EditForm.typed_over(request.form), before_of(request.form), conflicts)
    errors = conflict_words(conflicts, partial(field_label, FIELDS)) if conflicts else errors_of(error, "edit")
    context = _edit(about, shown, was, errors=errors, conflicts=conflicts)
    return make_response(render_template("workflows/edit.html", **context | {"may": True}), status_of(error))


def _about(key: str) -> forms.About:
    return forms.about(reading_session(), key, language=language())


def _edit(
    about: forms.About,
    shown: Texts | None = None,
    was: Texts | None = None,
    *,
    errors: Texts | None = None,
    conflicts: dict[str, Theirs] | None = None,
) -> dict[str, Any]:
    may = current_viewer().actor.leads(about.workstream) and not about.is_archived
    streams = forms.workstreams(reading_session(), language=language())
    return {
        "workflow": about,
        "values": shown or about.fields,
        "was": was or about.fields,
        "errors": errors or {},
        "conflicts": conflicts or {},
        "key": fresh_key(),
        "may": may,
        "why_not": "" if may else why_not_edit(about.workstream, is_archived=about.is_archived),
        "owners": forms.owners(reading_session()),
        "streams": {code: name for code, name in streams.items() if code != about.workstream},
    }


def _typed() -> Texts:
    return _NOTHING_TYPED | request.form.to_dict() | EditForm.typed(request.form)


def _creation(workstream: str, *, typed: Texts | None = None, errors: Texts | None = None) -> dict[str, Any]:
    session, actor = reading_session(), current_viewer().actor
    streams = forms.workstreams(session, language=language())
    led = {code: name for code, name in streams.items() if actor.leads(code)}
    chosen = workstream if workstream in led else next(iter(led)) if len(led) == 1 else ""
    proposed = workflow_fields.next_key(session, chosen) if chosen else ""
    values = typed or _NOTHING_TYPED
    own_key = values["workflow_key"] if values["workflow_key"] != values["proposed_key"] else ""
    return {
        "values": values | {"workflow_key": own_key or proposed},
        "chosen": chosen,
        "proposed": proposed,
        "led": led,
        "streams": {code: name for code, name in streams.items() if code != chosen},
        "errors": errors or {},
        "conflicts": {},
        "key": fresh_key(),
        "owners": forms.owners(session),
        "states": [(state.value, state_name(state).capitalize()) for state in STATES],
    }
