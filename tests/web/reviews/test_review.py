"""The review of a cycle: proposals, with htmx and without, allowed and refused; what others did; before and after."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from tests.applications import shared_app
from tests.databases import ON_SQLITE, Databases
from tests.db import reviewing
from tests.db.reviewing import BLOCKED, CLOSE, FINISHED, LESSER, OTHERS, TWICE, UNMET, a_programme_to_review
from tests.db.reviews.test_closes import move
from tests.web import people
from tests.web.blockers.test_blockers import text_of
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.domain.states import State

pytestmark = ON_SQLITE
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
REVIEW = "/cycles/2/review"


def _prepare(engine: Engine) -> None:
    people.prepare_with(engine, a_programme_to_review(), CLOSE)


@pytest.fixture
def engine(databases: Databases) -> Engine:
    """An engine on a programme at the end of cycle 2."""
    return databases.restored(_prepare)


@pytest.fixture
def app(engine: Engine, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application at the end of cycle 2."""
    monkeypatch.chdir(str(tmp_path))
    return shared_app(engine, CLOSE)


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    return in_english(client_as("lead_owner"))


@pytest.fixture
def planner(client_as: ClientAs) -> PageClient:
    """A planner who reads English."""
    return in_english(client_as("planner"))


def in_english(client: PageClient) -> PageClient:
    client.submit("/language", {"language": "en"})
    return client


def proposals(engine: Engine) -> dict[str, tuple[str, str, str, str]]:
    """By workflow, what is proposed: kind, goal, reason, note."""
    with Session(engine) as session:
        rows = session.exec(select(models.Proposal, models.Workflow.key).join(models.Workflow)).all()
        return {key: (row.kind.value, row.goal.value if row.goal else "", row.reason, row.note) for row, key in rows}


def propose(
    client: PageClient, key: str, kind: str, headers: dict[str, str] | None = None, **fields: str
) -> TestResponse:
    given = {"kind": kind, "version": version_of(client, key), **fields}
    return client.submit(f"{REVIEW}/{key}/propose", given, headers=headers)


def version_of(client: PageClient, key: str) -> str:
    code = key.partition("-")[0]
    found = re.search(rf'data-workflow="{key}" data-version="(\d+)"', client.get(f"{REVIEW}?workstream={code}").text)
    return found[1] if found else "0"


def item(text: str, key: str) -> str:
    """The markup of an item."""
    found = re.search(rf'<article[^>]*id="item-{key}".*?</article>', text, re.DOTALL)
    assert found is not None, key
    return found[0]


# --- each kind of decision


def test_an_item_is_carried_over_with_its_goal_and_reason(lead: PageClient, engine: Engine) -> None:
    answer = propose(lead, UNMET, "carried", goal="validation", reason="capacity")
    assert (answer.status_code, answer.location) == (303, f"{REVIEW}?workstream=LAB#item-{UNMET}")
    assert proposals(engine) == {UNMET: ("carried", "validation", "capacity", "")}
    page = lead.get(f"{REVIEW}?workstream=LAB")
    assert "Carried over, goal validation, capacity" in item(page.text, UNMET)
    assert "Namn lead_owner" in item(page.text, UNMET)


def test_an_item_is_returned_to_the_backlog_without_goal_or_words(lead: PageClient, engine: Engine) -> None:
    propose(lead, UNMET, "returned", goal="test", reason="scope", note_dropped="Inte detta")
    assert proposals(engine) == {UNMET: ("returned", "", "scope", "")}


def test_dropping_takes_words(lead: PageClient, engine: Engine) -> None:
    answer = propose(lead, UNMET, "dropped", reason="decision")
    assert answer.status_code == 422
    assert "Write why it is dropped." in item(answer.text, UNMET)
    assert 'aria-invalid="true"' in item(answer.text, UNMET)
    assert propose(lead, UNMET, "dropped", reason="decision", note_dropped="Behövs inte").status_code == 303
    assert proposals(engine) == {UNMET: ("dropped", "", "decision", "Behövs inte")}


def test_what_met_a_lesser_goal_goes_on_with_the_next(lead: PageClient, engine: Engine) -> None:
    shown = item(lead.get(f"{REVIEW}?workstream=LAB").text, LESSER)
    assert '<option value="validation" selected>' in shown
    assert 'value="design"' not in shown
    propose(lead, LESSER, "goes_on", goal="validation")
    assert proposals(engine) == {LESSER: ("goes_on", "validation", "", "")}


def test_a_proposal_is_withdrawn(lead: PageClient, engine: Engine) -> None:
    propose(lead, UNMET, "returned", reason="scope")
    answer = lead.submit(f"{REVIEW}/{UNMET}/withdraw", {"version": version_of(lead, UNMET)})
    assert (answer.status_code, proposals(engine)) == (303, {})


def test_the_reason_comes_from_the_open_blocker_that_has_held_longest(lead: PageClient) -> None:
    page = lead.get(f"{REVIEW}?workstream=LAB").text
    assert '<option value="vendor" selected>' in item(page, BLOCKED)
    assert " selected>" not in item(page, UNMET).partition('name="goal"')[0]
    assert "Ny release" in item(page, BLOCKED)


def test_the_third_time_it_is_carried_takes_a_decision_in_words(
    monkeypatch: pytest.MonkeyPatch, lead: PageClient, engine: Engine
) -> None:
    monkeypatch.setattr("tracker.domain.reviews._EXPLICIT_FROM", 0)
    shown = item(lead.get(f"{REVIEW}?workstream=LAB").text, UNMET)
    assert 'name="note_carried"' in shown
    answer = propose(lead, UNMET, "carried", goal="test", reason="vendor")
    assert answer.status_code == 422
    assert "Write what was decided" in item(answer.text, UNMET)
    propose(lead, UNMET, "carried", goal="test", reason="vendor", note_carried="Styrgruppen 5 maj", note_dropped="Nej")
    assert proposals(engine)[UNMET] == ("carried", "test", "vendor", "Styrgruppen 5 maj")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": ""}, "Choose what is to become of it."),
        ({"kind": "carried", "goal": "test", "reason": ""}, "Choose a reason."),
        ({"kind": "carried", "goal": "test", "reason": "weather"}, "Choose a reason from the list."),
        ({"kind": "carried", "goal": "", "reason": "vendor"}, "Choose a goal."),
        ({"kind": "carried", "goal": "moon", "reason": "vendor"}, "Choose a goal."),
        ({"kind": "returned", "reason": ""}, "Choose a reason."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_is_kept(
    lead: PageClient, engine: Engine, fields: dict[str, str], told: str, headers: dict[str, str]
) -> None:
    answer = lead.submit(
        f"{REVIEW}/{UNMET}/propose", {"version": "0", "note_dropped": "Skrivet", **fields}, headers=headers
    )
    assert (answer.status_code, proposals(engine)) == (422, {})
    shown = item(answer.text, UNMET)
    assert told in shown
    assert "Skrivet" in shown
    assert "is-draft" in shown
    if fields["kind"]:
        assert f'value="{fields["kind"]}" checked' in shown


# --- htmx


def test_with_htmx_the_item_comes_back_with_the_sums(lead: PageClient) -> None:
    answer = propose(lead, UNMET, "returned", HTMX, reason="scope")
    assert answer.status_code == 200
    assert "is-decided" in item(answer.text, UNMET)
    assert "<html" not in answer.text
    assert TWICE not in answer.text.replace(f"#{TWICE}", "")
    for part in ("#rail", "#review-foot", "#review-sum", "#stream-head"):
        assert f'hx-target="{part}"' in answer.text
    assert "3 undecided" in text_of(answer)


def test_a_form_sent_twice_is_done_once(lead: PageClient, engine: Engine) -> None:
    given = {"kind": "returned", "reason": "scope", "version": "0", "key": "one"}
    answers = [lead.submit(f"{REVIEW}/{UNMET}/propose", given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with Session(engine) as session:
        assert len(session.exec(select(models.Entry).where(models.Entry.command == "propose")).all()) == 1


def test_readers_get_304_until_somebody_proposes_and_then_the_part_anew(lead: PageClient, planner: PageClient) -> None:
    tag = planner.get(f"{REVIEW}?workstream=LAB").headers["HX-PTag"]
    poll = {"HX-PTag": tag, **HTMX}
    assert planner.get(f"{REVIEW}/changes?workstream=LAB", headers=poll).status_code == 304
    propose(lead, UNMET, "returned", reason="scope")
    answer = planner.get(f"{REVIEW}/changes?workstream=LAB", headers=poll)
    assert "Returned to the backlog, scope" in item(answer.text, UNMET)
    assert "<html" not in answer.text


def test_a_board_is_not_drawn_anew_because_of_a_review(lead: PageClient, planner: PageClient) -> None:
    for view in ("board", "list"):
        path = f"cycle=2&view={view}"
        tag = planner.get(f"/board?{path}").headers["HX-PTag"]
        propose(lead, UNMET, "returned", reason="scope")
        lead.submit(f"{REVIEW}/{UNMET}/withdraw", {"version": version_of(lead, UNMET)})
        lead.submit(f"{REVIEW}/ready", {"workstream": "LAB", "is_ready": "1" if view == "board" else "0"})
        answer = planner.get(f"/board/changes?{path}", headers={"HX-PTag": tag, **HTMX})
        assert (answer.status_code, "data-workflow" in answer.text) == (304, False), view


# --- two at once


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_was_slower_sees_both_and_keeps_what_was_typed(
    lead: PageClient, planner: PageClient, engine: Engine, headers: dict[str, str]
) -> None:
    propose(planner, UNMET, "returned", reason="scope")
    given = {"kind": "dropped", "reason": "decision", "note_dropped": "Skrivet länge", "version": "0"}
    answer = lead.submit(f"{REVIEW}/{UNMET}/propose", given, headers=headers)
    assert answer.status_code == 409
    shown = item(answer.text, UNMET)
    assert "Namn planner" in shown
    assert "Returned to the backlog, scope" in shown
    assert "Skrivet länge" in shown
    assert 'value="dropped" checked' in shown
    assert proposals(engine)[UNMET][0] == "returned"
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    again = lead.submit(f"{REVIEW}/{UNMET}/propose", given | {"version": version[1]})
    assert (again.status_code, proposals(engine)[UNMET][3]) == (303, "Skrivet länge")


def test_a_proposal_withdrawn_in_the_meantime_is_told(lead: PageClient, planner: PageClient) -> None:
    propose(lead, UNMET, "returned", reason="scope")
    version = version_of(lead, UNMET)
    planner.submit(f"{REVIEW}/{UNMET}/withdraw", {"version": version})
    answer = lead.submit(
        f"{REVIEW}/{UNMET}/propose", {"kind": "carried", "reason": "vendor", "goal": "test", "version": version}
    )
    assert answer.status_code == 409
    assert "Undecided again" in item(answer.text, UNMET)


def test_a_proposal_changed_in_the_meantime_is_not_withdrawn(
    lead: PageClient, planner: PageClient, engine: Engine
) -> None:
    propose(lead, UNMET, "returned", reason="scope")
    version = version_of(lead, UNMET)
    propose(planner, UNMET, "carried", reason="vendor", goal="test")
    for headers in ({}, HTMX):
        answer = lead.submit(f"{REVIEW}/{UNMET}/withdraw", {"version": version}, headers=headers)
        assert answer.status_code == 409
        assert "Namn planner" in item(answer.text, UNMET)
        assert 'value="carried" checked' in item(answer.text, UNMET)
        assert "is-draft" not in item(answer.text, UNMET)
    assert proposals(engine)[UNMET][0] == "carried"


def test_who_follows_a_review_is_led_on_when_the_cycle_is_closed(planner: PageClient, engine: Engine) -> None:
    tag = planner.get(f"{REVIEW}?workstream=LAB").headers["HX-PTag"]
    reviewing.decide_all(engine)
    reviewing.close(engine)
    answer = planner.get(f"{REVIEW}/changes?workstream=LAB", headers={"HX-PTag": tag, **HTMX})
    assert answer.headers["HX-Redirect"] == REVIEW


def test_the_same_wish_as_somebody_elses_is_no_conflict(lead: PageClient, planner: PageClient) -> None:
    propose(planner, UNMET, "returned", reason="scope")
    given = {"kind": "returned", "reason": "scope", "version": "0"}
    assert lead.submit(f"{REVIEW}/{UNMET}/propose", given).status_code == 303


# --- a whole workstream


def test_one_click_accepts_what_is_proposed_and_leaves_what_needs_words(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit(f"{REVIEW}/accept", {"workstream": "LAB"})
    assert answer.status_code == 200
    assert proposals(engine) == {
        BLOCKED: ("carried", "validation", "vendor", ""),
        LESSER: ("goes_on", "validation", "", ""),
    }
    assert "Choose a reason." in item(answer.text, UNMET)
    assert "2 proposals accepted, 2 need a decision of their own" in text_of(answer)
    whole = lead.submit(f"{REVIEW}/accept", {"workstream": "LAB", "reason": "capacity"})
    assert whole.status_code == 303
    assert proposals(engine)[UNMET] == ("carried", "test", "capacity", "")


def test_with_htmx_what_was_accepted_and_what_was_left_come_back(lead: PageClient) -> None:
    answer = lead.submit(f"{REVIEW}/accept", {"workstream": "LAB"}, headers=HTMX)
    assert answer.status_code == 200
    assert "is-decided" in item(answer.text, BLOCKED)
    assert "is-refused" in item(answer.text, UNMET)


def test_several_workstreams_are_accepted_at_once_with_exceptions_named(planner: PageClient, engine: Engine) -> None:
    page = planner.get(f"{REVIEW}/proposals")
    assert "2 are accepted, 2 are left" in text_of(page)
    assert re.search(rf"<b>{UNMET}</b>[^:]*: no blocker gives a reason</li>", page.text)
    assert re.search(rf"<b>{TWICE}</b>[^:]*: ", page.text)
    answer = planner.submit(f"{REVIEW}/proposals", {"workstream": ["LAB", "RTG"], "reason": ""})
    assert (answer.status_code, answer.location) == (303, f"{REVIEW}/proposals")
    assert set(proposals(engine)) == {BLOCKED, LESSER}
    told = text_of(planner.get(f"{REVIEW}/proposals"))
    assert f"2 proposals accepted: LAB, RTG. Left for a decision of its own: {UNMET}, {TWICE}, {OTHERS}" in told
    planner.submit(f"{REVIEW}/proposals", {"workstream": ["LAB", "RTG"], "reason": "capacity"})
    assert {UNMET, OTHERS} <= set(proposals(engine))


def test_workstreams_that_are_ready_are_chosen_beforehand(planner: PageClient) -> None:
    planner.submit(f"{REVIEW}/ready", {"workstream": "LAB", "is_ready": "1"})
    text = planner.get(f"{REVIEW}/proposals").text
    assert re.findall(r'name="workstream" value="(\w+)"( checked)?', text) == [("LAB", " checked"), ("RTG", "")]
    assert planner.get(f"{REVIEW}/proposals?choose=all").text.count(" checked>") == 2


def test_accepting_nowhere_is_refused_and_keeps_what_was_chosen(planner: PageClient, engine: Engine) -> None:
    answer = planner.submit(f"{REVIEW}/proposals", {"reason": "capacity"})
    assert answer.status_code == 422
    assert "Choose at least one workstream from the list." in text_of(answer)
    assert '<option value="capacity" selected>' in answer.text
    assert proposals(engine) == {}


def test_a_lead_accepts_in_the_own_workstreams_or_nowhere(lead: PageClient, engine: Engine) -> None:
    assert 'value="RTG"' not in lead.get(f"{REVIEW}/proposals").text
    answer = lead.submit(f"{REVIEW}/proposals", {"workstream": ["LAB", "RTG"], "reason": "capacity"})
    assert answer.status_code == 403
    assert proposals(engine) == {}


def test_leads_mark_their_workstream_ready(lead: PageClient) -> None:
    assert "0 of 3 workstreams ready" in text_of(lead.get(REVIEW))
    answer = lead.submit(f"{REVIEW}/ready", {"workstream": "LAB", "is_ready": "1"})
    assert (answer.status_code, answer.location) == (303, f"{REVIEW}?workstream=LAB#stream")
    assert "1 of 3 workstreams ready" in text_of(lead.get(REVIEW))
    lead.submit(f"{REVIEW}/ready", {"workstream": "LAB", "is_ready": "0"})
    assert "0 of 3 workstreams ready" in text_of(lead.get(REVIEW))


@pytest.mark.parametrize("act", ["accept", "ready"])
@pytest.mark.parametrize("code", ["", "XXX", "L\x01B", "a" * 300])
def test_a_workstream_that_is_not_there_is_no_failure(planner: PageClient, act: str, code: str) -> None:
    for headers in ({}, HTMX):
        answer = planner.submit(f"{REVIEW}/{act}", {"workstream": code}, headers=headers)
        assert answer.status_code in {404, 422}


# --- what the page shows


def test_leads_see_their_own_first(lead: PageClient, client_as: ClientAs) -> None:
    def first(client: PageClient) -> str:
        found = re.search(r'id="rail-(LAB|LKM|RTG)"', client.get(REVIEW).text)
        assert found is not None
        return found[1]

    assert first(lead) == "LAB"
    other = in_english(client_as("lead_other"))
    assert first(other) == "RTG"
    assert "RTG-001" in other.get(REVIEW).text


def test_the_rail_keeps_its_order_whatever_is_decided(planner: PageClient) -> None:
    def order() -> list[str]:
        return re.findall(r'id="rail-([A-Z]{3})"', planner.get(REVIEW).text)

    before = order()
    assert before == ["LAB", "RTG", "LKM"]
    planner.submit(f"{REVIEW}/accept", {"workstream": "LAB", "reason": "capacity"})
    assert order() == before
    propose(planner, OTHERS, "returned", reason="scope")
    assert order() == before


def test_who_may_not_decide_is_told_so_and_offered_nothing(client_as: ClientAs, lead: PageClient) -> None:
    propose(lead, UNMET, "returned", reason="scope")
    for who, code in (("viewer", "LAB"), ("lead_other", "LAB"), ("lead_owner", "RTG")):
        text = in_english(client_as(who)).get(f"{REVIEW}?workstream={code}").text
        assert f"Only leads of {code} and planners decide here." in text
        assert "/propose" not in text
        assert "/accept" not in text
    assert "Returned to the backlog" in in_english(client_as("viewer")).get(f"{REVIEW}?workstream=LAB").text


def test_what_lapsed_is_listed_with_who_proposed_it(lead: PageClient, engine: Engine) -> None:
    propose(lead, UNMET, "dropped", reason="scope", note_dropped="Bort")
    move(engine, UNMET, State.DONE)
    text = text_of(lead.get(f"{REVIEW}?workstream=LAB"))
    assert "Lapsed proposals, 1" in text
    assert "Namn lead_owner proposed “dropped, scope”" in text
    answer = propose(lead, UNMET, "returned", reason="scope")
    assert answer.status_code == 409


def test_planners_close_once_nothing_is_undecided(planner: PageClient, lead: PageClient, engine: Engine) -> None:
    text = planner.get(REVIEW).text
    assert "/cycles/2/close" not in text
    assert re.search(r"<button[^>]*disabled[^>]*>Close cycle 2", text)
    assert "4 undecided" in text_of(planner.get(REVIEW))
    reviewing.decide_all(engine)
    assert 'href="/cycles/2/close"' in planner.get(REVIEW).text
    assert "/cycles/2/close" not in lead.get(REVIEW).text


def test_a_closed_cycle_shows_what_was_decided(planner: PageClient, engine: Engine) -> None:
    reviewing.decide_all(engine)
    reviewing.close(engine)
    answer = planner.get(REVIEW)
    text = text_of(answer)
    for told in (
        "Carried over, cycle 3, goal test",
        "Returned to the backlog",
        "Dropped",
        "Behövs inte längre",
        "Goes on, cycle 3, goal validation",
        "What was decided stays.",
    ):
        assert told in text, told
    assert FINISHED not in text
    assert "<form" not in answer.text.partition("<main")[2]
    late = planner.submit(f"{REVIEW}/{UNMET}/propose", {"kind": "returned", "reason": "scope", "version": "0"})
    assert late.status_code == 409


def test_a_draft_says_when_its_review_comes(planner: PageClient) -> None:
    text = text_of(planner.get("/cycles/3/review"))
    assert "Cycle 3 is a draft. Its review comes when it runs" in text


@pytest.mark.parametrize("number", ["0", "9", "99999999999", "99999999999999999999", "x"])
def test_what_is_no_cycle_is_not_found(planner: PageClient, number: str) -> None:
    for path in (f"/cycles/{number}/review", f"/cycles/{number}/review/changes"):
        assert planner.get(path).status_code == 404
    for act in (f"{UNMET}/propose", f"{UNMET}/withdraw", "accept", "ready"):
        given = {"kind": "returned", "reason": "scope", "version": "0", "workstream": "LAB"}
        assert planner.submit(f"/cycles/{number}/review/{act}", given).status_code in {404, 409}


def test_a_workstream_that_is_not_in_the_review_is_told(planner: PageClient) -> None:
    assert "There is no workstream <b>X in this review." in text_of(planner.get(f"{REVIEW}?workstream=<b>X")) or (
        "There is no workstream X" in text_of(planner.get(f"{REVIEW}?workstream=X"))
    )


def test_a_workflow_that_is_not_in_the_cycle_is_refused(planner: PageClient) -> None:
    given = {"kind": "returned", "reason": "scope", "version": "0"}
    for headers in ({}, HTMX):
        assert planner.submit(f"{REVIEW}/LAB-006/propose", given, headers=headers).status_code == 409
        assert planner.submit(f"{REVIEW}/XXX-001/propose", given, headers=headers).status_code == 404
    assert OTHERS in planner.get(f"{REVIEW}?workstream=RTG").text
