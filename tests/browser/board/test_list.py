"""The list in a browser: sixty rows by keyboard alone, refusals at their fields, and others at work meanwhile."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, Request, expect
from sqlalchemy import Engine, text

from tests.browser.conftest import NewPage
from tests.browser.people import expect_in, sign_in
from tests.counts import count

LAB = "/board?cycle=5&workstream=LAB&view=list"
IN_DESIGN, BLOCKED_IN_TEST = "LAB-007", "LAB-003"
ROWS = count(60)
AllowConsole = Callable[[str], None]


def row(page: Page, key: str) -> Locator:
    """The row of a workflow."""
    return page.locator(f"#row-{key}")


def state_of(page: Page, key: str) -> Locator:
    """The state that is chosen in the row."""
    return row(page, key).locator(".step :checked ~ span")


class Keyboard:
    """A keyboard that counts its keys."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1


class Requests:
    """What the page sends beside its polls."""

    def __init__(self, page: Page) -> None:
        self.sent = 0
        self.bytes = 0
        page.on("request", self._count)

    def _count(self, request: Request) -> None:
        if request.method == "POST":
            self.sent += 1
            self.bytes += len(request.post_data or "")


def chosen(page: Page) -> dict[str, int]:
    """The number of the state chosen in each row."""
    found: dict[str, int] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#rows > tr")].map((row) => [row.dataset.workflow,
        [...row.querySelectorAll(".step input")].findIndex((step) => step.checked) + 1]))"""
    )
    return found


def before_test(engine: Engine) -> list[str]:
    """The keys of as many workflows as a lead may have, none of them at its end."""
    query = f"""SELECT key FROM workflow WHERE state IN ('not_started', 'design', 'validation')
        AND archived_at IS NULL ORDER BY key LIMIT {ROWS}"""
    with engine.connect() as connection:
        return list(connection.execute(text(query)).scalars())


def focused(page: Page) -> str:
    """The key of the row that has the focus."""
    return str(page.evaluate("document.activeElement.closest('#rows > tr')?.dataset.workflow ?? ''"))


@pytest.mark.parametrize("how", ["row by row", "all at once"])
def test_sixty_rows_are_brought_up_to_date_by_keyboard_alone(page: Page, demo_engine: Engine, how: str) -> None:
    asked = {"cycle": "all", "view": "list", "q": " ".join(before_test(demo_engine))}
    sign_in(page, "planner", f"/board?{urlencode(asked)}")
    wanted = {key: str(digit + 1) for key, digit in chosen(page).items()}
    assert len(wanted) == ROWS
    page.locator("#rows > tr").first.focus()
    keyboard, requests = Keyboard(page), Requests(page)
    for key, digit in wanted.items():
        while focused(page) != key:
            keyboard.press("ArrowDown")
        keyboard.press(digit, "Enter" if how == "row by row" else "ArrowDown")
    if how == "all at once":
        keyboard.press("s")
    expect(page.locator("#rows > .is-dirty")).to_have_count(0)
    page.reload()
    assert chosen(page) == {key: int(digit) for key, digit in wanted.items()}
    print(
        f"{ROWS} rows, {how}: {keyboard.pressed} keys ({keyboard.pressed / ROWS:.2f} per row), "
        f"{requests.sent} requests ({requests.sent / ROWS:.2f} per row), {requests.bytes} bytes sent"
    )
    assert keyboard.pressed <= 2.25 * ROWS
    assert requests.sent == (ROWS if how == "row by row" else 1)


def test_two_at_once_one_updates_the_list_the_other_follows_on_the_board_and_nothing_typed_is_lost(
    new_page: NewPage, allow_console: AllowConsole
) -> None:
    allow_console("409")
    lead = sign_in(new_page(), "lead_sidu", LAB)
    office = sign_in(new_page(), "planner", "/board?cycle=5&workstream=LAB")
    lead.locator(f"#note-{IN_DESIGN}").fill("Genomgången med labb")
    row(lead, IN_DESIGN).focus()
    lead.keyboard.press("3")
    raise_blocker(office, IN_DESIGN, "Provrör saknas")
    news = row(lead, IN_DESIGN).locator(".row-news")
    expect(news).to_contain_text("Changed in the meantime")
    expect(news).to_contain_text("Provrör saknas")
    expect(lead.locator(f"#note-{IN_DESIGN}")).to_have_value("Genomgången med labb")
    expect(state_of(lead, IN_DESIGN)).to_have_text("Validation")
    assert focused(lead) == IN_DESIGN
    lead.keyboard.press("Enter")
    expect(lead.locator("#toasts")).to_contain_text("was not saved")
    expect(row(lead, IN_DESIGN).locator(".error")).to_contain_text("Programkontoret was here before you")
    expect(lead.locator(f"#note-{IN_DESIGN}")).to_have_value("Genomgången med labb")
    row(lead, IN_DESIGN).focus()
    lead.keyboard.press("Enter")
    expect(lead.locator("#toasts")).to_contain_text(f"{IN_DESIGN} saved")
    expect_in(office, IN_DESIGN, "validation")
    office.goto(f"/workflows/{IN_DESIGN}")
    expect(office.locator(".timeline")).to_contain_text("Genomgången med labb")


def raise_blocker(page: Page, key: str, title: str) -> None:
    """Raises a blocker on a workflow, on a page of its own."""
    there = page.context.new_page()
    there.goto(f"/blockers/new?workflow={key}")
    there.locator("[name=title]").fill(title)
    there.locator("[name=category]").select_option("equipment")
    there.locator("main form[method=post] button:not([type=button])").last.click()
    there.wait_for_url("**/blockers/*")
    there.close()


def test_what_is_half_typed_outlives_every_poll_with_its_focus(new_page: NewPage) -> None:
    lead = sign_in(new_page(), "lead_sidu", LAB)
    office = sign_in(new_page(), "planner", LAB)
    lead.locator(f"#note-{IN_DESIGN}").press_sequentially("Halv")
    office.locator(f"#note-{IN_DESIGN}").fill("Kontoret var här")
    office.locator(f"#note-{IN_DESIGN}").press("Enter")
    expect(office.locator("#toasts")).to_contain_text("saved")
    row(office, BLOCKED_IN_TEST).focus()
    office.keyboard.press("c")
    expect(row(lead, BLOCKED_IN_TEST)).to_contain_text("checked today")
    expect(lead.locator(f"#note-{IN_DESIGN}")).to_be_focused()
    lead.keyboard.type("vägs")
    expect(lead.locator(f"#note-{IN_DESIGN}")).to_have_value("Halvvägs")


def test_a_blocker_is_raised_over_the_list_and_what_is_typed_in_it_stays(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    page.locator(f"#note-{IN_DESIGN}").fill("Halvskrivet")
    row(page, IN_DESIGN).focus()
    page.keyboard.press("h")
    sheet = page.locator("#sheet")
    expect(sheet.locator("[name=title]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(page, IN_DESIGN)).to_be_focused()
    row(page, IN_DESIGN).get_by_role("link", name="Raise a blocker").click()
    sheet.locator("[name=title]").fill("Testdata saknas")
    sheet.locator("[name=category]").select_option("data")
    sheet.get_by_role("button", name="Raise the blocker").click()
    expect(row(page, IN_DESIGN)).to_contain_text("Testdata saknas")
    expect(page.locator(f"#note-{IN_DESIGN}")).to_have_value("Halvskrivet")
    row(page, IN_DESIGN).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} saved")


def test_a_row_sent_after_the_sign_in_had_ended_is_saved_once_its_writer_is_back(
    page: Page, demo_engine: Engine, allow_console: AllowConsole
) -> None:
    allow_console("401")
    sign_in(page, "lead_sidu", LAB)
    page.locator(f"#note-{IN_DESIGN}").fill("Skrivet för sent")
    with demo_engine.begin() as connection:
        connection.execute(text("UPDATE sign_in SET signed_in_at = '2001-01-01 00:00:00'"))
    page.locator(f"#note-{IN_DESIGN}").press("Enter")
    sheet = page.locator("#sheet")
    expect(sheet.get_by_role("heading", name="Sign in again")).to_be_visible()
    expect(page.locator(f"#note-{IN_DESIGN}")).to_have_value("Skrivet för sent")
    sheet.get_by_role("button", name="Projektledare SIDU").click()
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} saved")
    page.goto(f"/workflows/{IN_DESIGN}")
    expect(page.locator(".timeline")).to_contain_text("Skrivet för sent")


def test_others_changes_are_told_as_workflows_and_what_one_did_oneself_is_not(new_page: NewPage) -> None:
    reader = sign_in(new_page(), "lead_sidu", LAB)
    other = sign_in(new_page(), "planner", LAB)
    row(reader, IN_DESIGN).focus()
    reader.keyboard.press("3")
    reader.keyboard.press("Enter")
    expect(reader.locator("#announcer")).to_have_text(f"{IN_DESIGN} saved")
    reader.keyboard.press("z")
    expect(reader.locator("#announcer")).to_contain_text("Taken back")
    expect(state_of(reader, IN_DESIGN)).to_have_text("Design")
    expect(reader.locator(".is-changed")).to_have_count(0)
    row(other, "LAB-008").focus()
    other.keyboard.press("4")
    other.keyboard.press("Enter")
    expect(reader.locator("#announcer")).to_have_text("1 workflow changed")


def test_what_is_refused_stays_typed_at_its_row_and_the_rest_is_saved(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    row(page, BLOCKED_IN_TEST).focus()
    page.keyboard.press("5")
    row(page, IN_DESIGN).focus()
    page.keyboard.press("3")
    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text("1 saved, 1 not")
    expect(row(page, BLOCKED_IN_TEST)).to_contain_text("cannot be done while a blocker holds it")
    expect(row(page, BLOCKED_IN_TEST).locator(".row-news")).to_be_hidden()
    expect(state_of(page, BLOCKED_IN_TEST)).to_have_text("Done")
    expect(page.locator("#rows > .is-dirty")).to_have_count(1)
    row(page, BLOCKED_IN_TEST).focus()
    page.keyboard.press("h")
    expect(page.locator(f"#resolution-{BLOCKED_IN_TEST}")).to_be_focused()
    page.keyboard.type("Enhetskoden finns nu")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{BLOCKED_IN_TEST} saved")
    page.reload()
    expect(state_of(page, BLOCKED_IN_TEST)).to_have_text("Done")


def test_a_move_back_asks_why_before_it_is_sent(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    requests = Requests(page)
    row(page, IN_DESIGN).focus()
    page.keyboard.press("1")
    reason = page.locator(f"#reason-{IN_DESIGN}")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")
    expect(reason).to_be_focused()
    reason.select_option("changed_requirement")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} saved")
    assert requests.sent == 1
    expect(state_of(page, IN_DESIGN)).to_have_text("Not started")


def test_a_save_is_taken_back_with_one_key(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    row(page, IN_DESIGN).focus()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} saved")
    page.keyboard.press("z")
    expect(state_of(page, IN_DESIGN)).to_have_text("Design")


def test_keys_act_on_rows_alone_and_where_they_are_wanted(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    page.locator("#search").focus()
    page.keyboard.type("3s")
    page.locator(f"#note-{IN_DESIGN}").focus()
    page.keyboard.type("1 c x 5")
    expect(page.locator(f"#note-{IN_DESIGN}")).to_have_value("1 c x 5")
    expect(state_of(page, IN_DESIGN)).to_have_text("Design")
    page.keyboard.press("Escape")
    assert focused(page) == IN_DESIGN
    expect(page.locator(".save-all kbd")).to_be_visible()
    page.evaluate("document.body.removeAttribute('data-keys')")
    expect(page.locator(".save-all kbd")).to_be_hidden()  # nor is it promised
    page.keyboard.press("3")
    expect(state_of(page, IN_DESIGN)).to_have_text("Design")
    row(page, IN_DESIGN).get_by_role("button", name="Discard").click()
    expect(page.locator(f"#note-{IN_DESIGN}")).to_have_value("")
    assert focused(page) == IN_DESIGN


def test_one_click_checks_a_row_and_the_focus_stays(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    row(page, IN_DESIGN).get_by_role("button", name="Checked").click()
    expect(row(page, IN_DESIGN)).to_contain_text("checked today")
    assert focused(page) == IN_DESIGN


def test_a_selection_and_a_workstream_are_checked_at_once(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    row(page, "LAB-011").focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#rows > .is-selected")).to_have_count(2)
    page.locator("#selection [name=action][value=check]").click()
    expect(page.locator("#rows .cell-updated", has_text="checked today")).to_have_count(2)
    page.get_by_role("button", name="Check all in LAB").click()
    expect(page.locator("#rows .cell-updated", has_text="checked today").nth(3)).to_be_visible()


def test_what_could_not_be_sent_is_kept_and_sent_once(page: Page, allow_console: AllowConsole) -> None:
    allow_console("Failed to|ERR_|htmx:error")
    sign_in(page, "lead_sidu", LAB)
    page.context.set_offline(True)
    page.locator(f"#note-{IN_DESIGN}").fill("I tunneln")
    page.locator(f"#note-{IN_DESIGN}").press("Enter")
    expect(row(page, IN_DESIGN)).to_contain_text("no contact")
    expect(page.locator(f"#note-{IN_DESIGN}")).to_have_value("I tunneln")
    page.context.set_offline(False)
    expect(page.locator("#toasts")).to_contain_text(f"{IN_DESIGN} saved")
    expect(page.locator(f"#note-{IN_DESIGN}")).to_have_value("")
    page.goto(f"/workflows/{IN_DESIGN}")
    expect(page.locator(".timeline").get_by_text("I tunneln")).to_have_count(1)


def test_on_a_phone_the_list_comes_first_and_is_remembered(new_page: NewPage) -> None:
    page = sign_in(new_page(viewport={"width": 320, "height": 700}), "lead_sidu", "/board?cycle=5&workstream=LAB")
    link = page.get_by_role("navigation", name="View").get_by_role("link", name="List")
    top = page.locator("main").bounding_box()
    box = link.bounding_box()
    assert top is not None
    assert box is not None
    assert box["y"] - top["y"] < 20
    link.click()
    expect(page.locator("#rows > tr").first).to_be_visible()
    row(page, IN_DESIGN).locator(".step").nth(2).click()
    row(page, IN_DESIGN).locator(".save").click()
    expect(page.locator("#toasts")).to_contain_text("saved")
    page.goto("/board")
    expect(page.locator("#rows > tr").first).to_be_visible()


def test_on_paper_there_is_no_shell_and_the_filters_stand_above(page: Page) -> None:
    sign_in(page, "lead_sidu", LAB)
    page.emulate_media(media="print")
    expect(page.get_by_text("Cycle 5 · Workstream: LAB · as of")).to_be_visible()
    for hidden in (".shell", ".filter-bar", ".save-all", ".cell-save"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert len(page.pdf(format="A4", landscape=True)) > 10_000


@pytest.fixture
def plain(new_page: NewPage) -> Page:
    """A lead of LAB whose browser runs no script."""
    return sign_in(new_page(java_script_enabled=False), "lead_sidu", LAB)


def test_without_script_rows_are_saved_checked_and_refused(plain: Page, allow_console: AllowConsole) -> None:
    allow_console("422")
    row(plain, IN_DESIGN).locator(".step").nth(2).click()
    plain.locator(f"#note-{IN_DESIGN}").fill("Utan skript")
    row(plain, IN_DESIGN).get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text(f"{IN_DESIGN} saved")
    expect(state_of(plain, IN_DESIGN)).to_have_text("Validation")
    row(plain, BLOCKED_IN_TEST).locator(".step").nth(0).click()
    plain.locator(".save-all").click()
    expect(plain.locator("main")).to_contain_text("Choose why it moves back")
    expect(state_of(plain, BLOCKED_IN_TEST)).to_have_text("Not started")
    plain.locator(f"#reason-{BLOCKED_IN_TEST}").select_option("failed_test")
    plain.locator(".save-all").click()
    expect(plain.locator("main")).to_contain_text(f"{BLOCKED_IN_TEST} saved")
    row(plain, BLOCKED_IN_TEST).locator("[name=workflow]").check()
    plain.locator("#selection [name=action][value=check]").click()
    expect(plain.locator("main")).to_contain_text(BLOCKED_IN_TEST)
