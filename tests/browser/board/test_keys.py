"""The whole board by keyboard: whatever the pointer does, keys do, and the focus is always on a card."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, update
from sqlmodel import Session

from tests.browser.conftest import NewPage
from tests.browser.people import card, column, expect_focus, expect_in, focus, sign_in
from tracker.db.models import User

LAB = "/board?cycle=5&workstream=LAB"
LANES = "/board?cycle=5&group=workstream"
IN_DESIGN, ALSO_IN_DESIGN, FIRST_IN_VALIDATION, IN_TEST = "LAB-011", "LAB-007", "LAB-004", "LAB-003"
AllowConsole = Callable[[str], None]


@pytest.fixture
def lead(page: Page) -> Page:
    """A lead of LAB, at the own board."""
    return sign_in(page, "lead_sidu", LAB)


def turn_keys_off(engine: Engine) -> None:
    """As everybody's own settings may have it."""
    with Session(engine) as session:
        session.execute(update(User).values(has_keys=False))
        session.commit()


def test_arrows_home_and_end_go_from_card_to_card(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    for key, expected in (
        ("ArrowDown", ALSO_IN_DESIGN),
        ("ArrowDown", ALSO_IN_DESIGN),
        ("ArrowUp", IN_DESIGN),
        ("ArrowRight", FIRST_IN_VALIDATION),
        ("End", "LAB-009"),
        ("ArrowLeft", ALSO_IN_DESIGN),
        ("Home", IN_DESIGN),
        ("ArrowLeft", IN_DESIGN),
    ):
        lead.keyboard.press(key)
        expect_focus(lead, expected)


def test_in_lanes_arrows_stay_in_the_lane_sideways_and_go_on_to_the_next_downwards(page: Page) -> None:
    sign_in(page, "lead_sidu", LANES)
    focus(page, ALSO_IN_DESIGN)
    page.keyboard.press("ArrowDown")
    expect_focus(page, "MBI-007")
    page.keyboard.press("ArrowRight")
    expect_focus(page, "MBI-006")
    page.keyboard.press("ArrowUp")
    expect_focus(page, "LAB-009")


def test_only_one_card_is_a_stop_of_tab(lead: Page) -> None:
    focus(lead, ALSO_IN_DESIGN)
    expect(lead.locator(".card > .name:not([tabindex])")).to_have_count(1)
    lead.keyboard.press("Tab")
    expect(card(lead, ALSO_IN_DESIGN).locator(".more")).to_be_focused()
    lead.keyboard.press("Tab")
    expect(lead.locator(".card :focus")).to_have_count(0)


def test_a_number_moves_the_card_and_the_focus_goes_with_it(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("4")
    expect(lead.locator("#toasts")).to_contain_text(f"{IN_DESIGN} moved to test")
    expect_in(lead, IN_DESIGN, "test")
    expect_focus(lead, IN_DESIGN)
    expect(lead.locator("#announcer")).to_have_text(f"{IN_DESIGN} moved to test")
    lead.keyboard.press("z")
    expect_in(lead, IN_DESIGN, "design")
    expect_focus(lead, IN_DESIGN)


def test_a_card_that_goes_where_nothing_is_seen_leaves_the_focus_to_its_successor(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("5")
    expect(lead.locator("#toasts")).to_contain_text("moved to done")
    expect_focus(lead, ALSO_IN_DESIGN)


def test_shift_and_arrows_move_one_state_on_and_with_a_reason_back(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("Shift+ArrowRight")
    expect_in(lead, IN_DESIGN, "validation")
    expect_focus(lead, IN_DESIGN)
    lead.keyboard.press("Shift+ArrowLeft")
    expect(lead.get_by_label("Why back?")).to_be_focused()
    lead.keyboard.press("Escape")
    expect_focus(lead, IN_DESIGN)
    lead.keyboard.press("Shift+ArrowLeft")
    lead.get_by_label("Why back?").select_option("other")
    lead.keyboard.press("Tab")
    lead.keyboard.press("Tab")
    lead.keyboard.press("Enter")
    expect(lead.locator("#toasts")).to_contain_text("moved to design")
    expect_focus(lead, IN_DESIGN)


def test_many_moves_in_a_row_are_all_made_however_slow_the_line(lead: Page) -> None:
    lead.context.new_cdp_session(lead).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    keys = [IN_DESIGN, ALSO_IN_DESIGN, "LAB-008", "LAB-009"]
    for key in keys:
        focus(lead, key)
        lead.keyboard.press("4")
    for key in keys:
        expect_in(lead, key, "test")


@pytest.mark.parametrize("key", ["m", "Shift+F10", "ContextMenu"])
def test_the_menu_opens_by_key_and_escape_leads_back(lead: Page, key: str) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press(key)
    expect(lead.locator("#move-menu [data-to=validation]")).to_be_focused()
    lead.keyboard.press("ArrowUp")
    expect(lead.locator("#move-menu [data-to=not_started]")).to_be_focused()
    lead.keyboard.press("End")
    expect(lead.get_by_role("link", name="Open the workflow")).to_be_focused()
    lead.keyboard.press("Escape")
    expect(lead.locator("#move-menu")).to_be_hidden()
    expect_focus(lead, IN_DESIGN)


def test_d_asks_on_which_day_it_happened(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("d")
    expect(lead.get_by_label("Happened on")).to_be_focused()
    lead.keyboard.type("04042023")  # whichever of day and month comes first
    lead.keyboard.press("Enter")
    lead.keyboard.press("3")
    expect(lead.locator("#toasts")).to_contain_text("moved to validation")
    lead.goto(f"/workflows/{IN_DESIGN}")
    expect(lead.locator(".timeline")).to_contain_text("10 days after it happened")


def test_enter_opens_the_workflow(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("Enter")
    lead.wait_for_url(f"**/workflows/{IN_DESIGN}")


def test_a_blocker_is_raised_by_keyboard_alone(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("h")
    sheet = lead.locator("#sheet")
    expect(sheet).to_be_visible()
    expect(sheet.locator("[name=title]")).to_be_focused()
    lead.keyboard.type("Provrör saknas")
    sheet.get_by_label("Category").focus()
    lead.keyboard.type("equ")
    sheet.locator("[name=title]").focus()
    lead.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(card(lead, IN_DESIGN)).to_contain_text("Provrör saknas")
    expect_focus(lead, IN_DESIGN)


def test_a_check_is_in_the_menu(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("m")
    lead.get_by_role("button", name="Checked today").first.click()
    expect(lead.locator("#toasts")).to_contain_text(f"{IN_DESIGN} checked: nothing has changed")
    expect_focus(lead, IN_DESIGN)


def test_the_keys_are_on_a_sheet(lead: Page, axe: Callable[[Page], None]) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("?")
    expect(lead.get_by_role("dialog", name="Keys and help")).to_contain_text("raise a blocker")
    axe(lead)
    lead.keyboard.press("Escape")
    expect_focus(lead, IN_DESIGN)


def test_keys_do_nothing_when_they_are_turned_off(page: Page, demo_engine: Engine) -> None:
    sign_in(page, "lead_sidu")
    turn_keys_off(demo_engine)
    page.goto(LAB)
    focus(page, IN_DESIGN)
    for key in ("4", "m", "x", "?", "h", "/", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    expect_in(page, IN_DESIGN, "design")
    expect_focus(page, IN_DESIGN)
    expect(page.locator("dialog[open], .is-selected")).to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(card(page, ALSO_IN_DESIGN).locator(".name")).to_be_focused()


def test_keys_do_nothing_while_somebody_writes(lead: Page) -> None:
    lead.get_by_role("searchbox").focus()
    lead.keyboard.type("4mx?zh")
    expect(lead.get_by_role("searchbox")).to_have_value("4mx?zh")
    expect(lead.locator("dialog[open], .is-selected")).to_have_count(0)


def test_a_shared_card_is_blocked_by_those_who_take_part(page: Page) -> None:
    """LAB-003 is of LAB, which the lead of SoKI does not lead, and shared with ORD, which they do."""
    sign_in(page, "lead_soki", "/board?cycle=5&workstream=ORD")
    focus(page, IN_TEST)
    expect(card(page, IN_TEST).locator(".guest")).to_have_text("shared")
    page.keyboard.press("3")
    menu = page.locator("#move-menu")
    expect(menu).to_be_visible()
    expect(menu).to_contain_text("Only leads of LAB move it")
    expect(menu.locator("[data-to]:visible")).to_have_count(0)
    expect(menu.get_by_role("link", name="Write a note")).to_have_attribute(
        "href", re.compile(f"/workflows/{IN_TEST}#note$")
    )
    page.keyboard.press("h")
    expect(page.locator("#sheet [name=title]")).to_be_focused()


def test_the_focus_survives_what_others_do(new_page: NewPage) -> None:
    reader = sign_in(new_page(), "lead_sidu", LAB)
    other = sign_in(new_page(), "planner", LAB)
    focus(reader, IN_DESIGN)
    focus(other, IN_DESIGN)
    other.keyboard.press("3")
    expect_in(reader, IN_DESIGN, "validation")
    expect_focus(reader, IN_DESIGN)
    focus(other, IN_DESIGN)
    other.keyboard.press("5")
    expect_in(reader, IN_DESIGN, "done")
    expect(reader.locator(".card .name:focus")).to_have_count(1)


def test_a_word_is_read_out_once(lead: Page) -> None:
    focus(lead, IN_DESIGN)
    lead.keyboard.press("3")
    expect(lead.locator("#toasts")).to_contain_text("moved")
    told = lead.locator("[role=status], [role=alert], [aria-live]").filter(has_text="moved to")
    expect(told).to_have_count(1)


def test_a_card_says_its_state_and_its_blocker(lead: Page) -> None:
    link = card(lead, IN_TEST).locator(".name")
    expect(link).to_have_accessible_name("Receive laboratory result , test")
    expect(link).to_have_accessible_description(re.compile("Blocked ?Results arrive without unit code, 38 d LAB-003"))
    expect(column(lead, "test")).to_have_role("group")
