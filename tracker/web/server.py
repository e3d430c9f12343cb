"""The server in one process: waitress, stopped so that what was begun is finished."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import waitress
from sqlalchemy import Engine
from waitress import wasyncore
from waitress.server import BaseWSGIServer

from tracker.config import Settings
from tracker.db import upkeep
from tracker.domain.errors import N_, DatabaseError, TrackerError
from tracker.web.http import connections, logging
from tracker.web.http.connections import Connection
from tracker.web.opening import OpeningApp

THREADS = 12  # on SQLite: fewer than the connections of the engine's pool
LARGEST_REQUEST = 10_200_000  # what is larger is not even taken in; the application refuses at less, with a page
FINISH_WITHIN_S = 8.0
_LOOK_EVERY_S = 0.5


def serve(
    settings: Settings,
    engine: Engine,
    host: str,
    port: int,
    announce: Callable[[int], None],
    reason: TrackerError | None = None,
) -> None:
    """Serves until SIGTERM or Ctrl-C; `announce` is told the port once requests are taken. With a reason why
    PostgreSQL's database is not usable yet, it is waited for.
    """
    logging.set_up(settings)
    app = OpeningApp(settings, engine, reason)
    sockets: dict[int, Any] = {}
    try:
        waitress.create_server(app, map=sockets, **_adjustments(settings, engine, host, port))
    except OSError as error:
        raise DatabaseError(
            N_("Port %(port)s of %(host)s cannot be used: %(problem)s. Choose another with --port."),
            port=port,
            host=host,
            problem=error.strerror,
        ) from error
    servers = [
        each for each in sockets.values() if isinstance(each, BaseWSGIServer)
    ]  # one for each address of the host
    limits = connections.Limits(servers, sockets)
    with upkeep.kept_whole(engine), _stop_signals(servers[0]) as is_stopped:
        announce(servers[0].effective_port)
        while not is_stopped():
            limits.keep()
            wasyncore.loop(timeout=_LOOK_EVERY_S, use_poll=True, map=sockets, count=1)
        _finish(sockets)
        servers[0].task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(sockets, ignore_all=True)
    engine.dispose()


def _adjustments(settings: Settings, engine: Engine, host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "port": port,
        # One more than may wait for PostgreSQL is left for who needs no database.
        "threads": settings.database_pool + 1 if engine.dialect.name == "postgresql" else THREADS,
        "connection_limit": connections.MOST + 1,  # never reached while any can be let go
        "max_request_body_size": LARGEST_REQUEST,
        "clear_untrusted_proxy_headers": settings.proxy_hops == 0,
        "ident": None,
    }


@contextlib.contextmanager
def _stop_signals(server: BaseWSGIServer) -> Iterator[Callable[[], bool]]:
    """Tells whether somebody asked us to stop; a second time ends us at once."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if asked:
            raise SystemExit(1)
        asked.append(number)
        server.pull_trigger()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(sockets: dict[int, Any]) -> None:
    """Takes no new connections and answers what has come in; then, or when time is up, lets go of all."""
    for each in list(sockets.values()):
        if isinstance(each, BaseWSGIServer):
            each.accepting = False
            each.del_channel()
            each.socket.close()
    deadline = time.monotonic() + FINISH_WITHIN_S
    while time.monotonic() < deadline:
        channels = [each for each in list(sockets.values()) if isinstance(each, Connection)]
        for channel in channels:
            if _is_idle(channel):
                channel.handle_close()
        if all(not channel.connected for channel in channels):
            return
        wasyncore.loop(timeout=0.05, use_poll=True, map=sockets, count=1)


def _is_idle(channel: Connection) -> bool:
    return not channel.requests and not channel.request and not channel.total_outbufs_len
