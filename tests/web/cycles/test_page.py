"""The page of a cycle: the demo's figures in both readings, what makes them differ, the lists behind the numbers."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from tests.applications import own_app, shared_app
from tests.builders import OFFICE, Flow, a_cycle, a_programme, day, load
from tests.databases import ON_SQLITE, Databases, demo
from tests.web import people
from tests.web.conftest import ClientAs, browser_of, sign_in
from tests.web.page_client import PageClient
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import make_engine, transaction
from tracker.db.models import User
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.states import CycleStatus, Goal, Role, ScopeKind, State
from tracker.web.charts import figure_words


def browser(engine: Engine, role: str = "viewer") -> PageClient:
    """A browser on the demo, signed in, that reads Swedish."""
    client = browser_of(own_app(engine))
    client.submit("/login/demo", {"role": role})
    client.submit("/language", {"language": "sv"})
    return client


@pytest.fixture(scope="module")
def demo_browser(sqlite_databases: Databases) -> Iterator[PageClient]:
    with sqlite_databases.fresh(demo) as url:
        engine = make_engine(url)
        yield browser(engine)
        engine.dispose()


def table_row(text: str, figure: str) -> list[str]:
    """The numbers in the row of a figure: as reported, as now, and by how much they differ."""
    row = re.search(rf'id="figure-{figure}".*?</tr>', text, re.DOTALL)
    assert row is not None
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?</td>", row[0], re.DOTALL)]


def listed(text: str) -> list[str]:
    """The keys of the workflows in a list."""
    body = text[text.index("<tbody") :] if "<tbody" in text else ""
    return re.findall(r'href="/workflows/([^"]+)"', body)


def heading(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("cycle", "finding"),
    [
        (1, "Cykel 1: 11 testade"),
        (3, "Cykel 3: 31 testade, 1,63 gånger cykel 2"),
        (4, "Cykel 4: 59 testade, 1,90 gånger cykel 3"),
        (5, "Cykel 5: 17 testade, arbetsdag 18 av 32"),
        (6, "Cykel 6: 18 planerade, börjar 8 maj"),
        (7, "Cykel 7: inget planerat än, börjar 26 juni"),
    ],
)
def test_the_heading_states_the_finding(demo_browser: PageClient, cycle: int, finding: str) -> None:
    assert heading(demo_browser.get(f"/cycles/{cycle}").text) == finding


def test_both_readings_stand_beside_each_other(demo_browser: PageClient) -> None:
    four, three = demo_browser.get("/cycles/4").text, demo_browser.get("/cycles/3").text
    assert table_row(four, "designed") == ["71", "71", ""]
    assert table_row(four, "validated") == ["66", "66", ""]
    assert table_row(four, "tested") == ["59", "59", ""]
    assert table_row(four, "tested_previous") == ["30", "31", "+1"]
    assert table_row(four, "ratio_to_previous") == ["1,97", "1,90", "−0,07"]
    assert table_row(three, "tested") == ["30", "31", "+1"]
    assert table_row(three, "met_test") == ["30", "31", "+1"]


def test_a_cycle_under_way_is_compared_by_the_same_working_day(demo_browser: PageClient) -> None:
    text = demo_browser.get("/cycles/5").text
    assert table_row(text, "ratio_to_previous") == ["0,81"]
    assert table_row(text, "tested_previous") == ["21"]
    assert "Vid samma arbetsdag hade cykel 4 21 testade; det här är 0,81 gånger så många." in html.unescape(text)
    assert "0,29" not in text
    opens = re.search(r'href="(/charts/throughput[^"]*show=tested_same_day[^"]*)"', text)
    assert opens is not None
    assert len(set(listed(demo_browser.get(html.unescape(opens[1])).text))) == 21


@pytest.mark.parametrize("cycle", [3, 4])
def test_the_one_late_completion_is_named_with_who_and_when(demo_browser: PageClient, cycle: int) -> None:
    text = demo_browser.page(f"/cycles/{cycle}").text
    assert "1 post ändrar det som rapporterades" in text
    assert "registrerad i efterhand" in text
    assert "25 januari 12:00 2 februari 09:27 Programkontoret" in text
    part = demo_browser.get(f"/cycles/{cycle}").text.split('id="differences"')[1].split("went-on")[0]
    assert set(re.findall(r'href="/workflows/([^"]+)"', part)) == {"KRN-004"}


@pytest.mark.parametrize("cycle", [3, 5])
def test_every_number_of_the_figures_opens_as_many_items(demo_browser: PageClient, cycle: int) -> None:
    text = demo_browser.get(f"/cycles/{cycle}").text
    for figure in (*figure_words.FIGURES, *PART_FIGURES):
        row = re.search(rf'id="figure-{figure}".*?</tr>', text, re.DOTALL)
        assert row is not None
        for address, number in re.findall(r'<a class="count" href="(/cycles/[^"]+)">([^<]+)</a>', row[0]):
            answer = demo_browser.get(html.unescape(address)).text
            rows = len(re.findall(r'<tr role="row"><th role="rowheader"', answer))
            assert f"n = {rows}." in answer
            if "_days" not in figure:
                assert rows == int(number), (cycle, figure, address)


def test_numbers_of_the_tables_open_as_many_items(demo_browser: PageClient) -> None:
    text = demo_browser.get("/cycles/4").text
    tables = text[text.index('class="goals') : text.index("changes-title")]
    cells = re.findall(r'<a class="count" href="(/cycles/[^"]+)">([^<]+)</a>', tables)
    assert len(cells) > 200
    for address, number in cells[::23]:
        if "blocked_days" not in address:
            answer = demo_browser.get(html.unescape(address)).text
            assert f"n = {int(number)}." in answer, address


def test_the_table_of_workstreams_adds_up(demo_browser: PageClient) -> None:
    text = demo_browser.get("/cycles/4").text
    table = text[text.index("stream-table") :]
    rows = re.findall(r"<tr role=\"row\".*?</tr>", table[: table.index("</table>")], re.DOTALL)[1:]
    cells = [[re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]
    *streams, total = [[0 if cell == "–" else int(cell) for cell in row[:8]] for row in cells]
    assert len(streams) == 27
    assert [sum(column) for column in zip(*streams, strict=True)] == total
    assert total[3:] == [129, 95, 71, 66, 59]


def test_a_project_that_has_not_joined_is_empty_not_zero(demo_browser: PageClient) -> None:
    text = demo_browser.page("/cycles/4?workstream=DRS").text
    assert "Dess projekt är inte med i den här cykeln" in text
    assert "Siffrorna" not in text


def test_a_workstream_has_a_page_of_its_own(demo_browser: PageClient) -> None:
    answer = demo_browser.get("/cycles/4?workstream=LKM")
    assert "Allt nedan gäller bara LKM" in answer.text
    tested = table_row(answer.text, "tested")[1]
    keys = listed(demo_browser.get("/cycles/4?show=tested&workstream=LKM").text)
    assert len(keys) == int(tested)
    assert all(key.startswith("LKM-") for key in keys)


def test_a_draft_shows_its_plan_and_no_figures(demo_browser: PageClient) -> None:
    text = demo_browser.page("/cycles/6").text
    assert "Omfattning: 18 arbetsflöden planerade" in text
    assert "Siffrorna" not in text
    assert len(listed(demo_browser.get("/cycles/6?show=members_design").text)) == 18


def test_what_the_address_cannot_mean_is_left_out_and_said(demo_browser: PageClient) -> None:
    for query in ("show=x", "basis=as_reported", "workstream=XXX", "goal=done", "show=%20", "workstream=%C3%A5"):
        answer = demo_browser.get(f"/cycles/5?{query}")
        assert answer.status_code == 200
        assert "betyder inget här" in answer.text, query


@pytest.mark.parametrize("number", ["0", "8", "99999999999999999999", "9" * 400, "-1", "x", "4.0", "4/"])
def test_a_cycle_that_is_not_there_is_not_found(demo_browser: PageClient, number: str) -> None:
    assert demo_browser.get(f"/cycles/{number}").status_code == 404


@ON_SQLITE
def test_only_planners_are_offered_to_close_and_edit(client_as: ClientAs) -> None:
    assert "/cycles/2/close" not in client_as("lead_owner").get("/cycles/2").text
    planner = client_as("planner").get("/cycles/2").text
    assert "/cycles/2/close" in planner
    assert "/cycles/2/edit" in planner


@ON_SQLITE
def test_scope_since_the_commit_and_corrections_after_the_close_are_told(databases: Databases) -> None:
    """One workflow is added, one removed, one gets another goal; after the close one is taken back, one moved."""
    one, two = a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)
    closed_at = one.closed_at
    assert closed_at is not None
    flows = [
        Flow("LKM-001").in_cycle(1, Goal.TEST, at=day(-5)).to(State.DONE, day(9)).undo(day(80), actor=OFFICE),
        Flow("LKM-002")
        .scoped(None, 1, Goal.DESIGN, ScopeKind.ADDED, day(5), reason="capacity")
        .to(State.DONE, day(20), recorded_at=day(81), actor=OFFICE, note="<b>Sent</b> \u202einfört"),
        Flow("LKM-003")
        .in_cycle(1, Goal.TEST, at=day(-5))
        .scoped(1, None, None, ScopeKind.REMOVED, day(6), reason="vendor"),
        Flow("LKM-004")
        .in_cycle(1, Goal.TEST, at=day(-5))
        .scoped(1, None, None, ScopeKind.REMOVED, day(7), reason="scope")
        .scoped(None, 1, Goal.DESIGN, ScopeKind.ADDED, day(7), reason="scope")
        .to(State.VALIDATION, day(48, 20)),
    ]
    engine = databases.restored()
    load(engine, a_programme(*flows, cycles=[one, two]))
    client = signed_in_browser(engine)
    page = client.page("/cycles/1").text
    raw = client.get("/cycles/1").text
    assert "3 changes of scope since the commit" in page
    assert "Added, goal design" in page
    assert "Removed, goal was test" in page
    assert "Goal test → design" in page
    assert "3 items change what was reported" in page
    assert "taken back after the close" in page
    assert "entered late" in page
    assert "happened after the close" in page
    assert "<b>Sent</b>" not in raw
    assert "<bdi>&lt;b&gt;Sent" in raw


@ON_SQLITE
def test_a_cycle_closed_before_it_began_is_empty_not_zero(databases: Databases) -> None:
    early = replace(a_cycle(1, CycleStatus.CLOSED), committed_at=day(-9), closed_at=day(-4), planning_ends_on=None)
    flow = (
        Flow("LKM-001", created_at=day(-30))
        .in_cycle(1, Goal.TEST, at=day(-20))
        .scoped(1, None, None, ScopeKind.RETURNED, day(-4), reason="capacity")
    )
    engine = databases.restored()
    load(engine, a_programme(flow, cycles=[early]))
    before = signed_in_browser(engine, at=day(-1)).get("/cycles/1").text
    now = signed_in_browser(engine).get("/cycles/1").text
    assert heading(now) == "Cycle 1: 0 tested"
    assert "what was reported is empty, not 0" in now
    assert table_row(now, "tested") == ["–", "0", "differs"]
    assert heading(before) == "Cycle 1: closed before it began"


@ON_SQLITE
def test_what_older_definitions_froze_is_said_and_no_difference_for_want_of_a_figure(databases: Databases) -> None:
    engine = databases.restored(demo)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER reported_no_update"))
        lacking = "method = 1, cells = json_remove(json_set(cells, '$.designed', '17'), '$.blocked_days_begun')"
        connection.execute(text(f"UPDATE reported SET {lacking} WHERE cycle_number = 3"))
    client = browser(engine)
    page = client.get("/cycles/3").text
    assert table_row(page, "designed")[0] == "17"
    was, now, differs = table_row(page, "blocked_days_begun")
    assert (was, differs) == ("–", "")
    assert now != "–"
    said = "De rapporterade måtten följer den tidens definitioner."
    assert said in html.unescape(page)
    assert said not in html.unescape(client.get("/cycles/4").text)
    assert "pågående arbete –" not in html.unescape(client.get("/charts/blocker-causes?from=3&to=3").text)


def signed_in_browser(engine: Engine, at: datetime | None = None) -> PageClient:
    """Somebody who looks at a programme of the test's own, in English."""
    at = at or day(91)
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", at)
        if not session.exec(select(User)).all():
            accounts.add(session, entry, people.email("viewer"), "Namn", Role.VIEWER, password=None, workstreams=())
    client = browser_of(shared_app(engine, at))
    sign_in(client, people.signed_in(engine, "viewer"))
    client.submit("/language", {"language": "en"})
    return client
