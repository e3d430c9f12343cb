"""The first page: what it finds, in every state that a programme can be in, and for each role."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.applications import shared_app
from tests.builders import Flow, a_blocker, a_cycle, a_programme, day, load
from tests.databases import ON_SQLITE, Databases
from tests.web import people
from tests.web.conftest import ClientAs, browser_of
from tests.web.page_client import Page, PageClient
from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.domain.blockers import BlockerRow
from tracker.domain.programme.rows import Programme
from tracker.domain.states import BlockerCategory, CycleStatus, Role, State

pytestmark = ON_SQLITE
At = Callable[..., PageClient]
CLOSED, RUNNING = CycleStatus.CLOSED, CycleStatus.RUNNING


@pytest.fixture
def at(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """Gives the browser of somebody who looks at a programme at an instant, in English unless told."""
    monkeypatch.chdir(tmp_path)
    engine = databases.restored()

    def look(
        programme: Programme, now: datetime, role: Role = Role.PLANNER, *streams: str, language: str = "en"
    ) -> PageClient:
        load(engine, programme)
        return _browser(engine, now, role, streams, language)

    return look


def _browser(engine: Engine, now: datetime, role: Role, streams: tuple[str, ...], language: str) -> PageClient:
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", now)
        accounts.add(session, entry, people.email("x"), "Namn x", role, password=None, workstreams=streams)
    browser = browser_of(shared_app(engine, now))
    token = people.signed_in(engine, "x")
    with browser.session_transaction() as session:
        session.update(_user_id=token, active_at=int(real_now().timestamp()), _fresh=True)
    browser.submit("/language", {"language": language})
    return browser


def heading(client: PageClient) -> str:
    found = re.search(r"<h1>(.*?)</h1>", client.get("/").text)
    assert found is not None
    return found[1]


def some_done(here: int, there: int, *, cycles: tuple[CycleStatus, ...] = (CLOSED, RUNNING)) -> Programme:
    """So many done in cycle 2 by its third working day, and in cycle 1 by then."""
    flows = [Flow(f"LKM-{n:03}").in_cycle(2).to(State.DONE, day(51)) for n in range(here)]
    flows += [Flow(f"RTG-{n:03}", workstream="RTG").in_cycle(1).to(State.DONE, day(2)) for n in range(there)]
    flows.append(Flow("LAB-001", workstream="LAB").in_cycle(2))
    return a_programme(*flows, cycles=[a_cycle(n, status) for n, status in enumerate(cycles, 1)])


@pytest.mark.parametrize(
    ("here", "there", "english", "swedish"),
    [
        (
            0,
            0,
            "None done yet in cycle 2, nor in cycle 1 by the same working day",
            "Inga klara ännu i cykel 2, inte heller i cykel 1 vid samma arbetsdag",
        ),
        (
            0,
            1,
            "None done yet in cycle 2; cycle 1 had 1 by the same working day",
            "Inga klara ännu i cykel 2; cykel 1 hade 1 vid samma arbetsdag",
        ),
        (
            1,
            1,
            "1 done in cycle 2, as many as cycle 1 by the same working day",
            "1 klart i cykel 2, lika många som cykel 1 vid samma arbetsdag",
        ),
        (
            2,
            1,
            "2 done in cycle 2, 1 more than cycle 1 by the same working day",
            "2 klara i cykel 2, 1 fler än cykel 1 vid samma arbetsdag",
        ),
        (
            1,
            3,
            "1 done in cycle 2, 2 fewer than cycle 1 by the same working day",
            "1 klart i cykel 2, 2 färre än cykel 1 vid samma arbetsdag",
        ),
    ],
)
def test_the_heading_is_the_finding(at: At, here: int, there: int, english: str, swedish: str) -> None:
    browser = at(some_done(here, there), day(52))
    assert heading(browser) == english
    browser.submit("/language", {"language": "sv"})
    assert heading(browser) == swedish


@pytest.mark.parametrize(
    ("done", "english"), [(0, "None done yet in cycle 1"), (1, "1 done in cycle 1"), (2, "2 done in cycle 1")]
)
def test_a_first_cycle_is_compared_with_nothing(at: At, done: int, english: str) -> None:
    flows = [Flow(f"LKM-{n:03}").in_cycle(1).to(State.DONE, day(2)) for n in range(done)]
    flows.append(Flow("LAB-001", workstream="LAB").in_cycle(1))
    browser = at(a_programme(*flows, cycles=[a_cycle(1, RUNNING)]), day(3))
    assert heading(browser) == english
    assert "same day" not in browser.get("/").text
    assert 'id="ending"' not in browser.get("/").text


def test_before_its_first_day_the_cycle_says_when_it_begins(at: At) -> None:
    browser = at(some_done(0, 0), day(48))
    assert heading(browser) == "Cycle 2 begins on Monday 20 March"
    page = browser.page("/")
    assert "Cycle 2 is committed, for 20 March – 7 May." in page.text
    assert "Cycle 2 promises 1 goal from 20 March on." in page.text
    assert "Passed so far" not in page.text


@pytest.mark.parametrize(("role", "way"), [(Role.PLANNER, True), (Role.VIEWER, False)])
def test_a_cycle_past_its_last_day_should_have_been_closed(at: At, role: Role, way: bool) -> None:
    browser = at(some_done(1, 0), day(100), role)
    assert heading(browser) == "Cycle 2 is over and not closed"
    page = browser.page("/")
    assert "It should have been closed" in page.text
    assert "1 done in cycle 2, 0 in all of cycle 1." in page.text
    assert "1 of 2 promised goals are met, and the days of the cycle are over." in page.text
    assert "1 promised goal was not met in time." in page.text
    assert "same" not in page.text, "nothing is compared by the same working day any more"
    assert ("/cycles/2/close" in links(page)) is way


def test_a_first_cycle_that_is_over_has_nothing_that_may_yet_come(at: At) -> None:
    page = at(a_programme(Flow().in_cycle(1), cycles=[a_cycle(1, RUNNING)]), day(60)).page("/")
    assert "Its last day was Sunday 19 March. 0 done in cycle 1." in page.text
    assert "0 of 1 promised goal is met, and the days of the cycle are over." in page.text


@pytest.mark.parametrize(("role", "way"), [(Role.PLANNER, True), (Role.LEAD, False)])
def test_between_cycles_it_says_what_comes_next_and_who_does_it(at: At, role: Role, way: bool) -> None:
    browser = at(some_done(0, 0, cycles=(CLOSED, CycleStatus.DRAFT)), day(48), role, *(["LAB"] * (role is Role.LEAD)))
    assert heading(browser) == "No cycle is running; cycle 2 comes next"
    page = browser.page("/")
    assert ("You plan it and commit it" in page.text, "Planners commit it" in page.text) == (way, not way)
    assert ("/cycles/2/commit" in links(page)) is way
    assert ("/cycles/2/plan" in links(page)) is way
    assert {"/cycles/1", "/reports/2023-03", "/exports/pack.zip?cycle=1"} <= links(page)
    assert "How did cycle 1 end?" in page.text


def test_without_any_next_cycle_somebody_is_to_create_it(at: At) -> None:
    browser = at(a_programme(Flow(), cycles=[a_cycle(1, CLOSED)]), day(60))
    assert heading(browser) == "No cycle is running"
    assert "/cycles/new" in links(browser.page("/"))


@pytest.mark.parametrize("role", [Role.PLANNER, Role.VIEWER])
def test_an_empty_programme_says_how_to_begin(at: At, role: Role) -> None:
    browser = at(Programme([], [], [], [], [], [], [], [], [], []), day(1), role)
    assert heading(browser) == "There is no cycle yet"
    page = browser.page("/")
    assert "First steps" in page.text
    assert ("/setup/projects/new" in links(page)) is (role is Role.PLANNER)


def links(page: Page) -> set[str]:
    return {attributes.get("href") or "" for tag, attributes in page.elements if tag == "a"}


def test_numbers_open_what_is_behind_them(client_as: ClientAs) -> None:
    page = client_as("planner").page("/")
    assert {
        "/cycles/2",
        "/cycles/2/review",
        "/cycles/3/plan",
        "/cycles/2?show=committed",
        "/cycles/2?show=committed_test",
        "/blockers",
        "/board?cycle=all#show-design",
    } <= links(page)


def test_the_answers_are_three_or_four_of_at_most_two_sentences(client_as: ClientAs) -> None:
    for who in ("viewer", "lead_owner", "planner"):
        text = client_as(who).get("/").text
        slots = re.findall(r'<section class="glance-section.*?</section>', text, re.DOTALL)
        assert [re.findall(r'<h2 id="(\w+)"', slot) for slot in slots] == [["track"], ["problem"], ["due"]]
        for slot in slots:
            first = re.sub(r"<[^>]*>", "", (re.search(r"<p>(.*?)</p>", slot, re.DOTALL) or [""])[0]).strip()
            assert 1 <= len(re.findall(r"\.(\s|$)", first)) <= 2, first
            assert len(re.findall("<(?:tr|li)[ >]", slot)) <= 10


def test_the_last_cycle_s_result_stays_when_the_next_is_committed(at: At) -> None:
    page = at(some_done(0, 2), day(52)).page("/")
    assert "How did cycle 1 end?" in page.text
    assert "It was closed on 17 March; these are the figures that the close has kept." in page.text
    assert {
        "/cycles/1?show=met&basis=as_reported",
        "/charts/throughput?from=1&to=1",
        "/charts/commitment?from=1&to=1",
        "/charts/blockers?from=1&to=1",
        "/reports/2023-03",
        "/exports/pack.zip?cycle=1",
    } <= links(page)


def test_viewers_are_asked_for_no_review_and_no_plan(at: At) -> None:
    browser = at(some_done(1, 0), day(100), Role.VIEWER)
    due = browser.get("/").text.partition('id="due"')[2]
    assert "/review" not in due
    assert "/plan" not in due


@pytest.mark.parametrize(("number", "is_due"), [(60, False), (95, True), (100, True)])
def test_the_review_is_due_near_the_planning_week_and_after_the_last_day(at: At, number: int, is_due: bool) -> None:
    cycles = [a_cycle(1, CLOSED), a_cycle(2, RUNNING), a_cycle(3)]
    flow = Flow("LAB-001", workstream="LAB").in_cycle(2)
    text = at(a_programme(flow, cycles=cycles), day(number), Role.LEAD, "LAB").get("/").text.partition('id="due"')[2]
    assert ("/cycles/2/review?workstream=LAB" in text) is is_due
    assert ("1 undecided, 0 of 1 workstream ready" in text) is is_due


def test_every_link_to_a_page_that_is_there_leads_to_it(client_as: ClientAs, app: Flask) -> None:
    planner = client_as("planner")
    adapter = app.url_map.bind("localhost")
    for link in sorted(links(planner.page("/"))):
        path = link.split("#")[0].split("?")[0]
        if link.startswith("/") and path != "/" and adapter.test(path, "GET"):
            response = planner.get(link.split("#")[0], follow_redirects=True)
            assert response.status_code == 200, link
            assert "means nothing here" not in response.text, link


def test_a_lead_s_own_part_stands_apart(client_as: ClientAs) -> None:
    text = client_as("lead_owner").get("/").text
    assert 'id="own"' in text
    assert "/board?cycle=2&amp;view=list&amp;workstream=LAB" in text
    for who in ("viewer", "planner"):
        assert 'id="own"' not in client_as(who).get("/").text


def test_decisions_come_by_decider_the_most_urgent_first(at: At) -> None:
    def decision(number: int, decider: str, by: date) -> BlockerRow:
        row = a_blocker(number, f"Fråga {number}", decider=decider)
        return replace(row, category=BlockerCategory.DECISION, decide_by=by)

    march = [date(2023, 3, number) for number in range(24, 28)]
    blockers = [decision(n, who, march[n]) for n, who in [(1, "Styrgruppen"), (2, "Ekonomi"), (3, "Styrgruppen")]]
    flows = [
        Flow("LAB-001", workstream="LAB").in_cycle(2).held(1, day(52)).held(2, day(52)),
        Flow("RTG-001", workstream="RTG").in_cycle(2).held(3, day(52)),
    ]
    programme = a_programme(*flows, cycles=[a_cycle(1, CLOSED), a_cycle(2, RUNNING)], blockers=blockers)
    browser = at(programme, day(53), Role.VIEWER)
    assert re.findall(r"Fråga \d", browser.get("/").text) == ["Fråga 1", "Fråga 3", "Fråga 2"]


def test_a_lead_is_told_of_decisions_in_the_own_workstreams(at: At) -> None:
    blockers = [replace(a_blocker(n, f"Fråga {n}"), category=BlockerCategory.DECISION) for n in (1, 2)]
    flows = [
        Flow("LAB-001", workstream="LAB").in_cycle(2).held(1, day(52)),
        Flow("RTG-001", workstream="RTG").in_cycle(2).held(2, day(52)),
    ]
    programme = a_programme(*flows, cycles=[a_cycle(1, CLOSED), a_cycle(2, RUNNING)], blockers=blockers)
    assert re.findall(r"Fråga \d", at(programme, day(53), Role.LEAD, "RTG").get("/").text) == ["Fråga 2"]


def test_overdue_decisions_are_counted_and_lead_to_them(at: At) -> None:
    decision = replace(a_blocker(1, "Vem äger mallen?"), category=BlockerCategory.DECISION, decide_by=date(2023, 3, 24))
    flow = Flow("LAB-001", workstream="LAB").in_cycle(2).held(1, day(52))
    cycles = [a_cycle(1, CLOSED), a_cycle(2, RUNNING)]
    page = at(a_programme(flow, cycles=cycles, blockers=[decision]), day(60)).page("/")
    assert "1 blocker is open, 0 for more than four weeks." in page.text
    assert "1 decision is awaited, 1 overdue." in page.text
    assert "/blockers?overdue=1" in links(page)


def test_names_are_isolated_and_escaped(at: At) -> None:
    hostile = "\u202e<b>x</b>"
    programme = a_programme(
        Flow("LAB-001", hostile, workstream="LAB").in_cycle(2).to(State.DESIGN, day(51, 12)),
        cycles=[a_cycle(1, CLOSED), a_cycle(2, RUNNING, hostile)],
    )
    text = at(programme, day(52)).get("/").text
    assert "<b>x</b>" not in text
    assert "<bdi>\u202e&lt;b&gt;x&lt;/b&gt;</bdi>" in text
