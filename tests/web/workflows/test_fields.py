"""Making workflows and editing their fields: rights, errors with what was typed kept, two people at once."""

import re
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.states import State

FIELDS = ("name", "name_en", "description", "owner", "priority", "other_workstreams")
_INPUT = re.compile(
    r'<input (?:type="hidden"|id="field-\w+") name="(was_\w+|key|name|name_en|owner)"[^>]*? value="([^"]*)"'
)
NEW = {"workstream": "LAB", "name": "Ta emot prov", "state": "not_started"}
FORGED = {
    "id": "1",
    "workflow_id": "1",
    "version": "99",
    "created_at": "1999-01-01",
    "archived_at": "1999-01-01",
    "actor": "admin",
    "actor_id": "1",
    "user_id": "1",
    "entry_id": "1",
    "cycle_number": "2",
    "goal": "test",
    "is_owner": "1",
    "recorded_at": "1999-01-01",
}


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    return english(client_as("lead_owner"))


def english(client: PageClient) -> PageClient:
    client.submit("/language", {"language": "en"})
    return client


def workflow(engine: Engine, key: str) -> models.Workflow:
    with reading(engine) as session:
        return session.exec(select(models.Workflow).where(models.Workflow.key == key)).one()


def workflows(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.exec(select(models.Workflow.key).order_by(models.Workflow.key)))


def others(engine: Engine, key: str) -> list[str]:
    with reading(engine) as session:
        return list(
            session.exec(
                select(models.WorkflowWorkstream.workstream_code)
                .join(models.Workflow)
                .where(models.Workflow.key == key, ~col(models.WorkflowWorkstream.is_owner))
                .order_by(models.WorkflowWorkstream.workstream_code)
            )
        )


def entries(engine: Engine) -> list[tuple[str, str]]:
    """Command and actor of each entry."""
    with Session(engine) as session:
        rows = session.exec(
            select(models.Entry.command, models.Actor.name).join(models.Actor).order_by(col(models.Entry.id))
        )
        return list(rows)


def opened(client: PageClient, key: str = "LAB-001") -> dict[str, object]:
    """The edit form as the browser holds it: each field as it is, and what it was."""
    return form_of(client.get(f"/workflows/{key}/edit"))


def form_of(answer: TestResponse) -> dict[str, object]:
    """What a browser would send of the edit form in an answer if nothing more were typed."""
    text = answer.text
    form: dict[str, object] = {name: unescape(value) for name, value in _INPUT.findall(text)}
    form["description"] = unescape(re.findall(r'name="description"[^>]*>\n?([^<]*)</textarea>', text)[0])
    form["priority"] = re.findall(r'name="priority" value="(\d?)" checked', text)[0]
    form["other_workstreams"] = re.findall(r'name="other_workstreams" value="(\w+)" checked', text)
    form |= {f"choice_{name}": "mine" for name in re.findall(r'name="choice_(\w+)" value="mine" checked', text)}
    return form


def save(client: PageClient, form: dict[str, object], **fields: object) -> TestResponse:
    return client.submit("/workflows/LAB-001/edit", {**form, **fields})


def test_a_workflow_is_made_under_the_next_free_key_and_its_page_opens(lead: PageClient, engine: Engine) -> None:
    page = lead.get("/workflows/new?workstream=LAB")
    assert 'name="proposed_key" value="LAB-004"' in page.text
    form = {
        **NEW,
        "proposed_key": "LAB-004",
        "workflow_key": "LAB-004",
        "owner": "Testledare",
        "priority": "2",
        "description": "Rad 1\nRad 2",
        "name_en": "Receive a sample",
        "other_workstreams": ["LKM", "RTG"],
    }
    answer = lead.submit("/workflows/new", form)
    assert (answer.status_code, answer.location) == (303, "/workflows/LAB-004")
    made = workflow(engine, "LAB-004")
    assert (made.name, made.name_en, made.owner, made.priority) == ("Ta emot prov", "Receive a sample", "Testledare", 2)
    assert (made.description, made.state, made.version) == ("Rad 1\nRad 2", State.NOT_STARTED, 1)
    assert others(engine, "LAB-004") == ["LKM", "RTG"]
    text = lead.page(answer.location).text
    assert "LAB-004 is created" in text
    assert "Receive a sample" in text


def test_one_more_is_made_in_the_same_workstream(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit("/workflows/new", {**NEW, "then": "another"})
    assert (answer.status_code, answer.location) == (303, "/workflows/new?workstream=LAB")
    assert 'name="proposed_key" value="LAB-005"' in lead.get(answer.location).text
    assert "LAB-004" in workflows(engine)


@ON_SQLITE
def test_a_proposed_key_that_somebody_took_meanwhile_becomes_the_next_one(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    form = {**NEW, "proposed_key": "LAB-004", "workflow_key": "LAB-004"}
    client_as("planner").submit("/workflows/new", form)
    assert lead.submit("/workflows/new", form).location == "/workflows/LAB-005"
    assert workflows(engine)[3:5] == ["LAB-004", "LAB-005"]


@ON_SQLITE
def test_without_script_a_proposal_follows_the_workstream_that_was_chosen_after_it(client_as: ClientAs) -> None:
    form = {**NEW, "workstream": "RTG", "proposed_key": "LAB-004", "workflow_key": "LAB-004"}
    assert client_as("planner").submit("/workflows/new", form).location == "/workflows/RTG-003"


def test_a_chosen_key_is_taken_as_it_is_and_a_taken_one_is_refused_at_its_field(
    lead: PageClient, engine: Engine
) -> None:
    form = {**NEW, "proposed_key": "LAB-004", "workflow_key": "LAB-099"}
    assert lead.submit("/workflows/new", form).location == "/workflows/LAB-099"
    answer = lead.submit("/workflows/new", form | {"name": "Skrev jag", "description": "Också detta"})
    assert answer.status_code == 409
    for told in ("There already is a workflow LAB-099", 'href="#field-workflow_key"', "Skrev jag", "Också detta"):
        assert told in answer.text
    assert workflows(engine).count("LAB-099") == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"name": ""}, "name", "Write a name"),
        ({"name": "\u200b"}, "name", "Write a name"),
        ({"name": "a\nb"}, "name", "Write a name"),
        ({"name": "å" * 201}, "name", "Write a name"),
        ({"name_en": "a\nb"}, "name_en", "on one line"),
        ({"owner": "å" * 201}, "owner", "at most 200"),
        ({"priority": "5"}, "priority", "from 1 to 4"),
        ({"state": "klar"}, "state", "Choose the state"),
        ({"workstream": "XXX"}, "workstream", "Choose the workstream"),
        ({"workstream": ""}, "workstream", "Choose the workstream"),
        ({"other_workstreams": ["XXX"]}, "other_workstreams", "There is no workstream XXX"),
        ({"workflow_key": "RTG-001"}, "workflow_key", "Write a key like LAB-001"),
    ],
)
def test_a_wrong_field_of_a_new_one_is_named_and_all_that_was_typed_is_kept(
    lead: PageClient, engine: Engine, fields: dict[str, object], field: str, says: str
) -> None:
    before = workflows(engine)
    answer = lead.submit("/workflows/new", {**NEW, "description": "Detta skrev jag", **fields})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'href="#field-{field}"' in answer.text
    assert "Detta skrev jag" in answer.text
    assert workflows(engine) == before


@ON_SQLITE
def test_the_owning_workstream_is_no_other_one_wherever_it_was_ticked(lead: PageClient, engine: Engine) -> None:
    lead.submit("/workflows/new", {**NEW, "other_workstreams": ["LAB", "RTG"]})
    assert others(engine, "LAB-004") == ["RTG"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("viewer", 403), ("lead_shared", 403), ("lead_other", 403), ("lead_owner", 303), ("planner", 303), ("admin", 303)],
)
@ON_SQLITE
def test_only_leads_of_the_workstream_make_workflows_in_it(
    client_as: ClientAs, engine: Engine, who: str, status: int
) -> None:
    assert client_as(who).submit("/workflows/new", NEW).status_code == status
    assert ("LAB-004" in workflows(engine)) == (status == 303)


@ON_SQLITE
def test_who_leads_nothing_is_told_so_and_who_leads_one_has_it_chosen(client_as: ClientAs) -> None:
    viewer = english(client_as("viewer"))
    assert "Only leads and planners create workflows" in viewer.page("/workflows/new").text
    assert "+ New" not in viewer.page("/board?cycle=all").text
    page = english(client_as("lead_owner")).get("/workflows/new")
    assert '<option value="LAB" selected>' in page.text
    assert 'href="/workflows/new' in client_as("planner").get("/board?cycle=all").text


def test_a_new_one_sent_twice_is_made_once(lead: PageClient, engine: Engine) -> None:
    first, again = (lead.submit("/workflows/new", {**NEW, "key": "k1"}) for _ in range(2))
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert [key for key in workflows(engine) if key.startswith("LAB")] == ["LAB-001", "LAB-002", "LAB-003", "LAB-004"]


@ON_SQLITE
def test_a_new_one_takes_nothing_from_the_form_but_its_fields(lead: PageClient, engine: Engine) -> None:
    lead.submit("/workflows/new", {**NEW, **FORGED}, headers={"X-User": "1", "X-Remote-User": "admin"})
    made = workflow(engine, "LAB-004")
    assert (made.version, made.archived_at, made.cycle_number, made.goal) == (1, None, None, None)
    assert made.created_at.year == 2023
    assert entries(engine)[-1] == ("create_workflow", "Namn lead_owner")


def test_fields_are_edited_and_the_history_tells_who_wrote_what_over_what(lead: PageClient, engine: Engine) -> None:
    answer = save(lead, opened(lead), owner="Testledare", priority="3", other_workstreams=["RTG"])
    assert (answer.status_code, answer.location) == (303, "/workflows/LAB-001")
    changed = workflow(engine, "LAB-001")
    assert (changed.owner, changed.priority, changed.version) == ("Testledare", 3, 1)
    assert others(engine, "LAB-001") == ["RTG"]
    text = lead.page("/workflows/LAB-001").text
    for told in (
        "Saved: owner, priority, other workstreams",
        "Owner: – → Testledare",
        "Priority: – → 3",
        "Takes part: RTG",
        "Takes no part any more: LKM",
        "Namn lead_owner",
    ):
        assert told in text


def test_a_save_that_changes_nothing_writes_nothing_and_says_so(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    assert save(lead, opened(lead)).status_code == 303
    assert "There was nothing to save" in lead.page("/workflows/LAB-001").text
    assert entries(engine) == before


def test_two_people_on_different_fields_both_win(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    planner = client_as("planner")
    mine, theirs = opened(lead), opened(planner)
    assert save(planner, theirs, owner="Deras", description="Deras text").status_code == 303
    assert save(lead, mine, name="Mitt namn", other_workstreams=["LKM", "RTG"]).status_code == 303
    kept = workflow(engine, "LAB-001")
    assert (kept.owner, kept.description, kept.name) == ("Deras", "Deras text", "Mitt namn")
    assert others(engine, "LAB-001") == ["LKM", "RTG"]


def test_on_the_same_field_both_texts_are_shown_and_saving_again_decides(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    planner = client_as("planner")
    mine = opened(lead)
    save(planner, opened(planner), owner="Deras <ansvarig>", name_en="Theirs")
    answer = save(lead, mine, owner="Min & annan", description="Min text")
    assert answer.status_code == 409
    text = unescape(answer.text)
    for told in ("Namn planner", "Deras <ansvarig>", 'value="Min & annan"', "Min text", "Choose which is to stay"):
        assert told in text
    assert workflow(engine, "LAB-001").owner == "Deras <ansvarig>"
    assert workflow(engine, "LAB-001").description == "", "half of a refused form was written"
    assert save(lead, form_of(answer)).status_code == 303
    kept = workflow(engine, "LAB-001")
    assert (kept.owner, kept.description, kept.name_en) == ("Min & annan", "Min text", "Theirs")


def test_theirs_can_be_chosen_and_the_rest_of_mine_is_saved(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    planner = client_as("planner")
    mine = opened(lead)
    save(planner, opened(planner), other_workstreams=["RTG"], priority="1")
    answer = save(lead, mine, other_workstreams=[], priority="4", owner="Min")
    assert answer.status_code == 409
    form = form_of(answer)
    assert (form["priority"], form["other_workstreams"]) == ("4", []), "what was ticked is not kept"
    assert save(lead, form, choice_other_workstreams="theirs").status_code == 303
    kept = workflow(engine, "LAB-001")
    assert (kept.owner, kept.priority, others(engine, "LAB-001")) == ("Min", 4, ["RTG"])


def test_a_field_changed_again_while_one_decides_is_shown_again(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    planner = client_as("planner")
    mine = opened(lead)
    save(planner, opened(planner), owner="Första")
    answer = save(lead, mine, owner="Min")
    save(planner, opened(planner), owner="Andra")
    again = save(lead, form_of(answer))
    assert again.status_code == 409
    assert "Andra" in again.text
    assert workflow(engine, "LAB-001").owner == "Andra"


def test_a_refusal_for_another_reason_hides_no_conflict(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    """A form that is drawn again because a name is missing must not take for seen what was never shown."""
    planner = client_as("planner")
    mine = opened(lead)
    save(planner, opened(planner), owner="Deras")
    wrong = save(lead, mine, owner="Min", name="")
    assert wrong.status_code == 422
    assert "Min" in wrong.text
    assert save(lead, form_of(wrong), name="Svara på prov").status_code == 409
    assert workflow(engine, "LAB-001").owner == "Deras"


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name_en": "a\nb"}, "name_en"),
        ({"owner": "å" * 201}, "owner"),
        ({"description": "å" * 10_001}, "description"),
        ({"priority": "0"}, "priority"),
        ({"other_workstreams": ["XXX"]}, "other_workstreams"),
        ({"other_workstreams": ["LAB"]}, "other_workstreams"),
    ],
)
def test_a_wrong_field_is_named_and_all_that_was_typed_is_kept(
    lead: PageClient, engine: Engine, fields: dict[str, object], field: str
) -> None:
    before = entries(engine)
    answer = save(lead, opened(lead), **{"name_en": "Typed by me", "owner": "Skrivet", **fields})
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert field == "name_en" or "Typed by me" in answer.text
    assert entries(engine) == before


@ON_SQLITE
def test_an_edit_without_what_was_there_is_a_broken_form(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    assert lead.submit("/workflows/LAB-001/edit", {"name": "Nytt"}).status_code == 422
    assert entries(engine) == before


@ON_SQLITE
def test_an_edit_takes_nothing_from_the_form_but_its_fields(lead: PageClient, engine: Engine) -> None:
    forged = {**FORGED, "workstream": "RTG", "state": "done", "workflow_key": "RTG-009"}
    forged |= {f"was_{name}": "" for name in forged} | {"was_key": "LAB-001"}
    answer = lead.submit("/workflows/LAB-001/edit", {**opened(lead), **forged, "owner": "Ny"}, headers={"X-User": "1"})
    assert answer.status_code == 303
    kept = workflow(engine, "LAB-001")
    assert (kept.owner, kept.state, kept.version, kept.archived_at) == ("Ny", State.NOT_STARTED, 1, None)
    assert entries(engine)[-1] == ("edit_workflow", "Namn lead_owner")


@ON_SQLITE
@pytest.mark.parametrize(
    ("who", "status"),
    [("viewer", 403), ("lead_shared", 403), ("lead_other", 403), ("lead_owner", 303), ("planner", 303), ("admin", 303)],
)
def test_rights_to_edit_are_those_of_the_owning_workstream(
    lead: PageClient, client_as: ClientAs, engine: Engine, who: str, status: int
) -> None:
    somebody = english(client_as(who))
    assert save(somebody, opened(lead), owner="Ny").status_code == status
    assert (workflow(engine, "LAB-001").owner == "Ny") == (status == 303)
    told = "Only leads of LAB and planners can change this." in somebody.page("/workflows/LAB-001/edit").text
    assert told == (status == 403)


def test_an_edit_sent_twice_is_done_once(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    form = {**opened(lead), "key": "k1", "owner": "Min"}
    first = save(lead, form)
    planner = client_as("planner")
    save(planner, opened(planner), owner="Deras")
    again = save(lead, form)
    assert (again.status_code, again.location) == (first.status_code, first.location)
    assert workflow(engine, "LAB-001").owner == "Deras"


@ON_SQLITE
def test_an_archived_workflow_is_edited_no_more_and_says_why(lead: PageClient, client_as: ClientAs) -> None:
    planner = english(client_as("planner"))
    assert "It is archived" in planner.page("/workflows/RTG-002/edit").text
    form = {**opened(lead), "owner": "Skrev jag"}
    answer = planner.submit("/workflows/RTG-002/edit", form)
    assert answer.status_code == 409
    assert "Skrev jag" in answer.text
