"""What people do in a browser: sign in, find a card, carry it, wait for what comes of it."""

from http.cookies import SimpleCookie

from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Engine

from tests.applications import own_app
from tests.databases import demo
from tests.web.conftest import browser_of
from tracker.domain.programme.demo import ACCOUNTS

_STEPS = 20
# A page that follows what others do knows which version it shows a moment after it has loaded; without script, never.
LIVE = "() => !window.htmx || [...document.querySelectorAll('[hx-ptag]')].every((each) => each._htmx?.ptag)"
# What a browser holds in which somebody of the role has signed in on a copy of `signed_in_demo`.
_COOKIES: dict[str, dict[str, str]] = {}


def signed_in_demo(engine: Engine) -> None:
    """Prepares the demo in which somebody of each role has signed in."""
    demo(engine)
    app = own_app(engine)
    for account in ACCOUNTS:
        answer = browser_of(app).submit("/login/demo", {"role": account.key})
        morsels = [each for line in answer.headers.getlist("Set-Cookie") for each in SimpleCookie(line).values()]
        _COOKIES[account.key] = {morsel.key: morsel.value for morsel in morsels}


def let_in(context: BrowserContext, role: str) -> None:
    """Gives the browser what a sign-in with the demo's button leaves in it."""
    context.add_cookies(
        [
            {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "httpOnly": True, "sameSite": "Lax"}
            for name, value in _COOKIES[role].items()
        ]
    )


def sign_in(page: Page, role: str, then: str = "") -> Page:
    """Somebody has signed in, and opens the address if there is one."""
    let_in(page.context, role)
    if then:
        page.goto(then)
        page.wait_for_function(LIVE)
    return page


def polled(page: Page, *, times: int = 1) -> None:
    """Waits until the board has asked whether anything is new, so often from now on."""
    for _ in range(times):
        page.wait_for_event("response", lambda response: "/board/changes" in response.url)


def card(page: Page, key: str) -> Locator:
    """The card of a workflow."""
    return page.locator(f"[data-workflow='{key}']")


def column(page: Page, state: str) -> Locator:
    """The column of a state on an ungrouped board."""
    return page.locator(f"[data-state={state}]")


def drag(page: Page, key: str, to: Locator, *, lands: bool = True) -> None:
    """Carries a card to a column with the mouse, as a hand does: in steps, and lets go when it is seen to land."""
    box = to.bounding_box()
    assert box is not None
    card(page, key).hover(position={"x": 30, "y": 10})
    page.mouse.down()
    landed = to.locator(f"[data-workflow='{key}']")
    for step in range(_STEPS if lands else 4):
        # Sortable puts nothing down while the pointer is on the very middle of a card, where no hand stays.
        page.mouse.move(box["x"] + box["width"] * (0.4 + 0.2 * (step % 2)), box["y"] + 30 + step % 2, steps=5)
        page.wait_for_timeout(50)
        if landed.count() and lands:
            break
    assert landed.count() == lands
    page.mouse.up()


def expect_in(page: Page, key: str, state: str) -> None:
    """Waits until the card stands in the column."""
    expect(column(page, state).locator(f"[data-workflow='{key}']")).to_be_attached()


def open_menu(page: Page, key: str) -> None:
    """Opens the card's menu with the mouse."""
    card(page, key).hover()
    card(page, key).locator(".more").click()


def focus(page: Page, key: str) -> None:
    """Puts the focus on a card."""
    card(page, key).locator(".name").focus()


def expect_focus(page: Page, key: str) -> None:
    """Waits until the card has the focus."""
    expect(card(page, key).locator(".name")).to_be_focused()
