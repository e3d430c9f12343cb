"""The handbook under `/help/`: every page in the reader's language, with links, pictures and anchors that lead on."""

import re
from urllib.parse import unquote

import pytest

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.config import HANDBOOK
from tracker.web.help import handbook, markdown

pytestmark = ON_SQLITE

NAMES = sorted(file.stem for file in HANDBOOK.glob("*.md"))
ADDRESSES = [markdown.address(f"{name}.md") for name in NAMES]


@pytest.fixture
def viewer(client_as: ClientAs) -> PageClient:
    return client_as("viewer")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_pages_lead_to_pages_pictures_and_anchors_that_are_there(viewer: PageClient, language: str) -> None:
    pages = {address: viewer.get(address, headers={"Accept-Language": language}).text for address in ADDRESSES}
    for address, html in pages.items():
        assert html.count("<h1") == 1
        for link in set(re.findall(r'(?:href|src)="([^"]*)"', html.partition('<div class="handbook">')[2])):
            path, _, fragment = unquote(link).partition("#")
            assert not path or path in pages or viewer.get(path).status_code == 200, link
            assert not fragment or f'id="{fragment}"' in pages[path or address], link


def test_what_users_read_is_in_their_language_and_the_rest_says_that_it_is_not(viewer: PageClient) -> None:
    for name in ("using", "planning-week", "files-and-figures", "reports", "imports"):
        assert "in English only" not in viewer.get(f"/help/{name}", headers={"Accept-Language": "en"}).text
        assert 'lang="en"' not in article(viewer.get(f"/help/{name}", headers={"Accept-Language": "sv"}).text)
    swedish = viewer.get("/help/operating", headers={"Accept-Language": "sv"}).text
    assert "Sidan finns bara på engelska." in swedish
    assert '<article class="prose" lang="en">' in swedish


def article(html: str) -> str:
    """The text of the page, without the links to pages in English."""
    return re.sub(r"<a [^>]*>", "", html.partition("<article")[2].partition("</article>")[0])


def test_what_is_no_page_is_not_found(viewer: PageClient) -> None:
    for name in ("missing", "README", "sv", "Using", "using.md", "..%2Fconfig", "sv%2Fusing"):
        assert viewer.get(f"/help/{name}").status_code == 404


def test_the_keys_keep_their_address_beside_the_index(viewer: PageClient) -> None:
    assert "Keys and help" in viewer.page("/help", headers={"Accept-Language": "en"}).text
    assert "<h1>Handbook</h1>" in viewer.get("/help/", headers={"Accept-Language": "en"}).text


def test_a_page_is_read_once_per_process(client_as: ClientAs) -> None:
    handbook._page.cache_clear()
    for role in ("viewer", "planner"):
        client_as(role).get("/help/using")
    assert handbook._page.cache_info().misses == len(["the page", "the index"])
