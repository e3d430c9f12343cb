"""A whole programme from a zip: counted first, then all of it or nothing, beside what is there already."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import col

from tests.applications import own_app
from tests.builders import a_programme, exported, files_of, write_folder
from tests.databases import Databases
from tests.web import people
from tests.web.conftest import ClientAs, browser_of, sign_in
from tests.web.page_client import PageClient
from tracker.clock import Clock
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.programme import clock_mark
from tracker.db.engine import reading, transaction
from tracker.db.models import Cycle, Entry, ImportFile, Project, StateChange, Workflow, Workstream
from tracker.domain.states import CycleStatus, Role
from tracker.queries.programme.check import findings

START = "/setup/files"


def an_office(engine: Engine) -> None:
    with transaction(engine) as session:
        clock_mark.found(session, "Europe/Stockholm")
        entry = open_entry(session, accounts.operator(session), "user_add", people.NOW)
        accounts.add(session, entry, people.email("planner"), "Namn planner", Role.PLANNER, password=None)


@pytest.fixture
def new(databases: Databases) -> Engine:
    """An installation with an account and nothing else."""
    engine = databases.restored()
    an_office(engine)
    return engine


@pytest.fixture
def office(new: Engine) -> PageClient:
    browser = browser_of(own_app(new, Clock(people.NOW)))
    sign_in(browser, people.signed_in(new, "planner"))
    browser.submit("/language", {"language": "en"})
    return browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "files", a_programme())


def packed(files: Mapping[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return io.BytesIO(made.getvalue())


def sent(browser: PageClient, files: Mapping[str, bytes]) -> str:
    """The address of the preview."""
    answer = browser.submit(START, {"file": (packed(files), "programmet.zip")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def is_untouched(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.scalars(select(Workflow)).all() == [] and session.scalars(select(StateChange)).all() == []


def test_from_a_zip_to_a_whole_programme(office: PageClient, new: Engine, folder: Path) -> None:
    assert "Nothing is loaded before you have seen" in office.page(START).text
    preview = sent(office, files_of(folder))
    page = office.page(preview)
    programme = a_programme()
    assert f"Workflows workflows.csv {len(programme.workflows)}" in page.text
    assert f"Moves changes.csv {len(programme.changes)}" in page.text
    assert is_untouched(new)
    answer = office.submit(preview)
    assert (answer.status_code, answer.location) == (303, "/")
    assert f"{len(programme.workflows)} workflows loaded" in office.page("/").text
    with reading(new) as session:
        loaded = exported(session)
        del loaded["workflows.csv"]  # what is derived is in it now
        assert loaded.items() <= files_of(folder).items()
        assert findings(session) == []
        entry = session.scalars(select(Entry).order_by(col(Entry.id).desc()).limit(1)).one()
    assert entry.command == "load_files"
    assert entry.recorded_at >= people.NOW
    audit = office.page("/admin/audit").text
    assert audit.index("Namn planner programme files loaded") < audit.index(
        "Projektledare SIDU read from the programme"
    )
    again = office.submit(preview)  # sent twice, done once
    assert (again.status_code, again.location) == (303, "/")
    assert office.submit(START, {"file": (packed(files_of(folder)), "x.zip")}).status_code == 409
    assert "Programme files are read into an installation without any" in office.page(START).text


def test_what_is_equal_stays_and_a_draft_shuts_no_door(office: PageClient, new: Engine, folder: Path) -> None:
    programme = a_programme()
    with transaction(new) as session:
        first, stream, draft = programme.projects[0], programme.workstreams[0], programme.cycles[2]
        session.add(Project(code=first.code, name=first.name, name_en=first.name_en, first_cycle=first.first_cycle))
        session.add(Project(code="EGET", name="Eget"))
        session.flush()
        given = {name: getattr(stream, name) for name in ("code", "name", "name_en", "wip_design", "wip_validation")}
        session.add(Workstream(**given, wip_test=stream.wip_test, project_code=stream.project))
        dates = ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on", "goal")
        session.add(Cycle(number=draft.cycle, **{name: getattr(draft, name) for name in dates}))
    preview = sent(office, files_of(folder))
    assert f"Cycles cycles.csv {len(programme.cycles)} 1" in office.page(preview).text
    assert office.submit(preview).status_code == 303
    with reading(new) as session:
        assert {row.code for row in session.scalars(select(Project))} == {
            "EGET",
            *(row.code for row in programme.projects),
        }
        assert findings(session) == []


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (Project(code="SIDU", name="Ett annat namn"), "projects.csv, column name “"),
        (Cycle(number=3, starts_on=date(2030, 1, 7), ends_on=date(2030, 2, 24)), "cycles.csv, column starts_on “"),
        (Cycle(number=9, starts_on=date(2023, 5, 10), ends_on=date(2023, 6, 1)), "cycles do not overlap"),
    ],
)
def test_others_of_the_same_code_or_number_are_refused_by_name(
    office: PageClient, new: Engine, folder: Path, there: Project | Cycle, words: str
) -> None:
    with transaction(new) as session:
        session.add(type(there)(**there.model_dump()))
    answer = office.submit(START, {"file": (packed(files_of(folder)), "x.zip")})
    assert answer.status_code == 422
    assert words in answer.text
    assert is_untouched(new)


def test_one_row_that_is_wrong_leaves_everything_as_it_was(office: PageClient, new: Engine, folder: Path) -> None:
    files = dict(files_of(folder))
    files["changes.csv"] = files["changes.csv"].replace(b",design,", b",<b>{{7*7}}</b>,", 1)
    answer = office.submit(START, {"file": (packed(files), "x.zip")})
    assert answer.status_code == 422
    assert "changes.csv, line" in answer.text
    assert "<b>{{7*7}}" not in answer.text
    assert "{{7*7}}" in answer.text
    assert is_untouched(new)


@pytest.mark.parametrize("text", ["ö".encode("utf-16"), "ö".encode("cp1252")])
def test_another_encoding_is_refused_naming_the_line(office: PageClient, folder: Path, text: bytes) -> None:
    files = dict(files_of(folder))
    files["projects.csv"] += text
    answer = office.submit(START, {"file": (packed(files), "x.zip")})
    assert answer.status_code == 422
    assert "projects.csv, line" in answer.text
    assert "save the file as UTF-8" in answer.text


def test_what_came_in_between_is_found_out_when_it_is_loaded(office: PageClient, new: Engine, folder: Path) -> None:
    preview = sent(office, files_of(folder))
    with transaction(new) as session:
        session.add(Project(code="SIDU", name="Ett annat namn"))
    answer = office.submit(preview)
    assert answer.status_code == 422
    assert "SIDU is there already with another value, Ett annat namn" in answer.text
    assert is_untouched(new)
    with reading(new) as session:
        assert session.scalars(select(Entry).where(col(Entry.command) == "load_files")).all() == []


def test_a_closed_cycle_is_a_history(office: PageClient, new: Engine) -> None:
    closed = replace(a_programme().cycles[0], status=CycleStatus.CLOSED)
    with transaction(new) as session:
        session.add(Cycle(**{name: getattr(closed, name) for name in ("starts_on", "ends_on", "closed_at")}, number=1))
        session.execute(update(Cycle).values(status=CycleStatus.CLOSED))
    assert "a closed cycle already" in office.page(START).text
    assert 'type="file"' not in office.get(START).text


def test_nobody_else_sees_a_kept_zip_and_leads_set_nothing_up(
    office: PageClient, client_as: ClientAs, new: Engine, folder: Path
) -> None:
    preview = sent(office, files_of(folder))
    with transaction(new) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", people.NOW)
        accounts.add(session, entry, people.email("admin"), "Namn admin", Role.ADMIN, password=None)
    other = browser_of(own_app(new, Clock(people.NOW)))
    sign_in(other, people.signed_in(new, "admin"))
    assert other.get(preview).status_code == 404
    with reading(new) as session:
        assert session.scalars(select(ImportFile)).one().name == "programmet.zip"


def test_without_a_file_the_form_says_so(office: PageClient) -> None:
    answer = office.submit(START)
    assert answer.status_code == 422
    assert "Choose a file." in answer.text
