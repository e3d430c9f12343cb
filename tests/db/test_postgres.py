"""What Tracker asks of PostgreSQL: connections of a stated number, limits in each transaction, and rights."""

import re
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.databases import Databases, asked, nothing
from tests.web import people
from tracker.commands.programme import installation
from tracker.config import HANDBOOK, Settings
from tracker.db import migrations, postgres
from tracker.db.engine import make_engine, reading, transaction
from tracker.domain.errors import AwayError, BusyError, DatabaseError

pytestmark = pytest.mark.postgres

POOL = 3
ROLES = (HANDBOOK.parent / "deploy" / "postgres-roles.sql").read_text()


@pytest.fixture
def served(postgres_databases: Databases) -> Iterator[Engine]:
    with postgres_databases.fresh() as url:
        engine = make_engine(url, POOL)
        yield engine
        engine.dispose()


def setting(name: str) -> str:
    return f"SELECT current_setting('{name}')"


def test_limits_stand_in_each_transaction_and_end_with_it(served: Engine) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone", "application_name")
    for begin in (transaction, reading):
        with begin(served) as session:
            found = [session.execute(text(setting(name))).scalar_one() for name in names]
        assert found == ["8s", "5s", "30s", "UTC", "tracker"]
    with reading(served) as session:
        assert session.execute(text(setting("transaction_isolation"))).scalar_one() == "repeatable read"
    with served.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert [connection.exec_driver_sql(setting(name)).scalar_one() for name in names[:3]] == ["0", "0", "0"]


def test_a_connection_gives_up_on_a_network_that_is_cut(served: Engine) -> None:
    with served.connect() as connection:
        driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
        asked_for = driver.info.get_parameters()
    assert (asked_for["connect_timeout"], asked_for["tcp_user_timeout"]) == ("3", "9000")
    named = make_engine(f"{served.url.render_as_string(hide_password=False)}&application_name=tracker-2", POOL)
    with named.connect() as connection:
        assert connection.exec_driver_sql(setting("application_name")).scalar_one() == "tracker-2"
    named.dispose()


def test_beginning_takes_one_round_trip_and_no_ping(served: Engine) -> None:
    with asked(served) as statements, transaction(served) as session:
        session.execute(text("SELECT 1"))
    assert statements == ["SELECT 1"]


def test_a_command_takes_the_time_that_it_takes(served: Engine) -> None:
    engine = make_engine(served.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        assert connection.exec_driver_sql(setting("statement_timeout")).scalar_one() == "0"
        assert connection.exec_driver_sql(setting("lock_timeout")).scalar_one() == "5s"
    engine.dispose()


def test_no_more_connections_are_made_than_stated(served: Engine) -> None:
    with ThreadPoolExecutor(POOL) as together:
        held = [served.connect() for _ in range(POOL)]
        began = time.monotonic()
        with pytest.raises(PoolTimeoutError):
            together.submit(served.connect).result()
        assert time.monotonic() - began < 1
        for connection in held:
            connection.close()
    with reading(served) as session:
        ours = "datname = current_database() AND application_name = 'tracker'"
        assert session.execute(text(f"SELECT count(*) FROM pg_stat_activity WHERE {ours}")).scalar_one() <= POOL


def test_who_waits_for_all_connections_keeps_nobody_else_waiting(served: Engine) -> None:
    have_all = threading.Barrier(POOL + 1)

    def wait() -> None:
        with served.connect() as connection:
            have_all.wait()
            connection.exec_driver_sql("SELECT pg_sleep(2)")

    with ThreadPoolExecutor(POOL) as together:
        waiting = [together.submit(wait) for _ in range(POOL)]
        have_all.wait()
        time.sleep(1.2)
        began = time.monotonic()
        with pytest.raises(AwayError, match="does not answer"), transaction(served):
            pass
        assert time.monotonic() - began < 0.1
        for each in waiting:
            each.result()
    with transaction(served):
        pass


def test_a_connection_that_was_lost_since_is_replaced(served: Engine) -> None:
    with transaction(served) as session:
        (pid,) = session.execute(text("SELECT pg_backend_pid()")).one()
    engine = make_engine(served.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    engine.dispose()
    for begin in (reading, transaction):
        with begin(served) as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)", BusyError),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$", DatabaseError),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '25006'; END $$", DatabaseError),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '42501'; END $$", DatabaseError),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53300'; END $$", AwayError),
        ("SELECT pg_terminate_backend(pg_backend_pid())", AwayError),
        ("SELECT nonsense", DBAPIError),
    ],
)
def test_what_postgresql_refuses_is_told_with_cause_and_remedy(
    served: Engine, statement: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as told, transaction(served) as session:
        session.connection().exec_driver_sql(statement)
    assert told.type is not DBAPIError or postgres.refusal(told.value) is None


def test_statements_are_prepared_only_where_no_pooler_is_between(
    postgres_databases: Databases, bouncer_databases: Databases
) -> None:
    prepared = {}
    for databases in (postgres_databases, bouncer_databases):
        with databases.fresh(nothing) as url:
            engine = make_engine(url, POOL)
            for _ in range(20):
                with engine.begin() as connection:  # rolled back, psycopg prepares anew
                    connection.execute(text("SELECT 1"))
            with engine.connect() as connection:
                count = connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()
            prepared[databases is bouncer_databases] = count
            engine.dispose()
    assert prepared[False] > 0
    assert prepared[True] == 0


# Owner and application role, by the statements that operators run.


def statements(database: str, mark: str) -> list[str]:
    """The SQL for operators, for a database that is there and roles of the test's own."""
    script = re.sub(r"^(\\.*|--.*|CREATE DATABASE.*)$", "", ROLES, flags=re.MULTILINE)
    script = re.sub("tracker_(owner|app)", rf"\1_{mark}", script).replace("DATABASE tracker ", f"DATABASE {database} ")
    passwords = "".join(f"ALTER ROLE {role}_{mark} PASSWORD 'one';" for role in ("owner", "app"))
    return [each.strip() for each in (script + passwords).split(";") if each.strip()]


@pytest.fixture
def roles(postgres_databases: Databases) -> Iterator[dict[str, str]]:
    """The addresses of a database as operators make it, for its owner and for the role that serves."""
    mark = secrets.token_hex(4)
    with postgres_databases.fresh(nothing) as url:
        admin = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for statement in statements(str(admin.url.database), mark):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"ALTER DATABASE {admin.url.database} OWNER TO owner_{mark}")
        address = admin.url.set(password="one")
        yield {
            role: address.set(username=f"{role}_{mark}").render_as_string(hide_password=False)
            for role in ("owner", "app")
        }
        with admin.connect() as connection:
            connection.exec_driver_sql(f"REASSIGN OWNED BY owner_{mark} TO CURRENT_USER")
            for role in ("app", "owner"):
                connection.exec_driver_sql(f"DROP OWNED BY {role}_{mark}")
                connection.exec_driver_sql(f"DROP ROLE {role}_{mark}")
        admin.dispose()


def usable(url: str) -> None:
    """What a start asks of the database."""
    engine = make_engine(url, POOL)
    try:
        installation.make_usable(engine, Settings(database_url=url), say=print)
    finally:
        engine.dispose()


def test_the_owner_migrates_and_the_application_role_serves(roles: dict[str, str]) -> None:
    owner, app = make_engine(roles["owner"]), make_engine(roles["app"], POOL)
    with pytest.raises(DatabaseError, match=r"permission denied for schema public.*as the owner.*tracker db upgrade"):
        migrations.upgrade(app)  # there is nothing yet, and it makes nothing
    people.prepare(owner)
    usable(roles["app"])
    with transaction(app) as session:
        session.execute(text("UPDATE programme SET revision = revision"))
        session.execute(text("SELECT setval(pg_get_serial_sequence('workflow', 'id'), 1000)"))
    for statement in ("DROP TABLE entry", "ALTER TABLE entry DISABLE TRIGGER ALL", "CREATE TABLE more (id int)"):
        with pytest.raises(DatabaseError, match="lacks rights"), transaction(app) as session:
            session.execute(text(statement))
    migrations.downgrade(owner, "-1")
    with pytest.raises(DatabaseError, match=r"another version.*may not upgrade it: .*owner.*tracker db upgrade"):
        usable(roles["app"])
    migrations.upgrade(owner)
    usable(roles["app"])
    with owner.begin() as connection:
        connection.exec_driver_sql(f"REVOKE SELECT ON programme FROM {make_url(roles['app']).username}")
    with pytest.raises(DatabaseError, match=r"lacks rights: permission denied for table programme.*owner"):
        usable(roles["app"])
    for engine in (owner, app):
        engine.dispose()


def test_a_lock_that_another_holds_at_the_start_passes(
    postgres_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT_S", 0.2)
    with postgres_databases.fresh() as url:
        other, engine = make_engine(url), make_engine(url, POOL)
        with other.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE programme")
            reason = installation.not_yet_usable(engine, Settings(database_url=url), say=print)
        assert "locked by another program" in str(reason)
        assert installation.not_yet_usable(engine, Settings(database_url=url), say=print) is None
        for each in (other, engine):
            each.dispose()


def test_a_server_that_is_not_there_is_named_at_the_start() -> None:
    with pytest.raises(AwayError, match=r"TRACKER_DATABASE_URL cannot be reached: .*Start it, or correct the address"):
        usable("postgresql+psycopg://x@127.0.0.1:1/x")
