"""The SQLite file behind an engine: whether what stands under its name is what was opened, and facts about it."""

import logging
import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from tracker.db import refusals, stamps
from tracker.domain.errors import DatabaseError

# From here on no checkpoint that meets a writer loses rows (sqlite.org/wal.html#walresetbug).
WITHOUT_RESET_RACE = (3, 51, 3)
_BACKPORTS: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}


_log = logging.getLogger("tracker.database")


class Standing(NamedTuple):
    """Device and number of the database, its log and the index that connections share, by their names."""

    database: tuple[int, int] | None
    log: tuple[int, int] | None
    shared: tuple[int, int] | None


class SqliteFile:
    """The file that an engine has open. Its connections are opened by it, and never make a file that is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log, self.index, self.lock = (f"{path}{ending}" for ending in ("-wal", "-shm", "-lock"))
        self._database = str(path)
        self._address = f"{path.absolute().as_uri()}?mode=rw"
        self._opened: Standing | None = None
        self._known = (0, 0)  # the database's size and time, as opened or since the last checkpoint
        self._connections: set[int] = set()
        self._guard = threading.Lock()
        self.refusal: DatabaseError | None = None  # why the last write was refused; none once one has succeeded

    def listen(self, engine: Engine) -> None:
        """Opens the engine's connections, and counts them: with the last one closed SQLite takes its log away."""
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "connect", self._note, insert=False)
        event.listen(engine, "close", lambda connection, _record: self._forget(connection))
        event.listen(engine, "engine_disposed", lambda _: self._forget_all())
        _files[engine.dialect] = self

    def refused(self, error: DatabaseError | None) -> None:
        """Keeps why a write was refused, or that one has succeeded, and tells the operator of each change."""
        before, self.refusal = self.refusal, error
        if error is not None and (before is None or before.message != error.message):
            _log.error("the database refuses writes", extra={"cause": str(error), "file": self._database})
        elif error is None and before is not None:
            _log.warning("the database takes writes again", extra={"file": self._database})

    def standing(self) -> Standing:
        """What stands under the names now. Raises OSError where one may not look."""
        return Standing(_identity(self._database), _identity(self.log), _identity(self.index))

    def change(self) -> str:
        """What is no longer as it was opened, as a message; empty when all is."""
        opened = self._opened
        if opened is None:
            return ""
        try:
            found = self.standing()
        except OSError as error:
            return refusals.of_system(error).message
        if opened.log is None and opened.database == found.database:  # it was empty, and has a log since
            self._opened = opened = found
        return _difference(opened, found) or (refusals.REPLACED if self._is_overwritten() else "")

    def stamp(self) -> None:
        """Writes down how the database stands after a checkpoint, for all processes. Raises OSError when it is gone."""
        self._known = stamps.leave(self.lock, self.path)

    def _is_overwritten(self) -> bool:
        """Whether the database holds less than after the last checkpoint: an older one, or none, was copied over it."""
        now = stamps.state(self._database)
        if now == self._known:
            return False
        left = stamps.read(self.lock)
        if left is not None and (left.size, left.modified) != now:
            revision = stamps.revision(self.path)
            if revision is None or revision < left.revision:
                return True
        self._known = now
        return False

    def require_same(self) -> None:
        """Refuses with DatabaseError when something else stands under the names than what was opened."""
        if problem := self.change():
            raise DatabaseError(problem)

    def require_database(self) -> None:
        """As `require_same` for the database alone, before its lock is taken: that would make a folder that is gone."""
        try:
            found = _identity(self._database)
        except OSError as error:
            raise refusals.of_system(error) from error
        if found is None:
            raise DatabaseError(refusals.MOVED)
        if self._opened is not None and found != self._opened.database:
            raise DatabaseError(refusals.REPLACED)

    def require_kept(self) -> None:
        """Refuses with DatabaseError when what has just been committed may not be in the file of that name."""
        if self.change():
            raise DatabaseError(refusals.UNCERTAIN)

    def may_checkpoint(self) -> bool:
        """Whether nothing else has been begun under the names: the database is ours, and so is what is left of its log
        and index.
        """
        opened = self._opened
        try:
            found = self.standing()
        except OSError:
            return False
        return (
            opened is not None
            and found.database == opened.database
            and not self._is_overwritten()
            and (found.log == opened.log or self.log_size() == 0)
            and found.shared in {opened.shared, None}
        )

    def log_size(self) -> int:
        """The log's size in bytes; 0 where there is none."""
        return self.log_mark()[0]

    def log_mark(self) -> tuple[int, int]:
        """The log's size and when it was last written, ns: equal as long as nothing is written."""
        try:
            found = os.stat(self.log)  # noqa: PTH116 - a third of what Path takes, at every write
        except OSError:
            return 0, 0
        return found.st_size, found.st_mtime_ns

    def _connect(
        self, dialect: Dialect, _record: ConnectionPoolEntry, _args: list[Any], options: dict[str, Any]
    ) -> DBAPIConnection:
        if self._opened is not None:
            self.require_same()  # before a new log is begun beside what is there
        return dialect.connect(self._address, uri=True, **options)

    def _note(self, connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        try:
            problem = self._problem(connection)
        except OSError as error:  # it went just now
            problem = refusals.of_system(error).message
        if problem:
            connection.close()
            raise DatabaseError(problem)

    def _problem(self, connection: DBAPIConnection) -> str:
        found = self.standing()
        with self._guard:
            if self._opened is None:
                self._known = stamps.state(self._database)
            if self._opened is None or self._opened == Standing(found.database, None, None):
                self._opened = found
            problem = _difference(self._opened, found)
            if not problem:
                self._connections.add(id(connection))
        return problem

    def _forget(self, connection: DBAPIConnection) -> None:
        with self._guard:
            self._connections.discard(id(connection))
            if not self._connections and self._opened is not None:
                # The log goes with the last one. Of the database this process has opened one, and no other.
                self._opened = Standing(self._opened.database, None, None)

    def _forget_all(self) -> None:
        with self._guard:
            self._connections.clear()
            self._opened = None


_files: WeakKeyDictionary[Dialect, SqliteFile] = WeakKeyDictionary()


def of(bind: Engine | Connection) -> SqliteFile | None:
    """The file behind it; none on PostgreSQL."""
    return _files.get(bind.dialect)


def has_reset_race(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite can lose rows when a checkpoint meets a writer, so that ours are kept apart."""
    return version < WITHOUT_RESET_RACE and version[2] < _BACKPORTS.get(version[:2], sys.maxsize)


def _identity(name: str) -> tuple[int, int] | None:
    try:
        found = os.stat(name)  # noqa: PTH116 - a third of what Path takes, at every write
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def _difference(opened: Standing, found: Standing) -> str:
    if found.database != opened.database:
        return refusals.MOVED if found.database is None else refusals.REPLACED
    return "" if found == opened else refusals.LOG_GONE
