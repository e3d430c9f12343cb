"""The poll that finds nothing new, against a bare Flask answer."""

from collections.abc import Callable

from flask import Flask, Response

from tests.bench.board import PATH, statements_of
from tests.bench.programme import HTMX, Served, ask

_CHANGES = PATH.replace("/board", "/board/changes")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application's answer, and a bare 304."""
    tag = served.get(PATH).headers["HX-PTag"]
    bare = Flask("bare")
    bare.add_url_rule("/board/changes", view_func=lambda: Response(status=304))
    environ = served.environ(_CHANGES, HTMX | {"HX_PTag": tag})
    assert ask(served.app, dict(environ)).status == 304
    return {"app": lambda: ask(served.app, dict(environ)), "floor": lambda: ask(bare, dict(environ))}


def statements(served: Served) -> int:
    """How many SQL statements the poll sends."""
    return len(statements_of(served.engine, contenders(served)["app"]))
