"""Signing in and out, by password and by the demo's buttons."""

import statistics
import time
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Engine, update

from tests.counts import is_full
from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import Page, PageClient
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import passwords
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.db.models import Programme
from tracker.domain.programme import demo

RIGHT = {"email": people.email("lead_owner"), "password": people.PASSWORD}


def test_the_right_password_signs_in_and_goes_on_to_the_page_that_was_wanted(client: PageClient) -> None:
    turned_away = client.get("/workflows/LAB-001")
    assert turned_away.status_code == 303
    assert turned_away.location == "/login?next=/workflows/LAB-001"
    response = client.submit("/login", RIGHT | {"next": "/workflows/LAB-001"})
    assert (response.status_code, response.location) == (303, "/workflows/LAB-001")
    assert "Namn lead_owner" in client.page("/workflows/LAB-001").text


def test_address_and_password_are_found_however_they_are_spelled(client: PageClient) -> None:
    decomposed = people.PASSWORD.replace("ö", "o\N{COMBINING DIAERESIS}")
    assert client.submit("/login", {"email": " LEAD_owner@Example.org ", "password": decomposed}).status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (RIGHT["email"], "fel lösenord, tyvärr"),
        ("nobody@example.org", people.PASSWORD),
        (people.email("viewer"), "!"),  # an account without a password
        ("a\0b@example.org", "x"),
        ("å" * 5_000, "ö" * 5_000),
    ],
)
@ON_SQLITE
def test_a_wrong_one_is_refused_with_the_same_words_and_the_address_kept(
    client: PageClient, email: str, password: str
) -> None:
    response = client.submit("/login", {"email": email, "password": password})
    assert response.status_code == 422
    if "\0" not in email:
        assert "E-post och lösenord" in response.text or "do not match" in response.text
        assert email in response.text
    assert password not in Page(response.text).text or len(password) == 1


@ON_SQLITE
@pytest.mark.parametrize("missing", ["email", "password"])
def test_an_empty_field_is_named(client: PageClient, missing: str) -> None:
    response = client.submit("/login", RIGHT | {missing: ""})
    assert response.status_code == 422
    fields = {attributes["name"]: attributes for _, attributes, _ in Page(response.text).fields if "name" in attributes}
    assert fields[missing]["aria-invalid"] == "true"


@ON_SQLITE
def test_a_disabled_account_is_refused(client: PageClient, engine: Engine) -> None:
    people.disable(engine, "lead_owner")
    assert client.submit("/login", RIGHT).status_code == 422


@ON_SQLITE
@pytest.mark.usefixtures("slow_passwords")
def test_an_unknown_account_takes_as_much_work_as_a_known_one(make_app: MakeApp, engine: Engine) -> None:
    with transaction(engine) as session:
        accounts.the_user(session, RIGHT["email"]).password_hash = passwords.hashed(people.PASSWORD)
    browser = browser_of(make_app(proxy_hops=1))
    token = browser.token()

    def work(email: str, address: str) -> float:
        began = time.process_time()  # a shared machine's clock on the wall tells nothing
        browser.post(
            "/login",
            data={"csrf_token": token, "email": email, "password": "fel lösenord, tyvärr"},
            headers={"X-Forwarded-For": address},
        )
        return time.process_time() - began

    pairs = [
        (work(RIGHT["email"], f"10.0.1.{n}"), work("nobody@example.org", f"10.0.2.{n}"))
        for n in range(9 if is_full() else 5)
    ]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert known > 0.01
    assert abs(known - unknown) < 0.010 + 0.1 * known


@ON_SQLITE
def test_who_is_signed_in_needs_no_form(client_as: ClientAs) -> None:
    response = client_as("viewer").get("/login?next=/board")
    assert (response.status_code, response.location) == (302, "/board")


def test_signing_out_ends_it(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    assert browser.submit("/logout").status_code == 303
    assert browser.get("/board?cycle=all").status_code == 303


@pytest.mark.parametrize("account", demo.ACCOUNTS, ids=lambda account: account.key)
@ON_SQLITE
def test_outside_the_demo_nobody_signs_in_by_a_button(client: PageClient, account: demo.DemoAccount) -> None:
    assert client.submit("/login/demo", {"role": account.key}).status_code == 404
    assert "Prova demon" not in client.get("/login").text


@ON_SQLITE
def test_the_demo_has_a_button_per_role_and_says_that_it_is_made_up(engine: Engine, make_app: MakeApp) -> None:
    with transaction(engine) as session:
        session.execute(update(Programme).values(demo_clock_at=demo.starts_at(demo.FIRST_DAY)))
        entry = open_entry(session, accounts.operator(session), "user_add", people.NOW)
        for account in demo.ACCOUNTS:
            accounts.add(session, entry, account.email, account.name, account.role, password=None)
    app = make_app()
    for account in demo.ACCOUNTS:
        browser = browser_of(app)
        login = browser.page("/login", headers={"Accept-Language": "en"})
        assert "Sample data – made-up figures" in login.text
        assert account.name in login.text  # as in the header of a page, whatever the language
        response = browser.submit("/login/demo", {"role": account.key, "next": "/workflows/LAB-001"})
        assert (response.status_code, response.location) == (303, "/workflows/LAB-001")
        assert account.name in browser.page("/workflows/LAB-001").text
    assert browser_of(app).submit("/login/demo", {"role": "root"}).status_code == 422


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "http:/evil.example",
        "HTTPS://evil.example",
        "%2f%2fevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/ /evil.example",
        "/\r/evil.example",
        "@evil.example",
        "evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/%2f..",
        "/\\/evil.example",
        "/\x7f/evil",
        "//[::1",
        "http://[::1",
        "/" + "a" * 5_000,
        "",
        ".evil.example",
        "//user@evil.example",
        "https:///evil.example",
        "/\u2028/evil.example/\\",
        "\N{FULLWIDTH SOLIDUS}/evil.example",
        "//\tevil.example",
    ],
)
@ON_SQLITE
def test_after_signing_in_one_stays_on_the_own_host(client: PageClient, target: str) -> None:
    response = client.submit("/login", RIGHT | {"next": target})
    assert (response.status_code, response.location) == (303, "/")


@pytest.mark.parametrize("target", ["/%2f%2fevil.example", "/@evil.example", "/.//evil.example", "/board?q=//x", "/å"])
@ON_SQLITE
def test_a_path_is_a_path_whatever_it_looks_like(client: PageClient, target: str) -> None:
    location = client.submit("/login", RIGHT | {"next": target}).location
    assert urlsplit(urljoin("http://localhost/login", location)).netloc == "localhost"
