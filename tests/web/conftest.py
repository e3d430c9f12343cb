"""The application on a small programme, and clients for each kind of rights."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.applications import shared_app
from tests.databases import Databases
from tests.web import people
from tests.web.page_client import PageClient
from tracker.clock import real_now

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
def engine(databases: Databases) -> Engine:
    """An engine on a database with the small programme and the people of the tests, as new."""
    return databases.restored(people.prepare)


@pytest.fixture
def make_app(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeApp:
    """Gives the application on the database, with settings of the test's; its clock starts at `people.NOW`."""
    monkeypatch.chdir(tmp_path)
    return partial(shared_app, engine, people.NOW)


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
