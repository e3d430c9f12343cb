"""Making workflows, and writing over their fields: two people on different fields both win."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.domain.errors import TrackerError
from tracker.domain.states import STATES, State
from tracker.domain.workflows import FIELDS
from tracker.queries.workflows import form as forms
from tracker.web.http.context import current_viewer, reading_session
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import FormError
from tracker.web.ui.merged_forms import Redrawn, redrawn
from tracker.web.ui.query import last
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label, large_picks
from tracker.web.workflows.forms import CreateForm, EditForm
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
    return page("workflows/new.html", **_creation(last("workstream")))


@bp.post("/new")
def create() -> ResponseReturnValue:
    """Makes a workflow and goes to its page, or to the form of one more."""
    return submit("create_workflow", _parsed, _created, _not_created)


@bp.get("/<key>/edit")
def edit(key: str) -> ResponseReturnValue:
    """The form of a workflow's fields."""
    return page("workflows/edit.html", **_edit(_about(key)))


@bp.post("/<key>/edit")
def save(key: str) -> ResponseReturnValue:
    """Writes the fields that were changed in the form; where two wrote over the same one, both texts are shown."""

    def do(session: Session, entry: Entry, form: EditForm) -> Response:
        fields = workflow_fields.edit(session, entry, key, form.wanted, form.was)
        saved = gettext("Saved: %(fields)s", fields=fields_words(fields))
        return see_other(url_for("workflows.show", key=key), saved if fields else gettext("There was nothing to save"))

    return submit("edit_workflow", EditForm.parse, do, lambda error: _refused(key, error))


def _parsed(fields: MultiDict[str, str]) -> CreateForm:
    form = CreateForm.parse(fields)
    if form.workstream not in forms.workstreams(reading_session(), language=language()):
        raise FormError({"workstream": CreateForm.messages["workstream"]})
    return form


def _created(session: Session, entry: Entry, form: CreateForm) -> Response:
    made = workflow_fields.create(session, entry, form.workstream, form.fields, state=form.state, key=form.wanted_key)
    another = url_for(".new", workstream=form.workstream)
    address = another if form.then == "another" else url_for("workflows.show", key=made.key)
    return see_other(address, gettext("%(key)s is created", key=made.key))


def _not_created(error: TrackerError) -> Response:
    """The form again, with what was typed."""
    errors = field_errors(error, "workstream")
    if "key" in errors and not isinstance(error, FormError):
        errors = {"workflow_key": errors["key"]}  # the field `key` of a form is its own
    typed = _NOTHING_TYPED | request.form.to_dict() | EditForm.typed(request.form)
    context = _creation(request.form.get("workstream", ""), typed=typed, errors=errors)
    return page("workflows/new.html", status=status_of(error), **context)


def _refused(key: str, error: TrackerError) -> Response:
    about = _about(key)
    again = redrawn(error, about.fields, EditForm.typed(request.form), partial(field_label, FIELDS), "edit")
    return page("workflows/edit.html", status=status_of(error), **_edit(about, again) | {"may": True})


def _about(key: str) -> forms.About:
    return forms.about(reading_session(), key, language=language())


def _edit(about: forms.About, again: Redrawn | None = None) -> dict[str, Any]:
    may = current_viewer().actor.leads(about.workstream) and not about.is_archived
    others = about.fields["other_workstreams"].split()
    streams = forms.workstreams(reading_session(), language=language(), also=others)
    shown = again or Redrawn(about.fields, about.fields, {}, {})
    return {
        "workflow": about,
        **shown._asdict(),
        "key": fresh_key(),
        "may": may,
        "why_not": "" if may else why_not_edit(about.workstream, is_archived=about.is_archived),
        "owners": forms.owners(reading_session()),
        "streams": {code: name for code, name in streams.items() if code != about.workstream},
    }


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
        "states": large_picks(STATES),
    }
