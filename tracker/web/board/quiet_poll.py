"""Polls answered before the application wakes: every reader asks every two seconds, and either nothing is new or what
is was told to others already.
"""

import logging
import re
import secrets
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask
from itsdangerous import BadSignature
from sqlalchemy import String, bindparam, extract, func, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from werkzeug.http import parse_cookie

from tracker.clock import real_now
from tracker.commands.accounts.sign_ins import LONGEST, token_hash
from tracker.db import models
from tracker.db.columns import columns
from tracker.db.engine import require_answering
from tracker.domain.calendar import local_date
from tracker.domain.errors import TrackerError
from tracker.domain.people import Actor
from tracker.domain.states import Role
from tracker.web.board.shared_answers import SHARED, Answer, Shared, SharedAnswers, rights
from tracker.web.http.context import Installation
from tracker.web.http.logging import log
from tracker.web.security import sessions
from tracker.web.security.requests import HEADERS
from tracker.web.security.session_cookies import is_within
from tracker.web.ui.live import VERSION, PageVersion

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_BOARD = "/board/changes"
_PATH = re.compile(rf"{_BOARD}|/cycles/\d+/review/changes", re.ASCII)
_REQUEST_ID = "X-Request-ID"
_A_SECOND = timedelta(seconds=1)
_NOTHING_NEW = Answer(
    "304 NOT MODIFIED", [*HEADERS.items(), ("Cache-Control", "no-store"), ("Vary", "HX-Request, Cookie")], b""
)


class Reader(NamedTuple):
    """Who reads, as it stands now, at which state of the programme."""

    revision: int
    recorded: int | None
    language: str | None
    signed_in_at: float
    actor_id: int
    role: str
    all_workstreams: bool
    workstreams: str | None

    @property
    def actor(self) -> Actor:
        """The reader with their rights."""
        codes = frozenset((self.workstreams or "").split())
        return Actor(self.actor_id, "", Role(self.role), codes, bool(self.all_workstreams))


class QuietPoll:
    """Answers 304 when all that the reader's page depends on is as the reader has it, and what has changed since when
    that is kept; leaves all else to the application, whose own answer would be the same.
    """

    def __init__(self, app: Flask, installation: Installation) -> None:
        self._next: WSGIApplication = app.wsgi_app
        self._app = app
        self._clock = installation.clock
        self._zone = installation.programme.zone
        self._engine = installation.engine
        self._answers, self._pool = SharedAnswers(), installation.engine.pool
        # Sent as text past SQLAlchemy, which would take longer than all the rest.
        statement = _READER.compile(installation.engine, compile_kwargs={"render_postcompile": True})
        self._statement, self._is_positional = str(statement), statement.positional
        self._cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """WSGI."""
        tag = self._tag(environ)
        reader = self._reader(environ) if tag is not None else None
        if tag is None or reader is None:
            return self._next(environ, start_response)
        now = PageVersion(
            reader.revision,
            int(reader.recorded or 0),
            reader.language or tag.language,
            local_date(self._clock.now(), self._zone),
            self._app.config["ASSETS_DIGEST"],
        )
        if tag == now:
            return _sent(_NOTHING_NEW, start_response)
        if not _may_be_shared(environ) or not tag.is_followed_by(now):
            return self._next(environ, start_response)
        asked = environ.get("QUERY_STRING"), environ.get("HTTP_HOST"), environ.get("HTTP_ACCEPT_ENCODING")
        key = tag, now, rights(reader.actor), asked
        return self._shared(key, reader, str(now), environ, start_response)

    def _shared(
        self, key: Hashable, reader: Reader, version: str, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """The answer that is kept; without one the application's, which is kept when it may be."""
        if self._pool is not self._engine.pool:  # another database
            self._answers.clear()
            self._pool = self._engine.pool
        kept = self._answers.get(key, reader.actor_id)
        if kept is not None:
            return _sent(kept, start_response)
        begun: list[Any] = []

        def note(*about: object) -> Callable[[bytes], object]:
            begun[:] = about
            return _write

        with self._answers.made_once(key):
            kept = self._answers.get(key, reader.actor_id)
            if kept is not None:
                return _sent(kept, start_response)
            body = self._next(environ, note)
            shared: Shared | None = environ.get(SHARED)
            headers = dict(begun[1])
            is_alike = headers.get(VERSION) == version and "Set-Cookie" not in headers
            if shared is not None and shared.rights == rights(reader.actor) and is_alike:
                whole = b"".join(body)
                getattr(body, "close", _close)()
                kept = Answer(begun[0], [each for each in begun[1] if each[0] != _REQUEST_ID], whole)
                self._answers.keep(key, reader.actor_id, shared.writers, kept)
                body = [whole]
        start_response(*begun)
        return body

    def _tag(self, environ: "WSGIEnvironment") -> PageVersion | None:
        """The version that the reader of a live page holds; none of any other request."""
        if not _PATH.fullmatch(environ["PATH_INFO"]) or log.isEnabledFor(logging.DEBUG):
            return None
        return PageVersion.read(environ.get("HTTP_HX_PTAG", ""))

    def _reader(self, environ: "WSGIEnvironment") -> Reader | None:
        """Who is signed in. One statement in one round trip: in no transaction, and not asking first whether the server
        is there.
        """
        token = self._token(environ)
        if token is None:
            return None
        hashed = token_hash(token)
        try:
            require_answering(self._engine)
            connection = self._engine.raw_connection()
        except (SQLAlchemyError, TrackerError):
            return None
        try:
            cursor = connection.cursor()
            cursor.execute(self._statement, (hashed,) if self._is_positional else {"token_hash": hashed})
            row = cursor.fetchone()
        except self._engine.dialect.loaded_dbapi.Error:
            connection.invalidate()  # the application asks anew, and says what is wrong
            return None
        finally:
            connection.close()
        reader = Reader(*row) if row is not None else None
        if reader is None or not is_within(_age(reader.signed_in_at), LONGEST):
            return None
        return reader

    def _token(self, environ: "WSGIEnvironment") -> str | None:
        """The token of a sign-in that has not been idle for too long."""
        cookie = parse_cookie(environ).get(self._app.config["SESSION_COOKIE_NAME"], "")
        try:
            session: dict[str, Any] = self._cookies.loads(cookie, max_age=int(LONGEST / _A_SECOND))
        except BadSignature:
            return None
        token, active_at = session.get("_user_id"), session.get(sessions.ACTIVE_AT)
        if not isinstance(token, str) or not isinstance(active_at, int):
            return None
        return token if is_within(_age(active_at), sessions.IDLE) else None


def _age(stamp: float) -> timedelta:
    return real_now() - datetime.fromtimestamp(int(stamp), UTC)


def _may_be_shared(environ: "WSGIEnvironment") -> bool:
    is_plain = environ["REQUEST_METHOD"] == "GET" and "HTTP_IF_NONE_MATCH" not in environ
    return is_plain and environ["PATH_INFO"] == _BOARD


def _sent(answer: Answer, start_response: "StartResponse") -> Iterable[bytes]:
    start_response(answer.status, [*answer.headers, (_REQUEST_ID, secrets.token_hex(8))])
    return (answer.body,) if answer.body else ()


def _close() -> None:
    """What a body without resources has to let go of."""


def _write(_data: bytes) -> None:
    """What an application may write to instead of returning a body; ours never does."""


def install(app: Flask, installation: Installation) -> None:
    """Puts it in front of the application."""
    app.wsgi_app = QuietPoll(app, installation)  # type: ignore[method-assign]


_STREAMS = (
    select(func.aggregate_strings(col(models.UserWorkstream.workstream_code), " "))
    .where(col(models.UserWorkstream.user_id) == col(models.User.id))
    .correlate(models.User)
    .scalar_subquery()
)
# A `Reader` by the hash of their sign-in; instants in epoch seconds.
_READER = (
    select(
        col(models.Programme.revision),
        extract("epoch", col(models.Programme.last_recorded_at)),
        col(models.User.language),
        extract("epoch", col(models.SignIn.signed_in_at)),
        *columns(models.User, ("actor_id", "role", "all_workstreams")),
        _STREAMS,
    )
    .select_from(models.SignIn)
    .join(models.User, col(models.User.id) == col(models.SignIn.user_id))
    .join(models.Programme, true())
    .where(col(models.SignIn.token_hash) == bindparam("token_hash", "", String), col(models.User.is_active))
)
