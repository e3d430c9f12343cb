"""When contact is lost, the sign-in has ended or a new version is in place: it is said, and nothing typed is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.conftest import NewPage
from tests.browser.people import card, expect_focus, expect_in, open_menu, sign_in
from tracker.db.engine import database_file

LAB = "/board?cycle=5&workstream=LAB"
IN_DESIGN = "LAB-007"
NOTE = "Åtgärdat tillsammans med labbet"
# The board's tag as a page of an earlier version holds it.
OLDER = """
() => {
  const own = document.getElementById("board")._htmx;
  own.ptag = own.ptag.slice(0, -12) + "0".repeat(12);
}
"""
AllowConsole = Callable[[str], None]


def move_back(page: Page) -> None:
    """A move back, with a reason and a note."""
    open_menu(page, IN_DESIGN)
    page.locator("#move-menu [data-to=not_started]").click()
    page.get_by_label("Why back?").select_option("changed_requirement")
    page.get_by_label("Note").fill(NOTE)
    page.get_by_role("button", name="Move to").click()


def expect_noted(page: Page) -> None:
    page.goto(f"/workflows/{IN_DESIGN}")
    expect(page.locator(".timeline")).to_contain_text(NOTE)


def test_what_was_sent_without_contact_is_sent_when_it_is_back(page: Page, allow_console: AllowConsole) -> None:
    allow_console("ERR_INTERNET_DISCONNECTED|htmx:error")
    sign_in(page, "lead_sidu", LAB)
    page.context.set_offline(offline=True)
    move_back(page)
    notice = page.locator("#contact-lost")
    expect(notice).to_contain_text("No contact since")
    expect(notice).to_contain_text("1 change waits and is sent when contact is back")
    expect_in(page, IN_DESIGN, "design")
    expect_focus(page, IN_DESIGN)
    page.context.set_offline(offline=False)
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} moved to not started")
    expect_in(page, IN_DESIGN, "not_started")
    expect(notice).to_be_hidden()
    expect_noted(page)


def test_an_ended_sign_in_asks_in_the_page_and_then_finishes_the_move(
    page: Page, demo_engine: Engine, allow_console: AllowConsole, axe: Callable[[Page], None]
) -> None:
    allow_console("401")
    sign_in(page, "lead_sidu", LAB)
    with demo_engine.begin() as connection:
        connection.execute(text("UPDATE sign_in SET signed_in_at = '2001-01-01 00:00:00'"))
    move_back(page)
    sheet = page.locator("#sheet")
    expect(sheet.get_by_role("heading", name="Sign in again")).to_be_visible()
    expect(sheet.get_by_label("E-mail")).to_be_focused()
    axe(page)
    sheet.get_by_role("button", name="Projektledare SIDU").click()
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} moved to not started")
    expect(sheet).to_be_hidden()
    expect(page.locator("#signed-out")).to_be_hidden()
    expect_noted(page)


def test_a_form_on_a_page_is_finished_after_signing_in(
    page: Page, demo_engine: Engine, allow_console: AllowConsole
) -> None:
    allow_console("401")
    sign_in(page, "lead_sidu", f"/workflows/{IN_DESIGN}")
    page.locator("#move-form textarea[name=note]").fill(NOTE)
    with demo_engine.begin() as connection:
        connection.execute(text("UPDATE sign_in SET signed_in_at = '2001-01-01 00:00:00'"))
    page.locator("#move-form button.primary").click()
    expect(page.get_by_text("What you had written is kept")).to_be_visible()
    page.locator("button[name=role][value=lead_sidu]").click()
    expect(page.locator(".timeline")).to_contain_text(NOTE)
    assert page.url.endswith(IN_DESIGN)


def test_a_tab_of_an_older_version_goes_on_and_is_told(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    page.evaluate(OLDER)
    expect(page.locator("#outdated")).to_contain_text("There is a new version")
    expect(card(page, IN_DESIGN)).to_be_visible()


def test_what_cannot_be_saved_says_why_is_kept_and_is_saved_when_it_can(
    page: Page, demo_engine: Engine, allow_console: AllowConsole, axe: Callable[[Page], None]
) -> None:
    allow_console("503")
    file = database_file(demo_engine)
    assert file is not None
    sign_in(page, "lead_sidu", LAB)
    away = file.rename(file.with_name("away.db"))
    move_back(page)
    expect(page.locator("#toasts")).to_contain_text("It has been moved away or removed", ignore_case=True)
    expect(page.locator("#unsaved")).to_contain_text("Changes that are not saved yet: 1.")
    expect(page.locator("#contact-lost")).to_be_hidden()
    expect_in(page, IN_DESIGN, "design")
    axe(page)
    away.rename(file)
    page.locator("#unsaved").get_by_role("button", name="Try now").click()
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} moved to not started")
    expect_in(page, IN_DESIGN, "not_started")
    expect(page.locator("#unsaved")).to_be_hidden()
    expect_noted(page)


def test_a_dialog_that_cannot_be_saved_says_why_and_keeps_what_was_typed(
    page: Page, demo_engine: Engine, allow_console: AllowConsole
) -> None:
    allow_console("503")
    file = database_file(demo_engine)
    assert file is not None
    sign_in(page, "lead_sidu", LAB)
    open_menu(page, IN_DESIGN)
    page.locator("#move-menu [data-block]").click()
    sheet = page.locator("#sheet")
    sheet.locator("#raise-title").fill(NOTE)
    sheet.locator("#raise-category").select_option(index=1)
    away = file.rename(file.with_name("away.db"))
    sheet.locator("button.primary").click()
    expect(sheet.locator(".toast")).to_contain_text("It has been moved away or removed", ignore_case=True)
    expect(sheet.locator("#raise-title")).to_have_value(NOTE)
    away.rename(file)


def test_without_script_what_cannot_be_saved_waits_behind_a_button(
    new_page: NewPage, demo_engine: Engine, allow_console: AllowConsole
) -> None:
    allow_console("503")
    file = database_file(demo_engine)
    assert file is not None
    page = new_page(java_script_enabled=False)
    sign_in(page, "lead_sidu", f"/workflows/{IN_DESIGN}")
    page.locator("#move-form textarea[name=note]").fill(NOTE)
    away = file.rename(file.with_name("away.db"))
    page.locator("#move-form button.primary").click()
    expect(page.get_by_role("heading", name="Nothing can be saved right now")).to_be_visible()
    away.rename(file)
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".timeline")).to_contain_text(NOTE)
