"""The import in a browser: a Swedish spreadsheet with three bad rows, by keyboard alone and without script."""

import itertools
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.accounts.test_accounts import tab_to
from tests.browser.conftest import TIMEOUT_MS, NewPage
from tests.browser.looks import LANGUAGES, fits, variants
from tests.browser.people import sign_in
from tests.databases import listening
from tracker.domain.imports.reading import read_table

Axe = Callable[[Page], None]
KEEP_WHAT_IS_TOLD = """
new MutationObserver(() => {
  const [, count, status] = document.querySelector(".under-way")?.children ?? [];
  const told = JSON.stringify([count?.textContent ?? "", status?.textContent ?? ""]);
  const before = sessionStorage.told?.split("\\n") ?? [];
  if (count && before.at(-1) !== told) sessionStorage.told = [...before, told].join("\\n");
}).observe(document, { childList: true, subtree: true });
"""
LOOKS = variants(("sv", "dark", 320))
FILE = {
    "name": "Flöden våren.csv",
    "mimeType": "text/csv",
    "buffer": (
        "Nyckel;Benämning;Arbetsström;Ägare;Status;Prio;Datum;Sprint\r\n"
        "LKM-005;Nytt namn på läkemedel;Läkemedel;Testledare;I test;Hög;2023-04-12;12\r\n"
        ";Märka om prover på akuten;LAB;Flödesägare Öst;Att göra;2;11 april 2023;12\r\n"
        ";Ångra svar på prov;LAB;Testledare;Att göra;;;13\r\n"
        ";Beställa röntgen;Röntgen Norr;Testledare;Klar;;;13\r\n"
        "LAB-003;;LAB;;Hmm;;;13\r\n"
        ";Läsa svar;LAB;;;9;;13\r\n"
    ).encode("cp1252"),
}


def at_the_columns(page: Page) -> Page:
    sign_in(page, "planner", "/imports/workflows")
    page.set_input_files("#field-file", FILE)  # type: ignore[arg-type]
    tab_to(page, page.get_by_role("button", name="Go on to the columns"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/columns")
    return page


def test_a_swedish_spreadsheet_with_three_bad_rows_is_imported_by_keyboard(new_page: NewPage, axe: Axe) -> None:
    page = new_page()
    at_the_columns(page)
    axe(page)
    expect(page.get_by_label("Ägare")).to_have_value("owner")
    expect(page.get_by_label("Sprint")).to_have_value("")
    tab_to(page, page.get_by_role("button", name="Preview"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nothing has been done yet")
    axe(page)
    tab_to(page, page.get_by_label("Accept the owner who is new"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".outcomes")).to_contain_text("3 refused")
    expect(page.locator(".outcomes")).to_contain_text("2 new")
    expect(page.locator(".preview tbody tr")).to_have_count(3)
    expect(page.locator(".preview")).to_contain_text("There is no workstream Röntgen Norr")
    tab_to(page, page.get_by_label("Take the good rows, and give me the 3 others back as a file"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("The import is done")
    axe(page)
    with page.expect_download() as download:
        tab_to(page, page.get_by_role("link", name="Save the rows that were left out"))
        page.keyboard.press("Enter")
    table = read_table(download.value.path().read_bytes())
    assert [row.cells[1] for row in table.rows] == ["Beställa röntgen", "", "Läsa svar"]
    page.goto("/workflows/LKM-005")
    expect(page.locator("main")).to_contain_text("Nytt namn på läkemedel")
    page.goto("/imports/workflows")
    tab_to(page, page.locator(".imports summary").first)
    page.keyboard.press("Enter")
    axe(page)
    tab_to(page, page.get_by_label("I have read this").first)
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Taken back: 3 workflows")


def test_without_script_it_is_the_same(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, "lead_sidu", "/imports/workflows")
    page.set_input_files("#field-file", FILE)  # type: ignore[arg-type]
    page.get_by_role("button", name="Go on to the columns").click()
    page.get_by_label("Prio").select_option("")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("Only leads of LKM and planners")
    page.get_by_label("Hmm").select_option("design")
    page.get_by_label("Röntgen Norr").select_option("MBI")
    page.get_by_label("Accept the owner who is new").check()
    page.get_by_role("button", name="Apply and preview again").click()
    expect(page.locator(".outcomes")).to_contain_text("3 refused")
    expect(page.locator(".preview")).to_contain_text("It moves back. Choose the reason under Columns")
    expect(page.locator(".preview")).to_contain_text("MBI has a workflow of this name")
    page.get_by_label("Take the good rows").check()
    page.get_by_role("button", name="Import").click()
    expect(page.locator("h1")).to_have_text("The import is done")


def test_rows_are_counted_while_they_are_written(new_page: NewPage, demo_engine: Engine) -> None:
    page = new_page(locale="sv-SE")
    page.add_init_script(KEEP_WHAT_IS_TOLD)  # Playwright itself waits until the next page is there
    sign_in(page, "planner", "/imports/workflows")
    rows = "".join(f"Namn {number};LAB\r\n" for number in range(1_100))
    file = {"name": "x.csv", "mimeType": "text/csv", "buffer": f"Namn;Ström\r\n{rows}".encode()}
    page.set_input_files("#field-file", file)  # type: ignore[arg-type]
    page.locator(".import-form .primary").click()
    page.locator(".columns-form .primary").click()
    page.wait_for_selector(".preview")
    polled = threading.Semaphore(0)
    page.on("requestfinished", lambda request: polled.release() if "/imports/progress/" in request.url else None)
    with listening(demo_engine, "before_cursor_execute", slower_than(polled)):
        page.locator(".confirm .primary").click()
        expect(page.locator("h1")).to_have_text("Importen är klar")
    told = page.evaluate("sessionStorage.told").replace("\N{NO-BREAK SPACE}", " ")
    for count in ("500", "1 000"):
        assert f'["Skrivna rader: {count} av 1 100","Skrivna rader: {count} av 1 100"]' in told


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_count_fits_and_is_read_aloud_at_quarters(
    new_page: NewPage, axe: Axe, language: str, theme: str, width: int
) -> None:
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "planner", "/imports/workflows")
    page.set_input_files("#field-file", FILE)  # type: ignore[arg-type]
    page.evaluate("document.addEventListener('submit', event => event.preventDefault())")  # stays to be looked at
    counts = itertools.chain((2_600,), itertools.repeat(2_700))
    page.route("**/imports/progress/*", lambda route: route.fulfill(json=a_count(next(counts))))
    page.locator(".import-form .primary").click()
    expect(page.locator(".under-way .count")).to_have_text("2700")
    expect(page.locator(".under-way [role=status]")).to_have_text("2600")
    assert fits(page)
    axe(page)


def a_count(done: int) -> dict[str, object]:
    return {"step": "checked", "done": done, "total": 10_000, "words": str(done)}


def slower_than(polled: threading.Semaphore) -> Callable[..., None]:
    """Each piece waits until the page has asked three times: what was answered to the second it has shown by then."""

    def wait(*arguments: object) -> None:
        if str(arguments[2]).startswith("INSERT INTO state_change"):
            while polled.acquire(blocking=False):
                pass
            for _ in range(3):
                assert polled.acquire(timeout=TIMEOUT_MS / 1_000)

    return wait


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_it_fits_in_both_languages_and_themes(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], language: str, theme: str, width: int
) -> None:
    allow_console("422")
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "planner", "/imports/workflows")
    page.set_input_files("#field-file", {**FILE, "buffer": b'Namn\n"a'})  # type: ignore[arg-type]
    page.locator(".import-form .primary").click()
    page.wait_for_selector(".import-form .error")
    assert fits(page)
    axe(page)
    page.set_input_files("#field-file", FILE)  # type: ignore[arg-type]
    for button in (".import-form .primary", ".columns-form .primary"):
        page.wait_for_selector(button)  # the answer to the click before: what is asked of a page while it goes may fail
        assert fits(page)
        axe(page)
        page.locator(button).click()
    page.wait_for_selector(".preview")
    assert fits(page)
    axe(page)
