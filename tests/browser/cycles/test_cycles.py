"""The cycles in a real browser: the line and the form, accessible in any window; a cycle made by keyboard alone."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, select
from sqlmodel import col

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import assert_looks_well, variants
from tests.browser.people import sign_in
from tracker.db.engine import reading
from tracker.db.models import Cycle

LOOKS = variants(("sv", "dark", 320), ("en", "light", 1280))
Axe = Callable[[Page], None]
PAGES = {
    "line": "/cycles",
    "line from a cycle": "/cycles?from=3",
    "new": "/cycles/new",
    "new with a gap": "/cycles/new?starts_on=2023-08-21&ends_on=2023-10-08",
    "draft": "/cycles/7/edit",
    "closed": "/cycles/4/edit",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_is_accessible_and_fits_its_window(
    look: Look, axe: Axe, name: str, language: str, theme: str, width: int
) -> None:
    assert_looks_well(look("planner", PAGES[name], language, theme, (width, 800)), axe, language)


def test_the_line_stands_where_its_days_are(new_page: NewPage) -> None:
    page = sign_in(new_page(viewport={"width": 1280, "height": 800}), "viewer", "/cycles")
    bars = [page.locator(f".bar[href='/cycles/{n}'] .frame").bounding_box() for n in range(1, 8)]
    edges = [(box["x"], box["x"] + box["width"]) for box in bars if box]
    assert len(edges) == 7
    for (_, end), (begin, _) in pairwise(edges):
        assert abs(end - begin) < 3  # they follow each other without a day between
    today = page.locator(".cycle-line .today").bounding_box()
    assert today is not None
    assert edges[4][0] < today["x"] < edges[4][1]
    page.set_viewport_size({"width": 320, "height": 700})
    expect(page.locator(".cycle-line")).to_be_hidden()
    expect(page.get_by_role("link", name="Cycle 5", exact=True)).to_be_visible()


def type_day(page: Page, field: Locator, day: str) -> None:
    """Types a date into its parts, which Chromium orders as its own language does, not the page's."""
    year, month, number = day.split("-")
    for parts in (month + number + year, number + month + year, year + month + number):
        field.fill("")
        field.focus()
        page.keyboard.type(parts)
        if field.input_value() == day:
            return
    raise AssertionError(field.input_value())


def test_a_cycle_is_made_by_keyboard_alone_after_its_gap_was_named(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None], demo_engine: Engine
) -> None:
    allow_console("422")
    page = sign_in(new_page(), "planner", "/cycles")
    page.get_by_role("link", name="Create cycle 8").focus()
    page.keyboard.press("Enter")
    first = page.get_by_label("First day", exact=True)
    expect(first).to_have_value("2023-08-14")
    page.wait_for_load_state()  # a date that is typed before the scripts have come is not told to anybody
    expect(page.locator("#cycle-days")).to_contain_text("49 days")
    type_day(page, first, "2023-08-21")
    days = page.locator("#cycle-days")
    expect(days).to_contain_text("Between cycles 7 and 8, outside cycles: 7 days")
    expect(days).to_contain_text("21 August – 1 October")
    axe(page)
    page.get_by_label("Cycle goal").focus()
    page.keyboard.type("Allt klart före driftstart")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Cycle 8 is created")
    expect(page.locator("table.cycles")).to_contain_text("outside cycles: 7 days")
    axe(page)
    with reading(demo_engine) as session:
        made = session.scalars(select(Cycle).where(col(Cycle.number) == 8)).one()
    assert (made.starts_on.isoformat(), made.goal) == ("2023-08-21", "Allt klart före driftstart")


def test_what_cannot_be_is_told_at_its_field_and_the_summary_has_the_focus(
    new_page: NewPage, axe: Axe, allow_console: Callable[[str], None]
) -> None:
    allow_console("422")
    page = sign_in(new_page(), "planner", "/cycles/new")
    page.get_by_label("First day", exact=True).fill("2023-08-01")
    page.get_by_role("button", name="Create cycle 8").click()
    summary = page.locator(".notice.harm")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Cycles do not overlap")
    axe(page)
    summary.get_by_role("link").click()
    expect(page.get_by_label("First day", exact=True)).to_be_focused()


def test_the_address_of_a_calendar_is_shown_once_to_be_copied(new_page: NewPage, axe: Axe) -> None:
    page = sign_in(new_page(), "viewer", "/settings")
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address of your calendar").input_value()
    axe(page)
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "BEGIN:VCALENDAR" in answer.text()
    page.reload()
    expect(page.get_by_label("Address of your calendar")).to_have_count(0)
