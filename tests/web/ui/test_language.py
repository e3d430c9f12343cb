"""Swedish and English: the choice, what is remembered, and a catalogue without gaps."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, browser_of
from tests.web.page_client import Page, PageClient
from tracker.db.engine import reading
from tracker.db.models import User
from tracker.domain.errors import InvalidError
from tracker.domain.states import State
from tracker.web.ui import errors, formats

pytestmark = ON_SQLITE


def language_of(browser: PageClient, path: str = "/login", **headers: str) -> str | None:
    return Page(browser.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).text).lang


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.5,sv;q=0.4", "en"),
        ("de", "sv"),
        ("", "sv"),
        ("sv;q=0.1,en-US;q=0.9", "en"),
        ("%%%", "sv"),
        ("*", "sv"),
    ],
)
def test_the_browser_says_which_at_first(client: PageClient, wish: str, expected: str) -> None:
    assert language_of(client, Accept_Language=wish) == expected


def test_the_choice_is_kept_before_signing_in(client: PageClient) -> None:
    response = client.submit("/language", {"language": "en", "next": "/login?next=/board"})
    assert (response.status_code, response.location) == (303, "/login?next=/board")
    assert language_of(client, Accept_Language="sv") == "en"
    assert language_of(client, "/nothing", Accept_Language="sv") == "en"


def test_the_choice_follows_the_account_to_other_browsers(client_as: ClientAs, engine: Engine) -> None:
    client_as("viewer").submit("/language", {"language": "en"})
    assert language_of(client_as("viewer"), "/workflows/LAB-001", Accept_Language="sv") == "en"
    assert language_of(client_as("planner"), "/workflows/LAB-001", Accept_Language="sv") == "sv"
    with reading(engine) as session:
        assert session.scalar(select(User.language).where(User.email == people.email("viewer"))) == "en"  # type: ignore[call-overload]


@pytest.mark.parametrize("language", ["de", "", "sv_SE", "../sv", "SV"])
def test_no_other_language_is_taken(client_as: ClientAs, language: str) -> None:
    browser = client_as("viewer")
    assert browser.submit("/language", {"language": language}).status_code == 422
    browser.set_cookie("language", language)
    assert language_of(browser, "/nothing") == "sv"


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_choosing_stays_on_the_own_host(client: PageClient, target: str) -> None:
    assert client.submit("/language", {"language": "en", "next": target}).location == "/"


def test_dates_times_and_numbers_are_written_as_in_sweden(app: Flask) -> None:
    evening = datetime(2023, 4, 13, 22, 30, tzinfo=UTC)  # 00:30 the day after in Stockholm
    expected = {
        "sv": (
            "14 april",
            "fredag 14 april 2023",
            "2023-04-14",
            "14 april 00:30",
            "00:30",
            "14 december 2022",
            "12\N{NO-BREAK SPACE}345,5",
            "ej påbörjad",
        ),
        "en": (
            "14 April",
            "Friday 14 April 2023",
            "2023-04-14",
            "14 April 00:30",
            "00:30",
            "14 December 2022",
            "12\N{NO-BREAK SPACE}345,5",
            "not started",
        ),
    }
    for language, words in expected.items():
        with app.test_request_context(headers={"Accept-Language": language}):
            assert words == (
                formats.day(evening),
                formats.long_day(evening),
                formats.iso_day(evening),
                formats.moment(evening),
                formats.clock(evening),
                formats.day(date(2022, 12, 14)),
                formats.number(Decimal("12345.5")),
                formats.state_name(State.NOT_STARTED),
            )
            assert formats.iso_day(date(2023, 4, 14)) == "2023-04-14"


def test_a_refusal_is_translated_with_its_values(app: Flask) -> None:
    error = InvalidError(
        "The latest change happened on %(day)s. Choose that date or a later one.", day=date(2023, 4, 3)
    )
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert errors.explain(error) == "Den senaste ändringen hände 3 april. Välj det datumet eller ett senare."
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert errors.explain(error) == "The latest change happened on 3 April. Choose that date or a later one."


@pytest.mark.parametrize("status", sorted(errors.WORDS))
@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_error_has_a_page_that_asks_no_database(app: Flask, engine: Engine, status: int, language: str) -> None:
    engine.dispose()
    with app.test_request_context("/healthz", headers={"Accept-Language": language}):
        app.preprocess_request()
        response = errors.error_page(status)
    page = Page(response.get_data(as_text=True))
    title = errors.WORDS[status][0]
    assert response.status_code == status
    assert page.lang == language
    assert (title in page.text) == (language == "en")
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_the_sign_in_page_is_in_one_language(client: PageClient) -> None:
    swedish = client.page("/login", headers={"Accept-Language": "sv"}).text
    english = browser_of(client.application).page("/login", headers={"Accept-Language": "en"}).text
    assert "Logga in" in swedish
    assert "Sign in" not in swedish
    assert "Sign in" in english
    assert "Logga in" not in english
