"""The ways in which a page is looked at: languages, themes and widths."""

from collections.abc import Callable
from itertools import product
from typing import TypeVar

from playwright.sync_api import Page

from tests.counts import is_full

LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
THEMES = ("light", "dark")

Width = TypeVar("Width")


def variants(
    *usual: tuple[str, str, Width],
    widths: tuple[Width, ...] = (320, 1280),  # type: ignore[assignment]
) -> list[tuple[str, str, Width]]:
    """The usual ways; in full, both languages, themes and all widths in all their combinations."""
    return list(product(LANGUAGES, THEMES, widths)) if is_full() else list(usual)


def assert_looks_well(page: Page, axe: Callable[[Page], None], language: str, *, folded: bool = False) -> None:
    """Fails unless the page is accessible, in its language and as wide as its window, unless told with all unfolded."""
    assert page.locator("html").get_attribute("lang") == language
    if not folded:
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    axe(page)
    assert fits(page), "it scrolls sideways"


def fits(page: Page) -> bool:
    """Whether the page does without scrolling sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
