"""The real application behind the real server, in a thread of the test process."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import waitress
from flask import Flask
from waitress import wasyncore


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serves the application on a free port of the loopback; gives its address without a closing slash."""
    sockets: dict[int, object] = {}
    # Browsers that are kept for the whole run keep six connections each.
    server = waitress.create_server(app, map=sockets, host="127.0.0.1", port=0, threads=4, connection_limit=1_000)
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
