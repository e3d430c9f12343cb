"""A planning week by keyboard: prepare, plan, review, close and commit on 5 May, and what every page shows after it.

The pictures of the handbook are taken on the way.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from tests.browser.accounts.test_accounts import tab_to
from tests.browser.conftest import NewPage
from tests.browser.exports.test_exports import bytes_of
from tests.browser.people import LIVE
from tests.browser.setup.test_first_cycle import follow
from tests.browser.test_screenshots import folder
from tests.databases import Databases, demo_in_planning_week
from tests.web.charts.test_choice import shapes_in
from tracker.charts.registry import CHARTS
from tracker.domain.files.figure_files import TOTAL
from tracker.exports import packs

__all__ = ["folder"]
DECIDED = "Styrgruppen beslutade 5 maj"
TICKING = {"blocked_days", "blocked_days_begun", "waiting_days", "waited_on_days"}  # as now they grow with every second
WORDS = {"–": "", "\N{MINUS SIGN}": "-", "\xa0": "", "\u202f": "", ",": "."}


@pytest.fixture
def demo_engine(sqlite_databases: Databases) -> Engine:
    """The demo on 5 May: cycle 5 is ready to be closed, and cycle 6 is being planned."""
    return sqlite_databases.restored(demo_in_planning_week)


def test_a_cycle_ends_and_the_next_begins_on_every_page(
    new_page: NewPage, axe: Callable[[Page], None], folder: Path
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto("/login")
    tab_to(page, page.locator("button[name=role][value=planner]"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("39 done in cycle 5, 12 fewer than cycle 4 by the same working day")
    expect(page.locator("#ending")).to_have_count(0)
    page.screenshot(path=folder / "overview-before-close.png")
    assert cycles_on_the_wall(page, folder / "charts-before-close.png") == "Cycles 4–6"
    assert "/" in hatching(page, "throughput")

    prepare(page)
    plan(page)
    review(page)
    close_and_commit(page)

    page.goto("/")
    expect(page.locator("h1")).to_have_text("Cycle 6 begins on Monday 8 May")
    ending = page.locator("section", has=page.locator("#ending"))
    expect(ending.locator("h2")).to_have_text("How did cycle 5 end?")
    expect(ending.locator("li")).to_have_count(3)
    axe(page)
    page.screenshot(path=folder / "overview-after-close.png")
    ended = dict(zip(ending.locator("dt").all_inner_texts(), ending.locator("dd").all_inner_texts(), strict=True))
    assert cycles_on_the_wall(page, folder / "charts-after-close.png") == "Cycles 4–6"
    assert set().union(*(hatching(page, name) for name in CHARTS)) <= {""}
    assert page.locator("#chart-throughput .finding").inner_text().startswith("Cycle 5: 39 tested, 0,66 times")
    shown = the_pages_of_both_cycles(page)
    assert ended == {
        "Committed": shown["committed"][0],
        "Added": shown["added"][0],
        "Removed": shown["removed"][0],
        "Goals met": shown["met"][0],
        "Carried out": shown["carried_out"][0],
        "Returned to the backlog": shown["returned"][0],
        "Dropped": shown["dropped"][0],
    }
    the_report_tells_of_the_close(page)
    the_pack_has_the_figures_of_the_page(page, shown)


def cycles_on_the_wall(page: Page, picture: Path) -> str:
    """The cycles that the charts show where nobody has chosen any, and a picture of them."""
    page.goto("/charts")
    for name in ("throughput", "blockers", "commitment", "scope"):
        expect(page.locator(f"[data-chart={name}] .plot")).to_have_attribute("data-drawn", "")
    page.screenshot(path=picture)
    return page.locator("main").get_by_text(re.compile("the whole programme")).first.inner_text().partition(",")[0]


def hatching(page: Page, name: str) -> set[str]:
    """The patterns that a chart fills anything with."""
    return set(shapes_in(page.request.get(f"/charts/{name}.json").json()["data"]))


def prepare(page: Page) -> None:
    """One workstream before the week: what is carried a fourth time takes words; then it is ready."""
    page.goto("/cycles/5/review?workstream=LKM")
    page.wait_for_function(LIVE)
    decide(page, "LKM-005", 1, "carried")
    expect(page.locator("#item-LKM-005 .item-decided")).to_contain_text(DECIDED)
    tab_to(page, page.get_by_role("button", name="Mark as ready for the review"))
    page.keyboard.press("Enter")
    expect(page.locator("#review-sum")).to_contain_text("1 of 27 workstreams ready")


def decide(page: Page, key: str, kind: int, name: str) -> None:
    """Decides on an item with its keys, and says why."""
    tab_to(page, page.locator(f"#item-{key} h3 a"))
    page.keyboard.press(str(kind))
    tab_to(page, page.locator(f"#item-{key} [name=note_{name}]"))
    page.keyboard.insert_text(DECIDED)
    page.keyboard.press("Enter")


def plan(page: Page) -> None:
    """One more of the backlog goes into the draft."""
    page.goto("/cycles/6/plan?workstream=RAP")
    page.wait_for_function(LIVE)
    tab_to(page, page.locator("[data-side=backlog] #row-RAP-007"))
    page.keyboard.press("1")
    expect(page.locator("[data-side=cycle] #row-RAP-007")).to_have_attribute("data-goal", "design")
    expect(page.locator("#plan-sums")).to_contain_text("3 planned")
    expect(page.locator("#plan-sums")).to_contain_text("1 workstream over: RAP")


def review(page: Page) -> None:
    """Everything at once, and the one that it leaves by itself."""
    page.goto("/cycles/5/review")
    page.wait_for_function(LIVE)
    follow(page, "Accept in several workstreams")
    follow(page, "Choose all")
    tab_to(page, page.locator("#reason"))
    page.keyboard.type("capacity")
    follow(page, "Accept in the chosen workstreams", "button")
    expect(page.locator("main")).to_contain_text("Left for a decision of its own: OBS-003")
    tab_to(page, page.locator("main a[href$='#item-OBS-003']"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_function(LIVE)
    decide(page, "OBS-003", 3, "dropped")
    expect(page.locator("#item-OBS-003 .item-decided")).to_contain_text("Dropped")


def close_and_commit(page: Page) -> None:
    page.goto("/cycles/5/close")
    tab_to(page, page.locator("#close-confirm"))
    page.keyboard.type("5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Cycle 5 is closed")
    follow(page, "Commit cycle 6")
    cautions = page.locator(".plan-sums .plan-figures")
    expect(cautions).to_contain_text("9 workstreams over: DRS")
    expect(cautions).to_contain_text("1 carried a third time or more: LKM-005")
    follow(page, "Commit cycle 6", "button")
    expect(page.locator("h1")).to_have_text("Cycle 6 runs")


def the_pages_of_both_cycles(page: Page) -> Mapping[str, list[str]]:
    """What cycle 5 shows of each figure, as reported and as now; cycle 6 runs and has not begun."""
    page.goto("/cycles/6")
    expect(page.locator("h1")).to_have_text("Cycle 6: 88 workflows, begins 8 May")
    expect(page.locator("main")).to_contain_text("running, committed 5 May")
    page.goto("/cycles/5")
    expect(page.locator("h1")).to_have_text("Cycle 5: 39 tested, 0,66 times cycle 4")
    expect(page.locator("main")).to_contain_text("closed 5 May")
    rows = page.locator("tr[id^=figure-]").all()
    return {name_of(row): [text.strip() for text in row.locator("td").all_inner_texts()] for row in rows}


def name_of(row: Locator) -> str:
    return (row.get_attribute("id") or "").removeprefix("figure-")


def the_report_tells_of_the_close(page: Page) -> None:
    page.goto("/")
    follow(page, "Report of the month")
    whole = page.locator("#part-programme")
    expect(whole).to_contain_text("we went on with cycle 5 in May and closed it on 5 May")
    expect(whole).to_contain_text("Cycle 6 was committed on 5 May and begins on 8 May. It holds 88 workflows")
    expect(whole).to_contain_text("25 were carried over to cycle 6 and one was dropped")
    expect(whole).not_to_contain_text("Cycle 5 ends")


def the_pack_has_the_figures_of_the_page(page: Page, shown: Mapping[str, list[str]]) -> None:
    page.goto("/cycles/5")
    tab_to(page, page.get_by_role("link", name="Planning-week pack (zip)"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    pack = io.BytesIO(bytes_of(download.value))
    assert packs.findings(pack) == []
    with zipfile.ZipFile(pack) as files:
        whole, parts = (rows_of(files, name) for name in ("cycle_summary.csv", "part_summary.csv"))
    parts_of = {row["basis"]: row for row in parts if (row["cycle"], row["workstream"]) == ("5", TOTAL)}
    readings = {row["basis"]: parts_of[row["basis"]] | row for row in whole if row["cycle"] == "5"}
    for turn, basis in enumerate(("as_reported", "as_now")):
        told = {name: plain(texts[turn]) for name, texts in shown.items() if not (turn and name in TICKING)}
        assert told == {name: readings[basis][name] for name in told}
    assert len(shown) > 20


def rows_of(files: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files.read(name).decode("utf-8-sig"))))


def plain(text: str) -> str:
    """A number as files write it."""
    for character, instead in WORDS.items():
        text = text.replace(character, instead)
    return text
