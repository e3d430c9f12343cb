"""Rows of the table of blockers as HTML, each drawn once for all who see it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app, url_for
from markupsafe import Markup

from tracker.queries.blockers.list import BlockerListRow
from tracker.web.http.context import today
from tracker.web.ui.formats import language
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import category_word

_ROWS_KEPT = 10_000  # some 15 MB


class BlockerRowWords(NamedTuple):
    """What all rows share: words in the reader's language, links, and the year, which dates of other years name."""

    category: str
    owner: str
    decision: str
    workflows: str
    since: str
    age: str
    workflow_days: str
    days: str
    other_language: str
    blocker_link: str
    workflow_link: str
    year: int


def drawn_rows(rows: Iterable[BlockerListRow]) -> Markup:
    """The rows as HTML. Drawing is what costs with 2,000 of them, and nearly all are as they were."""
    words = BlockerRowWords(
        gettext("Category"),
        gettext("Owner"),
        gettext("Decision"),
        gettext("Workflows"),
        gettext("Since"),
        gettext("Age"),
        gettext("Workflows × days"),
        gettext("d"),
        "sv" if language() == "en" else "en",
        url_for("blocker.show", blocker_id=0)[:-1],
        url_for("workflows.show", key="-")[:-1],
        today().year,
    )
    return Markup("".join([drawn(row, category_word(row.category), words) for row in rows]))  # noqa: S704 - each is Markup


@lru_cache(maxsize=_ROWS_KEPT)
def drawn(row: BlockerListRow, category: str, words: BlockerRowWords) -> Markup:
    """A row as HTML, which depends on these three and on nothing else, so that it can be kept."""
    template: Any = current_app.jinja_env.get_template("blockers/_row.html").module
    return Markup(template.drawn(row, category.capitalize(), words))  # noqa: S704 - a macro's


def install(app: Flask) -> None:
    """Makes them a function of templates."""
    app.add_template_global(drawn_rows, "blocker_rows")
