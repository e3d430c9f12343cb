"""A room full of people at several processes: all boards come to the same, and no process holds more and more."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.counts import is_full
from tests.databases import Databases, demo
from tests.faults.boards import BOARD, Board
from tests.faults.leads import Lead, findings, scalars, start_server
from tests.faults.writers import Writer

PROCESSES, READERS, MOVERS, SECONDS = (4, 50, 10, 300.0) if is_full() else (2, 6, 3, 2.0)
PAUSE_S = 2.0 if is_full() else 0.2
MOVES = 20_000
PAGES = (BOARD, "/", "/charts", "/cycles/5", "/cycles/5/review")
MOST_MB = 30  # the history itself grows: what is kept of 15,000 moves


@contextlib.contextmanager
def processes(url: str, count: int) -> Iterator[list[tuple[int, str]]]:
    """So many servers on one database: the number of each process, and its address."""
    started = [start_server(url) for _ in range(count)]
    try:
        yield [(process.pid or 0, f"http://127.0.0.1:{port}") for process, port in started]
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.join()


@contextlib.contextmanager
def at_work(works: list[Callable[[], object]], stop: threading.Event, pause_s: float) -> Iterator[None]:
    """Each is done again and again after a pause, until the end of the block; none of them fails."""
    failed: list[BaseException] = []

    def work(do: Callable[[], object]) -> None:
        try:
            while not stop.wait(pause_s):
                do()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work, args=[each]) for each in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []


def movers(url: str, addresses: list[str], count: int, stop: threading.Event) -> list[Writer]:
    """So many planners, each with cards of their own."""
    keys = scalars(url, "SELECT key FROM workflow WHERE archived_at IS NULL AND state <> 'done' ORDER BY key")
    versions = {key: scalars(url, "SELECT version FROM workflow WHERE key = :key", key=key)[0] for key in keys}
    planner = Lead(addresses[0]).sign_in("planner")
    return [
        Writer(
            number,
            planner.twin(addresses[number % len(addresses)]),
            {key: versions[key] for key in keys[number::count]},
            stop,
        )
        for number in range(count)
    ]


@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_all_boards_of_all_processes_come_to_the_same(postgres_databases: Databases) -> None:
    stop = threading.Event()
    with postgres_databases.fresh(demo) as url, processes(url, PROCESSES) as here:
        addresses = [address for _, address in here]
        viewer = Lead(addresses[0]).sign_in("viewer")
        boards = [Board(viewer.twin(addresses[number % PROCESSES])).open() for number in range(READERS)]
        people = movers(url, addresses, MOVERS, stop)
        with at_work([board.poll for board in boards] + [each.turn for each in people], stop, PAUSE_S):
            time.sleep(SECONDS)
        moves = sum(len(each.acknowledged) for each in people)
        shown = [board.settle().shown for board in boards]
        fresh = [Board(viewer.twin(address)).open().shown for address in addresses]
        keys, states = (scalars(url, f"SELECT {name} FROM workflow ORDER BY key") for name in ("key", "state"))
        state_of = dict(zip(keys, states, strict=True))
        revision = scalars(url, "SELECT revision FROM programme")[0]
        assert findings(url) == []
    print(f"{READERS} boards at {PROCESSES} processes, {moves} moves by {MOVERS} people, all at revision {revision}")
    assert moves > 0
    assert all(each == shown[0] for each in [*shown, *fresh])
    assert shown[0][0] == revision
    for column, cards in shown[0][1].items():
        assert {state_of[key] for key, _ in cards} <= {column.removeprefix("column-")}


@pytest.mark.skipif(not is_full(), reason="takes minutes")
@pytest.mark.timeout(3_600)
def test_a_process_does_not_hold_more_and_more(databases: Databases) -> None:
    stop = threading.Event()
    with databases.fresh(demo) as url, processes(url, 1) as [(pid, address)]:
        viewer = Lead(address).sign_in("viewer")
        board = Board(viewer.twin()).open()
        people = movers(url, [address], MOVERS, stop)
        pages = [lambda path=path: viewer.twin().ask("GET", path) for path in PAGES]
        held = []
        with at_work([each.turn for each in people], stop, 0), at_work([board.poll, *pages], stop, 0.5):
            for moves in (MOVES // 4, MOVES):
                while sum(len(each.acknowledged) for each in people) < moves:
                    assert not stop.wait(0.5)
                held.append(megabytes(pid))
    print(f"a process holds {held[0]:.0f} MB after {MOVES // 4:,} moves, {held[1]:.0f} MB after {MOVES:,}")
    assert held[1] - held[0] <= MOST_MB


def megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
