"""Blockers in a real browser: raised from the board by keyboard, released, decided between two; all accessible."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import LANGUAGES, assert_looks_well, variants
from tests.browser.people import card, sign_in

LOOKS = variants(("sv", "dark", 320))
Axe = Callable[[Page], None]
PAGES = {
    "table": "/blockers",
    "all": "/blockers?state=all&sort=-age",
    "nothing": "/blockers?q=finnsinte&sort=x",
    "open": "/blockers/61",
    "resolved": "/blockers/24",
    "new": "/blockers/new?workflow=LKM-005&workflow=LKM-006&title=Etikettskrivare",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, name: str, language: str, theme: str, width: int
) -> None:
    assert_looks_well(look("lead_soki", PAGES[name], language, theme, (width, 800)), axe, language)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_blocker_is_raised_from_the_board_by_keyboard_alone(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], language: str, theme: str, width: int
) -> None:
    allow_console("422")
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "lead_soki", "/board?cycle=5&workstream=LKM&q=LKM-015")
    expect(card(page, "LKM-015")).to_be_attached()
    if width < 640:
        page.locator(".tab", has=page.locator("b", has_text="1")).click()
    card(page, "LKM-015").locator("a").focus()
    page.keyboard.press("h")
    sheet = page.locator("#sheet")
    title = sheet.locator("[name=title]")
    expect(title).to_be_focused()
    axe(page)
    page.keyboard.press("Enter")
    summary = sheet.locator(".notice")
    expect(summary).to_be_focused()
    axe(page)
    assert sheet.locator("[name=workflow]").input_value() == "LKM-015"
    title.focus()
    page.keyboard.type("Streckkodsläsare läser fel")
    page.keyboard.press("Tab")
    expect(sheet.locator(".similar")).to_contain_text(
        {"sv": "Streckkodsläsare saknas", "en": "Barcode scanner missing"}[language]
    )
    axe(page)
    sheet.locator("[name=category]").focus()
    page.keyboard.press("U" if language == "sv" else "E")  # utrustning, equipment
    assert sheet.locator("[name=category]").input_value() == "equipment"
    assert not sheet.locator("[name=decider]").is_visible()
    sheet.locator("[name=owner]").focus()
    page.keyboard.type("Testledare")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("LKM-015")
    assert not sheet.evaluate("sheet => sheet.open")
    expect(card(page, "LKM-015").locator(".why")).to_contain_text("Streckkodsläsare läser fel")
    axe(page)


def test_a_blocker_raised_in_the_board_is_taken_back_with_a_key(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", "/board?cycle=5&workstream=LKM")
    card(page, "LKM-015").locator("a").focus()
    page.keyboard.press("h")
    page.get_by_label("What is in the way?").fill("Larm saknas")
    page.get_by_label("Category").select_option("equipment")
    page.get_by_role("button", name="Raise the blocker").click()
    expect(card(page, "LKM-015").locator(".why")).to_contain_text("Larm saknas")
    page.keyboard.press("z")
    expect(card(page, "LKM-015").locator(".why")).to_have_count(0)


def test_an_open_blocker_holds_it_instead_of_a_new_one(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", "/blockers/new?workflow=LKM-015")
    page.get_by_label("What is in the way?").fill("Barcode scanner")
    page.keyboard.press("Tab")
    page.get_by_role("radio", name="Barcode scanner missing").check()
    expect(page.get_by_label("Category")).to_be_hidden()
    page.get_by_role("button", name="Hold with the chosen one").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Barcode scanner missing")
    expect(page.locator(".holds").first).to_contain_text("LKM-015")


def test_a_decision_asks_who_decides_by_when(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", "/blockers/new?workflow=LKM-015")
    expect(page.get_by_label("Decide by")).to_be_hidden()
    page.get_by_label("Category").select_option("decision")
    page.get_by_label("What is in the way?").fill("Scope not decided")
    page.get_by_label("Decider").fill("Styrgruppen")
    page.get_by_label("Decide by").fill("2023-04-10")
    page.get_by_role("button", name="Raise the blocker").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Scope not decided")
    page.goto("/blockers")
    first = page.locator("table.blockers tbody tr").first
    expect(first).to_contain_text("Scope not decided")
    expect(first).to_contain_text("4 days overdue")


def test_all_are_released_with_a_text_and_held_again(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("422")
    page = sign_in(new_page(), "planner", "/blockers/41")
    page.get_by_role("button", name="Release all 4").click()
    expect(page.locator(".notice")).to_be_focused()
    axe(page)
    page.get_by_label("How was it resolved?").fill("The scope is decided")
    page.get_by_role("button", name="Release all 4").click()
    expect(page.get_by_role("status").first).to_contain_text("EXT-001, EXT-002, EXT-003, EXT-004")
    expect(page.locator(".thing-head")).to_contain_text("resolved 14 April")
    axe(page)
    page.locator("#hold-form").get_by_role("button").click()
    expect(page.locator(".thing-head")).to_contain_text("reopened")
    expect(page.locator("#holds-title")).to_have_text("Holds 4 workflows")


def test_two_write_over_the_same_field_and_lose_nothing(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("409")
    one, other = (sign_in(new_page(), role, "/blockers/61") for role in ("lead_soki", "planner"))
    for page, owner in ((one, "Farmaceut"), (other, "Inköp")):
        page.locator("summary", has_text="Edit").click()
        page.locator("#edit-owner").fill(owner)
    other.locator("#edit-mitigation").fill("Ny lista prövas")
    one.locator("#edit-form").get_by_role("button").click()
    expect(one.locator(".facts")).to_contain_text("Farmaceut")
    other.locator("#edit-form").get_by_role("button").click()
    expect(other.locator("#edit-owner-error")).to_contain_text("wrote “Farmaceut” here")
    assert other.locator("#edit-owner").input_value() == "Inköp"
    assert other.locator("#edit-mitigation").input_value() == "Ny lista prövas"
    axe(other)
    other.locator("#edit-form").get_by_role("button").click()
    expect(other.locator(".facts")).to_contain_text("Inköp")
    expect(other.locator(".facts")).to_contain_text("Ny lista prövas")


def test_filters_open_and_choose_by_pointer(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", "/blockers")
    page.locator("summary", has_text="Show").click()
    page.get_by_role("radio", name="Resolved").click()
    page.wait_for_url("**state=resolved**")
    page.locator("summary", has_text="Category").click()
    page.get_by_role("checkbox", name="Vendor").check()
    page.locator(".picker-category").get_by_role("button", name="Show").click()
    page.wait_for_url("**category=vendor**")
    assert "state=resolved" in page.url
    page.get_by_role("columnheader", name="Age").get_by_role("link").click()
    page.wait_for_url("**sort=age**")
    expect(page.locator("th[aria-sort]")).to_have_text("Age")


def test_without_script_it_is_raised_and_released(new_page: NewPage) -> None:
    page = sign_in(new_page(java_script_enabled=False), "lead_soki", "/blockers/new?workflow=LKM-015")
    page.get_by_label("What is in the way?").fill("Larm saknas")
    page.get_by_label("Category").select_option("equipment")
    page.get_by_role("button", name="Raise the blocker").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Larm saknas")
    page.get_by_label("How was it resolved?").fill("Larm finns")
    page.get_by_role("button", name="Release the chosen one").click()
    expect(page.locator(".thing-head")).to_contain_text("resolved")


def test_on_paper_the_table_stands_alone(new_page: NewPage) -> None:
    page = sign_in(new_page(color_scheme="dark"), "lead_soki", "/blockers")
    page.emulate_media(media="print")
    expect(page.locator("table.blockers")).to_be_visible()
    for gone in (".shell", ".filter-bar", ".page-head .button"):
        expect(page.locator(gone)).to_be_hidden()
