"""Connections, and the one place that commits."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import filelock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from tracker.domain.errors import N_, BusyError

LOCK_TIMEOUT_S = 5.0
ONLY_READS = "only_reads"  # of a session: it sees one state of the database, and nothing that is not committed
_POSTGRES_ARGUMENTS = {"options": f"-c lock_timeout={int(LOCK_TIMEOUT_S * 1000)} -c timezone=UTC"}
_CHECKPOINT_BYTES = 4 * 1024 * 1024


def make_engine(url: str) -> Engine:
    """An engine with our rules: on SQLite WAL, synchronous FULL and foreign keys, on PostgreSQL a lock time-out."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT_S, "check_same_thread": False})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, connect_args=_POSTGRES_ARGUMENTS, pool_pre_ping=True)


def quick_reads(engine: Engine) -> Engine:
    """The engine for single statements that may fail without harm. On PostgreSQL each takes one round trip: nothing
    asks first whether the server is there, and no transaction is opened around it.
    """
    if engine.dialect.name != "postgresql":
        return engine
    quick = create_engine(
        engine.url, connect_args=_POSTGRES_ARGUMENTS, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
    )
    event.listen(engine, "engine_disposed", lambda _: quick.dispose())
    return quick


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # Checkpoints run only under the writers' lock (`_checkpoint`): before SQLite 3.51.3 one that meets a
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
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def database_file(engine: Engine) -> Path | None:
    """The SQLite file behind the engine, or none."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def reading(engine: Engine) -> Session:
    """A session to read with, to be closed: all its statements see one state of the database, as SQLite's do anyway."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return Session(engine, expire_on_commit=False, autoflush=False, info={ONLY_READS: True})


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session for one write, committed at the end and rolled back on any error: the only commit.

    Raises BusyError when another writer holds the database for longer than LOCK_TIMEOUT_S.
    """
    with _writers_lock(engine), Session(engine, expire_on_commit=False) as session:
        try:
            session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            yield session
            session.commit()
        except OperationalError as error:
            if _is_busy(error):
                raise BusyError(N_("Somebody else is writing right now. Try again in a moment.")) from error
            raise
        _checkpoint(session)


def _is_busy(error: OperationalError) -> bool:
    return "database is locked" in str(error.orig) or "lock timeout" in str(error.orig)


@contextlib.contextmanager
def _writers_lock(engine: Engine) -> Iterator[None]:
    """SQLite: writers of all processes one at a time, so that a checkpoint never meets one. PostgreSQL: its own."""
    file = database_file(engine)
    if file is None:
        yield
        return
    lock = filelock.FileLock(f"{file}-lock", timeout=LOCK_TIMEOUT_S, poll_interval=0.002)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(N_("Somebody else is writing right now. Try again in a moment.")) from error
    try:
        yield
    finally:
        lock.release()


def _checkpoint(session: Session) -> None:
    file = database_file(session.get_bind())  # type: ignore[arg-type]
    if file is None:
        return
    wal = Path(f"{file}-wal")
    if wal.exists() and wal.stat().st_size > _CHECKPOINT_BYTES:
        with session.get_bind().engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
