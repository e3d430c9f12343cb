"""The programme, its projects and its workstreams: all of it on one page, and a form for each. Planners write."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.programme import setup as commands
from tracker.commands.undo import entries as undo_entries
from tracker.db.language import names
from tracker.db.models import Project, Workstream
from tracker.domain.errors import N_, TrackerError
from tracker.domain.fields import texts_of
from tracker.domain.language import text_in
from tracker.domain.programme.setup import FIELDS, Thing, changeable
from tracker.queries import audit
from tracker.queries.programme import setup as queries
from tracker.web.audit.words import command_word, entry_lines
from tracker.web.board.words import undone_text
from tracker.web.http.context import current_programme, current_viewer, reading_session
from tracker.web.setup.forms import EDIT, NEW
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import FieldsForm, Form
from tracker.web.ui.merged_forms import MergedForm, Redrawn, redrawn, typed
from tracker.web.ui.query import singles
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label

bp = Blueprint("setup", __name__, url_prefix="/setup")

THINGS = {"programme": Thing.PROGRAMME, "projects": Thing.PROJECT, "workstreams": Thing.WORKSTREAM}
KIND = "<any(projects, workstreams):kind>"
_OF_PROGRAMME = {"kind": "programme", "code": ""}
_LATEST = 5


@bp.before_request
def require_planner() -> None:
    """Refuses all pages but the first to whoever may not set up."""
    if request.endpoint != "setup.index":
        commands.require_planner(current_viewer().actor)


@bp.get("")
def index() -> ResponseReturnValue:
    """All that is set up, the first steps, and to planners who changed what last."""
    session, may = reading_session(), current_viewer().actor.is_planner
    of_setup, zone = audit.Filters(of_setup=True), current_programme().zone
    latest = audit.page(session, of_setup, language=language(), zone=zone, most=_LATEST).entries if may else ()
    return page(
        "setup/index.html",
        projects=queries.projects(session),
        name_of=lambda row: text_in(language(), row, "name"),
        latest=[(each, command_word(each.command), _created_by(each), entry_lines(each)) for each in latest],
        undo_key=fresh_key(),
        may=may,
    )


@bp.get(f"/{KIND}/new")
def new(kind: str) -> ResponseReturnValue:
    """The form of a new project or workstream; what is typed may be given in the address."""
    return _creation(THINGS[kind], {"first_cycle": "1"} | singles())


@bp.post(f"/{KIND}/new")
def create(kind: str) -> ResponseReturnValue:
    """Makes it, and goes on to the next one if that is wanted."""
    thing = THINGS[kind]

    def do(session: Session, entry: Entry, form: FieldsForm) -> Response:
        code = commands.create(session, entry, thing, form.texts)
        text = gettext("%(code)s is created", code=code)
        if request.form.get("then") == "another":
            return see_other(url_for(".new", kind=kind, project_code=form.texts.get("project_code")), text)
        return _back(text, f"{kind}-{code}")

    return submit(f"create_{thing}", NEW[thing].parse, do, lambda error: _creation(thing, request.form, error))


@bp.get("/programme", defaults=_OF_PROGRAMME)
@bp.get(f"/{KIND}/<code>")
def edit(kind: str, code: str) -> ResponseReturnValue:
    """The form of the programme, a project or a workstream; of a workstream also whether it is in use."""
    return _edit(kind, code)


@bp.post("/programme", defaults=_OF_PROGRAMME)
@bp.post(f"/{KIND}/<code>")
def save(kind: str, code: str) -> ResponseReturnValue:
    """Writes the fields that were changed in the form; where two wrote over the same one, both texts are shown."""
    thing = THINGS[kind]

    def do(session: Session, entry: Entry, form: MergedForm) -> Response:
        saved = commands.edit(session, entry, thing, code, form.wanted, form.was)
        labels = ", ".join(field_label(FIELDS[thing], name).lower() for name in saved)
        text = gettext("Saved: %(fields)s", fields=labels) if saved else gettext("There was nothing to save")
        return _back(text, f"{kind}-{code}" if code else "")

    return submit(f"edit_{thing}", EDIT[thing].parse, do, lambda error: _edit(kind, code, error))


@bp.post("/workstreams/<code>/archive")
def archive(code: str) -> ResponseReturnValue:
    """Puts the workstream away, or takes it into use again."""
    is_away = request.form.get("away") == "1"

    def do(session: Session, entry: Entry, _form: Form) -> Response:
        commands.put_away(session, entry, code, is_away=is_away)
        text = N_("%(code)s is archived") if is_away else N_("%(code)s is in use again")
        return _back(gettext(text, code=code))

    command = "archive_workstream" if is_away else "restore_workstream"
    return submit(command, Form.parse, do, lambda error: _edit("workstreams", code, error))


@bp.post("/entries/<int:entry_id>/take-back")
def undo(entry_id: int) -> ResponseReturnValue:
    """Takes back what an entry set up, as far as nothing newer touched it."""

    def do(session: Session, entry: Entry, _form: Form) -> Response:
        outcome = undo_entries.undo(session, entry, entry_id)
        return _back(" ".join([undone_text(outcome), *(explain(left.error) for left in outcome.left)]))

    return submit("take_back_entry", Form.parse, do)


def _created_by(entry: audit.AuditEntry) -> list[str]:
    return [line.code for line in entry.lines if line.field == "code" and line.after]


def _back(text: str, anchor: str = "") -> Response:
    return see_other(url_for(".index", _anchor=anchor or None), text)


def _creation(thing: Thing, values: Mapping[str, str], error: TrackerError | None = None) -> Response:
    fields = dict.fromkeys(FIELDS[thing], "") | typed(values, FIELDS[thing])
    shown = Redrawn(fields, {}, field_errors(error) if error else {}, {})
    return page("setup/new.html", status=status_of(error) if error else 200, **_form(thing, shown))


def _edit(kind: str, code: str, error: TrackerError | None = None) -> Response:
    thing = THINGS[kind]
    row = commands.the_thing(reading_session(), thing, code)
    now = texts_of(row, changeable(thing))
    shown = Redrawn(now, now, {}, {})
    if error is not None:
        label = partial(field_label, FIELDS[thing])
        shown = redrawn(error, now, typed(request.form, FIELDS[thing]), label, "form")
    archived_at = row.archived_at if isinstance(row, Workstream) else None
    context = _form(thing, shown) | {"code": code, "archived_at": archived_at, "away_key": fresh_key()}
    return page("setup/edit.html", status=status_of(error) if error else 200, **context)


def _form(thing: Thing, shown: Redrawn) -> dict[str, Any]:
    """What both forms show."""
    projects = names(reading_session(), Project, language()) if thing is Thing.WORKSTREAM else {}
    return {
        **shown._asdict(),
        "thing": thing.value,
        "kind": next(kind for kind, each in THINGS.items() if each is thing),
        "projects": [(code, f"{code} {name}") for code, name in projects.items()],
        "key": fresh_key(),
        "ids": {name: f"field-{name}" for name in FIELDS[thing]},
    }
