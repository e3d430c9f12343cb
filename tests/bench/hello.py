"""`python -m tests.bench.hello PORT`: a bare Flask view behind waitress as `tracker serve` sets it."""

import sys

import waitress
from flask import Flask

from tracker.web.http import connections
from tracker.web.server import LARGEST_REQUEST, THREADS


def main(port: int) -> None:
    """Serves until it is ended."""
    app = Flask("hello")
    app.add_url_rule("/hello", view_func=lambda: "hello")
    app.add_url_rule("/healthz", "healthz", lambda: "")
    waitress.serve(
        app,
        host="127.0.0.1",
        port=port,
        threads=THREADS,
        connection_limit=connections.MOST + 1,
        max_request_body_size=LARGEST_REQUEST,
        clear_untrusted_proxy_headers=True,
        ident=None,
        asyncore_use_poll=True,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
