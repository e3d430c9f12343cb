"""From an empty folder to a committed first cycle with moves: two commands, then a browser by keyboard alone.

The pictures of the handbook are taken on the way.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.applications import own_app
from tests.browser.accounts.test_accounts import tab_to
from tests.browser.conftest import NewPage
from tests.browser.looks import assert_looks_well
from tests.browser.people import LIVE, card, expect_in
from tests.browser.test_screenshots import folder
from tests.live import serve
from tracker.cli import main
from tracker.commands.programme import installation
from tracker.config import Settings
from tracker.db.engine import reading
from tracker.queries.programme import check

__all__ = ["folder"]
Axe = Callable[[Page], None]
EMAIL, PASSWORD = "kontoret@example.org", "tolv gröna elefanter"
STREAMS = "Kod\tNamn\tProjekt\tHögst i test\nLAB\tLaboratoriemedicin\tVIS\t5\nLKM\tLäkemedel\tVIS\t\n"


@pytest.fixture
def new_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """What `tracker db upgrade` and `tracker user add` leave in an empty folder, opened as `tracker serve` does."""
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'tracker.db'}")
    (tmp_path / "new").mkdir()
    for arguments, typed in (
        (["db", "upgrade"], ""),
        (["user", "add", EMAIL, "--name", "Programkontoret", "--role", "admin"], f"{PASSWORD}\n"),
    ):
        assert CliRunner().invoke(main, arguments, input=typed).exit_code == 0
    engine = installation.opened(Settings(), say=print)
    yield engine
    engine.dispose()


@pytest.fixture
def live_server(new_installation: Engine) -> Iterator[str]:
    """The address of the application on it, in place of the demo's."""
    with serve(own_app(new_installation)) as address:
        yield address


def follow(page: Page, name: str, role: Literal["link", "button"] = "link") -> None:
    """Goes to a link or button with Tab, and presses Enter."""
    tab_to(page, page.locator("main").get_by_role(role, name=name, exact=True).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, **fields: str) -> None:
    """Types into each field, reached with Tab."""
    for name, text in fields.items():
        tab_to(page, page.locator(f"#field-{name}"))
        page.keyboard.insert_text(text)


def step(page: Page, title: str) -> str:
    """What the checklist says of a step."""
    return page.locator(".first-steps ol > li", has=page.get_by_role("heading", name=title, exact=True)).inner_text()


def test_a_first_cycle_is_set_up_committed_and_moved_in_by_keyboard(
    new_page: NewPage, new_installation: Engine, axe: Axe, folder: Path
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    signed_in(page)
    axe(page)
    page.screenshot(path=folder / "setup.png", clip={"x": 0, "y": 0, "width": 1280, "height": 400})
    assert "Next" in step(page, "Projects")
    assert "Waiting" in step(page, "Workstreams")
    follow(page, "Read a folder of programme files")
    expect(page.locator("#field-file")).to_be_visible()
    assert_looks_well(page, axe, "en")
    page.goto("/")
    make_projects_and_workstreams(page)
    make_cycle_workflow_and_lead(page)
    plan_and_commit(page)
    page.goto("/setup")
    page.screenshot(path=folder / "setup-done.png")
    assert "2 workstreams" in step(page, "Workstreams")
    page.goto("/board")
    page.wait_for_function(LIVE)
    tab_to(page, card(page, "LAB-001").locator(".name"))
    page.keyboard.press("2")
    expect_in(page, "LAB-001", "design")
    page.keyboard.press("3")
    expect_in(page, "LAB-001", "validation")
    with reading(new_installation) as session:
        assert [finding.text for finding in check.findings(session)] == []


def signed_in(page: Page) -> None:
    page.goto("/login")
    tab_to(page, page.locator("[name=email]"))
    page.keyboard.type(EMAIL)
    tab_to(page, page.locator("[name=password]"))
    page.keyboard.insert_text(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def make_projects_and_workstreams(page: Page) -> None:
    follow(page, "New project")
    write(page, code="vis", name="Vårdinformation")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "1 project" in step(page, "Projects")
    follow(page, "Paste a table of workstreams")
    write(page, text=STREAMS.replace("VIS", "XXX"))
    follow(page, "Preview", "button")
    expect(page.locator("main")).to_contain_text("There is no project XXX.")
    follow(page, "Paste the corrected table")
    write(page, text=STREAMS)
    follow(page, "Preview", "button")
    follow(page, "Make 2 workstreams", "button")
    assert "2 workstreams" in step(page, "Workstreams")


def make_cycle_workflow_and_lead(page: Page) -> None:
    follow(page, "Create the next cycle")
    follow(page, "Create cycle 1", "button")
    page.goto("/")
    follow(page, "New workflow")
    tab_to(page, page.locator("#field-workstream"))
    page.keyboard.type("LAB")
    write(page, name="Svara på prov")
    follow(page, "Create", "button")
    page.goto("/")
    assert "1 workflow" in step(page, "Workflows")
    follow(page, "New account")
    write(page, name="Ny Ledare", email="ledare@example.org")
    tab_to(page, page.locator("[name=role]").first)
    page.keyboard.press("ArrowDown")
    follow(page, "Make the account and a link", "button")
    page.goto("/")
    assert "2 accounts" in step(page, "People")


def plan_and_commit(page: Page) -> None:
    follow(page, "Plan cycle 1")
    page.wait_for_function(LIVE)
    tab_to(page, page.locator("#row-LAB-001"))
    page.keyboard.press("Enter")
    expect(page.locator("#row-LAB-001")).to_have_attribute("data-goal", "design")
    page.goto("/")
    follow(page, "Commit cycle 1")
    follow(page, "Commit cycle 1", "button")
