"""How far an import has come, for its page to ask while it waits. Kept by the process that does the work, and only
meanwhile; where another process answers, the page goes on without a count.
"""

import contextlib
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify

from tracker.domain.errors import N_
from tracker.domain.imports.progress import Progress, Step
from tracker.web.http.context import current_viewer
from tracker.web.ui.formats import number
from tracker.web.ui.translation import gettext

bp = Blueprint("import_progress", __name__)
_WORDS = {
    Step.READ: N_("Rows read: %(done)s"),
    Step.CHECKED: N_("Rows checked: %(done)s of %(total)s"),
    Step.WRITTEN: N_("Rows written: %(done)s of %(total)s"),
}
_under_way: dict[tuple[int, str], tuple[Step, int, int]] = {}  # by user and token; set and read in one step


@contextlib.contextmanager
def progress_of(token: str) -> Iterator[Progress]:
    """Keeps the counts of the viewer's import while it is at work."""
    mine = current_viewer().user_id, token

    def tell(step: Step, done: int, total: int) -> None:
        _under_way[mine] = step, done, total

    try:
        yield tell
    finally:
        _under_way.pop(mine, None)


@bp.get("/imports/progress/<token>")
def show(token: str) -> Response:
    """The count and its words; empty where there is nothing to tell."""
    found = _under_way.get((current_viewer().user_id, token))
    if found is None:
        return jsonify({})
    step, done, total = found
    words = gettext(_WORDS[step], done=number(done), total=number(total))
    return jsonify({"step": step, "done": done, "total": total, "words": words})
