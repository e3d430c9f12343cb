"""A part of a shared workflow: how it stands and came to, and writing it."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import signoffs
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import StaleError
from tracker.domain.errors import TrackerError
from tracker.web.http.addresses import safe_path
from tracker.web.signoffs.forms import PartForm
from tracker.web.signoffs.words import result_text
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.query import singles
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.workflows.page import missed, page_context, read_page
from tracker.web.workflows.words import described

bp = Blueprint("signoffs", __name__, url_prefix="/workflows/<key>/parts")

OK = 200


@bp.get("")
def show(key: str) -> ResponseReturnValue:
    """A part, named by `workstream` and `stage`: what happened to it, and its form."""
    return page("signoffs/part.html", "form", **_context(key, singles()))


@bp.post("")
def write(key: str) -> ResponseReturnValue:
    """Signs a part, waives it or takes either back; or a workstream joins or leaves. Back to where the form stood."""

    def do(session: Session, entry: Entry, form: PartForm) -> Response:
        text = result_text(key, form, is_new=signoffs.write(session, entry, key, form.wish))
        if not htmx:
            return see_other(_way_back(key), text)
        entry_id = entry.id if entry.is_recorded else None
        return make_response(render_template("signoffs/_written.html", text=text, entry_id=entry_id, key=fresh_key()))

    answer = submit("sign_part", PartForm.parse, do, lambda error: _refused(key, error))
    if htmx and answer.status_code == OK:
        answer.headers["HX-Trigger"] = "tracker:written"
    return answer


def _refused(key: str, error: TrackerError) -> Response:
    """The part with the message at its field and what was typed, in the page's dialog or on a page of its own; of a
    stale form, what it has missed.
    """
    said = missed(key) if isinstance(error, StaleError) else error
    context = _context(key, request.form.to_dict(), field_errors(said))
    response = page("signoffs/part.html", "form", status=status_of(said), **context)
    response.headers.update({"HX-Retarget": "#sheet", "HX-Reswap": "innerHTML"})
    return response


def _context(key: str, typed: dict[str, str], errors: dict[str, str] | None = None) -> dict[str, Any]:
    context = page_context(read_page(key))
    code, stage = typed.get("workstream", ""), typed.get("stage", "")
    cells = [cell for row in context["parts"] for cell in row.cells if (row.code, cell.stage) == (code, stage)]
    return context | {
        "cell": cells[0] if cells else None,
        "history": [described(item) for item in cells[0].history] if cells else [],
        "row": next((row for row in context["parts"] if row.code == code), None),
        "typed": typed,
        "errors": errors or {},
        "back": _way_back(key),
        "form_key": fresh_key(),
    }


def _way_back(key: str) -> str:
    """The page that the form was on; by itself the workflow's."""
    wanted = request.values.get("next", "")
    return safe_path(wanted) if wanted else url_for("workflows.show", key=key)
