"""Many at once in a browser: marked by mouse, key, column, lane and search; done, left, undone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.browser.people import (
    card,
    column,
    drag,
    expect_focus,
    expect_in,
    focus,
    open_menu,
    polled,
    sign_in,
)

LAB = "/board?cycle=5&workstream=LAB"
LANES = "/board?cycle=5&group=workstream"
FIRST, SECOND, BLOCKED = "LAB-011", "LAB-007", "LAB-003"
SHOWN_FIRST = "LAB-008"  # a narrow window shows the fullest column first
Axe = Callable[[Page], None]
AllowConsole = Callable[[str], None]


@pytest.fixture
def lead(page: Page) -> Page:
    """A lead of LAB, at the own board."""
    return sign_in(page, "lead_sidu", LAB)


def bar(page: Page) -> Locator:
    """The bar about what is marked."""
    return page.get_by_role("form", name="Selected workflows")


def expect_marked(page: Page, *keys: str) -> None:
    """Waits until just these are marked."""
    expect(page.locator(".is-selected")).to_have_count(len(keys))
    for key in keys:
        expect(page.locator(f".is-selected[data-workflow='{key}']")).to_have_count(1)


def test_cards_are_marked_by_mouse(lead: Page) -> None:
    card(lead, FIRST).click(modifiers=["ControlOrMeta"], position={"x": 40, "y": 10})
    card(lead, "LAB-004").click(modifiers=["ControlOrMeta"], position={"x": 40, "y": 10})
    expect_marked(lead, FIRST, "LAB-004")
    expect(bar(lead)).to_contain_text("2 selected")
    card(lead, "LAB-009").click(modifiers=["Shift"], position={"x": 40, "y": 10})
    expect_marked(lead, FIRST, "LAB-004", "LAB-008", "LAB-009")
    card(lead, FIRST).click(modifiers=["ControlOrMeta"], position={"x": 40, "y": 10})
    expect_marked(lead, "LAB-004", "LAB-008", "LAB-009")
    assert lead.url.endswith(LAB)
    bar(lead).get_by_role("button", name="Deselect").click()
    expect(bar(lead)).to_be_hidden()


def test_a_batch_by_keyboard_alone_with_what_is_left_and_its_undo(lead: Page) -> None:
    focus(lead, FIRST)
    lead.keyboard.press("x")
    lead.keyboard.press("Shift+ArrowDown")
    expect_marked(lead, FIRST, SECOND)
    focus(lead, BLOCKED)
    lead.keyboard.press("x")
    expect(lead.locator("#announcer")).to_have_text("3 selected")
    lead.keyboard.press("5")
    expect(lead.locator("#toasts")).to_contain_text(f"2 workflows moved to done, {BLOCKED} is left")
    expect(bar(lead)).to_contain_text("cannot be done while a blocker holds it")
    expect_marked(lead, BLOCKED)
    expect_in(lead, FIRST, "done")
    expect_focus(lead, BLOCKED)
    lead.keyboard.press("z")
    expect(lead.locator("#toasts")).to_contain_text("Taken back: 2 workflows")
    expect_in(lead, FIRST, "design")
    expect_in(lead, SECOND, "design")
    lead.keyboard.press("Escape")
    expect(bar(lead)).to_be_hidden()
    expect_focus(lead, BLOCKED)


def test_what_one_did_to_many_is_said_once_and_is_nobody_elses_doing(lead: Page) -> None:
    focus(lead, FIRST)
    lead.keyboard.press("x")
    lead.keyboard.press("Shift+ArrowDown")
    lead.keyboard.press("3")
    expect_in(lead, FIRST, "validation")
    polled(lead, times=2)
    expect(lead.locator("#announcer")).to_have_text("2 workflows moved to validation")
    expect(lead.locator(".is-changed")).to_have_count(0)


def test_the_focus_comes_back_from_a_toast_and_from_the_bar(lead: Page) -> None:
    focus(lead, FIRST)
    lead.keyboard.press("3")
    lead.locator("#toasts").get_by_role("button", name="Undo").press("Enter")
    expect(lead.locator("#toasts")).to_contain_text("Taken back")
    expect_focus(lead, FIRST)
    lead.keyboard.press("x")
    bar(lead).get_by_role("button", name="Checked today").press("Enter")
    expect(bar(lead)).to_be_hidden()
    expect_focus(lead, FIRST)
    lead.keyboard.press("x")
    bar(lead).get_by_role("button", name="Priority…").press("Enter")
    lead.locator("#sheet").get_by_label("Priority").select_option("1")
    lead.locator("#sheet").get_by_role("button", name="Save").press("Enter")
    expect(bar(lead)).to_be_hidden()
    expect_focus(lead, FIRST)


def test_the_bar_stands_at_the_foot_however_few_the_cards(lead: Page) -> None:
    lead.goto(f"{LAB}&q={FIRST}")
    focus(lead, FIRST)
    lead.keyboard.press("x")
    box = bar(lead).bounding_box()
    assert box is not None
    assert lead.viewport_size is not None
    assert box["y"] + box["height"] == pytest.approx(lead.viewport_size["height"], abs=1)


def test_the_bar_asks_what_it_needs_and_moves_back_with_a_reason(lead: Page, axe: Axe) -> None:
    focus(lead, FIRST)
    lead.keyboard.press("ControlOrMeta+a")
    expect_marked(lead, FIRST, SECOND)
    bar(lead).get_by_role("button", name="Move to…").click()
    dialog = lead.get_by_role("dialog", name="Move 2 workflows")
    expect(dialog).to_contain_text(f"{SECOND}, {FIRST}")
    expect(dialog.get_by_role("radio", name="Validation")).to_be_focused()
    expect(dialog.get_by_label("Why back?")).to_be_hidden()
    axe(lead)
    dialog.get_by_role("radio", name="Not started").check()
    dialog.get_by_label("Why back?").select_option("changed_requirement")
    dialog.get_by_label("Note").fill("Nytt krav")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_be_hidden()
    expect(lead.locator("#toasts")).to_contain_text("2 workflows moved to not started")
    expect_in(lead, FIRST, "not_started")


def test_a_release_without_its_text_is_asked_again_and_then_done(lead: Page, allow_console: AllowConsole) -> None:
    allow_console("422")
    focus(lead, BLOCKED)
    lead.keyboard.press("x")
    bar(lead).get_by_role("button", name="Release blocker…").click()
    dialog = lead.locator("#sheet")
    expect(dialog).to_contain_text("Results arrive without unit code")
    dialog.get_by_role("button", name="Release").click()
    expect(dialog).to_contain_text("Write how the blocker was resolved")
    dialog.get_by_label("How was it resolved?").fill("Ny version av tjänsten")
    dialog.get_by_role("button", name="Release").click()
    expect(lead.locator("#toasts")).to_contain_text(f"{BLOCKED} is no longer blocked")
    expect(card(lead, BLOCKED)).not_to_contain_text("Results arrive without unit code")
    lead.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(card(lead, BLOCKED)).to_contain_text("Results arrive without unit code")


def test_owner_priority_and_check_for_many(lead: Page) -> None:
    for button, act, told in (
        ("Owner…", "Sektionsledare", "2: owner Sektionsledare"),
        ("Priority…", "1", "2: priority 1"),
        ("Checked today", "", "2 checked: nothing has changed"),
    ):
        focus(lead, FIRST)
        lead.keyboard.press("ControlOrMeta+a")
        expect_marked(lead, FIRST, SECOND)
        bar(lead).get_by_role("button", name=button).click()
        if button == "Owner…":
            expect(lead.locator("#batch-owner")).to_be_focused()
            lead.keyboard.type(act)
        elif act:
            lead.locator("#sheet").get_by_label("Priority").select_option(act)
        if act:
            lead.locator("#sheet").get_by_role("button", name="Save").click()
        expect(lead.locator("#toasts")).to_contain_text(told)
        expect(bar(lead)).to_be_hidden()


def test_a_pasted_list_of_keys_is_found_and_marked(page: Page) -> None:
    sign_in(page, "planner", "/board?cycle=all&group=workstream")
    page.get_by_role("searchbox").fill("LAB-007, LKM-001; PRI-010")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Select all 3").click()
    expect_marked(page, "LAB-007", "LKM-001", "PRI-010")
    expect(bar(page)).to_contain_text("3 selected")


def test_a_column_and_a_lane_are_marked_at_once(page: Page) -> None:
    sign_in(page, "lead_sidu", LANES)
    page.get_by_role("button", name="Select all in MTE").click()
    expect_marked(page, "MTE-001", "MTE-004", "MTE-005")
    page.get_by_role("button", name="Select all in MTE").click()
    page.get_by_role("button", name="Select all in Design").click()
    expect_marked(page, FIRST, SECOND, "MBI-007", "MTE-004")


def test_a_workstream_is_checked_with_one_click(page: Page) -> None:
    sign_in(page, "lead_sidu", LANES)
    page.get_by_role("button", name="Check LAB: nothing has changed today").click()
    expect(page.locator("#toasts")).to_contain_text("6 checked: nothing has changed")


def test_what_is_marked_stays_so_when_others_change_it(new_page: NewPage) -> None:
    marker = sign_in(new_page(), "lead_sidu", LAB)
    other = sign_in(new_page(), "planner", LAB)
    focus(marker, FIRST)
    marker.keyboard.press("ControlOrMeta+a")
    drag(other, FIRST, column(other, "validation"))
    expect_in(marker, FIRST, "validation")
    expect_marked(marker, FIRST, SECOND)
    expect(bar(marker)).to_contain_text("2 selected")
    marker.keyboard.press("4")
    expect(marker.locator("#toasts")).to_contain_text("2 workflows moved to test")


def test_the_menu_marks_too_for_fingers(new_page: NewPage) -> None:
    page = sign_in(new_page(has_touch=True, viewport={"width": 390, "height": 800}), "lead_sidu", LAB)
    open_menu(page, SHOWN_FIRST)
    page.locator("#move-menu").get_by_role("button", name="Select").click()
    expect(bar(page)).to_contain_text("1 selected")
    expect(bar(page).get_by_role("button", name="Move to…")).to_be_in_viewport()


def touch(page: Page, key: str, *, hold_ms: int, moves: tuple[tuple[int, int], ...] = ()) -> None:
    """Puts a finger on a card, holds it there, carries it along, lifts it."""
    box = card(page, key).bounding_box()
    assert box is not None
    x, y = box["x"] + 30, box["y"] + 20
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(hold_ms)
    for right, down in moves:
        points = [{"x": x + right, "y": y + down}]
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
        page.wait_for_timeout(40)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_that_holds_opens_the_menu_and_one_that_moves_does_not(new_page: NewPage) -> None:
    page = sign_in(new_page(has_touch=True, viewport={"width": 800, "height": 900}), "lead_sidu", LAB)
    touch(page, SHOWN_FIRST, hold_ms=700)
    expect(page.locator("#move-menu")).to_be_visible()
    page.wait_for_timeout(400)
    expect(page.locator("#move-menu")).to_be_visible()
    assert page.url.endswith(LAB)
    page.keyboard.press("Escape")
    touch(page, SHOWN_FIRST, hold_ms=100, moves=((0, 20), (0, 60)))  # scrolling
    page.wait_for_timeout(700)
    expect(page.locator("#move-menu")).to_be_hidden()


def test_a_finger_that_holds_and_moves_drags(new_page: NewPage) -> None:
    page = sign_in(new_page(has_touch=True, viewport={"width": 800, "height": 900}), "lead_sidu", LAB)
    from_box, to_box = card(page, SHOWN_FIRST).bounding_box(), column(page, "test").bounding_box()
    assert from_box is not None
    assert to_box is not None
    right = int(to_box["x"] - from_box["x"])
    steps = tuple((right * step // 10, 2 * step) for step in range(1, 13))
    touch(page, SHOWN_FIRST, hold_ms=350, moves=steps)
    expect(page.locator("#toasts")).to_contain_text(f"{SHOWN_FIRST} moved to test")
    expect(page.locator("#move-menu")).to_be_hidden()


@pytest.mark.parametrize("looks", [{"reduced_motion": "reduce"}, {"color_scheme": "dark"}])
def test_the_bar_is_accessible_however_it_looks(new_page: NewPage, axe: Axe, looks: dict[str, str]) -> None:
    page = sign_in(new_page(**looks), "lead_sidu", LANES)
    focus(page, FIRST)
    page.keyboard.press("ControlOrMeta+a")
    expect(bar(page)).to_be_visible()
    axe(page)
    bar(page).get_by_role("button", name="Release blocker…").click()
    expect(page.locator("#sheet")).to_be_visible()
    axe(page)


def test_what_is_marked_is_seen_in_forced_colours(new_page: NewPage) -> None:
    page = sign_in(new_page(forced_colors="active"), "lead_sidu", LAB)
    focus(page, FIRST)
    page.keyboard.press("ControlOrMeta+a")
    card(page, FIRST).locator(".more").focus()
    expect(card(page, SECOND)).to_have_css("outline-width", "3px")
    expect(bar(page)).to_have_css("border-top-width", "2px")


def test_the_bar_fits_a_phone(new_page: NewPage, axe: Axe) -> None:
    page = sign_in(new_page(viewport={"width": 320, "height": 640}, locale="sv-SE"), "lead_sidu", LAB)
    open_menu(page, SHOWN_FIRST)
    page.locator("#move-menu").get_by_role("button", name="Markera").click()
    expect(page.locator("#selection")).to_contain_text("1 markerad")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#selection").get_by_role("button", name="Flytta till…").click()
    expect(page.locator("#sheet")).to_be_visible()
    axe(page)
