"""Real pages in a real browser. A test fails when a page writes an error to the console or breaks its own
Content-Security-Policy, unless it says with `allow_console` that it brings the error about.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, WebError, expect, sync_playwright
from sqlalchemy import Engine

from tests.applications import own_app, shared_app
from tests.browser.find_browser import FLAGS, find
from tests.browser.looks import LANGUAGES
from tests.browser.people import let_in, signed_in_demo
from tests.counts import is_full
from tests.databases import Databases
from tests.live import LATE, serve
from tracker.db.engine import make_engine

# Nothing is waited for by the clock; a machine that does other things too may take this long for anything.
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)
# Chromium logs most violations, but not every one of a style attribute.
LOG_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (violation) =>
  console.error(`Content-Security-Policy: ${violation.violatedDirective} ${violation.blockedURI} ${violation.sample}`));
"""
# What fades in is as light as it is meant to be only when it has arrived.
STILL = """
() => Promise.all(
  document
    .getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
    .map((each) => each.finished.catch(() => null)),
).then(() => null)
"""
AXE_RUN = (Path(__file__).parent / "accessibility.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class NewPage(Protocol):
    """Opens a page in a browser context of its own: another person, language, theme or size."""

    def __call__(self, **context: object) -> Page: ...


class Look(Protocol):
    """Opens an address of a demo that is only read, as somebody signed in and in a look; in a browser that goes on."""

    def __call__(self, role: str, path: str, language: str, theme: str, size: tuple[int, int]) -> Page: ...


class Console:
    """What the pages of one test complained about."""

    def __init__(self) -> None:
        self._complaints: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        self._allowed.append(re.compile(pattern))

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._on_message)
        context.on("weberror", self._on_error)

    def leave(self, context: BrowserContext) -> None:
        context.remove_listener("console", self._on_message)
        context.remove_listener("weberror", self._on_error)

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


def new_context(browser: Browser, **options: object) -> BrowserContext:
    """A browser context that waits long, and logs what breaks the policy. After `pytest --late` it keeps no script, so
    that each page has to wait for them."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(LOG_VIOLATIONS)
    if LATE in os.environ:
        context.route("**/nothing-has-this-name", Route.abort)  # with a route, Chromium's cache is off
    return context


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
        context = new_context(browser, base_url=live_server, **{"locale": "en-GB", **options})
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
def demo_engine(sqlite_databases: Databases) -> Engine:
    """An engine on a demo that is as new, the one that `live_server` serves."""
    return sqlite_databases.restored(signed_in_demo)


@pytest.fixture
def live_server(demo_engine: Engine) -> Iterator[str]:
    """The address of the application on `demo_engine`."""
    with serve(shared_app(demo_engine)) as address:
        yield address


@pytest.fixture(scope="session")
def read_server(sqlite_databases: Databases) -> Iterator[str]:
    """The address of an application on a demo that nobody writes to."""
    with sqlite_databases.fresh(signed_in_demo) as url:
        engine = make_engine(url)
        with serve(own_app(engine)) as address:
            yield address
        engine.dispose()


@pytest.fixture(scope="session")
def contexts() -> Iterator[dict[tuple[object, ...], BrowserContext]]:
    """The browser contexts of looks: they keep their sign-in, and the files that they have fetched."""
    contexts: dict[tuple[object, ...], BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def look(
    browser: Browser, console: Console, read_server: str, contexts: dict[tuple[object, ...], BrowserContext]
) -> Iterator[Look]:
    """Opens pages that are only read: `look("viewer", "/blockers", "sv", "dark", (320, 800))`."""
    opened: list[Page] = []

    def open_page(role: str, path: str, language: str, theme: str, size: tuple[int, int]) -> Page:
        kind = role, language, theme, size
        if kind not in contexts:
            shape = {"width": size[0], "height": size[1]}
            contexts[kind] = new_context(
                browser, base_url=read_server, locale=LANGUAGES[language], color_scheme=theme, viewport=shape
            )
            if role:
                let_in(contexts[kind], role)
        console.watch(contexts[kind])
        opened.append(contexts[kind].new_page())
        if path:
            opened[-1].goto(path)
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
        console.leave(page.context)


def assert_accessible(page: Page) -> None:
    """Fails with every breach of WCAG 2.2 AA that axe finds on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(STILL)
    breaches = [
        f"{violation['id']}: {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
        for violation in page.evaluate(AXE_RUN, [AXE_TAGS, is_full()])
        for node in violation["nodes"]
    ]
    assert not breaches, f"{page.url}\n" + "\n".join(breaches)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Checks a page with axe: `axe(page)`."""
    return assert_accessible
