"""Parts of a shared workflow: signed, not needed, taken back, joined and left; on its page and from any other."""

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select
from werkzeug.test import TestResponse

from tests.bench.board import statements_of
from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import Page, PageClient, check_part
from tracker.db import models
from tracker.db.engine import reading

pytestmark = ON_SQLITE

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PARTS = "/workflows/LAB-001/parts"


@pytest.fixture
def owner(client_as: ClientAs) -> PageClient:
    """A lead of LAB, who reads English and has taken LAB-001, which LKM shares, into design."""
    client = english(client_as("lead_owner"))
    assert client.submit("/workflows/LAB-001/move", {"to": "design", "version": "1"}).status_code == 303
    return client


@pytest.fixture
def shared(owner: PageClient, client_as: ClientAs) -> PageClient:
    """A lead of LKM who reads English; LAB-001 is in design."""
    return english(client_as("lead_shared"))


def english(client: PageClient) -> PageClient:
    client.submit("/language", {"language": "en"})
    return client


def write(
    client: PageClient, event: str = "signed", *, headers: dict[str, str] | None = None, **fields: str
) -> TestResponse:
    form = {"workstream": "LKM", "stage": "design", "state": "design", "event": event, **fields}
    return client.submit(PARTS, form, headers=headers)


def rows(engine: Engine) -> list[tuple[str, str | None, str, str]]:
    """What was written of parts after the creation."""
    with reading(engine) as session:
        found = session.exec(select(models.PartEvent).order_by(col(models.PartEvent.id))).all()
        return [
            (row.workstream_code, row.stage and row.stage.value, row.event.value, row.note)
            for row in found
            if row.workflow_id == 1 and row.event.value != "joined"
        ]


def cells(client: PageClient) -> dict[str, str]:
    """By id, where each cell that opens leads."""
    page = client.page("/workflows/LAB-001")
    links = [attributes for tag, attributes in page.elements if tag == "a" and attributes.get("class") == "part-link"]
    return {str(link["id"]): str(link["href"]) for link in links}


def test_a_part_is_signed_by_its_lead_who_comes_back_to_where_the_form_stood(
    shared: PageClient, engine: Engine
) -> None:
    answer = write(shared, next="/board?view=list")
    assert (answer.status_code, answer.location) == (303, "/board?view=list")
    assert write(shared, next="//evil.example/").location == "/"
    page = shared.page("/workflows/LAB-001")
    assert "LKM waits for LAB" in page.text
    assert "Part done: LKM (design)" in page.text
    assert "LAB-001: the part of LKM in design was done already" in page.text
    assert rows(engine) == [("LKM", "design", "signed", "")]


def test_a_part_is_taken_back_and_not_needed_with_words(
    shared: PageClient, owner: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    write(shared)
    audit = english(client_as("planner")).page("/admin/audit?workflow=LAB-001").text
    assert "Part done: LKM (design)" in audit
    assert write(shared, "withdrawn").location == "/workflows/LAB-001"
    refused = write(owner, "waived", next="/board")
    assert refused.status_code == 422
    assert "Write why this part is not needed." in refused.text
    assert 'href="/board"' in refused.text
    assert write(owner, "waived", note="Inga läkemedel").status_code == 303
    assert rows(engine)[-2:] == [("LKM", "design", "withdrawn", ""), ("LKM", "design", "waived", "Inga läkemedel")]
    assert "Inga läkemedel" in owner.page("/workflows/LAB-001").text


def test_in_a_page_with_script_a_word_tells_it_and_can_take_it_back(shared: PageClient, engine: Engine) -> None:
    answer = write(shared, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "tracker:written"
    assert "the part of LKM in design is done" in answer.text
    check_part(Page(answer.text))
    address = answer.text.split('data-undo-url="')[1].split('"')[0]
    assert shared.submit(address, {}, headers=HTMX).status_code == 200
    assert rows(engine)[-1][:3] == ("LKM", "design", "withdrawn")
    again = write(shared, "withdrawn", headers=HTMX)
    assert (again.status_code, "data-undo-url" in again.text) == (200, False)


def test_what_is_refused_opens_the_part_with_what_was_typed(shared: PageClient, owner: PageClient) -> None:
    owner.submit("/workflows/LAB-001/move", {"to": "validation", "version": "2"})
    for headers in ({}, HTMX):
        stale = write(shared, note="Vi är <klara>", headers=headers)
        assert stale.status_code == 409
        assert "LAB-001 has changed since you saw it: design → validation, Namn lead_owner" in text(stale)
        assert "in validation now" in text(stale)
        assert "Vi är &lt;klara&gt;" in stale.text
        assert stale.headers["HX-Retarget"] == "#sheet"
    early = write(shared, stage="test", state="validation")
    assert early.status_code == 422
    assert "LAB-001 has not reached test yet" in text(early)
    late = write(shared, state="validation", happened_on="2099-01-01")
    assert (late.status_code, 'id="part-happened_on-error"' in late.text) == (422, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"workstream": ""},
        {"workstream": "RTG"},
        {"workstream": "x" * 300},
        {"stage": ""},
        {"stage": "done"},
        {"state": ""},
        {"event": "dropped"},
        {"workstream": "LAB", "event": "waived", "note": "x"},
        {"workstream": "LAB", "event": "left"},
        {"workstream": "NOPE", "event": "joined"},
    ],
)
def test_a_wrong_form_is_answered_with_what_is_wrong(owner: PageClient, engine: Engine, fields: dict[str, str]) -> None:
    before = rows(engine)
    others = {name: value for name, value in fields.items() if name != "event"}
    answer = write(owner, fields.get("event", "signed"), headers=None, **others)
    assert answer.status_code == 422
    assert "Nothing was written" in answer.text
    assert rows(engine) == before


def test_the_same_form_sent_twice_signs_once(shared: PageClient, engine: Engine) -> None:
    first, second = write(shared, key="k1"), write(shared, key="k1")
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert rows(engine) == [("LKM", "design", "signed", "")]
    assert write(shared, "withdrawn", key="k1").status_code == 422


def test_the_owners_lead_says_who_takes_part_and_it_is_told_once(
    owner: PageClient, shared: PageClient, client_as: ClientAs
) -> None:
    assert write(shared, "joined", workstream="RTG").status_code == 403
    assert owner.submit(PARTS, {"workstream": "RTG", "event": "joined"}).status_code == 303
    assert write(shared, "left").status_code == 403
    assert owner.submit(PARTS, {"workstream": "LKM", "event": "left"}).status_code == 303
    page = owner.page("/workflows/LAB-001")
    for told in ("Takes part: RTG", "Takes no part any more: LKM", "RTG takes part in LAB-001"):
        assert told in page.text
    assert "Other workstreams" not in [item.strip(" :") for item in page.texts], "the field says the same"
    assert sorted(cells(owner)) == ["part-LAB-design", "part-RTG-design"]
    audit = english(client_as("planner")).page("/admin/audit?command=sign_part").text
    assert "LKM RTG" in audit
    assert "Takes part: RTG" not in audit


def test_a_cell_opens_its_history_and_a_form_for_those_who_may(
    shared: PageClient, owner: PageClient, client_as: ClientAs
) -> None:
    write(shared, note="Klart hos oss")
    address = cells(shared)["part-LKM-design"]
    assert address == "/workflows/LAB-001/parts?workstream=LKM&stage=design"
    mine = shared.page(address)
    assert mine.title.startswith("LKM in LAB-001")
    assert "Klart hos oss" in mine.text
    assert "Take back" in mine.text
    viewer = english(client_as("viewer")).page(address)
    assert "Only leads of LKM and planners sign this part." in viewer.text
    assert "Take back" not in owner.page(address).text
    part = shared.get(address, headers=HTMX)
    check_part(Page(part.text))
    assert "<html" not in part.text
    assert shared.get("/workflows/LAB-001/parts?workstream=NOPE&stage=x").status_code == 200
    assert shared.get("/workflows/NOPE-001/parts").status_code == 404


def test_the_grid_tells_what_lapsed_and_what_is_not_due_in_both_languages(
    shared: PageClient, owner: PageClient
) -> None:
    write(shared)
    owner.submit("/workflows/LAB-001/move", {"to": "validation", "version": "2"})
    back = {"to": "design", "version": "3", "reason": "failed_validation"}
    assert owner.submit("/workflows/LAB-001/move", back).status_code == 303
    page = shared.page("/workflows/LAB-001")
    for told in ("lapsed after a move back", "Part lapsed after a move back: LKM (design)", "not due yet"):
        assert told in page.text
    shared.submit("/language", {"language": "sv"})
    page = shared.page("/workflows/LAB-001")
    for told in ("gäller inte efter backning", "gäller inte än", "Delar"):
        assert told in page.text


def test_the_page_takes_as_many_statements_whatever_the_number_of_parts(
    owner: PageClient, shared: PageClient, engine: Engine
) -> None:
    def counted() -> int:
        return len(statements_of(engine, lambda: owner.get("/workflows/LAB-001")))

    owner.get("/workflows/LAB-001")
    before = counted()
    owner.submit(PARTS, {"workstream": "RTG", "event": "joined"})
    for event in ("signed", "withdrawn", "signed"):
        write(shared, event)
    owner.get("/workflows/LAB-001")
    assert counted() == before


def text(answer: TestResponse) -> str:
    return Page(answer.text).text
