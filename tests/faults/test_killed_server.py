"""C1: the server is killed while people move cards. What it acknowledged is there, once; what it did not may be."""

import os
import random
import signal
import time

import pytest

from tests.counts import is_full
from tests.databases import Databases, demo
from tests.faults.leads import start_server
from tests.faults.writers import report, working

KILLS = 200 if is_full() else 20  # the issue names 20
LONGEST_BETWEEN_S = 1.0 if is_full() else 0.5


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
