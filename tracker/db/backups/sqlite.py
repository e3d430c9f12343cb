"""SQLite databases copied while they are written, and put in the place of others."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from tracker.db.backups.records import OWNER_ONLY
from tracker.domain.errors import DatabaseError

MAGIC = b"SQLite format 3\0"
_PARTS = ("", "-wal", "-shm")  # the log belongs to its file


def copy(source: Path, target: Path) -> None:
    """Copies a database as it is at one moment, while others go on writing, into a new file that needs no log and that
    its owner alone may read. Leaves no file behind when it fails. Raises DatabaseError, FileExistsError.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    try:
        with closing(_connect(source, "ro")) as database, closing(_connect(target, "rw")) as made:
            database.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")
        sync(target)
    except sqlite3.DatabaseError as error:
        target.unlink()
        raise DatabaseError(
            "%(file)s cannot be copied: %(problem)s. Nothing was changed.", file=str(source), problem=str(error)
        ) from error
    except BaseException:
        target.unlink()
        raise


@contextmanager
def opened(file: Path) -> Iterator[Engine]:
    """An engine on a copy that nobody writes, which it leaves as it is."""
    engine = create_engine("sqlite://", creator=lambda: _connect(file, "ro&immutable=1"), poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def is_filled(file: Path) -> bool:
    """Whether there is a database, or what is left of one."""
    return any(Path(f"{file}{part}").exists() and Path(f"{file}{part}").stat().st_size for part in _PARTS[:2])


def keep(file: Path, to: Path) -> None:
    """Gives a database that nobody has open a second name, with what its log holds in it; it loses the first only where
    it is damaged, or the file system knows no second names.
    """
    try:
        fold(file)
        to.hardlink_to(file)
    except (sqlite3.DatabaseError, OSError):
        _move(file, to)


def _move(file: Path, to: Path) -> None:
    for part in _PARTS:
        if Path(f"{file}{part}").exists():
            Path(f"{file}{part}").rename(f"{to}{part}")


def fold(made: Path) -> None:
    """Brings what a database's log holds into the file, for good; nobody may have it open."""
    with closing(_connect(made, "rw")) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    sync(made)


def put_in_place(made: Path, file: Path) -> None:
    """Gives a new database, which needs no log, the name that it is to have, as one step and for good."""
    made.replace(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, would outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True)
