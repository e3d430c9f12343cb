"""The application on a small programme, and clients for each kind of rights."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr
from sqlalchemy import Engine

from tests.databases import Databases
from tests.web import people
from tests.web.page_client import PageClient
from tracker.clock import Clock, real_now
from tracker.config import Settings
from tracker.db.engine import make_engine
from tracker.web.app import create_app

# Templates are compiled once per machine, not once per test.
COMPILED = FileSystemBytecodeCache()
ClientAs = Callable[[str], PageClient]
MakeApp = Callable[..., Flask]


def browser_of(app: Flask) -> PageClient:
    """A browser that nobody has signed in with."""
    return cast("PageClient", app.test_client())


def sign_in(browser: PageClient, token: str) -> None:
    """Gives the browser the token of a sign-in."""
    with browser.session_transaction() as session:
        session.update(_user_id=token, active_at=int(real_now().timestamp()), _fresh=True)
        session.permanent = True


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    """An engine on a database with the small programme and the people of the tests."""
    with databases.fresh(people.prepare) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def make_app(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeApp:
    """Makes applications on the database, with settings and, where it is given, a clock of the test's own."""
    monkeypatch.chdir(tmp_path)

    def make(clock: Clock | None = None, **settings: object) -> Flask:
        url = engine.url.render_as_string(hide_password=False)
        given = {"secret_key": SecretStr("0123456789abcdef" * 4), "database_url": url} | settings
        app = create_app(Settings(**given), engine, clock or Clock(people.NOW))  # type: ignore[arg-type]
        app.test_client_class = PageClient
        app.jinja_env.bytecode_cache = COMPILED
        return app

    return make


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The application; its clock starts at `people.NOW`."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser that nobody has signed in with."""
    return browser_of(app)


@pytest.fixture
def client_as(app: Flask, engine: Engine) -> ClientAs:
    """Gives a browser in which one of `people.ROLES` is signed in; the disabled one was."""

    def make(who: str) -> PageClient:
        browser = browser_of(app)
        if who == people.ANONYMOUS:
            return browser
        sign_in(browser, people.signed_in(engine, who))
        if who == people.DISABLED:
            people.disable(engine, who)
        return browser

    return make
