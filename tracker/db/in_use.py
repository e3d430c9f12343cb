"""Who has a SQLite database in use: servers and commands share a lock beside it, and whoever replaces the file has the
lock alone. The operating system lets go of it when a process ends, however it ends. On PostgreSQL its own list of
sessions tells.
"""

import contextlib
import os
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine, text

from tracker.db.engine import database_file
from tracker.domain.errors import BusyError

if sys.platform != "win32":
    import fcntl

_ENDING_S = 1.0  # that PostgreSQL may take to end a session whose program has left
_SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()"
)


def hold(engine: Engine) -> Callable[[], object]:
    """Says that the engine's database is in use, as long as the engine is there or until what is returned is called.

    Raises BusyError while the database is being replaced.
    """
    file = database_file(engine)
    descriptor = _opened(file) if file is not None and file.exists() else None
    if descriptor is None:
        return lambda: None
    if not _locked(descriptor, alone=False):
        os.close(descriptor)
        raise BusyError("The database is being restored. Try again when that is done.")
    return weakref.finalize(engine, os.close, descriptor)


@contextlib.contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Nobody else has the database in use, and on SQLite nobody begins to. Raises BusyError when somebody has."""
    file = database_file(engine)
    if file is None:
        until = time.monotonic() + _ENDING_S
        while _has_sessions(engine):
            if time.monotonic() > until:
                raise _in_use(engine.url.render_as_string())
            time.sleep(0.05)
        yield
        return
    descriptor = _opened(file)
    try:
        if descriptor is not None and not _locked(descriptor, alone=True):
            raise _in_use(str(file))
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _has_sessions(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.execute(text(_SESSIONS)).scalar_one())


def _opened(file: Path) -> int | None:
    """The lock's file; none where it cannot be made, for nothing there can be replaced either."""
    with contextlib.suppress(OSError):
        return os.open(f"{file}-in-use", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    return None


def _locked(descriptor: int, *, alone: bool) -> bool:
    if sys.platform == "win32":
        return True  # it refuses to replace an open file by itself
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _in_use(where: str) -> BusyError:
    return BusyError(
        "The database %(where)s is in use. Stop Tracker and what else has it open, and try again.", where=where
    )
