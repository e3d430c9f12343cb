"""Many sign in to one account at the same instant."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.databases import Databases, demo
from tests.faults.leads import Lead, served

CROWD = 32


@pytest.mark.postgres  # SQLite has one writer at a time
def test_a_crowd_that_signs_in_to_one_account_meets_no_error(postgres_databases: Databases) -> None:
    with postgres_databases.fresh(demo) as url, served(url) as address, ThreadPoolExecutor(CROWD) as together:
        barrier = Barrier(CROWD)

        def sign_in(_: int) -> int:
            lead = Lead(address)
            lead.open("/login")
            barrier.wait()
            return lead.send("/login/demo", {"role": "lead_sidu"}).status

        statuses = list(together.map(sign_in, range(CROWD)))
    print(f"Crowd: {CROWD} sign-ins of one account at one instant: {sorted(set(statuses))}")
    assert set(statuses) <= {303, 503}
    assert statuses.count(303) > CROWD / 2
