"""PostgreSQL: connections that wait for no server for long, the time that statements get, and what its errors mean.

Times are set with each transaction (`SET LOCAL`, in one round trip with its BEGIN), never as options of the connection:
behind PgBouncer in transaction mode the next transaction may be another server process's.
"""

import threading
import time
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from tracker.db import refusals
from tracker.domain.errors import N_, AwayError, BusyError, ContendedError, DatabaseError, TrackerError, UncertainError

LOCK_TIMEOUT_S = 5.0
STATEMENT_S = 8.0  # of a request's; the server ends it
ANSWER_S = 9.0  # from here on a server that should have ended it is taken for frozen
IDLE_S = 30.0  # between two statements of a transaction, which holds locks
POOL_S = 0.3  # for a free connection
_WAITS_S = 0.3  # whoever waits for so long may wait for all of ANSWER_S
_SILENT_FOR_S = 1.0  # that nobody else tries it, once one has given up
_CONNECTION: dict[str, Any] = {
    "application_name": "tracker",
    "connect_timeout": 3,
    "tcp_user_timeout": 9_000,  # ms without a sign that what was sent has arrived
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "autocommit": True,  # we say BEGIN ourselves
}

AWAY = N_(
    "The database server cannot be reached: it is stopped, is just starting, or the way to it is cut. Nothing is"
    " saved meanwhile. Start it, and Tracker goes on by itself."
)
SILENT = N_(
    "The database server does not answer: it is frozen, overloaded, or the way to it is cut. Nothing is saved"
    " meanwhile. As soon as it answers, Tracker goes on by itself."
)
FULL = N_(
    "The database server takes no more connections. Nothing is saved meanwhile. Let it take more (max_connections), or"
    " give Tracker fewer processes or a smaller TRACKER_DATABASE_POOL."
)
UNCERTAIN = N_(
    "The connection to the database broke while this was being saved, so that it may be saved or not. Where it can be"
    " sent again from here, it is done only once; otherwise look first how it stands."
)
SLOW = N_("The database took too long for this, and nothing was changed. Try again in a moment.")
BUSY = N_("Somebody else is writing right now. Try again in a moment.")
STANDBY = N_(
    "The database server takes no writes: it is a standby, or has been made read-only. Nothing is saved meanwhile. Make"
    " it writable again or point Tracker to the one that is, and it goes on by itself."
)
NO_RIGHTS = N_(
    "The role that Tracker works as lacks rights in the database, and nothing was changed. Let the owner of the tables"
    " grant them, as the handbook says under Operating."
)

_BY_STATE: dict[str, TrackerError] = {
    "55P03": BusyError(BUSY),  # lock_timeout
    "40P01": ContendedError(BUSY),  # a deadlock, and this was the one to give way
    "40001": ContendedError(BUSY),
    "57014": BusyError(SLOW),  # statement_timeout
    "25P03": BusyError(SLOW),  # idle_in_transaction_session_timeout
    "53300": AwayError(FULL),
    "53100": DatabaseError(refusals.DISK_FULL),
    "58030": DatabaseError(refusals.DISK_FAILS),
    "25006": DatabaseError(STANDBY),
    "42501": DatabaseError(NO_RIGHTS),
}


ERRORS = (TrackerError, SQLAlchemyError, psycopg.Error)  # what anything that asks a database can raise


class SilentError(psycopg.OperationalError):
    """The server has not answered for as long as anybody waits for it."""


class _PatientConnection(psycopg.Connection[Any]):
    """A connection that is given up, its socket closed, when the server says nothing for `patience_s`. No time-out of
    the server's or of TCP's does that: one that is stopped ends no statement, and its kernel goes on acknowledging.
    """

    patience_s: float | None = None
    server: "Server"

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 - psycopg's
        """As psycopg waits, and no longer than that."""
        waits, thread = self.server.waits, threading.get_ident()
        waits[thread] = time.monotonic()
        try:
            return super().wait(
                gen if self.patience_s is None else self._watched(gen, self.patience_s), interval, timeout
            )
        finally:
            waits.pop(thread, None)

    def _watched(self, gen: PQGen[Any], patience_s: float) -> PQGen[Any]:
        """The same steps. After each interval without news of the socket psycopg sends READY_NONE."""
        heard_at = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard_at = time.monotonic()
                elif time.monotonic() - heard_at > patience_s:
                    self.close()
                    raise self.server.gave_up()
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value


class Server:
    """The server behind an engine: who waits for it, and how long each may. `most` are the connections of an engine
    that serves requests; none for commands, whose statements take the time that they take.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._patience_s = None if most is None else ANSWER_S
        self._begins = {level: _begin(level, most is not None) for level in ("READ COMMITTED", "REPEATABLE READ")}
        self._silent_until = 0.0
        self.waits: dict[int, float] = {}  # since when, by thread

    def listen(self, engine: Engine) -> None:
        """Makes the engine's connections and begins its transactions."""
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "begin", self._begin)
        _servers[engine.dialect] = self

    def require_answering(self) -> None:
        """Refuses with AwayError, at once, when as many as may are waiting already, or one has just given up: so that
        a thread is always left for those who need no database.
        """
        moment = time.monotonic()
        if self._most is None:
            return
        waiting = sum(moment - since > _WAITS_S for since in list(self.waits.values()))
        if waiting >= self._most or moment < self._silent_until:
            raise AwayError(SILENT)

    def gave_up(self) -> SilentError:
        """Notes that the server did not answer one who waited for as long as anybody does."""
        self._silent_until = time.monotonic() + _SILENT_FOR_S
        return SilentError("the server does not answer")

    def _connect(
        self, _dialect: Dialect, _record: ConnectionPoolEntry, args: list[Any], options: dict[str, Any]
    ) -> DBAPIConnection:
        self.waits[threading.get_ident()] = time.monotonic()
        try:
            made = _PatientConnection.connect(*args, **(_CONNECTION | options))
        except psycopg.errors.ConnectionTimeout as error:
            raise self.gave_up() from error
        finally:
            self.waits.pop(threading.get_ident(), None)
        made.server, made.patience_s = self, self._patience_s
        if made.execute("SELECT pg_backend_pid()").fetchone() != (made.info.backend_pid,):
            made.prepare_threshold = None  # PgBouncer is between: the next transaction's server has prepared nothing
        return cast("DBAPIConnection", made)  # with `server` and `patience_s` beside what SQLAlchemy knows

    def _begin(self, connection: Connection) -> None:
        """BEGIN and its limits. On a connection that was lost since its last use nothing has been sent yet: another
        one is taken, once.
        """
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        statement = self._begins[options.get(ISOLATION, "READ COMMITTED")]
        try:
            self._send(connection, statement)
        except DBAPIError as error:
            if not error.connection_invalidated or isinstance(error.orig, SilentError):
                raise
            self._send(connection, statement)

    def _send(self, connection: Connection, statement: str) -> None:
        driver: Any = connection.connection.driver_connection
        driver.patience_s = self._patience_s
        connection.exec_driver_sql(statement)


ISOLATION = "postgres_isolation"  # an execution option: the level that transactions begin with
_servers: WeakKeyDictionary[Dialect, Server] = WeakKeyDictionary()


def make(url: str, connections: int | None) -> Engine:
    """An engine. With a number of connections it serves requests: it has so many and no more, and nobody waits long for
    one or for an answer.
    """
    pool = {} if connections is None else {"pool_size": connections, "max_overflow": 0, "pool_timeout": POOL_S}
    engine = create_engine(url, **pool)
    Server(connections).listen(engine)
    return engine


def of(bind: Engine | Connection) -> Server | None:
    """The server behind it; none on SQLite."""
    return _servers.get(bind.dialect)


def take_time(connection: Connection, lock_timeout_s: float = 0) -> None:
    """Lets the connection's transaction take as long as it takes, and wait for locks for so long; 0 is for ever."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{lock_timeout_s}s'")
    driver: Any = connection.connection.driver_connection
    driver.patience_s = None


def commit(session: Session) -> None:
    """Commits. Raises UncertainError when the connection broke meanwhile: it may have been done."""
    session.flush()
    try:
        session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise UncertainError(UNCERTAIN) from error
        raise


def refusal(error: BaseException) -> TrackerError | None:
    """Cause and remedy of what PostgreSQL or the way to it would not do; none where it is a fault of ours."""
    if isinstance(error, DBAPIError):
        error = error.orig or error
    if isinstance(error, SilentError):
        return AwayError(SILENT)
    state = getattr(error, "sqlstate", None) or ""
    if state in _BY_STATE:
        known = _BY_STATE[state]
        return type(known)(known.message)
    is_gone = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return AwayError(AWAY) if is_gone or state.startswith(("08", "53", "57P")) else None


def passing(error: Exception) -> TrackerError | None:
    """What the error says, where it passes by itself: a server that is away, a lock that another holds."""
    found = error if isinstance(error, TrackerError) else refusal(error)
    return found if isinstance(found, AwayError | BusyError) else None


def _begin(level: str, is_served: bool) -> str:
    limits = {"lock_timeout": LOCK_TIMEOUT_S}
    if is_served:
        limits |= {"statement_timeout": STATEMENT_S, "idle_in_transaction_session_timeout": IDLE_S}
    set_local = "".join(f"; SET LOCAL {name} = {int(seconds * 1000)}" for name, seconds in limits.items())
    return f"BEGIN ISOLATION LEVEL {level}; SET LOCAL timezone = 'UTC'{set_local}"
