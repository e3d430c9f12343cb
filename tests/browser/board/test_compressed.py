"""A board that comes compressed shows all its cards: a browser reads the first gzip member of an answer and no more."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look


@pytest.mark.parametrize("narrowed", ["", "&workstream=LAB", "&group=workstream"])
def test_a_board_that_comes_compressed_has_all_its_cards(look: Look, narrowed: str) -> None:
    page = look("viewer", f"/board?cycle=all{narrowed}", "sv", "light", (1280, 900))
    for _ in ("made", "kept"):
        response = page.reload()
        assert response is not None
        assert response.header_value("content-encoding") == "gzip"
        shown = page.locator("#board-facts").get_attribute("data-shown")
        assert shown is not None
        assert int(shown) > 0
        expect(page.locator("#board article.card")).to_have_count(int(shown))
        expect(page.locator("#announcer")).to_be_attached()  # the end of the page
