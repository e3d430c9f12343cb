"""A move as the board sends it, against a bare Flask view that writes the same rows in one durable transaction."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, request

from tests.bench.board import statements_of
from tests.bench.programme import HTMX, Served, ask, key
from tracker.db.engine import database_file

_CARD = 5  # has not begun
_STATES = ("design", "validation", "test")
_WRITES = ("INSERT", "UPDATE")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application's move and the bare one, each of a card of its own; on PostgreSQL only the application's."""
    moves = _moves(served)
    file = database_file(served.engine)
    if file is None:
        return {"app": lambda: next(moves)}
    written = statements_of(served.engine, lambda: next(moves))
    tables = [statement.split()[1 + statement.startswith("INSERT")] for statement, _ in written
              if statement.startswith(_WRITES)]  # fmt: skip
    assert sorted(tables) == ["answer", "entry", "programme", "state_change", "workflow"], "the floor writes others"
    bare = _bare(file)
    numbers = itertools.count()
    body = next(moves)

    def floor() -> object:
        number = next(numbers)
        fields = {"to": _STATES[number % 3], "key": f"bare-{number}", "body": body}
        answer = ask(bare, served.environ(f"/move/{key(_CARD + 30)}", {}, fields))
        assert answer.status == 200
        return answer

    return {"app": lambda: next(moves), "floor": floor}


def _moves(served: Served) -> Iterator[str]:
    """Moves the card from state to state for ever; each time gives the answer's text."""
    version = _version(served)
    for number in itertools.count():
        fields = {"to": _STATES[number % 3], "version": str(version + number), "key": f"app-{number}",
                  "happened_on": "", "reason": "other", "note": ""}  # fmt: skip
        answer = served.post(f"/workflows/{key(_CARD)}/move", fields, **HTMX)
        assert (answer.status, b"data-undo-version" in answer.body) == (200, True)
        yield answer.body.decode()


def _version(served: Served) -> int:
    with served.engine.connect() as connection:
        statement = f"SELECT version FROM workflow WHERE key = '{key(_CARD)}'"
        return int(connection.exec_driver_sql(statement).scalar_one())


def _bare(file: Path) -> Flask:
    """The least that keeps a move for good: read the workflow, write the five rows, commit, answer."""
    app = Flask("bare")
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")

    @app.post("/move/<key>")
    def move(key: str) -> str:
        to, body = request.form["to"], request.form["body"]
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        connection.execute("BEGIN IMMEDIATE")
        (entry,) = connection.execute("SELECT revision + 1 FROM programme").fetchone()
        id_, state = connection.execute("SELECT id, state FROM workflow WHERE key = ?", (key,)).fetchone()
        connection.execute("INSERT INTO entry VALUES (?, 1, 'move', ?)", (entry, now))
        connection.execute("UPDATE programme SET revision = ?, last_recorded_at = ?", (entry, now))
        connection.execute(
            "INSERT INTO state_change (workflow_id, from_state, to_state, happened_at, recorded_at, entry_id, reason,"
            " note) VALUES (?, ?, ?, ?, ?, ?, 'other', '')",
            (id_, state, to, now, now, entry),
        )
        connection.execute(
            "UPDATE workflow SET state = ?, state_since = ?, version = version + 1 WHERE id = ?", (to, now, id_)
        )
        connection.execute(
            "INSERT INTO answer VALUES (1, ?, '', ?, 200, ?, '', ?)", (request.form["key"], entry, body, now)
        )
        connection.execute("COMMIT")
        return body

    return app
