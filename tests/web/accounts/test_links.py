"""One-time links over HTTP: a password, a sign-in, and calm words for what cannot be used."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, update

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import Page, PageClient
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import links as password_links
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.db.models import PasswordLink

NEW = "ett helt annat lås"
BOTH = {"password": NEW, "again": NEW}
LinkFor = Callable[[str], str]


@pytest.fixture
def link_for(engine: Engine) -> LinkFor:
    """Makes a link for one of the people, and gives its path."""

    def make(who: str) -> str:
        with transaction(engine) as session:
            entry = open_entry(session, accounts.operator(session), "user_link", people.NOW)
            user = accounts.the_user(session, people.email(who))
            return f"/link/{password_links.make(session, entry, user, now=real_now()).token}"

    return make


def test_a_password_is_chosen_and_signs_in(client: PageClient, link_for: LinkFor) -> None:
    path = link_for("viewer")
    assert people.email("viewer") in client.page(path).text
    response = client.submit(path, BOTH)
    assert (response.status_code, response.location) == (303, "/")
    assert "Namn viewer" in client.page("/settings").text
    other = browser_of(client.application)
    assert other.submit("/login", {"email": people.email("viewer"), "password": NEW}).status_code == 303
    assert client.submit(path, BOTH).status_code == 404


def test_it_begins_a_new_session_and_ends_all_others(client_as: ClientAs, link_for: LinkFor) -> None:
    elsewhere, admin = client_as("viewer"), client_as("admin")
    with admin.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session["_user_id"]
    path = link_for("viewer")
    assert "Namn admin" in admin.page(path).text
    admin.submit(path, BOTH)
    with admin.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != before
    assert "Namn viewer" in admin.page("/settings").text
    assert elsewhere.get("/settings").status_code == 303


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password": "", "again": ""}, "password"),
        ({"password": "elva tecken", "again": "elva tecken"}, "password"),
        ({"password": "Password1234", "again": "Password1234"}, "password"),
        ({"password": NEW, "again": "x"}, "again"),
        ({"password": "å" * 3_000, "again": "å" * 3_000}, "password"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_and_the_link_lives(
    client: PageClient, link_for: LinkFor, fields: dict[str, str], field: str
) -> None:
    path = link_for("viewer")
    response = client.submit(path, fields)
    assert response.status_code == 422
    wrong = {attributes.get("name") for _, attributes, _ in Page(response.text).fields if "aria-invalid" in attributes}
    assert field in wrong
    assert not fields["password"] or fields["password"] not in response.text
    assert client.submit(path, BOTH).status_code == 303


@ON_SQLITE
@pytest.mark.parametrize(
    "password",
    [
        "\u202eabc def ghi jkl",
        "👩🏽‍⚕️🏥🇸🇪 tolv gröna",
        "a\u200b\u200d\u2060\ufeffbcdefgh",
        "\u0301\u0338a bcd efgh ij",
        "</script>{{ 7*7 }} 'x",
        "   tolv gröna   ",
        "' OR 1=1; --  abc",
    ],
)
def test_any_text_is_a_password_and_signs_in(client: PageClient, link_for: LinkFor, password: str) -> None:
    assert client.submit(link_for("viewer"), {"password": password, "again": password}).status_code == 303
    fields = {"email": people.email("viewer"), "password": password}
    assert browser_of(client.application).submit("/login", fields).status_code == 303


@ON_SQLITE
def test_what_cannot_be_used_is_said_alike_whatever_the_cause(
    app_of_links: PageClient, link_for: LinkFor, engine: Engine
) -> None:
    used, replaced, ended = link_for("viewer"), link_for("lead_other"), link_for("planner")
    app_of_links.submit(used, BOTH)
    newer = link_for("lead_other")
    people.disable(engine, "planner")
    expired = link_for("lead_shared")
    with transaction(engine) as session:
        owner = accounts.the_user(session, people.email("lead_shared")).id
        session.execute(update(PasswordLink).where(PasswordLink.user_id == owner).values(expires_at=real_now()))  # type: ignore[arg-type]
    stranger = browser_of(app_of_links.application)
    pages = set()
    for path in ("/link/" + "x" * 43, used, replaced, ended, expired):
        shown = stranger.get(path)
        assert shown.status_code == 404
        sent = stranger.submit(path, BOTH)
        assert sent.status_code == 404
        pages |= {Page(shown.text).text, Page(sent.text).text}
    assert len(pages) == 1
    assert client_elsewhere(app_of_links, newer) == 200


@pytest.fixture
def app_of_links(make_app: MakeApp) -> PageClient:
    """A browser on an application behind a proxy."""
    return browser_of(make_app(proxy_hops=1))


def client_elsewhere(browser: PageClient, path: str) -> int:
    """What somebody at another address gets, who has guessed nothing."""
    return browser_of(browser.application).get(path, headers={"X-Forwarded-For": "192.0.2.9"}).status_code


@ON_SQLITE
@pytest.mark.parametrize("path", ["", "/x"])
def test_the_address_is_kept_to_ourselves(client: PageClient, link_for: LinkFor, path: str) -> None:
    shown = client.get(f"/link{path}" if path else link_for("viewer"))
    assert shown.headers["Referrer-Policy"] == "strict-origin"
    assert shown.headers["Cache-Control"] == "no-store"


@ON_SQLITE
def test_on_https_the_form_passes_with_the_referrer_that_the_page_allows(make_app: MakeApp, link_for: LinkFor) -> None:
    browser, base = browser_of(make_app(public_url="https://tracker.example.org")), "https://tracker.example.org"
    path = link_for("viewer")
    page = Page(browser.get(path, base_url=base).text)
    token = next(str(a["value"]) for t, a in page.elements if t == "input" and a.get("name") == "csrf_token")
    response = browser.post(path, data=BOTH | {"csrf_token": token}, base_url=base, headers={"Referer": f"{base}/"})
    assert response.status_code == 303


@ON_SQLITE
@pytest.mark.parametrize("token", ["%00", "å", "..", "a" * 5_000, "%ED%A0%80", "' OR 1=1", "{{7*7}}", "x/y"])
def test_odd_tokens_are_unknown(client: PageClient, token: str) -> None:
    assert client.get(f"/link/{token}").status_code in {400, 404, 405}
