"""Everything works as plain forms, without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.people import card, sign_in


@pytest.fixture
def plain(new_page: NewPage) -> Page:
    """A lead of LAB whose browser runs no script."""
    return sign_in(new_page(java_script_enabled=False), "lead_sidu")


def test_a_workflow_is_found_moved_and_taken_back(plain: Page) -> None:
    plain.goto("/board?cycle=5&workstream=LAB")
    card(plain, "LAB-007").locator("a").click()
    plain.get_by_role("radio", name="Validation").check()
    plain.get_by_label("Happened on").fill("2023-04-13")
    plain.locator("#field-note").fill("Genomgången med labbet")
    plain.get_by_role("button", name="Move").click()
    expect(plain.locator(".timeline")).to_contain_text("Genomgången med labbet")
    expect(plain.locator(".path [aria-current=step]")).to_contain_text("Validation")
    plain.get_by_role("button", name="Take back").click()
    expect(plain.locator(".path [aria-current=step]")).to_contain_text("Design")


def test_a_conflict_is_a_page_with_what_was_typed(
    plain: Page, new_page: NewPage, allow_console: Callable[[str], None]
) -> None:
    allow_console("409")
    plain.goto("/workflows/LAB-007")
    other = sign_in(new_page(java_script_enabled=False), "planner", "/workflows/LAB-007")
    other.get_by_role("radio", name="Validation").check()
    other.get_by_role("button", name="Move").click()
    plain.get_by_role("radio", name="Test").check()
    plain.locator("#field-note").fill("Testfall 1–14 godkända")
    plain.get_by_role("button", name="Move").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("LAB-007")
    expect(plain.get_by_label("Your note")).to_have_value("Testfall 1–14 godkända")
    plain.get_by_role("button", name="Move to Test anyway").click()
    expect(plain.locator(".timeline")).to_contain_text("Testfall 1–14 godkända")


def test_a_move_back_without_a_reason_keeps_what_was_typed(plain: Page, allow_console: Callable[[str], None]) -> None:
    allow_console("422")
    plain.goto("/workflows/LAB-007")
    plain.get_by_role("radio", name="Not started").check()
    plain.locator("#field-note").fill("Kravet är ändrat")
    plain.get_by_role("button", name="Move").click()
    expect(plain.locator("#field-note")).to_have_value("Kravet är ändrat")
    expect(plain.locator("main")).to_contain_text("Choose why it moves back")


def test_the_filters_are_a_form(plain: Page) -> None:
    plain.goto("/board?cycle=all")
    plain.get_by_role("searchbox").fill("röntgen")
    plain.keyboard.press("Enter")
    plain.wait_for_url("**q=r%C3%B6ntgen**")
    expect(card(plain, "MBI-001")).to_be_attached()
