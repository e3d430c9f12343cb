"""The ways in which a page is looked at: languages, themes and widths."""

from collections.abc import Callable
from itertools import product
from typing import TypeVar

from playwright.sync_api import Page

from tests.counts import is_full

LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
THEMES = ("light", "dark")

Width = TypeVar("Width")
FOLDS = "main details:not([name])"
MENUS = "main details[name]"  # one at a time is open, over what stands beneath


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
        unfold(page, FOLDS)
    axe(page)
    assert fits(page), "it scrolls sideways"
    if not folded and is_full() and page.locator(MENUS).count():
        unfold(page, FOLDS, is_open=False)
        unfold(page, MENUS)
        axe(page)


def unfold(page: Page, which: str, *, is_open: bool = True) -> None:
    """Opens or closes those parts of the page."""
    page.evaluate(
        "([which, isOpen]) => document.querySelectorAll(which).forEach((each) => (each.open = isOpen))",
        [which, is_open],
    )


def fits(page: Page) -> bool:
    """Whether the page does without scrolling sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
