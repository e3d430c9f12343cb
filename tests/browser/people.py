"""What people do in a browser: sign in, find a card, carry it, wait for what comes of it."""

from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

_STEPS = 20
FOLLOWED_WITHIN_MS = 4_000  # others' moves arrive without a reload


def sign_in(page: Page, role: str, then: str = "") -> Page:
    """Signs in with the demo's button, and goes on to an address."""
    page.goto(f"/login?{urlencode({'next': then})}" if then else "/login")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return page


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
        page.mouse.move(box["x"] + box["width"] * (0.4 + 0.2 * (step % 2)), box["y"] + 30, steps=5)
        page.wait_for_timeout(50)
        if landed.count() and lands:
            break
    assert landed.count() == lands
    page.mouse.up()


def expect_in(page: Page, key: str, state: str, *, timeout: float | None = None) -> None:
    """Waits until the card stands in the column."""
    here = column(page, state).locator(f"[data-workflow='{key}']")
    expect(here).to_be_attached(timeout=timeout)


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
