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


def test_before_its_first_day_the_cycle_says_when_it_begins(at: At) -> None:
    browser = at(some_done(0, 0), day(48))
    assert heading(browser) == "Cycle 2 begins on Monday 20 March"
    page = browser.page("/")
    assert "Cycle 2 is committed, for 20 March – 7 May, with 1 workflow ." in page.text
    assert not any(
        tag == "svg" and "curve-plot" in (attributes.get("class") or "") for tag, attributes in page.elements
    )


@pytest.mark.parametrize(("role", "way"), [(Role.PLANNER, True), (Role.VIEWER, False)])
def test_a_cycle_past_its_last_day_should_have_been_closed(at: At, role: Role, way: bool) -> None:
    browser = at(some_done(1, 0), day(100), role)
    assert heading(browser) == "Cycle 2 is over and not closed"
    page = browser.page("/")
    assert "It should have been closed" in page.text
    assert "1 done in cycle 2" in page.text
    assert ("/cycles/2/close" in links(page)) is way


@pytest.mark.parametrize(("role", "way"), [(Role.PLANNER, True), (Role.LEAD, False)])
def test_between_cycles_it_says_what_comes_next_and_who_does_it(at: At, role: Role, way: bool) -> None:
    browser = at(some_done(0, 0, cycles=(CLOSED, CycleStatus.DRAFT)), day(48), role, *(["LAB"] * (role is Role.LEAD)))
    assert heading(browser) == "No cycle is running; cycle 2 comes next"
    page = browser.page("/")
    assert ("You plan it and commit it" in page.text, "Planners commit it" in page.text) == (way, not way)
    assert ("/cycles/2/commit" in links(page)) is way
    assert {"/cycles/1", "/cycles/2/plan"} <= links(page)


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
        "/cycles/2?show=tested",
        "/cycles/2?show=met",
        "/cycles/2?show=committed",
        "/blockers",
        "/blockers?age=29-&sort=age",
        "/blockers/1",
        "/board?cycle=2#show-design",
    } <= links(page)


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


def test_overdue_decisions_are_counted_and_lead_to_them(at: At) -> None:
    decision = replace(a_blocker(1, "Vem äger mallen?"), category=BlockerCategory.DECISION, decide_by=date(2023, 3, 24))
    flow = Flow("LAB-001", workstream="LAB").in_cycle(2).held(1, day(52))
    cycles = [a_cycle(1, CLOSED), a_cycle(2, RUNNING)]
    page = at(a_programme(flow, cycles=cycles, blockers=[decision]), day(60)).page("/")
    assert "1 open blocker, none older than four weeks" in page.text
    assert "1 decision overdue" in page.text
    assert "/blockers?overdue=1" in links(page)


def test_names_are_isolated_and_escaped(at: At) -> None:
    hostile = "\u202e<b>x</b>"
    programme = a_programme(
        Flow("LAB-001", hostile, workstream="LAB").in_cycle(2).to(State.DESIGN, day(51, 12)),
        cycles=[a_cycle(1, CLOSED), a_cycle(2, RUNNING, hostile)],
    )
    text = at(programme, day(52)).get("/").text
    assert "<b>x</b>" not in text
    assert text.count("<bdi>\u202e&lt;b&gt;x&lt;/b&gt;</bdi>") == 2
