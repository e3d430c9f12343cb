"""D12: deadlocks and serialisation failures. The server tries again up to three times; nobody sees a bare error."""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine

from tests.bench.programme import Served, key, served
from tests.counts import count
from tests.databases import Databases, asked, listening
from tests.db.test_statement_counts import FEW
from tests.faults.test_dropped_connections import a_move, moves, sent
from tracker.web.ui.submit import RETRIES

pytestmark = pytest.mark.postgres

DEADLOCKS = count(200)
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
# A sequence goes on where all else is rolled back.
_REFUSING = """
CREATE SEQUENCE turns;
CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('turns') % {every} <> 0 THEN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER give_way BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION give_way()
"""


@pytest.fixture(scope="module")
def application(postgres_databases: Databases) -> Iterator[Served]:
    with served(postgres_databases, FEW) as found:
        yield found


@contextlib.contextmanager
def deadlock_timeout(application: Served, milliseconds: int) -> Iterator[None]:
    """How long the application's side waits before it looks for a deadlock, and gives way."""

    def set_it(driver: psycopg.Connection[Any], *_: object) -> None:
        driver.execute(f"SET deadlock_timeout = {milliseconds}".encode())

    with listening(application.engine, "checkout", set_it):
        yield


def crossed(application: Served, outside: Connection, together: ThreadPoolExecutor, fields: dict[str, str]) -> int:
    """A move whose locks another transaction takes the other way round; gives the status of its answer."""
    with outside.begin():
        outside.exec_driver_sql(f"SELECT id FROM workflow WHERE key = '{key(5)}' FOR UPDATE")
        answer = together.submit(sent, application, fields)
        while not answer.done() and not outside.exec_driver_sql(_WAITING).scalar_one():
            time.sleep(0.002)
        outside.exec_driver_sql("SELECT id FROM programme FOR UPDATE")
    return answer.result().status


def test_deadlocks_are_tried_again_and_nothing_is_lost(application: Served) -> None:
    before = moves(application.engine)
    with (
        ThreadPoolExecutor(1) as together,
        deadlock_timeout(application, 80),
        outside_of(application.engine) as outside,
        asked(application.engine) as statements,
    ):
        statuses = [crossed(application, outside, together, a_move(application)) for _ in range(DEADLOCKS)]
    gave_way = sum("UPDATE programme" in each for each in statements) - DEADLOCKS
    print(f"D12: {DEADLOCKS} transactions in crossed lock order, {gave_way} times ours gave way and was done anew")
    assert set(statuses) == {200}
    assert gave_way > DEADLOCKS / 2
    assert moves(application.engine) == before + DEADLOCKS


@contextlib.contextmanager
def outside_of(engine: Engine) -> Iterator[Connection]:
    """A connection of somebody else's, who gives way to nobody."""
    with engine.connect() as connection:
        connection.exec_driver_sql("SET deadlock_timeout = '60s'")
        connection.commit()
        yield connection
        connection.invalidate()


@pytest.mark.parametrize(("every", "status"), [(RETRIES + 1, 200), (1_000, 503)])
def test_serialisation_failures_are_tried_again_three_times(application: Served, every: int, status: int) -> None:
    before, fields = moves(application.engine), a_move(application)
    with refusing(application.engine, every):
        answer = sent(application, fields)
        with application.engine.connect() as connection:
            tries = connection.exec_driver_sql("SELECT last_value FROM turns").scalar_one()
    assert (answer.status, tries) == (status, RETRIES + 1)
    assert status == 200 or b"Somebody else is writing right now" in answer.body
    assert answer.headers["Content-Security-Policy"]
    assert sent(application, fields).status == 200
    assert moves(application.engine) == before + 1


@contextlib.contextmanager
def refusing(engine: Engine, every: int) -> Iterator[None]:
    """Each entry but every nth is refused as one that another transaction got ahead of."""
    with engine.begin() as connection:
        connection.exec_driver_sql(_REFUSING.format(every=every).replace("%", "%%"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION give_way CASCADE")
            connection.exec_driver_sql("DROP SEQUENCE turns")
