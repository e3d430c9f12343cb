"""A disk that is full, read-only or failing: the next write is refused with the cause, what was acknowledged is there,
reads go on, and when the disk is well again so is the service, without a restart.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.databases import ON_SQLITE, Databases, demo, listening
from tests.faults import strace
from tests.faults.leads import findings, scalars
from tests.faults.sites import Site, expect_ready, expect_refused, processes
from tracker.db import sqlite_file
from tracker.db.engine import transaction
from tracker.domain.errors import DatabaseError

FAULTS = {
    "pwrite64:error=ENOSPC": "är full",
    "pwrite64:error=EROFS": "rapporterar fel",  # SQLite calls it an I/O error, and the disk itself says it is well
    "pwrite64:error=EIO": "rapporterar fel",
    "fdatasync:error=EIO": "rapporterar fel",
}


def test_what_the_disk_refuses_is_never_acknowledged(sqlite_databases: Databases) -> None:
    strace.required()
    with sqlite_databases.fresh(demo) as url, processes(url, 1) as here:
        (lead,) = here.leads
        for rule, words in FAULTS.items():
            assert here.move(lead).status == 200
            with strace.injected(here.pids[0], rule):
                expect_refused(here, lead, words)
            expect_ready(lead)
        assert here.move(lead).status == 200
        expect_kept(here)


def test_on_a_full_and_on_a_read_only_disk(sqlite_databases: Databases, tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk, sqlite_databases.fresh(demo) as template:
        file = disk / "tracker.db"
        shutil.copyfile(template.removeprefix("sqlite:///"), file)
        with processes(f"sqlite:///{file}", 1) as here:
            (lead,) = here.leads
            assert here.move(lead).status == 200
            with filled(disk):
                expect_refused(here, lead, "är full")
            expect_ready(lead)
            assert here.move(lead).status == 200
            with read_only(disk):
                expect_refused(here, lead, "skrivskyddad")
            expect_ready(lead)
            assert here.move(lead).status == 200
            expect_kept(here)


def expect_kept(here: Site) -> None:
    """All that was acknowledged is there, once, and the history agrees with it."""
    written = scalars(here.url, "SELECT note FROM state_change")
    assert [note for note in here.acknowledged if written.count(note) != 1] == []
    assert findings(here.url) == []
    print(f"{len(here.acknowledged)} moves acknowledged, {here.refused} refused, 0 lost")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own of 12 MB; skips the test where none may be mounted."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tracker-test", str(disk)]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Nothing fits on the disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


@contextlib.contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """The disk is mounted again above itself so that nothing can be opened for writing."""
    subprocess.run(["mount", "--bind", disk, disk], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)
    yield
    subprocess.run(["umount", disk], check=True)


@ON_SQLITE
def test_a_database_that_may_not_grow_is_full_and_recovers(engine: Engine) -> None:
    file = sqlite_file.of(engine)
    assert file is not None
    with limited(engine, "1"), pytest.raises(DatabaseError, match="full"):
        fill(engine)
    assert file.refusal is not None
    fill(engine)
    assert file.refusal is None


def fill(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS filler (words TEXT)"))
        session.execute(text("INSERT INTO filler VALUES (:words)"), {"words": "x" * 100_000})


@contextlib.contextmanager
def limited(engine: Engine, pages: str) -> Iterator[None]:
    """The database may have no more pages than it has, as on a disk that is full."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    with listening(engine, "connect", limit):
        yield
    engine.dispose()


@ON_SQLITE
def test_what_may_not_be_written_says_so(engine: Engine) -> None:
    file = sqlite_file.of(engine)
    assert file is not None
    with transaction(engine):
        pass
    with as_nobody(), pytest.raises(DatabaseError, match="read-only"), transaction(engine):
        pass
    with transaction(engine):
        pass


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Root writes past a file's mode, so for a moment we are nobody."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
