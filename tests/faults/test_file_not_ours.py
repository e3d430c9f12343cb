"""What stands under the database's name is what was opened: moved away, replaced, removed or without its log, the next
write is refused with cause and remedy by every process, reads go on, and no move is acknowledged that is not there.
"""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, scalars, start_server

PROCESSES = 3
READY_WITHIN_S = 2.0
_STATES = ("design", "validation", "test")
_TURNS = (count(1_000 * number) for number in count())  # each site's notes and keys are its own
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


@dataclass
class Site:
    """Processes that serve one file, and what they acknowledged."""

    url: str
    leads: list[Lead]
    versions: dict[str, int]
    acknowledged: list[str] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=lambda: next(_TURNS))

    @property
    def file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def log(self) -> str:
        return f"{self.file}-wal"

    def move(self, lead: Lead, *, htmx: bool = True) -> Reply:
        """A card moves on; its note tells which acknowledged move it was."""
        turn = next(self.turns)
        key = sorted(self.versions)[turn % len(self.versions)]
        fields = {
            "to": _STATES[(turn // len(self.versions) + self.versions[key]) % 3],
            "version": str(self.versions[key]),
            "key": f"key {turn}",
            "reason": "other",
            "note": f"turn {turn}",
        }
        reply = lead.send(f"/workflows/{key}/move", fields, htmx=htmx)
        if reply.status == 200 and "data-undo-version" in reply.text:
            self.versions[key] += 1
            self.acknowledged.append(fields["note"])
        return reply


@contextlib.contextmanager
def site(databases: Databases) -> Iterator[Site]:
    """Several processes on a demo of their own."""
    with databases.fresh(demo) as url, processes(url) as here:
        yield here


@contextlib.contextmanager
def processes(url: str, number: int = PROCESSES) -> Iterator[Site]:
    """Several processes that serve the database."""
    rows = scalars(url, "SELECT key || ' ' || version FROM workflow WHERE archived_at IS NULL AND state = 'design'")
    versions = {key: int(version) for key, version in map(str.split, rows)}
    started = [start_server(url) for _ in range(number)]
    try:
        first = Lead(f"http://127.0.0.1:{started[0][1]}").sign_in("planner")
        yield Site(url, [first.twin(f"http://127.0.0.1:{port}") for _, port in started], versions)
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.join()


def readiness_becomes(lead: Lead, status: int) -> float:
    """The seconds until `/readyz` answers so; fails when that is longer than it may be."""
    began = time.monotonic()
    while (reply := lead.ask("GET", "/readyz")).status != status:
        assert time.monotonic() - began < READY_WITHIN_S, reply
        time.sleep(0.05)
    assert reply.text in {"ready\n", "not ready\n"}
    return time.monotonic() - began


def expect_refused(where: Site, lead: Lead, words: str) -> None:
    """A form is refused with a page that keeps it, htmx with a word; the process lives, and its board can be read."""
    part, page = where.move(lead), where.move(lead, htmx=False)
    for reply in (part, page):
        assert reply.status == 503, reply.text
        assert int(reply.headers["Retry-After"]) > 0
        assert words in reply.text
        assert str(where.file.parent) not in reply.text
    assert part.headers["Hx-Retarget"] == "#toasts"
    assert "<html" not in part.text
    assert "Ingenting kan sparas just nu" in page.text
    assert 'name="note" value="turn' in page.text
    assert lead.ask("GET", "/board?cycle=all").status == 200
    assert lead.ask("GET", "/healthz").status == 200
    readiness_becomes(lead, 503)


MENDED = {moved: "inte där den var", removed: "inte där den var", replaced: "En annan fil", folder_moved: "inte där"}


def test_what_is_not_the_file_we_opened_takes_no_move_until_it_is_back(sqlite_databases: Databases) -> None:
    with site(sqlite_databases) as here:
        for do, words in MENDED.items():
            for lead in here.leads:
                assert here.move(lead).status == 200
            undo = do(here.file)
            for lead in here.leads:
                expect_refused(here, lead, words)
            undo()
            for lead in here.leads:
                readiness_becomes(lead, 200)
        assert set(here.acknowledged) <= set(scalars(here.url, "SELECT note FROM state_change"))
        assert findings(here.url) == []


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
