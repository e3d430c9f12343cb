"""Many workflows at once: done, unchanged, left with the cause, asked about, and taken back."""

import html as html_
import re

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.db.history import open_holds
from tracker.domain.states import State

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
UNDO = re.compile(r"/entries/(\d+)/take-back")


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    return english(client_as("lead_owner"))


def english(client: PageClient) -> PageClient:
    """The same, reading English."""
    client.submit("/language", {"language": "en"})
    return client


def versions(engine: Engine) -> dict[str, str]:
    """The version of each workflow, as a form sends it."""
    with Session(engine) as session:
        rows = session.execute(select(col(models.Workflow.key), col(models.Workflow.version)))
        return {f"version_{key}": str(version) for key, version in rows}


def stand(engine: Engine, *keys: str) -> list[State]:
    """Where they stand."""
    with Session(engine) as session:
        rows = session.execute(select(col(models.Workflow.key), col(models.Workflow.state)))
        by_key = {row.key: row.state for row in rows}
        return [by_key[key] for key in keys]


def count(engine: Engine, table: type) -> int:
    """How many rows there are."""
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def held(engine: Engine) -> int:
    """How many holds stand."""
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(open_holds())) or 0


def batch(
    client: PageClient, engine: Engine, action: str, keys: list[str], is_htmx: bool = True, /, **fields: str
) -> TestResponse:
    """Sends what the bar sends."""
    sent = {"action": action, "workflow": keys, **versions(engine), **fields}
    return client.submit("/batch", sent, headers=HTMX if is_htmx else None)


def told(answer: TestResponse) -> str:
    """What the answer says, without markup."""
    return " ".join(html_.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def left(answer: TestResponse) -> str:
    """The keys that stay marked."""
    found = re.search(r'data-left="([^"]*)"', answer.text)
    assert found is not None
    return found[1]


def undo(client: PageClient, answer: TestResponse, **fields: str) -> TestResponse:
    """Takes back what the answer offers to take back."""
    found = UNDO.search(answer.text)
    assert found is not None, "nothing to undo"
    return client.submit(found[0], fields, headers=HTMX)


def test_what_can_be_moved_is_moved_and_the_rest_is_left_with_its_cause(lead: PageClient, engine: Engine) -> None:
    answer = batch(lead, engine, "move", ["LAB-001", "LAB-002", "LAB-003", "LKM-001", "XXX-001"], to="validation")
    assert answer.status_code == 200
    assert stand(engine, "LAB-001", "LAB-002", "LKM-001") == [State.VALIDATION, State.VALIDATION, State.TEST]
    words = told(answer)
    for part in (
        "2 workflows moved to validation",
        "LAB-003 was so already",
        "2 are left",
        "Only leads of LKM",
        "There is no workflow XXX-001",
    ):
        assert part in words
    assert left(answer) == "LKM-001 XXX-001"
    assert 'data-done="LAB-001 LAB-002 LAB-003"' in answer.text


def test_one_undo_takes_the_batch_back(lead: PageClient, engine: Engine) -> None:
    before = stand(engine, "LAB-001", "LAB-002")
    answer = batch(lead, engine, "move", ["LAB-001", "LAB-002"], to="test")
    assert "Taken back: 2 workflows" in told(undo(lead, answer))
    assert stand(engine, "LAB-001", "LAB-002") == before
    assert "taken back already" in told(undo(lead, answer))


def test_undo_leaves_what_somebody_has_moved_since(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    answer = batch(lead, engine, "move", ["LAB-001", "LAB-002"], to="test")
    batch(client_as("planner"), engine, "move", ["LAB-002"], to="done")
    taken = undo(lead, answer)
    assert "LAB-001 is as before, LAB-002 is left" in told(taken)
    assert "Namn planner" in told(taken)
    assert stand(engine, "LAB-001", "LAB-002") == [State.NOT_STARTED, State.DONE]


@ON_SQLITE
def test_what_others_did_is_taken_back_by_planners_alone(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    answer = batch(lead, engine, "move", ["LAB-001"], to="test")
    assert undo(client_as("lead_other"), answer).status_code == 403
    assert stand(engine, "LAB-001") == [State.TEST]
    assert undo(client_as("planner"), answer).status_code == 200
    assert stand(engine, "LAB-001") == [State.NOT_STARTED]


def test_an_old_version_is_left_with_who_did_what(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    seen = versions(engine)
    batch(client_as("planner"), engine, "move", ["LAB-001"], to="test")
    answer = batch(lead, engine, "move", ["LAB-001", "LAB-002"], **(seen | {"to": "validation"}))
    assert answer.status_code == 200
    assert left(answer) == "LAB-001"
    assert "Not started → Test" in told(answer) or "not started → test" in told(answer)
    assert "Namn planner" in told(answer)
    assert stand(engine, "LAB-001", "LAB-002") == [State.TEST, State.VALIDATION]


@ON_SQLITE
def test_a_workflow_that_is_there_already_is_no_conflict(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    seen = versions(engine)
    batch(client_as("planner"), engine, "move", ["LAB-001"], to="test")
    answer = batch(lead, engine, "move", ["LAB-001"], **(seen | {"to": "test"}))
    assert (answer.status_code, left(answer)) == (200, "")
    assert "LAB-001 was so already" in told(answer)


@ON_SQLITE
def test_without_its_version_nothing_is_moved(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit(
        "/batch",
        {
            "action": "move",
            "workflow": ["LAB-001", "LAB-002"],
            "to": "test",
            "version_LAB-002": versions(engine)["version_LAB-002"],
        },
        headers=HTMX,
    )
    assert left(answer) == "LAB-001"
    assert stand(engine, "LAB-001", "LAB-002") == [State.NOT_STARTED, State.TEST]


@ON_SQLITE
def test_into_done_goes_what_nothing_holds(lead: PageClient, engine: Engine) -> None:
    answer = batch(lead, engine, "move", ["LAB-002", "LAB-003"], to="done")
    assert left(answer) == "LAB-003"
    assert "Etikettskrivare saknas" in told(answer)
    assert stand(engine, "LAB-002", "LAB-003") == [State.DONE, State.VALIDATION]


def test_a_release_needs_a_text_and_can_be_undone(lead: PageClient, engine: Engine) -> None:
    asked = batch(lead, engine, "release", ["LAB-003"])
    assert asked.status_code == 422
    assert asked.headers["HX-Retarget"] == "#sheet"
    assert "Write how the blocker was resolved" in told(asked)
    assert "Etikettskrivare saknas" in told(asked)
    before = held(engine)
    answer = batch(lead, engine, "release", ["LAB-001", "LAB-003"], note="Skrivaren är här")
    assert "LAB-003 is no longer blocked, LAB-001 was so already" in told(answer)
    assert held(engine) == before - 1
    undo(lead, answer)
    assert held(engine) == before


def test_an_owner_and_a_priority_are_given_to_many(lead: PageClient, engine: Engine) -> None:
    owner = batch(lead, engine, "own", ["LAB-001", "LAB-002", "LKM-001"], owner="Sektionsledare")
    assert "LAB-001: owner Sektionsledare, LAB-002 was so already, LKM-001 is left" in told(owner)
    priority = batch(lead, engine, "prioritise", ["LAB-001", "LAB-002"], priority="2")
    assert "2: priority 2" in told(priority)
    with Session(engine) as session:
        rows = session.execute(select(models.Workflow).where(col(models.Workflow.key).in_(["LAB-001", "LAB-002"])))
        assert {(row.owner, row.priority) for row in rows.scalars()} == {("Sektionsledare", 2)}
    undo(lead, priority)
    undo(lead, owner)
    with Session(engine) as session:
        row = session.execute(select(models.Workflow).where(col(models.Workflow.key) == "LAB-001")).scalar_one()
        assert (row.owner, row.priority) == ("", None)


def test_a_check_is_kept_once_a_day_and_is_not_undone(lead: PageClient, engine: Engine) -> None:
    before = count(engine, models.WorkflowCheck)
    answer = batch(lead, engine, "check", ["LAB-001", "LAB-002"])
    assert "2 checked: nothing has changed" in told(answer)
    assert not UNDO.search(answer.text)
    assert "2 were so already" in told(batch(lead, engine, "check", ["LAB-001", "LAB-002"]))
    assert count(engine, models.WorkflowCheck) == before + 2


@ON_SQLITE
@pytest.mark.parametrize(("cycle", "checked"), [("", 2), ("2", 1), ("3", 0)])
def test_a_workstream_is_checked_as_far_as_it_is_under_way_in_the_cycle_shown(
    lead: PageClient, engine: Engine, cycle: str, checked: int
) -> None:
    before = count(engine, models.WorkflowCheck)
    answer = lead.submit("/batch", {"workstream": "LAB", "cycle": cycle}, headers=HTMX)
    assert answer.status_code == 200
    assert count(engine, models.WorkflowCheck) == before + checked


@ON_SQLITE
def test_raising_a_blocker_on_many_leads_to_its_form(lead: PageClient, engine: Engine) -> None:
    answer = batch(lead, engine, "hold", ["LAB-001", "LAB-002"], False)
    assert (answer.status_code, answer.location) == (303, "/blockers/new?workflow=LAB-001&workflow=LAB-002")


@ON_SQLITE
def test_sent_twice_it_is_done_once(lead: PageClient, engine: Engine) -> None:
    seen, before = versions(engine), count(engine, models.StateChange)
    answers = [
        batch(lead, engine, "move", ["LAB-001", "LAB-002"], **(seen | {"to": "test", "key": "samma"})) for _ in range(2)
    ]
    assert told(answers[0]) == told(answers[1])
    assert count(engine, models.StateChange) == before + 2


@ON_SQLITE
def test_a_move_back_of_all_asks_for_its_reason_and_keeps_what_was_typed(lead: PageClient, engine: Engine) -> None:
    asked = batch(lead, engine, "move", ["LAB-002", "LAB-003"], to="not_started", note="Nytt krav")
    assert asked.status_code == 422
    assert "Choose why it moves back" in told(asked)
    assert "Nytt krav" in told(asked)
    assert 'value="not_started" required checked' in asked.text
    answer = batch(lead, engine, "move", ["LAB-002", "LAB-003"], to="not_started", reason="other")
    assert "2 workflows moved to not started" in told(answer)


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"action": "fly"}, "broken"),
        ({"action": "move", "to": "klar"}, "Choose the state"),
        ({"action": "move", "to": ""}, "Choose the state"),
        ({"action": "move", "to": "test", "happened_on": "14/4"}, "2023-04-14"),
        ({"action": "move", "to": "test", "note": "a\0b"}, "cannot be kept"),
        ({"action": "move", "to": "test", "version_LAB-001": "MOO"}, "version in this form"),
        ({"action": "prioritise", "priority": "9"}, "priority from 1 to 4"),
        ({"action": "own", "owner": "å" * 10_001}, "at most 10,000"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    lead: PageClient, engine: Engine, fields: dict[str, str], says: str
) -> None:
    before = count(engine, models.Entry)
    answer = lead.submit("/batch", {"workflow": ["LAB-001"], **fields}, headers=HTMX)
    assert answer.status_code == 422
    assert says in told(answer)
    assert count(engine, models.Entry) == before


@ON_SQLITE
@pytest.mark.parametrize("keys", [[], ["XXX-001"], ["a\0b"], [""], ["..", "%00"]])
def test_keys_of_nothing_are_refused_with_a_page(lead: PageClient, keys: list[str]) -> None:
    assert lead.submit("/batch", {"action": "check", "workflow": keys}).status_code in {404, 422}


@ON_SQLITE
def test_each_action_asks_what_it_needs_and_says_on_which(lead: PageClient, engine: Engine) -> None:
    headings = {
        "move": "Move 2 workflows",
        "release": "Release 2 workflows",
        "own": "Owner of 2 workflows",
        "prioritise": "Priority of 2 workflows",
    }
    for action, heading in headings.items():
        sent = {"ask": action, "workflow": ["LAB-003", "LAB-001"], **versions(engine)}
        answer = lead.submit("/batch", sent, headers=HTMX)
        assert answer.status_code == 200
        assert answer.headers["HX-Retarget"] == "#sheet"
        assert heading in told(answer)
        assert "LAB-001, LAB-003" in told(answer)
        assert "<html" not in answer.text


@ON_SQLITE
def test_without_script_it_is_asked_done_told_and_taken_back_on_pages(lead: PageClient, engine: Engine) -> None:
    keys = ["LAB-001", "LAB-002", "LKM-001"]
    asked = lead.submit("/batch", {"ask": "move", "workflow": keys, "next": "/board?view=list", **versions(engine)})
    assert "<h1>Move 3 workflows</h1>" in asked.text
    answer = batch(lead, engine, "move", keys, False, to="validation", next="/board?view=list")
    assert answer.status_code == 200
    assert "2 workflows moved to validation, LKM-001 is left" in told(answer)
    assert 'href="/board?view=list"' in answer.text
    assert 'name="workflow" value="LKM-001"' in answer.text  # to try again with
    assert 'name="workflow" value="LAB-001"' not in answer.text
    found = UNDO.search(answer.text)
    assert found is not None
    taken = lead.submit(found[0], {"next": "/board?view=list"})
    assert "Taken back: 2 workflows" in told(taken)
    assert stand(engine, "LAB-001", "LAB-002") == [State.NOT_STARTED, State.DESIGN]


@ON_SQLITE
@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"])
def test_the_way_back_stays_on_our_own_host(lead: PageClient, engine: Engine, target: str) -> None:
    answer = batch(lead, engine, "check", ["LAB-001"], False, next=target)
    assert "evil" not in answer.text
    assert "javascript:" not in answer.text


@ON_SQLITE
@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("lead_other", 403), ("lead_shared", 403)])
@pytest.mark.parametrize("action", ["move", "own", "prioritise", "check"])
def test_who_may_write_none_of_them_is_refused(
    client_as: ClientAs, engine: Engine, who: str, status: int, action: str
) -> None:
    before = count(engine, models.Entry)
    answer = batch(client_as(who), engine, action, ["LAB-001", "LAB-002"], to="test", owner="X", priority="1")
    assert answer.status_code == status
    assert count(engine, models.Entry) == before


@ON_SQLITE
def test_texts_of_others_are_shown_as_text(lead: PageClient, engine: Engine) -> None:
    answer = batch(lead, engine, "check", ["<b>x</b>", "LAB-001"])
    assert "<b>x</b>" not in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text


@ON_SQLITE
def test_five_hundred_at_once_are_taken(client_as: ClientAs, engine: Engine) -> None:
    keys = [f"XXX-{number:04}" for number in range(500)]
    answer = batch(english(client_as("planner")), engine, "move", ["LAB-001", *keys], to="design")
    assert answer.status_code == 200
    assert "500 are left" in told(answer)


@ON_SQLITE
def test_help_names_the_keys_as_a_page_and_as_a_part(lead: PageClient) -> None:
    page = lead.page("/help")
    assert "Shift" in page.text
    part = lead.get("/help", headers=HTMX)
    assert "<html" not in part.text
    assert "raise a blocker" in part.text
