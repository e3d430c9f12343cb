"""C2: all of PostgreSQL is killed while people move cards, now and then a worker too. What was acknowledged is there,
once, and the workers find the database again without a restart.
"""

import random
import time
from pathlib import Path

import pytest

from tests.counts import count, is_full
from tests.databases import demo
from tests.faults.leads import Lead, looking
from tests.faults.workers import workers
from tests.faults.writers import report, working
from tests.own_postgres import own_server

KILLS = count(200)
ACKNOWLEDGED = 10_000 if is_full() else 1
BACK_WITHIN_S = 30  # of a machine that does other things too; alone it takes a second


@pytest.mark.postgres
@pytest.mark.timeout(2_400 if is_full() else 300)
def test_what_was_acknowledged_before_postgresql_was_killed_is_there_once(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance, back, kills = random.Random(seed), [0.0], 0
    with own_server() as server:
        url = server.url("tracker")
        server.ask("CREATE DATABASE tracker")
        with looking(url) as engine:
            demo(engine)
        with workers(tmp_path, url, count=3) as running:
            lead = Lead(running.address).sign_in("viewer")
            with working(url, running.address) as writers:
                while kills < KILLS or sum(len(writer.acknowledged) for writer in writers) < ACKNOWLEDGED:
                    time.sleep(chance.uniform(0.05, 1.0 if is_full() else 0.2))
                    if kills % 10 == 9:
                        running.kill_one()
                    server.kill()
                    server.start()
                    kills += 1
                    back.append(running.seconds_until(lead, "/blockers"))
        report(url, writers, f"C2: {kills} kills of PostgreSQL under three workers (seed {seed})")
    print(f"C2: pages again at most {max(back):.2f} s after PostgreSQL")
    assert max(back) < BACK_WITHIN_S
