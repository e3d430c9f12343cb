"""The poll that finds nothing new, against a bare Flask view that knows its reader and asks the same statement raw."""

from collections.abc import Callable

from flask import Flask, Response, session

from tests.bench.board import PATH, statements_of
from tests.bench.programme import HTMX, Served, ask

_CHANGES = PATH.replace("/board", "/board/changes")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application's answer, and a bare 304."""
    tag = served.get(PATH).headers["HX-PTag"]
    environ = served.environ(_CHANGES, HTMX | {"HX_PTag": tag})
    ((statement, parameters),) = statements_of(served.engine, lambda: ask(served.app, dict(environ)))
    connection = served.engine.raw_connection()
    cursor = connection.cursor()
    bare = Flask("bare")
    bare.secret_key = served.app.secret_key

    @bare.get("/board/changes")
    def changes() -> Response:
        assert session["_user_id"]
        cursor.execute(statement, parameters)
        cursor.fetchall()
        connection.rollback()
        return Response(status=304)

    assert ask(served.app, dict(environ)).status == ask(bare, dict(environ)).status == 304
    return {"app": lambda: ask(served.app, dict(environ)), "floor": lambda: ask(bare, dict(environ))}


def statements(served: Served) -> int:
    """How many SQL statements the poll sends."""
    return len(statements_of(served.engine, contenders(served)["app"]))
