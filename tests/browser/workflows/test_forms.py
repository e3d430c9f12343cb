"""Workflows in a real browser: made and edited by keyboard, decided between two, noted, archived; all accessible."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import LANGUAGES, assert_looks_well, fits, variants
from tests.browser.people import sign_in

LOOKS = variants(("sv", "dark", 320))
Axe = Callable[[Page], None]
AllowConsole = Callable[[str], None]
PAGES = {
    "owned": ("lead_soki", "/workflows/LKM-005"),
    "shared": ("lead_sidu", "/workflows/ONK-001"),
    "read only": ("viewer", "/workflows/LKM-006"),
    "to be archived": ("planner", "/workflows/MAS-001"),
    "archived": ("lead_soki", "/workflows/LKM-019"),
    "new": ("lead_soki", "/workflows/new?workstream=LKM"),
    "new for nobody": ("viewer", "/workflows/new"),
    "edit": ("lead_soki", "/workflows/LKM-005/edit"),
    "edit for nobody": ("viewer", "/workflows/LKM-005/edit"),
}


def edit(page: Page, key: str, **texts: str) -> None:
    """Opens the edit form and types into some fields, without saving."""
    page.goto(f"/workflows/{key}/edit")
    for name, text in texts.items():
        page.locator(f"#field-{name}").fill(text)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, name: str, language: str, theme: str, width: int
) -> None:
    assert_looks_well(look(*PAGES[name], language, theme, (width, 800)), axe, language)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_two_texts_for_one_field_are_accessible_to_choose_between(
    new_page: NewPage, axe: Axe, allow_console: AllowConsole, language: str, theme: str, width: int
) -> None:
    allow_console("409")
    mine = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    edit(sign_in(mine, "lead_soki"), "LKM-005", owner="Min", description="Min text", name="Mitt namn")
    mine.locator("[name=priority][value='4']").check()
    mine.locator("[name=other_workstreams][value=AKU]").check()
    theirs = sign_in(new_page(), "planner")
    edit(theirs, "LKM-005", owner="Deras", description="Deras text\nRad två", name="x" * 200)
    theirs.locator("[name=priority][value='1']").check()
    theirs.locator("[name=other_workstreams][value=BUS]").check()
    save(theirs)
    mine.locator(".primary").click()
    expect(mine.locator(".both")).to_have_count(5)
    axe(mine)
    assert fits(mine), "it scrolls sideways"
    mine.locator("[name=choice_owner][value=theirs]").check()
    axe(mine)


def test_a_workflow_is_made_from_the_board_by_keyboard_alone(page: Page) -> None:
    sign_in(page, "lead_soki", "/board?cycle=all&workstream=LKM")
    page.get_by_role("link", name="New").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Key")).to_have_value("LKM-020")
    page.keyboard.type("Ordinera vaccin")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Vaccin ordineras och dokumenteras.")
    page.keyboard.press("Tab")
    page.keyboard.type("Analytiker LKM")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workflows/LKM-020")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ordinera vaccin")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Analytiker LKM")
    expect(facts.locator("div", has_text="Priority")).to_contain_text("1")


def test_the_key_that_is_proposed_follows_the_workstream_chosen(page: Page) -> None:
    sign_in(page, "planner", "/workflows/new")
    page.get_by_label("Name", exact=True).fill("Behåll detta")
    page.get_by_label("Workstream", exact=True).select_option("LAB")
    expect(page.get_by_label("Key")).to_have_value("LAB-013")
    page.get_by_label("Workstream", exact=True).select_option("LKM")
    expect(page.get_by_label("Key")).to_have_value("LKM-020")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Behåll detta")
    page.get_by_role("button", name="Save and create one more").click()
    expect(page.get_by_label("Key")).to_have_value("LKM-021")
    expect(page.get_by_role("status").first).to_contain_text("LKM-020 is created")


def test_two_people_on_different_fields_both_win(new_page: NewPage) -> None:
    one, other = sign_in(new_page(), "lead_soki"), sign_in(new_page(), "planner")
    edit(one, "LKM-005", owner="Farmaceut")
    edit(other, "LKM-005", description="Ny beskrivning från programkontoret.")
    save(other)
    save(one)
    expect(one.get_by_role("status").first).to_contain_text("Saved: owner")
    expect(one.locator(".facts")).to_contain_text("Farmaceut")
    expect(one.locator(".description")).to_have_text("Ny beskrivning från programkontoret.")
    expect(one.locator(".timeline")).to_contain_text("Description")


@pytest.mark.parametrize("has_script", [True, False])
def test_on_the_same_field_the_later_one_sees_both_texts_and_decides(
    new_page: NewPage, allow_console: AllowConsole, has_script: bool
) -> None:
    allow_console("409")
    one = sign_in(new_page(java_script_enabled=has_script), "lead_soki")
    other = sign_in(new_page(java_script_enabled=has_script), "planner")
    edit(one, "LKM-005", owner="Farmaceut", name="Ordinera infusion – vuxen")
    edit(other, "LKM-005", owner="Apotekare")
    save(other)
    save(one)
    both = one.get_by_role("group", name="Owner: two have written")
    expect(both).to_contain_text("Programkontoret")
    expect(both).to_contain_text("Apotekare")
    expect(one.locator("#field-owner")).to_have_value("Farmaceut")
    expect(one.locator("#field-name")).to_have_value("Ordinera infusion – vuxen")
    save(one)
    expect(one.locator(".facts")).to_contain_text("Farmaceut")
    edit(other, "LKM-005", owner="Sjuksköterska")
    edit(one, "LKM-005", owner="Läkare")
    save(other)
    save(one)
    one.get_by_role("radio", name="What Programkontoret wrote").check()
    save(one)
    expect(one.locator(".facts")).to_contain_text("Sjuksköterska")


def test_a_conflict_is_decided_by_keyboard_alone(new_page: NewPage, allow_console: AllowConsole) -> None:
    allow_console("409")
    mine, theirs = sign_in(new_page(), "lead_soki"), sign_in(new_page(), "planner")
    edit(mine, "LKM-005", owner="Min")
    edit(theirs, "LKM-005", owner="Deras")
    save(theirs)
    mine.keyboard.press("Enter")
    expect(mine.locator(".notice.harm")).to_be_focused()
    mine.keyboard.press("Tab")
    mine.keyboard.press("Enter")
    expect(mine.locator("#field-owner")).to_be_focused()
    mine.keyboard.press("Shift+Tab")
    mine.keyboard.press("ArrowUp")
    expect(mine.get_by_role("radio", name="What Programkontoret wrote")).to_be_checked()
    mine.keyboard.press("Enter")
    expect(mine.locator(".facts")).to_contain_text("Deras")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_lead_checks_notes_releases_and_changes_the_cycle_without_leaving_the_page(
    new_page: NewPage, has_script: bool
) -> None:
    page = sign_in(new_page(java_script_enabled=has_script), "lead_soki", "/workflows/LKM-005#note")
    if has_script:
        expect(page.locator("#note")).to_be_focused()
    page.locator("#note").fill("Ringt leverantören")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".timeline")).to_contain_text("Ringt leverantören")
    page.get_by_role("button", name="Checked today: nothing new").click()
    expect(page.locator(".fresh")).to_contain_text("Checked today at")
    page.get_by_text("Release with a text").click()
    page.get_by_label("How was it resolved?").fill("Rättat i ny release")
    page.get_by_role("button", name="Release LKM-005").click()
    expect(page.locator(".timeline")).to_contain_text("Rättat i ny release")
    expect(page.locator(".blocker")).to_have_count(0)
    page.get_by_text("Change the goal or leave the cycle").click()
    page.locator("#scope-reason").select_option("vendor")
    page.get_by_role("button", name="Take it out of cycle 5").click()
    expect(page.locator(".facts")).to_contain_text("the backlog")
    page.get_by_text("Archive", exact=True).click()
    page.get_by_label("Archive LKM-005 for good").check()
    page.get_by_role("button", name="Archive LKM-005").click()
    expect(page.locator(".workflow-head")).to_contain_text("archived 14 April")
    expect(page.locator("main form")).to_have_count(0)


def test_a_lead_of_a_stream_that_takes_part_notes_and_releases_but_does_not_move(page: Page) -> None:
    sign_in(page, "lead_sidu", "/workflows/ONK-001")
    expect(page.locator(".part")).to_contain_text("You lead LAB, which takes part")
    expect(page.get_by_role("link", name="Raise a blocker")).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    page.locator("#note").fill("Provet är på väg")
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".timeline")).to_contain_text("Projektledare SIDU")
