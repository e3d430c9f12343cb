"""The board by URL: whose, of what, filtered and grouped, and what has changed since."""

import re
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.web import people
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.commands.accounts.account import operator
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.domain.states import State
from tracker.queries.board.cards import Card
from tracker.queries.board.layout import Cell
from tracker.web.board.words import limit_words, over_words

CARD = re.compile(r'<article id="card-(?P<key>[A-Z]+-\d+)"')
COLUMN = re.compile(r'data-state="(\w+)"')


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """A lead of LAB who reads English."""
    lead = client_as("lead_owner")
    lead.submit("/language", {"language": "en"})
    return lead


def keys(client: PageClient, path: str) -> list[str]:
    """The keys of the cards on a board."""
    response = client.get(path)
    assert response.status_code == 200, response.status
    return CARD.findall(response.text)


def by_column(html: str) -> dict[str, list[str]]:
    """The keys in each column of an ungrouped board."""
    _, *parts = re.split(r'<section class="column[^>]*data-state="', html)
    return {part.split('"')[0]: CARD.findall(part.split("</section>")[0]) for part in parts}


def query(location: str) -> dict[str, list[str]]:
    """The parameters of an address."""
    return parse_qs(urlsplit(location).query)


def test_a_lead_is_taken_to_the_own_streams_in_the_running_cycle(lead: PageClient) -> None:
    assert query(lead.get("/board").location) == {"cycle": ["2"], "workstream": ["LAB"]}


@pytest.mark.parametrize("who", ["viewer", "planner", "admin"])
def test_others_are_taken_to_the_whole_running_cycle(client_as: ClientAs, who: str) -> None:
    assert query(client_as(who).get("/board").location) == {"cycle": ["2"]}


def test_cards_stand_in_the_column_of_their_state(lead: PageClient) -> None:
    columns = by_column(lead.get("/board?cycle=all").text)
    assert list(columns) == ["not_started", "design", "validation", "test", "done"]
    assert columns["test"] == ["LKM-001"]
    assert columns["done"] == ["LKM-002"]
    assert not any("RTG-002" in here for here in columns.values())  # archived


def test_cards_are_sorted_by_priority_then_longest_in_state(lead: PageClient) -> None:
    assert by_column(lead.get("/board?cycle=all").text)["validation"] == ["LAB-003", "RTG-001"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/board?cycle=2", {"LAB-002", "LKM-003"}),
        ("/board?cycle=1", {"LKM-002", "LKM-003"}),  # as it was when it was closed
        ("/board?cycle=none", {"LAB-001", "LAB-003", "LKM-001", "RTG-001"}),
        ("/board?cycle=all&workstream=LKM", {"LAB-001", "LKM-001", "LKM-002", "LKM-003"}),
        ("/board?cycle=all&workstream=LKM&workstream=RTG", {"LAB-001", "LKM-001", "LKM-002", "LKM-003", "RTG-001"}),
        ("/board?cycle=all&project=SOKI", {"LKM-001", "LKM-002", "LKM-003"}),
        ("/board?cycle=all&owner=Sektionsledare", {"LAB-002"}),
        ("/board?cycle=all&blocked=1", {"LAB-003"}),
        ("/board?cycle=all&q=%C3%B6ppna", {"LKM-002"}),
        ("/board?cycle=all&q=M%C3%84RKA", {"LAB-002"}),
        ("/board?cycle=all&q=lab-001+rtg-001", {"LAB-001", "RTG-001"}),
        ("/board?cycle=all&q=%25", set()),
    ],
)
def test_the_url_says_what_is_shown(lead: PageClient, path: str, shown: set[str]) -> None:
    assert set(keys(lead, path)) == shown


def test_what_was_done_and_put_away_stays_on_the_board_of_its_closed_cycle(client_as: ClientAs) -> None:
    planner = client_as("planner")
    version = re.search(r'data-workflow="LKM-002" data-version="(\d+)"', planner.get("/board?cycle=1").text)
    assert version is not None
    archived = planner.submit("/workflows/LKM-002/archive", {"version": version[1], "confirm": "1"})
    assert archived.status_code == 303
    assert by_column(planner.get("/board?cycle=1").text)["done"] == ["LKM-002"]
    assert "LKM-002" not in keys(planner, "/board?cycle=all")


def test_owned_and_shared_are_counted_apart(lead: PageClient) -> None:
    assert "3 + 1 shared" in lead.page("/board?cycle=all&workstream=LKM").text


@pytest.mark.parametrize("group", ["workstream", "project", "owner"])
def test_lanes_hold_every_card_once(lead: PageClient, group: str) -> None:
    assert sorted(keys(lead, f"/board?cycle=all&group={group}")) == sorted(keys(lead, "/board?cycle=all"))


@pytest.mark.parametrize(
    "bad",
    [
        "cycle=9",
        "cycle=-1",
        "cycle=MOO",
        "workstream=XXX",
        "owner=Nobody",
        "project=%C3%A5",
        "group=colour",
        "view=map",
        "sort=x",
    ],
)
def test_what_means_nothing_is_left_out_with_a_notice(lead: PageClient, bad: str) -> None:
    page = lead.page(f"/board?{bad}&workstream=LAB")
    assert "means nothing here" in page.text


def test_only_columns_carry_a_state_and_cards_carry_neither_form_nor_token(lead: PageClient) -> None:
    html = lead.get("/board?cycle=all").text
    assert len(COLUMN.findall(html)) == 5
    for card in re.findall(r"<article.*?</article>", html, re.DOTALL):
        assert "data-version" in card
        assert not re.search(r"<form|<input|csrf|Namn lead", card)


def test_a_card_looks_the_same_whoever_looks(client_as: ClientAs) -> None:
    cards = [
        re.findall(r"<article.*?</article>", client_as(who).get("/board?cycle=all").text, re.DOTALL)
        for who in ("viewer", "lead_owner", "planner")
    ]
    assert cards[0] == cards[1] == cards[2]


@pytest.mark.parametrize(
    ("who", "may"), [("viewer", ""), ("lead_owner", "LAB"), ("lead_shared", "LKM"), ("planner", "*"), ("admin", "*")]
)
def test_what_the_viewer_may_move_is_told_once_by_the_page(client_as: ClientAs, who: str, may: str) -> None:
    page = client_as(who).page("/board?cycle=all")
    told = [attributes["data-may"] for _, attributes in page.elements if "data-may" in attributes]
    assert told == [may]


def test_a_poll_that_finds_nothing_new_is_answered_with_304(lead: PageClient) -> None:
    tag = lead.get("/board?cycle=all").headers["HX-PTag"]
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-PTag": tag}
    answer = lead.get("/board/changes?cycle=all", headers=headers)
    assert (answer.status_code, answer.get_data()) == (304, b"")


def test_a_poll_finds_what_others_have_moved(lead: PageClient, client_as: ClientAs) -> None:
    tag = lead.get("/board?cycle=all").headers["HX-PTag"]
    client_as("planner").submit("/workflows/LKM-001/move", {"to": "done", "version": "4"})
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-PTag": tag}
    answer = lead.get("/board/changes?cycle=all", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["HX-PTag"] != tag
    (moved,) = answer.get_json()["cards"]
    assert (moved["key"], moved["cell"]) == ("LKM-001", "column-done")
    assert 'data-workflow="LKM-001"' in moved["html"]
    assert answer.get_json()["news"] == {"LKM-001": "Namn planner"}


def test_what_the_reader_did_is_no_news(client_as: ClientAs) -> None:
    planner = client_as("planner")
    tag = planner.get("/board?cycle=all").headers["HX-PTag"]
    planner.submit("/batch", {"workflow": "LKM-001", "version_LKM-001": "4", "action": "move", "to": "done"})
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-PTag": tag}
    answer = planner.get("/board/changes?cycle=all", headers=headers).get_json()
    assert [card["key"] for card in answer["cards"]] == ["LKM-001"]
    assert answer["news"] == {}


def test_a_poll_brings_the_whole_board_when_more_than_workflows_has_changed(
    lead: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    tag = lead.get("/board?cycle=all").headers["HX-PTag"]
    client_as("planner").submit("/workflows/LKM-001/move", {"to": "done", "version": "4"})
    with transaction(engine) as session:
        open_entry(session, operator(session), "cycle_edit", people.NOW).record()
    answer = lead.get("/board/changes?cycle=all", headers=headers | {"HX-PTag": tag})
    assert "<html" not in answer.text
    assert "LKM-001" in by_column(answer.text)["done"]


def test_a_card_that_the_filters_do_not_show_is_named_as_gone(lead: PageClient, client_as: ClientAs) -> None:
    headers = {"HX-Request": "true", "HX-PTag": lead.get("/board?cycle=all").headers["HX-PTag"]}
    client_as("planner").submit("/workflows/LKM-001/move", {"to": "done", "version": "4"})
    answer = lead.get("/board/changes?cycle=all&q=LAB-001", headers=headers).get_json()
    assert (answer["cards"], answer["gone"]) == ([], ["LKM-001"])


def test_a_lane_that_a_workstream_has_left_the_workflow_of_counts_one_less(
    lead: PageClient, client_as: ClientAs
) -> None:
    grouped = "?cycle=all&group=workstream"
    headers = {"HX-Request": "true", "HX-PTag": lead.get(f"/board{grouped}").headers["HX-PTag"]}
    client_as("planner").submit("/workflows/LAB-001/parts", {"workstream": "LKM", "event": "left"})
    rails = lead.get(f"/board/changes{grouped}", headers=headers).get_json()["rails"]
    assert "shared" not in rails["LKM"]


def test_keys_of_a_pasted_list_that_are_not_here_are_named(lead: PageClient) -> None:
    page = lead.page("/board?cycle=all&q=LAB-001+lkm-001,XXX-999")
    assert "Not among the workflows here: XXX-999." in page.text
    assert keys(lead, "/board?cycle=all&q=LAB-001+lkm-001,XXX-999") == ["LAB-001", "LKM-001"]
    for words in ("LAB-001", "XXX-999", "svara finns-inte"):  # one key, or words: what is shown says enough
        assert "Not among" not in lead.page(f"/board?cycle=all&q={words}").text


def test_a_page_of_an_older_version_is_followed_and_told(lead: PageClient) -> None:
    tag = lead.get("/board?cycle=all").headers["HX-PTag"]
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-PTag": f"{tag[:-12]}0123456789ab"}
    answer = lead.get("/board/changes?cycle=all", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert (answer.headers["HX-Trigger"], answer.headers["HX-PTag"]) == ("tracker:outdated", tag)


def test_the_tag_changes_with_the_language(lead: PageClient) -> None:
    tag = lead.get("/board?cycle=all").headers["HX-PTag"]
    lead.submit("/language", {"language": "sv"})
    assert lead.get("/board?cycle=all").headers["HX-PTag"] != tag


def test_english_names_where_there_are_any(lead: PageClient) -> None:
    assert "Answer a sample" in lead.page("/board?cycle=all").text
    lead.submit("/language", {"language": "sv"})
    assert "Svara på prov" in lead.page("/board?cycle=all").text


def test_without_a_running_cycle_everything_is_shown(app: Flask, client_as: ClientAs) -> None:
    engine = app.extensions["tracker"].engine
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cycle SET status = 'closed' WHERE number = 2")
    assert query(client_as("planner").get("/board").location) == {"cycle": ["all"]}


def test_nothing_that_matches_is_explained_with_a_way_out(lead: PageClient) -> None:
    page = lead.page("/board?cycle=all&q=finnsinte")
    assert "No workflow matches" in page.text
    assert any(attributes.get("href") == "/board?cycle=all" for _, attributes in page.elements)


def test_an_empty_board_keeps_its_five_columns(lead: PageClient) -> None:
    assert list(by_column(lead.get("/board?cycle=all&q=finnsinte").text)) == [
        "not_started",
        "design",
        "validation",
        "test",
        "done",
    ]


def test_a_plain_client_may_poll_with_an_etag(lead: PageClient) -> None:
    tag = lead.get("/board/changes?cycle=all").headers["ETag"]
    assert lead.get("/board/changes?cycle=all", headers={"If-None-Match": tag}).status_code == 304


def test_not_blocked_is_no_filter(lead: PageClient) -> None:
    page = lead.page("/board?cycle=all&blocked=0")
    assert "means nothing here" not in page.text
    assert "LAB-001" in page.text


@pytest.mark.parametrize(
    ("owned", "cards", "words"),
    [(3, 3, ("of 3", "")), (4, 4, ("of 3", "1 over")), (5, 6, ("5 of 3, 1 shared", "2 over"))],
)
def test_a_column_says_its_limit_and_by_how_many_it_is_over(
    app: Flask, owned: int, cards: int, words: tuple[str, str]
) -> None:
    cell = Cell(State.DESIGN, [cast("Card", None)] * cards, blocked=0, limit=3, owned=owned)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert (limit_words(cell), over_words(cell)) == words
