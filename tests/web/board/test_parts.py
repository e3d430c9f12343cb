"""Shared workflows on the board and in the list: asked for words at done, signed, filtered, followed."""

import html
import re

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col
from werkzeug.test import TestResponse

from tests.databases import asked
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.domain.states import PartEventKind, State

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
SHARED = "LAB-001"  # of LAB, not started; LKM takes part
WORDS = "LKM har ingen del i labbet längre"
ALL_OF_LKM = "LKM: design, validation and test"
LIST = "/board?cycle=all&view=list"
UNDO = re.compile(r"/entries/(\d+)/take-back")


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """The lead of LAB, which owns it."""
    return english(client_as("lead_owner"))


@pytest.fixture
def guest(client_as: ClientAs) -> PageClient:
    """The lead of LKM, which takes part."""
    return english(client_as("lead_shared"))


def english(client: PageClient) -> PageClient:
    client.submit("/language", {"language": "en"})
    return client


def move(client: PageClient, to: str, version: int = 1, *, is_htmx: bool = True, **fields: str) -> TestResponse:
    sent = {"to": to, "version": str(version), **fields}
    return client.submit(f"/workflows/{SHARED}/move", sent, headers=HTMX if is_htmx else None)


def batch(client: PageClient, action: str, *keys: str, **fields: str) -> TestResponse:
    versions = {f"version_{key}": "1" for key in keys}
    return client.submit("/batch", {"action": action, "workflow": list(keys), **versions, **fields}, headers=HTMX)


def stands(engine: Engine) -> State:
    with Session(engine) as session:
        state: State = session.scalars(
            select(col(models.Workflow.state)).where(col(models.Workflow.key) == SHARED)
        ).one()
        return state


def events(engine: Engine) -> list[tuple[str, str, str]]:
    """What was written of stages, in order: whose, of which, what."""
    with Session(engine) as session:
        of_stage = select(models.PartEvent).where(col(models.PartEvent.stage).is_not(None))
        rows = session.scalars(of_stage.order_by(col(models.PartEvent.id))).all()
        return [(row.workstream_code, str(row.stage), str(row.event)) for row in rows]


def entries(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(models.Entry)) or 0


def told(answer: TestResponse) -> str:
    """What it says, without markup."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", answer.text)).split())


def test_done_without_all_parts_asks_for_words_and_says_whose_move_it_is(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    answer = move(lead, "done")
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#conflict")
    assert ALL_OF_LKM in told(answer)
    assert 'name="without_parts"' in answer.text
    again = move(lead, "done", asked="1", note="Klart i går")
    assert (again.status_code, 'value="Klart i går"' in again.text) == (422, True)
    assert "open parts: LKM" in told(again), "now at the field"
    assert (entries(engine), stands(engine)) == (before, State.NOT_STARTED)


def test_the_words_make_it_done_in_one_entry_which_undo_takes_back(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    answer = move(lead, "done", without_parts=WORDS, asked="1")
    assert (answer.status_code, stands(engine), entries(engine)) == (200, State.DONE, before + 1)
    waived = [("LKM", stage, "waived") for stage in ("design", "validation", "test")]
    assert events(engine) == waived
    lead.submit(f"/workflows/{SHARED}/take-back", {"version": "2"}, headers=HTMX)
    assert stands(engine) is State.NOT_STARTED
    assert sorted(events(engine)[3:]) == sorted((code, stage, "withdrawn") for code, stage, _ in waived)


def test_what_was_typed_outlives_a_conflict(lead: PageClient, client_as: ClientAs) -> None:
    move(client_as("planner"), "design")
    answer = move(lead, "done", without_parts=WORDS, asked="1")
    assert (answer.status_code, WORDS in answer.text) == (409, True)


def test_without_script_the_page_shows_the_field_with_the_error(lead: PageClient, engine: Engine) -> None:
    page = lead.get(f"/workflows/{SHARED}")
    assert "Done, 1 part missing" in page.text.replace("\n", "")
    refused = move(lead, "done", is_htmx=False)
    assert refused.status_code == 422
    assert "field-without_parts-error" in refused.text
    assert move(lead, "done", is_htmx=False, without_parts=WORDS).status_code == 303
    assert stands(engine) is State.DONE


def test_in_a_batch_such_workflows_are_left_with_the_cause(lead: PageClient, engine: Engine) -> None:
    alone = batch(lead, "move", SHARED, to="done")
    assert (alone.status_code, "HX-Retarget" in alone.headers) == (422, False)
    assert "LAB-001 has open parts: LKM" in told(alone)
    some = batch(lead, "move", SHARED, "LAB-002", to="done", **{"version_LAB-002": "3"})
    assert f'data-left="{SHARED}"' in some.text
    assert stands(engine) is State.NOT_STARTED


def test_a_row_of_the_list_has_the_field_and_keeps_what_was_typed(lead: PageClient, engine: Engine) -> None:
    row = {"row": SHARED, f"version_{SHARED}": "1", f"to_{SHARED}": "done"}
    refused = lead.submit("/board/rows?cycle=all&view=list", row, headers=HTMX)
    assert refused.status_code == 422
    assert f'id="without_parts-{SHARED}-error"' in refused.text
    typed = {**row, f"version_{SHARED}": "9", f"without_parts_{SHARED}": WORDS}
    assert WORDS in lead.submit("/board/rows?cycle=all&view=list", typed, headers=HTMX).text
    saved = lead.submit("/board/rows?cycle=all&view=list", {**typed, f"version_{SHARED}": "1"}, headers=HTMX)
    assert (saved.status_code, stands(engine)) == (200, State.DONE)
    undo = UNDO.search(saved.text)
    assert undo
    lead.submit(undo[0], headers=HTMX)
    assert (stands(engine), events(engine)[-1][2]) == (State.NOT_STARTED, "withdrawn")


def test_another_forward_move_says_what_is_open_of_the_stages_passed(lead: PageClient) -> None:
    assert "Open:" not in told(move(lead, "design"))
    assert "LAB-001 moved to test. Open: LKM (design and validation)" in told(move(lead, "test", 2))
    row = {"row": SHARED, f"version_{SHARED}": "3", f"to_{SHARED}": "validation", f"reason_{SHARED}": "other"}
    saved = lead.submit("/board/rows?cycle=all&view=list", row, headers=HTMX)
    assert "LAB-001 saved. Open: LKM (design)" in told(saved)


def test_a_card_says_on_whom_it_waits_unless_it_is_blocked(lead: PageClient) -> None:
    move(lead, "design")
    assert "waits for" not in told(lead.get("/board?cycle=all")), "both are at work"
    batch(lead, "sign", SHARED)
    assert "waits for LKM" in told(lead.get("/board?cycle=all"))
    blocker = {"title": "Etikett saknas", "category": "vendor", "workflow": SHARED}
    assert lead.submit("/blockers/new", blocker).status_code in {200, 303}
    assert "waits for LKM" not in told(lead.get("/board?cycle=all"))


def test_many_are_signed_at_once_and_undone_by_one_word(lead: PageClient, guest: PageClient, engine: Engine) -> None:
    move(lead, "validation")
    signed = batch(guest, "sign", SHARED, "LKM-001", "RTG-001")
    assert "LAB-001: our part is done, LKM-001 was so already" in told(signed)
    assert 'data-left="RTG-001"' in signed.text
    assert "None of your workstreams takes part in RTG-001" in told(signed)
    of_shared = [("LKM", "design", "signed"), ("LKM", "validation", "signed")]
    assert events(engine) == of_shared
    again = batch(guest, "sign", SHARED)
    assert "was so already" in told(again)
    undo = UNDO.search(signed.text)
    assert undo
    guest.submit(undo[0], headers=HTMX)
    assert [event for *_, event in events(engine)].count("withdrawn") == 2


def test_a_row_offers_to_sign_what_is_its_readers_to_sign(lead: PageClient, guest: PageClient) -> None:
    move(lead, "design")
    button = f'name="sign" value="{SHARED}"'
    assert (button in lead.get(LIST).text, button in guest.get(LIST).text) == (True, True)
    signed = guest.submit("/board/rows?cycle=all&view=list", {"sign": SHARED}, headers=HTMX)
    assert "LAB-001: our part is done" in told(signed)
    assert "take-back" in signed.text
    assert (button in lead.get(LIST).text, button in guest.get(LIST).text) == (True, False)
    assert "1/2" in told(guest.get(LIST))


def test_who_leads_all_signs_for_the_workstreams_chosen(client_as: ClientAs, lead: PageClient, engine: Engine) -> None:
    move(lead, "design")
    planner = english(client_as("planner"))
    assert "None of your workstreams" in told(batch(planner, "sign", SHARED))
    assert batch(planner, "sign", SHARED, next="/board?cycle=all&workstream=LKM").status_code == 200
    assert events(engine) == [("LKM", "design", "signed")]


@pytest.mark.parametrize("path", ["/board?cycle=all&waiting={}", "/board?cycle=all&view=list&waiting={}"])
def test_the_filter_shows_each_reader_what_waits_for_theirs(path: str, lead: PageClient, guest: PageClient) -> None:
    move(lead, "design")
    batch(lead, "sign", SHARED)
    found = {
        (name, waiting): f'data-workflow="{SHARED}"' in client.get(path.format(waiting)).text
        for _ in range(2)
        for name, client in (("lead", lead), ("guest", guest))
        for waiting in ("us", "them")
    }
    assert found == {
        ("lead", "us"): False,
        ("lead", "them"): True,
        ("guest", "us"): True,
        ("guest", "them"): False,
    }
    assert f'data-workflow="{SHARED}"' in lead.get(path.format("us") + "&workstream=LKM").text, "the one chosen"


def test_the_filter_is_offered_to_who_has_workstreams_or_chose_some(client_as: ClientAs, lead: PageClient) -> None:
    viewer, field = english(client_as("viewer")), 'name="waiting"'
    assert field in lead.get("/board?cycle=all").text
    assert field not in viewer.get("/board?cycle=all").text
    assert "waiting=us means nothing here" in told(viewer.get("/board?cycle=all&waiting=us"))
    assert field in viewer.get("/board?cycle=all&workstream=LAB").text


def test_a_poll_of_the_filter_is_shared_with_nobody_of_other_streams(lead: PageClient, guest: PageClient) -> None:
    move(lead, "design")
    tag = lead.get("/board?cycle=all&waiting=us").headers["HX-PTag"]
    batch(lead, "sign", SHARED)
    path, headers = "/board/changes?cycle=all&waiting={}", HTMX | {"HX-PTag": tag}
    for _ in range(2):
        ours, theirs = (client.get(path.format("them"), headers=headers) for client in (lead, guest))
        assert (SHARED in ours.text.split('"gone"')[0], SHARED in theirs.text.split('"gone"')[0]) == (True, False)


def test_what_becomes_of_parts_comes_to_open_boards_and_lists(lead: PageClient, guest: PageClient) -> None:
    move(lead, "design")
    tag = lead.get("/board?cycle=all").headers["HX-PTag"]
    batch(guest, "sign", SHARED)
    changes = lead.get("/board/changes?cycle=all", headers=HTMX | {"HX-PTag": tag}).get_json()
    assert changes["news"] == {SHARED: "Namn lead_shared"}
    assert "waits for LAB" in changes["cards"][0]["html"]
    rows = lead.get("/board/changes?cycle=all&view=list", headers=HTMX | {"HX-PTag": tag}).text
    assert f'hx-target="#row-{SHARED}"' in rows
    assert "Open: LAB (design)" in rows


def test_neither_filter_nor_signature_costs_a_warm_board_a_statement(lead: PageClient, engine: Engine) -> None:
    move(lead, "design")
    lead.get("/board?cycle=all")
    with asked(engine) as plain:
        lead.get("/board?cycle=all&q=lab")
    with asked(engine) as filtered:
        lead.get("/board?cycle=all&waiting=us")
    assert len(filtered) == len(plain)


def test_what_a_part_became_is_kept_as_its_kind(guest: PageClient, lead: PageClient, engine: Engine) -> None:
    move(lead, "design")
    batch(guest, "sign", SHARED)
    with Session(engine) as session:
        command = select(col(models.Entry.command)).join(
            models.PartEvent, col(models.PartEvent.entry_id) == col(models.Entry.id)
        )
        signed = command.where(col(models.PartEvent.event) == PartEventKind.SIGNED)
        assert list(session.scalars(signed)) == ["batch_sign"]
