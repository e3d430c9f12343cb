"""Cards as HTML, each drawn once for all who see it."""

import sys
from collections.abc import Callable, Collection, Hashable, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs

from flask import Flask, current_app, request, url_for
from markupsafe import Markup
from sqlmodel import Session

from tracker.db.engine import reading
from tracker.domain.states import STATES
from tracker.queries.board.cards import Card
from tracker.queries.board.usual_stays import usual_stays
from tracker.web.board.words import limit_words, over_words
from tracker.web.http.context import current_engine, current_programme, reading_session, today
from tracker.web.ui.formats import language, state_name
from tracker.web.ui.rendering import htmx
from tracker.web.ui.shared import part
from tracker.web.ui.translation import gettext

USUAL_STAYS = "tracker.usual_stays"
_PAGES_KEPT = 8  # by language and day; 5,000 cards take some 5 MB each
_EMPTY = Markup()


class CardWords(NamedTuple):
    """The words on a card, in the reader's language. `guest` is there for a card that the page's streams share."""

    move: str
    days: str
    blocked: str
    more: str
    waits: str
    states: tuple[str, ...]
    usual: tuple[int, ...]  # by state, the days within which 85 percent of finished work had left it
    long: str
    guest: str = ""


KeptHtml = dict[str, tuple[Card | None, Markup]]


def drawn_cards(cards: Iterable[Card], streams: Collection[str] | None = None) -> Markup:
    """The cards as HTML, for a board that is narrowed to these streams, else to those of the page that asks. Drawing is
    what costs with 5,000 of them, and nearly all are as they were.
    """
    words, link = _words(language(), _usual_days()), url_for("workflows.show", key="-")[:-1]
    guest_words = words._replace(guest=gettext("shared"))
    own, guest = ((kept_html(each, link), each, link) for each in (words, guest_words))
    streams = _streams_of_the_page() if streams is None else streams
    return Markup(  # noqa: S704 - each is Markup
        "".join([_drawn_once(card, *(guest if streams and _is_guest(card, streams) else own)) for card in cards])
    )


def _drawn_once(card: Card, kept: KeptHtml, words: CardWords, link: str) -> Markup:
    """A card as HTML, which depends on these three and on nothing else; kept until the card is another."""
    before, html = kept.get(card.key, (None, _EMPTY))
    if before is not card:
        if before != card:
            template: Any = current_app.jinja_env.get_template("board/_card.html").module
            html = Markup(template.drawn(card, words, link))  # noqa: S704 - a macro's
        kept[card.key] = card, html
    return html


@lru_cache(maxsize=_PAGES_KEPT)
def kept_html(_words: CardWords, _link: str) -> KeptHtml:
    """By key, cards as they were last drawn with these words."""
    return {}


@lru_cache(maxsize=_PAGES_KEPT)
def _words(_language: str, usual: tuple[int, ...]) -> CardWords:
    return CardWords(
        gettext("Move"),
        gettext("d"),
        gettext("Blocked"),
        gettext("+%(n)s more", n="%(n)s"),
        gettext("waits for %(codes)s", codes="%(codes)s"),
        tuple(state_name(state) for state in STATES),
        usual,
        gettext("longer than 85 percent of finished work"),
    )


def _usual_days() -> tuple[int, ...]:
    """Read once a day, in a session of its own: a card may be drawn while something is written."""
    day, kept = today(), cast("tuple[date | None, tuple[int, ...]]", current_app.extensions[USUAL_STAYS])
    if kept[0] != day:
        with _reading() as session:
            days = usual_stays(session, day, current_programme().zone)
        kept = day, tuple(days.get(state, sys.maxsize) for state in STATES)
        current_app.extensions[USUAL_STAYS] = kept
    return kept[1]


def _reading() -> AbstractContextManager[Session]:
    """The request's session where it only reads: who waits for a connection while it holds one may wait for ever."""
    return nullcontext(reading_session()) if request.method == "GET" else reading(current_engine())


def _part(*key: Hashable, caller: Callable[[], str]) -> Markup:
    """What a template calls with the lines between: a part that depends on the key and on what is recorded."""
    return part(key, caller)


def _streams_of_the_page() -> Collection[str]:
    """The workstreams that the board is narrowed to, also when it sends a form and gets cards back."""
    if "workstream" in request.args:
        return request.args.getlist("workstream")
    return parse_qs(htmx.here.query).get("workstream", ()) if htmx else ()


def _is_guest(card: Card, streams: Collection[str]) -> bool:
    return card.workstream not in streams and any(code in streams for code in card.shared)


def install(app: Flask) -> None:
    """Makes them a function of templates, with the words of columns."""
    app.extensions[USUAL_STAYS] = None, ()
    app.add_template_global(drawn_cards, "cards")
    app.add_template_global(_part, "part")
    for words in (limit_words, over_words):
        app.add_template_global(words)
