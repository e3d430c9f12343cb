"""The table of blockers, and raising a new one."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tracker.commands import blockers
from tracker.commands.entry.batch_results import BatchResult, Left
from tracker.commands.entry.entries import Entry
from tracker.domain.errors import NotFoundError, TrackerError
from tracker.domain.language import text_in
from tracker.domain.states import Role
from tracker.queries.blockers import list as lists
from tracker.queries.blockers import page as pages
from tracker.queries.blockers.list import BlockerListRow
from tracker.queries.blockers.table import Filters, Table, similar, table
from tracker.web.blockers.filters import address, pickers, read_filters, sort_links
from tracker.web.blockers.forms import HoldForm, RaiseForm, keys_in
from tracker.web.blockers.words import AllLeftError, category_choices, errors_of, status_of, stream_choices
from tracker.web.http.context import current_viewer, reading_session, today
from tracker.web.ui.formats import language
from tracker.web.ui.query import board_of, singles
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.submit import REFUSALS, fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

bp = Blueprint("blockers", __name__, url_prefix="/blockers")

OK = 200
_ROWS_KEPT = 10_000  # some 15 MB
_SHEET = {"HX-Retarget": "#sheet", "HX-Reswap": "innerHTML"}


@bp.get("")
def index() -> ResponseReturnValue:
    """The blockers that the URL asks for; open ones by itself, overdue decisions on top."""
    known = _known()
    filters, notices = read_filters(known)
    shown = table(known.rows, filters, word)
    return page(
        "blockers/index.html",
        table=shown,
        filters=filters,
        notices=notices,
        choices=pickers(filters, known),
        sorts=sort_links(filters),
        links=_links(filters, shown),
        may=current_viewer().actor.role is not Role.VIEWER,
        today=today(),
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    """The form of a new blocker; `workflow` names what it is to hold, and the fields may be given too."""
    return page("blockers/new.html", "form", **_form(singles() | _keys(request.args)))


@bp.post("/new")
def raise_() -> ResponseReturnValue:
    """Raises a blocker on all of the workflows, or lets an open one hold them; else nothing is changed."""
    form_type = HoldForm if request.form.get("existing") else RaiseForm
    answer = submit("raise_blocker", form_type.parse, _raised, _refused, (*REFUSALS, NotFoundError))
    if htmx and answer.status_code == OK:
        answer.headers["HX-Trigger"] = "tracker:written"
    return answer


def _raised(session: Session, entry: Entry, form: HoldForm | RaiseForm) -> Response:
    keys = pages.as_kept(session, form.keys)
    if isinstance(form, RaiseForm):
        blocker_id, outcome = _raise_or_say_all_causes(session, entry, form, keys)
    else:
        assert form.existing is not None
        blocker_id = form.existing
        outcome = blockers.hold(session, entry, blocker_id, keys, happened_on=form.happened_on, note=form.note)
    if outcome.left:
        raise AllLeftError(outcome.left)  # all or nothing: what was written is rolled back
    return _done(session, entry, blocker_id, outcome.done)


def _raise_or_say_all_causes(
    session: Session, entry: Entry, form: RaiseForm, keys: Sequence[str]
) -> tuple[int, BatchResult]:
    """The command names one cause where nothing can be held; whoever typed a list wants all of them."""

    def raise_on(keys: Sequence[str]) -> tuple[int, BatchResult]:
        return blockers.raise_blocker(session, entry, form.fields, keys, happened_on=form.happened_on, note=form.note)

    try:
        return raise_on(keys)
    except TrackerError as error:
        if error.field:
            raise
        left = []
        for key in keys:
            try:
                raise_on([key])
            except TrackerError as cause:
                left.append(Left(key, cause))
        raise AllLeftError(left) from error


def _done(session: Session, entry: Entry, blocker_id: int, keys: Sequence[str]) -> Response:
    blocker = blockers.the_blocker(session, blocker_id)
    title = text_in(language(), blocker, "title")
    if keys:
        text = gettext("“%(title)s” holds %(keys)s now.", title=title, keys=", ".join(keys))
    else:
        text = gettext("“%(title)s” holds them already.", title=title)
    if htmx:
        entry_id = entry.id if entry.is_recorded else None
        undo = {"entry_id": entry_id, "undo_key": fresh_key()}
        return make_response(render_template("blockers/_raised.html", text=text, blocker_id=blocker_id, **undo))
    return see_other(url_for("blocker.show", blocker_id=blocker_id), text)


def _refused(error: TrackerError) -> Response:
    """The form again with the message at its field and all that was typed; in the board inside its dialog."""
    context = _form(request.form.to_dict() | _keys(request.form)) | {"errors": errors_of(error, "raise")}
    response = page("blockers/new.html", "form", status=status_of(error), **context)
    if htmx:
        response.headers.update(_SHEET)
    return response


def _keys(fields: MultiDict[str, str]) -> dict[str, str]:
    return {"workflow": " ".join(fields.getlist("workflow"))}


def _form(typed: dict[str, str]) -> dict[str, Any]:
    session = reading_session()
    keys = pages.as_kept(session, keys_in(typed.get("workflow", "")))
    streams = pages.workstreams_of(session, keys)
    known = _known()
    alike = similar(known.rows, typed.get("title", ""), streams, keys)
    chosen = typed.get("existing", "")
    return {
        "typed": typed | {"workflow": " ".join(keys)},
        "similar": alike + [row for row in known.rows if str(row.id) == chosen and row.is_open and row not in alike],
        "owners": pages.owners(session),
        "categories": category_choices(),
        "streams": stream_choices(typed.get("waits_on", "")),
        "errors": {},
        "key": fresh_key(),
        "today": today(),
        "may": current_viewer().actor.role is not Role.VIEWER,
    }


def _known() -> lists.Blockers:
    viewer = current_viewer()
    return lists.blockers(reading_session(), language=language(), today=today(), zone=viewer.programme.zone)


def _links(filters: Filters, shown: Table) -> dict[str, str]:
    """What stands behind each sum."""
    return {
        "open": address(filters, state=None, overdue=None),
        "overdue": address(filters, state=None, overdue="1"),
        "oldest": url_for("blocker.show", blocker_id=shown.sums.oldest.id) if shown.sums.oldest else "",
        "workflows": board_of(shown.sums.workflows),
        "all": url_for(".index", state="all"),
        "without": address(Filters(state=filters.state, sort=filters.sort)),
    }


class RowWords(NamedTuple):
    """What all rows share: words in the reader's language, links, and the year, which dates of other years name."""

    category: str
    owner: str
    decision: str
    workflows: str
    since: str
    age: str
    workflow_days: str
    days: str
    waits_on: str
    other_language: str
    blocker_link: str
    workflow_link: str
    year: int


@bp.app_template_global("blocker_rows")
def drawn_rows(rows: Iterable[BlockerListRow]) -> Markup:
    """The rows as HTML. Drawing is what costs with 2,000 of them, and nearly all are as they were."""
    words = RowWords(
        gettext("Category"),
        gettext("Owner"),
        gettext("Decision"),
        gettext("Workflows"),
        gettext("Since"),
        gettext("Age"),
        gettext("Workflows × days"),
        gettext("d"),
        gettext("Waits on"),
        "sv" if language() == "en" else "en",
        url_for("blocker.show", blocker_id=0)[:-1],
        url_for("workflows.show", key="-")[:-1],
        today().year,
    )
    return Markup("".join([_drawn(row, word(row.category), words) for row in rows]))  # noqa: S704 - each is Markup


@lru_cache(maxsize=_ROWS_KEPT)
def _drawn(row: BlockerListRow, category: str, words: RowWords) -> Markup:
    """A row as HTML, which depends on these and on nothing else, so that it can be kept."""
    template: Any = current_app.jinja_env.get_template("blockers/_row.html").module
    return Markup(template.drawn(row, category.capitalize(), words))  # noqa: S704 - a macro's
