"""What the last checkpoint leaves beside SQLite's file: size and time of the file, which nothing but a checkpoint may
change, and the revision that it holds. By these a file that another was copied over is told from one that is ours.
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """Bytes, ns, and the programme's revision without what is in the log."""

    size: int
    modified: int
    revision: int


def read(lock: str) -> Stamp | None:
    """What was left in the lock's file; none where nothing or something else is."""
    try:
        return Stamp(*map(int, Path(lock).read_text(encoding="ascii").split()))
    except (OSError, ValueError, TypeError):
        return None


def leave(lock: str, database: Path) -> tuple[int, int]:
    """Writes down how the file stands; to be called under the lock. Gives its size and time."""
    now, found = state(str(database)), revision(database)
    with contextlib.suppress(OSError):
        Path(lock).write_text("" if found is None else " ".join(map(str, Stamp(*now, found))), encoding="ascii")
    return now


def state(database: str) -> tuple[int, int]:
    """The file's size and when it was last written, ns. Raises OSError when it is not there."""
    found = os.stat(database)  # noqa: PTH116 - a third of what Path takes, at every write
    return found.st_size, found.st_mtime_ns


def revision(database: Path) -> int | None:
    """The programme's revision in the file alone, 0 without a programme; none where the file is no such database.

    Through SQLite, which keeps its locks: to open and close the file beside it would drop them.
    """
    address = f"{database.absolute().as_uri()}?immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as alone:
            row = alone.execute("SELECT revision FROM programme").fetchone()
    except sqlite3.Error:
        return None
    return int(row[0]) if row else 0
