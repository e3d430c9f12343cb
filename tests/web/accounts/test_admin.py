"""Accounts over HTTP: the list, forms that keep what was typed, links shown once, files with a preview."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import Page, PageClient
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts.fields import Fields, fields_of
from tracker.commands.entry.entries import open_entry
from tracker.commands.programme import clock_mark
from tracker.db.engine import reading, transaction
from tracker.db.models import Actor, Answer, Entry, PasswordLink, User
from tracker.domain.states import Role

pytestmark = ON_SQLITE

NEW = {"email": "ny@example.org", "name": "Ny Ledare", "role": "lead", "workstreams": ["LAB", "RTG"]}
PLANNER = 5
LINK = re.compile(r'value="(http://[^"]*/link/[\w-]{43})"')
CSV = "e-post;namn;roll;arbetsströmmar\r\nny@example.org;Ny Ledare;projektledare;LAB RTG\r\n"


def as_admin(client_as: ClientAs) -> PageClient:
    browser = client_as("admin")
    browser.submit("/language", {"language": "en"})
    return browser


def user(engine: Engine, email: str) -> User:
    with reading(engine) as session:
        return accounts.the_user(session, email)


def texts(engine: Engine, email: str) -> dict[str, str]:
    with reading(engine) as session:
        return fields_of(session, accounts.the_user(session, email)).texts()


def errors_of(page: Page) -> set[str]:
    return {str(attributes.get("name")) for _, attributes, _ in page.fields if attributes.get("aria-invalid")}


def test_the_list_shows_everybody(client_as: ClientAs) -> None:
    text = as_admin(client_as).page("/admin").text
    for words in ("Namn planner", "planner@example.org", "Planner", "LAB", "no password yet", "active", "7 accounts"):
        assert words in text


def test_the_list_tells_when_the_last_backup_was(client_as: ClientAs, engine: Engine) -> None:
    assert "There has never been a backup." in as_admin(client_as).page("/admin").text
    with transaction(engine) as session:
        clock_mark.note_backup(session, datetime(2023, 4, 14, 7, tzinfo=UTC))
    page = as_admin(client_as).page("/admin")
    assert "Last backup: 14 April 09:00." in page.text
    assert client_as("admin").get("/help/upkeep").status_code == 200


def test_a_new_account_comes_with_a_link_that_is_shown_once(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    response = browser.submit("/admin/accounts/new", NEW)
    assert response.status_code == 303
    assert texts(engine, "ny@example.org") == {
        "email": "ny@example.org",
        "name": "Ny Ledare",
        "role": "lead",
        "workstreams": "LAB RTG",
    }
    shown, again = browser.get(response.location).text, browser.get(response.location).text
    (address,) = LINK.findall(shown)
    assert LINK.findall(again) == []
    assert "It is shown now and never again" in shown
    with reading(engine) as session:
        for kept in session.scalars(select(Answer)):
            assert "/link/" not in kept.body + kept.location
        assert address.rpartition("/")[2] not in {row.token_hash for row in session.scalars(select(PasswordLink))}


def test_all_workstreams_is_a_choice(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    browser.submit("/admin/accounts/new", NEW | {"workstreams": ["*", "LAB"]})
    assert texts(engine, "ny@example.org")["workstreams"] == "*"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": people.email("planner")}, "email"),
        ({"name": ""}, "name"),
        ({"name": "Namn planner"}, "name"),
        ({"name": "å" * 300}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_is_kept(
    client_as: ClientAs, engine: Engine, wrong: dict[str, str], field: str
) -> None:
    response = as_admin(client_as).submit("/admin/accounts/new", NEW | wrong)
    assert response.status_code in {409, 422}
    page = Page(response.text)
    assert errors_of(page) == {field}
    values = {attributes.get("name"): attributes.get("value") for _, attributes, _ in page.fields}
    assert values["name"] == (NEW | wrong)["name"]
    checked = {attributes.get("value") for _, attributes, _ in page.fields if "checked" in attributes}
    assert checked == {"lead", "LAB", "RTG"}
    with reading(engine) as session:
        assert "ny@example.org" not in set(session.scalars(select(User.email)))  # type: ignore[call-overload]


@pytest.mark.parametrize("wrong", [{"role": ""}, {"role": "root"}, {"workstreams": ["NIX"]}])
def test_a_role_or_workstream_that_there_is_not_is_refused(client_as: ClientAs, wrong: dict[str, Any]) -> None:
    response = as_admin(client_as).submit("/admin/accounts/new", NEW | wrong)
    assert response.status_code == 422
    assert f'id="field-{next(iter(wrong))}-error"' in response.text


def test_an_account_is_changed_and_a_second_sending_changes_nothing_more(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    fields = {"email": "planner@example.org", "name": "Namn planner", "role": "lead", "workstreams": "LKM", "key": "k"}
    for _ in range(2):
        assert browser.submit(f"/admin/accounts/{PLANNER}", fields).status_code == 303
    assert texts(engine, "planner@example.org")["workstreams"] == "LKM"
    with reading(engine) as session:
        commands = list(session.scalars(select(Entry.command)))  # type: ignore[call-overload]
        assert commands.count("user_edit") == 1


def test_the_same_field_changed_by_another_is_shown_and_kept(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    was = {"was_email": "planner@example.org", "was_name": "Namn planner", "was_role": "planner", "was_workstreams": ""}
    fields = {"email": "planner@example.org", "name": "Namn planner"}
    assert browser.submit(f"/admin/accounts/{PLANNER}", was | fields | {"role": "viewer"}).status_code == 303
    conflict = browser.submit(f"/admin/accounts/{PLANNER}", was | fields | {"role": "admin"})
    assert conflict.status_code == 409
    assert "“Viewer”" in Page(conflict.text).text
    page = Page(conflict.text)
    hidden = {str(a.get("name")): str(a.get("value")) for t, a in page.elements if t == "input" and "value" in a}
    assert hidden["was_role"] == "viewer"
    assert (
        browser.submit(f"/admin/accounts/{PLANNER}", fields | was | {"was_role": "viewer", "role": "admin"}).status_code
        == 303
    )
    assert texts(engine, "planner@example.org")["role"] == "admin"


def test_a_link_is_made_anew_disabled_and_enabled(client_as: ClientAs, engine: Engine) -> None:
    browser, theirs = as_admin(client_as), client_as("planner")
    assert browser.submit(f"/admin/accounts/{PLANNER}/link").status_code == 303
    assert LINK.search(browser.get(f"/admin/accounts/{PLANNER}").text)
    assert browser.submit(f"/admin/accounts/{PLANNER}/disable").status_code == 303
    assert "disabled" in browser.page(f"/admin/accounts/{PLANNER}").text
    assert theirs.get("/settings").status_code == 303, "still signed in"
    assert browser.submit(f"/admin/accounts/{PLANNER}/link").status_code == 409
    assert browser.submit(f"/admin/accounts/{PLANNER}/enable").status_code == 303
    assert user(engine, "planner@example.org").is_active


def test_the_last_administrator_stays_whoever_asks(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    own = user(engine, people.email("admin"))
    response = browser.submit(f"/admin/accounts/{own.id}/disable")
    assert response.status_code == 409
    assert "another administrator" in Page(response.text).text
    fields = {"email": people.email("admin"), "name": "Namn admin", "role": "viewer"}
    assert browser.submit(f"/admin/accounts/{own.id}", fields).status_code == 409
    assert user(engine, people.email("admin")).role is Role.ADMIN


@pytest.mark.parametrize("path", ["/admin/accounts/99", f"/admin/accounts/{2**31}", f"/admin/accounts/{2**63}"])
def test_there_is_no_other_account(client_as: ClientAs, path: str) -> None:
    browser = as_admin(client_as)
    assert browser.get(path).status_code == 404
    assert browser.submit(path, NEW).status_code == 404
    for action in ("link", "disable", "enable"):
        assert browser.submit(f"{path}/{action}").status_code == 404


EXTRA = {
    "id": "1",
    "user_id": "1",
    "actor_id": "1",
    "password_hash": "x",
    "password": "x",
    "is_active": "",
    "role": "admin",
    "all_workstreams": "1",
    "workstreams": "*",
    "created_at": "2000-01-01",
    "version": "9",
    "entry_id": "1",
    "author_id": "1",
    "actor": "Driften",
    "recorded_at": "2000-01-01T00:00:00Z",
    "created_by": "1",
}


@pytest.mark.parametrize("who", ["viewer", "lead_owner", "planner"])
def test_fields_that_no_form_has_are_ignored(client_as: ClientAs, engine: Engine, who: str) -> None:
    """W5: nobody gives themselves a role, and the entry is in the session's name (W6)."""
    browser, before = client_as(who), texts(engine, people.email(who))
    forged = {"X-User": people.email("admin"), "X-Remote-User": "admin"}
    for path, fields in (
        ("/settings", {"language": "en"}),
        ("/settings/sign-out-elsewhere", {}),
        ("/language", {}),
        ("/settings/password", {"current": people.PASSWORD, "again": "x"}),
    ):
        browser.submit(path, EXTRA | {"language": "en"} | fields, headers=forged)
    assert texts(engine, people.email(who)) == before


def test_the_entry_is_in_the_name_of_who_is_signed_in(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    fields = NEW | {"author_id": "1", "actor": "Driften", "actor_id": "1", "recorded_at": "2000-01-01T00:00:00Z"}
    browser.submit("/admin/accounts/new", fields, headers={"X-User": people.email("viewer")})
    with reading(engine) as session:
        rows = session.execute(
            select(Entry.command, Actor.name).join(Actor).order_by(Entry.id.desc())  # type: ignore[call-overload, attr-defined]
        ).all()
    assert rows[0] == ("user_add", "Namn admin")


def test_a_link_carries_the_configured_address_whatever_host_is_asked(make_app: MakeApp, engine: Engine) -> None:
    """W13."""
    browser = browser_of(make_app(public_url="http://tracker.example.org/", insecure_http=True))
    with browser.session_transaction() as session:
        session.update(_user_id=people.signed_in(engine, "admin"), active_at=int(real_now().timestamp()), _fresh=True)
    forged = {"Host": "localhost", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    assert browser.submit(f"/admin/accounts/{PLANNER}/link", headers=forged).status_code == 303
    text = browser.get(f"/admin/accounts/{PLANNER}", headers=forged).text
    assert LINK.findall(text)[0].startswith("http://tracker.example.org/link/")
    assert "evil" not in text
    assert browser.get("/admin", headers={"Host": "evil.example"}).status_code == 400


def test_without_one_it_is_the_trusted_host_that_was_asked(client_as: ClientAs) -> None:
    browser = as_admin(client_as)
    browser.submit(f"/admin/accounts/{PLANNER}/link", headers={"X-Forwarded-Host": "evil.example"})
    shown = browser.get(f"/admin/accounts/{PLANNER}", headers={"X-Forwarded-Host": "evil.example"}).text
    assert LINK.findall(shown)[0].startswith("http://localhost/link/")


def upload(browser: PageClient, content: bytes, **fields: str) -> Any:  # noqa: ANN401 - a response
    data = {"csrf_token": browser.token(), "file": (io.BytesIO(content), "konton.csv"), **fields}
    return browser.post("/admin/accounts/import", data=data, content_type="multipart/form-data")


def confirm(browser: PageClient, preview: str, **fields: str) -> Any:  # noqa: ANN401 - a response
    hidden = {
        str(a["name"]): str(a["value"]) for t, a in Page(preview).elements if t == "input" and a.get("type") == "hidden"
    }
    return browser.submit("/admin/accounts/import/confirm", {"text": hidden["text"], "seen": hidden["seen"], **fields})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_is_previewed_and_then_done(client_as: ClientAs, engine: Engine, encoding: str) -> None:
    browser = as_admin(client_as)
    preview = upload(browser, CSV.encode(encoding))
    assert preview.status_code == 200
    assert "1 to be made" in Page(preview.text).text
    with reading(engine) as session:
        assert "ny@example.org" not in set(session.scalars(select(User.email)))  # type: ignore[call-overload]
    done = confirm(browser, preview.text)
    assert done.status_code == 200
    (address,) = set(re.findall(r"http://localhost/link/[\w-]{43}", done.text))
    assert "data:text/csv;charset=utf-8,%EF%BB%BF" in done.text
    assert texts(engine, "ny@example.org")["name"] == "Ny Ledare"
    assert browser_of(browser.application).get(address).status_code == 200
    again = confirm(browser, preview.text)
    assert again.status_code == 409
    assert "1 unchanged" in Page(again.text).text


def test_refused_rows_are_told_one_by_one_and_refuse_all(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    text = CSV + "x;Fel;projektledare;LAB\r\nz@example.org;Zeta;chef;\r\nplanner@example.org;Namn planner;viewer;\r\n"
    preview = upload(browser, text.encode())
    words = Page(preview.text).text
    for part in ("2 refused", "Write an e-mail address", "not chef", "Planner → Viewer", "1 to be changed"):
        assert part in words
    assert confirm(browser, preview.text).status_code == 422
    assert texts(engine, "planner@example.org")["role"] == "planner"
    assert confirm(browser, preview.text, without_refused="1").status_code == 200
    assert texts(engine, "planner@example.org")["role"] == "viewer"


@pytest.mark.parametrize(
    ("content", "fields", "words"),
    [
        (b"", {}, "Paste the rows"),
        (b"\x81\x8d", {}, "cannot be read for certain"),
        (CSV.encode(), {"text": "email"}, "not both"),
        (b"a,b\n1,2\n", {}, "no column a"),
        (b"email,name,role\nx\n", {}, "Line 2 has 1 cells"),
    ],
)
def test_what_is_no_file_of_accounts_is_refused(
    client_as: ClientAs, content: bytes, fields: dict[str, str], words: str
) -> None:
    response = upload(as_admin(client_as), content, **fields)
    assert response.status_code == 422
    assert words in Page(response.text).text


def test_too_large_a_file_is_refused(client_as: ClientAs) -> None:
    assert as_admin(client_as).submit("/admin/accounts/import", {"text": "x" * 1_000_001}).status_code == 413


def test_forms_cannot_be_used_by_somebody_whose_role_has_gone(client_as: ClientAs, engine: Engine) -> None:
    browser = as_admin(client_as)
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_edit", people.NOW)
        own = accounts.the_user(session, people.email("admin"))
        assert own.id is not None
        accounts.edit(session, entry, own.id, Fields(own.email, "Namn admin", Role.VIEWER), {})
    assert browser.get("/admin").status_code == 403
    assert browser.submit("/admin/accounts/new", NEW).status_code == 403
