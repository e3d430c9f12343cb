"""A database that is replaced behind a running process: what the process kept of the other is never shown again."""

import re
from datetime import timedelta

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine

from tests.applications import SetClock, own_app
from tests.bench.programme import HTMX, MARK, Served, cookie
from tests.databases import Databases, PostgresDatabases
from tests.web import people
from tracker.db.engine import make_engine

BOARD = "/board?cycle=all"
PAGES = (BOARD, f"{BOARD}&view=list", "/", "/charts", "/charts/cumulative-flow.json", "/cycles/2", "/cycles/2/review")
_EACH_TIME = re.compile(r'(?<=name="csrf_token" value=")[^"]+|(?<=X-CSRFToken": ")[^"]+|(?<=name="key" value=")[^"]+')


def test_nothing_of_another_database_is_shown(databases: Databases) -> None:
    engine = databases.restored(people.prepare)
    clock = SetClock(people.NOW)
    app = own_app(engine, clock)
    before = everything(app, engine, moved="LAB-001")
    replace(databases, engine)
    clock.at += timedelta(hours=1)
    now = everything(app, engine, moved="LAB-003")
    fresh = make_engine(engine.url.render_as_string(hide_password=False))
    assert revision(now[BOARD]) == revision(before[BOARD])
    assert now == everything(own_app(fresh, clock), fresh)
    assert now[BOARD] != before[BOARD]
    fresh.dispose()


def replace(databases: Databases, engine: Engine) -> None:
    """The database of the engine's address is another one, as new; on PostgreSQL the engine notices by itself."""
    if not isinstance(databases, PostgresDatabases):
        databases.restored(people.prepare)  # a file that is replaced is refused until a restart
        return
    name = str(engine.url.database)
    databases._drop(name)
    databases._copy(people.prepare, name)


def everything(app: Flask, engine: Engine, moved: str = "") -> dict[str, str]:
    """All pages for the planner, each asked for twice, after a move of theirs."""
    form_token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(MARK)
    planner = Served(app, engine, cookie(app, people.signed_in(engine, "planner")), str(form_token))
    if moved:
        fields = {"to": "test", "version": version(engine, moved), "key": moved, "reason": "other"}
        assert planner.post(f"/workflows/{moved}/move", fields, **HTMX).status == 200
    pages = [{path: planner.get(path) for path in PAGES} for _ in range(2)]
    assert {answer.status for each in pages for answer in each.values()} == {200}
    first, again = ({path: _EACH_TIME.sub("", answer.body.decode()) for path, answer in each.items()} for each in pages)
    assert first == again
    return again


def version(engine: Engine, key: str) -> int:
    """Of a workflow."""
    with engine.connect() as connection:
        found: int = connection.exec_driver_sql(f"SELECT version FROM workflow WHERE key = '{key}'").scalar_one()
        return found


def revision(board: str) -> str:
    """That a board is of."""
    found = re.search(r'data-revision="(\d+)"', board)
    assert found is not None
    return found[1]
