"""Connections, and the one place that commits."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from tracker.db import postgres, refusals, sqlite_file
from tracker.db.sqlite_file import SqliteFile
from tracker.domain.errors import BusyError, DatabaseError

LOCK_TIMEOUT_S = postgres.LOCK_TIMEOUT_S
ONLY_READS = "only_reads"  # of a session: it sees one state of the database, and nothing that is not committed
CHECKPOINT_BYTES = 4 * 1024 * 1024
_NOT_NOW = (BusyError, DatabaseError, SQLAlchemyError, sqlite3.Error, OSError)  # a checkpoint can always be made later
_AT_ONCE_S = 0.05  # what waiting for the lock may take without being told to SQLite


def make_engine(url: str, connections: int | None = None) -> Engine:
    """An engine with our rules: on SQLite WAL, synchronous FULL and foreign keys. On PostgreSQL one that serves
    requests has so many connections and no more, and lets nobody wait for long; without a number it is for commands.

    Connecting to a SQLite file that is missing fails; `migrations.upgrade` makes one.
    """
    if not url.startswith("sqlite"):
        return postgres.make(url, connections)
    engine = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT_S, "check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    if (file := database_file(engine)) is not None:
        SqliteFile(file).listen(engine)
    return engine


def require_answering(engine: Engine) -> None:
    """Refuses with AwayError, at once, while PostgreSQL lets all wait who may wait for it."""
    server = postgres.of(engine)
    if server is not None:
        server.require_answering()


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # Checkpoints run only under the writers' lock (`checkpoint`): before SQLite 3.51.3 one that meets a
    # writer can lose committed rows (sqlite.org/wal.html#walresetbug).
    # Without a limit the log keeps its size when it begins anew, and every write after would ask for a checkpoint.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "wal_autocheckpoint=0",
        "journal_size_limit=0",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    wait: int | None = options.get("sqlite_wait_ms")
    if wait is None:
        connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={wait}")
    try:
        connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT_S * 1000)}")


def database_file(engine: Engine) -> Path | None:
    """The SQLite file behind the engine, or none."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def reading(engine: Engine) -> Session:
    """A session to read with, to be closed: all its statements see one state of the database, as SQLite's do anyway.
    Raises AwayError when PostgreSQL does not answer.
    """
    require_answering(engine)
    engine = engine.execution_options(**{postgres.ISOLATION: "REPEATABLE READ"})
    return Session(engine, expire_on_commit=False, autoflush=False, info={ONLY_READS: True})


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session for one write, committed at the end and rolled back on any error: the only commit.

    Raises BusyError when another writer holds the database for longer than LOCK_TIMEOUT_S, DatabaseError when SQLite's
    file cannot be written, or is not the one under its name; and of PostgreSQL what `postgres.refusal` makes of it, or
    UncertainError.
    """
    file = sqlite_file.of(engine)
    if file is None:
        require_answering(engine)
        with Session(engine, expire_on_commit=False) as session, _explained():
            session.connection()
            yield session
            postgres.commit(session)
        return
    with _refusals_kept(file), _writers_lock(file) as waited:
        try:
            with Session(engine, expire_on_commit=False) as session, _busy_explained():
                session.connection(execution_options=_begin_options(waited))
                file.require_same()
                yield session
                session.commit()
            file.require_kept()
        finally:
            _tend(engine, file)


def checkpoint(engine: Engine, timeout: float = LOCK_TIMEOUT_S) -> bool:
    """Brings all of SQLite's log into the file and empties it, under the writers' lock: then the file alone is whole.
    Says whether that is so now; readers of an older state, or a file that is not ours any more, can be in the way.

    Where the log has been taken away, what is in it still comes into the file as long as nothing else was begun there.
    """
    file = sqlite_file.of(engine)
    if file is None:
        return True
    try:
        with _writers_lock(file, timeout):
            return _tended(engine, file, "TRUNCATE")
    except _NOT_NOW:
        return False


def _tend(engine: Engine, file: SqliteFile) -> None:
    """After a write, and under its lock. Whatever goes wrong here, the write is done, and the log has it."""
    if file.log_size() > CHECKPOINT_BYTES or file.change():
        with contextlib.suppress(*_NOT_NOW):
            _tended(engine, file, "PASSIVE")


def _tended(engine: Engine, file: SqliteFile, how: str) -> bool:
    with engine.connect() as connection:
        if not file.may_checkpoint():
            return False
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")  # whoever reads an older state is not waited for
        try:
            is_busy, pages, done = cursor.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT_S * 1000)}")
            file.stamp()
        return not is_busy and pages == done


def _begin_options(waited: float) -> dict[str, object]:
    """Waiting for the lock and for SQLite's own together takes no longer than for one of them."""
    options: dict[str, object] = {"sqlite_begin": "BEGIN IMMEDIATE"}
    if waited > _AT_ONCE_S:
        options["sqlite_wait_ms"] = max(0, int((LOCK_TIMEOUT_S - waited) * 1000))
    return options


@contextlib.contextmanager
def _busy_explained() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "database is locked" in str(error.orig):
            raise BusyError(postgres.BUSY) from error
        raise


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        refusal = postgres.refusal(error)
        if refusal is None:
            raise
        raise refusal from error


@contextlib.contextmanager
def _refusals_kept(file: SqliteFile) -> Iterator[None]:
    """Says cause and remedy of what the file refuses, and keeps them until something can be written again."""
    try:
        yield
    except DatabaseError as error:
        file.refused(error)
        raise
    except DBAPIError as error:
        refusal = refusals.of_database(error, file.path)
        if refusal is None:
            raise
        file.refused(refusal)
        raise refusal from error
    file.refused(None)


@contextlib.contextmanager
def _writers_lock(file: SqliteFile, timeout: float = LOCK_TIMEOUT_S) -> Iterator[float]:
    """Writers of all processes one at a time, so that a checkpoint never meets one; gives the seconds that it took."""
    file.require_database()
    lock = filelock.FileLock(file.lock, timeout=timeout, poll_interval=0.002, mode=0o600)
    began = time.monotonic()
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(postgres.BUSY) from error
    except OSError as error:
        raise refusals.of_system(error) from error
    try:
        yield time.monotonic() - began
    finally:
        lock.release()
