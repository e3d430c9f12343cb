"""Answers that readers share: drawn and compressed once for all who would get the same, with slots for what is one
reader's own.

A compressed answer is one gzip member (RFC 1952). What is shared lies in it as deflated blocks made ahead, each after a
full flush, so that it refers to nothing before it. What is a reader's own lies between them in stored blocks, so that
no length tells anything of it (BREACH).
"""

import secrets
import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple, Self, TypeVar, cast
from weakref import WeakValueDictionary

from flask import Flask, Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from zlib_ng import zlib_ng

from tracker.domain.calendar import quarter_of
from tracker.web.http.assets import takes_gzip
from tracker.web.http.context import current_viewer, now
from tracker.web.ui.formats import isolated, language

_EXTENSION = "tracker.shared"
_MOST_BYTES = 12_000_000  # of what was asked for last: nothing is asked for again once more has been recorded
_LONGEST_KEY = 4_000  # characters; a longer address is asked for by nobody else
_OVERHEAD = 1_000  # bytes that the keeping itself takes, about
_LEVEL = 5  # of zlib-ng: as small as 6 on a board, in less than half of the time
_RAW = -15
_FLASHES = "_flashes"  # where Flask keeps what the next page says
_EDGE = "\0"  # of a slot's name: no text that anybody wrote holds it
_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_END = b"\x03\0"  # an empty last block
# What pages look at beside their address, and what polls hold.
_ASKED = ("HX-Request", "HX-Request-Type", "HX-Boosted", "HX-History-Restore-Request", "HX-PTag", "If-None-Match")


class Shared(NamedTuple):
    """Text that is nobody's own, compressed."""

    deflated: bytes
    checksum: int
    size: int

    @classmethod
    def of(cls, text: str) -> Self:
        """The text; it may not hold slots."""
        if _EDGE in text:
            raise ValueError("what one reader alone may see is in a part for all")
        raw = text.encode()
        compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _RAW)
        deflated = compressor.compress(raw) + compressor.flush(zlib_ng.Z_FULL_FLUSH)
        return cls(deflated, zlib_ng.crc32(raw), len(raw))

    @property
    def weight(self) -> int:
        """About the bytes that it takes to keep it."""
        return _OVERHEAD + len(self.deflated)


Piece = Shared | str  # a string names a slot


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer for all who ask for the same, in pieces."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]

    @property
    def weight(self) -> int:
        """About the bytes that it takes to keep it; 0 for what is not kept, such as a way to another page."""
        if self.status != HTTPStatus.OK:
            return 0
        return _OVERHEAD + sum(len(piece.deflated) for piece in self.pieces if isinstance(piece, Shared))

    def response(self) -> Response:
        """The answer for the request's reader, compressed where the browser takes that."""
        own = {name: _own(name).encode() for name in self.pieces if isinstance(name, str)}
        body = b"".join(self._gzip(own) if takes_gzip() else self._plain(own))
        response = Response(body, self.status, list(self.headers))
        if takes_gzip():
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    def _gzip(self, own: dict[str, bytes]) -> Iterator[bytes]:
        checksum = size = 0
        yield _HEAD
        for piece in self.pieces:
            if isinstance(piece, Shared):
                yield piece.deflated
                checksum = zlib_ng.crc32_combine(checksum, piece.checksum, piece.size)
                size += piece.size
            else:
                yield struct.pack("<BHH", 0, len(own[piece]), len(own[piece]) ^ 0xFFFF) + own[piece]
                checksum = zlib_ng.crc32(own[piece], checksum)
                size += len(own[piece])
        yield _END + struct.pack("<LL", checksum, size & 0xFFFFFFFF)

    def _plain(self, own: dict[str, bytes]) -> Iterator[bytes]:
        for piece in self.pieces:
            yield zlib.decompress(piece.deflated + _END, _RAW) if isinstance(piece, Shared) else own[piece]


AnyKept = TypeVar("AnyKept", Answer, Shared)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Answers:
    """What was made by a key, once though many ask at the same time. What was asked for the longest ago is let go."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, Answer | Shared] = OrderedDict()
        self._lock = threading.Lock()
        self._making: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()

    def found(self, key: Hashable) -> Answer | Shared | None:
        """What is kept by the key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def get(self, key: Hashable, make: Callable[[], AnyKept]) -> AnyKept:
        """What is kept by the key, or else is made now; kept if it is an answer that is whole, or a part."""
        found = self.found(key)
        if found is None:
            with self._lock:
                making = self._making.setdefault(key, threading.Lock())
            with making:
                found = self.found(key)
                if found is None:
                    made = make()
                    if 0 < made.weight <= self._most_bytes and len(repr(key)) <= _LONGEST_KEY:
                        self._keep(key, made)
                    return made
        return cast("AnyKept", found)

    def _keep(self, key: Hashable, made: "Answer | Shared") -> None:
        with self._lock:
            self._kept[key] = made
            self._bytes += made.weight
            while self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].weight


class _Drawing:
    """A page that is being drawn for all: its parts, and how many keys it has."""

    def __init__(self) -> None:
        self.parts: list[Shared] = []
        self.keys = 0


def install(app: Flask) -> None:
    """Gives the application a place for them, and templates the slots."""
    forget(app)
    app.add_template_global(slot)
    # In place of flask-wtf's, which stands in both: macros see the one, templates the other.
    app.add_template_global(_token, "csrf_token")
    app.context_processor(lambda: {"csrf_token": _token})


def forget(app: Flask) -> None:
    """Begins anew with nothing kept."""
    app.extensions[_EXTENSION] = Answers()


def answers() -> Answers:
    """What the application keeps."""
    return cast("Answers", current_app.extensions[_EXTENSION])


def shared(view: View) -> View:
    """A view whose answers to GET are kept by all that they may depend on: the address, what pages and polls say of
    themselves, the language, the reader's rights, and what has been recorded by which quarter of an hour. It may not
    look at anything else of its reader.
    """

    @wraps(view)
    def answer(**values: object) -> ResponseReturnValue:
        if _FLASHES in session:  # told to this reader, once
            return view(**values)
        return answers().get(_key(), lambda: _drawn(lambda: view(**values))).response()

    return cast("View", answer)


def part(key: Hashable, draw: Callable[[], str]) -> Markup:
    """A part that depends on less than its page: on the key and on what has been recorded, in the reader's language.
    Drawn and compressed once for all pages that show it; it holds nobody's own.
    """
    drawing = _drawing()
    if drawing is None:
        return Markup(draw())  # noqa: S704 - drawn by a template

    def drawn() -> Shared:
        g.shared = None
        try:
            return Shared.of(draw())
        finally:
            g.shared = drawing

    drawing.parts.append(answers().get((key, language(), *recorded()), drawn))
    return _marked(str(len(drawing.parts) - 1))


def slot(name: str) -> Markup:
    """What is the reader's own: the forms' `token`, their `name`, `now`, or a fresh `key` for a form that has not been
    sent yet; in an answer for all the slot for it.
    """
    drawing = _drawing()
    if drawing is None:
        return _own(name)
    if name == "key":
        drawing.keys += 1
        name += str(drawing.keys)
    return _marked(name)


def recorded() -> tuple[int, datetime | None, datetime]:
    """What has been recorded, in this very database, and by which quarter of an hour: no figure moves within one, and
    local days begin with one.
    """
    programme = current_viewer().programme
    return programme.revision, programme.recorded_at, quarter_of(now())


def _key() -> Hashable:
    viewer = current_viewer()
    rights = viewer.role, viewer.actor.workstreams, viewer.actor.all_workstreams
    asked = tuple(map(request.headers.get, _ASKED))
    return request.full_path, asked, rights, viewer.has_keys, viewer.has_announcements, language(), *recorded()


def _drawn(view: Callable[[], ResponseReturnValue]) -> Answer:
    g.shared = drawing = _Drawing()
    try:
        response = make_response(view())
    finally:
        g.shared = None
    if "csrf_token" in g:  # where flask-wtf keeps the one that it has made
        raise ValueError("a page for all has one reader's token in it")
    headers = tuple((name, value) for name, value in response.headers if name != "Content-Length")
    return Answer(response.status_code, headers, tuple(_pieces(response.get_data(as_text=True), drawing.parts)))


def _pieces(text: str, parts: Sequence[Shared]) -> Iterator[Piece]:
    for number, between in enumerate(text.split(_EDGE)):
        if number % 2:
            yield parts[int(between)] if between.isdigit() else between
        elif between:
            yield Shared.of(between)


def _drawing() -> _Drawing | None:
    return cast("_Drawing | None", g.get("shared"))


def _token() -> Markup:
    return slot("token")


def _marked(name: str) -> Markup:
    return Markup(f"{_EDGE}{name}{_EDGE}")  # noqa: S704 - a name of ours


def _own(name: str) -> Markup:
    match name:
        case "name":
            return isolated(current_viewer().name)
        case "token":
            text = generate_csrf()
        case "now":
            text = now().isoformat()
        case _:
            text = secrets.token_urlsafe(16)
    return Markup(text)  # noqa: S704 - made here
