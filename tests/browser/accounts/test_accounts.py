"""Administration in a browser: from an invitation to a signed-in lead by keyboard alone, files, and every page looked
at with axe.
"""

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import LANGUAGES, assert_looks_well, fits, variants
from tests.browser.people import sign_in

LOOKS = variants(("sv", "light", 320))
Axe = Callable[[Page], None]
PASSWORD = "tolv gröna elefanter"
CSV = (
    "e-post;namn;roll;arbetsströmmar\nny@example.org;Ny Ledare;projektledare;LAB MBI\n"
    "betraktare@example.org;Betraktaren;viewer;\nx;Fel;chef;\n"
)


def tab_to(page: Page, target: Locator, *, most: int = 120) -> None:
    """Moves the focus with Tab until it is there."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{target} is not reached with Tab")


def invited_by_keyboard(page: Page) -> str:
    """Makes an account for a lead of LAB, and gives the link."""
    tab_to(page, page.get_by_role("link", name="New account"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/accounts/new")
    tab_to(page, page.get_by_label("Name", exact=False).first)
    page.keyboard.type("Ny Ledare")
    page.keyboard.press("Tab")
    page.keyboard.type("ny@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Project lead")).to_be_checked()
    tab_to(page, page.locator("[name=workstreams][value=LAB]"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("#one-time-link")
    return page.locator("#one-time-link").input_value()


def test_from_invitation_to_signed_in_by_keyboard_alone(new_page: NewPage, axe: Axe) -> None:
    admin = sign_in(new_page(), "admin", "/admin")
    address = invited_by_keyboard(admin)
    axe(admin)
    admin.reload()
    expect(admin.locator("#one-time-link")).to_have_count(0)
    theirs = new_page()
    theirs.goto(address)
    axe(theirs)
    expect(theirs.get_by_label("New password", exact=True)).to_be_focused()
    theirs.keyboard.type(PASSWORD)
    theirs.keyboard.press("Tab")
    theirs.keyboard.type(PASSWORD)
    theirs.keyboard.press("Enter")
    theirs.wait_for_url("**/")
    expect(theirs.locator(".account summary")).to_contain_text("Ny Ledare")
    tab_to(theirs, theirs.locator(".account summary"))
    theirs.keyboard.press("Enter")
    tab_to(theirs, theirs.get_by_role("button", name="Sign out"))
    theirs.keyboard.press("Enter")
    theirs.wait_for_url("**/login**")
    theirs.get_by_label("E-mail").focus()
    theirs.keyboard.type("ny@example.org")
    theirs.keyboard.press("Tab")
    theirs.keyboard.type(PASSWORD)
    theirs.keyboard.press("Enter")
    theirs.wait_for_url("**/")


def test_a_used_link_says_so_calmly(new_page: NewPage, allow_console: Callable[[str], None]) -> None:
    allow_console("404")
    admin = sign_in(new_page(), "admin", "/admin")
    address = invited_by_keyboard(admin)
    for heading in ("Choose a password", "This link cannot be used"):
        theirs = new_page()
        theirs.goto(address)
        expect(theirs.get_by_role("heading", level=1)).to_have_text(heading)
        if heading == "Choose a password":
            for label in ("New password", "New password once more"):
                theirs.get_by_label(label, exact=True).fill(PASSWORD)
            theirs.get_by_role("button", name="Save and sign in").click()
            theirs.wait_for_url("**/")


def test_the_workstreams_of_a_project_are_ticked_together_and_the_link_is_copied(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, "admin", "/admin/accounts/new")
    page.get_by_label("Name", exact=False).first.fill("Ny Ledare")
    page.get_by_label("E-mail").fill("ny@example.org")
    page.get_by_role("radio", name="Viewer").check()
    expect(page.locator("[name=workstreams][value=LAB]")).to_be_hidden()
    page.get_by_role("radio", name="Project lead").check()
    page.get_by_role("button", name="all SIDU").click()
    for code in ("LAB", "MBI", "MTE", "EXT", "LLA"):
        expect(page.locator(f"[name=workstreams][value={code}]")).to_be_checked()
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#one-time-link").input_value()


def test_accounts_from_a_file_are_previewed_made_and_their_links_saved(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("422")
    page = sign_in(new_page(), "admin", "/admin/accounts/import")
    page.get_by_label("File").set_input_files(
        {"name": "konton.csv", "mimeType": "text/csv", "buffer": CSV.encode("cp1252")}
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing has been done yet")
    expect(page.locator("tr.is-refused")).to_have_count(1)
    axe(page)
    page.get_by_role("checkbox", name="Leave out the refused row").check()
    page.get_by_role("button", name="Make one account").click()
    expect(page.locator("table.links tbody tr")).to_have_count(1)
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the links as a file").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    address = page.locator("table.links code").inner_text()
    assert f"ny@example.org;Ny Ledare;{unquote(address)}" in text


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/accounts/new",
        "/admin/accounts/3",
        "/admin/accounts/import",
        "/admin/audit",
        "/admin/audit?actor=Driften&day=2023-02-30",
    ],
)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_pages_of_administrators_are_accessible_and_fit_their_window(
    look: Look, axe: Axe, path: str, language: str, theme: str, width: int
) -> None:
    assert_looks_well(look("admin", path, language, theme, (width, 800)), axe, language)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_forms_with_errors_are_accessible(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], language: str, theme: str, width: int
) -> None:
    allow_console("422")
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "admin", "/admin/accounts/new")
    page.locator("[name=name]").fill("Ny")
    page.locator("[name=email]").fill("a@b")
    page.locator("[name=role][value=lead]").check()
    page.evaluate("document.querySelector('[name=email]').type = 'text'")
    page.locator("[name=email]").fill("ingen adress")
    page.locator("main .account-form .primary").click()
    expect(page.locator(".notice.harm")).to_be_focused()
    axe(page)
    page.goto("/admin/accounts/import")
    page.locator("[name=text]").fill("a;b")
    page.locator("main .primary").click()
    expect(page.locator(".is-wrong")).to_be_visible()
    axe(page)
    assert fits(page), "it scrolls sideways"
