"""The list over HTTP: who may write what, rows saved by themselves and together, refusals that keep what was typed."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlmodel import Session, func, select
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import Page, PageClient
from tracker.db import models
from tracker.domain.states import State

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
LIST = "/board?cycle=all&view=list"
SAVE = "/board/rows?cycle=all&view=list"
ROW = re.compile(r'<tr id="row-(?P<key>[A-Z]+-\d+)" class="row-(?P<mode>\w+)')


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    return english(client_as("lead_owner"))


def english(client: PageClient) -> PageClient:
    client.submit("/language", {"language": "en"})
    return client


def stands(engine: Engine, key: str) -> State:
    """The state of a workflow."""
    with Session(engine) as session:
        return session.exec(select(models.Workflow).where(models.Workflow.key == key)).one().state


def written(engine: Engine, table: type[models.Entry | models.Note | models.BlockerEvent]) -> int:
    """How many rows a table has."""
    with Session(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def save(client: PageClient, *, row: str = "", htmx: bool = True, path: str = SAVE, **fields: str) -> TestResponse:
    """Sends rows; a field's name is its part and the workflow's key, with `__` between: `to__LAB_001`."""
    named = {_field(name): value for name, value in fields.items()}
    return client.submit(path, named | ({"row": row} if row else {}), headers=HTMX if htmx else None)


def _field(name: str) -> str:
    part, _, key = name.partition("__")
    return f"{part}_{key.replace('_', '-')}"


def value_of(page: Page, name: str) -> str | None:
    """What a field of the page holds."""
    return next(attributes.get("value") for _, attributes, _ in page.fields if attributes.get("name") == name)


def test_the_list_shows_what_the_board_does_the_longest_without_an_update_first(lead: PageClient) -> None:
    response = lead.get(LIST)
    assert [found["key"] for found in ROW.finditer(response.text)] == [
        "LAB-001",
        "LAB-002",
        "LKM-003",
        "RTG-001",
        "LAB-003",
        "LKM-001",
        "LKM-002",
    ]
    assert {found["key"] for found in ROW.finditer(lead.get(f"{LIST}&workstream=RTG").text)} == {"RTG-001"}
    assert 'data-state="' not in response.text, "only columns carry a state"


@ON_SQLITE
@pytest.mark.parametrize(
    ("who", "modes"),
    [
        ("viewer", {"read"}),
        ("lead_owner", {"own", "read"}),
        ("lead_shared", {"own", "part", "read"}),
        ("planner", {"own"}),
    ],
)
def test_each_row_offers_what_its_reader_may_write(client_as: ClientAs, who: str, modes: set[str]) -> None:
    html = client_as(who).get(LIST).text
    assert {found["mode"] for found in ROW.finditer(html)} == modes
    for row in re.findall(r'<tr id="row-.*?</tr>', html, re.DOTALL):
        names = set(re.findall(r' name="(\w+?)_[A-Z]+-\d+"', row))
        if "row-read" in row:
            assert not names
        elif "row-part" in row:
            assert names <= {"version", "note", "release", "resolution", "happened_on"}
            assert "note" in names
        else:
            assert {"version", "to", "reason", "note", "happened_on"} <= names


def test_a_row_is_saved_by_itself(lead: PageClient, engine: Engine) -> None:
    answer = save(
        lead, row="LAB-001", version__LAB_001="1", to__LAB_001="design", version__LAB_002="3", to__LAB_002="test"
    )
    assert answer.status_code == 200
    assert 'hx-target="#row-LAB-001"' in answer.text
    assert "LAB-002" not in answer.text
    assert (stands(engine, "LAB-001"), stands(engine, "LAB-002")) == (State.DESIGN, State.DESIGN)


def test_all_that_was_changed_is_saved_in_one_entry_that_one_word_takes_back(lead: PageClient, engine: Engine) -> None:
    before = written(engine, models.Entry)
    answer = save(
        lead,
        version__LAB_001="1",
        to__LAB_001="design",
        version__LAB_002="3",
        to__LAB_002="validation",
        note__LAB_002="Etiketter klara",
        version__LAB_003="4",
        note__LAB_003="Skrivaren är beställd",
    )
    assert "3 rows saved" in answer.text
    assert written(engine, models.Entry) == before + 1
    undo = re.search(r'data-undo-url="([^"]+)"', answer.text)
    assert undo is not None
    assert lead.submit(undo[1], headers=HTMX).status_code == 200
    assert (stands(engine, "LAB-001"), stands(engine, "LAB-002")) == (State.NOT_STARTED, State.DESIGN)


def test_what_is_refused_keeps_what_was_typed_and_the_rest_is_saved(lead: PageClient, engine: Engine) -> None:
    answer = save(
        lead,
        version__LAB_001="1",
        to__LAB_001="design",
        version__LAB_003="4",
        to__LAB_003="design",
        note__LAB_003="Tillbaka till ritbordet",
    )
    assert answer.status_code == 200
    assert "1 saved, 1 not" in answer.text
    assert "Choose why it moves back" in answer.text
    assert 'id="reason-LAB-003-error"' in answer.text
    assert "Tillbaka till ritbordet" in answer.text
    assert (stands(engine, "LAB-001"), stands(engine, "LAB-003")) == (State.DESIGN, State.VALIDATION)


def test_a_row_is_saved_whole_or_not_at_all(lead: PageClient, engine: Engine) -> None:
    before = written(engine, models.Entry), written(engine, models.BlockerEvent)
    answer = save(
        lead,
        row="LAB-003",
        version__LAB_003="4",
        to__LAB_003="done",
        release__LAB_003="1",
        resolution__LAB_003="Skrivare på plats",
        happened_on__LAB_003="2023-01-30",
    )
    assert answer.status_code in {403, 422}
    assert 'id="happened_on-LAB-003-error"' in answer.text
    assert "Skrivare på plats" in answer.text
    assert 'name="release_LAB-003" value="1" checked' in answer.text
    assert (written(engine, models.Entry), written(engine, models.BlockerEvent)) == before


def test_a_release_a_move_into_done_and_a_note_go_in_one_row(lead: PageClient, engine: Engine) -> None:
    answer = save(
        lead,
        row="LAB-003",
        version__LAB_003="4",
        to__LAB_003="done",
        release__LAB_003="1",
        resolution__LAB_003="Skrivare på plats",
        note__LAB_003="Klart",
    )
    assert "LAB-003 saved" in answer.text
    assert stands(engine, "LAB-003") is State.DONE


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"happened_on_LAB-001": "14 april"}, "happened_on", "Write the date"),
        ({"happened_on_LAB-001": "2023-02-01"}, "happened_on", "Choose the state"),
        ({"to_LAB-001": "design", "happened_on_LAB-001": "2029-01-01"}, "happened_on", "not come yet"),
        ({"to_LAB-001": "nowhere"}, "to", "Choose a state"),
        ({"note_LAB-001": "x" * 10_001}, "note", "at most 10,000"),
        ({"note_LAB-001": "Nytt", "version_LAB-001": "x"}, "row", "Open the page anew"),
    ],
)
def test_a_wrong_field_is_named_and_kept(
    lead: PageClient, engine: Engine, fields: dict[str, str], field: str, words: str
) -> None:
    before = written(engine, models.Entry)
    answer = lead.submit(SAVE, {"row": "LAB-001", "version_LAB-001": "1", **fields}, headers=HTMX)
    assert answer.status_code == 422
    assert f'id="{field}-LAB-001-error"' in answer.text
    assert words in answer.text
    assert written(engine, models.Entry) == before


def test_a_stale_row_says_who_did_what_and_the_next_save_goes_through(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    client_as("planner").submit("/workflows/LAB-001/move", {"to": "validation", "version": "1"})
    answer = save(lead, row="LAB-001", version__LAB_001="1", to__LAB_001="test", note__LAB_001="Testfall 1–14")
    assert answer.status_code == 409
    assert "Namn planner was here before you" in answer.text
    assert "not started → validation" in answer.text
    assert "Testfall 1–14" in answer.text
    seen = re.search(r'name="version_LAB-001" value="(\d+)"', answer.text)
    assert seen is not None
    again = save(lead, row="LAB-001", version__LAB_001=seen[1], to__LAB_001="test", note__LAB_001="Testfall 1–14")
    assert again.status_code == 200
    assert stands(engine, "LAB-001") is State.TEST


def test_a_note_has_no_rivals_and_a_state_that_is_reached_already_no_conflict(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    client_as("planner").submit("/workflows/LAB-001/move", {"to": "design", "version": "1"})
    before = written(engine, models.Note)
    answer = save(lead, row="LAB-001", version__LAB_001="1", to__LAB_001="design", note__LAB_001="Vi är där")
    assert answer.status_code == 200
    assert written(engine, models.Note) == before + 1


@ON_SQLITE
def test_others_leads_write_notes_and_release_but_do_not_move(client_as: ClientAs, engine: Engine) -> None:
    other = english(client_as("lead_shared"))
    assert save(other, row="LAB-001", version__LAB_001="1", note__LAB_001="Frågat").status_code == 200
    answer = save(other, row="LAB-001", version__LAB_001="1", to__LAB_001="design")
    assert answer.status_code == 403
    assert "Only leads of LAB" in answer.text
    assert stands(engine, "LAB-001") is State.NOT_STARTED


@ON_SQLITE
def test_the_same_form_sent_twice_is_done_once(lead: PageClient, engine: Engine) -> None:
    fields = {"row": "LAB-001", "version_LAB-001": "1", "note_LAB-001": "En gång", "key": "k-1"}
    first, second = (lead.submit(SAVE, fields, headers=HTMX) for _ in range(2))
    assert (first.status_code, first.text) == (second.status_code, second.text)
    with Session(engine) as session:
        notes = session.exec(select(models.Note).where(models.Note.text == "En gång")).all()
    assert len(notes) == 1


def test_a_check_is_kept_and_told(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit(SAVE, {"check": "LAB-001", "version_LAB-001": "1"}, headers=HTMX)
    assert "checked today" in answer.text
    with Session(engine) as session:
        assert session.exec(select(func.count(models.WorkflowCheck.id))).one() == 2  # type: ignore[arg-type]
    assert next(found["key"] for found in ROW.finditer(lead.get(LIST).text)) == "LAB-002"


@ON_SQLITE
def test_without_script_a_save_leads_back_to_the_list(lead: PageClient, engine: Engine) -> None:
    answer = save(lead, row="LAB-001", htmx=False, version__LAB_001="1", to__LAB_001="design")
    assert answer.status_code == 303
    assert answer.location == "/board?cycle=all&view=list"
    assert "LAB-001 saved" in lead.page(answer.location).text
    assert stands(engine, "LAB-001") is State.DESIGN


@ON_SQLITE
def test_without_script_other_rows_keep_what_was_typed(lead: PageClient) -> None:
    answer = save(
        lead,
        row="LAB-001",
        htmx=False,
        version__LAB_001="1",
        to__LAB_001="design",
        version__LAB_002="3",
        note__LAB_002="Inte sparad än",
        version__LAB_003="4",
        resolution__LAB_003="Löst på sikt",
    )
    assert answer.status_code == 200
    page = Page(answer.text)
    assert "LAB-001 saved" in page.text
    assert "Inte sparad än" in page.text
    assert value_of(page, "resolution_LAB-003") == "Löst på sikt"


@ON_SQLITE
def test_without_script_a_refusal_is_a_page_with_the_cause_at_its_field(lead: PageClient) -> None:
    answer = save(lead, htmx=False, version__LAB_003="4", to__LAB_003="not_started", note__LAB_003="Kravet är ändrat")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "Choose why it moves back" in page.text
    assert "Kravet är ändrat" in page.text
    assert "LAB-003 was not saved" in page.text


@ON_SQLITE
def test_nothing_typed_saves_nothing(lead: PageClient, engine: Engine) -> None:
    before = written(engine, models.Entry)
    answer = save(lead, version__LAB_001="1", version__LAB_002="3", to__LAB_002="")
    assert answer.status_code == 200
    assert "nothing to save" in answer.text
    assert written(engine, models.Entry) == before


@ON_SQLITE
def test_rows_that_are_not_there_are_refused(lead: PageClient) -> None:
    answer = save(lead, row="LAB-999", version__LAB_999="1", note__LAB_999="Hej")
    assert answer.status_code == 404
    assert "LAB-999 was not saved" in answer.text


def test_the_filter_of_what_was_not_updated_holds_on_board_and_list(lead: PageClient) -> None:
    save(lead, row="LAB-001", version__LAB_001="1", note__LAB_001="Nu")
    assert "LAB-001" not in lead.get(f"{LIST}&stale=1").text
    assert "LAB-002" in lead.get(f"{LIST}&stale=1").text
    board = lead.get("/board?cycle=all&stale=1").text
    assert 'id="card-LAB-002"' in board
    assert 'id="card-LAB-001"' not in board
    assert 'id="card-LKM-002"' not in board, "done work needs no update"


@ON_SQLITE
def test_the_choice_of_view_is_remembered(lead: PageClient) -> None:
    assert "view" not in lead.get("/board").location
    lead.get(LIST)
    assert "view=list" in lead.get("/board").location
    lead.get("/board?cycle=all&view=board")
    assert "view" not in lead.get("/board").location


@ON_SQLITE
def test_the_switch_and_the_filters_keep_the_view(lead: PageClient) -> None:
    page = lead.page(f"{LIST}&workstream=LAB&blocked=1")
    links = [attributes.get("href") or "" for tag, attributes in page.elements if tag == "a"]
    assert "/board?cycle=all&view=board&workstream=LAB&blocked=1" in links
    assert value_of(page, "view") == "list"


@ON_SQLITE
def test_a_poll_brings_only_the_rows_that_others_wrote_to(lead: PageClient, client_as: ClientAs) -> None:
    tag = lead.get(LIST).headers["HX-PTag"]
    path = "/board/changes?cycle=all&view=list"
    assert lead.get(path, headers={**HTMX, "HX-PTag": tag}).status_code == 304
    client_as("planner").submit("/workflows/LAB-002/move", {"to": "test", "version": "3"})
    answer = lead.get(path, headers={**HTMX, "HX-PTag": tag})
    assert re.findall(r'hx-target="#([\w-]+)"', answer.text) == ["row-LAB-002", "list-sum"]
    assert answer.headers["HX-PTag"] != tag
    assert "<html" not in lead.get(path, headers=HTMX).text


@ON_SQLITE
def test_a_list_that_is_open_keeps_its_order(lead: PageClient) -> None:
    page = lead.page(LIST)
    changes = next(attributes["hx-get"] for _, attributes in page.elements if attributes.get("id") == "board")
    save(lead, row="LAB-001", version__LAB_001="1", note__LAB_001="Nu")
    assert changes is not None
    assert "seen=" in changes
    assert next(found["key"] for found in ROW.finditer(lead.get(changes, headers=HTMX).text)) == "LAB-001"
    assert next(found["key"] for found in ROW.finditer(lead.get(LIST).text)) == "LAB-002"


@ON_SQLITE
@pytest.mark.parametrize("seen", ["", "nu", "2023-03-01", "9999-99-99", "0001-01-01T00:00:00+00:00"])
def test_any_moment_in_the_address_gives_a_list(lead: PageClient, seen: str) -> None:
    assert lead.get(f"{LIST}&seen={seen}").status_code == 200


@ON_SQLITE
def test_a_long_list_shows_the_first_and_offers_the_rest(
    app: Flask, lead: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.web.board.list.SHOWN_AT_FIRST", 3)
    page = lead.page(LIST)
    assert len(ROW.findall(lead.get(LIST).text)) == 3
    assert "Show 4 more" in page.text
    assert len(ROW.findall(lead.get(f"{LIST}&rows=all").text)) == 7
