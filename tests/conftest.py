"""What all tests share: databases of their own on SQLite and PostgreSQL, and how often counted tests run."""

import contextlib
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

import hypothesis
import pytest
from sqlalchemy import Engine

from tests import postgres
from tests.counts import FULL, count, is_full
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, nothing

# The settings of whoever runs the tests are no part of them.
for _name in [name for name in os.environ if name.startswith("TRACKER_") and name not in {FULL, "TRACKER_SCREENSHOTS"}]:
    del os.environ[_name]

# What pages and commands say hangs on no database. What holds in races, after kills and for random programmes hangs on
# both; these take the longest.
_IN_TURN = re.compile("^tests/(web|cli|faults|properties|db/test_statement_counts)")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help=f"run counted tests in full, as {FULL}=1 does")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("full"):
        os.environ[FULL] = "1"
    # A shared machine has slow moments: examples have no deadline of their own, tests have a time-out.
    hypothesis.settings.register_profile("tracker", deadline=None, max_examples=count(1000), print_blob=True)
    hypothesis.settings.load_profile("tracker")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """An ordinary run asks these on one of the two databases each, half of them on either; `--full` on both."""
    if is_full():
        return
    twins: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if _IN_TURN.search(item.nodeid):
            twins[re.sub("sqlite|postgres", "", item.nodeid)].append(item)
    left_out = {pair[crc32(name.encode()) % 2] for name, pair in twins.items() if len(pair) == 2}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with contextlib.closing(SqliteDatabases(tmp_path_factory.mktemp("databases"))) as databases:
        yield databases


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    with postgres.server() as address, contextlib.closing(PostgresDatabases(address)) as databases:
        yield databases


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Runs the test on both kinds; for many databases in one test, `with databases.fresh() as url`."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    return databases


@pytest.fixture
def database_url(engine: Engine) -> str:
    """The address of the database of `engine`."""
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """The address of a database of the test's own without tables."""
    with databases.fresh(nothing) as url:
        yield url


@pytest.fixture
def engine(databases: Databases) -> Engine:
    """An engine on a migrated database that is as new."""
    return databases.restored()
