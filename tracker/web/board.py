"""The board: to read, and to follow what others do."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.domain.people import Actor
from tracker.domain.states import Role
from tracker.queries import arrangement, board
from tracker.queries.arrangement import swedish_order
from tracker.queries.board import ALL, Frame
from tracker.web.context import current_viewer, reading_session, today
from tracker.web.filters import choices, cycle_choices, read_filters
from tracker.web.formats import language
from tracker.web.rendering import page
from tracker.web.words import move_back_reasons

bp = Blueprint("board", __name__)

EVERYWHERE = ("*",)


@bp.get("/")
def home() -> ResponseReturnValue:
    """The board is the first page there is."""
    return redirect(url_for(".show"))


@bp.get("/board")
def show() -> ResponseReturnValue:
    """The board that the URL asks for; without parameters the viewer's own."""
    session = reading_session()
    frame = board.frame(session, language=language(), today=today())
    if not request.args:
        return redirect(url_for(".show", **_own(frame, current_viewer().actor)))
    response = page("board/board.html", **_context(session, frame))
    response.headers["HX-PTag"] = tag()
    return response


@bp.get("/board/changes")
def changes() -> ResponseReturnValue:
    """The board's columns anew, or 304 when nothing has changed since the tag that the reader holds."""
    if tag() in {request.headers.get("HX-PTag"), *request.if_none_match.as_set()}:
        return Response(status=304)
    session = reading_session()
    frame = board.frame(session, language=language(), today=today())
    response = page("board/board.html", "columns", **_context(session, frame))
    response.set_etag(tag())
    response.headers["HX-PTag"] = tag()
    return response


def tag() -> str:
    """What a rendered board depends on beside its URL: the programme's revision, the language and the date."""
    return f"{current_viewer().programme.revision}.{language()}.{today()}"


def _own(frame: Frame, actor: Actor) -> dict[str, Any]:
    cycle = str(frame.running.number) if frame.running else ALL
    if actor.role is not Role.LEAD or actor.all_workstreams:
        return {"cycle": cycle}
    return {"cycle": cycle, "workstream": sorted(actor.workstreams)}


def _context(session: Session, frame: Frame) -> dict[str, Any]:
    viewer = current_viewer()
    filters, notices = read_filters(request.args, frame)
    here = board.cards(session, filters.cycle, language=language(), today=today(), zone=viewer.programme.zone)
    may = may_move(viewer.actor, frame)
    shown = arrangement.arrange(here, filters, frame, may, may_all=may == EVERYWHERE)
    cycle = frame.cycle(filters.cycle)
    return {
        "board": {
            **{name: getattr(shown, name) for name in ("columns", "lanes", "total", "shown", "owned", "shared")},
            "blocked_count": shown.blocked,
            "filters": filters,
            "cycle": cycle,
            "cycles": cycle_choices(frame, filters),
            "project_choices": choices(frame.projects.items(), filters.projects),
            "workstream_choices": choices(
                ((code, stream.name) for code, stream in frame.streams.items()), filters.workstreams
            ),
            "owner_choices": choices(
                ((owner, owner) for owner in sorted(frame.owners, key=swedish_order)), filters.owners
            ),
            "notices": notices,
            "is_filtered": filters.is_narrowed,
            "clear_url": url_for("board.show", cycle=filters.cycle, group=filters.group or None),
            "may": may,
            "is_read_only": not may,
            "revision": viewer.programme.revision,
            "changes_url": url_for("board.changes") + "?" + request.query_string.decode(),
        },
        "reasons": move_back_reasons(),
        "tag": tag(),
    }


def may_move(actor: Actor, frame: Frame) -> tuple[str, ...]:
    """The workstreams whose workflows the actor moves; `*` for all."""
    if actor.is_planner or (actor.role is Role.LEAD and actor.all_workstreams):
        return EVERYWHERE
    return tuple(code for code in frame.streams if actor.leads(code))
