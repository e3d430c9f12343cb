"""Headers, hosts, proxies, foreign forms, guessing, limits and the secret key."""

import re
import secrets
import stat
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine, func, select, update

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import PageClient
from tracker.clock import real_now
from tracker.commands.accounts import sign_ins
from tracker.config import Settings, SettingsError
from tracker.db.engine import make_engine, reading, transaction
from tracker.db.models import Entry, Programme, SignInFailure
from tracker.web.security.secret_key import WELL_KNOWN, secret_keys

RIGHT = {"email": people.email("lead_owner"), "password": people.PASSWORD}
WRONG = RIGHT | {"password": "fel lösenord, tyvärr"}
EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HELP = "help.show"
PATHS = (
    "/",
    "/login",
    "/board?cycle=all",
    "/workflows/LAB-001",
    "/nothing",
    "/healthz",
    "/readyz",
    "/favicon.ico",
    "/static/x/favicon.svg",
    "/static/x/nothing.css",
    "/help",
)


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application, whose help fails."""

    def boom() -> str:
        message = "secret words"
        raise RuntimeError(message)

    monkeypatch.setitem(app.view_functions, HELP, boom)
    return app


@ON_SQLITE
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", [people.ANONYMOUS, "viewer"])
def test_every_answer_carries_the_headers(broken: Flask, client_as: ClientAs, path: str, role: str) -> None:
    response = client_as(role).get(path)
    assert broken.debug is False
    for name, value in EXPECTED.items():
        assert response.headers[name] == value
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response.headers
    assert "Server" not in response.headers
    if not path.startswith(("/static/", "/favicon")):
        assert response.headers["Cache-Control"] == "no-store"
        assert {"Cookie", "HX-Request"} <= set(response.vary.as_set(preserve_casing=True))
    assert "secret words" not in response.text


@ON_SQLITE
def test_a_failure_is_a_page_without_its_words(broken: Flask, client_as: ClientAs) -> None:
    assert HELP in broken.view_functions
    response = client_as("viewer").get("/help")
    assert response.status_code == 500
    assert "RuntimeError" not in response.text
    assert "Traceback" not in response.text


@ON_SQLITE
def test_https_is_remembered_only_where_there_is_https(make_app: MakeApp) -> None:
    browser = browser_of(make_app(public_url="https://tracker.example.org"))
    response = browser.get("/login", base_url="https://tracker.example.org")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


@ON_SQLITE
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8000", 200),
        ("tracker.example.org", 200),
        ("tracker.example.org:8443", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("tracker.example.org.evil.example", 400),
        ("evil@localhost", 400),
        ("", 400),
        ("localhost/x", 400),
        ("[::1]:8000", 200),
        ("[::1]", 200),
        ("[::1]evil.example", 400),
        ("[::2]", 400),
    ],
)
def test_only_our_own_hosts_are_answered(make_app: MakeApp, host: str, status: int) -> None:
    browser = browser_of(make_app(public_url="https://tracker.example.org"))
    response = browser.get("/login", headers={"Host": host})
    assert response.status_code == status
    assert "evil" not in response.text


@ON_SQLITE
def test_a_demo_answers_on_this_machine_only(make_app: MakeApp, engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(update(Programme).values(demo_clock_at=people.NOW))
    browser = browser_of(make_app(public_url="https://tracker.example.org"))
    assert browser.get("/login", headers={"Host": "tracker.example.org"}).status_code == 400
    assert browser.get("/login").status_code == 200


@ON_SQLITE
def test_forwarded_headers_count_only_behind_a_proxy(make_app: MakeApp, engine: Engine) -> None:
    forged = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=6.6.6.6;host=evil.example",
        "X-Real-IP": "6.6.6.6",
        "X-Remote-User": "admin@example.org",
        "X-User": "admin@example.org",
    }
    direct = browser_of(make_app())
    response = direct.submit("/login", WRONG, headers=forged, environ_overrides={"REMOTE_USER": people.email("admin")})
    assert response.status_code == 422
    assert "evil" not in response.text
    assert places(engine) == {"address:127.0.0.1"}
    proxied = browser_of(make_app(proxy_hops=1))
    proxied.submit("/login", WRONG, headers={"X-Forwarded-For": "9.9.9.9, 7.7.7.7"})
    assert places(engine) == {"address:127.0.0.1", "address:7.7.7.7"}
    assert proxied.get("/login", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400


UNSAFE: tuple[tuple[str, dict[str, str]], ...] = (
    ("/login", RIGHT),
    ("/login/demo", {"role": "admin"}),
    ("/logout", {}),
    ("/language", {"language": "en"}),
    ("/settings", {"language": "en"}),
    (
        "/settings/password",
        {"current": people.PASSWORD, "password": "ett helt annat lås", "again": "ett helt annat lås"},
    ),
    ("/settings/sign-out-elsewhere", {}),
    ("/settings/calendar", {}),
    ("/cycles/new", {"starts_on": "2023-06-26", "ends_on": "2023-08-13"}),
    ("/cycles/1/edit", {"goal": "Allt i test", "was_goal": ""}),
    ("/link/unknown", {"password": "ett helt annat lås", "again": "ett helt annat lås"}),
    ("/admin/accounts/new", {"email": "ny@example.org", "name": "Ny", "role": "admin"}),
    ("/admin/accounts/5", {"email": "planner@example.org", "name": "Namn planner", "role": "admin"}),
    ("/admin/accounts/5/link", {}),
    ("/admin/accounts/5/disable", {}),
    ("/admin/accounts/5/enable", {}),
    ("/admin/accounts/import", {"text": "email,name,role"}),
    ("/admin/accounts/import/confirm", {"text": "email,name,role", "seen": ""}),
    ("/imports/workflows", {}),
    ("/imports/workflows/unknown/columns", {"places": "1", "column_0": "name"}),
    ("/imports/workflows/unknown/choices", {}),
    ("/imports/workflows/unknown/confirm", {"seen": ""}),
    ("/blockers/new", {"title": "Hinder", "category": "data", "workflow": "LAB-001"}),
    ("/blockers/1/edit", {}),
    ("/blockers/1/release", {"scope": "all", "note": "Löst"}),
    ("/blockers/1/hold", {"workflow": "LAB-001"}),
    ("/blockers/1/note", {"note": "Ringt"}),
    ("/batch", {"action": "move", "to": "design", "workflow": "LAB-001", "version_LAB-001": "1"}),
    ("/entries/1/take-back", {}),
    ("/cycles/3/plan", {"one": "in:design:LAB-001", "version_LAB-001": "1"}),
    ("/workflows/LAB-001/move", {"to": "design", "version": "1"}),
    ("/workflows/LAB-001/take-back", {"version": "1"}),
    ("/board/rows", {"row": "LAB-001", "version_LAB-001": "1", "to_LAB-001": "design"}),
    ("/cycles/2/review/LAB-002/propose", {"kind": "returned", "reason": "scope", "version": "0"}),
    ("/cycles/2/review/LAB-002/withdraw", {"version": "0"}),
    ("/cycles/2/review/accept", {"workstream": "LAB"}),
    ("/cycles/2/review/ready", {"workstream": "LAB"}),
    ("/workflows/new", {"workstream": "LAB", "name": "Nytt"}),
    ("/workflows/LAB-001/edit", {}),
    ("/workflows/LAB-001/parts", {"workstream": "LKM", "event": "left"}),
    ("/workflows/LAB-001/note", {"note": "Ringt"}),
    ("/workflows/LAB-001/check", {}),
    ("/workflows/LAB-003/release", {"blocker": "1", "note": "Löst"}),
    ("/workflows/LAB-001/scope", {"do": "enter", "cycle": "3", "goal": "test", "version": "1"}),
    ("/workflows/LAB-001/archive", {"version": "1", "confirm": "1"}),
    ("/cycles/2/close", {"confirm": "2"}),
    ("/cycles/3/commit", {}),
    ("/reports/2023-03/parts/SIDU", {"summary": "x", "plan": "", "was_summary": "", "was_plan": ""}),
    ("/reports/2023-03/publish", {}),
    ("/reports/2023-03/reopen", {}),
    ("/cycles/2/review/proposals", {"workstream": "LAB"}),
    ("/setup/programme", {"name": "Programmet", "was_name": ""}),
    ("/setup/workstreams/new", {"code": "APO", "name": "Apotek", "project_code": "SIDU"}),
    ("/setup/workstreams/LAB", {"name": "Nytt", "was_name": "Laboratorium"}),
    ("/setup/workstreams/RTG/archive", {"away": "1"}),
    ("/setup/entries/1/take-back", {}),
    ("/setup/projects/paste", {"text": "code\tname\nNY\tNytt"}),
    ("/setup/projects/paste/unknown/confirm", {"seen": ""}),
    ("/setup/files", {}),
    ("/setup/files/unknown", {}),
)


@ON_SQLITE
@pytest.mark.parametrize(("path", "fields"), UNSAFE, ids=[path for path, _ in UNSAFE])
def test_forms_of_others_are_refused(
    app: Flask, client_as: ClientAs, engine: Engine, path: str, fields: dict[str, str]
) -> None:
    browser, other = client_as("lead_owner"), client_as("planner")
    before = entries(engine)
    mine = browser.token()
    sent: tuple[dict[str, Any], ...] = (
        {"data": fields},
        {"data": fields | {"csrf_token": ""}},
        {"data": fields | {"csrf_token": other.token()}},
        {"data": fields | {"csrf_token": mine[:-5] + ("A" if mine[-5] != "A" else "B") + mine[-4:]}},
        *(
            {"data": fields | {"csrf_token": mine}, "headers": headers}
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": "http://localhost.evil.example"},
            )
        ),
    )
    for request in sent:
        response = browser.post(path, **request)
        assert response.status_code == 403, request
        assert "<h1" in response.text
    routes = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert len(routes) == len(UNSAFE), "a route that writes is not listed here"
    assert browser.get("/workflows/LAB-001").status_code == 200, "signed out by somebody else's form"
    assert entries(engine) == before


@ON_SQLITE
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}])
def test_own_forms_pass_with_the_token_as_field_or_header(client_as: ClientAs, headers: dict[str, str]) -> None:
    browser = client_as("viewer")
    assert browser.submit("/language", {"language": "en"}, headers=headers).status_code == 303
    with_token = headers | {"X-CSRFToken": browser.token()}
    assert browser.post("/language", data={"language": "sv"}, headers=with_token).status_code == 303


def guess(app: Flask, address: str, email: str = RIGHT["email"]) -> int:
    """A guess by a browser of its own."""
    stranger = browser_of(app)
    return stranger.submit("/login", WRONG | {"email": email}, headers={"X-Forwarded-For": address}).status_code


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compares passwords without the slow hash: its cost is no part of the counting."""
    monkeypatch.setattr("tracker.commands.accounts.passwords.fits", lambda password, _kept: password == people.PASSWORD)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("addresses", [1, 50])
def test_ten_guesses_a_minute_and_the_owner_still_gets_in(make_app: MakeApp, addresses: int) -> None:
    app = make_app(proxy_hops=1)
    owner, at_home = browser_of(app), {"X-Forwarded-For": "192.0.2.1"}
    assert owner.submit("/login", RIGHT, headers=at_home).status_code == 303
    owner.submit("/logout", headers=at_home)
    statuses = [guess(app, f"10.0.0.{n % addresses}") for n in range(100)]
    assert statuses.count(422) == sign_ins.ATTEMPTS
    assert statuses.count(429) == 90
    # The browser is known, and so is the address: each is enough.
    assert owner.submit("/login", RIGHT, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 303
    assert browser_of(app).submit("/login", RIGHT, headers=at_home).status_code == 303
    # Nobody else, even with the right password.
    refused = browser_of(app).submit("/login", RIGHT, headers={"X-Forwarded-For": "10.0.0.0"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61


@ON_SQLITE
@pytest.mark.usefixtures("quick")
def test_an_address_has_ten_guesses_over_all_accounts(make_app: MakeApp) -> None:
    app = make_app(proxy_hops=1)
    statuses = [guess(app, "10.0.0.1", f"somebody{n}@example.org") for n in range(20)]
    assert statuses == [422] * 10 + [429] * 10
    assert guess(app, "10.0.0.2", "somebody@example.org") == 422


@ON_SQLITE
@pytest.mark.usefixtures("quick")
def test_a_known_browser_is_limited_too(make_app: MakeApp) -> None:
    browser = browser_of(make_app())
    assert browser.submit("/login", RIGHT).status_code == 303
    assert [browser.submit("/login", WRONG).status_code for _ in range(12)] == [422] * 10 + [429] * 2


@pytest.mark.usefixtures("quick")
def test_a_minute_later_it_is_forgotten(make_app: MakeApp, engine: Engine) -> None:
    app = make_app(proxy_hops=1)
    assert [guess(app, "10.0.0.1") for _ in range(11)][-1] == 429
    with transaction(engine) as session:
        session.execute(update(SignInFailure).values(failed_at=real_now() - sign_ins.WINDOW))
    assert guess(app, "10.0.0.1") == 422
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == 1


@ON_SQLITE
@pytest.mark.usefixtures("quick")
def test_the_right_password_is_no_failure(make_app: MakeApp, engine: Engine) -> None:
    app = make_app()
    for _ in range(12):
        assert browser_of(app).submit("/login", RIGHT).status_code == 303
    assert places(engine) == set()


@ON_SQLITE
def test_one_household_on_ipv6_is_one_address(make_app: MakeApp, engine: Engine) -> None:
    app = make_app(proxy_hops=1)
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "::ffff:192.0.2.9", "nonsense"):
        guess(app, address)
    assert places(engine) == {"address:2001:db8:1:2::/64", "address:192.0.2.9", "address:unknown"}


@ON_SQLITE
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"path": "/board?cycle=%00"}, 400),
        ({"path": "/board?%00=1"}, 400),
        ({"path": "/workflows/%00"}, 400),
        ({"path": "/workflows/../../etc/passwd"}, 404),
        ({"path": "/static/x/../app.py"}, 404),
        ({"path": "/static/x/%2e%2e/app.py"}, 404),
        ({"path": "/static/x//etc/passwd"}, 404),
        ({"path": "/language", "method": "POST", "data": {"language": "sv\0"}}, 422),
        ({"path": "/language", "method": "POST", "data": {"language": "x" * 1_000_001}}, 413),
        ({"path": "/language", "method": "POST", "data": b"\xff\xfe\xed\xa0\x80", "content_type": "text/plain"}, 415),
        ({"path": "/language", "method": "BREW"}, 405),
    ],
)
def test_bad_requests_are_refused_with_a_page(client_as: ClientAs, request_: dict[str, Any], status: int) -> None:
    browser = client_as("viewer")
    if isinstance(request_.get("data"), dict):
        request_ = request_ | {"data": request_["data"] | {"csrf_token": browser.token()}}
    response = browser.open(**{"method": "GET", **request_})
    assert response.status_code in {status, 308}
    assert response.status_code == 308 or "<h1" in response.text


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"to": "done", "version": 1}', "application/json"),
        ('{"to": ["done"], "version": {"a": null}}', "application/json"),
        ("[" * 10_000 + "]" * 10_000, "application/json"),
        ('{"to": "done", "to": "design"}', "application/json; charset=utf-16"),
        ('{"version": NaN}', "application/problem+json"),
        ("to=done&version=1", "application/json"),
        ("to=done&version=1", "text/plain"),
        ("<to>done</to>", "application/xml"),
        ("to=done&version=1", ""),
    ],
    ids=("json", "wrong-types", "deep", "doubled", "nan", "a-form-as-json", "text", "xml", "nothing-said"),
)
def test_only_forms_are_taken_in(client_as: ClientAs, body: str, content_type: str) -> None:
    browser = client_as("planner")
    headers = {"X-CSRFToken": browser.token()}
    paths = [rule.rule for rule in browser.application.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(paths) > 40
    for path in paths:
        answer = browser.post(re.sub("<[^>]*>", "1", path), data=body, content_type=content_type, headers=headers)
        assert answer.status_code == 415, path


@ON_SQLITE
def test_too_many_parts_are_refused(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    fields = {f"field{n}": "x" for n in range(201)} | {"csrf_token": browser.token()}
    assert browser.post("/language", data=fields, content_type="multipart/form-data").status_code == 413


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'instance' / 'tracker.db'}")
    settings = Settings(database_url=str(engine.url))
    key, fallbacks = secret_keys(settings, engine)
    file = tmp_path / "instance" / "secret_key"
    assert len(bytes.fromhex(key)) * 8 == 256
    assert fallbacks == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o644)
    assert secret_keys(settings, engine) == (key, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]
    given = Settings(secret_key=SecretStr("another-long-random-key-0123456789"), secret_key_fallbacks=[SecretStr(key)])
    assert secret_keys(given, engine) == ("another-long-random-key-0123456789", [key])


@pytest.mark.parametrize(
    "key",
    [
        *("", "secret", "x" * 64, "abcdabcd" * 8, "django-insecure-" + "q1w2e3r4" * 4, *sorted(WELL_KNOWN)),
        *(
            "0123456789abcdef" * 4,
            "9f3c1e7a5b0d4862" * 2,
            "1234567890" * 3 + "xyzåäö",
            "abcdefghijklmnopqrstuvwxyz0123456789",
        ),
        "Change-Me-to-Something-Long-and-9f3c1e7a5b0d4862",
    ],
)
def test_keys_that_can_be_guessed_are_refused(tmp_path: Path, key: str) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'tracker.db'}")
    with pytest.raises(SettingsError, match="TRACKER_SECRET_KEY"):
        secret_keys(Settings(secret_key=SecretStr(key)), engine)
    with pytest.raises(SettingsError, match="TRACKER_SECRET_KEY"):
        secret_keys(Settings(secret_key_fallbacks=[SecretStr(key)]), engine)


@ON_SQLITE
def test_an_old_key_is_good_until_cookies_have_changed_over(make_app: MakeApp) -> None:
    old, new = secrets.token_hex(32), secrets.token_hex(32)
    before = browser_of(make_app(secret_key=SecretStr(old)))
    before.submit("/login", RIGHT)
    found = before.get_cookie("session")
    assert found is not None
    for settings, status in (({"secret_key_fallbacks": [SecretStr(old)]}, 200), ({}, 303)):
        after: PageClient = browser_of(make_app(secret_key=SecretStr(new), **settings))
        after.set_cookie("session", found.value)
        assert after.get("/workflows/LAB-001").status_code == status


def places(engine: Engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(SignInFailure.place)))  # type: ignore[call-overload]


def entries(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0
