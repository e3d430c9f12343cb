"""Fresh databases for tests, each a copy of a template that is made once per test process."""

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from tracker.commands.programme import demo as demos
from tracker.config import SEED_DATA
from tracker.db.engine import make_engine
from tracker.db.migrations import upgrade

Prepare = Callable[[Engine], object]

# For tests of what no database decides: `@ON_SQLITE`.
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def nothing(_engine: Engine) -> None:
    """Prepares a database without tables."""


def demo(engine: Engine) -> None:
    """Prepares the database that `tracker demo` makes: the whole made-up programme, and an account per role."""
    demos.open_demo(engine, SEED_DATA, say=print)


class Databases(Protocol):
    """Gives the addresses of fresh databases of one kind."""

    def fresh(self, prepare: Prepare = upgrade) -> contextlib.AbstractContextManager[str]:
        """A database of its own, as `prepare` made its template, dropped at the end."""


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates: dict[Prepare, Path] = {}

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare = upgrade) -> Iterator[str]:
        if prepare not in self._templates:
            self._templates[prepare] = self._template(prepare)
        folder = self._folder / uuid.uuid4().hex  # the database has files beside it
        folder.mkdir()
        shutil.copyfile(self._templates[prepare], folder / "test.db")
        try:
            yield f"sqlite:///{folder / 'test.db'}"
        finally:
            shutil.rmtree(folder)

    def _template(self, prepare: Prepare) -> Path:
        file = self._folder / f"template-{len(self._templates)}.db"
        with _engine(f"sqlite:///{file}") as engine:
            prepare(engine)
            with engine.connect() as connection:  # a file of its own, which can be copied without its log
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file


class PostgresDatabases:
    def __init__(self, server: URL) -> None:
        self._server = server
        # One connection for all that it creates and drops: half of the time of a fresh database was the connecting.
        engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._connection = engine.connect()
        self._templates: dict[Prepare, str] = {}

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare = upgrade) -> Iterator[str]:
        if prepare not in self._templates:
            self._templates[prepare] = self._template(prepare)
        name = self._create(self._templates[prepare])
        try:
            yield self._address(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Leaves nothing behind on the server."""
        for name in self._templates.values():
            self._drop(name)
        self._connection.close()
        self._connection.engine.dispose()

    def _template(self, prepare: Prepare) -> str:
        name = self._create("template1")
        with _engine(self._address(name)) as engine:
            prepare(engine)
        return name

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _create(self, template: str) -> str:
        name = f"tracker_test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        self._connection.execute(text(statement))


@contextlib.contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
