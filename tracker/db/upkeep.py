"""What keeps SQLite's file whole while it is served, so that a plain copy of it lacks nothing once writing pauses."""

import contextlib
import threading
from collections.abc import Iterator

from sqlalchemy import Engine

from tracker.db import sqlite_file
from tracker.db.engine import checkpoint
from tracker.db.sqlite_file import SqliteFile

LOOK_EVERY_S = 1.0
IDLE_LOOKS = 2  # so many looks without a write, and the log is brought into the file


@contextlib.contextmanager
def kept_whole(engine: Engine) -> Iterator[None]:
    """The log is emptied into the file at the start, at the end, and whenever writing has paused; and at once where it
    has been taken away. Nothing to do on PostgreSQL.
    """
    file = sqlite_file.of(engine)
    if file is None:
        yield
        return
    checkpoint(engine)
    stopped = threading.Event()
    thread = threading.Thread(target=_look_after, args=(engine, file, stopped), name="upkeep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
        checkpoint(engine)


def _look_after(engine: Engine, file: SqliteFile, stopped: threading.Event) -> None:
    seen, looks = file.log_mark(), 0
    while not stopped.wait(LOOK_EVERY_S):
        before, seen = seen, file.log_mark()
        looks = looks + 1 if seen == before else 0
        if (looks >= IDLE_LOOKS and file.log_size()) or file.change():
            checkpoint(engine, timeout=0)
