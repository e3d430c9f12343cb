"""Who did what when, for planners and administrators."""

import re
from collections.abc import Callable
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.errors import N_, NotAllowedError
from tracker.queries import audit
from tracker.queries.audit import Filters
from tracker.web.audit.words import COMMANDS, command_word, entry_lines
from tracker.web.http.context import current_viewer, reading_session
from tracker.web.ui.formats import language
from tracker.web.ui.query import Query, last, whole
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext

bp = Blueprint("audit", __name__)
Value = TypeVar("Value")

MOST_LINES = 12  # of one entry among others; alone it is shown whole
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SHOWN = ("actor", "command", "workflow", "day")
_LAST_DAY = date(9999, 12, 30)  # the day after it has to be a date too


@bp.get("/admin/audit")
def show() -> ResponseReturnValue:
    """A page of entries, newest first."""
    viewer = current_viewer()
    if not viewer.actor.is_planner:
        raise NotAllowedError(N_("Only planners and administrators see this page."))
    filters, notices = _filters()
    session = reading_session()
    found = audit.page(session, filters, language=language(), zone=viewer.programme.zone)
    words = [(entry, command_word(entry.command), entry_lines(entry)) for entry in found.entries]
    asked = {name: last(name) for name in _SHOWN}
    kept = {name: asked[name] for name in request.args if asked.get(name)}
    return page(
        "audit/audit.html",
        entries=words,
        most_lines=len(max((lines for _, _, lines in words), key=len, default=[])) if filters.entry else MOST_LINES,
        older=_address(kept | {"before": str(found.older)}) if found.older else "",
        is_filtered=bool(kept or filters.before or filters.entry),
        filters=asked,
        actors=[(name, name) for name in audit.actors(session)],
        commands=sorted(((name, gettext(word)) for name, word in COMMANDS.items()), key=lambda pair: pair[1]),
        notices=notices,
    )


def _filters() -> tuple[Filters, list[str]]:
    """What the address asks for; what means nothing is left out and said."""
    query = Query(request.args, request.args)

    def read(name: str, reader: Callable[[str], Value | None]) -> Value | None:
        text = query.text(name)
        value = reader(text) if text else None
        if text and value is None:
            query.ignore(name, text)
        return value

    day = read("day", _day)
    filters = Filters(
        query.text("actor"),
        query.text("command"),
        query.text("workflow").strip().upper(),
        day,
        read("before", whole),
        read("entry", whole),
    )
    return filters, query.notices


def _address(query: dict[str, str]) -> str:
    return f"{url_for('audit.show')}?{urlencode(query)}"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is None or date(1900, 1, 1) <= day <= _LAST_DAY else None
