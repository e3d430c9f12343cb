"""The monthly report in a browser: written, saved by itself, written over by another, published, printed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.looks import LANGUAGES, fits, variants
from tests.browser.people import sign_in

MARCH = "/reports/2023-03"
PART = f"{MARCH}/parts/SIDU"
_PAGE = re.compile(rb"/Type\s*/Page\b")


def test_a_lead_writes_and_the_page_saves_by_itself_and_keeps_the_hand_where_it_was(
    new_page: NewPage, axe: Callable[[Page], None]
) -> None:
    page = sign_in(new_page(), "lead_sidu", PART)
    axe(page)
    text = page.locator("#field-summary")
    expect(text).to_have_value(re.compile(r"\{5\|tested\|c4\}"))
    text.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\nVi har samarbetat", delay=5)
    expect(page.locator(".saved-state")).to_have_text("Not saved yet …")
    expect(page.locator(".saved-state")).to_contain_text("Saved")
    page.keyboard.type(" med SoKI.", delay=5)
    expect(page.locator(".saved-state")).to_have_text("Not saved yet …")
    expect(page.locator(".saved-state")).to_contain_text("Saved")
    expect(text).to_be_focused()
    axe(page)
    page.goto(MARCH)
    part = page.locator("#part-SIDU")
    expect(part).to_contain_text("Vi har samarbetat med SoKI.")
    part.locator("a.figure").first.click()
    expect(page.locator("h1")).to_contain_text("8")
    expect(page.locator("tbody tr")).to_have_count(8)


def test_two_write_over_the_same_text_and_the_later_one_chooses(
    new_page: NewPage, allow_console: Callable[[str], None], axe: Callable[[Page], None]
) -> None:
    allow_console("409")
    lead, office = (sign_in(new_page(), role, PART) for role in ("lead_sidu", "planner"))
    lead.locator("#field-plan").fill("Ledarens plan")
    expect(lead.locator(".saved-state")).to_contain_text("Saved")
    office.locator("#field-plan").fill("Kontorets plan")
    expect(office.locator(".saved-state")).to_contain_text("Projektledare SIDU wrote something else")
    expect(office.locator("#field-plan")).to_have_value("Kontorets plan")
    office.get_by_role("button", name="Show both texts").click()
    expect(office.locator(".both")).to_contain_text("Ledarens plan")
    axe(office)
    office.locator("button[name=then][value=ready]").click()
    expect(office.locator("#part-SIDU")).to_contain_text("Kontorets plan")
    expect(office.locator(".report-parts")).to_contain_text("1 ready")


def test_the_office_publishes_what_there_is_and_the_report_names_what_is_not(
    new_page: NewPage, axe: Callable[[Page], None]
) -> None:
    page = sign_in(new_page(locale="sv-SE"), "planner", MARCH)
    page.get_by_role("link", name="Publicera …").click()
    expect(page.locator("main")).to_contain_text("12 delar är inte klara")
    axe(page)
    page.get_by_role("button", name="Publicera").click()
    expect(page.locator(".report-head")).to_contain_text("Publicerad 14 april 2023")
    expect(page.locator(".report-head")).to_contain_text("Inte klart från: SoKI")
    expect(page.locator(".part-edit")).to_have_count(0)
    page.get_by_role("button", name="Öppna rapporten igen").click()
    expect(page.locator(".part-edit").first).to_be_visible()


@pytest.mark.parametrize(("language", "theme", "width"), variants(("sv", "light", 320), ("en", "dark", 1280)))
def test_the_report_fits_and_can_be_read_by_everybody(
    new_page: NewPage, axe: Callable[[Page], None], language: str, theme: str, width: int
) -> None:
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "viewer", MARCH)
    for address in (MARCH, f"{MARCH}?show=blockers_open&at=2023-03&project=SIDU", "/reports"):
        page.goto(address)
        assert fits(page), address
        axe(page)


def test_on_paper_there_is_the_report_and_nothing_for_the_hand(new_page: NewPage) -> None:
    page = sign_in(new_page(locale="sv-SE", color_scheme="dark"), "planner", MARCH)
    assert 2 <= len(_PAGE.findall(page.pdf(format="A4"))) <= 6
    expect(page.locator(".on-paper")).to_be_hidden()  # the list of parts beside it tells as much
    page.emulate_media(media="print")
    expect(page.locator(".on-paper")).to_contain_text("Inte klart från: SoKI")
    expect(page.locator("#part-introduction")).to_contain_text("påhittade exempeldata")
    for hidden in (".shell", ".report-tools", ".report-parts", ".part-edit", ".crumbs"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".banner")).to_contain_text("Exempeldata – påhittade siffror")
    expect(page.locator(".banner")).to_be_visible()
    assert "Exempeldata – påhittade siffror" in page.request.get(f"{MARCH}.md").text()


def test_without_script_a_part_is_written_all_the_same(new_page: NewPage) -> None:
    page = sign_in(new_page(java_script_enabled=False), "lead_sidu", PART)
    page.locator("#field-summary").fill("Skrivet utan skript.")
    page.locator("button[name=then][value=ready]").click()
    expect(page.locator("#part-SIDU")).to_contain_text("Skrivet utan skript.")


def test_a_project_without_workflows_starts_from_what_it_planned(new_page: NewPage) -> None:
    page = sign_in(new_page(), "planner", "/reports/2023-02/parts/UTB")
    page.locator("#field-plan").fill("Vi kvalitetssäkrar utbildningsmiljön och 3 av 7 kurser.")
    expect(page.locator(".unsourced")).to_have_text("Figures without a source in Plan for March: 3 av 7")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{MARCH}/parts/UTB")
    expect(page.locator("#field-summary")).to_have_value("Vi kvalitetssäkrar utbildningsmiljön och 3 av 7 kurser.")
    expect(page.locator(".outcomes")).to_contain_text("The history does not tell.")
