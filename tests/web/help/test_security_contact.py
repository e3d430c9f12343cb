"""`/.well-known/security.txt` as RFC 9116 wants it."""

from datetime import datetime, timedelta

import pytest

from tests.databases import ON_SQLITE
from tests.web.conftest import MakeApp, browser_of
from tracker.clock import real_now

pytestmark = ON_SQLITE
PATH = "/.well-known/security.txt"


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("office@example.org", "mailto:office@example.org"),
        ("Programkontoret, <office@example.org>, tel. 08-12 34 56.", "mailto:office@example.org"),
        ("https://example.org/kontakt", "https://example.org/kontakt"),
        ("Ring +46 8 123 456 78", "tel:+46-8-123-456-78"),
    ],
)
def test_it_names_the_contact_and_ends_within_a_year(make_app: MakeApp, contact: str, uri: str) -> None:
    response = browser_of(make_app(contact=contact, public_url="https://tracker.example.org")).get(PATH)
    assert (response.status_code, response.mimetype) == (200, "text/plain")
    fields = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert fields["Contact"] == uri
    assert timedelta(days=90) < datetime.fromisoformat(fields["Expires"]) - real_now() < timedelta(days=365)
    assert fields["Canonical"] == f"https://tracker.example.org{PATH}"


@pytest.mark.parametrize("contact", ["", "Fråga på kontoret"])
def test_there_is_none_where_nobody_can_be_reached_by_it(make_app: MakeApp, contact: str) -> None:
    assert browser_of(make_app(contact=contact)).get(PATH).status_code == 404
