"""A connection to PostgreSQL that is lost at any point of a request gives a page of ours; a commit is never denied."""

import contextlib
import gc
import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.engine import make_url
from sqlmodel import col
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import ClosingIterator

from tests.bench.programme import HTMX, NOW, Answered, Served, a_bench_programme, key, served, signed_in
from tests.builders import load
from tests.counts import some
from tests.databases import Databases
from tests.db.test_statement_counts import FEW, PAGES, move_form
from tests.faults.relay import Relay, relay
from tracker.db.engine import make_engine, reading
from tracker.db.models import StateChange

pytestmark = pytest.mark.postgres

HEADERS = {"Content-Security-Policy", "X-Content-Type-Options", "X-Request-ID", "Cache-Control"}
EVENTS = ("after_cursor_execute", "commit", "rollback")
STATES = ("design", "validation")
SEVERAL_PIECES = 3_000  # workflows, whose changes come in so many


class Dropper:
    """Loses the connection after the nth of what the engine does; 0 is the first BEGIN."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._left = -1
        self.has_dropped = False
        for name in EVENTS:
            event.listen(engine, name, self._count)

    def close(self) -> None:
        """Loses none any more."""
        for name in EVENTS:
            event.remove(self._engine, name, self._count)

    def answers(self, ask: Callable[[], Answered]) -> Iterator[Answered]:
        """What is answered with the connection lost at each point of the request, and at last with none lost."""
        number = 0
        self.has_dropped = True
        while self.has_dropped:
            self._left, self.has_dropped = number, False
            answer = ask()
            self._left = -1
            yield answer
            number += 1

    def _count(self, connection: Connection, *_: object) -> None:
        self._left -= 1
        if self._left == -1:
            drop(cast("psycopg.Connection[Any]", connection.connection.driver_connection))
            self.has_dropped = True


def drop(driver: psycopg.Connection[Any]) -> None:
    """What the network does: each side learns of it when it uses the connection next."""
    with socket.socket(fileno=os.dup(driver.pgconn.socket)) as twin:
        twin.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def between(postgres_databases: Databases) -> Iterator[tuple[Relay, Served]]:
    """The application on a database behind a relay."""
    with postgres_databases.fresh() as url, relay(make_url(url)) as found:
        through = found.url(str(make_url(url).database))
        engine = make_engine(through, 7)
        load(engine, a_bench_programme(FEW))
        yield found, signed_in(engine, through, NOW)
        engine.dispose()


@pytest.fixture
def application(between: tuple[Relay, Served]) -> Served:
    return between[1]


@pytest.fixture
def dropper(application: Served) -> Iterator[Dropper]:
    with contextlib.closing(Dropper(application.engine)) as found:
        yield found


def is_ours(answer: Answered) -> bool:
    """It has all our headers, and where it is an error our own page."""
    return answer.headers.keys() >= HEADERS and (answer.status == 200 or b'class="error-page' in answer.body)


@pytest.fixture
def lost_cursors() -> Iterator[None]:
    """SQLAlchemy leaves the cursor of a lost connection open: it is collected before another test looks."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore:Exception ignored in.*ServerCursor:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("lost_cursors")
def test_a_page_is_ours_wherever_the_connection_is_lost(application: Served, dropper: Dropper) -> None:
    asked: list[Answered] = []
    for path in ("/exports/scope.csv", *some(PAGES.values(), 9)):  # a file is closed when all of it has been sent
        answers = list(dropper.answers(partial(application.get, path)))
        assert [answer for answer in answers if not is_ours(answer)] == []
        assert answers[-1].status == 200
        asked += answers
    refused = sum(answer.status == 503 for answer in asked)
    print(f"Dropped: {len(asked)} pages with the connection lost at each point, {refused} of them 503, 0 of them 500")
    assert {answer.status for answer in asked} == {200, 503}


def a_move(application: Served) -> dict[str, str]:
    """The fields of a move that was not made before."""
    made = moves(application.engine)
    return move_form(application) | {"key": f"move {made}", "to": STATES[made % 2], "reason": "other"}


def sent(application: Served, fields: dict[str, str]) -> Answered:
    return application.post(f"/workflows/{key(5)}/move", fields, **HTMX)


def moves(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.execute(select(col(StateChange.id))).all())


def test_a_move_is_done_once_wherever_the_connection_is_lost(application: Served, dropper: Dropper) -> None:
    before, fields = moves(application.engine), a_move(application)
    answers = []
    for answer in dropper.answers(lambda: sent(application, fields)):
        answers.append(answer)
        assert answer.status == 200 or b'role="alert"' in answer.body
    print(f"Dropped: a move sent {len(answers)} times with the connection lost at each point")
    assert {answer.status for answer in answers} == {200, 503}
    assert answers[-1].status == 200
    assert moves(application.engine) == before + 1


def test_a_commit_whose_answer_is_lost_is_found_by_its_key(between: tuple[Relay, Served]) -> None:
    way, application = between
    before, fields = moves(application.engine), a_move(application)
    way.lose_commits = 1
    answer = sent(application, fields)
    assert (answer.status, b"data-undo-version" in answer.body) == (200, True)
    assert way.lose_commits == 0
    assert sent(application, fields).body == answer.body
    assert moves(application.engine) == before + 1


def test_a_commit_that_nobody_can_ask_for_is_not_denied(between: tuple[Relay, Served]) -> None:
    way, application = between
    before, fields = moves(application.engine), a_move(application)
    application.get("/board")
    way.lose_commits, way.is_cut = 1, True
    answer = application.post(f"/workflows/{key(5)}/move", fields)
    way.is_cut = False
    assert answer.status == 503
    assert b"It is not certain that this was saved" in answer.body
    assert b"not saved" not in answer.body
    assert f'name="key" value="{fields["key"]}"'.encode() in answer.body
    assert application.post(f"/workflows/{key(5)}/move", fields).status == 303
    assert moves(application.engine) == before + 1


def test_a_file_that_is_broken_off_leaves_nothing_open(postgres_databases: Databases) -> None:
    with served(postgres_databases, SEVERAL_PIECES) as application:
        answer, status, _ = run_wsgi_app(application.app, application.environ("/exports/changes.csv", {}))
        assert (status, next(iter(answer))[:3]) == ("200 OK", b"id,")
        cast(ClosingIterator, answer).close()
        del answer
        gc.collect()  # a cursor that is still open says so
        assert application.get("/exports/changes.csv").body.count(b"\r\n") > SEVERAL_PIECES
