"""The grid of parts in a real browser: signed in two keystrokes, refused, taken back; without script; accessible."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import LANGUAGES, fits
from tests.browser.people import sign_in

Axe = Callable[[Page], None]
SHARED, CELL = "/workflows/ONK-001", "#part-LAB-test"


def reopened(page: Page) -> None:
    """LAB's lead takes its part in test back, which nobody waits for, and stands at its cell."""
    page.locator(CELL).click()
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(CELL)).to_contain_text("open since")
    expect(page.locator("#sheet")).not_to_have_attribute("open", "")


def test_a_part_is_signed_in_two_keystrokes_and_z_takes_it_back(
    page: Page, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("422")
    sign_in(page, "lead_sidu", SHARED)
    page.locator("#note").fill("Halvskrivet")
    reopened(page)
    expect(page.locator(CELL)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Our part done")).to_be_focused()
    axe(page)
    page.keyboard.press("Enter")
    expect(page.locator(CELL)).to_contain_text("done")
    expect(page.locator(CELL)).to_be_focused()
    expect(page.locator("#note")).to_have_value("Halvskrivet")
    page.keyboard.press("z")
    expect(page.locator(CELL)).to_contain_text("open since")
    page.keyboard.press("Enter")
    page.locator("#sheet").get_by_role("button", name="Not needed").click()
    expect(page.locator("#sheet .error")).to_have_text("Write why this part is not needed.")
    page.locator("#part-note").fill("Inga prover här")
    page.locator("#sheet").get_by_role("button", name="Not needed").click()
    expect(page.locator(CELL)).to_contain_text("Inga prover här")
    expect(page.locator(CELL)).to_be_focused()
    axe(page)


def test_without_script_a_cell_leads_to_a_page_and_back(
    new_page: NewPage, allow_console: Callable[[str], None]
) -> None:
    allow_console("422")
    page = new_page(java_script_enabled=False)
    sign_in(page, "lead_sidu", SHARED)
    page.locator(CELL).click()
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("main [role=status]")).to_have_text("ONK-001: the part of LAB in test is open again")
    page.locator(CELL).click()
    page.get_by_role("button", name="Not needed").click()
    expect(page.locator(".error")).to_be_visible()
    page.get_by_role("button", name="Our part done").click()
    expect(page.locator(CELL)).to_contain_text("done")


def test_the_grid_with_open_parts_fits_a_phone_in_the_dark(new_page: NewPage, axe: Axe) -> None:
    page = new_page(locale=LANGUAGES["sv"], color_scheme="dark", viewport={"width": 320, "height": 800})
    sign_in(page, "lead_sidu", SHARED)
    page.locator(CELL).click()
    page.get_by_role("button", name="Ta tillbaka").click()
    expect(page.locator(CELL)).to_contain_text("öppen sedan")
    assert fits(page)
    axe(page)
    page.locator(CELL).click()
    expect(page.get_by_role("button", name="Vår del klar")).to_be_visible()
    assert fits(page)
    axe(page)
