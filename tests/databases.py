"""Databases for tests, each a copy of a template that is made once per test process."""

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from tracker.commands.programme import demo as demos
from tracker.commands.programme import seed
from tracker.config import SEED_DATA
from tracker.db.engine import make_engine
from tracker.db.migrations import upgrade
from tracker.domain.programme.demo import LAST_DAY

Prepare = Callable[[Engine], object]

# For tests of what no database decides: `@ON_SQLITE`.
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def nothing(_engine: Engine) -> None:
    """Prepares a database without tables."""


def demo(engine: Engine) -> None:
    """Prepares the database that `tracker demo` makes: the whole made-up programme, and an account per role."""
    demos.open_demo(engine, lambda _day: seed.read_folder(SEED_DATA), say=print)


def demo_in_planning_week(engine: Engine) -> None:
    """The same three weeks later, on 5 May: cycle 5 is ready to be closed."""
    demos.open_demo(engine, lambda _day: seed.read_folder(SEED_DATA / "later"), say=print, day=LAST_DAY)


@contextlib.contextmanager
def listening(engine: Engine, name: str, heard: Callable[..., object]) -> Iterator[None]:
    """Calls a function at each event of the engine until the end of the block."""
    event.listen(engine, name, heard)
    try:
        yield
    finally:
        event.remove(engine, name, heard)


@contextlib.contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """The statements that the engine is asked until the end of the block, without those that begin transactions."""
    statements: list[str] = []

    def note(*args: Any) -> None:  # noqa: ANN401 - SQLAlchemy's signature
        if not args[2].startswith("BEGIN"):
            statements.append(args[2])

    with listening(engine, "before_cursor_execute", note):
        yield statements


class Databases(Protocol):
    """Gives databases of one kind, each as `prepare` made its template."""

    def fresh(self, prepare: Prepare = upgrade) -> contextlib.AbstractContextManager[str]:
        """The address of a database of its own, dropped at the end."""

    def restored(self, prepare: Prepare = upgrade) -> Engine:
        """The engine of the process's one database of this preparation, which is as new. It keeps the statements that
        it has compiled, which is most of what the first request on a new engine takes.
        """


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates: dict[Prepare, Path] = {}
        self._engines: dict[Prepare, Engine] = {}

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare = upgrade) -> Iterator[str]:
        file = self._folder / uuid.uuid4().hex / "test.db"  # the database has files beside it
        try:
            self._copy(prepare, file)
            yield f"sqlite:///{file}"
        finally:
            shutil.rmtree(file.parent)

    def restored(self, prepare: Prepare = upgrade) -> Engine:
        if prepare not in self._engines:
            file = self._folder / f"restored-{len(self._engines)}" / "test.db"
            self._engines[prepare] = make_engine(f"sqlite:///{file}")
        engine = self._engines[prepare]
        engine.dispose()
        file = Path(str(engine.url.database))
        shutil.rmtree(file.parent, ignore_errors=True)
        self._copy(prepare, file)
        return engine

    def close(self) -> None:
        """Closes what is open."""
        for engine in self._engines.values():
            engine.dispose()

    def _copy(self, prepare: Prepare, file: Path) -> None:
        if prepare not in self._templates:
            self._templates[prepare] = self._template(prepare)
        file.parent.mkdir()
        shutil.copyfile(self._templates[prepare], file)

    def _template(self, prepare: Prepare) -> Path:
        file = self._folder / f"template-{len(self._templates)}.db"
        file.touch()
        with _engine(f"sqlite:///{file}") as engine:
            prepare(engine)
            with engine.connect() as connection:  # a file of its own, which can be copied without its log
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file


class PostgresDatabases:
    def __init__(self, server: URL, through: URL | None = None) -> None:
        """`through` is where what is made is reached by those who use it, when that is not the server itself."""
        self._server, self._through = server, through or server
        self._connections = 7 if through else None  # then also with all limits of who serves
        # One connection for all that it creates and drops: half of the time of a fresh database was the connecting.
        engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._connection = engine.connect()
        self._templates: dict[Prepare, str] = {}
        self._engines: dict[Prepare, Engine] = {}

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare = upgrade) -> Iterator[str]:
        name = _new_name()
        self._copy(prepare, name)
        try:
            yield _address(self._through, name)
        finally:
            self._drop(name)

    def restored(self, prepare: Prepare = upgrade) -> Engine:
        if prepare not in self._engines:
            self._engines[prepare] = make_engine(_address(self._through, _new_name()), self._connections)
        engine = self._engines[prepare]
        engine.dispose()
        self._drop(str(engine.url.database))
        self._copy(prepare, str(engine.url.database))
        return engine

    def close(self) -> None:
        """Leaves nothing behind on the server."""
        for engine in self._engines.values():
            engine.dispose()
            self._drop(str(engine.url.database))
        for name in self._templates.values():
            self._drop(name)
        self._connection.close()
        self._connection.engine.dispose()

    def _copy(self, prepare: Prepare, name: str) -> None:
        if prepare not in self._templates:
            self._templates[prepare] = self._template(prepare)
        self._create(name, self._templates[prepare])

    def _template(self, prepare: Prepare) -> str:
        name = _new_name()
        self._create(name, "template1")
        with _engine(_address(self._server, name)) as engine:
            prepare(engine)
        return name

    def _create(self, name: str, template: str) -> None:
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        self._connection.execute(text(statement))


def _address(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


def _new_name() -> str:
    return f"tracker_test_{uuid.uuid4().hex}"


@contextlib.contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
