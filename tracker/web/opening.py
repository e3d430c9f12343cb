"""An application that may start before its database server does: until that is there, every page says so."""

import logging
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from tracker.commands.programme import installation
from tracker.config import Settings
from tracker.db import postgres
from tracker.domain.errors import TrackerError
from tracker.web.app import create_app, waiting_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TRIED_EVERY_S = 0.5
_log = logging.getLogger("tracker.database")


class OpeningApp:
    """The application on the engine's database; with a reason why that is not usable yet, as soon as it is."""

    def __init__(self, settings: Settings, engine: Engine, reason: TrackerError | None = None) -> None:
        self._settings, self._engine = settings, engine
        self._problem = ""
        self._app: WSGIApplication
        try:
            if reason is None:
                self._app = create_app(settings, engine)
                return
        except postgres.ERRORS as error:  # it has gone since it was found usable
            reason = postgres.passing(error)
            if reason is None:
                raise
        self._app = waiting_app(settings, engine)
        self._tell(reason)
        threading.Thread(target=self._keep_trying, name="opening", daemon=True).start()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """WSGI."""
        return self._app(environ, start_response)

    def _keep_trying(self) -> None:
        pause = threading.Event()
        while not pause.wait(TRIED_EVERY_S):
            try:
                installation.make_usable(self._engine, self._settings, say=_log.warning)
                self._app = create_app(self._settings, self._engine)
            except postgres.ERRORS as error:
                self._tell(error)
            else:
                _log.warning("the database is there")
                return

    def _tell(self, problem: Exception) -> None:
        """The operator, whenever it is another problem than before."""
        before, self._problem = self._problem, str(problem)
        if before != self._problem:
            _log.error("the database cannot be used yet", extra={"cause": self._problem})
