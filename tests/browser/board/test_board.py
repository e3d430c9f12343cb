"""The board in a browser: carried by mouse, moved by keyboard, refused, followed by others."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import NewPage
from tests.browser.people import card, column, drag, expect_in, open_menu, polled, sign_in

LAB = "/board?cycle=5&workstream=LAB"
IN_DESIGN, BLOCKED_IN_TEST = "LAB-007", "LAB-003"
AllowConsole = Callable[[str], None]


def test_a_card_is_dragged_to_another_column_and_stays_there(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    drag(page, IN_DESIGN, column(page, "validation"))
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} moved to validation")
    page.reload()
    expect_in(page, IN_DESIGN, "validation")
    page.goto(f"/workflows/{IN_DESIGN}")
    expect(page.locator(".timeline")).to_contain_text("Projektledare SIDU")


def test_a_card_is_dragged_into_the_folded_column(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    count = page.locator("#head-done b")
    before = int(count.inner_text())
    drag(page, IN_DESIGN, column(page, "done"))
    expect(page.locator("#toasts")).to_contain_text("moved to done")
    expect(count).to_have_text(str(before + 1))
    page.get_by_role("button", name="Done").click()
    expect(card(page, IN_DESIGN)).to_be_visible()


def test_a_move_back_asks_why_and_goes_nowhere_without_an_answer(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    drag(page, IN_DESIGN, column(page, "not_started"))
    expect(page.get_by_label("Why back?")).to_be_focused()
    page.keyboard.press("Escape")
    expect_in(page, IN_DESIGN, "design")
    drag(page, IN_DESIGN, column(page, "not_started"))
    page.get_by_label("Why back?").select_option("changed_requirement")
    page.get_by_label("Note").fill("Nytt krav från förlossningen")
    page.get_by_role("button", name="Move to").click()
    expect(page.locator("#toasts")).to_contain_text("moved to not started")
    page.goto(f"/workflows/{IN_DESIGN}")
    expect(page.locator(".timeline")).to_contain_text("Nytt krav från förlossningen")


def test_the_latest_move_is_undone_from_the_word_about_it_by_one_key(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    drag(page, IN_DESIGN, column(page, "test"))
    expect(page.locator("#toasts")).to_contain_text("moved to test")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    expect_in(page, IN_DESIGN, "design")


def test_a_card_is_moved_by_keyboard_alone_and_the_focus_stays_on_it(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    card(page, IN_DESIGN).locator("a").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#move-menu")).to_be_visible()
    expect(page.locator("#move-menu [data-to=validation]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("moved to test")
    expect_in(page, IN_DESIGN, "test")
    expect(card(page, IN_DESIGN).locator("a")).to_be_focused()
    polled(page, times=2)
    expect(card(page, IN_DESIGN).locator("a")).to_be_focused()


def test_a_move_is_dated_when_it_happened(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    open_menu(page, IN_DESIGN)
    page.keyboard.press("d")
    page.get_by_label("Happened on").fill("2023-04-12")
    page.locator("#move-menu [data-to=validation]").click()
    expect(page.locator("#toasts")).to_contain_text("moved to validation")
    page.goto(f"/workflows/{IN_DESIGN}")
    expect(page.locator(".timeline")).to_contain_text("2 days after it happened")


def test_into_done_is_refused_while_a_blocker_holds_and_the_card_goes_back(
    page: Page, allow_console: AllowConsole
) -> None:
    allow_console("409")
    sign_in(page, "lead_sidu", LAB)
    drag(page, BLOCKED_IN_TEST, column(page, "done"))
    expect(page.locator("#toasts")).to_contain_text("cannot be done while a blocker holds it")
    expect_in(page, BLOCKED_IN_TEST, "test")


@pytest.mark.parametrize("role", ["viewer", "lead_soki"])
def test_who_may_not_move_can_neither_drag_nor_choose(page: Page, role: str) -> None:
    sign_in(page, role, LAB)
    drag(page, IN_DESIGN, column(page, "validation"), lands=False)
    expect_in(page, IN_DESIGN, "design")
    open_menu(page, IN_DESIGN)
    expect(page.locator("#move-menu [data-to]:enabled")).to_have_count(0)
    expect(page.get_by_role("link", name="Open the workflow")).to_be_focused()


def test_others_moves_arrive_without_a_reload_and_disturb_nothing(new_page: NewPage) -> None:
    watcher = sign_in(new_page(), "planner", "/board?cycle=5")
    mover = sign_in(new_page(), "lead_sidu", LAB)
    watcher.locator("input[name=q]").fill("halvskriv")
    watcher.evaluate("window.scrollTo(0, 400)")
    scrolled = watcher.evaluate("window.scrollY")
    drag(mover, IN_DESIGN, column(mover, "validation"))
    expect_in(watcher, IN_DESIGN, "validation")
    expect(watcher.locator("input[name=q]")).to_be_focused()
    expect(watcher.locator("input[name=q]")).to_have_value("halvskriv")
    assert watcher.evaluate("window.scrollY") == scrolled
    expect(watcher.locator("#announcer")).to_contain_text("1 card changed")


def test_two_who_move_the_same_card_are_both_told(new_page: NewPage, allow_console: AllowConsole) -> None:
    allow_console("409")
    first = sign_in(new_page(), "planner", LAB)
    second = sign_in(new_page(), "lead_sidu", LAB)
    second.evaluate("document.addEventListener('every', (event) => event.stopImmediatePropagation(), true)")
    drag(first, IN_DESIGN, column(first, "validation"))
    expect(first.locator("#toasts")).to_contain_text("moved to validation")
    drag(second, IN_DESIGN, column(second, "test"))
    dialog = second.locator("#conflict")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Programkontoret")
    expect(dialog.get_by_role("button", name="Keep Validation")).to_be_focused()
    dialog.get_by_role("button", name="Move to Test anyway").click()
    expect(second.locator("#toasts")).to_contain_text("moved to test")
    expect(dialog).to_be_hidden()
    expect_in(first, IN_DESIGN, "test")


def test_a_lost_connection_is_said_and_found_again(page: Page, allow_console: AllowConsole) -> None:
    allow_console("Failed to|ERR_|htmx:error")
    sign_in(page, "lead_sidu", LAB)
    page.context.set_offline(True)
    expect(page.locator("#contact-lost")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#contact-lost")).to_be_hidden()


def test_nothing_is_fetched_from_elsewhere_and_a_quiet_board_costs_304s(page: Page) -> None:
    hosts: set[str] = set()
    statuses: list[int] = []

    def note(request: Request) -> None:
        hosts.add(request.url.split("/")[2])

    page.on("request", note)
    sign_in(page, "lead_sidu", LAB)
    polled(page)  # one that left before the page knew its version may have brought the board anew
    page.on("response", lambda answer: statuses.append(answer.status) if "/board/changes" in answer.url else None)
    polled(page, times=2)
    assert len(hosts) == 1
    assert set(statuses) == {304}
