"""What everybody decides for themselves."""

import pytest
from sqlalchemy import Engine, func, select

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs
from tests.web.page_client import Page, PageClient
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import passwords
from tracker.db.engine import reading
from tracker.db.models import Answer, Entry

NEW = "ett helt annat lås"
CHANGE = {"current": people.PASSWORD, "password": NEW, "again": NEW}


def entries(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0


def is_signed_in(browser: PageClient) -> bool:
    return browser.get("/settings").status_code == 200


def test_a_new_password_ends_the_other_sign_ins_at_once_and_this_one_stays(client_as: ClientAs, engine: Engine) -> None:
    mine, elsewhere, other = client_as("lead_owner"), client_as("lead_owner"), client_as("planner")
    response = mine.submit("/settings/password", CHANGE | {"key": "k"})
    assert (response.status_code, response.location) == (303, "/settings")
    assert is_signed_in(mine)
    assert not is_signed_in(elsewhere)
    assert is_signed_in(other)
    with reading(engine) as session:
        user = accounts.the_user(session, people.email("lead_owner"))
        assert passwords.fits(NEW, user.password_hash)
    # Sent twice it is done once, and said to be done.
    after = entries(engine)
    assert mine.submit("/settings/password", CHANGE | {"key": "k"}).status_code == 303
    assert mine.submit("/settings/password", CHANGE | {"key": "another"}).status_code == 422
    assert entries(engine) == after
    with reading(engine) as session:
        kept = session.scalars(select(Answer)).one()
        assert NEW not in str(kept)


@ON_SQLITE
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"current": "fel lösenord, tyvärr"}, "current"),
        ({"current": ""}, "current"),
        ({"password": "kort", "again": "kort"}, "password"),
        ({"again": "något annat"}, "again"),
        ({"password": "Sommaren2023", "again": "Sommaren2023"}, "password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client_as: ClientAs, engine: Engine, wrong: dict[str, str], field: str
) -> None:
    browser, elsewhere = client_as("lead_owner"), client_as("lead_owner")
    response = browser.submit("/settings/password", CHANGE | wrong)
    assert response.status_code == 422
    fields = {a.get("name") for _, a, _ in Page(response.text).fields if "aria-invalid" in a}
    assert fields == {field}
    assert is_signed_in(elsewhere)
    with reading(engine) as session:
        user = accounts.the_user(session, people.email("lead_owner"))
        assert passwords.fits(people.PASSWORD, user.password_hash)


@ON_SQLITE
def test_without_a_password_there_is_none_to_change(client_as: ClientAs) -> None:
    browser = client_as("viewer")
    assert 'autocomplete="new-password"' not in browser.get("/settings").text
    assert browser.submit("/settings/password", CHANGE | {"current": "!"}).status_code == 422


def test_language_keys_and_announcements_are_kept_without_history(client_as: ClientAs, engine: Engine) -> None:
    browser, before = client_as("viewer"), entries(engine)
    assert "data-keys data-announcements" in browser.get("/settings").text
    assert browser.submit("/settings", {"language": "en", "has_announcements": "1"}).status_code == 303
    page = browser.get("/settings")
    assert Page(page.text).lang == "en"
    body = page.text.partition("<body")[2].partition(">")[0]
    assert " data-announcements" in body
    assert " data-keys" not in body
    assert browser.submit("/settings", {"language": "de"}).status_code == 422
    assert entries(engine) == before
    assert Page(client_as("viewer").get("/settings").text).lang == "en"


def test_signing_out_everywhere_else(client_as: ClientAs) -> None:
    mine, elsewhere, other = client_as("viewer"), client_as("viewer"), client_as("planner")
    mine.submit("/language", {"language": "en"})
    assert "Another browser" in mine.page("/settings").text
    assert mine.submit("/settings/sign-out-elsewhere").status_code == 303
    assert not is_signed_in(elsewhere)
    assert is_signed_in(other)
    assert "Another browser" not in mine.page("/settings").text
