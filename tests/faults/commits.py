"""Commits by the one function that commits, for strace to follow: `python -m tests.faults.commits`."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event, text

from tracker.db.engine import checkpoint, make_engine, transaction

CHECKPOINT_EVERY = 7
_TABLE = "CREATE TABLE IF NOT EXISTS done (number INTEGER PRIMARY KEY, words TEXT)"


def prepare(file: Path) -> None:
    """A database with the table that commits go into."""
    file.touch()
    engine = make_engine(f"sqlite:///{file}")
    with transaction(engine) as session:
        session.execute(text(_TABLE))
    checkpoint(engine)
    engine.dispose()


def commit(file: Path, acknowledge: Callable[[int], object], most: int, synchronous: str = "") -> None:
    """Rows of different lengths, each acknowledged when it is committed; the log is emptied now and then."""
    engine = make_engine(f"sqlite:///{file}")
    if synchronous:
        event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA synchronous={synchronous}"))
    for number in range(1, most + 1):
        with transaction(engine) as session:
            session.execute(
                text("INSERT INTO done VALUES (:number, :words)"),
                {"number": number, "words": "x" * (number * 997 % 9000)},
            )
        acknowledge(number)
        if number % CHECKPOINT_EVERY == 0:
            checkpoint(engine)


def _powered(file: str, synchronous: str, most: str) -> None:
    """Acknowledges on standard output, which strace writes down among the writes to disk."""
    commit(Path(file), lambda number: os.write(1, b"%d\n" % number), int(most), synchronous)
    os._exit(0)  # the log is left as it is


def _killed(folder: str, kills: str) -> None:
    """One process after the other on a database of its own, the nth of which reaches the sync that kills at its nth."""
    for nth in range(1, int(kills) + 1):
        place = Path(folder) / str(nth)
        place.mkdir()
        file = Path(shutil.copyfile(Path(folder) / "empty.db", place / "tracker.db"))
        child = os.fork()
        if child == 0:
            _until_killed(file, int(kills) - nth)
        os.waitpid(child, 0)


def _until_killed(file: Path, syncs_before: int) -> None:
    scratch = os.open(file.with_name("scratch"), os.O_RDWR | os.O_CREAT)
    acknowledged = os.open(file.with_name("acknowledged"), os.O_WRONLY | os.O_CREAT)
    for _ in range(syncs_before):
        os.fdatasync(scratch)
    commit(file, lambda number: os.write(acknowledged, b"%d\n" % number), 1_000)
    os._exit(1)


if __name__ == "__main__":
    if sys.argv[1] == "powered":
        _powered(*sys.argv[2:])
    else:
        _killed(*sys.argv[2:])
