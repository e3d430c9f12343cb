"""Every page in both languages and themes: accessible, of one width with its window, with nothing untranslated."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import THEMES, assert_looks_well, variants
from tests.browser.people import open_menu, sign_in
from tests.counts import is_full

LOOKS = variants(("sv", "light", 320))
Axe = Callable[[Page], None]
PAGES = {
    "sign-in": "/login",
    "overview": "/",
    "board": "/board?cycle=5",
    "lanes": "/board?cycle=5&group=workstream",
    "list": "/board?cycle=5&view=list",
    "nothing in the list": "/board?cycle=5&view=list&q=finnsinte",
    "nothing": "/board?cycle=5&q=finnsinte&sort=x",
    "shared": "/board?cycle=5&workstream=PRI",
    "plan": "/cycles/6/plan",
    "nothing in the plan": "/cycles/6/plan?q=finnsinte&sort=x",
    "no draft to plan": "/cycles/5/plan",
    "proposals": "/cycles/5/review/proposals",
    "help": "/help",
    "handbook": "/help/",
    "handbook in both languages": "/help/files-and-figures",
    "handbook in English": "/help/operating",
    "workflow": "/workflows/LKM-005",
    "archived": "/workflows/LKM-019",
    "missing": "/workflows/XXX-001",
    "closed cycle": "/cycles/3",
    "running cycle": "/cycles/5",
    "draft": "/cycles/6",
    "cycle of a workstream": "/cycles/4?workstream=LKM",
    "tested in a cycle": "/cycles/4?show=tested&basis=as_reported",
    "carried out of a cycle": "/cycles/4?show=carried_out",
    "open blockers of a cycle": "/cycles/4?show=blockers_open",
    "nothing fell back": "/cycles/4?show=fell_back",
    "exports": "/exports?file=workstream_summary&cycle=4",
    "settings": "/settings",
    "statement": "/accessibility",
    "unusable link": "/link/unknown",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, allow_console: Callable[[str], None], name: str, language: str, theme: str, width: int
) -> None:
    allow_console("404")
    role = "" if name == "sign-in" else "lead_soki"
    page = look(role, PAGES[name], language, theme, (width, 800))
    assert_looks_well(page, axe, language, folded="/cycles/" not in page.url)


def test_the_button_of_a_role_signs_in_and_leads_on(page: Page) -> None:
    page.goto("/login?next=/blockers")
    page.locator("button[name=role][value=lead_soki]").click()
    page.wait_for_url("**/blockers")
    expect(page.locator(".account summary")).to_contain_text("Projektledare SoKI")


@pytest.mark.parametrize("theme", THEMES)
def test_the_menu_and_the_page_after_a_move_are_accessible(new_page: NewPage, axe: Axe, theme: str) -> None:
    page = sign_in(new_page(color_scheme=theme), "lead_sidu", "/board?cycle=5&workstream=LAB")
    open_menu(page, "LAB-007")
    axe(page)
    page.keyboard.press("3")
    expect(page.locator("#toasts")).to_contain_text("moved")
    axe(page)


def test_the_language_is_switched_and_remembered(new_page: NewPage) -> None:
    page = sign_in(new_page(locale="en-GB"), "lead_sidu", "/board?cycle=5")
    expect(page.get_by_role("heading", name="Not started")).to_be_visible()
    page.get_by_role("button", name="Svenska").click()
    expect(page.get_by_role("heading", name="Ej påbörjad")).to_be_visible()
    assert "cycle=5" in page.url
    again = sign_in(new_page(locale="en-GB"), "lead_sidu", "/board?cycle=5")
    expect(again.get_by_role("heading", name="Ej påbörjad")).to_be_visible()


def test_on_a_phone_one_state_is_shown_at_a_time(new_page: NewPage) -> None:
    page = sign_in(new_page(viewport={"width": 320, "height": 700}), "lead_sidu", "/board?cycle=5&workstream=LAB")
    tabs = page.get_by_role("navigation", name="States").get_by_role("link")
    expect(tabs).to_have_count(5)
    tabs.nth(1).click()
    expect(page.locator("#column-design")).to_be_visible()
    expect(page.locator("#column-validation")).to_be_hidden()


@pytest.mark.parametrize("theme", THEMES)
def test_the_list_after_a_save_a_refusal_and_a_selection_is_accessible(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], theme: str
) -> None:
    allow_console("409")
    page = sign_in(new_page(color_scheme=theme), "lead_sidu", "/board?cycle=5&workstream=LAB&view=list")
    page.locator("#row-LAB-003").focus()
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    expect(page.locator("#row-LAB-003 .error").first).to_be_visible()
    page.locator("#row-LAB-007").focus()
    page.keyboard.press("x")
    page.keyboard.press("1")
    axe(page)


SETUP = {
    "set-up": "/setup",
    "project": "/setup/projects/SIDU",
    "new workstream": "/setup/workstreams/new",
    "workstream": "/setup/workstreams/LAB",
    "pasted workstreams": "/setup/workstreams/paste",
    "programme files": "/setup/files",
}


@pytest.mark.parametrize("name", SETUP)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_of_set_up_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, name: str, language: str, theme: str, width: int
) -> None:
    page = look("planner", SETUP[name], language, theme, (width, 800))
    assert_looks_well(page, axe, language)


@pytest.mark.parametrize("theme", THEMES if is_full() else ["dark"])
def test_a_table_with_faults_and_two_who_wrote_are_accessible(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], theme: str
) -> None:
    allow_console("409")
    page = sign_in(
        new_page(color_scheme=theme, viewport={"width": 320, "height": 800}), "planner", "/setup/projects/paste"
    )
    page.locator("#field-text").fill("code;name\nSIDU;Another\nNAV;The hub\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("main")).to_contain_text("SIDU is there already")
    assert_looks_well(page, axe, "en")
    pages = (page.context.new_page(), page)
    for each in pages:
        each.goto("/setup/workstreams/LAB")
    for number, each in enumerate(pages):
        each.locator("#field-wip_test").fill(str(number + 20))
        with each.expect_navigation():
            each.get_by_role("button", name="Save").click()
    expect(page.locator(".theirs")).to_have_text("20")
    assert_looks_well(page, axe, "en")
