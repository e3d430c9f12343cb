"""W11: a thousand guesses at each door that a password or a token opens, from one address and from fifty."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.applications import shared_app
from tests.counts import count
from tests.databases import ON_SQLITE, Databases
from tests.web import people
from tests.web.conftest import browser_of
from tests.web.page_client import PageClient
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.accounts import sign_ins
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction

pytestmark = ON_SQLITE

OWNER = people.email("lead_owner")
HOME = {"X-Forwarded-For": "192.0.2.1"}
NEW = "ett helt annat lås"
Guess = Callable[[int, dict[str, str]], int]


@pytest.fixture
def app(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Flask:
    """The application behind a proxy, where comparing a password takes no time: its cost is no part of counting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tracker.commands.accounts.passwords.fits", lambda password, _kept: password == people.PASSWORD)
    return shared_app(databases.restored(people.prepare), people.NOW, proxy_hops=1)


def engine_of(app: Flask) -> Engine:
    engine: Engine = app.extensions["tracker"].engine
    return engine


def link_for(app: Flask, who: str) -> str:
    with transaction(engine_of(app)) as session:
        entry = open_entry(session, accounts.operator(session), "user_link", people.NOW)
        made = password_links.make(session, entry, accounts.the_user(session, people.email(who)), now=real_now())
        return password_links.PATH + made.token


def guesses(app: Flask, door: str) -> Guess:
    """How somebody knocks at a door, each time with a browser of their own."""

    def at_sign_in(n: int, headers: dict[str, str]) -> int:
        fields = {"email": OWNER, "password": f"gissning {n}"}
        return browser_of(app).submit("/login", fields, headers=headers).status_code

    stolen = people.signed_in(engine_of(app), "lead_owner")  # a session, but not the browser's own cookie

    def at_change(n: int, headers: dict[str, str]) -> int:
        thief = browser_of(app)
        with thief.session_transaction() as session:
            session.update(_user_id=stolen, active_at=int(time.time()), _fresh=True)
        fields = {"current": f"gissning {n}", "password": NEW, "again": NEW}
        return thief.submit("/settings/password", fields, headers=headers).status_code

    def at_link(n: int, headers: dict[str, str]) -> int:
        path = f"/link/{n:043d}"
        if n % 2:
            return browser_of(app).get(path, headers=headers).status_code
        return browser_of(app).submit(path, {"password": NEW, "again": NEW}, headers=headers).status_code

    return {"sign-in": at_sign_in, "change of password": at_change, "link": at_link}[door]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("addresses", [1, 50])
@pytest.mark.parametrize("door", ["sign-in", "change of password", "link"])
def test_guesses_are_stopped_and_the_owner_gets_in(app: Flask, door: str, addresses: int) -> None:
    owner = browser_of(app)
    assert owner.submit("/login", {"email": OWNER, "password": people.PASSWORD}, headers=HOME).status_code == 303
    guess, began = guesses(app, door), time.monotonic()
    statuses = Counter(guess(n, {"X-Forwarded-For": f"10.0.0.{n % addresses}"}) for n in range(count(1_000)))
    minutes = int((time.monotonic() - began) // 60) + 1
    # A link has no account that could be counted: 256 bits of it are not guessed, and each address has its ten.
    most = sign_ins.ATTEMPTS * minutes * (addresses if door == "link" else 1)
    taken = statuses[404 if door == "link" else 422]
    print(f"W11: {statuses.total()} guesses at {door} from {addresses} addresses, {taken} taken, within {minutes} min")
    assert statuses.total() == taken + statuses[429]
    assert 0 < taken <= most
    _let_in(app, owner, door)


def _let_in(app: Flask, owner: PageClient, door: str) -> None:
    if door == "link":
        path = link_for(app, "viewer")
        assert owner.get(path, headers=HOME).status_code == 200
        assert owner.submit(path, {"password": NEW, "again": NEW}, headers=HOME).status_code == 303
        return
    fields = {"current": people.PASSWORD, "password": NEW, "again": NEW}
    if door == "sign-in":
        owner.submit("/logout", headers=HOME)
        fields = {"email": OWNER, "password": people.PASSWORD}
    path = "/login" if door == "sign-in" else "/settings/password"
    assert owner.submit(path, fields, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 303


def test_links_are_not_told_apart_by_what_a_wrong_one_costs(app: Flask) -> None:
    """An address that has guessed ten times is refused with the right link too, for a minute."""
    path = link_for(app, "viewer")
    for n in range(sign_ins.ATTEMPTS):
        assert guesses(app, "link")(n, {"X-Forwarded-For": "10.0.0.1"}) == 404
    refused = browser_of(app).get(path, headers={"X-Forwarded-For": "10.0.0.1"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert browser_of(app).get(path, headers=HOME).status_code == 200
