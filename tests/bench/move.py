"""A move as the board sends it, against a bare Flask view that writes the same rows in one durable transaction."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, request

from tests.bench.board import PATH, statements_of
from tests.bench.programme import HTMX, Served, ask
from tracker.db.engine import database_file

_STATES = ("design", "validation", "test")
_WRITES = ("INSERT", "UPDATE")


def contenders(served: Served) -> dict[str, Callable[[], object]]:
    """The application's move and the bare one, each of cards of its own; on PostgreSQL only the application's."""
    ours, theirs = _cards(served)
    moves = _moves(served, ours)
    file = database_file(served.engine)
    if file is None:
        return {"app": lambda: next(moves)}
    written = statements_of(served.engine, lambda: next(moves))
    tables = [
        statement.split()[1 + statement.startswith("INSERT")]
        for statement, _ in written
        if statement.startswith(_WRITES)
    ]
    assert sorted(tables) == ["answer", "entry", "programme", "state_change", "workflow"], "the floor writes others"
    bare_moves = _bare_moves(served, _bare(file), theirs, next(moves))
    return {"app": lambda: next(moves), "floor": lambda: next(bare_moves)}


def bytes_of_a_move(served: Served) -> int:
    """The bodies of a move's answer and of the poll that follows it, in bytes."""
    (key, version), *_ = _cards(served)[0]
    tag = served.get(PATH).headers["HX-PTag"]
    fields = {"to": "test", "version": str(version), "key": "measured", "reason": "other"}
    moved = served.post(f"/workflows/{key}/move", fields, **HTMX)
    followed = served.get(PATH.replace("/board", "/board/changes"), HX_PTag=tag, **HTMX)
    assert (moved.status, followed.headers["Content-Type"]) == (200, "application/json")
    return len(moved.body) + len(followed.body)


def _cards(served: Served) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Keys and versions of cards not done, in two halves: by turns, as no workflow is moved a hundred times."""
    statement = "SELECT key, version FROM workflow WHERE state <> 'done' ORDER BY id LIMIT 200"
    with served.engine.connect() as connection:
        rows = [(key, version) for key, version in connection.exec_driver_sql(statement)]
    return rows[::2], rows[1::2]


def _moves(served: Served, cards: list[tuple[str, int]]) -> Iterator[str]:
    """Moves one card after the other, from state to state, for ever; each time gives the answer's text."""
    for turn in itertools.count():
        assert cards, "no card can be moved"
        for key, version in cards:
            fields = {
                "to": _STATES[turn % 3],
                "version": str(version + turn),
                "key": f"{key}.{turn}",
                "happened_on": "",
                "reason": "other",
                "note": "",
            }
            answer = served.post(f"/workflows/{key}/move", fields, **HTMX)
            if turn == 0 and b"data-undo-version" not in answer.body:
                cards = [each for each in cards if each[0] != key]  # it is there already: the next turns do without
                continue
            assert answer.status == 200
            yield answer.body.decode()


def _bare_moves(served: Served, bare: Flask, cards: list[tuple[str, int]], body: str) -> Iterator[object]:
    for turn in itertools.count():
        for key, _ in cards:
            fields = {"to": _STATES[turn % 3], "key": f"bare.{key}.{turn}", "body": body}
            answer = ask(bare, served.environ(f"/move/{key}", {}, fields))
            assert answer.status == 200
            yield answer


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
