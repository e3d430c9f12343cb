"""The table of blockers, the page of one and raising a new one: with htmx and without, allowed and refused."""

import html as html_
import re

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db import models
from tracker.db.models import Blocker, BlockerEvent, FieldChange, Note, Workflow
from tracker.domain.states import BlockerCategory, HoldEvent

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
NEW = {"title": "Svar utan enhetskod", "category": "integration"}
# In the small programme blocker 1 holds LAB-003, and blocker 2 held RTG-002. LKM-002 is done, RTG-002 archived.


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


def held(engine: Engine, blocker: int) -> set[str]:
    """What a blocker holds, by the last event of each workflow."""
    with Session(engine) as session:
        rows = session.exec(
            select(BlockerEvent, Workflow.key)
            .join(Workflow)
            .where(BlockerEvent.blocker_id == blocker)
            .order_by(BlockerEvent.happened_at, BlockerEvent.id)  # type: ignore[arg-type]
        )
        last = {key: event.event for event, key in rows}
    return {key for key, event in last.items() if event is HoldEvent.HELD}


def blockers(engine: Engine) -> dict[int, Blocker]:
    with Session(engine) as session:
        return {row.id or 0: row for row in session.exec(select(Blocker))}


def entries(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.exec(select(models.Entry)).all())


def raise_on(client: PageClient, keys: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
    return client.submit("/blockers/new", {**NEW, "workflow": keys, **fields}, headers=headers)


def text_of(answer: TestResponse) -> str:
    return " ".join(html_.unescape(re.sub(r"<[^>]+>", "", answer.text)).split())


def edit_form(client: PageClient, number: int = 1) -> dict[str, str]:
    """The edit form of a blocker's page as a browser would send it unchanged."""
    text = client.get(f"/blockers/{number}").text
    form = re.search(r'<form[^>]*id="edit-form".*?</form>', text, re.DOTALL)
    assert form is not None
    was = {name: html_.unescape(value) for name, value in re.findall(r'name="was_(\w+)" value="([^"]*)"', form[0])}
    return was | {f"was_{name}": value for name, value in was.items()}


# --- the table


def test_the_table_shows_open_ones_with_all_there_is_to_know(lead: PageClient) -> None:
    page = lead.page("/blockers")
    for told in ("Etikettskrivare saknas", "Equipment", "Testledare", "LAB-003", "LAB", "54", "1 open now"):
        assert told in page.text, told
    assert 'href="/workflows/LAB-003"' in lead.get("/blockers").text
    assert "/blockers/2" not in lead.get("/blockers").text


def test_resolved_ones_tell_when_and_how(lead: PageClient) -> None:
    assert "Löst" in lead.page("/blockers?state=resolved").text
    both = lead.get("/blockers?state=all").text
    assert "/blockers/1" in both
    assert "/blockers/2" in both


def test_overdue_decisions_stand_on_top_and_say_so_in_words(planner: PageClient) -> None:
    raise_on(
        planner, "LAB-001", title="Vänta på beslut", category="decision", decider="Styrgruppen", decide_by="2023-03-26"
    )
    answer = planner.get("/blockers?sort=urgent")
    text = text_of(answer)
    assert text.index("Vänta på beslut") < text.index("Etikettskrivare saknas", text.index("Workflows × days"))
    assert "4 days overdue" in text
    assert "1 decision overdue" in text
    assert "Etikettskrivare" not in re.sub(r".*<tbody", "", planner.get("/blockers?overdue=1").text, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("workstream=LAB", True),
        ("workstream=RTG", False),
        ("category=equipment", True),
        ("category=vendor", False),
        ("owner=Testledare", True),
        ("q=etikett", True),
        ("q=LAB-003", True),
        ("q=finnsinte", False),
        ("state=resolved", False),
        ("overdue=1", False),
        ("sort=-age", True),
    ],
)
@ON_SQLITE
def test_filters_live_in_the_address(lead: PageClient, query: str, is_there: bool) -> None:
    assert ('id="blocker-1"' in lead.get(f"/blockers?{query}").text) is is_there


@ON_SQLITE
@pytest.mark.parametrize(
    "query", ["workstream=XXX", "category=x", "owner=x", "state=x", "sort=x", "sort=--age", "sida=2"]
)
def test_what_means_nothing_is_left_out_and_said(lead: PageClient, query: str) -> None:
    answer = lead.get(f"/blockers?{query}")
    assert answer.status_code == 200
    assert f"The filter {query} means nothing here" in html_.unescape(answer.text)
    assert 'id="blocker-1"' in answer.text


@ON_SQLITE
def test_a_filter_that_hides_all_offers_the_way_back(lead: PageClient) -> None:
    answer = lead.get("/blockers?q=finnsinte")
    assert "No blocker matches" in answer.text
    assert "Show all 1" in answer.text


@ON_SQLITE
def test_a_heading_sorts_and_a_second_click_turns_it_round(lead: PageClient) -> None:
    assert 'aria-sort="descending"' in lead.get("/blockers?sort=age").text
    assert "sort=-age" in lead.get("/blockers?sort=age").text
    assert 'aria-sort="ascending"' in lead.get("/blockers?sort=-age").text


# --- raising


@pytest.mark.parametrize("keys", ["LAB-001", "LAB-001, lab-002;LAB-003", "LAB-001\r\nLAB-001"])
def test_a_blocker_is_raised_on_one_or_many(lead: PageClient, engine: Engine, keys: str) -> None:
    answer = raise_on(lead, keys, note="Sedan i går", owner="Testledare")
    assert answer.status_code == 303
    number = max(blockers(engine))
    assert answer.location == f"/blockers/{number}"
    assert held(engine, number) == set(re.findall(r"LAB-\d+", keys.upper()))
    assert blockers(engine)[number].category is BlockerCategory.INTEGRATION
    assert "holds LAB-001" in lead.page(answer.location).text


def test_all_or_nothing_with_every_cause_and_what_was_typed(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    answer = raise_on(lead, "LAB-001 LKM-002 RTG-002 XXX-9 RTG-001", mitigation="Skrev jag")
    text = text_of(answer)
    assert answer.status_code in {403, 409, 422}
    for cause in ("LKM-002", "RTG-002 is archived", "There is no workflow XXX-9", "RTG-001: Only leads of"):
        assert cause in text, cause
    assert "Skrev jag" in answer.text
    assert "LAB-001 LKM-002 RTG-002 XXX-9 RTG-001" in answer.text
    assert (entries(engine), set(blockers(engine))) == (before, {1, 2})


def test_when_none_can_be_held_every_cause_is_told_too(planner: PageClient, engine: Engine) -> None:
    answer = raise_on(planner, "LKM-002 RTG-002 XXX-9")
    text = text_of(answer)
    for cause in ("LKM-002 is done", "RTG-002 is archived", "There is no workflow XXX-9"):
        assert cause in text, cause
    assert set(blockers(engine)) == {1, 2}


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"title": ""}, "title", "Write what is in the way"),
        ({"title": "å" * 201}, "title", "at most 200"),
        ({"title": "a\nb"}, "title", "one line"),
        ({"category": ""}, "category", "Choose a category"),
        ({"category": "moo"}, "category", "Choose a category"),
        ({"workflow": " "}, "workflow", "Write the keys"),
        ({"workflow": "x" * 10_001}, "workflow", "Write the keys"),
        ({"decide_by": "28/4"}, "decide_by", "year-month-day"),
        ({"happened_on": "2031-01-01"}, "happened_on", "has not come yet"),
        ({"happened_on": "1999-01-01"}, "happened_on", "Choose"),
        ({"mitigation": "å" * 10_001}, "mitigation", "at most 10,000"),
        ({"existing": "MOO"}, "existing", "Choose one of the blockers"),
        ({"existing": str(2**63)}, "existing", "Choose one of the blockers"),
    ],
)
@ON_SQLITE
def test_a_wrong_field_is_named_and_what_was_typed_is_kept(
    lead: PageClient, engine: Engine, fields: dict[str, str], field: str, says: str
) -> None:
    form = {**NEW, "workflow": "LAB-001", "owner": "Detta skrev jag", **fields}
    for headers in ({}, HTMX):
        answer = lead.submit("/blockers/new", form, headers=headers)
        assert answer.status_code == 422
        assert says in html_.unescape(answer.text)
        assert f"raise-{field}" in answer.text or field == "existing"
        assert "Detta skrev jag" in answer.text
    assert set(blockers(engine)) == {1, 2}


@ON_SQLITE
def test_several_wrong_fields_are_named_at_once(lead: PageClient) -> None:
    answer = lead.submit("/blockers/new", {"workflow": "", "title": "", "category": ""})
    assert all(f'href="#raise-{name}"' in answer.text for name in ("workflow", "title", "category"))


def test_an_open_blocker_is_offered_and_can_hold_it_instead(lead: PageClient, engine: Engine) -> None:
    form = lead.get("/blockers/new?workflow=LAB-001&title=Etikettskrivare").text
    assert 'name="existing" value="1"' in form
    answer = lead.submit("/blockers/new", {"workflow": "LAB-001 LAB-002", "existing": "1"})
    assert (answer.status_code, answer.location) == (303, "/blockers/1")
    assert held(engine, 1) == {"LAB-001", "LAB-002", "LAB-003"}
    assert set(blockers(engine)) == {1, 2}


def test_an_existing_one_holds_all_of_them_or_none(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit("/blockers/new", {"workflow": "LAB-001 LKM-002", "existing": "1"})
    assert answer.status_code in {403, 409}
    assert held(engine, 1) == {"LAB-003"}
    assert 'value="1" checked' in answer.text or 'value="1"  checked' in answer.text


@ON_SQLITE
def test_an_existing_one_that_is_gone_is_said(lead: PageClient) -> None:
    answer = lead.submit("/blockers/new", {"workflow": "LAB-001", "existing": "99"})
    assert answer.status_code == 422
    assert "There is no blocker 99" in answer.text


@ON_SQLITE
def test_the_form_is_a_page_and_for_htmx_a_part_with_the_keys_in_it(lead: PageClient) -> None:
    page = lead.page("/blockers/new?workflow=LAB-001&workflow=LAB-002")
    assert any(tag == "textarea" and attrs.get("name") == "workflow" for tag, attrs in page.elements)
    part = lead.get("/blockers/new?workflow=LAB-001&workflow=LAB-002", headers=HTMX)
    assert "<html" not in part.text
    assert "LAB-001 LAB-002" in part.text
    assert "hx-post" in part.text


@ON_SQLITE
def test_in_the_board_a_word_about_it_comes_back_and_the_board_is_told(lead: PageClient, engine: Engine) -> None:
    answer = raise_on(lead, "LAB-001", headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "tracker:written"
    assert 'class="toast"' in answer.text
    assert "“Svar utan enhetskod” holds LAB-001 now." in text_of(answer)
    refused = raise_on(lead, "LAB-001", headers=HTMX, title="")
    assert refused.status_code == 422
    assert (refused.headers["HX-Retarget"], refused.headers["HX-Reswap"]) == ("#sheet", "innerHTML")
    assert "autofocus" in refused.text
    assert "HX-Trigger" not in refused.headers


def test_the_same_form_sent_twice_raises_one(lead: PageClient, engine: Engine) -> None:
    answers = [raise_on(lead, "LAB-001", key="abc") for _ in range(2)]
    assert [answer.location for answer in answers] == ["/blockers/3", "/blockers/3"]
    assert set(blockers(engine)) == {1, 2, 3}


# --- one blocker


def test_the_page_tells_all_there_is_to_know(lead: PageClient) -> None:
    text = lead.page("/blockers/1").text
    for told in (
        "Etikettskrivare saknas",
        "Equipment",
        "Testledare",
        "LAB-003",
        "Holds 1 workflow",
        "Raised, held LAB-003",
    ):
        assert told in text, told
    assert "resolved" in lead.page("/blockers/2").text


@pytest.mark.parametrize("number", ["0", "99", "2147483648", str(2**70), "MOO", "-1", "..", "1.5"])
@ON_SQLITE
def test_an_unknown_blocker_is_not_found(lead: PageClient, number: str) -> None:
    assert lead.get(f"/blockers/{number}").status_code == 404
    for action in ("edit", "release", "hold", "note"):
        assert lead.submit(f"/blockers/{number}/{action}", {"note": "x", "workflow": "LAB-001"}).status_code in {
            404,
            422,
        }


def test_letting_go_of_the_last_one_needs_a_text_and_keeps_what_was_typed(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit("/blockers/1/release", {"workflow": "LAB-003", "happened_on": "2023-03-29"})
    assert answer.status_code == 422
    assert "Write how it was resolved" in answer.text
    assert 'value="2023-03-29"' in answer.text
    assert 'value="LAB-003" checked' in answer.text
    assert held(engine, 1) == {"LAB-003"}


def test_one_is_released_and_then_all(lead: PageClient, engine: Engine) -> None:
    raise_on(lead, "LAB-001 LAB-002 LAB-003")
    one = lead.submit("/blockers/3/release", {"workflow": "LAB-002"})
    assert (one.status_code, one.location) == (303, "/blockers/3")
    assert held(engine, 3) == {"LAB-001", "LAB-003"}
    rest = lead.submit("/blockers/3/release", {"scope": "all", "note": "Koden är rättad"})
    assert rest.status_code == 303
    assert held(engine, 3) == set()
    text = lead.page("/blockers/3").text
    assert "Koden är rättad" in text
    assert "Resolved, released LAB-001, LAB-003" in text


def test_holding_again_opens_it_again(lead: PageClient, engine: Engine) -> None:
    lead.submit("/blockers/1/release", {"scope": "all", "note": "Löst"})
    again = lead.submit("/blockers/1/hold", {"workflow": "LAB-003 LAB-001"})
    assert again.status_code == 303
    assert held(engine, 1) == {"LAB-001", "LAB-003"}
    page = lead.page("/blockers/1").text
    assert "reopened once" in page
    assert "Opened again, held LAB-001, LAB-003" in page


def test_what_cannot_be_held_is_named_and_the_rest_is_held(lead: PageClient, engine: Engine) -> None:
    answer = lead.submit("/blockers/1/hold", {"workflow": "LAB-001 LKM-002 XXX-1"}, follow_redirects=True)
    text = text_of(answer)
    assert "Holds now: LAB-001." in text
    assert "There is no workflow XXX-1" in text
    assert held(engine, 1) == {"LAB-001", "LAB-003"}
    refused = lead.submit("/blockers/1/hold", {"workflow": "XXX-1", "note": "Skrev jag"})
    assert refused.status_code == 422
    assert "XXX-1" in refused.text
    assert "Skrev jag" in refused.text


def test_a_note_is_kept_and_shown(lead: PageClient, engine: Engine) -> None:
    assert lead.submit("/blockers/1/note", {"note": "Ringde leverantören\nSvar i morgon"}).status_code == 303
    with Session(engine) as session:
        assert "Ringde leverantören\nSvar i morgon" in [row.text for row in session.exec(select(Note))]
    assert "Ringde leverantören" in lead.page("/blockers/1").text
    assert lead.submit("/blockers/1/note", {"note": " "}).status_code == 422


def test_two_on_different_fields_both_win(lead: PageClient, planner: PageClient, engine: Engine) -> None:
    mine, theirs = edit_form(lead), edit_form(planner)
    assert planner.submit("/blockers/1/edit", theirs | {"owner": "Inköp"}).status_code == 303
    assert lead.submit("/blockers/1/edit", mine | {"mitigation": "Lånar en"}).status_code == 303
    row = blockers(engine)[1]
    assert (row.owner, row.mitigation) == ("Inköp", "Lånar en")
    text = lead.page("/blockers/1").text
    assert "Owner: Testledare → Inköp" in text
    with Session(engine) as session:
        assert [(each.field, each.after) for each in session.exec(select(FieldChange))] == [
            ("owner", "Inköp"),
            ("mitigation", "Lånar en"),
        ]


def test_two_on_the_same_field_see_both_values_and_saving_again_decides(
    lead: PageClient, planner: PageClient, engine: Engine
) -> None:
    mine, theirs = edit_form(lead), edit_form(planner)
    planner.submit("/blockers/1/edit", theirs | {"owner": "Inköp", "decider": "Chefen"})
    answer = lead.submit("/blockers/1/edit", mine | {"owner": "Teknik", "mitigation": "Lånar en"})
    assert answer.status_code == 409
    text = html_.unescape(answer.text)
    assert "Namn planner wrote “Inköp” here" in text
    for kept in ('value="Teknik"', "Lånar en", 'name="was_owner" value="Inköp"', 'value="Chefen"'):
        assert kept in text, kept
    assert blockers(engine)[1].mitigation == ""
    form = re.search(r'<form[^>]*id="edit-form".*?</form>', text, re.DOTALL)
    assert form is not None
    was = dict(re.findall(r'name="(was_\w+)" value="([^"]*)"', form[0]))
    again = {name[4:]: value for name, value in was.items()} | was | {"owner": "Teknik", "mitigation": "Lånar en"}
    assert lead.submit("/blockers/1/edit", again).status_code == 303
    row = blockers(engine)[1]
    assert (row.owner, row.mitigation, row.decider) == ("Teknik", "Lånar en", "Chefen")


@ON_SQLITE
def test_a_refusal_for_another_reason_hides_no_conflict(lead: PageClient, planner: PageClient, engine: Engine) -> None:
    mine, theirs = edit_form(lead), edit_form(planner)
    planner.submit("/blockers/1/edit", theirs | {"owner": "Inköp"})
    wrong = lead.submit("/blockers/1/edit", mine | {"owner": "Teknik", "title": ""})
    assert wrong.status_code == 422
    was = {name: html_.unescape(text) for name, text in re.findall(r'name="(was_\w+)" value="([^"]*)"', wrong.text)}
    again = {name[4:]: text for name, text in was.items()} | was | {"owner": "Teknik"}
    assert lead.submit("/blockers/1/edit", again).status_code == 409
    assert blockers(engine)[1].owner == "Inköp"


def test_a_form_sent_unchanged_writes_nothing(lead: PageClient, engine: Engine) -> None:
    before = entries(engine)
    assert lead.submit("/blockers/1/edit", edit_form(lead)).status_code == 303
    assert entries(engine) == before


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("category", "x"), ("decide_by", "28/4"), ("owner", "å" * 201), ("mitigation", "å" * 10_001)],
)
def test_a_wrong_field_of_an_edit_is_named(lead: PageClient, engine: Engine, field: str, value: str) -> None:
    answer = lead.submit("/blockers/1/edit", edit_form(lead) | {"decider": "Skrev jag", field: value})
    assert answer.status_code == 422
    assert f'href="#edit-{field}"' in answer.text
    assert "Skrev jag" in answer.text
    assert blockers(engine)[1].title == "Etikettskrivare saknas"


@ON_SQLITE
def test_an_edit_without_its_fields_is_broken_and_said(lead: PageClient) -> None:
    answer = lead.submit("/blockers/1/edit", {"title": "Annat"})
    assert answer.status_code == 422
    assert "This form is broken" in answer.text


@ON_SQLITE
@pytest.mark.parametrize(
    ("who", "may"),
    [("viewer", False), ("lead_owner", True), ("lead_shared", False), ("lead_other", False), ("planner", True)],
)
def test_who_may_not_reads_and_is_told_why(client_as: ClientAs, engine: Engine, who: str, may: bool) -> None:
    browser = client_as(who)
    browser.submit("/language", {"language": "en"})
    text = browser.get("/blockers/1").text
    assert ('id="edit-form"' in text) is may
    assert ("Only leads of LAB and planners can change it." in text) is not may
    before = entries(engine)
    for action, fields in (
        ("release", {"scope": "all", "note": "x"}),
        ("hold", {"workflow": "LAB-002"}),
        ("note", {"note": "x"}),
    ):
        answer = browser.submit(f"/blockers/1/{action}", fields)
        assert answer.status_code == (303 if may else 403), action
    assert (entries(engine) == before) is not may


def test_a_lead_of_a_stream_that_takes_part_raises_and_releases(client_as: ClientAs, engine: Engine) -> None:
    shared = client_as("lead_shared")
    assert raise_on(shared, "LAB-001").status_code == 303  # LAB owns it, LKM takes part
    assert shared.submit("/blockers/3/release", {"scope": "all", "note": "Löst"}).status_code == 303
    assert held(engine, 3) == set()


def test_only_ones_own_are_released_of_a_blocker_over_several_streams(
    client_as: ClientAs, planner: PageClient, engine: Engine
) -> None:
    raise_on(planner, "LAB-002 RTG-001")
    other = client_as("lead_other")
    assert "disabled" in other.get("/blockers/3").text
    assert other.submit("/blockers/3/release", {"scope": "all", "note": "Klart hos oss"}).status_code == 303
    assert held(engine, 3) == {"LAB-002"}
    assert other.submit("/blockers/3/release", {"workflow": "LAB-002", "note": "x"}).status_code == 403


@ON_SQLITE
def test_text_of_people_is_shown_as_it_is_and_turns_nothing(lead: PageClient) -> None:
    hostile = "<img src=x onerror=alert(1)>{{ 7*7 }}\u202eabc"
    raise_on(
        lead,
        "LAB-001",
        title=hostile,
        title_en=hostile,
        owner=hostile,
        mitigation=hostile,
        decider=hostile,
        note=hostile,
    )
    for path in ("/blockers", "/blockers/3", "/blockers/new?workflow=LAB-002&title=" + "img"):
        text = lead.get(path).text
        assert "<img" not in text
        assert ">49" not in text
    assert "{{ 7*7 }}" in lead.get("/blockers/3").text


def test_blockers_are_found_by_age(planner: PageClient) -> None:
    ages = {"0-7": False, "8-14": False, "15-28": False, "29-": True}  # blocker 1 has been open for 54 days
    for age, is_there in ages.items():
        assert ('id="blocker-1"' in planner.get(f"/blockers?age={age}").text) is is_there, age
    both = planner.page("/blockers?age=0-7&age=29-")
    assert "1 blocker" in both.text
    assert "over 28 days" in both.text
    assert "The filter age=x means nothing here and was left out." in planner.page("/blockers?age=x").text
