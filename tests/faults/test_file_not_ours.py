"""What stands under the database's name is what was opened: moved away, replaced, removed or without its log, the next
write is refused with cause and remedy by every process, reads go on, and no move is acknowledged that is not there.
"""

import contextlib
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.counts import count
from tests.databases import Databases, demo
from tests.faults.leads import findings, scalars
from tests.faults.sites import Site, expect_ready, expect_refused, processes
from tracker.db.engine import make_engine
from tracker.domain.errors import DatabaseError

ROUNDS = count(200)
Undo = Callable[[], object]


def moved(file: Path) -> Undo:
    away = file.rename(file.with_name("away.db"))
    return lambda: away.rename(file)


def removed(file: Path) -> Undo:
    kept = file.with_name("kept.db")
    kept.hardlink_to(file)
    file.unlink()
    return lambda: kept.rename(file)


def replaced(file: Path) -> Undo:
    away = file.rename(file.with_name("away.db"))
    shutil.copyfile(away, file)
    return lambda: away.rename(file)


def folder_moved(file: Path) -> Undo:
    away = file.parent.rename(file.parent.with_name(f"{file.parent.name}-away"))
    return lambda: away.rename(file.parent)


def log_removed(file: Path) -> Undo:
    Path(f"{file}-wal").unlink()
    return lambda: None


def log_and_index_removed(file: Path) -> Undo:
    for ending in ("-wal", "-shm", "-lock"):
        Path(f"{file}{ending}").unlink()
    return lambda: None


MENDED = {moved: "inte där den var", removed: "inte där den var", replaced: "En annan fil", folder_moved: "inte där"}


def test_what_is_not_the_file_we_opened_takes_no_move_until_it_is_back(sqlite_databases: Databases) -> None:
    with sqlite_databases.fresh(demo) as url, processes(url) as here:
        for do, words in MENDED.items():
            for lead in here.leads:
                assert here.move(lead).status == 200
            undo = do(here.file)
            for lead in here.leads:
                expect_refused(here, lead, words)
            undo()
            for lead in here.leads:
                expect_ready(lead)
        assert set(here.acknowledged) <= set(scalars(here.url, "SELECT note FROM state_change"))
        assert findings(here.url) == []


def test_what_is_acknowledged_while_the_file_comes_and_goes_is_in_it(sqlite_databases: Databases) -> None:
    with sqlite_databases.fresh(demo) as url, processes(url) as here:
        with moving(here) as writers:
            for number in range(ROUNDS):
                undo = (moved, replaced, removed)[number % 3](here.file)
                time.sleep(0.01 * (number % 4))
                undo()
                time.sleep(0.03)
        acknowledged = [note for writer in writers for note in writer.acknowledged]
        refused = sum(writer.refused for writer in writers)
        written = Counter(scalars(url, "SELECT note FROM state_change"))
        wrong = [note for note in acknowledged if written[note] != 1]
        print(f"{ROUNDS} times gone, {len(acknowledged)} moves acknowledged, {refused} refused, {len(wrong)} lost")
        assert wrong == []
        assert acknowledged
        assert refused
        assert findings(url) == []


def test_another_file_is_not_ours_though_no_connection_is_left(sqlite_databases: Databases) -> None:
    with sqlite_databases.fresh(demo) as url, contextlib.closing(Opened(url)) as opened:
        opened.entries()
        undo = replaced(Path(url.removeprefix("sqlite:///")))
        with pytest.raises(DatabaseError, match="Another file"):
            opened.entries()
        undo()
        opened.entries()


class Opened:
    """An engine that keeps no connection."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self.close = self._engine.dispose

    def entries(self) -> None:
        """Reads something."""
        with self._engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM entry").scalar_one() > 0
            connection.invalidate()


@contextlib.contextmanager
def moving(here: Site) -> Iterator[list[Site]]:
    """In each process somebody moves cards of their own all the time."""
    stop = threading.Event()
    writers = [here.share(number, len(here.leads)) for number in range(len(here.leads))]

    def work(writer: Site) -> None:
        while not stop.is_set():
            writer.move(writer.leads[0])

    threads = [threading.Thread(target=work, args=[writer]) for writer in writers]
    for thread in threads:
        thread.start()
    yield writers
    stop.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("do", [log_removed, log_and_index_removed])
def test_with_its_log_gone_nothing_is_written_until_a_restart_and_nothing_is_lost(
    sqlite_databases: Databases, do: Callable[[Path], Undo]
) -> None:
    with sqlite_databases.fresh(demo) as url:
        with processes(url) as here:
            for lead in here.leads:
                assert here.move(lead).status == 200
            do(here.file)
            for lead in here.leads:
                expect_refused(here, lead, "Starta om Tracker")
            assert not Path(here.log).exists(), "no second log is begun beside the one that is gone"
            copy = here.file.with_name("copy.db")
            shutil.copyfile(here.file, copy)
            assert set(here.acknowledged) <= notes(copy), "all that was in the log has come into the file"
        with processes(url, 1) as again:
            assert again.move(again.leads[0]).status == 200
        assert set(here.acknowledged) | set(again.acknowledged) <= notes(here.file)
        assert findings(url) == []


def notes(file: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(file)) as copy:
        return {note for (note,) in copy.execute("SELECT note FROM state_change")}
