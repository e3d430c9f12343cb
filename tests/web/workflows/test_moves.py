"""A workflow's page, moving it and taking moves back: with htmx and without, allowed and refused."""

import html as html_

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select
from werkzeug.test import TestResponse

from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.domain.states import State

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    lead = client_as("lead_owner")
    lead.submit("/language", {"language": "en"})
    return lead


def stands(engine: Engine, key: str = "LAB-001") -> tuple[State, int]:
    """State and version."""
    with Session(engine) as session:
        row = session.exec(select(models.Workflow).where(models.Workflow.key == key)).one()
        return row.state, row.version


def history(engine: Engine) -> int:
    """How many changes there are."""
    with Session(engine) as session:
        return session.exec(select(func.count(models.StateChange.id))).one()  # type: ignore[arg-type]


def move(
    client: PageClient,
    key: str = "LAB-001",
    to: str = "design",
    version: int = 1,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> TestResponse:
    """Sends the move form."""
    return client.submit(f"/workflows/{key}/move", {"to": to, "version": str(version), **fields}, headers=headers)


def test_the_page_tells_all_there_is_to_know(lead: PageClient) -> None:
    text = lead.page("/workflows/LAB-003").text
    for told in ("LAB-003", "Beställa analys", "Laboratory", "Etikettskrivare saknas", "Väntar på skrivare", "Created"):
        assert told in text


def test_late_entries_are_tied_to_where_they_were_recorded_and_taken_back_ones_are_marked(lead: PageClient) -> None:
    page = lead.page("/workflows/RTG-001")
    assert "entered late" in page.text
    assert "2 days after it happened" in page.text
    assert page.text.count("Taken back") >= 1
    assert any(tag == "del" for tag, _ in page.elements)


@pytest.mark.parametrize("key", ["XXX-001", "lab-001", "0", "-1", "..", "9" * 40])
def test_an_unknown_key_is_not_found(lead: PageClient, key: str) -> None:
    assert lead.get(f"/workflows/{key}").status_code == 404
    assert lead.submit(f"/workflows/{key}/move", {"to": "design", "version": "1"}).status_code == 404


def test_a_plain_form_moves_and_leads_back_to_the_page(lead: PageClient, engine: Engine) -> None:
    answer = move(lead)
    assert (answer.status_code, answer.location) == (303, "/workflows/LAB-001")
    assert stands(engine) == (State.DESIGN, 2)


def test_htmx_gets_the_card_anew_and_a_word_about_it(lead: PageClient) -> None:
    answer = move(lead, headers=HTMX)
    assert answer.status_code == 200
    assert 'data-version="2"' in answer.text
    assert "LAB-001 moved to design" in answer.text
    assert len(answer.get_data()) < 2048


def test_an_old_version_gets_409_with_who_did_what_and_what_was_typed(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    move(client_as("planner"), to="test", note="Klart i går")
    before = history(engine)
    answer = move(lead, to="validation", note="Min <anteckning> & mer")
    assert answer.status_code == 409
    text = html_.unescape(answer.text)
    for told in ("Namn planner", "Klart i går", "Min <anteckning> & mer", 'name="version" value="2"'):
        assert told in text
    assert history(engine) == before
    assert stands(engine) == (State.TEST, 2)


def test_a_conflict_can_be_decided_by_moving_anyway(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    move(client_as("planner"), to="test")
    assert move(lead, to="validation").status_code == 409
    assert move(lead, to="validation", version=2, reason="other").status_code == 303
    assert stands(engine) == (State.VALIDATION, 3)


def test_what_is_already_reached_is_said_calmly(lead: PageClient, client_as: ClientAs, engine: Engine) -> None:
    move(client_as("planner"))
    before = history(engine)
    answer = move(lead, headers=HTMX)
    assert answer.status_code == 200
    assert "already in design" in answer.text
    assert history(engine) == before


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"to": "klar"}, "to", "Choose the state"),
        ({"to": ""}, "to", "Choose the state"),
        ({"happened_on": "14/4"}, "happened_on", "for example 2023-04-14"),
        ({"happened_on": "2031-01-01"}, "happened_on", "has not come yet"),
        ({"happened_on": "1999-01-01"}, "happened_on", "Choose"),
        ({"note": "a\0b"}, "note", "note holds a character that cannot be kept"),
        ({"note": "å" * 10_001}, "note", "at most 10,000"),
        ({"version": "MOO"}, "version", "Open the page anew"),
        ({"version": str(2**63)}, "version", "Open the page anew"),
    ],
)
def test_a_wrong_field_is_named_and_the_typed_text_is_kept(
    lead: PageClient, engine: Engine, fields: dict[str, str], field: str, says: str
) -> None:
    form = {"to": "design", "version": "1", "note": "Detta skrev jag"} | fields
    answer = lead.submit("/workflows/LAB-001/move", form)
    assert answer.status_code == 422
    assert says in answer.text
    if "note" not in fields:
        assert f"field-{field}" in answer.text or f"move-{field}" in answer.text or field == "version"
        assert "Detta skrev jag" in answer.text
    assert stands(engine) == (State.NOT_STARTED, 1)


def test_a_move_back_without_a_reason_asks_for_it(lead: PageClient) -> None:
    answer = move(lead, key="LAB-002", to="not_started", version=3)
    assert answer.status_code == 422
    assert "Choose why it moves back" in answer.text


def test_into_done_is_refused_while_a_blocker_holds(lead: PageClient, engine: Engine) -> None:
    answer = move(lead, key="LAB-003", to="done", version=stands(engine, "LAB-003")[1])
    assert answer.status_code == 409
    assert "Etikettskrivare saknas" in answer.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("viewer", 403), ("lead_shared", 403), ("lead_other", 403), ("lead_owner", 303), ("planner", 303), ("admin", 303)],
)
def test_rights_to_move_are_those_of_the_owning_workstream(
    client_as: ClientAs, engine: Engine, who: str, status: int
) -> None:
    assert move(client_as(who)).status_code == status
    assert stands(engine)[0] is (State.DESIGN if status == 303 else State.NOT_STARTED)


def test_a_form_sent_twice_is_done_once_and_answered_alike(lead: PageClient, engine: Engine) -> None:
    first = _keyed(lead, "k1")
    before = history(engine)
    again = _keyed(lead, "k1")
    assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
    assert history(engine) == before


def test_a_key_is_not_shared_with_another_person_nor_used_for_another_form(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    _keyed(lead, "k1")
    assert _keyed(client_as("planner"), "k1", to="validation", version="2").status_code == 200
    refused = _keyed(lead, "k1", to="test", version="3")
    assert refused.status_code == 422
    assert stands(engine) == (State.VALIDATION, 3)


def _keyed(client: PageClient, key: str, to: str = "design", version: str = "1") -> TestResponse:
    fields = {"to": to, "version": version, "key": key}
    return client.submit("/workflows/LAB-001/move", fields, headers=HTMX)


def test_the_latest_move_is_taken_back_and_told(lead: PageClient, engine: Engine) -> None:
    move(lead)
    answer = lead.submit("/workflows/LAB-001/take-back", {"version": "2"}, headers=HTMX)
    assert answer.status_code == 200
    assert "Taken back: LAB-001 from not started to design" in answer.text
    assert stands(engine) == (State.NOT_STARTED, 3)


def test_taking_back_without_htmx_leads_back_to_the_page(lead: PageClient) -> None:
    move(lead)
    answer = lead.submit("/workflows/LAB-001/take-back", {"version": "2"})
    assert (answer.status_code, answer.location) == (303, "/workflows/LAB-001")


def test_the_creation_cannot_be_taken_back_and_the_page_offers_it_not(lead: PageClient) -> None:
    assert lead.submit("/workflows/LAB-001/take-back", {"version": "1"}).status_code == 409
    assert "/workflows/LAB-001/take-back" not in lead.get("/workflows/LAB-001").text


def test_taking_back_from_an_old_version_changes_nothing(lead: PageClient, engine: Engine) -> None:
    move(lead)
    move(lead, to="validation", version=2)
    assert lead.submit("/workflows/LAB-001/take-back", {"version": "2"}).status_code == 409
    assert stands(engine) == (State.VALIDATION, 3)


@pytest.mark.parametrize("forged", ["actor", "actor_id", "user_id", "author", "recorded_at", "entry_id"])
def test_the_history_names_the_signed_in_person_whatever_the_form_says(
    lead: PageClient, engine: Engine, forged: str
) -> None:
    form = {"to": "design", "version": "1", forged: "1"}
    lead.submit("/workflows/LAB-001/move", form, headers={"X-User": "1", "X-Remote-User": "admin"})
    with Session(engine) as session:
        name = session.exec(
            select(models.Actor.name)
            .join(models.Entry, models.Entry.actor_id == models.Actor.id)  # type: ignore[arg-type]
            .order_by(models.Entry.id.desc())  # type: ignore[attr-defined]
        ).first()
    assert name == "Namn lead_owner"


def test_a_planner_may_date_further_back_than_a_lead(lead: PageClient, client_as: ClientAs) -> None:
    assert move(lead, happened_on="2023-01-31").status_code == 403
    assert move(client_as("planner"), happened_on="2023-01-31").status_code == 303


def test_without_htmx_the_page_says_what_was_done(lead: PageClient) -> None:
    move(lead)
    assert "LAB-001 moved to design" in lead.page("/workflows/LAB-001").text
    assert "LAB-001 moved to design" not in lead.page("/workflows/LAB-001").text
    lead.submit("/workflows/LAB-001/take-back", {"version": "2"})
    assert "Taken back: LAB-001 from not started to design" in lead.page("/workflows/LAB-001").text


def test_a_stale_take_back_is_told_who_did_what(lead: PageClient, client_as: ClientAs) -> None:
    move(lead)
    move(client_as("planner"), to="test", version=2)
    answer = lead.submit("/workflows/LAB-001/take-back", {"version": "2"})
    assert answer.status_code == 409
    for told in ("Namn planner", "design → test", "Nothing was taken back"):
        assert told in html_.unescape(answer.text)


def test_a_conflict_names_what_changed_the_workflow_not_what_was_only_noted(lead: PageClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO note (workflow_id, text, recorded_at, entry_id)"
            " SELECT id, 'Bara en anteckning', '2023-03-29 08:00:00', 1 FROM workflow WHERE key = 'LAB-002'"
        )
    answer = move(lead, key="LAB-002", to="test", version=1)
    assert answer.status_code == 409
    assert "Bara en anteckning" not in answer.text


@pytest.mark.parametrize("date", ["1681430400", "2023-4-14", "20230414", "2023-02-30"])
def test_only_a_date_is_a_date(lead: PageClient, date: str) -> None:
    assert move(lead, happened_on=date).status_code == 422
