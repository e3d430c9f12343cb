"""Markdown to HTML as it stands under `/help/`, with the anchors that the repository's page gives to headings."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from tracker.web.http import assets

ROOT = "/help/"
INDEX = "README"
PICTURES = "handbook"  # beneath the files that are served as they are
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_IN_NO_LIST = 1  # the level of an inline token in a paragraph of its own
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Link:
    """A way to a page of the handbook, or to a part of one."""

    address: str
    title: str
    is_english: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Links beneath a heading."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as HTML, with its sections, and the links of its lists by section."""

    title: str
    html: Markup
    sections: tuple[Link, ...]
    chapters: tuple[Chapter, ...]


def read(text: str) -> Page:
    """The page that the text is. HTML in it is shown as text."""
    tokens = _MARKDOWN.parse(text)
    _give_anchors(tokens)
    for token in tokens:
        for child in token.children or []:
            _turn(child)
    html = _MARKDOWN.renderer.render(list(_with_frames(tokens)), _MARKDOWN.options, {})
    sections = tuple(Link(f"#{heading.attrs['id']}", title) for heading, title in _headings(tokens, "h2"))
    return Page(
        title=next(title for _, title in _headings(tokens, "h1")),
        html=Markup(html),  # noqa: S704 - of files that come with the program, and without HTML of their own
        sections=sections,
        chapters=tuple(_chapters(tokens)),
    )


def address(link: str) -> str:
    """Where a link between the files leads under `/help/`; others stay as they are."""
    parts = urlsplit(link)
    path = PurePosixPath(parts.path)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    if parts.scheme or path.suffix not in {".md", ".png"}:
        return link
    if path.suffix == ".png":
        return assets.address(f"{PICTURES}/{path.name}")
    return f"{ROOT}{'' if path.stem == INDEX else path.stem}{fragment}"


def anchor(title: str) -> str:
    """The anchor that the repository's page gives to a heading."""
    return _NOT_IN_ANCHORS.sub("", title.lower()).replace(" ", "-")


def _give_anchors(tokens: list[Token]) -> None:
    taken: dict[str, int] = {}
    for heading, title in _headings(tokens, "h2", "h3"):
        name = anchor(title)
        taken[name] = taken.get(name, -1) + 1
        heading.attrs["id"] = f"{name}-{taken[name]}" if taken[name] else name


def _headings(tokens: list[Token], *tags: str) -> Iterator[tuple[Token, str]]:
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag in tags:
            yield token, _plain(inline)


def _turn(token: Token) -> None:
    """Point a link or a picture of the files to where it stands under `/help/`."""
    if token.type == "link_open":
        link = str(token.attrs["href"])
        token.attrs["href"] = address(link)
        if link.startswith("../"):  # out of the folder of a language
            token.attrs |= {"lang": "en", "hreflang": "en"}
    if token.type == "image":
        source = str(token.attrs["src"])
        width, height = _size(PurePosixPath(source).name)
        token.attrs |= {"src": address(source), "width": width, "height": height, "loading": "lazy"}


def _size(name: str) -> tuple[int, int]:
    """Width and height of a PNG, so that the text does not jump when it comes."""
    with (assets.FOLDER / PICTURES / name).open("rb") as file:
        width, height = struct.unpack(">16xII", file.read(24))
    return width, height


def _with_frames(tokens: list[Token]) -> Iterator[Token]:
    """Frame what may be wider than the window, tables and code, so that keys can scroll it."""
    title = ""
    for before, token in pairwise([Token("", "", 0), *tokens]):
        if before.type == "heading_open":
            title = _plain(token)
        if token.type == "th_open":
            token.attrs["scope"] = "col"
        if token.type in {"table_open", "fence"}:
            yield _raw(f'<div class="wide" role="group" tabindex="0" aria-label="{escape(title)}">')
        yield token
        if token.type in {"table_close", "fence"}:
            yield _raw("</div>")


def _raw(html: str) -> Token:
    return Token("html_block", "", 0, content=html)


def _chapters(tokens: list[Token]) -> Iterator[Chapter]:
    """The links of the lists, by the heading above them."""
    title, links = "", list[Link]()
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            if links:
                yield Chapter(title, tuple(links))
            title, links = _plain(token), []
        elif token.type == "inline" and before.type == "paragraph_open" and token.level > _IN_NO_LIST:
            links += _links(token)
    if links:
        yield Chapter(title, tuple(links))


def _links(inline: Token) -> Iterator[Link]:
    children = inline.children or []
    for opening, text in pairwise(children):
        if opening.type == "link_open":
            yield Link(str(opening.attrs["href"]), text.content, is_english="lang" in opening.attrs)


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])
