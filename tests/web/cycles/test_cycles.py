"""The cycles on their line, and making and editing one: named gaps, errors at the field, two planners at once."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from tests.applications import shared_app
from tests.builders import OFFICE, START, Flow, a_cycle, a_programme, load
from tests.databases import ON_SQLITE, Databases
from tests.web import people
from tests.web.conftest import ClientAs, browser_of, sign_in
from tests.web.page_client import Page, PageClient
from tracker.db import models
from tracker.db.engine import reading

pytestmark = ON_SQLITE

THIRD = a_cycle(3)
NEXT = {  # what is proposed: the small programme has three cycles
    "starts_on": (THIRD.ends_on + timedelta(days=1)).isoformat(),
    "ends_on": (THIRD.ends_on + timedelta(days=49)).isoformat(),
    "planning_starts_on": "",
    "planning_ends_on": "",
    "goal": "",
    "gaps": "",
}
_INPUT = re.compile(r'name="(was_\w+|\w+_on|gaps|key)"[^>]*? value="([^"]*)"')


@pytest.fixture
def planner(client_as: ClientAs) -> PageClient:
    """A planner who reads English."""
    browser = client_as("planner")
    browser.submit("/language", {"language": "en"})
    return browser


def cycles(engine: Engine) -> list[models.Cycle]:
    with reading(engine) as session:
        return list(session.scalars(select(models.Cycle).order_by(col(models.Cycle.number))))


def entries(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(models.Entry)) or 0


def form_of(text: str) -> dict[str, str]:
    """What a browser would send of the form if nothing more were typed."""
    form = {name: unescape(value) for name, value in _INPUT.findall(text)}
    goal = re.search(r'<textarea[^>]*name="goal"[^>]*>\n?([^<]*)</textarea>', text)
    return form | {"goal": unescape(goal[1]) if goal else ""}


def wrong_fields(text: str) -> set[str | None]:
    return {attributes.get("name") for _, attributes, _ in Page(text).fields if "aria-invalid" in attributes}


def test_the_cycles_stand_on_one_line_and_in_a_table(planner: PageClient) -> None:
    page = planner.get("/cycles")
    text = Page(page.text).text
    assert "Cycle 1 closed" in text
    assert "Cycle 2 running" in text
    assert "Cycle 3 draft" in text
    assert "working day" in text
    assert page.text.index('href="/cycles/3/plan"') < page.text.index('href="/cycles/2/review"')
    assert 'href="/cycles/1"' in page.text
    assert 'aria-current="page">Cycles' in page.text
    assert page.text.count('class="bar is-') == 3


def test_without_cycles_it_says_what_to_do(databases: Databases) -> None:
    engine = databases.restored()
    load(engine, a_programme(Flow(actor=OFFICE), cycles=[]))
    people.join(engine)
    app = shared_app(engine)
    for who, may in (("viewer", False), ("planner", True)):
        browser = browser_of(app)
        sign_in(browser, people.signed_in(engine, who))
        browser.submit("/language", {"language": "en"})
        text = browser.page("/cycles").text
        assert "No cycles yet" in text
        assert ("Create cycle 1" in text) is may
        assert ("First day" in browser.page("/cycles/new").text) is may


def test_the_next_cycle_is_made_as_it_is_proposed(planner: PageClient, engine: Engine) -> None:
    form = form_of(planner.get("/cycles/new").text)
    assert form["starts_on"] == NEXT["starts_on"]
    answer = planner.submit("/cycles/new", form | {"goal": "Allt i test"})
    assert (answer.status_code, answer.location) == (303, "/cycles")
    made = cycles(engine)[-1]
    assert (made.number, made.goal, made.starts_on.isoformat()) == (4, "Allt i test", NEXT["starts_on"])
    assert "Cycle 4 is created" in planner.page("/cycles").text


def test_sent_twice_it_is_made_once(planner: PageClient, engine: Engine) -> None:
    form = NEXT | {"key": "en gång"}
    assert planner.submit("/cycles/new", form).status_code == 303
    assert planner.submit("/cycles/new", form).status_code == 303
    assert len(cycles(engine)) == 4


def test_a_gap_is_named_before_it_is_saved(planner: PageClient, engine: Engine) -> None:
    later = (THIRD.ends_on + timedelta(days=8)).isoformat()
    answer = planner.submit("/cycles/new", NEXT | {"starts_on": later, "goal": "Skrev jag"})
    assert answer.status_code == 422
    assert "Between cycles 3 and 4, outside cycles: 7 days" in answer.text
    assert len(cycles(engine)) == 3
    form = form_of(answer.text)
    assert (form["starts_on"], form["goal"]) == (later, "Skrev jag")
    assert planner.submit("/cycles/new", form).status_code == 303
    assert "outside cycles: 7 days" in planner.page("/cycles").text
    shown = planner.page(f"/cycles/new?starts_on={NEXT['starts_on'].replace('2023', '2024')}&ends_on=2024-12-01").text
    assert "outside cycles" in shown


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"starts_on": THIRD.ends_on.isoformat()}, "starts_on", "Cycles do not overlap"),
        ({"ends_on": "2023-01-01"}, "ends_on", "The last day is before the first"),
        ({"starts_on": "igår"}, "starts_on", "Write the date as year-month-day"),
        ({"ends_on": ""}, "ends_on", "Write the date as year-month-day"),
        ({"starts_on": "99999-01-01"}, "starts_on", "Write the date as year-month-day"),
        ({"starts_on": "0203-01-01", "ends_on": "0203-02-01"}, "starts_on", "Choose a year"),
        ({"ends_on": "9999-12-31"}, "ends_on", "Choose a year"),
        ({"planning_starts_on": "2023-06-01"}, "planning_ends_on", "Give both days"),
        ({"goal": "två\x07rader"}, "goal", "on one line"),
        ({"goal": "x" * 201}, "goal", "200 characters"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_what_was_typed_is_kept(
    planner: PageClient, engine: Engine, fields: dict[str, str], field: str, says: str
) -> None:
    before = entries(engine)
    answer = planner.submit("/cycles/new", NEXT | {"goal": "Skrev jag"} | fields)
    assert answer.status_code == 422
    assert wrong_fields(answer.text) == {field}
    assert says in Page(answer.text).text
    assert fields.get("goal", "Skrev jag") in unescape(answer.text)
    assert entries(engine) == before


def test_seven_weeks_are_proposed_from_any_first_day(planner: PageClient, engine: Engine) -> None:
    answer = planner.submit("/cycles/new", NEXT | {"starts_on": "2027-01-04", "goal": "Kvar", "then": "propose"})
    form = form_of(answer.text)
    assert answer.status_code == 200
    assert (form["ends_on"], form["planning_starts_on"], form["planning_ends_on"], form["goal"]) == (
        "2027-02-21",
        "2026-12-28",
        "2026-12-30",
        "Kvar",
    )
    for odd in ("", "x", "9999-12-31", "0001-01-01"):
        assert planner.submit("/cycles/new", NEXT | {"starts_on": odd, "then": "propose"}).status_code == 422
    assert len(cycles(engine)) == 3


def test_a_goal_broken_by_enter_is_one_sentence(planner: PageClient, engine: Engine) -> None:
    assert planner.submit("/cycles/new", NEXT | {"goal": "Allt i\r\ntest"}).status_code == 303
    assert cycles(engine)[-1].goal == "Allt i test"
    form = form_of(planner.get("/cycles/4/edit").text)
    assert planner.submit("/cycles/4/edit", form | {"goal": "Allt\r\nklart"}).status_code == 303
    assert cycles(engine)[-1].goal == "Allt klart"


def test_dates_and_goal_are_written_over(planner: PageClient, engine: Engine) -> None:
    form = form_of(planner.get("/cycles/3/edit").text)
    answer = planner.submit("/cycles/3/edit", form | {"goal": "Klart före sommaren"})
    assert (answer.status_code, answer.location) == (303, "/cycles")
    assert "Saved: cycle goal" in planner.page("/cycles").text
    assert cycles(engine)[2].goal == "Klart före sommaren"
    form = form_of(planner.get("/cycles/3/edit").text)
    answer = planner.submit("/cycles/3/edit", form | {"starts_on": (THIRD.starts_on + timedelta(days=2)).isoformat()})
    assert answer.status_code == 422
    assert "Between cycles 2 and 3, outside cycles: 2 days" in answer.text
    assert planner.submit("/cycles/3/edit", form_of(answer.text)).status_code == 303
    # The gap was there before: only a new one is asked about.
    form = form_of(planner.get("/cycles/3/edit").text) | {"goal": "Kort", "gaps": ""}
    assert planner.submit("/cycles/3/edit", form).status_code == 303


def test_of_a_closed_cycle_only_the_goal_is_edited(planner: PageClient, engine: Engine) -> None:
    page = planner.get("/cycles/1/edit")
    form = form_of(page.text)
    assert 'id="field-starts_on"' not in page.text
    assert planner.submit("/cycles/1/edit", form | {"goal": "Så blev det"}).status_code == 303
    dates = {"starts_on": START.isoformat(), "was_starts_on": START.isoformat()}
    moved = form_of(planner.get("/cycles/1/edit").text) | dates | {"starts_on": "2022-12-01"}
    answer = planner.submit("/cycles/1/edit", moved)
    assert answer.status_code == 409
    assert "its dates stand" in answer.text
    assert cycles(engine)[0].starts_on == START


def test_two_planners_on_different_fields_both_win_and_on_the_same_both_texts_are_shown(
    planner: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    other = client_as("admin")
    mine, theirs = (form_of(browser.get("/cycles/3/edit").text) for browser in (planner, other))
    assert other.submit("/cycles/3/edit", theirs | {"goal": "Deras <b>"}).status_code == 303
    longer = (THIRD.ends_on + timedelta(days=7)).isoformat()
    answer = planner.submit("/cycles/3/edit", mine | {"goal": "Mitt", "ends_on": longer})
    assert answer.status_code == 409
    assert "Namn admin wrote something else" in Page(answer.text).text
    assert "Deras &lt;b&gt;" in answer.text
    form = form_of(answer.text)
    assert (form["goal"], form["was_goal"], form["ends_on"]) == ("Mitt", "Deras <b>", longer)
    assert cycles(engine)[2].goal == "Deras <b>"
    assert planner.submit("/cycles/3/edit", form | {"choice_goal": "theirs"}).status_code == 303
    assert (cycles(engine)[2].goal, cycles(engine)[2].ends_on.isoformat()) == ("Deras <b>", longer)


def test_who_may_not_write_sees_why(client_as: ClientAs) -> None:
    viewer = client_as("viewer")
    viewer.submit("/language", {"language": "en"})
    for path in ("/cycles/new", "/cycles/3/edit"):
        assert "Only planners" in viewer.page(path).text
        assert f'action="{path}"' not in viewer.get(path).text
    assert "/cycles/new" not in viewer.get("/cycles").text


@pytest.mark.parametrize("path", ["/cycles/99/edit", "/cycles/0/edit", "/cycles/99999999999999999999/edit"])
def test_a_cycle_that_is_not_there_is_not_found(planner: PageClient, path: str) -> None:
    assert planner.get(path).status_code == 404
    assert planner.submit(path, NEXT).status_code in {404, 422}


@pytest.mark.parametrize("since", ["0", "2", "99", "x", "-1", "٣", "99999999999999999999", "' OR 1=1"])
def test_odd_beginnings_of_the_line_are_ignored(planner: PageClient, since: str) -> None:
    assert planner.get("/cycles", query_string={"from": since}).status_code == 200


def test_broken_forms_are_refused(planner: PageClient) -> None:
    assert planner.submit("/cycles/3/edit", {}).status_code == 422
    assert planner.submit("/cycles/3/edit", {"goal": "x"}).status_code == 422
    assert planner.submit("/cycles/new", {"then": "annat"} | NEXT).status_code == 422
    assert planner.get("/cycles/new?starts_on=%3Cscript%3E&ends_on=0001-01-01").status_code == 200
