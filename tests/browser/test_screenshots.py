"""The pictures of README and handbook are of the program as it is: `make screenshots` takes them anew."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.imports.test_imports import at_the_columns
from tests.browser.people import card, open_menu, sign_in
from tracker.web.help import markdown
from tracker.web.http import assets

PICTURES = assets.FOLDER / markdown.PICTURES
IS_WANTED = "TRACKER_SCREENSHOTS"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pictures go: to the handbook when they are wanted, else nowhere that lasts."""
    return PICTURES if os.environ.get(IS_WANTED) else tmp_path


def test_the_board_by_workstream(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    sign_in(page, "lead_sidu", "/board?cycle=5&group=workstream")
    open_menu(page, "LAB-007")
    page.screenshot(path=folder / "board.png")
    assert page.locator("#move-menu").is_visible()


def test_a_workflow_with_its_history(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    sign_in(page, "lead_soki", "/workflows/LKM-005")
    page.screenshot(path=folder / "workflow.png")
    assert page.locator(".timeline li").count() > 5


def test_the_list(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    sign_in(page, "lead_sidu", "/board?view=list&cycle=5&workstream=LAB")
    page.locator("tr[data-workflow]").first.focus()
    page.screenshot(path=folder / "list.png")
    assert page.locator("tr[data-workflow]").count() > 5


def test_the_blockers(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    sign_in(page, "planner", "/blockers")
    page.screenshot(path=folder / "blockers.png")
    assert page.get_by_role("row").count() > 20


def test_the_first_page(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    sign_in(page, "planner", "/")
    page.screenshot(path=folder / "home.png")
    assert (
        page.get_by_role("heading", level=1).inner_text()
        == "17 done in cycle 5, 4 fewer than cycle 4 by the same working day"
    )


def test_the_review_on_a_projector(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1600, "height": 900})
    sign_in(page, "planner", "/cycles/5/review?workstream=LAB")
    page.screenshot(path=folder / "review.png")
    assert page.get_by_role("heading", level=1).inner_text() == "Review of cycle 5"


def test_a_closed_cycle(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 1000})
    sign_in(page, "planner", "/cycles/3")
    page.screenshot(path=folder / "cycle.png")
    assert page.get_by_role("link", name="KRN-004").first.is_visible()


def test_a_draft(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    sign_in(page, "planner", "/cycles/6/plan")
    page.screenshot(path=folder / "plan.png")
    assert page.get_by_role("heading", level=1).inner_text() == "Plan cycle 6"


def test_a_phone(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    sign_in(page, "lead_sidu", "/board?cycle=5")
    page.screenshot(path=folder / "phone.png")
    assert card(page, "PAT-005").is_visible()


def test_the_wall_of_charts(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 1000})
    sign_in(page, "planner", "/charts?from=1&to=6")
    for name in ("throughput", "blockers", "commitment", "scope"):
        expect(page.locator(f"[data-chart={name}] .plot")).to_have_attribute("data-drawn", "")
    page.screenshot(path=folder / "charts.png")


def test_a_chart_alone(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 1000}, color_scheme="dark")
    sign_in(page, "planner", "/charts/commitment?from=1&to=6")
    expect(page.locator("[data-chart=commitment] .plot")).to_have_attribute("data-drawn", "")
    page.screenshot(path=folder / "commitment.png")


def test_the_monthly_report(new_page: NewPage, folder: Path) -> None:
    page = new_page(viewport={"width": 1280, "height": 1000})
    sign_in(page, "planner", "/reports/2023-03")
    page.screenshot(path=folder / "report.png")
    assert page.get_by_role("heading", level=1).inner_text() == "Status report March 2023"


def test_what_an_import_would_do(new_page: NewPage, folder: Path) -> None:
    page = at_the_columns(new_page(viewport={"width": 1280, "height": 1000}))
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview tbody tr")).to_have_count(4)
    page.screenshot(path=folder / "import.png")
