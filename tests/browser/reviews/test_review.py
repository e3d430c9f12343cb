"""The review in a real browser: prepared by keyboard alone, decided by two at once, accepted by the workstream."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import assert_looks_well, fits, variants
from tests.browser.people import sign_in

LOOKS = variants(("sv", "dark", (320, 800)), widths=((320, 800), (1280, 800), (1600, 900)))
Axe = Callable[[Page], None]
REVIEW = "/cycles/5/review"
PAGES = {
    "running": f"{REVIEW}?workstream=LKM",
    "one's own": REVIEW,
    "of others": f"{REVIEW}?workstream=LAB",
    "nothing in it": f"{REVIEW}?workstream=EXT",
    "closed": "/cycles/4/review",
    "draft": "/cycles/6/review",
}


def item(page: Page, key: str) -> Locator:
    """A member of the cycle in the review."""
    return page.locator(f"#item-{key}")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "theme", "size"), LOOKS)
def test_a_page_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, name: str, language: str, theme: str, size: tuple[int, int]
) -> None:
    assert_looks_well(look("lead_soki", PAGES[name], language, theme, size), axe, language)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_projector_everything_can_be_read_and_hit(new_page: NewPage, axe: Axe, theme: str) -> None:
    page = new_page(color_scheme=theme, viewport={"width": 1600, "height": 900})
    sign_in(page, "planner", f"{REVIEW}?workstream=LKM")
    axe(page)
    sizes = page.evaluate(
        """[...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
          && !one.closest(".hidden, svg")
          && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
          .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.outerHTML.slice(0, 80)])"""
    )
    assert [told for size, told in sizes if size < 14] == []
    assert {box["height"] >= 48 for box in map(Locator.bounding_box, page.locator(".choice").all()) if box} == {True}
    assert fits(page), "it scrolls sideways"


def test_a_lead_prepares_a_workstream_by_keyboard_alone(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("422")
    page = sign_in(new_page(), "lead_soki", f"{REVIEW}?workstream=LKM#stream")
    items = page.locator("#items .review-item")
    keys = [each.get_attribute("id") or "" for each in items.all()]
    expect(page.locator("#stream")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(f"#{keys[0]}")).to_be_focused()
    page.keyboard.press("1")
    page.keyboard.press("Tab")
    expect(page.locator(f"#{keys[0]} [name=reason]")).to_be_focused()
    page.keyboard.type("vend")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{keys[0]} .item-decided")).to_contain_text("Carried over")
    expect(page.locator(f"#{keys[0]}")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    note = page.locator(f"#{keys[1]} [name=note_dropped]")
    expect(note).to_be_focused()  # it needs words
    axe(page)
    page.keyboard.type("Görs i en annan ström, jk1")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{keys[1]} .item-decided")).to_contain_text("Görs i en annan ström, jk1")
    page.keyboard.press("k")
    expect(page.locator(f"#{keys[0]}")).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("Escape")
    expect(page.locator(f"#{keys[0]}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{keys[0]} .item-decided")).to_contain_text("Returned to the backlog")
    axe(page)
    page.keyboard.press("n")
    page.wait_for_url(lambda url: "workstream=LKM" not in url)
    expect(page.locator("#stream")).to_be_focused()


def test_keys_that_are_switched_off_do_nothing(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", f"{REVIEW}?workstream=LKM#stream")
    page.evaluate("document.body.removeAttribute('data-keys')")
    page.keyboard.press("j")
    expect(page.locator("#stream")).to_be_focused()


def test_two_decide_at_once_and_what_was_typed_is_kept(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("409")
    address = f"{REVIEW}?workstream=LKM"
    lead = sign_in(new_page(), "lead_soki", address)
    planner = sign_in(new_page(), "planner", address)
    key, other = "LKM-005", "LKM-006"
    item(lead, key).get_by_role("radio", name="Drop").check()
    note = item(lead, key).locator("[name=note_dropped]")
    note.fill("Jag skriver länge")
    item(planner, other).get_by_role("radio", name="Return").check()
    item(planner, other).locator("[name=reason]").select_option("scope")
    item(planner, other).locator(".save").click()
    expect(item(lead, other).locator(".item-decided")).to_contain_text("Returned to the backlog, scope")
    item(planner, key).get_by_role("radio", name="Return").check()
    item(planner, key).locator(".save").click()
    expect(item(lead, key).locator(".item-news")).to_contain_text("Returned")
    expect(note).to_have_value("Jag skriver länge")
    expect(note).to_be_focused()
    item(lead, key).locator(".save").click()
    expect(item(lead, key).locator(".item-conflict")).to_contain_text("Returned to the backlog")
    expect(item(lead, key).locator(".item-conflict")).to_be_focused()
    expect(note).to_have_value("Jag skriver länge")
    axe(lead)
    item(lead, key).locator(".save").click()
    expect(item(planner, key).locator(".item-decided")).to_contain_text("Jag skriver länge")
    item(lead, key).get_by_role("radio", name="Carry over").check()
    item(planner, key).locator("[form]").click()
    expect(item(lead, key).locator(".item-news")).to_contain_text("Undecided again")
    item(lead, key).locator(".save").click()
    item(lead, key).locator("[data-keep]").click()
    expect(item(lead, key).locator(".item-conflict")).to_have_count(0)
    expect(item(lead, key).locator(":checked[type=radio]")).to_have_count(0)
    expect(item(lead, key)).to_be_focused()


def test_a_planner_accepts_a_workstream_and_decides_the_rest(new_page: NewPage, axe: Axe) -> None:
    page = sign_in(new_page(viewport={"width": 1600, "height": 900}), "planner", f"{REVIEW}?workstream=LKM")
    page.get_by_label("reason where no blocker gives one").select_option("capacity")
    page.get_by_role("button", name="Accept all proposals").click()
    expect(page.locator("#toasts")).to_contain_text("need")
    left = page.locator("#items .review-item.is-refused")
    expect(left.first.locator(".error")).to_contain_text("Write what was decided.")
    axe(page)
    for key in [each.get_attribute("id") for each in left.all()]:
        page.locator(f"#{key} [name=note_carried]").fill("Styrgruppen 5 maj")
        page.locator(f"#{key} .save").click()
        expect(page.locator(f"#{key} .item-decided")).to_contain_text("Styrgruppen 5 maj")
    expect(page.locator("#rail-LKM strong")).to_have_count(0)
    page.get_by_role("button", name="Mark as ready for the review").click()
    expect(page.locator("#review-sum")).to_contain_text("1 of 27 workstreams ready")
    expect(page.get_by_role("button", name="Not ready after all")).to_be_visible()
    assert page.get_by_role("button", name="Close cycle 5").is_disabled()


def test_without_script_everything_is_reached_by_links_and_forms(new_page: NewPage) -> None:
    page = sign_in(new_page(java_script_enabled=False), "lead_soki", REVIEW)
    page.locator("#rail-LKM a").click()
    page.locator("#items .choice input[value=returned]").first.check()
    page.locator("#items [name=reason]").first.select_option("scope")
    page.locator("#items .save").first.click()
    expect(page.locator("main > .notice").first).to_contain_text("returned to the backlog, scope")
    page.locator("[data-next]").click()
    expect(page.locator("h1")).to_have_text("Review of cycle 5")


def test_the_focus_stays_in_the_review_when_all_of_a_workstream_is_accepted(new_page: NewPage) -> None:
    page = sign_in(new_page(), "planner", f"{REVIEW}?workstream=AKU")
    page.get_by_label("reason where no blocker gives one").select_option("scope")
    page.get_by_role("button", name="Accept all proposals").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("3 proposals accepted")
    expect(page.get_by_role("button", name="Accept all proposals")).to_have_count(0)
    expect(page.locator("#stream")).to_be_focused()
