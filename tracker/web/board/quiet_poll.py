"""The poll that finds nothing new, answered before the application wakes: every reader asks every two seconds."""

import logging
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from itsdangerous import BadSignature
from sqlalchemy import String, bindparam, extract, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from werkzeug.http import parse_cookie

from tracker.clock import real_now
from tracker.commands.accounts.sign_ins import LONGEST, token_hash
from tracker.db import models
from tracker.db.engine import require_answering
from tracker.domain.calendar import local_date
from tracker.domain.errors import TrackerError
from tracker.web.http.context import Installation
from tracker.web.http.logging import log
from tracker.web.security import sessions
from tracker.web.security.requests import HEADERS
from tracker.web.security.session_cookies import is_within
from tracker.web.ui.live import PageVersion

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PATH = re.compile(r"/(?:board|cycles/\d+/review)/changes", re.ASCII)
_A_SECOND = timedelta(seconds=1)


class QuietPoll:
    """Answers 304 when all that the reader's page depends on is as the reader has it; leaves all else to the
    application, whose own answer would be the same.
    """

    def __init__(self, app: Flask, installation: Installation) -> None:
        self._next: WSGIApplication = app.wsgi_app
        self._app = app
        self._clock = installation.clock
        self._zone = installation.programme.zone
        self._engine = installation.engine
        # Sent as text past SQLAlchemy, which would take longer than all the rest.
        statement = _READER.compile(installation.engine)
        self._statement, self._is_positional = str(statement), statement.positional
        self._cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """WSGI."""
        if not _PATH.fullmatch(environ["PATH_INFO"]) or not self._is_quiet(environ):
            return self._next(environ, start_response)
        headers = [
            *HEADERS.items(),
            ("Cache-Control", "no-store"),
            ("Vary", "HX-Request, Cookie"),
            ("X-Request-ID", secrets.token_hex(8)),
        ]
        start_response("304 NOT MODIFIED", headers)
        return ()

    def _is_quiet(self, environ: "WSGIEnvironment") -> bool:
        tag = PageVersion.read(environ.get("HTTP_HX_PTAG", ""))
        if tag is None or log.isEnabledFor(logging.DEBUG):
            return False
        token = self._token(environ)
        if token is None:
            return False
        row = self._reader(token_hash(token))
        if row is None:
            return False
        revision, language, signed_in_at = row
        return (
            is_within(real_now() - datetime.fromtimestamp(int(signed_in_at), UTC), LONGEST)
            and tag.revision == revision
            and tag.language == (language or tag.language)
            and tag.day == local_date(self._clock.now(), self._zone)
            and tag.assets == self._app.config["ASSETS_DIGEST"]
        )

    def _reader(self, hashed: str) -> tuple[int, str | None, float] | None:
        """One statement in one round trip: in no transaction, and not asking first whether the server is there."""
        try:
            require_answering(self._engine)
            connection = self._engine.raw_connection()
        except (SQLAlchemyError, TrackerError):
            return None
        try:
            cursor = connection.cursor()
            cursor.execute(self._statement, (hashed,) if self._is_positional else {"token_hash": hashed})
            return cast("tuple[int, str | None, float] | None", cursor.fetchone())
        except self._engine.dialect.loaded_dbapi.Error:
            connection.invalidate()  # the application asks anew, and says what is wrong
            return None
        finally:
            connection.close()

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
        return token if is_within(real_now() - datetime.fromtimestamp(active_at, UTC), sessions.IDLE) else None


def install(app: Flask, installation: Installation) -> None:
    """Puts it in front of the application."""
    app.wsgi_app = QuietPoll(app, installation)  # type: ignore[method-assign]


# Who reads, by the hash of their sign-in: the programme's revision, their language, and since when (epoch seconds).
_READER = (
    select(
        col(models.Programme.revision),
        col(models.User.language),
        extract("epoch", col(models.SignIn.signed_in_at)),
    )
    .select_from(models.SignIn)
    .join(models.User, col(models.User.id) == col(models.SignIn.user_id))
    .join(models.Programme, true())
    .where(col(models.SignIn.token_hash) == bindparam("token_hash", type_=String), col(models.User.is_active))
)
