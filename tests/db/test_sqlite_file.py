"""The SQLite file on its own: whole when nothing is written, opened but never made, and told about."""

import contextlib
import resource
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.databases import Databases
from tracker.db import models, sqlite_file, upkeep
from tracker.db.engine import CHECKPOINT_BYTES, checkpoint, make_engine, transaction
from tracker.db.sqlite_file import SqliteFile
from tracker.domain.errors import DatabaseError

IDLE_WITHIN_S = 30


@pytest.fixture(scope="session")
def databases(sqlite_databases: Databases) -> Databases:
    """SQLite only."""
    return sqlite_databases


@pytest.fixture
def file(engine: Engine) -> SqliteFile:
    """The file of the database, in which there is a table to write to."""
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE pad (words TEXT)"))
    found = sqlite_file.of(engine)
    assert found is not None
    return found


def write(engine: Engine, words: str = "more") -> None:
    with transaction(engine) as session:
        session.execute(text("INSERT INTO pad VALUES (:words)"), {"words": words})


def in_copy(file: SqliteFile) -> list[str]:
    """What a copy of the file alone holds."""
    copy = shutil.copyfile(file.path, file.path.with_name("copy.db"))
    with contextlib.closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'pad'").fetchone():
            return []
        return [words for (words,) in database.execute("SELECT words FROM pad")]


@contextlib.contextmanager
def a_reader(engine: Engine) -> Iterator[None]:
    """Somebody reads what held before."""
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM pad"))
        yield


def test_a_copy_of_the_file_is_whole_at_start_and_stop_and_when_nobody_writes(engine: Engine, file: SqliteFile) -> None:
    write(engine, "before the start")
    assert in_copy(file) == [], "the log holds it, and a copy without it lacks everything"
    with upkeep.kept_whole(engine):
        assert in_copy(file) == ["before the start"]
        write(engine, "while it runs")
        deadline = time.monotonic() + IDLE_WITHIN_S
        while file.log_size():
            assert time.monotonic() < deadline, "the log is not emptied when nobody writes"
            time.sleep(0.05)
        assert in_copy(file) == ["before the start", "while it runs"]
        write(engine, "at last")
    assert in_copy(file) == ["before the start", "while it runs", "at last"]


def test_a_log_above_its_limit_comes_into_the_file_at_once(engine: Engine, file: SqliteFile) -> None:
    write(engine, "x" * (CHECKPOINT_BYTES + 1))
    assert len(in_copy(file)) == 1
    write(engine)
    assert file.log_size() < CHECKPOINT_BYTES


def test_a_write_is_done_although_its_log_cannot_come_into_the_file(engine: Engine, file: SqliteFile) -> None:
    words = "x" * (CHECKPOINT_BYTES + 1)
    with largest_file(CHECKPOINT_BYTES + 300_000):  # the log may be as large, the file with it in may not
        write(engine, words)
        assert not checkpoint(engine)
    assert file.refusal is None
    assert checkpoint(engine)
    assert in_copy(file) == [words]


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """This process can make no file larger than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_reader_of_an_older_state_delays_it_and_is_not_disturbed(engine: Engine, file: SqliteFile) -> None:
    with a_reader(engine):
        write(engine)
        began = time.monotonic()
        assert not checkpoint(engine)
        assert time.monotonic() - began < 1, "nobody is waited for"
    assert checkpoint(engine)
    assert in_copy(file) == ["more"]


def test_a_writer_of_another_process_is_never_met_by_a_checkpoint(engine: Engine, file: SqliteFile) -> None:
    write(engine)
    other = make_engine(str(engine.url))
    with transaction(other):
        assert not checkpoint(engine, 0)
        assert file.log_size() > 0
    other.dispose()
    assert checkpoint(engine)


def test_no_connection_makes_a_file_that_is_missing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(OperationalError):
        engine.connect()
    with pytest.raises(DatabaseError, match="moved away or removed"), transaction(engine):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_goes_while_it_is_written_is_never_acknowledged(engine: Engine, file: SqliteFile) -> None:
    away = file.path.with_name("away.db")
    with pytest.raises(DatabaseError, match="It may be lost"), transaction(engine):
        file.path.rename(away)
    with pytest.raises(DatabaseError, match="moved away or removed"):
        write(engine)
    away.rename(file.path)
    write(engine)
    assert file.refusal is None


def test_a_log_that_goes_brings_what_was_in_it_into_the_file_first(engine: Engine, file: SqliteFile) -> None:
    write(engine, "kept")
    Path(file.log).unlink()
    with upkeep.kept_whole(engine):
        assert in_copy(file) == ["kept"]
        for _ in range(2):
            with pytest.raises(DatabaseError, match="Restart"):
                write(engine)
    engine.dispose()  # as a restart does
    write(engine, "again")
    checkpoint(engine)
    assert in_copy(file) == ["kept", "again"]


def test_the_log_of_somebody_else_is_left_alone(engine: Engine, file: SqliteFile) -> None:
    write(engine, "kept")
    Path(file.log).rename(f"{file.log}-away")
    Path(file.log).write_bytes(b"somebody else's")
    assert not checkpoint(engine)
    assert in_copy(file) == []
    Path(f"{file.log}-away").rename(file.log)
    assert checkpoint(engine)
    assert in_copy(file) == ["kept"]


def test_what_is_copied_over_the_file_takes_no_more_writes(engine: Engine, file: SqliteFile) -> None:
    set_revision(engine, 5)
    assert checkpoint(engine)
    older, newer = file.path.with_name("older.db"), file.path.with_name("newer.db")
    shutil.copyfile(file.path, older)
    set_revision(engine, 6)
    assert checkpoint(engine)
    shutil.copyfile(file.path, newer)
    for wrong in (older.read_bytes(), b"", b"no database at all"):
        file.path.write_bytes(wrong)
        with pytest.raises(DatabaseError, match="Another file stands"):
            write(engine)
        assert not checkpoint(engine), "nothing of the log goes into it"
        assert file.path.read_bytes() == wrong
    shutil.copyfile(newer, file.path)
    write(engine)


def test_a_checkpoint_by_another_program_or_process_is_no_reason_to_refuse(engine: Engine, file: SqliteFile) -> None:
    assert checkpoint(engine)
    write(engine, "one")
    with contextlib.closing(sqlite3.connect(file.path)) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    write(engine, "two")
    process = make_engine(str(engine.url))
    write(process, "three")
    assert checkpoint(process)
    write(engine, "four")
    process.dispose()
    assert file.refusal is None


def test_checkpoints_leave_no_file_open(engine: Engine, file: SqliteFile) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    write(engine)
    checkpoint(engine)
    before = opened()
    for _ in range(20):
        write(engine)
        assert checkpoint(engine)
    assert opened() <= before + 1


def set_revision(engine: Engine, revision: int) -> None:
    with transaction(engine) as session:
        session.merge(models.Programme(time_zone="Europe/Stockholm", revision=revision))


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_versions_in_which_a_checkpoint_can_lose_rows_are_known(version: tuple[int, ...], is_affected: bool) -> None:
    assert sqlite_file.has_reset_race(version) == is_affected
