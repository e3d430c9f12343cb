"""A test client that fails on any bad HTML that it is given."""

import secrets
import zlib
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

_LABELLED = {"input", "select", "textarea"}
_NEED_NO_LABEL = {"hidden", "submit", "button", "image", "reset"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Attributes = dict[str, str | None]


class Page(HTMLParser):
    """What the checks need to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels_for: set[str | None] = set()
        self.fields: list[tuple[str, Attributes, bool]] = []
        self.forms: list[tuple[Attributes, list[Attributes]]] = []
        self.elements: list[tuple[str, Attributes]] = []
        self.title = ""
        self.lang: str | None = None
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if (id_ := attributes.get("id")) is not None and "template" not in self._open:
            self.ids.append(id_)
        match tag:
            case "html":
                self.lang = attributes.get("lang")
            case "label":
                self.labels_for.add(attributes.get("for"))
            case "form":
                self.forms.append((attributes, []))
        if tag in _LABELLED:
            self.fields.append((tag, attributes, "label" in self._open))
        if tag in {*_LABELLED, "button"} and "form" in self._open:
            self.forms[-1][1].append(attributes)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data
        if self._open and self._open[-1] in {"script", "style"}:
            is_data = self.elements[-1][1].get("type") == "application/json"
            assert is_data or not data.strip(), f"inline: {data[:80]}"
            return
        self.texts.append(data)

    @property
    def text(self) -> str:
        """What can be read, in one line."""
        return " ".join(" ".join(self.texts).split())


def check_part(page: Page) -> None:
    """What holds for a part of a page too."""
    twice = {id_ for id_ in page.ids if page.ids.count(id_) > 1}
    assert not twice, f"ids used twice: {twice}"
    for tag, attributes in page.elements:
        inline = [name for name in attributes if name.startswith(("on", "hx-on")) or name == "style"]
        assert not inline, f"<{tag}> has {inline}"
        assert tag != "style", "a style element"
    for tag, attributes, is_inside_label in page.fields:
        if tag == "input" and attributes.get("type") in _NEED_NO_LABEL:
            continue
        has_name = is_inside_label or attributes.get("aria-label") or attributes.get("aria-labelledby")
        assert has_name or attributes.get("id") in page.labels_for, f"<{tag}> {attributes} has no label"
    for attributes, fields in page.forms:
        check_form(attributes, fields)


def check_form(attributes: Attributes, fields: list[Attributes]) -> None:
    """A form says where it goes (or script does, for one that starts hidden), and a POST carries its token."""
    method = (attributes.get("method") or "get").lower()
    if method == "post":
        assert any(field.get("name") == "csrf_token" and field.get("value") for field in fields), (
            f"the form {attributes} has no csrf_token"
        )
    if method == "get":
        assert attributes.get("action"), f"the form {attributes} says not where it goes"


def check_page(page: Page) -> None:
    """What holds for a whole page."""
    check_part(page)
    assert page.title.strip(), "no title"
    assert page.lang in {"sv", "en"}, f"lang is {page.lang!r}"
    assert sum(tag == "h1" for tag, _ in page.elements) == 1, "not exactly one h1"
    assert sum(tag == "main" for tag, _ in page.elements) == 1, "not exactly one main"


def text_of(response: TestResponse) -> str:
    """What was sent, compressed or not; if so in one gzip member, for of two a browser shows the first alone."""
    if response.headers.get("Content-Encoding") != "gzip":
        return response.text
    member = zlib.decompressobj(31)
    text = member.decompress(response.get_data())
    assert (member.eof, member.unused_data) == (True, b""), "not one gzip member"
    return text.decode()


class PageClient(FlaskClient):
    """Checks every answer: HTML that holds together, and the headers that all answers carry."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - Flask's signature
        kwargs.setdefault("buffered", True)  # files are closed
        response = super().open(*args, **kwargs)
        policy = response.headers.get("Content-Security-Policy", "")
        assert policy.startswith("default-src 'none'; script-src 'self';"), policy
        assert response.headers["Cache-Control"] == "no-store" or response.request.path.startswith(
            ("/static/", "/favicon.ico", "/calendar.ics")
        )
        if response.mimetype == "text/html" and response.get_data() and not response.location:
            html = text_of(response)
            (check_page if "<html" in html else check_part)(Page(html))
        return response

    def page(self, path: str, **kwargs: Any) -> Page:  # noqa: ANN401 - as `get`
        """The page at a path, which has to be there."""
        response = self.get(path, **kwargs)
        assert response.status_code == 200, f"{path}: {response.status}"
        return Page(response.text)

    def token(self, base_url: str = "http://localhost") -> str:
        """A form token of this browser, as any page would hold it."""
        with self.session_transaction(base_url=base_url) as session:
            mark = session.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token").dumps(mark))

    def submit(self, path: str, fields: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:  # noqa: ANN401
        """A form sent with its token."""
        return self.post(path, data={"csrf_token": self.token(), **(fields or {})}, **kwargs)
