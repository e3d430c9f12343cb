"""What all tests share: databases of their own on SQLite and PostgreSQL, and how often counted tests run."""

import contextlib
import os
import re
import secrets
from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

import hypothesis
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from tests import postgres
from tests.counts import FULL, count, is_full
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, nothing
from tests.live import LATE
from tests.pgbouncer import bouncer
from tracker.commands.accounts import passwords

# The settings of whoever runs the tests are no part of them.
for _name in [name for name in os.environ if name.startswith("TRACKER_") and name not in {FULL, "TRACKER_SCREENSHOTS"}]:
    del os.environ[_name]

_REAL = {name: getattr(passwords, name) for name in ("_hasher", "_NOBODYS")}

# An ordinary run asks on both what the database itself decides, on one of them (half on either) what commands and
# queries do with it, and on SQLite alone what pages and the command line say of that. `--full` asks all on both.
_ON_BOTH = re.compile("^tests/(migrations|db/test_statement_counts)")
_IN_TURN = re.compile("^tests/(db|faults|properties)")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help=f"run counted tests in full, as {FULL}=1 does")
    parser.addoption("--sqlite", action="store_true", help="run what needs PostgreSQL not at all")
    parser.addoption(
        "--late", metavar="SECONDS", help="let pages come so late, to find tests that do not wait for them"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("full"):
        os.environ[FULL] = "1"
    if config.getoption("late"):
        os.environ[LATE] = config.getoption("late")
    # A shared machine has slow moments: examples have no deadline of their own, tests have a time-out.
    hypothesis.settings.register_profile("tracker", deadline=None, max_examples=count(1000), print_blob=True)
    hypothesis.settings.load_profile("tracker")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what this kind of run does not ask."""
    left_out = _of_postgres(items) if config.getoption("sqlite") else set() if is_full() else _not_ordinary(items)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def _of_postgres(items: list[pytest.Item]) -> set[pytest.Item]:
    return {item for item in items if item.get_closest_marker("postgres")}


def _not_ordinary(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of what can be asked on both databases, the one of the two that an ordinary run leaves out."""
    twins: dict[str, dict[bool, pytest.Item]] = defaultdict(dict)
    of_postgres = _of_postgres(items)
    for item in items:
        if not _ON_BOTH.search(item.nodeid) and not item.get_closest_marker("on_both"):
            twins[re.sub("sqlite|postgres", "", item.nodeid)][item in of_postgres] = item
    return {
        pair[not _IN_TURN.search(name) or bool(crc32(name.encode()) % 2)]
        for name, pair in twins.items()
        if len(pair) == 2
    }


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are kept with a hash that takes no time; `slow_passwords` brings the real one back."""
    quick = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_NOBODYS", quick.hash(secrets.token_hex()))
        yield


@pytest.fixture
def slow_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as they are outside of tests."""
    for name, real in _REAL.items():
        monkeypatch.setattr(passwords, name, real)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with contextlib.closing(SqliteDatabases(tmp_path_factory.mktemp("databases"))) as databases:
        yield databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: URL) -> Iterator[Databases]:
    with contextlib.closing(PostgresDatabases(postgres_server)) as databases:
        yield databases


@pytest.fixture(scope="session")
def bouncer_databases(postgres_server: URL) -> Iterator[Databases]:
    """Databases of the same server behind PgBouncer in transaction mode."""
    with (
        bouncer(postgres_server) as through,
        contextlib.closing(PostgresDatabases(postgres_server, through)) as databases,
    ):
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
