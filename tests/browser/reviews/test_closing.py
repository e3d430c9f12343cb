"""A planner closes cycle 5 and commits 6 in a real browser, by keyboard alone; all pages on the way are accessible."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from tests.browser.closing import decide_all
from tests.browser.conftest import Look, NewPage
from tests.browser.looks import LANGUAGES, assert_looks_well, fits, variants
from tests.browser.people import sign_in

LOOKS = variants(("sv", "dark", 320))
Axe = Callable[[Page], None]
PAGES = {
    "undecided": "/cycles/5/close",
    "closed": "/cycles/4/close",
    "in the way": "/cycles/6/commit",
    "empty": "/cycles/7/commit",
    "running": "/cycles/5/commit",
}


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    message = f"{target} is not reached by keyboard"
    raise AssertionError(message)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, name: str, language: str, theme: str, width: int
) -> None:
    assert_looks_well(look("planner", PAGES[name], language, theme, (width, 800)), axe, language)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_cycle_is_closed_and_the_next_committed_by_keyboard_alone(
    new_page: NewPage,
    axe: Axe,
    allow_console: Callable[[str], None],
    demo_engine: Engine,
    language: str,
    theme: str,
    width: int,
) -> None:
    allow_console("422")
    decide_all(demo_engine)
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "planner", "/cycles/5/close")
    axe(page)
    assert fits(page)
    jump = page.locator(".jump a")
    tab_to(page, jump)
    page.keyboard.press("Enter")  # the next Tab goes on from the form
    number = page.locator("#close-confirm")
    tab_to(page, number)
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    summary = page.locator(".notice.harm")
    expect(summary).to_be_focused()
    axe(page)
    assert fits(page)
    tab_to(page, summary.locator("a"))
    page.keyboard.press("Enter")
    expect(number).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        {"sv": "Cykel 5 är avslutad", "en": "Cycle 5 is closed"}[language]
    )
    axe(page)
    assert fits(page)
    tab_to(page, page.locator(".next .button"))
    page.keyboard.press("Enter")
    commit = page.locator("main form .button.primary")
    expect(commit).to_be_visible()
    axe(page)
    assert fits(page)
    tab_to(page, commit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text({"sv": "Cykel 6 pågår", "en": "Cycle 6 runs"}[language])
    axe(page)
    assert fits(page)


def test_what_is_new_since_it_was_seen_is_told_and_accessible(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], demo_engine: Engine
) -> None:
    allow_console("409")
    page = sign_in(new_page(viewport={"width": 320, "height": 800}), "planner", "/cycles/5/close")
    decide_all(demo_engine)
    page.reload()
    page.locator("#close-confirm").fill("5")
    page.locator("[name=seen]").evaluate("field => { field.value = 'another'; }")
    page.locator("[name=marks]").evaluate(
        "field => { field.value = JSON.stringify({...JSON.parse(field.value), 'LKM-005': 'undecided', '': '7'}); }"
    )
    page.locator("#close-form .primary").click()
    expect(page.locator(".changed")).to_contain_text("LKM-005")
    expect(page.locator(".changed")).to_contain_text("goes to cycle 7")
    axe(page)
    assert fits(page)


def test_a_date_in_a_closed_cycle_is_corrected_and_both_truths_read_by_keyboard_alone(new_page: NewPage) -> None:
    """OPE-004 was done on 23 March, in cycle 5; it had been so a week before, in cycle 4, which is closed."""
    page = sign_in(new_page(), "planner", "/workflows/OPE-004")
    tab_to(page, page.locator("#take-back button"))
    page.keyboard.press("Enter")
    expect(page.locator("#take-back")).to_have_count(1)
    expect(page.locator("[name=to][value=test]")).to_be_disabled()
    choice = page.locator("[name=to]:checked")
    tab_to(page, choice)
    expect(choice).to_have_value("done")
    tab_to(page, page.locator("[name=happened_on]"))
    page.keyboard.type("03162023")  # Chromium without a screen asks in this order
    expect(page.locator("[name=happened_on]")).to_have_value("2023-03-16")
    tab_to(page, page.locator("#move-form button"))
    page.keyboard.press("Enter")
    expect(page.locator("[name=to][value=done]")).to_be_disabled()
    page.goto("/cycles/4")
    tested = page.locator("#figure-tested")
    expect(tested.locator("td").nth(0)).to_have_text("59")
    expect(tested.locator("td").nth(1)).to_have_text("60")
    expect(page.locator("#differences")).to_contain_text("OPE-004")
