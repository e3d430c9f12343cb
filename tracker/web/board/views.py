"""The board: to read, and to follow what others do."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.domain.people import Actor
from tracker.domain.states import MoveBackReason, Role
from tracker.queries.board import cards as board
from tracker.queries.board import changed_since, layout
from tracker.queries.board.cards import ALL, BoardFrame
from tracker.queries.board.layout import BoardLayout
from tracker.web.board import delta
from tracker.web.board import list as listing
from tracker.web.board.filters import LIST, VIEWS, pickers, read_filters
from tracker.web.board.list import Drafts
from tracker.web.http import cookies
from tracker.web.http.context import current_viewer, reading_session, today
from tracker.web.ui.formats import language
from tracker.web.ui.live import changed, live, page_version
from tracker.web.ui.query import address, last
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import picks

bp = Blueprint("board", __name__)

EVERYWHERE = ("*",)
VIEW_COOKIE = "view"


@bp.get("/board")
def show() -> ResponseReturnValue:
    """The board that the URL asks for; without parameters the viewer's own."""
    session = reading_session()
    frame = board.frame(session, language=language(), today=today())
    if not request.args:
        return redirect(url_for(".show", **_own(frame, current_viewer().actor), **_view_switched()))
    response = drawn(session, frame)
    if (view := last("view")) in VIEWS:
        cookies.keep(response, VIEW_COOKIE, view)
    return response


def drawn(
    session: Session, frame: BoardFrame, *, drafts: Drafts | None = None, told: str = "", status: int = 200
) -> Response:
    """The page that the URL asks for; the list with what is kept of what was typed, and a word about it."""
    context = _context(session, frame, drafts or {})[1]
    return live(page(_template(context), status=status, told=told, **context))


@bp.get("/board/changes")
def changes() -> ResponseReturnValue:
    """304 when nothing has changed since the version that the reader holds; else what to change in the board, or, when
    that is much, its columns anew.
    """
    return changed(_changed)


def _changed(revision: int | None) -> Response:
    session = reading_session()
    if revision is not None and changed_since.is_only_reviewed(session, revision):
        return Response(status=304)
    shown, context = _context(session, board.frame(session, language=language(), today=today()))
    written = changed_since.changed_since(session, revision) if revision is not None else None
    if written is not None and delta.is_enough(written, shown, context["board"]["filters"]):
        return delta.response(shown, written, context["board"])
    if written is not None and context["listing"] and 0 < len(written) <= listing.MOST_CHANGED:
        return listing.changes(written, context)
    return page(_template(context), "columns", **context)


def _template(context: dict[str, Any]) -> str:
    return "board/list.html" if context["board"]["filters"].view == LIST else "board/board.html"


def _view_switched() -> dict[str, Any]:
    """The view that was chosen last in this browser, where it is not the board."""
    return {"view": LIST} if request.cookies.get(VIEW_COOKIE) == LIST else {}


def _own(frame: BoardFrame, actor: Actor) -> dict[str, Any]:
    cycle = str(frame.running.number) if frame.running else ALL
    return {"cycle": cycle, "workstream": sorted(actor.own_workstreams)}


def _context(session: Session, frame: BoardFrame, drafts: Drafts | None = None) -> tuple[BoardLayout, dict[str, Any]]:
    viewer = current_viewer()
    filters, notices = read_filters(frame)
    here = board.cards(session, filters.cycle, language=language(), today=today(), zone=viewer.programme.zone)
    missing = layout.missing_keys(filters.q, here)
    if missing:
        notices.append(gettext("Not among the workflows here: %(keys)s.", keys=", ".join(missing)))
    may = may_move(viewer.actor, frame)
    updates = listing.updates(session, filters)
    stale = listing.stale(here, updates)
    shown = layout.board_layout(here, filters, frame, may, may_all=may == EVERYWHERE, stale=stale)
    return shown, {
        "board": {
            **{name: getattr(shown, name) for name in ("columns", "lanes", "total", "shown", "owned", "shared")},
            "blocked_count": shown.blocked,
            "filters": filters,
            "cycle": frame.cycle(filters.cycle),
            **pickers(frame, filters),
            "notices": notices,
            "is_filtered": filters.is_narrowed,
            "clear_url": url_for(
                "board.show",
                cycle=filters.cycle,
                group=filters.group or None,
                view=LIST if filters.view == LIST else None,
            ),
            "may": may,
            "is_read_only": not may,
            "revision": viewer.programme.revision,
            "changes_url": listing.changes_address(filters),
            "views": [(view, address("board.show", view=view, seen=None, rows=None)) for view in VIEWS],
        },
        "reasons": picks(MoveBackReason),
        "tag": page_version(),
        "listing": listing.context(session, shown, updates, filters, frame, drafts or {})
        if filters.view == LIST
        else None,
    }


def may_move(actor: Actor, frame: BoardFrame) -> tuple[str, ...]:
    """The workstreams whose workflows the actor moves; `*` for all."""
    if actor.is_planner or (actor.role is Role.LEAD and actor.all_workstreams):
        return EVERYWHERE
    return tuple(code for code in frame.streams if actor.leads(code))
