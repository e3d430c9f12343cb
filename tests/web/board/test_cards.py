"""Cards as HTML: what they tell script and screen readers, and which of them the streams shown only share."""

import re

import pytest

from tests.applications import shared_app
from tests.databases import ON_SQLITE, Databases, demo
from tests.web.conftest import ClientAs, browser_of
from tests.web.page_client import PageClient

pytestmark = ON_SQLITE
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
CARD = re.compile(r'<article id="card-LAB-001".*?</article>', re.DOTALL)


@pytest.fixture
def planner(client_as: ClientAs) -> PageClient:
    """A planner who reads English. LKM shares LAB-001."""
    planner = client_as("planner")
    planner.submit("/language", {"language": "en"})
    return planner


def test_days_are_bold_where_finished_work_was_quicker(databases: Databases) -> None:
    browser = browser_of(shared_app(databases.restored(demo)))
    browser.submit("/login/demo", {"role": "viewer"})
    browser.submit("/language", {"language": "en"})
    cards = re.findall(r'<article id="card-.*?</article>', browser.get("/board?cycle=5").text, re.DOTALL)
    long = [html for html in cards if "longer than 85 percent of finished work" in html]
    assert 0 < len(long) < len(cards) / 2
    assert all("days is-long" in html for html in long)
    assert not any(", not started</span>" in html or ", done</span>" in html for html in long)


def test_without_enough_finished_work_no_days_are_bold(planner: PageClient) -> None:
    assert "is-long" not in planner.get("/board?cycle=all").text


def card(html: str) -> str:
    """The card of LAB-001."""
    found = CARD.search(html)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("filters", "is_guest"),
    [
        ("", False),
        ("&workstream=LAB", False),
        ("&workstream=LKM", True),
        ("&workstream=LKM&workstream=LAB", False),
        ("&workstream=XXX", False),
        ("&group=project&workstream=LKM", True),
    ],
)
def test_what_the_streams_shown_only_share_is_told_apart(planner: PageClient, filters: str, is_guest: bool) -> None:
    html = card(planner.get(f"/board?cycle=all{filters}").text)
    assert ("is-guest" in html) == is_guest
    assert ("shared</i>" in html) == is_guest
    assert 'data-shared="LKM"' in html


def test_a_card_that_is_moved_stays_told_apart(planner: PageClient) -> None:
    here = {"HX-Current-URL": "http://localhost/board?cycle=all&workstream=LKM"}
    answer = planner.submit("/workflows/LAB-001/move", {"to": "design", "version": "1"}, headers=HTMX | here)
    assert "is-guest" in card(answer.text)
    assert ", design</span>" in card(answer.text)


def test_a_card_of_one_stream_carries_no_others(planner: PageClient) -> None:
    html = planner.get("/board?cycle=all&q=RTG-001").text
    assert "data-shared" not in html


def test_columns_and_lanes_count_owned_and_shared_apart(planner: PageClient) -> None:
    columns = planner.page("/board?cycle=all&workstream=LKM").text
    assert "Not started 1 0 + 1 shared" in columns
    assert "3 + 1 shared" in columns
    lanes = planner.page("/board?cycle=all&group=workstream").text
    assert "2 open + 1 shared" in lanes


def test_a_lane_that_may_be_written_offers_its_check_without_script(planner: PageClient, client_as: ClientAs) -> None:
    page = planner.page("/board?cycle=all&group=workstream")
    checks = [
        attributes for tag, attributes in page.elements if attributes.get("name") == "workstream" and tag == "button"
    ]
    assert [check["value"] for check in checks] == ["LAB", "LKM", "RTG"]
    assert {check["form"] for check in checks} == {"selection"}
    viewers = client_as("viewer").page("/board?cycle=all&group=workstream")
    assert not any(attributes.get("id") == "selection" for _, attributes in viewers.elements)
