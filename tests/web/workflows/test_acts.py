"""What is written on a workflow's page beside moves: notes, checks, releases, its cycle, its end."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine, func
from sqlmodel import SQLModel, col, select
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.states import Goal

FORGED = {
    "id": "1",
    "workflow_id": "2",
    "blocker_id": "1",
    "workstream": "RTG",
    "state": "done",
    "version_": "9",
    "actor": "admin",
    "actor_id": "1",
    "user_id": "1",
    "entry_id": "1",
    "recorded_at": "1999-01-01",
    "happened_at": "1999-01-01",
    "kind": "dropped",
    "from_cycle": "1",
    "archived_at": "1999-01-01",
}


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    return english(client_as("lead_owner"))


def english(client: PageClient) -> PageClient:
    client.submit("/language", {"language": "en"})
    return client


def workflow(engine: Engine, key: str = "LAB-001") -> models.Workflow:
    with reading(engine) as session:
        return session.exec(select(models.Workflow).where(models.Workflow.key == key)).one()


def count(engine: Engine, table: type[Any]) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def last(engine: Engine, table: type[SQLModel]) -> Any:  # noqa: ANN401 - a row of the table
    with reading(engine) as session:
        return session.exec(select(table).order_by(col(table.id).desc())).first()  # type: ignore[attr-defined]


def author(engine: Engine) -> tuple[str, str]:
    """Command and actor of the last entry."""
    with reading(engine) as session:
        return session.exec(
            select(models.Entry.command, models.Actor.name).join(models.Actor).order_by(col(models.Entry.id).desc())
        ).first()  # type: ignore[return-value]


def enter(client: PageClient, key: str = "LAB-001", **fields: str) -> TestResponse:
    form = {"do": "enter", "cycle": "3", "goal": "test", "version": "1", **fields}
    return client.submit(f"/workflows/{key}/scope", form)


def test_a_note_is_written_and_told(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit("/workflows/LAB-001/note", {"note": "Ringt <laboratoriet>\nSvar i morgon", **FORGED})
    assert (answer.status_code, answer.location) == (303, "/workflows/LAB-001")
    assert last(engine, models.Note).text == "Ringt <laboratoriet>\nSvar i morgon"
    assert last(engine, models.Note).workflow_id == workflow(engine).id
    assert author(engine) == ("note_workflow", "Namn lead_owner")
    text = lead.page("/workflows/LAB-001").text
    for told in ("The note is saved.", "Ringt <laboratoriet>", "last updated today"):
        assert told in text


@ON_SQLITE
def test_an_empty_note_is_asked_for_and_a_long_one_is_kept_in_its_box(lead: PageClient, engine: Engine) -> None:
    for text in ("", " \n ", "å" * 10_001):
        answer = lead.submit("/workflows/LAB-001/note", {"note": text})
        assert answer.status_code == 422
        assert 'href="#note"' in answer.text
        assert text.strip() in answer.text
    assert count(engine, models.Note) == 1, "more than the programme's own"


def test_a_lead_of_a_workstream_that_takes_part_writes_notes_and_is_told_who_moves_it(
    client_as: ClientAs, engine: Engine
) -> None:
    shared = english(client_as("lead_shared"))
    page = shared.page("/workflows/LAB-001")
    assert "Only leads of LAB and planners can move it." in page.text
    assert (
        "You lead LKM, which takes part: you can sign its part, raise and release blockers, write notes." in page.text
    )
    assert "Checked today: nothing new" not in page.text
    assert not any(attributes.get("href") == "/workflows/LAB-001/edit" for _, attributes in page.elements)
    assert any(attributes.get("href") == "/blockers/new?workflow=LAB-001" for _, attributes in page.elements)
    assert shared.submit("/workflows/LAB-001/note", {"note": "Från LKM"}).status_code == 303
    assert author(engine)[1] == "Namn lead_shared"


@ON_SQLITE
def test_who_only_reads_is_offered_nothing(client_as: ClientAs) -> None:
    page = english(client_as("viewer")).page("/workflows/LAB-003")
    actions = {attributes["action"] for tag, attributes in page.elements if tag == "form"}
    assert actions == {"/language", "/logout"}
    assert "You lead" not in page.text


def test_a_check_says_that_nothing_is_new_and_a_second_one_writes_nothing(lead: PageClient, engine: Engine) -> None:
    before = count(engine, models.WorkflowCheck)
    assert "Not updated for a week" in lead.page("/workflows/LAB-002").text
    assert lead.submit("/workflows/LAB-002/check", FORGED).status_code == 303
    text = lead.page("/workflows/LAB-002").text
    assert "LAB-002 is checked today: nothing new" in text
    assert re.search(r"Checked today at \d\d:\d\d by Namn lead_owner : nothing new", text)
    assert "Not updated for a week" not in text
    assert "/workflows/LAB-002/check" not in lead.get("/workflows/LAB-002").text
    lead.submit("/workflows/LAB-002/check")
    assert "LAB-002 was checked today already" in lead.page("/workflows/LAB-002").text
    assert count(engine, models.WorkflowCheck) == before + 1


@ON_SQLITE
def test_after_a_change_a_check_is_offered_again(lead: PageClient) -> None:
    lead.submit("/workflows/LAB-001/check")
    lead.submit("/workflows/LAB-001/move", {"to": "design", "version": "1"})
    assert "/workflows/LAB-001/check" in lead.get("/workflows/LAB-001").text


@ON_SQLITE
def test_the_page_calls_stale_what_the_list_does(client_as: ClientAs) -> None:
    planner = english(client_as("planner"))
    listed = set(re.findall(r'data-workflow="([\w-]+)"', planner.get("/board?cycle=all&stale=1").text))
    keys = ("LAB-001", "LAB-002", "LAB-003", "LKM-001", "LKM-002", "LKM-003", "RTG-001", "RTG-002")
    stale = {key for key in keys if "Not updated for a week" in planner.page(f"/workflows/{key}").text}
    assert stale
    assert stale == listed


def test_a_blocker_is_released_here_with_a_text(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit("/workflows/LAB-003/release", {"blocker": "1", "note": ""})
    assert answer.status_code == 422
    assert 'href="#release-1-note"' in answer.text
    assert (
        lead.submit("/workflows/LAB-003/release", {"blocker": "1", "note": "Ny skrivare", **FORGED}).status_code == 303
    )
    assert last(engine, models.BlockerEvent).note == "Ny skrivare"
    assert last(engine, models.BlockerEvent).workflow_id == workflow(engine, "LAB-003").id
    text = lead.page("/workflows/LAB-003").text
    assert "The blocker is released" in text
    assert "open blocker" not in text
    before = count(engine, models.Entry)
    lead.submit("/workflows/LAB-003/release", {"blocker": "1", "note": "Igen"})
    assert "does not hold LAB-003 any more" in lead.page("/workflows/LAB-003").text
    assert count(engine, models.Entry) == before


@ON_SQLITE
@pytest.mark.parametrize("blocker", ["0", "-1", "MOO", str(2**63), ""])
def test_a_release_from_no_blocker_is_a_broken_form(lead: PageClient, blocker: str) -> None:
    answer = lead.submit("/workflows/LAB-003/release", {"blocker": blocker, "note": "Skrev jag"})
    assert answer.status_code == 422
    assert lead.submit("/workflows/LAB-003/release", {"blocker": "77", "note": "x"}).status_code == 404


def test_a_workflow_is_planned_given_another_goal_and_taken_out(lead: PageClient, engine: Engine) -> None:
    assert enter(lead, **FORGED, note="Hinner vi").status_code == 303
    member = workflow(engine)
    assert (member.cycle_number, member.goal, member.version) == (3, Goal.TEST, 2)
    assert "LAB-001 is in cycle 3" in lead.page("/workflows/LAB-001").text
    assert enter(lead, do="goal", goal="design", version="2").status_code == 303
    assert workflow(engine).goal is Goal.DESIGN
    assert enter(lead, do="leave", version=str(workflow(engine).version)).status_code == 303
    assert (workflow(engine).cycle_number, workflow(engine).goal) == (None, None)
    assert "LAB-001 is in the backlog" in lead.page("/workflows/LAB-001").text


def test_into_the_running_cycle_a_reason_is_needed_and_what_was_typed_is_kept(lead: PageClient, engine: Engine) -> None:
    answer = enter(lead, cycle="2", note="Beslutat i gruppen")
    assert answer.status_code == 422
    for told in ('href="#scope-reason"', "Say why: cycle 2 is running.", "Beslutat i gruppen"):
        assert told in answer.text
    assert enter(lead, cycle="2", reason="decision").status_code == 303
    assert last(engine, models.ScopeChange).reason == "decision"


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cycle": ""}, "cycle"),
        ({"cycle": "99"}, "cycle"),
        ({"cycle": "MOO"}, "cycle"),
        ({"cycle": str(2**63)}, "cycle"),
        ({"goal": ""}, "goal"),
        ({"goal": "done"}, "goal"),
        ({"reason": "a\nb"}, "reason"),
        ({"note": "å" * 10_001}, "note"),
    ],
)
def test_a_wrong_field_of_the_scope_is_named(
    lead: PageClient, engine: Engine, fields: dict[str, str], field: str
) -> None:
    answer = enter(lead, **fields)
    assert answer.status_code == 422
    assert f'href="#scope-{field}"' in answer.text
    assert workflow(engine).cycle_number is None


def test_a_stale_change_of_scope_is_told_who_did_what_when_and_keeps_what_was_typed(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    client_as("planner").submit("/workflows/LAB-001/move", {"to": "design", "version": "1"})
    answer = enter(lead, note="Skrev jag", goal="validation")
    assert answer.status_code == 409
    text = unescape(answer.text)
    for told in (
        "Namn planner",
        "not started → design",
        "Skrev jag",
        'value="validation" selected',
        'value="3" selected',
    ):
        assert told in text
    assert workflow(engine).cycle_number is None
    assert enter(lead, version="2").status_code == 303


def test_a_workflow_is_archived_and_says_so(lead: PageClient, engine: Engine) -> None:
    assert lead.submit("/workflows/LAB-001/archive", {"version": "1"}).status_code == 422
    assert lead.submit("/workflows/LAB-001/archive", {"version": "1", "confirm": "1", **FORGED}).status_code == 303
    assert workflow(engine).archived_at is not None
    page = lead.page("/workflows/LAB-001")
    for told in ("LAB-001 is archived", "Archived", "It is archived and cannot be changed."):
        assert told in page.text
    assert {attributes["action"] for tag, attributes in page.elements if tag == "form"} == {"/language", "/logout"}


def test_what_a_blocker_holds_or_a_cycle_has_is_not_archived_and_says_what_comes_first(
    lead: PageClient, engine: Engine
) -> None:
    text = lead.page("/workflows/LAB-003").text
    assert "1 blocker has to be released first" in text
    held = lead.submit(
        "/workflows/LAB-003/archive", {"version": str(workflow(engine, "LAB-003").version), "confirm": "1"}
    )
    assert held.status_code == 409
    assert "cannot be archived while a blocker holds it" in held.text
    assert "It has to leave cycle 2 first" in lead.page("/workflows/LAB-002").text
    planned = lead.submit(
        "/workflows/LAB-002/archive", {"version": str(workflow(engine, "LAB-002").version), "confirm": "1"}
    )
    assert planned.status_code == 409
    assert "Take it out of the cycle first" in planned.text
    assert workflow(engine, "LAB-003").archived_at is workflow(engine, "LAB-002").archived_at is None


def test_a_stale_archiving_is_told_who_did_what_when(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    client_as("planner").submit("/workflows/LAB-001/move", {"to": "design", "version": "1"})
    answer = lead.submit("/workflows/LAB-001/archive", {"version": "1", "confirm": "1"})
    assert answer.status_code == 409
    assert "Namn planner" in answer.text
    assert workflow(engine).archived_at is None


def test_what_was_typed_when_it_was_archived_meanwhile_can_be_copied(lead: PageClient, client_as: ClientAs) -> None:
    client_as("planner").submit("/workflows/LAB-001/archive", {"version": "1", "confirm": "1"})
    answer = lead.submit("/workflows/LAB-001/note", {"note": "En lång anteckning"})
    assert answer.status_code == 409
    assert "En lång anteckning" in answer.text


@pytest.mark.parametrize(
    ("path", "fields", "table"),
    [
        ("note", {"note": "En gång"}, models.Note),
        ("check", {}, models.WorkflowCheck),
        ("scope", {"do": "enter", "cycle": "3", "goal": "test", "version": "1"}, models.ScopeChange),
        ("archive", {"version": "1", "confirm": "1"}, models.FieldChange),
    ],
)
def test_each_form_sent_twice_is_done_once_and_answered_alike(
    lead: PageClient, engine: Engine, path: str, fields: dict[str, str], table: type[Any]
) -> None:
    before = count(engine, table)
    first, again = (lead.submit(f"/workflows/LAB-001/{path}", {**fields, "key": "k1"}) for _ in range(2))
    assert (first.status_code, first.location) == (again.status_code, again.location) == (303, "/workflows/LAB-001")
    assert count(engine, table) == before + 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "fields", "field"),
    [
        ("archive", {"confirm": "1"}, "version"),
        ("scope", {"do": "leave"}, "version"),
        ("scope", {"do": "drop", "version": "1"}, "Choose what to change"),
        ("note", {"note": "x", "key": "å" * 101}, "This form is broken"),
    ],
)
def test_a_broken_form_is_refused(
    lead: PageClient, engine: Engine, path: str, fields: dict[str, str], field: str
) -> None:
    before = count(engine, models.Entry)
    answer = lead.submit(f"/workflows/LAB-001/{path}", fields)
    assert answer.status_code == 422
    assert field in answer.text
    assert count(engine, models.Entry) == before


@ON_SQLITE
@pytest.mark.parametrize("path", ["note", "check", "release", "scope", "archive", "edit"])
def test_what_is_not_there_is_not_found(lead: PageClient, path: str) -> None:
    fields = {"note": "x", "blocker": "1", "do": "leave", "version": "1", "confirm": "1"}
    texts = dict.fromkeys(("name", "name_en", "description", "owner", "priority", "other_workstreams"), "")
    fields |= texts | {f"was_{name}": "" for name in texts}
    assert lead.submit(f"/workflows/XXX-001/{path}", fields).status_code == 404
