"""D11: an outside program holds SQLite's lock. For some seconds everybody waits and succeeds; for longer they are
refused in time, however many wait, and nothing is written by half.
"""

import contextlib
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.counts import is_full
from tests.databases import Databases, demo
from tests.faults.leads import Reply, findings, scalars
from tests.faults.sites import Site, processes

WRITERS = 8
REFUSED_WITHIN_S = 6.0 if is_full() else 9.0  # who waited for both locks one after the other took 10
SHORT_S, LONG_S = (3.0, 30.0) if is_full() else (1.5, 5.8)  # the catalogue names 3 and 30; nobody waits longer than 5


@contextlib.contextmanager
def held(here: Site, seconds: float) -> Iterator[None]:
    """Another program has begun to write, and goes on so for so long."""
    with contextlib.closing(sqlite3.connect(here.file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(seconds, other.execute, ["ROLLBACK"])
        timer.start()
        yield
        timer.join()


def storm(here: Site) -> list[tuple[Reply, float]]:
    """As many moves at once, half of them in each process; what each was answered, and after how many seconds."""

    def one(number: int) -> tuple[Reply, float]:
        began = time.monotonic()
        return here.move(here.leads[number % len(here.leads)]), time.monotonic() - began

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


@pytest.mark.timeout(120)
def test_who_waits_for_another_program_succeeds_or_is_told_in_time(sqlite_databases: Databases) -> None:
    with sqlite_databases.fresh(demo) as url, processes(url, 2) as here:
        with held(here, SHORT_S):
            short = storm(here)
        before = scalars(url, "SELECT count(*) FROM state_change") + scalars(url, "SELECT revision FROM programme")
        with held(here, LONG_S):
            long = storm(here)
        after = scalars(url, "SELECT count(*) FROM state_change") + scalars(url, "SELECT revision FROM programme")
        assert Counter(reply.status for reply, _ in short) == {200: WRITERS}
        assert Counter(reply.status for reply, _ in long) == {503: WRITERS}
        slowest = max(seconds for _, seconds in long)
        print(f"D11: {WRITERS} writers, held for {LONG_S} s: refused after {slowest:.1f} s at most")
        assert slowest < REFUSED_WITHIN_S
        assert all(int(reply.headers["Retry-After"]) > 0 for reply, _ in long)
        assert after == before
        assert here.move(here.leads[0]).status == 200
        assert findings(url) == []
