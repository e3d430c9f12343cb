"""Applications that tests share: one per process for the same settings on the same database. A test gets it with its
clock set anew, and with what it remembers of the test before forgotten.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.web.page_client import PageClient
from tracker.clock import Clock, clock_of
from tracker.config import Settings
from tracker.db.engine import reading
from tracker.queries.accounts import viewer as viewers
from tracker.queries.accounts.viewer import Programme
from tracker.web.app import create_app
from tracker.web.ui import shared

SECRET_KEY = "9f3c1e7a5b0d48628c4ef1a37d6b92055ae8c0d1437f96be2b10f58d7ca3e649"
# Templates are compiled once per machine, not once per test.
COMPILED = FileSystemBytecodeCache()


class SharedClock(Clock):
    """A clock that is set anew for each test."""

    def start(self, at: datetime) -> None:
        """It is this instant now."""
        super().__init__(at)


class SetClock(Clock):
    """Shows what it is set to."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class _Kept:
    """An application, what it was made for, and how it was when it was new."""

    engine: Engine
    settings: Settings
    programme: Programme | None
    clock: SharedClock
    app: Flask
    config: dict[str, object] = field(init=False)
    extensions: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.config, self.extensions = dict(self.app.config), dict(self.app.extensions)

    def lend(self, at: datetime) -> Flask:
        self.clock.start(at)
        self.app.config.update(self.config)
        self.app.extensions.update(self.extensions)
        shared.forget(self.app)  # two databases of tests may have been written to at the same instants
        return self.app


_kept: list[_Kept] = []


def settings_for(engine: Engine, **settings: object) -> Settings:
    """The settings of an application on the engine's database, with a key of the tests."""
    url = engine.url.render_as_string(hide_password=False)
    return Settings(**{"secret_key": SecretStr(SECRET_KEY), "database_url": url} | settings)  # type: ignore[arg-type]


def own_app(engine: Engine, clock: Clock | None = None, **settings: object) -> Flask:
    """An application of the test's own, for tests that add to it or that ask two on one database."""
    app = create_app(settings_for(engine, **settings), engine, clock)
    app.test_client_class = PageClient
    app.jinja_env.bytecode_cache = COMPILED
    return app


def shared_app(engine: Engine, at: datetime | None = None, **settings: object) -> Flask:
    """The process's application with these settings on an engine that `Databases.restored` gave. Its clock starts at an
    instant, else as the programme's does.
    """
    wanted = settings_for(engine, **settings)
    with reading(engine) as session:
        programme, at = viewers.programme(session), at or clock_of(session).now()
    started = programme and replace(programme, revision=0)
    for kept in _kept:
        if kept.engine is engine and kept.settings == wanted and kept.programme == started:
            return kept.lend(at)
    clock = SharedClock()
    _kept.append(_Kept(engine, wanted, started, clock, own_app(engine, clock, **settings)))
    return _kept[-1].lend(at)
