"""The poll that finds nothing new, against a bare Flask view that answers 304 to anybody."""

from collections.abc import Callable

from flask import Flask, Response

from tests.bench.board import PATH
from tests.bench.programme import HTMX, Served, ask

_CHANGES = PATH.replace("/board", "/board/changes")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application's answer, and a bare 304."""
    tag = served.get(PATH).headers["HX-PTag"]
    environ = served.environ(_CHANGES, HTMX | {"HX_PTag": tag})
    bare = Flask("bare")
    bare.add_url_rule("/board/changes", view_func=lambda: Response(status=304))
    assert ask(served.app, dict(environ)).status == ask(bare, dict(environ)).status == 304
    return {"app": lambda: ask(served.app, dict(environ)), "floor": lambda: ask(bare, dict(environ))}
