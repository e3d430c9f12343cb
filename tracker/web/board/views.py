"""The board: to read, and to follow what others do."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.domain.people import Actor
from tracker.domain.states import MoveBackReason
from tracker.queries.board import cards as board
from tracker.queries.board import changed_since, layout
from tracker.queries.board.cards import ALL, BoardFrame
from tracker.queries.board.layout import Filters
from tracker.web.board import delta
from tracker.web.board import list as listing
from tracker.web.board.filters import LIST, VIEWS, pickers, read_filters, signing_for
from tracker.web.board.list import Drafts
from tracker.web.board.shared_answers import EVERYWHERE, SHARED, Shared, rights
from tracker.web.http import cookies
from tracker.web.http.context import current_viewer, reading_session, today
from tracker.web.ui.formats import language
from tracker.web.ui.live import PageVersion, changed, live, page_version
from tracker.web.ui.query import address, last
from tracker.web.ui.rendering import page
from tracker.web.ui.shared import shared
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import picks

bp = Blueprint("board", __name__)

VIEW_COOKIE = "view"


@bp.get("/board")
@shared
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
    context = _context(session, frame, drafts)
    return live(page(_template(context), status=status, told=told, **context))


@bp.get("/board/changes")
def changes() -> ResponseReturnValue:
    """304 when nothing has changed since the version that the reader holds; else what to change in the board, or, when
    that is much, its columns anew.
    """
    return changed(_changed)


def _changed(seen: PageVersion | None) -> Response:
    session = reading_session()
    written = changed_since.changed_since(session, seen.revision, seen.recorded) if seen is not None else None
    if seen is not None and not written and changed_since.is_only_reviewed(session, seen.revision, seen.recorded):
        _share()
        return Response(status=304)
    if written is not None:
        frame = board.frame(session, language=language(), today=today())
        filters, _ = read_filters(frame)
        shown = _Shown(session, frame, filters)
        if delta.is_enough(written, shown.layout, filters):
            _share(each.actor_id for each in written)
            may = may_move(current_viewer().actor, frame)
            return delta.response(shown.layout, written, shown.cards, filters, may)
        if filters.view == LIST and 0 < len(written) <= listing.MOST_CHANGED:
            _share()
            return listing.changes(session, written, shown.cards, shown.layout, shown.updates, filters)
    return _whole()


def _share(writers: Iterable[int] = ()) -> None:
    """The answer is the same for all with the reader's rights, but for those who wrote."""
    request.environ[SHARED] = Shared(rights(current_viewer().actor), frozenset(writers))


@shared
def _whole() -> Response:
    """The columns or rows anew."""
    session = reading_session()
    context = _context(session, board.frame(session, language=language(), today=today()))
    return page(_template(context), "columns", **context)


def _template(context: dict[str, Any]) -> str:
    return "board/list.html" if context["board"]["filters"].view == LIST else "board/board.html"


def _view_switched() -> dict[str, Any]:
    """The view that was chosen last in this browser, where it is not the board."""
    return {"view": LIST} if request.cookies.get(VIEW_COOKIE) == LIST else {}


def _own(frame: BoardFrame, actor: Actor) -> dict[str, Any]:
    cycle = str(frame.running.number) if frame.running else ALL
    return {"cycle": cycle, "workstream": sorted(actor.own_workstreams)}


class _Shown:
    """What a board with these filters shows: of which cards, in which layout, and when each was last updated where it
    depends on that.
    """

    def __init__(self, session: Session, frame: BoardFrame, filters: Filters) -> None:
        zone = current_viewer().programme.zone
        self.cards = board.cards(session, filters.cycle, language=language(), today=today(), zone=zone)
        self.updates = listing.updates(session, filters)
        self.layout = (
            layout.board_layout(self.cards.in_order, filters, frame, listing.stale(self.cards.in_order, self.updates))
            if filters.stale
            else layout.layout_of(self.cards, filters, frame)
        )


def _context(session: Session, frame: BoardFrame, drafts: Drafts | None = None) -> dict[str, Any]:
    viewer = current_viewer()
    filters, notices = read_filters(frame)
    found = _Shown(session, frame, filters)
    missing = layout.missing_keys(filters.q, found.cards.in_order)
    if missing:
        notices.append(gettext("Not among the workflows here: %(keys)s.", keys=", ".join(missing)))
    may = may_move(viewer.actor, frame)
    shown = layout.arranged(found.layout, may, may_all=may == EVERYWHERE)
    return {
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
            "signs": bool(signing_for(filters.workstreams)),
            "revision": viewer.programme.revision,
            "seen": last("seen") if filters.stale else "",
            "changes_url": listing.changes_address(filters),
            "views": [(view, address("board.show", view=view, seen=None, rows=None)) for view in VIEWS],
        },
        "filters": filters,
        "reasons": picks(MoveBackReason),
        "tag": page_version(),
        "listing": listing.context(session, shown, found.updates, filters, frame, drafts or {})
        if filters.view == LIST
        else None,
    }


def may_move(actor: Actor, frame: BoardFrame) -> tuple[str, ...]:
    """The workstreams whose workflows the actor moves; `*` for all."""
    may = rights(actor)
    return may if may == EVERYWHERE else tuple(code for code in frame.streams if code in may)
