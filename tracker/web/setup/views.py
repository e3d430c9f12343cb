"""The programme, its projects and its workstreams: all of it on one page, and a form for each. Planners write."""

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
from tracker.domain.errors import N_, NotAllowedError, TrackerError
from tracker.domain.fields import texts_of
from tracker.domain.programme.setup import FIELDS, Thing, changeable
from tracker.queries import audit
from tracker.queries.programme import setup as queries
from tracker.web.audit.words import command_word, entry_lines
from tracker.web.board.words import undone_text
from tracker.web.http.context import current_programme, current_viewer, reading_session
from tracker.web.setup.forms import EDIT, NEW, AwayForm, typed
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.forms import FieldsForm, Form
from tracker.web.ui.merged_forms import MergedForm, Redrawn, redrawn
from tracker.web.ui.query import singles
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label

bp = Blueprint("setup", __name__, url_prefix="/setup")

THINGS = {"projects": Thing.PROJECT, "workstreams": Thing.WORKSTREAM}
KIND = "<any(projects, workstreams):kind>"
_LATEST = 5
_PROPOSED = {"first_cycle": "1"}


def require_planner() -> None:
    """Refuses the page to whoever may not set up."""
    if not current_viewer().actor.is_planner:
        raise NotAllowedError(N_("Only planners set up the programme, its projects and its workstreams."))


@bp.get("")
def index() -> ResponseReturnValue:
    """All that is set up, the first steps, and who changed what last."""
    session, zone = reading_session(), current_programme().zone
    latest = audit.page(session, audit.Filters(of_setup=True), language=language(), zone=zone, most=_LATEST)
    return page(
        "setup/index.html",
        projects=queries.projects(session, language=language()),
        latest=[(each, command_word(each.command), _created_by(each), entry_lines(each)) for each in latest.entries],
        undo_key=fresh_key(),
        may=current_viewer().actor.is_planner,
    )


@bp.get(f"/{KIND}/new")
def new(kind: str) -> ResponseReturnValue:
    """The form of a new project or workstream; what is typed may be given in the address."""
    require_planner()
    return _creation(THINGS[kind], _PROPOSED | singles())


@bp.post(f"/{KIND}/new")
def create(kind: str) -> ResponseReturnValue:
    """Makes it, and goes on to the next one if that is wanted."""
    require_planner()
    thing = THINGS[kind]
    return submit(
        f"create_{thing}",
        NEW[thing].parse,
        lambda session, entry, form: _created(session, entry, kind, form),
        lambda error: _creation(thing, typed(request.form, thing), error),
    )


@bp.get("/programme", endpoint="programme")
def edit_programme() -> ResponseReturnValue:
    """The form of the programme's name."""
    return _edit(Thing.PROGRAMME, "")


@bp.post("/programme", endpoint="save_programme")
def save_programme() -> ResponseReturnValue:
    """Writes the programme's name."""
    return _save(Thing.PROGRAMME, "")


@bp.get(f"/{KIND}/<code>")
def edit(kind: str, code: str) -> ResponseReturnValue:
    """The form of a project or a workstream; of a workstream also whether it is in use."""
    return _edit(THINGS[kind], code)


@bp.post(f"/{KIND}/<code>")
def save(kind: str, code: str) -> ResponseReturnValue:
    """Writes the fields that were changed in the form; where two wrote over the same one, both texts are shown."""
    return _save(THINGS[kind], code)


@bp.post("/workstreams/<code>/archive")
def archive(code: str) -> ResponseReturnValue:
    """Puts the workstream away, or takes it into use again."""
    require_planner()

    def do(session: Session, entry: Entry, form: AwayForm) -> Response:
        if not commands.put_away(session, entry, code, is_away=form.away):
            return _back(gettext("There was nothing to save"))
        text = gettext("%(code)s is archived") if form.away else gettext("%(code)s is in use again")
        return _back(text % {"code": code})

    command = "archive_workstream" if request.form.get("away") == "1" else "restore_workstream"
    return submit(command, AwayForm.parse, do, lambda error: _edit(Thing.WORKSTREAM, code, error))


@bp.post("/entries/<int:entry_id>/take-back")
def undo(entry_id: int) -> ResponseReturnValue:
    """Takes back what an entry set up, as far as nothing newer touched it."""
    require_planner()

    def do(session: Session, entry: Entry, _form: Form) -> Response:
        outcome = undo_entries.undo(session, entry, entry_id)
        return _back(" ".join([undone_text(outcome), *(explain(left.error) for left in outcome.left)]))

    return submit("take_back_entry", Form.parse, do)


def _created_by(entry: audit.AuditEntry) -> list[str]:
    return [line.code for line in entry.lines if line.field == "code" and line.after]


def _back(text: str, anchor: str = "") -> Response:
    return see_other(url_for(".index", _anchor=anchor or None), text)


def _created(session: Session, entry: Entry, kind: str, form: FieldsForm) -> Response:
    code = commands.create(session, entry, THINGS[kind], form.texts)
    text = gettext("%(code)s is created", code=code)
    if request.form.get("then") == "another":
        return see_other(url_for(".new", kind=kind, project_code=form.texts.get("project_code")), text)
    return _back(text, f"{kind}-{code}")


def _creation(thing: Thing, values: dict[str, str], error: TrackerError | None = None) -> Response:
    fields = dict.fromkeys(FIELDS[thing], "") | {name: values[name] for name in FIELDS[thing] if name in values}
    shown = Redrawn(fields, {}, field_errors(error) if error else {}, {})
    return page("setup/new.html", status=status_of(error) if error else 200, **_form(thing, shown))


def _save(thing: Thing, code: str) -> Response:
    require_planner()

    def do(session: Session, entry: Entry, form: MergedForm) -> Response:
        saved = commands.edit(session, entry, thing, code, form.wanted, form.was)
        labels = ", ".join(field_label(FIELDS[thing], name).lower() for name in saved)
        text = gettext("Saved: %(fields)s", fields=labels) if saved else gettext("There was nothing to save")
        return _back(text, f"{thing}s-{code}" if code else "")

    return submit(f"edit_{thing}", EDIT[thing].parse, do, lambda error: _edit(thing, code, error))


def _edit(thing: Thing, code: str, error: TrackerError | None = None) -> Response:
    require_planner()
    row = commands.the_thing(reading_session(), thing, code)
    now = texts_of(row, changeable(thing))
    shown = Redrawn(now, now, {}, {})
    if error is not None:
        written = typed(request.form, thing)
        shown = redrawn(error, now, written, partial(field_label, FIELDS[thing]), "form")
    archived_at = row.archived_at if isinstance(row, Workstream) else None
    context = _form(thing, shown) | {"code": code, "archived_at": archived_at, "away_key": fresh_key()}
    return page("setup/edit.html", status=status_of(error) if error else 200, **context)


def _form(thing: Thing, shown: Redrawn) -> dict[str, Any]:
    """What both forms show."""
    projects = names(reading_session(), Project, language()) if thing is Thing.WORKSTREAM else {}
    return {
        **shown._asdict(),
        "thing": thing.value,
        "kind": f"{thing}s",
        "projects": [(code, f"{code} {name}") for code, name in projects.items()],
        "key": fresh_key(),
        "ids": {name: f"field-{name}" for name in FIELDS[thing]},
    }
