"""The accessibility statement, which everybody can read, and the way to it; and the banner of an address that is not
https.
"""

import pytest

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import PageClient

pytestmark = ON_SQLITE


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ("Tillgänglighetsredogörelse", "DIGG", "2018:1937", "delvis")),
        ("en", ("Accessibility statement", "DIGG", "partly complies")),
    ],
)
def test_it_is_there_in_both_languages(client: PageClient, language: str, words: tuple[str, ...]) -> None:
    text = client.page("/accessibility", headers={"Accept-Language": language}).text
    assert all(word in text for word in words)


def test_it_says_whom_to_ask(make_app: MakeApp) -> None:
    assert "Programkontoret" in browser_of(make_app()).page("/accessibility").text
    browser = browser_of(make_app(contact="stöd@example.org <b>"))
    assert "stöd@example.org <b>" in browser.page("/accessibility").text


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("anonymous", "/login"),
        ("anonymous", "/link/x"),
        ("viewer", "/settings"),
        ("viewer", "/board?cycle=all"),
        ("viewer", "/workflows/LAB-001"),
    ],
)
def test_every_page_leads_to_it(client_as: ClientAs, role: str, path: str) -> None:
    assert 'href="/accessibility"' in client_as(role).get(path).text


def test_an_address_that_is_not_https_says_so_on_every_page(make_app: MakeApp) -> None:
    words = "Adressen är inte https"
    browser = browser_of(make_app(public_url="http://tracker.example.org", insecure_http=True))
    assert words in browser.page("/login").text
    for settings in (
        {},
        {"public_url": "https://tracker.example.org", "insecure_http": True},
        {"public_url": "http://localhost:8000", "insecure_http": True},
    ):
        assert words not in browser_of(make_app(**settings)).page("/login").text
