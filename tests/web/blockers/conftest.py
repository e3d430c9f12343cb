"""What is asked of blockers is asked through PgBouncer too: no transaction may rely on the connection of another."""

import pytest

from tests.databases import Databases

_POSTGRES = [pytest.param(kind, marks=pytest.mark.postgres) for kind in ("postgres", "bouncer")]


@pytest.fixture(scope="session", params=["sqlite", *_POSTGRES])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Runs the test on SQLite, on PostgreSQL in full runs, and through PgBouncer in transaction mode."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    return databases
