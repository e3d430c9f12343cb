"""Real pages in a real browser. A test fails when a page writes an error to the console or breaks its own
Content-Security-Policy, unless it says with `allow_console` that it brings the error about.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, sync_playwright
from sqlalchemy import Engine

from tests.browser.find_browser import FLAGS, find
from tests.databases import Databases, demo
from tests.live import serve
from tracker.config import Settings
from tracker.db.engine import make_engine
from tracker.web.app import create_app

TIMEOUT_MS = 10_000
# Chromium logs most violations, but not every one of a style attribute.
LOG_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (violation) =>
  console.error(`Content-Security-Policy: ${violation.violatedDirective} ${violation.blockedURI} ${violation.sample}`));
"""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class NewPage(Protocol):
    """Opens a page in a browser context of its own: another person, language, theme or size."""

    def __call__(self, **context: object) -> Page: ...


class Console:
    """What the pages of one test complained about."""

    def __init__(self) -> None:
        self._complaints: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        self._allowed.append(re.compile(pattern))

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(LOG_VIOLATIONS)
        context.on("console", self._on_message)
        context.on("weberror", self._on_error)

    def unexpected(self) -> list[str]:
        return [
            complaint
            for complaint in self._complaints
            if not any(pattern.search(complaint) for pattern in self._allowed)
        ]

    def _on_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(f"{message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self._complaints.append(str(error.error))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def console() -> Iterator[Console]:
    console = Console()
    yield console
    assert console.unexpected() == []


@pytest.fixture
def allow_console(console: Console) -> Callable[[str], None]:
    """Says which errors the test brings about: a pattern that their text contains."""
    return console.allow


@pytest.fixture
def new_page(browser: Browser, console: Console, live_server: str) -> Iterator[NewPage]:
    """Opens pages as other people, in other languages or themes: `new_page(locale="sv-SE", color_scheme="dark")`."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(base_url=live_server, **{"locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(TIMEOUT_MS)
        console.watch(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of the live server, signed out; addresses are relative to it."""
    return new_page()


@pytest.fixture
def demo_engine(sqlite_databases: Databases) -> Iterator[Engine]:
    """An engine on a demo database of the test's own, the one that `live_server` serves."""
    with sqlite_databases.fresh(demo) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def live_server(demo_engine: Engine) -> Iterator[str]:
    """The address of the application on `demo_engine`."""
    settings = Settings(database_url=demo_engine.url.render_as_string(hide_password=False))
    with serve(create_app(settings, demo_engine)) as address:
        yield address


def assert_accessible(page: Page) -> None:
    """Fails with every breach of WCAG 2.2 AA that axe finds on the page as it stands."""
    results = Axe().run(page, options={"runOnly": AXE_TAGS, "resultTypes": ["violations"]})
    breaches = [
        f"{violation['id']}: {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert not breaches, f"{page.url}\n" + "\n".join(breaches)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Checks a page with axe: `axe(page)`."""
    return assert_accessible
