"""Closing the running cycle and committing the next, each with what it would do before it is done."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.applications import shared_app
from tests.databases import ON_SQLITE, Databases
from tests.db import reviewing
from tests.db.acting import acting, findings, of_workflow, planner, stands, traces
from tests.db.cycles.test_cycles import cycle
from tests.db.reviewing import BLOCKED, CLOSE, LESSER, OTHERS, TWICE, UNMET, give_back, propose
from tests.web import closing
from tests.web.closing import closing_form, commit_form
from tests.web.conftest import ClientAs
from tests.web.page_client import Page, PageClient
from tracker.commands import cycles, reviews
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.cycles.dates import Dates
from tracker.domain.cycles.fields import FIELDS, CycleFields
from tracker.domain.fields import texts_of
from tracker.domain.reviews import Wish
from tracker.domain.states import CycleStatus, Goal, State
from tracker.queries import figures

PATH, COMMIT = "/cycles/2/close", "/cycles/3/commit"
NOW = CLOSE + timedelta(hours=1)


@pytest.fixture
def engine(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A programme at the end of cycle 2, with everything decided unless told; `tracker check` finds nothing in it
    afterwards.
    """
    engine = databases.restored(getattr(request, "param", closing.decided))
    yield engine
    assert findings(engine) == []


@pytest.fixture
def app(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.chdir(tmp_path)
    return shared_app(engine, NOW)


@pytest.fixture
def office(client_as: ClientAs) -> PageClient:
    return in_english(client_as("planner"))


def in_english(browser: PageClient) -> PageClient:
    browser.submit("/language", {"language": "en"})
    return browser


def undecide(engine: Engine, key: str) -> None:
    proposal = reviewing.members(engine)[key].proposal
    assert proposal is not None
    with acting(engine, planner(engine), CLOSE) as (session, entry):
        reviews.withdraw(session, entry, 2, key, version=proposal.version)


def kept_table(page: Page) -> str:
    """What the page shows of the row to be kept, without what depends on when it is looked at."""
    return re.sub(r".*By workstream", "", page.text).split("All together")[0]


def closes(engine: Engine) -> list[str]:
    with reading(engine) as session:
        commands = session.scalars(select(models.Entry.command))  # type: ignore[call-overload]
        return [command for command in commands if command in {"close_cycle", "commit_cycle"}]


def test_the_page_shows_what_the_close_does_and_what_it_keeps(office: PageClient) -> None:
    before = office.page(PATH)
    for words in (
        "2 carried to cycle 3",
        "1 go on with the next goal",
        "1 back to the backlog",
        "1 dropped",
        "1 have met their goal and stay",
        "Behövs inte längre",
        "Nothing has been done yet",
    ):
        assert words in before.text
    answer = office.submit(PATH, closing_form(office))
    assert (answer.status_code, answer.location) == (303, PATH)
    after = office.page(PATH)
    told = "Carried to cycle 3: 2, going on in cycle 3: 1, back to the backlog: 1, dropped: 1."
    for words in (f"Cycle 2 is closed, and its figures are kept. {told}", "by Namn planner", "Next: commit cycle 3"):
        assert words in after.text
    assert kept_table(after) == kept_table(before)
    assert "LAB Laboratory" in kept_table(after)


@ON_SQLITE
def test_it_speaks_swedish(client_as: ClientAs) -> None:
    browser = client_as("planner")
    browser.submit("/language", {"language": "sv"})
    assert "Avsluta cykel 2" in browser.page(PATH).text
    browser.submit(PATH, closing_form(browser))
    assert "Överförda till cykel 3: 2" in browser.page(PATH).text
    assert "5 arbetsflöden ingår i åtagandet" not in browser.page(COMMIT).text
    assert "4 arbetsflöden ingår i åtagandet" in browser.page(COMMIT).text


def test_the_commit_says_what_the_plan_says(office: PageClient, engine: Engine) -> None:
    def cautions(address: str) -> list[str]:
        found = re.search(r'<ul class="plan-figures.*?</ul>', office.get(address).text, re.DOTALL)
        assert found is not None
        rows = re.findall(r"<li.*?</li>", found[0], re.DOTALL)
        told = [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows]
        return [row for row in told if "planned" not in row and "from cycle" not in row and "in all" not in row]

    with acting(engine, planner(engine), CLOSE) as (session, entry):
        reviews.mark_ready(session, entry, 2, "RTG")
    assert cautions("/cycles/3/plan") == ["2 workstreams over: LAB RTG", "1 not ready for the review: LAB"]
    assert cautions(COMMIT) == cautions("/cycles/3/plan")
    office.submit(PATH, closing_form(office))
    assert "1 not ready for the review: LAB" in cautions(COMMIT)
    assert cautions(COMMIT) == cautions("/cycles/3/plan")


def test_the_next_draft_is_committed_after_it(office: PageClient, engine: Engine) -> None:
    assert "Close it first" in office.page(COMMIT).text
    assert office.submit(PATH, closing_form(office)).status_code == 303
    assert "4 workflows are committed" in office.page(COMMIT).text
    assert office.submit(COMMIT, commit_form(office, 3)).status_code == 303
    page = office.page(COMMIT)
    assert "Cycle 3 is committed, and runs." in page.text
    assert "4 workflows are in it now" in page.text
    closed_at, committed_at = cycle(engine, 2).closed_at, cycle(engine, 3).committed_at
    assert closed_at is not None
    assert committed_at is not None
    assert committed_at > closed_at


def test_one_form_may_do_both_and_sent_twice_does_them_once(office: PageClient, engine: Engine) -> None:
    form = closing_form(office) | {"commit": "3"}
    first, second = office.submit(PATH, form), office.submit(PATH, form)
    assert [(answer.status_code, answer.location) for answer in (first, second)] == [(303, COMMIT)] * 2
    assert closes(engine) == ["close_cycle", "commit_cycle"]
    assert cycle(engine, 3).status is CycleStatus.RUNNING


@ON_SQLITE
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3",
        "02",
        "2.0",
        "\N{FULLWIDTH DIGIT TWO}",
        "cykel 2",
        "2\N{RIGHT-TO-LEFT OVERRIDE}",
        "<script>alert(1)</script>",
        "{{2}}",
        "å" * 300,
        "'; DROP TABLE cycle; --",
    ],
)
def test_another_text_than_the_number_closes_nothing_and_is_kept(
    office: PageClient, engine: Engine, typed: str
) -> None:
    before = traces(engine)
    answer = office.submit(PATH, closing_form(office) | {"confirm": typed, "commit": "3"})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "Nothing was closed" in page.text
    field = next(attributes for _, attributes, _ in page.fields if attributes.get("id") == "close-confirm")
    assert (field.get("value") or "") == typed
    assert field["aria-invalid"] == "true"
    box = next(attributes for _, attributes, _ in page.fields if attributes.get("name") == "commit")
    assert "checked" in box
    assert traces(engine) == before


@ON_SQLITE
def test_spaces_around_the_number_do_no_harm(office: PageClient) -> None:
    assert office.submit(PATH, closing_form(office) | {"confirm": " 2 "}).status_code == 303


@ON_SQLITE
@pytest.mark.parametrize(("field", "value"), [("seen", ""), ("confirm", "2\0"), ("commit", "x"), ("key", "k" * 101)])
def test_a_broken_form_closes_nothing(office: PageClient, engine: Engine, field: str, value: str) -> None:
    before = traces(engine)
    assert office.submit(PATH, closing_form(office) | {field: value}).status_code in {409, 422}
    assert traces(engine) == before


def test_a_close_waits_for_what_is_undecided(office: PageClient, engine: Engine) -> None:
    form = closing_form(office)
    undecide(engine, TWICE)
    undecide(engine, OTHERS)
    before = traces(engine)
    answer = office.submit(PATH, form)
    assert answer.status_code == 409
    text = Page(answer.text).text
    for words in (
        "2 workflows are undecided",
        "LAB Laboratory : 1",
        "RTG Radiology : 1",
        "Decide in the review",
        "New since you saw it",
        "LAB-002 goes back to the backlog → undecided",
    ):
        assert words in text
    assert 'name="confirm"' not in answer.text
    assert traces(engine) == before


def test_a_close_does_what_was_seen_or_tells_what_is_new(office: PageClient, engine: Engine) -> None:
    form = closing_form(office)
    propose(engine, UNMET, give_back("Räcker inte till"))
    with acting(engine, at=CLOSE) as (session, entry):
        version = stands(engine, BLOCKED).version
        moves.move(session, entry, BLOCKED, Move(State.TEST, version))
    before = traces(engine)
    answer = office.submit(PATH, form)
    assert answer.status_code == 409
    text = Page(answer.text).text
    returned = "LAB-001 is carried on, goal test → goes back to the backlog Projektledare SIDU"
    for words in (
        "The review has changed since you saw it",
        returned,
        "LAB-003 is dropped → has met its goal and stays",
        "Proposals that lapse",
    ):
        assert words in text
    assert traces(engine) == before
    again = closing.form_of(Page(answer.text), PATH)
    assert again["confirm"] == "2"
    assert office.submit(PATH, again).status_code == 303


@ON_SQLITE
@pytest.mark.parametrize("marks", ["", "x", "[1]", '{"LAB-001": 7}', "[" * 100_000, '{"LAB-001":"<b> x","\\u202e":""}'])
def test_made_up_marks_do_no_harm(office: PageClient, engine: Engine, marks: str) -> None:
    form = closing_form(office) | {"marks": marks}
    propose(engine, UNMET, give_back())
    answer = office.submit(PATH, form)
    assert answer.status_code == 409
    assert "<b> x" not in answer.text


def test_the_second_closer_hears_who_was_first(office: PageClient, client_as: ClientAs, engine: Engine) -> None:
    other = in_english(client_as("admin"))
    forms = closing_form(office), closing_form(other)
    assert other.submit(PATH, forms[1]).status_code == 303
    before = traces(engine)
    answer = office.submit(PATH, forms[0])
    assert answer.status_code == 409
    assert re.search(r"Cycle 2 is closed already\. By Namn admin, \d+ \w+ \d\d:\d\d", Page(answer.text).text)
    assert traces(engine) == before
    assert closes(engine) == ["close_cycle"]


def test_the_second_who_commits_hears_who_was_first(office: PageClient, client_as: ClientAs) -> None:
    other = in_english(client_as("admin"))
    office.submit(PATH, closing_form(office))
    form = commit_form(office, 3)
    assert other.submit(COMMIT, commit_form(other, 3)).status_code == 303
    answer = office.submit(COMMIT, form)
    assert answer.status_code == 409
    assert "Cycle 3 is committed already. By Namn admin" in Page(answer.text).text


@ON_SQLITE
@pytest.mark.parametrize("engine", [closing.without_draft], indirect=True)
def test_what_goes_on_needs_a_next_cycle(office: PageClient) -> None:
    page = office.page(PATH)
    assert "there is no next cycle to go to" in page.text
    assert "It can be closed when there is a next cycle." in page.text
    answer = office.submit(PATH, {"confirm": "2"})
    assert answer.status_code == 409


@ON_SQLITE
def test_drafts_come_one_after_another_and_an_empty_one_is_warned_of(office: PageClient, engine: Engine) -> None:
    with acting(engine, planner(engine), CLOSE) as (session, entry):
        last = cycle(engine, 3)
        days = timedelta(days=49)
        cycles.create(session, entry, CycleFields(Dates(last.starts_on + days, last.ends_on + days)))
    office.submit(PATH, closing_form(office))
    assert "Cycle 3 comes first." in office.page("/cycles/4/commit").text
    answer = office.submit("/cycles/4/commit")
    assert answer.status_code == 409
    assert "Cycle 3 comes first." in Page(answer.text).text
    assert "the commitment would be empty" in office.page("/cycles/4/commit").text
    assert "commitment would be empty" not in office.page(COMMIT).text


@ON_SQLITE
@pytest.mark.parametrize("number", ["0", "9", "2147483648", "9" * 30, "-1", "x"])
@pytest.mark.parametrize("act", ["close", "commit"])
def test_unknown_cycles_are_not_found(office: PageClient, number: str, act: str) -> None:
    assert office.get(f"/cycles/{number}/{act}").status_code == 404
    assert office.submit(f"/cycles/{number}/{act}", {"confirm": number}).status_code == 404


@ON_SQLITE
def test_drafts_cannot_be_closed(office: PageClient) -> None:
    assert "Cycle 3 is a draft: there is nothing to close" in office.page("/cycles/3/close").text
    answer = office.submit("/cycles/3/close", {"confirm": "3"})
    assert answer.status_code == 409
    assert "Cycle 3 is not running." in Page(answer.text).text


@ON_SQLITE
def test_the_audit_tells_what_a_cycle_went_through(office: PageClient, engine: Engine) -> None:
    propose(engine, LESSER, Wish(reviewing.GO_ON, Goal.TEST))
    office.submit(PATH, closing_form(office) | {"commit": "3"})
    with acting(engine, planner(engine), NOW) as (session, entry):
        was = texts_of(cycle(engine, 3), FIELDS)
        cycles.edit(session, entry, 3, {"goal": "Allt i test"}, {"goal": was["goal"]})
    page = office.page("/admin/audit")
    counts = "carried on: 2, going on with the next goal: 1, back to the backlog: 1, dropped: 1"
    for words in (
        "cycle closed",
        f"Cycle 2 was closed, {counts}",
        "cycle committed",
        "Cycle 3 was committed",
        "Cycle 3 cycle goal : empty → Allt i test",
        "LAB-004 proposed in the review of cycle 2: goes on, goal test",
    ):
        assert words in page.text, words
    assert ("a", {"href": "/cycles/2"}) in page.elements
    assert "LAB-004 proposed in the review" in office.page("/admin/audit?workflow=LAB-004").text
    office.submit("/language", {"language": "sv"})
    text = office.page("/admin/audit").text
    for words in ("Cykel 2 avslutades, överförda: 2", "cykelmål", "föreslaget i genomgången av cykel 2"):
        assert words in text, words


def test_a_planner_corrects_what_happened_before_the_close(
    office: PageClient, client_as: ClientAs, engine: Engine
) -> None:
    office.submit(PATH, closing_form(office))
    kept = kept_rows(engine)
    version = str(stands(engine, reviewing.FINISHED).version)
    lead = client_as("lead_owner").submit(f"/workflows/{reviewing.FINISHED}/take-back", {"version": version})
    assert lead.status_code == 403
    assert office.submit(f"/workflows/{reviewing.FINISHED}/take-back", {"version": version}).status_code == 303
    assert as_now(engine) == (0, 1)
    version = str(stands(engine, reviewing.FINISHED).version)
    happened_on = (CLOSE - timedelta(days=2)).date().isoformat()
    fields = {"to": "done", "version": version, "happened_on": happened_on}
    assert client_as("lead_owner").submit(f"/workflows/{reviewing.FINISHED}/move", fields).status_code == 403
    assert office.submit(f"/workflows/{reviewing.FINISHED}/move", fields).status_code == 303
    assert as_now(engine) == (1, 2)
    assert of_workflow(engine, models.StateChange, reviewing.FINISHED)[-1].happened_at < CLOSE
    assert kept_rows(engine) == kept


def kept_rows(engine: Engine) -> dict[tuple[int, str], str]:
    with reading(engine) as session:
        return {(row.cycle_number, row.row_key): row.cells for row in session.scalars(select(models.Reported))}


def as_now(engine: Engine) -> tuple[int | None, int | None]:
    """What cycle 2 reads now: tested and met."""
    with reading(engine) as session:
        row = [row for row in figures.cycle_summary(session, NOW + timedelta(hours=1)) if row.cycle == 2][-1]
    return row.tested, row.met
