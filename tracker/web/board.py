"""The board: to read, and to follow what others do."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tracker.domain.calendar import local_date
from tracker.domain.people import Actor
from tracker.domain.states import CycleStatus, Role
from tracker.queries import arrangement, board
from tracker.queries.arrangement import GROUPS, Filters, swedish_order
from tracker.queries.board import ALL, NONE, Card, Frame
from tracker.web.context import current_viewer, now, reading_session
from tracker.web.formats import language
from tracker.web.rendering import page
from tracker.web.translation import gettext
from tracker.web.words import move_back_reasons

bp = Blueprint("board", __name__)

VIEWS = ("board",)
EVERYWHERE = ("*",)
_KNOWN = {"cycle", "workstream", "project", "owner", "blocked", "q", "group", "view"}
_LONGEST_SEARCH = 2_000
_CYCLE_NUMBER = re.compile(r"[0-9]{1,6}")
_CARDS_KEPT = 20_000  # some 20 MB


class Choice(NamedTuple):
    """An option of a filter."""

    value: str
    label: str
    is_chosen: bool


@bp.get("/")
def home() -> ResponseReturnValue:
    """The board is the first page there is."""
    return redirect(url_for(".show"))


@bp.get("/board")
def show() -> ResponseReturnValue:
    """The board that the URL asks for; without parameters the viewer's own."""
    session = reading_session()
    frame = board.frame(session, language=language(), today=_today())
    if not request.args:
        return redirect(url_for(".show", **_own(frame, current_viewer().actor)))
    response = page("board/board.html", **_context(session, frame))
    response.headers["HX-PTag"] = tag()
    return response


@bp.get("/board/changes")
def changes() -> ResponseReturnValue:
    """The board's columns anew, or 304 when nothing has changed since the tag that the reader holds."""
    if request.headers.get("HX-PTag") == tag():
        return Response(status=304)
    session = reading_session()
    frame = board.frame(session, language=language(), today=_today())
    response = page("board/board.html", "columns", **_context(session, frame))
    response.headers["HX-PTag"] = tag()
    return response


class Words(NamedTuple):
    """The words on a card, in the reader's language."""

    move: str
    days: str
    blocked: str
    more: str


@bp.app_template_global("cards")
def drawn_cards(cards: Iterable[Card]) -> Markup:
    """The cards as HTML. Drawing is what costs with 5,000 of them, and nearly all are as they were."""
    words = Words(gettext("Move"), gettext("d"), gettext("Blocked"), gettext("+%(n)s more", n="%(n)s"))
    link = url_for("workflows.show", key="-")[:-1]
    return Markup("").join([drawn(card, words, link) for card in cards])


@lru_cache(maxsize=_CARDS_KEPT)
def drawn(card: Card, words: Words, link: str) -> Markup:
    """A card as HTML, which depends on these three and on nothing else, so that it can be kept."""
    template: Any = current_app.jinja_env.get_template("board/_card.html").module
    return Markup(template.drawn(card, words, link))  # noqa: S704 - a macro's


def tag() -> str:
    """What a rendered board depends on beside its URL: the programme's revision, the language and the date."""
    return f"{current_viewer().programme.revision}.{language()}.{_today()}"


def _today() -> Any:
    return local_date(now(), current_viewer().programme.zone)


def _own(frame: Frame, actor: Actor) -> dict[str, Any]:
    cycle = str(frame.running.number) if frame.running else ALL
    if actor.role is not Role.LEAD or actor.all_workstreams:
        return {"cycle": cycle}
    return {"cycle": cycle, "workstream": sorted(actor.workstreams)}


def _context(session: Session, frame: Frame) -> dict[str, Any]:
    viewer = current_viewer()
    filters, notices = read_filters(request.args, frame)
    here = board.cards(session, filters.cycle, language=language(), today=_today(), zone=viewer.programme.zone)
    owners = sorted({card.owner for card in here if card.owner} | set(filters.owners), key=swedish_order)
    may = may_move(viewer.actor, frame)
    shown = arrangement.arrange(here, filters, frame, may, may_all=may == EVERYWHERE)
    cycle = frame.cycle(filters.cycle)
    return {
        "board": {
            **{name: getattr(shown, name) for name in ("columns", "lanes", "total", "shown", "owned", "shared")},
            "blocked_count": shown.blocked,
            "filters": filters,
            "cycle": cycle,
            "cycles": _cycle_choices(frame, filters),
            "project_choices": _choices(frame.projects.items(), filters.projects),
            "workstream_choices": _choices(
                ((code, stream.name) for code, stream in frame.streams.items()), filters.workstreams
            ),
            "owner_choices": _choices(((owner, owner) for owner in owners), filters.owners),
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


def read_filters(args: MultiDict[str, str], frame: Frame) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    notices: list[str] = []

    def ignored(name: str, value: str) -> None:
        notices.append(gettext("The filter %(name)s=%(value)s means nothing here and was left out.",
                               name=name, value=value[:80]))  # fmt: skip

    def known(name: str, values: Any) -> tuple[str, ...]:
        chosen = dict.fromkeys(value for value in args.getlist(name) if value)
        for value in chosen:
            if value not in values:
                ignored(name, value)
        return tuple(value for value in chosen if value in values)

    def one(name: str, values: Any, default: str) -> str:
        chosen = known(name, values)
        return chosen[-1] if chosen else default

    for name in args:
        if name not in _KNOWN:
            ignored(name, args[name])
    default_cycle = str(frame.running.number) if frame.running else ALL
    numbers = {str(cycle.number) for cycle in frame.cycles}
    filters = Filters(
        cycle=one("cycle", {ALL, NONE, *numbers}, default_cycle),
        workstreams=known("workstream", frame.streams),
        projects=known("project", frame.projects),
        owners=tuple(dict.fromkeys(value for value in args.getlist("owner") if value)),
        blocked=bool(one("blocked", ("1", "true", "yes", "on"), "")),
        q=args.get("q", "").strip()[:_LONGEST_SEARCH],
        group=one("group", GROUPS, ""),
        view=one("view", VIEWS, "board"),
    )
    return filters, notices


def _cycle_choices(frame: Frame, filters: Filters) -> list[Choice]:
    words = {
        CycleStatus.DRAFT: gettext("draft"),
        CycleStatus.RUNNING: gettext("running"),
        CycleStatus.CLOSED: gettext("closed"),
    }
    choices = [
        (str(cycle.number), gettext("Cycle %(number)s, %(status)s", number=cycle.number, status=words[cycle.status]))
        for cycle in reversed(frame.cycles)
    ]
    choices += [(ALL, gettext("All cycles")), (NONE, gettext("Backlog"))]
    return _choices(choices, (filters.cycle,))


def _choices(pairs: Any, chosen: tuple[str, ...]) -> list[Choice]:
    return [Choice(value, label, value in chosen) for value, label in pairs]
