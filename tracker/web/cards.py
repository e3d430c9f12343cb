"""Cards as HTML, each drawn once for all who see it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app, url_for
from markupsafe import Markup

from tracker.queries.board import Card
from tracker.web.translation import gettext
from tracker.web.words import limit_words, over_words

_CARDS_KEPT = 20_000  # some 20 MB


class Words(NamedTuple):
    """The words on a card, in the reader's language."""

    move: str
    days: str
    blocked: str
    more: str


def drawn_cards(cards: Iterable[Card]) -> Markup:
    """The cards as HTML. Drawing is what costs with 5,000 of them, and nearly all are as they were."""
    words = Words(gettext("Move"), gettext("d"), gettext("Blocked"), gettext("+%(n)s more", n="%(n)s"))
    link = url_for("workflows.show", key="-")[:-1]
    return Markup("".join([drawn(card, words, link) for card in cards]))  # noqa: S704 - each is Markup


@lru_cache(maxsize=_CARDS_KEPT)
def drawn(card: Card, words: Words, link: str) -> Markup:
    """A card as HTML, which depends on these three and on nothing else, so that it can be kept."""
    template: Any = current_app.jinja_env.get_template("board/_card.html").module
    return Markup(template.drawn(card, words, link))  # noqa: S704 - a macro's


def install(app: Flask) -> None:
    """Makes them a function of templates, with the words of columns."""
    app.add_template_global(drawn_cards, "cards")
    for words in (limit_words, over_words):
        app.add_template_global(words)
