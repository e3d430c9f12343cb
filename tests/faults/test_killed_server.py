"""C1: the server is killed while people move cards, or one of three workers on one file is. What was acknowledged is
there, once; what was not may be.
"""

import os
import random
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.counts import is_full
from tests.databases import Databases, demo
from tests.faults.leads import start_server
from tests.faults.workers import workers
from tests.faults.writers import Writer, report, working
from tests.live import free_port

KILLS = 200 if is_full() else 20  # the issue names 20
LONGEST_BETWEEN_S = 1.0 if is_full() else 0.5
ACKNOWLEDGED = 10_000 if is_full() else 1
MOST_BETWEEN = 2 * ACKNOWLEDGED // KILLS + 1  # moves, so that about so many kills see so many moves


@pytest.mark.timeout(1_200 if is_full() else 300)
def test_what_was_acknowledged_before_a_kill_is_there_once(databases: Databases) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    with databases.fresh(demo) as url:
        process, port = start_server(url)
        with working(url, f"http://127.0.0.1:{port}") as writers:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.05, LONGEST_BETWEEN_S))
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
                process.join()
                process, _ = start_server(url, port)
        process.terminate()
        process.join()
        report(url, writers, f"C1: {KILLS} kills (seed {seed})")


@pytest.mark.timeout(2_400 if is_full() else 300)
def test_three_workers_on_one_file_lose_nothing_when_they_are_killed(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    chance, port, kills = random.Random(seed), free_port(), 0
    with sqlite_databases.fresh(demo) as url, ExitStack() as started:
        running = started.enter_context(workers(tmp_path, url, 3, port))
        with working(url, running.address) as writers:
            before = 0
            while kills < KILLS or before < ACKNOWLEDGED:
                time.sleep(chance.uniform(0.05, LONGEST_BETWEEN_S))
                before = answered_after(before + chance.randrange(MOST_BETWEEN), writers)
                kills += 1
                if kills % 10:
                    running.kill_one()
                else:
                    started.close()  # kills all of them
                    running = started.enter_context(workers(tmp_path, url, 3, port))
        report(url, writers, f"C1: {kills} kills of one of three workers, or of all (seed {seed})")


def answered_after(before: int, writers: list[Writer]) -> int:
    """How many moves have been acknowledged, once these are more than before."""
    while (now := sum(len(writer.acknowledged) for writer in writers)) <= before:
        time.sleep(0.02)
    return now
