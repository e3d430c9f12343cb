"""Taking files away in a browser: a file and the pack by keyboard alone, and the page however it looks."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect
from sqlalchemy import Engine

from tests.browser.accounts.test_accounts import tab_to
from tests.browser.conftest import NewPage
from tests.browser.looks import LANGUAGES, fits, variants
from tests.browser.people import sign_in
from tests.cli.test_files import run
from tracker.exports import packs

Axe = Callable[[Page], None]
LOOKS = variants(("sv", "dark", 320))
INSTANT = r"20230414T07\d{4}Z"


def pressed(page: Page, name: str) -> Download:
    """What a button sends, reached and pressed by keyboard."""
    tab_to(page, page.get_by_role("button", name=name))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value


def chosen(page: Page, form: str, label: str, letter: str) -> None:
    tab_to(page, page.get_by_role("form", name=form).get_by_role("combobox", name=label))
    page.keyboard.press(letter)


def bytes_of(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def test_a_file_is_chosen_looked_at_and_taken_by_keyboard_alone(
    new_page: NewPage, axe: Axe, demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = new_page()
    sign_in(page, "planner", "/exports")
    tab_to(page, page.get_by_role("link", name="workstream_summary"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="workstream_summary.csv")).to_be_visible()
    form = "What the file holds"
    chosen(page, form, "Cycle", "4")
    chosen(page, form, "Format", "E")
    tab_to(page, page.get_by_label("Without totals"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Show"))
    page.keyboard.press("Enter")
    expect(page.locator(".preview thead")).to_contain_text("arbetsström")
    expect(page.get_by_label("Without totals")).to_be_checked()
    shown = [row.split("\t") for row in page.locator(".preview").inner_text().splitlines()[-8:]]
    axe(page)
    tab_to(page, page.get_by_label("Without totals"))
    page.keyboard.press("Space")  # a button takes what is chosen, shown or not
    download = pressed(page, "Download CSV")
    assert re.fullmatch(rf"workstream_summary-cycle-4-as_now-{INSTANT}\.csv", download.suggested_filename)
    taken = bytes_of(download)
    records = list(csv.reader(io.StringIO(taken.decode("utf-8-sig"), newline=""), delimiter=";"))
    per = records[0].index("per")
    assert [[*row[:per], *row[per + 1 :]] for row in shown] == [
        [*row[:per], *row[per + 1 :]] for row in records[1:9]
    ]  # the clock has ticked on
    assert records[-1][3] == "SUMMA"
    monkeypatch.setenv("TRACKER_DATABASE_URL", demo_engine.url.render_as_string(hide_password=False))
    asked = ("--cycle", 4, "--basis", "as_now", "--format", "excel-sv", "--as-of", records[1][per])
    assert taken == run("export", "workstream_summary", *asked).stdout_bytes


def test_the_pack_is_taken_as_a_zip_and_as_a_workbook(new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, "viewer", "/cycles/4")
    tab_to(page, page.get_by_role("link", name="Files of cycle 4"))
    page.keyboard.press("Enter")
    form = "Planning-week pack"
    expect(page.get_by_role("form", name=form).get_by_label("Cycle")).to_have_value("4")
    download = pressed(page, "Download zip")
    assert re.fullmatch(rf"pack-cycle-4-both-{INSTANT}\.zip", download.suggested_filename)
    assert packs.findings(io.BytesIO(bytes_of(download))) == []
    download = pressed(page, "Download Excel workbook")
    assert re.fullmatch(rf"pack-cycle-4-both-{INSTANT}\.xlsx", download.suggested_filename)
    with zipfile.ZipFile(io.BytesIO(bytes_of(download))) as book:
        assert 'name="items"' in book.read("xl/workbook.xml").decode()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_it_fits_and_is_accessible_with_a_filter_that_means_nothing_and_no_rows(
    new_page: NewPage, axe: Axe, language: str, theme: str, width: int
) -> None:
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 900})
    sign_in(page, "viewer", "/exports?file=scope&cycle=7&basis=x")
    expect(page.locator(".notice")).to_have_count(2)
    assert fits(page)
    axe(page)
