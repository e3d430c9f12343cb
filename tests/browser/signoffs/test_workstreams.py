"""Who waits on whom in a real browser: three parts signed by keyboard, the focus going on; all accessible."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import LANGUAGES, assert_looks_well, variants
from tests.browser.people import sign_in
from tracker.clock import clock_of
from tracker.commands import signoffs
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.signoffs import PartWish
from tracker.db.engine import transaction
from tracker.domain.people import Actor
from tracker.domain.states import Goal, PartEventKind, Role, State

LOOKS = variants(("sv", "dark", 320), ("en", "light", 1280))
KEYS = ("LKM-005", "MTE-001", "OBS-003")  # in test, each shared with others
Axe = Callable[[Page], None]


@pytest.fixture
def waited_on(demo_engine: Engine) -> str:
    """A workstream on whose part the owners of three workflows wait."""
    with transaction(demo_engine) as session:
        operator, now = accounts.operator(session), clock_of(session).now()
        planner = Actor(operator.id, operator.name, Role.PLANNER)
        entry = open_entry(session, planner, "batch_sign", now)
        for key in KEYS:
            for event in (PartEventKind.JOINED, PartEventKind.SIGNED):
                stages = [None] if event is PartEventKind.JOINED else [Goal.DESIGN, Goal.VALIDATION]
                for stage in stages:
                    signoffs.write(session, entry, key, PartWish("PSY", event, stage, State.TEST))
            owner = key.split("-")[0]
            signoffs.write(session, entry, key, PartWish(owner, PartEventKind.SIGNED, Goal.TEST, State.TEST))
    return "PSY"


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_three_parts_are_signed_by_keyboard_alone(
    new_page: NewPage, axe: Axe, waited_on: str, language: str, theme: str, width: int
) -> None:
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "lead_soki", f"/workstreams/{waited_on}")
    buttons = page.locator("#parts button[value=signed]")
    expect(buttons).to_have_count(len(KEYS))
    assert_looks_well(page, axe, language)
    buttons.first.focus()
    for left in reversed(range(len(KEYS))):
        page.keyboard.press("Enter")
        expect(buttons).to_have_count(left)
        expect(buttons.first if left else page.locator("#awaited-title")).to_be_focused()
        expect(page.locator("#toasts")).to_contain_text(waited_on)
    axe(page)
    page.keyboard.press("z")
    expect(buttons).to_have_count(1)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_workstreams_are_accessible_and_fit_the_window(
    look: Look, axe: Axe, language: str, theme: str, width: int
) -> None:
    assert_looks_well(look("lead_soki", "/workstreams", language, theme, (width, 800)), axe, language)


@pytest.mark.parametrize("width", [320])
def test_a_part_is_signed_without_script(new_page: NewPage, waited_on: str, width: int) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": width, "height": 800})
    sign_in(page, "lead_soki")
    page.goto(f"/workstreams/{waited_on}")
    page.locator("#parts button[value=signed]").first.click()
    expect(page.locator("#parts button[value=signed]")).to_have_count(len(KEYS) - 1)
    expect(page.locator("main > .notice")).to_contain_text(waited_on)
