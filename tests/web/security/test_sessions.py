"""How long a sign-in lasts, and what ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text, update

from tests.databases import ON_SQLITE, asked, listening
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import PageClient
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts.sign_ins import token_hash
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import reading, transaction
from tracker.db.models import SignIn
from tracker.web.security import sessions

PAGE = "/workflows/LAB-001"
RIGHT = {"email": people.email("lead_owner"), "password": people.PASSWORD}


def is_signed_in(browser: PageClient) -> bool:
    return browser.get(PAGE).status_code == 200


def last_active(browser: PageClient, ago: timedelta) -> None:
    with browser.session_transaction() as session:
        session["active_at"] = int((real_now() - ago).timestamp())


def active_at(browser: PageClient) -> int:
    with browser.session_transaction() as session:
        return int(session["active_at"])


def cookie(browser: PageClient) -> str:
    found = browser.get_cookie("session")
    assert found is not None
    return found.value


def test_signing_in_starts_a_new_session(client: PageClient) -> None:
    client.get("/login")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["csrf_token"] = "known to somebody else"
    client.submit("/login", RIGHT)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != "known to somebody else"
        first = session["_user_id"]
    client.submit("/login", RIGHT)
    with client.session_transaction() as session:
        assert session["_user_id"] != first


def test_the_database_holds_no_token(client_as: ClientAs, engine: Engine) -> None:
    browser = client_as("viewer")
    with browser.session_transaction() as session, reading(engine) as rows:
        token = session["_user_id"]
        kept = list(rows.scalars(select(SignIn.token_hash)))  # type: ignore[call-overload]
    assert token_hash(token) in kept
    assert token not in kept
    assert len(token) >= 43


def test_eight_idle_hours_end_it(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    last_active(browser, timedelta(hours=7, minutes=59))
    assert is_signed_in(browser)
    last_active(browser, timedelta(hours=8, minutes=1))
    assert not is_signed_in(browser)


def test_a_request_counts_as_activity_and_a_poll_does_not(client_as: ClientAs, engine: Engine) -> None:
    browser = client_as("viewer")
    last_active(browser, timedelta(hours=7))
    before = active_at(browser)
    with asked(engine) as written:
        response = browser.get("/board/changes", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert not [statement for statement in written if not statement.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert active_at(browser) == before
    assert is_signed_in(browser)
    assert active_at(browser) > before


@ON_SQLITE
def test_a_poll_that_finds_nothing_new_takes_one_statement(client_as: ClientAs, engine: Engine) -> None:
    browser = client_as("viewer")
    tag = browser.get("/board/changes", headers={"HX-Request": "true"}).headers["HX-PTag"]
    traced: list[str] = []
    with listening(engine, "checkout", lambda connection, *_: connection.set_trace_callback(traced.append)):
        assert browser.get("/board/changes", headers={"HX-Request": "true", "HX-PTag": tag}).status_code == 304
    assert [statement.split()[0] for statement in traced] == ["SELECT"]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM sign_in",
        "UPDATE sign_in SET signed_in_at = '2001-01-01 00:00:00'",
        'UPDATE "user" SET is_active = false',
        "UPDATE \"user\" SET language = 'en'",
        "UPDATE programme SET revision = revision + 1",
    ],
)
def test_a_poll_is_quiet_only_while_sign_in_account_language_and_revision_stand(
    client_as: ClientAs, engine: Engine, change: str
) -> None:
    browser = client_as("viewer")
    headers = {"HX-Request": "true", "HX-PTag": browser.get("/board?cycle=all").headers["HX-PTag"]}
    assert browser.get("/board/changes?cycle=all", headers=headers).status_code == 304
    with transaction(engine) as session:
        session.execute(text(change))
    assert browser.get("/board/changes?cycle=all", headers=headers).status_code in {200, 401}


STRANGE_TAGS = ["", "1", "x.y.z.w", "-1.en.2023-04-14.x", "9" * 400, "1.en.2023-04-31.x", "\u00b2.en.2023-04-14.x"]


@pytest.mark.parametrize("tag", STRANGE_TAGS)
def test_a_tag_that_nobody_gave_brings_the_whole_board(client_as: ClientAs, tag: str) -> None:
    headers = {"HX-Request": "true", "HX-PTag": tag}
    answer = client_as("viewer").get("/board/changes?cycle=all", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


def test_polling_does_not_keep_a_sign_in_alive(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    last_active(browser, timedelta(hours=8, minutes=1))
    before = cookie(browser)
    response = browser.get("/board/changes", headers={"HX-Request": "true"})
    assert (response.status_code, response.text) == (401, "")
    assert cookie(browser) == before


def test_fourteen_days_end_it_however_active(client_as: ClientAs, engine: Engine) -> None:
    browser = client_as("viewer")
    for ago, expected in ((timedelta(days=13, hours=23), True), (timedelta(days=14, minutes=1), False)):
        with transaction(engine) as session:
            session.execute(update(SignIn).values(signed_in_at=real_now() - ago))
        last_active(browser, timedelta(0))
        assert is_signed_in(browser) is expected


def test_a_cookie_from_before_signing_out_is_dead_at_once(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    assert is_signed_in(browser)
    stolen = cookie(browser)
    browser.submit("/logout")
    browser.set_cookie("session", stolen)
    assert not is_signed_in(browser)


def test_disabling_the_account_ends_its_sign_ins(client_as: ClientAs, engine: Engine) -> None:
    browser, other = client_as("viewer"), client_as("planner")
    people.disable(engine, "viewer")
    assert not is_signed_in(browser)
    assert is_signed_in(other)


def test_a_new_password_ends_the_other_sign_ins(client_as: ClientAs, engine: Engine) -> None:
    mine, elsewhere = client_as("lead_owner"), client_as("lead_owner")
    with mine.session_transaction() as session:
        keep = token_hash(session["_user_id"])
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_passwd", people.NOW)
        accounts.set_password(session, entry, people.email("lead_owner"), "ett helt annat lås", keep=keep)
    assert is_signed_in(mine)
    assert not is_signed_in(elsewhere)


@ON_SQLITE
def test_the_cookie_is_for_this_site_and_for_no_script(client: PageClient, make_app: MakeApp) -> None:
    client.submit("/login", RIGHT)
    plain = client.get_cookie("session")
    assert plain is not None
    assert (plain.http_only, plain.same_site, plain.secure) == (True, "Lax", False)
    secured = make_app(public_url="https://tracker.example.org")
    browser = browser_of(secured)
    headers = browser.get("/login", base_url="https://tracker.example.org").headers.getlist("Set-Cookie")
    assert any(
        header.startswith("__Host-session=") and "Secure" in header and "Path=/" in header and "Domain" not in header
        for header in headers
    )


@ON_SQLITE
@pytest.mark.parametrize("value", ["", "x", "e30.aaaaaa.bbbb", ".eJw", "\N{LATIN SMALL LETTER A WITH RING ABOVE}"])
def test_a_made_up_cookie_signs_nobody_in(client: PageClient, value: str) -> None:
    client.set_cookie("session", value)
    assert client.get(PAGE).status_code == 303


@ON_SQLITE
def test_htmx_is_sent_to_the_sign_in_page_and_back_to_where_it_was(client: PageClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/board?cycle=2"}
    response = client.get(PAGE, headers=headers)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login?next=/board?cycle%3D2"


def test_every_page_is_closed_unless_it_is_named(make_app: MakeApp) -> None:
    known = {rule.endpoint for rule in make_app().url_map.iter_rules()}
    assert known >= sessions.OPEN_TO_ALL | sessions.KNOWS_NOBODY | sessions.POLLS
    assert {"board.show", "workflows.show", "sign_in.leave"}.isdisjoint(sessions.OPEN_TO_ALL | sessions.KNOWS_NOBODY)
