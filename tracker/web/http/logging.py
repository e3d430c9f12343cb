"""Log lines as JSON, one per request, without personal data: routes instead of addresses, no names, no values.

An exception is logged by its kind and the places in the code that it passed, never by its message, which may quote
what somebody wrote.
"""

import logging
import secrets
import sys
import time
import traceback
from types import TracebackType

from flask import Flask, Request, Response, g, request
from pythonjsonlogger.json import JsonFormatter
from werkzeug.routing import MapAdapter

from tracker import security_log
from tracker.config import Settings
from tracker.web.http.addresses import is_for_any_host

log = logging.getLogger("tracker")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset(
    {"board.changes", "review.changes", "health.process", "health.database", "assets.static", "assets.favicon"}
)


class Formatter(JsonFormatter):
    """One JSON object per line."""

    def __init__(self) -> None:
        super().__init__(security_log.FORMAT, rename_fields=security_log.NAMES, timestamp="time")

    def formatException(  # noqa: N802 - the library's name
        self,
        ei: tuple[type[BaseException] | None, BaseException | None, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Kind and places; no message."""
        kind, _error, trace = ei
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([*places, kind.__name__ if kind else "?"])


def set_up(settings: Settings) -> None:
    """Sends all log lines of the process to standard error, and those about security to their file if there is one."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    log.setLevel(settings.log_level.upper())
    security_log.set_up(settings.security_log)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news


class Application(Flask):
    """Flask, but it does not log addresses, and probes are answered on any host."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What matches the request's path; a host that is not ours is refused here."""
        if request is not None and is_for_any_host(request, self.config["TRUSTED_HOSTS"] or ()):
            return self.url_map.bind_to_environ(request.environ, server_name="localhost", subdomain="")
        return super().create_url_adapter(request)

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """What could not be handled; the address is in no log line."""
        log.error("failed", exc_info=exc_info, extra=_about_request())


def install(app: Flask) -> None:
    """Numbers requests and logs each when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id, g.began = secrets.token_hex(8), time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    level = logging.DEBUG if request.endpoint in _QUIET else logging.INFO
    taken = round((time.perf_counter() - g.began) * 1000, 1)
    log.log(level, "request", extra=_about_request() | {"status": response.status_code, "duration_ms": taken})
    return response


def _about_request() -> dict[str, object]:
    return {
        "request_id": g.get("request_id"),
        "method": request.method if request.method in _METHODS else "?",
        "route": request.url_rule.rule if request.url_rule else None,
    }
