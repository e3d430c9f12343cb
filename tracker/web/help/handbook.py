"""The handbook: Markdown that comes with the program, in the reader's language where there are two."""

from functools import cache
from pathlib import Path

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.config import HANDBOOK
from tracker.domain.errors import N_, NotFoundError
from tracker.web.help import markdown
from tracker.web.help.markdown import INDEX, ROOT, Page
from tracker.web.ui.formats import language
from tracker.web.ui.rendering import page

bp = Blueprint("handbook", __name__, url_prefix=ROOT.rstrip("/"))


@bp.get("/")
def index() -> ResponseReturnValue:
    """The contents of the handbook."""
    return _shown(INDEX)


@bp.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """One page of it."""
    known = {link.address for chapter in _page(INDEX, language()).chapters for link in chapter.links}
    if ROOT + name not in known:
        raise NotFoundError(N_("The handbook has no page %(name)s."), name=name)
    return _shown(name)


def _shown(name: str) -> ResponseReturnValue:
    tongue = language()
    return page(
        "help/handbook.html",
        handbook=_page(name, tongue),
        chapters=_page(INDEX, tongue).chapters,
        here=markdown.address(f"{name}.md"),
        is_index=name == INDEX,
        is_english=_file(name, tongue).parent == HANDBOOK,
    )


@cache
def _page(name: str, tongue: str) -> Page:
    return markdown.read(_file(name, tongue).read_text(encoding="utf-8"))


def _file(name: str, tongue: str) -> Path:
    """The page in the language, else in English, which all of them are in."""
    translated = HANDBOOK / tongue / f"{name}.md"
    return translated if translated.is_file() else HANDBOOK / f"{name}.md"
