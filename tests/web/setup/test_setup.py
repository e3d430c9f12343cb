"""The pages of set-up: forms that keep what was typed, two who edit, pasted tables, first steps, and taking back."""

import re

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from tests.applications import shared_app
from tests.builders import Flow, a_cycle, a_programme
from tests.databases import ON_SQLITE, Databases, Prepare
from tests.web import people
from tests.web.conftest import ClientAs, browser_of, sign_in
from tests.web.page_client import Page, PageClient
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.programme import clock_mark
from tracker.db.engine import reading, transaction
from tracker.db.migrations import upgrade
from tracker.db.models import Entry, Project, Workstream
from tracker.domain.states import Role

pytestmark = ON_SQLITE

LAB = {"name": "Laboratorium", "name_en": "Laboratory", "project_code": "SIDU"} | {
    "wip_design": "3",
    "wip_validation": "3",
    "wip_test": "5",
}
EDIT = LAB | {f"was_{name}": text for name, text in LAB.items()}
EVERY_PAGE = (
    "/board?cycle=all",
    "/board?cycle=all&view=list",
    "/cycles",
    "/charts",
    "/charts/throughput",
    "/reports",
    "/exports",
    "/blockers",
    "/blockers/new",
    "/workflows/new",
    "/imports/workflows",
)


@pytest.fixture
def planner(client_as: ClientAs) -> PageClient:
    """A planner who reads English."""
    return english(client_as("planner"))


def english(browser: PageClient) -> PageClient:
    browser.submit("/language", {"language": "en"})
    return browser


def stream(engine: Engine, code: str) -> Workstream:
    with reading(engine) as session:
        return session.get_one(Workstream, code)


def last_entry(engine: Engine) -> tuple[int, str]:
    with reading(engine) as session:
        entry = session.scalars(select(Entry).order_by(col(Entry.id).desc()).limit(1)).one()
        return entry.id, entry.command


def text_of(browser: PageClient, path: str) -> str:
    return Page(browser.get(path).text).text


def test_a_project_and_its_workstream_are_created_and_named_in_the_audit(planner: PageClient, engine: Engine) -> None:
    assert (
        planner.submit("/setup/projects/new", {"code": "nav", "name": "Navet", "first_cycle": "3"}).status_code == 303
    )
    answer = planner.submit("/setup/workstreams/new", {"code": "apo", "name": "Apotek", "project_code": "NAV"})
    assert answer.location == "/setup#workstreams-APO"
    assert stream(engine, "APO").project_code == "NAV"
    assert last_entry(engine)[1] == "create_workstream"
    assert "Workstream APO" in text_of(planner, "/admin/audit")
    assert "Navet" in text_of(planner, "/setup")


def test_a_wrong_field_keeps_what_was_typed(planner: PageClient) -> None:
    page = planner.submit("/setup/workstreams/new", {"code": "lab", "name": "Mitt namn", "project_code": "SIDU"})
    assert page.status_code == 409
    assert "There already is a workstream LAB." in Page(page.text).text
    assert 'value="Mitt namn"' in page.text
    page = planner.submit("/setup/projects/new", {"code": "a b", "name": "", "first_cycle": "x"})
    assert page.status_code == 422
    wrong = {attributes["name"] for _, attributes, _ in Page(page.text).fields if "aria-invalid" in attributes}
    assert wrong == {"code", "name", "first_cycle"}


def test_two_who_edit_keep_both_fields_and_see_both_texts_of_the_same(client_as: ClientAs, engine: Engine) -> None:
    first, second = english(client_as("planner")), english(client_as("admin"))
    first.submit("/setup/workstreams/LAB", EDIT | {"wip_test": "9"})
    second.submit("/setup/workstreams/LAB", EDIT | {"name": "Labbet"})
    assert (stream(engine, "LAB").name, stream(engine, "LAB").wip_test) == ("Labbet", 9)
    page = second.submit("/setup/workstreams/LAB", EDIT | {"wip_test": "7"})
    assert page.status_code == 409
    assert "Namn planner" in Page(page.text).text
    assert re.search(r'name="wip_test"[^>]*value="7"', page.text)
    assert re.search(r'<b class="theirs[^>]*><bdi>9</bdi>', page.text)


def test_the_cause_of_a_refusal_is_named_at_its_field(planner: PageClient) -> None:
    project = {"name": "SIDU", "name_en": "", "first_cycle": "1"}
    with reading(planner.application.extensions["tracker"].engine) as session:
        there = session.get_one(Project, "SIDU")
        project |= {"name": there.name, "name_en": there.name_en, "first_cycle": str(there.first_cycle)}
    was = {f"was_{name}": text for name, text in project.items()}
    page = planner.submit("/setup/projects/SIDU", project | was | {"first_cycle": "2"})
    assert page.status_code == 409
    assert "Cycle 1 is closed" in Page(page.text).text


def test_an_archived_workstream_leaves_forms_and_filters_and_comes_back(planner: PageClient, engine: Engine) -> None:
    planner.submit("/setup/workstreams/new", {"code": "apo", "name": "Apotek", "project_code": "SIDU"})
    offered = ("/workflows/new", "/board?cycle=all", "/blockers", "/charts", "/cycles/3/plan")
    assert all("Apotek" in planner.get(path).text for path in offered)
    planner.submit("/setup/workstreams/APO/archive", {"away": "1"})
    assert [path for path in offered if "Apotek" in planner.get(path).text] == []
    assert "APO" in planner.get("/exports/workstream_summary.csv").text
    planner.submit("/setup/workstreams/APO/archive", {"away": "0"})
    assert stream(engine, "APO").archived_at is None


def test_an_archived_workstream_with_workflows_stays_where_they_are(planner: PageClient, engine: Engine) -> None:
    assert planner.submit("/setup/workstreams/LAB/archive", {"away": "1"}).status_code == 409
    planner.submit("/setup/workstreams/RTG/archive", {"away": "1"})
    assert stream(engine, "RTG").archived_at is not None
    page = planner.submit("/workflows/new", {"workstream": "RTG", "name": "Nytt"})
    assert page.status_code == 422


def test_what_was_changed_last_is_taken_back_on_the_page(planner: PageClient, engine: Engine) -> None:
    planner.submit("/setup/workstreams/LAB", EDIT | {"name": "Labbet"})
    entry_id, _ = last_entry(engine)
    assert f"/setup/entries/{entry_id}/take-back" in planner.get("/setup").text
    planner.submit(f"/setup/entries/{entry_id}/take-back", {})
    assert stream(engine, "LAB").name == "Laboratorium"
    assert "LAB is as before" in text_of(planner, "/setup")


def pasted(browser: PageClient, kind: str, text: str) -> str:
    answer = browser.submit(f"/setup/{kind}/paste", {"text": text})
    assert answer.status_code == 303
    return str(answer.location)


def confirm(browser: PageClient, address: str) -> object:
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(address).text)
    assert seen is not None
    return browser.submit(f"{address}/confirm", {"seen": seen[1]}).status_code


def test_a_table_is_seen_opened_again_and_taken_once(planner: PageClient, engine: Engine) -> None:
    address = pasted(
        planner, "workstreams", "kod;namn;projekt;högst i test\nAPO;Apotek;SIDU;3\nLAB;Laboratorium;SIDU;5\n"
    )
    assert "Make 1 workstream" in text_of(planner, address)
    assert confirm(planner, address) == 303
    assert stream(engine, "APO").wip_test == 3
    assert planner.get(address).location == "/setup"
    assert last_entry(engine)[1] == "import_workstreams"


def test_a_bad_row_is_named_with_its_column_and_nothing_can_be_confirmed(planner: PageClient, engine: Engine) -> None:
    before = last_entry(engine)
    address = pasted(planner, "workstreams", "code\tname\tproject\nAPO\tApotek\tXXX\nVAC\tVaccin\tXXX\nRTG\tBild\tSIDU")
    text = text_of(planner, address)
    assert "There is no project XXX. Create it first." in text
    assert "2, 3" in text
    assert "RTG is there already" in text
    assert 'name="seen"' not in planner.get(address).text
    assert planner.submit(f"{address}/confirm", {"seen": "x"}).status_code == 409
    assert last_entry(engine) == before


def test_a_table_that_cannot_be_read_stays_in_its_box(planner: PageClient) -> None:
    page = planner.submit("/setup/projects/paste", {"text": "code;name;colour\nA;B;red"})
    assert page.status_code == 422
    assert "The column colour is not known here." in Page(page.text).text
    assert "A;B;red" in page.text


def test_a_pasted_table_is_no_file_of_workflows_and_nobody_elses(planner: PageClient, client_as: ClientAs) -> None:
    address = pasted(planner, "projects", "code;name\nNAV;Navet\n")
    token = address.rpartition("/")[2]
    assert planner.get(f"/imports/workflows/{token}").status_code == 404
    assert planner.get(f"/setup/workstreams/paste/{token}").status_code == 404
    assert client_as("admin").get(address).status_code == 404


def browser_on(databases: Databases, prepare: Prepare) -> PageClient:
    engine = databases.restored(prepare)
    browser = browser_of(shared_app(engine, people.NOW))
    sign_in(browser, people.signed_in(engine, "admin"))
    return english(browser)


def empty(engine: Engine) -> None:
    """A migrated database with an administrator, and nothing else."""
    upgrade(engine)
    with transaction(engine) as session:
        clock_mark.found(session, "Europe/Stockholm")
        entry = open_entry(session, accounts.operator(session), "user_add", people.NOW)
        accounts.add(session, entry, people.email("admin"), "Administratör", Role.ADMIN, password=None)


def drafted(engine: Engine) -> None:
    people.prepare_with(engine, a_programme(Flow("LAB-001", workstream="LAB"), cycles=[a_cycle(1)]), people.NOW)


def test_every_page_of_an_empty_installation_says_what_is_missing_and_links_to_it(databases: Databases) -> None:
    browser = browser_on(databases, empty)
    for path in EVERY_PAGE:
        page = browser.get(path)
        assert 'href="/setup/projects/new"' in page.text, path
        assert "Next: Projects." in Page(page.text).text, path
    home = browser.get("/").text
    assert re.findall(r'<li class="is-(\w+)"', home) == ["next", *["waiting"] * 4]
    assert "/cycles/new" not in home


def test_the_first_steps_go_away_once_a_cycle_is_committed(planner: PageClient) -> None:
    assert "First steps" not in text_of(planner, "/")
    assert "What the programme has" in text_of(planner, "/setup")


def test_a_draft_with_workflows_can_be_planned_and_committed(databases: Databases) -> None:
    browser = browser_on(databases, drafted)
    text = text_of(browser, "/")
    assert "All is there for the first cycle" in text
    assert "Commit cycle 1" in text
