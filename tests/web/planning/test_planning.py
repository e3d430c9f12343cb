"""Planning a draft on its page: with htmx and without, one and many, allowed and refused."""

import html as html_
import re
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import Page, PageClient
from tracker.db import models
from tracker.db.models import Workflow
from tracker.domain.states import CycleStatus, Goal

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PLAN = "/cycles/3/plan"
# In the small programme cycle 3 is a draft. Of LAB in the backlog: LAB-001 (not started) and LAB-003 (validation, held
# by a blocker). LAB-002 and LKM-003 are in cycle 2, which runs; LKM-002 is done, RTG-002 archived.


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    lead = client_as("lead_owner")
    lead.submit("/language", {"language": "en"})
    return lead


@pytest.fixture
def planner(client_as: ClientAs) -> PageClient:
    """A planner who reads English."""
    planner = client_as("planner")
    planner.submit("/language", {"language": "en"})
    return planner


def membership(engine: Engine, key: str) -> tuple[int | None, Goal | None]:
    with Session(engine) as session:
        row = session.exec(select(Workflow).where(Workflow.key == key)).one()
        return row.cycle_number, row.goal


def entries(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.exec(select(models.Entry)).all())


def version(client: PageClient, key: str) -> str:
    row = re.search(rf'data-workflow="{key}" data-version="(\d+)"', client.get("/board?cycle=all").text)
    return row[1] if row else "1"


def send(
    client: PageClient,
    keys: Sequence[str],
    deed: str = "in",
    goal: str = "",
    *,
    is_plain: bool = False,
    path: str = PLAN,
    **fields: str,
) -> TestResponse:
    """The bar's form, with what is ticked."""
    seen = {f"version_{key}": version(client, key) for key in keys}
    given = {"do": deed, "goal": goal, "workflow": list(keys), **seen, **fields}
    return client.submit(path, given, headers={} if is_plain else HTMX)


def one(client: PageClient, deed: str, key: str, goal: str = "", **fields: str) -> TestResponse:
    """A row's own button, without script."""
    return client.submit(PLAN, {"one": f"{deed}:{goal}:{key}", f"version_{key}": version(client, key), **fields})


def text_of(answer: TestResponse) -> str:
    return " ".join(html_.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def keys_in(answer: TestResponse, side: str) -> list[str]:
    lists = re.findall(rf'<ul data-side="{side}">(.*?)</ul>', answer.text, re.DOTALL)
    return [key for each in lists for key in re.findall(r'data-workflow="([^"]+)"', each)]


# --- the page


def test_the_backlog_stands_beside_the_draft(planner: PageClient) -> None:
    one(planner, "in", "LAB-001", "validation")
    answer = planner.get(PLAN)
    assert keys_in(answer, "backlog") == ["LAB-003", "LKM-001", "RTG-001"]
    assert keys_in(answer, "cycle") == ["LAB-001"]
    page = Page(answer.text)
    for told in (
        "Plan cycle 3",
        "Open blockers",
        "Under way now",
        "C1",
        "1 planned",
        "2 from cycle 2",
        "0 decided in its review, 2 by default",
    ):
        assert told in page.text, told


def test_what_is_over_is_said_in_words(planner: PageClient) -> None:
    send(planner, ["LAB-001", "LAB-003"], goal="test")
    text = text_of(planner.get(PLAN))
    assert (
        "To be done: 2 planned + 1 from before = 3. The last cycles finished 0: that is 3 over the best of them."
        in text
    )
    assert "2 workstreams over : LAB LKM" in text or "1 workstream over" in text


@pytest.mark.parametrize(
    ("query", "backlog"),
    [
        ("", ["LAB-001", "LAB-003", "LKM-001", "RTG-001"]),
        ("workstream=LAB", ["LAB-003", "LAB-001"]),
        ("project=SOKI", ["LKM-001"]),
        ("q=prov", ["LAB-001"]),
        ("q=answer", ["LAB-001"]),
        ("q=LAB-001+RTG-001", ["LAB-001", "RTG-001"]),
        ("q=finnsinte", []),
        ("workstream=LAB&q=röntgen", []),
    ],
)
@ON_SQLITE
def test_filters_live_in_the_address(planner: PageClient, query: str, backlog: list[str]) -> None:
    assert sorted(keys_in(planner.get(f"{PLAN}?{query}"), "backlog")) == sorted(backlog)


@ON_SQLITE
def test_what_means_nothing_is_said(planner: PageClient) -> None:
    assert "sort=x means nothing here" in planner.page(f"{PLAN}?sort=x").text
    assert "project=NO means nothing here" in planner.page(f"{PLAN}?project=NO").text
    assert "Not among the workflows here: XXX-9." in planner.page(f"{PLAN}?q=LAB-001+XXX-9").text


def test_leads_see_their_own_first_and_can_plan_only_those(client_as: ClientAs) -> None:
    answer = client_as("lead_other").get(PLAN)
    assert re.findall(r'id="stream-(\w+)"', answer.text) == ["RTG", "LAB", "LKM"]
    assert 'value="in:test:RTG-001"' in answer.text
    assert ":LAB-001" not in answer.text
    read = client_as("viewer").get(PLAN)
    assert ':LAB-001"' not in read.text
    assert 'id="selection"' not in read.text


@ON_SQLITE
@pytest.mark.parametrize("number", [0, 99, 10**10, 10**20])
def test_what_is_no_cycle_is_not_found(planner: PageClient, number: int) -> None:
    assert planner.get(f"/cycles/{number}/plan").status_code == 404
    assert planner.get(f"/cycles/{number}/plan/changes").status_code == 404
    assert send(planner, ["LAB-001"], path=f"/cycles/{number}/plan").status_code == 404


def test_another_cycle_says_where_it_is_to_be_found(planner: PageClient) -> None:
    running = planner.get("/cycles/2/plan")
    assert "Cycle 2 is running" in running.text
    assert 'href="/cycles/2"' in running.text
    assert "Cycle 1 is closed" in planner.get("/cycles/1/plan").text


def test_what_people_wrote_is_text(planner: PageClient, engine: Engine) -> None:
    with Session(engine) as session:
        row = session.exec(select(Workflow).where(Workflow.key == "LAB-001")).one()
        row.name_en = "<b>&\u202e"
        session.add(row)
        session.commit()
    assert "<bdi>&lt;b&gt;&amp;\u202e</bdi>" in planner.get(PLAN).text


# --- one and many


def test_a_button_takes_in_changes_the_goal_and_takes_out(lead: PageClient, engine: Engine) -> None:
    assert one(lead, "in", "LAB-001", "design").status_code == 303
    assert membership(engine, "LAB-001") == (3, Goal.DESIGN)
    one(lead, "in", "LAB-001", "test")
    assert membership(engine, "LAB-001") == (3, Goal.TEST)
    answer = one(lead, "out", "LAB-001", next=f"{PLAN}?workstream=LAB")
    assert answer.location == f"{PLAN}?workstream=LAB"
    assert membership(engine, "LAB-001") == (None, None)
    assert "LAB-001 is in the backlog" in lead.page(PLAN).text


def test_many_go_in_each_with_its_next_stage_and_the_rest_is_listed(lead: PageClient, engine: Engine) -> None:
    answer = send(lead, ["LAB-001", "LAB-003", "LAB-002", "RTG-001"])
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "tracker:written"
    text = text_of(answer)
    assert "2 workflows are planned for cycle 3, 2 are left" in text
    assert "LAB-002 is in cycle 2, which is running. What becomes of it is proposed in its review." in text
    assert "Only leads of RTG and planners can change this." in text
    assert 'data-done="LAB-001 LAB-003"' in answer.text
    assert 'data-left="LAB-002 RTG-001"' in answer.text
    assert (membership(engine, "LAB-001"), membership(engine, "LAB-003")) == (
        (3, Goal.DESIGN),
        (3, Goal.VALIDATION),
    )


def test_one_word_takes_them_back(lead: PageClient, engine: Engine) -> None:
    undo = re.search(r'data-undo-url="([^"]+)"', send(lead, ["LAB-001", "LAB-003"], goal="test").text)
    assert undo is not None
    assert "Taken back: 2 workflows" in text_of(lead.submit(undo[1], {}, headers=HTMX))
    assert membership(engine, "LAB-001") == membership(engine, "LAB-003") == (None, None)


def test_without_script_many_are_told_on_a_page_and_what_is_left_stays_ticked(lead: PageClient) -> None:
    answer = send(lead, ["LAB-001", "RTG-001", "LAB-002"], is_plain=True, next=f"{PLAN}?q=0")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert "LAB-001 is planned for cycle 3, goal design, 2 are left" in page.text
    back = next(html_.unescape(each) for each in re.findall(r'class="button primary" href="([^"]+)"', answer.text))
    assert back == f"{PLAN}?q=0&chosen=RTG-001&chosen=LAB-002"
    again = lead.get(f"{PLAN}?chosen=LAB-003").text
    assert re.findall(r'value="([A-Z]+-\d+)" checked', again) == ["LAB-003"]
    assert "Undo" in page.text


def test_nothing_chosen_or_a_broken_form_says_so(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    assert send(lead, []).status_code == 422
    assert "Choose at least one workflow." in send(lead, []).text
    assert lead.submit(PLAN, {"do": "in"}).status_code == 422
    for fields in (
        {"do": "x", "workflow": "LAB-001"},
        {"one": "in"},
        {"one": "x:y:LAB-001"},
        {"one": "in:done:LAB-001"},
    ):
        for headers in ({}, HTMX):
            assert lead.submit(PLAN, fields, headers=headers).status_code == 422, fields
    assert "version in this form is missing" in lead.submit(PLAN, {"one": "in::LAB-001"}).text
    assert entries(engine) == before


# --- several at once


def test_what_somebody_changed_is_told_calmly(lead: PageClient, planner: PageClient, engine: Engine) -> None:
    seen = version(lead, "LAB-001")
    one(planner, "in", "LAB-001", "test")
    late = {"do": "in", "goal": "design", "workflow": "LAB-001", "version_LAB-001": seen}
    answer = lead.submit(PLAN, late, headers=HTMX)
    assert answer.status_code == 409
    assert "Planned for cycle 3, goal test, Namn planner" in text_of(answer)
    assert "It stays as it is now." in text_of(answer)
    assert membership(engine, "LAB-001") == (3, Goal.TEST)
    calm = lead.submit(PLAN, late | {"goal": "test"}, headers=HTMX)
    assert calm.status_code == 200
    assert "LAB-001 was so already" in text_of(calm)


def test_sent_twice_is_done_once(lead: PageClient, engine: Engine) -> None:
    fields = {
        "do": "in",
        "goal": "test",
        "workflow": "LAB-001",
        "version_LAB-001": version(lead, "LAB-001"),
        "key": "a",
    }
    first = lead.submit(PLAN, fields, headers=HTMX)
    before = entries(engine)
    assert lead.submit(PLAN, fields, headers=HTMX).text == first.text
    assert entries(engine) == before


def test_a_poll_brings_the_workstreams_that_changed(lead: PageClient, planner: PageClient) -> None:
    page = lead.get(PLAN)
    tag = page.headers["HX-PTag"]
    assert lead.get(f"{PLAN}/changes", headers=HTMX | {"HX-PTag": tag}).status_code == 304
    one(planner, "in", "LAB-001", "test")
    answer = lead.get(f"{PLAN}/changes", headers=HTMX | {"HX-PTag": tag})
    assert re.findall(r'hx-target="#([\w-]+)"', answer.text) == ["stream-LAB", "plan-sums"]
    assert keys_in(answer, "cycle") == ["LAB-001"]
    whole = lead.get(f"{PLAN}/changes", headers=HTMX)
    assert "hx-partial" not in whole.text
    assert re.findall(r'id="stream-(\w+)"', whole.text) == ["LAB", "LKM", "RTG"]


def test_a_draft_that_was_committed_in_the_meantime_is_planned_no_more(
    lead: PageClient, planner: PageClient, engine: Engine
) -> None:
    tag = lead.get(PLAN).headers["HX-PTag"]
    with Session(engine) as session:
        rows = {row.number: row for row in session.exec(select(models.Cycle))}
        rows[2].status, rows[2].closed_at = CycleStatus.CLOSED, rows[2].committed_at
        session.add(rows[2])
        session.flush()
        rows[3].status, rows[3].committed_at = CycleStatus.RUNNING, rows[2].closed_at
        session.add(rows[3])
        session.commit()
    planner.submit("/workflows/LKM-001/note", {"note": "Ringt"})
    assert lead.get(f"{PLAN}/changes", headers=HTMX | {"HX-PTag": tag}).headers["HX-Refresh"] == "true"
    answer = lead.submit(PLAN, {"one": "in:test:LAB-001", "version_LAB-001": "1"}, headers=HTMX)
    assert answer.status_code == 409
    assert "Cycle 3 is not a draft any more" in answer.text


def test_a_large_selection_is_planned_in_one_request(planner: PageClient) -> None:
    fields = {"do": "in", "workflow": [f"XXX-{n}" for n in range(1_500)]} | {
        f"version_XXX-{n}": "1" for n in range(1_500)
    }
    assert planner.submit(PLAN, fields, headers=HTMX).status_code == 404
