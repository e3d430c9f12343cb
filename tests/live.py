"""The real application behind the real server, in a thread of the test process."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import waitress
from flask import Flask
from waitress import wasyncore

LATE = "TRACKER_TEST_LATE"


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def late(app: Flask) -> WSGIApplication:
    """The application as it is; after `pytest --late`, scripts and answers come so late, and the rest of an answer
    later still: a test that does not wait for what it looks at fails then."""
    seconds = float(os.environ.get(LATE, "0"))

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/static/"):
            time.sleep(seconds if environ["PATH_INFO"].endswith(".js") else 0)
            return app(environ, start_response)
        time.sleep(seconds)
        return in_two(app(environ, start_response))

    def in_two(body: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for number, piece in enumerate(body):
                yield piece[:1]
                time.sleep(0 if number else seconds)
                yield piece[1:]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer if seconds else app


@contextlib.contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serves the application on a free port of the loopback; gives its address without a closing slash."""
    sockets: dict[int, object] = {}
    # Browsers that are kept for the whole run keep six connections each.
    server = waitress.create_server(late(app), map=sockets, host="127.0.0.1", port=0, threads=4, connection_limit=1_000)
    thread = threading.Thread(target=server.run, name="live server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Closed in its own loop: closed from here, the loop would stumble over sockets that are gone.
        with contextlib.suppress(OSError):  # the loop may have ended by itself
            server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets, ignore_all=True))
        thread.join()
        server.task_dispatcher.shutdown()
