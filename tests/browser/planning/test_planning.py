"""Planning a draft in a real browser: by keyboard alone, by mouse, many at once, without script; accessible."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine
from sqlmodel import Session, select

from tests.browser.conftest import NewPage
from tests.browser.looks import LANGUAGES, fits, variants
from tests.browser.people import sign_in
from tracker.db.models import Workflow
from tracker.domain.states import Goal

LOOKS = variants(("en", "dark", 768), widths=(320, 768, 1280))
Axe = Callable[[Page], None]
PLAN = "/cycles/6/plan"
STREAM = "RAP"  # in the demo two of its workflows are planned for cycle 6


def row(page: Page, key: str) -> Locator:
    return page.locator(f"#row-{key}")


def side(page: Page, name: str, stream: str = STREAM) -> Locator:
    return page.locator(f"#stream-{stream} [data-side={name}]")


def keys_in(page: Page, name: str, stream: str = STREAM) -> list[str]:
    return [
        key
        for each in side(page, name, stream).locator(".plan-row").all()
        if (key := each.get_attribute("data-workflow"))
    ]


def membership(engine: Engine, key: str) -> tuple[int | None, Goal | None]:
    with Session(engine) as session:
        found = session.exec(select(Workflow).where(Workflow.key == key)).one()
        return found.cycle_number, found.goal


def take_all_out(page: Page) -> list[str]:
    """Empties the stream's part of the draft, so that there is a backlog; gives the keys in the order they stand."""
    for key in keys_in(page, "cycle"):
        row(page, key).locator(".out").click()
        expect(side(page, "backlog").locator(f"#row-{key}")).to_be_attached()
    return keys_in(page, "backlog")


@pytest.fixture
def planner(new_page: NewPage) -> Page:
    """A planner at the plan of one workstream."""
    return sign_in(new_page(), "planner", f"{PLAN}?workstream={STREAM}")


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_draft_is_planned_by_keyboard_alone(
    new_page: NewPage, axe: Axe, demo_engine: Engine, language: str, theme: str, width: int
) -> None:
    page = new_page(locale=LANGUAGES[language], color_scheme=theme, viewport={"width": width, "height": 800})
    sign_in(page, "planner", f"{PLAN}?workstream={STREAM}")
    first, second = keys_in(page, "cycle")
    axe(page)
    row(page, first).focus()
    page.keyboard.press("ArrowLeft")
    expect(side(page, "backlog").locator(f"#row-{first}")).to_be_attached()
    expect(row(page, second)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(side(page, "backlog").locator(f"#row-{second}")).to_be_attached()
    expect(row(page, second)).to_be_focused()
    assert membership(demo_engine, first) == membership(demo_engine, second) == (None, None)
    axe(page)
    page.keyboard.press("Home")
    at = page.evaluate("document.activeElement.dataset.workflow")
    other = ({first, second} - {at}).pop()
    page.keyboard.press("Enter")
    expect(side(page, "cycle").locator(f"#row-{at}")).to_be_attached()
    expect(row(page, other)).to_be_focused()
    page.keyboard.press("3")
    expect(side(page, "cycle").locator(f"#row-{other}")).to_be_attached()
    expect(row(page, other)).to_be_focused()
    assert membership(demo_engine, at) == (6, Goal.DESIGN)
    assert membership(demo_engine, other) == (6, Goal.TEST)
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect(row(page, other)).to_have_attribute("data-goal", "design")
    expect(row(page, other)).to_be_focused()
    page.keyboard.press("z")
    expect(row(page, other)).to_have_attribute("data-goal", "validation")
    axe(page)
    assert fits(page), "it scrolls sideways"


def test_several_are_selected_by_key_and_get_one_goal(planner: Page, demo_engine: Engine) -> None:
    keys = keys_in(planner, "cycle")
    row(planner, keys[0]).focus()
    planner.keyboard.press("x")
    planner.keyboard.press("Shift+ArrowDown")
    expect(planner.locator("[data-slot=count]")).to_have_text("2 selected")
    planner.keyboard.press("2")
    for key in keys:
        expect(row(planner, key)).to_have_attribute("data-goal", "validation")
    assert {membership(demo_engine, key) for key in keys} == {(6, Goal.VALIDATION)}
    planner.keyboard.press("z")
    for key in keys:
        expect(row(planner, key)).to_have_attribute("data-goal", "design")


def test_keys_that_are_turned_off_do_nothing(planner: Page) -> None:
    planner.goto("/settings")
    planner.locator("[name=has_keys]").uncheck()
    planner.locator("form", has=planner.locator("[name=has_keys]")).get_by_role("button").click()
    planner.goto(f"{PLAN}?workstream={STREAM}")
    key = keys_in(planner, "cycle")[0]
    row(planner, key).focus()
    planner.keyboard.press("ArrowLeft")
    planner.keyboard.press("3")
    planner.wait_for_timeout(500)
    expect(row(planner, key)).to_have_attribute("data-goal", "design")


def test_a_row_is_dragged_into_the_cycle_and_back(planner: Page, demo_engine: Engine) -> None:
    key = take_all_out(planner)[0]
    drag(planner, key, side(planner, "cycle"))
    expect(row(planner, key)).to_have_attribute("data-goal", "design")
    assert membership(demo_engine, key) == (6, Goal.DESIGN)
    expect(row(planner, key)).to_be_focused()
    drag(planner, key, side(planner, "backlog"))
    expect(row(planner, key)).not_to_have_attribute("data-goal", "design")
    assert membership(demo_engine, key) == (None, None)


def drag(page: Page, key: str, to: Locator) -> None:
    """Carries a row as a hand does: in steps, and lets go when it is seen to land."""
    page.wait_for_timeout(300)  # what was dropped before has settled
    row(page, key).locator(".meta").hover()
    page.mouse.down()
    box = row(page, key).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 20, steps=3)
    for step in range(20):
        box = to.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * (0.4 + 0.1 * (step % 2)), box["y"] + 12, steps=5)
        page.wait_for_timeout(50)
        if to.locator(f"#row-{key}").count():
            break
    assert to.locator(f"#row-{key}").count()
    page.mouse.up()


def test_a_row_that_was_dragged_too_late_goes_back(
    planner: Page, new_page: NewPage, allow_console: Callable[[str], None]
) -> None:
    allow_console("409")
    key = keys_in(planner, "cycle")[0]
    other = sign_in(new_page(), "admin", f"{PLAN}?workstream={STREAM}")
    planner.route("**/plan/changes*", lambda route: route.abort())
    allow_console("ERR_FAILED|Failed to fetch")
    row(other, key).locator("[value^='in:test']").click()
    expect(row(other, key)).to_have_attribute("data-goal", "test")
    drag(planner, key, side(planner, "backlog"))
    expect(planner.locator("#toasts")).to_contain_text("It stays as it is now.")
    expect(side(planner, "cycle").locator(f"#row-{key}")).to_be_attached()


def test_many_go_in_at_once_and_one_word_takes_them_back(planner: Page, axe: Axe, demo_engine: Engine) -> None:
    first, second = take_all_out(planner)
    for key in (first, second):
        row(planner, key).locator("input[type=checkbox]").check()
    planner.locator("#goal-for-all").select_option("test")
    axe(planner)
    planner.get_by_role("button", name="Into cycle 6").click()
    expect(planner.locator("#toasts")).to_contain_text("2 workflows are planned for cycle 6, goal test")
    assert membership(demo_engine, first) == membership(demo_engine, second) == (6, Goal.TEST)
    expect(side(planner, "cycle").locator(f"#row-{second}")).to_be_attached()
    expect(planner.locator("#selection .selection-bar")).to_be_hidden()
    planner.get_by_role("button", name="Undo").click()
    expect(side(planner, "backlog").locator(f"#row-{second}")).to_be_attached()
    assert membership(demo_engine, first) == membership(demo_engine, second) == (None, None)


def test_what_somebody_changed_in_the_meantime_is_left_and_stays_selected(
    planner: Page, axe: Axe, new_page: NewPage, allow_console: Callable[[str], None], demo_engine: Engine
) -> None:
    allow_console("ERR_FAILED|Failed to fetch")
    first, second = keys_in(planner, "cycle")
    other = sign_in(new_page(), "admin", f"{PLAN}?workstream={STREAM}")
    planner.route("**/plan/changes*", lambda route: route.abort())
    row(other, first).locator("[value^='in:test']").click()
    expect(row(other, first)).to_have_attribute("data-goal", "test")
    for key in (first, second):
        row(planner, key).locator("input[type=checkbox]").check()
    planner.locator("#goal-for-all").select_option("validation")
    planner.get_by_role("button", name="Into cycle 6").click()
    expect(planner.locator("#selection-left")).to_contain_text("It stays as it is now.")
    expect(planner.locator("[data-slot=count]")).to_have_text("1 selected")
    expect(row(planner, first)).to_have_class("plan-row is-selected")
    assert [membership(demo_engine, key) for key in (first, second)] == [(6, Goal.TEST), (6, Goal.VALIDATION)]
    axe(planner)


def test_what_others_plan_arrives(planner: Page, new_page: NewPage) -> None:
    key = keys_in(planner, "cycle")[0]
    other = sign_in(new_page(), "lead_soki", f"{PLAN}?workstream={STREAM}")
    row(planner, key).focus()
    row(other, key).locator("[value^='in:test']").click()
    expect(row(planner, key)).to_have_attribute("data-goal", "test")
    expect(row(planner, key)).to_be_focused()
    expect(planner.locator("#plan-sums")).to_contain_text("1 test")


def test_it_is_a_plain_form_without_script(new_page: NewPage, demo_engine: Engine) -> None:
    page = sign_in(new_page(java_script_enabled=False), "lead_soki", f"{PLAN}?workstream={STREAM}")
    first, second = keys_in(page, "cycle")
    row(page, first).locator(".out").click()
    expect(page.locator(".notice[role=status]").first).to_contain_text(f"{first} is in the backlog")
    row(page, first).get_by_role("button", name="Test").click()
    expect(row(page, first)).to_have_attribute("data-goal", "test")
    for key in (first, second):
        row(page, key).locator("input[type=checkbox]").check()
    page.locator("#goal-for-all").select_option("validation")
    page.get_by_role("button", name="Into cycle 6").click()
    expect(page.locator("h1")).to_have_text("2 workflows are planned for cycle 6, goal validation")
    assert membership(demo_engine, first) == membership(demo_engine, second) == (6, Goal.VALIDATION)
    page.get_by_role("button", name="Undo").click()
    assert membership(demo_engine, first) == (6, Goal.TEST)
    page.get_by_role("link", name="Back to the workflows").click()
    expect(page.locator("h1")).to_have_text("Plan cycle 6")


def test_who_only_reads_is_told_so(new_page: NewPage, axe: Axe) -> None:
    page = sign_in(new_page(), "viewer", PLAN)
    expect(page.locator("main")).to_contain_text("You can read everything.")
    expect(page.locator(".goal")).to_have_count(0)
    axe(page)
