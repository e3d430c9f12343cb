"""Shared workflows in a browser: a drag to done that lacks parts, words for it, and parts signed by keyboard."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import NewPage
from tests.browser.people import card, column, drag, expect_in, open_menu, sign_in
from tracker.commands import signoffs
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.signoffs import PartWish
from tracker.db.engine import transaction
from tracker.domain.states import Goal, PartEventKind, State

LACKS_TWO = "LAB-004"  # in validation; neither OBS nor OPE has signed test
OPEN_OF_LAB = ("LAB-003", "OBS-003", "ONK-001")  # in test
LAB = "/board?cycle=5&workstream=LAB"
NOW = datetime(2023, 4, 14, 7, tzinfo=UTC)
AllowConsole = Callable[[str], None]
Axe = Callable[[Page], None]


@pytest.fixture
def lab(page: Page, allow_console: AllowConsole) -> Page:
    """The board of LAB, its lead signed in; what blocked the workflow is resolved."""
    allow_console("422")
    sign_in(page, "lead_sidu", "/board?cycle=5&workstream=LAB&view=list")
    row = page.locator(f"#row-{LACKS_TWO}")
    row.get_by_label("Resolved now").check()
    row.get_by_label("How it was resolved").fill("Kvittens finns")
    row.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("saved")
    page.goto(LAB)
    return page


def parts_menu(page: Page) -> None:
    open_menu(page, LACKS_TWO)
    expect(page.locator("#move-menu [data-to=done]")).to_contain_text("Done, 2 parts missing", use_inner_text=True)
    page.keyboard.press("Escape")


def test_a_drag_to_done_that_lacks_parts_asks_why_at_once(lab: Page, axe: Axe) -> None:
    parts_menu(lab)
    drag(lab, LACKS_TWO, column(lab, "done"))
    dialog, words = lab.get_by_role("dialog", name=f"{LACKS_TWO}: 2 parts are missing"), lab.get_by_label("Why is it")
    expect(dialog).to_contain_text("OBS: test")
    expect(dialog).to_contain_text("OPE: ")
    expect(words).to_be_focused()
    expect_in(lab, LACKS_TWO, "validation")
    axe(lab)
    lab.get_by_role("button", name="Done all the same").click()
    expect(dialog).to_contain_text("open parts: OPE, OBS")
    expect(words).to_be_focused()
    words.fill("De provar i nästa cykel")
    lab.get_by_role("button", name="Done all the same").click()
    expect(lab.locator("#toasts")).to_contain_text(f"{LACKS_TWO} moved to done")
    expect(dialog).to_be_hidden()
    lab.keyboard.press("z")
    expect(lab.locator("#toasts")).to_contain_text("Taken back")
    expect_in(lab, LACKS_TWO, "validation")
    parts_menu(lab)


def test_a_key_to_done_asks_too_and_gives_the_focus_back_to_the_card(lab: Page) -> None:
    link = card(lab, LACKS_TWO).locator("a")
    link.focus()
    lab.keyboard.press("5")
    expect(lab.get_by_label("Why is it")).to_be_focused()
    lab.keyboard.press("Escape")
    expect(link).to_be_focused()
    expect_in(lab, LACKS_TWO, "validation")


def test_in_the_list_the_key_to_done_leads_to_the_field(page: Page) -> None:
    sign_in(page, "lead_sidu", f"{LAB}&view=list")
    row = page.locator(f"#row-{LACKS_TWO}")
    row.focus()
    page.keyboard.press("5")
    expect(row.locator(".row-without input")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(row.locator(".row-without")).to_be_hidden()


def test_three_parts_are_signed_by_keyboard_alone_and_others_see_it(
    new_page: NewPage, demo_engine: Engine, axe: Axe
) -> None:
    with transaction(demo_engine) as session:
        for key in OPEN_OF_LAB:
            entry = open_entry(session, accounts.operator(session), "sign_part", NOW)
            wish = PartWish("LAB", PartEventKind.WITHDRAWN, Goal.TEST, State.TEST)
            signoffs.write(session, entry, key, wish)
    page, other = new_page(), new_page(locale="sv-SE")
    sign_in(page, "lead_sidu", f"/board?cycle=5&view=list&workstream=LAB&q={'+'.join(OPEN_OF_LAB)}")
    sign_in(other, "viewer", "/board?cycle=5")
    buttons = page.locator("#rows .sign")
    expect(buttons).to_have_count(3)
    axe(page)
    page.locator("#rows > tr").first.focus()
    for left in (2, 1, 0):
        page.keyboard.press("p")
        expect(page.locator("#toasts")).to_contain_text("our part is done")
        expect(buttons).to_have_count(left)
        if left == 2:  # a poll tells of all that was signed since the one before
            expect(other.locator("#announcer")).to_contain_text("1 kort ändrat")
    page.keyboard.press("z")
    expect(buttons).to_have_count(1)
