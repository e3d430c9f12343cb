"""The end of cycle 5 in the demo on Friday 5 May 2023: reviewed, closed, the next committed, one date corrected, and
both truths read.
"""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from sqlmodel import col, select

from tests.applications import shared_app
from tests.browser.closing import decide_all
from tests.databases import Databases, demo
from tests.db.acting import of_workflow, stands
from tests.web.closing import closing_form, commit_form
from tests.web.conftest import browser_of
from tests.web.page_client import PageClient
from tracker.cli import main
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.calendar import local_date
from tracker.domain.states import State

NOW = datetime(2023, 5, 5, 12, 30, tzinfo=UTC)  # half past two in Stockholm
KEY, HAPPENED_ON = "OPE-004", "2023-03-16"  # done on 23 March, in cycle 5; it had been so a week before, in cycle 4


@pytest.fixture
def engine(databases: Databases) -> Engine:
    return databases.restored(demo)


@pytest.fixture
def url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def office(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PageClient:
    """The planner's browser."""
    monkeypatch.chdir(tmp_path)
    browser = browser_of(shared_app(engine, NOW))
    browser.get("/login")
    assert browser.submit("/login/demo", {"role": "planner"}).status_code == 303
    return browser


def exported(url: str, name: str, *options: str) -> list[dict[str, str]]:
    """The rows of a file, as `tracker export` writes them."""
    result = CliRunner().invoke(main, ["export", name, *options], env={"TRACKER_DATABASE_URL": url})
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(result.stdout.splitlines()))


def summary(url: str, cycle: int) -> dict[str, dict[str, str]]:
    """The cycle's row on each basis."""
    rows = exported(url, "cycle_summary", "--cycle", str(cycle), "--as-of", "2023-05-05T13:30:00Z")
    return {row["basis"]: row for row in rows}


def kept(engine: Engine) -> dict[tuple[int, str], str]:
    with reading(engine) as session:
        rows = session.exec(select(models.Reported).where(models.Reported.file == "workstream_summary")).all()
    return {(row.cycle_number, row.row_key): row.cells for row in rows}


def told(engine: Engine, entry_command: str) -> models.Entry:
    with reading(engine) as session:
        return session.exec(select(models.Entry).where(col(models.Entry.command) == entry_command)).one()


@pytest.mark.timeout(300)
def test_cycle_5_is_closed_6_committed_one_date_corrected_and_both_truths_are_read(
    office: PageClient, engine: Engine, url: str
) -> None:
    decided = decide_all(engine, at=NOW)
    assert all(decided.values()), "a decision of every kind"
    before = summary(url, 5)["as_now"]
    assert office.submit("/cycles/5/close", closing_form(office, 5)).location == "/cycles/5/close"
    assert office.submit("/cycles/6/commit", commit_form(office, 6)).location == "/cycles/6/commit"

    reported, frozen = summary(url, 5)["as_reported"], kept(engine)
    assert (reported["status"], reported["as_of"][:16]) == ("closed", "2023-05-05T12:30")
    for name, kind in ("carried_out", "carried"), ("returned", "returned"), ("dropped", "dropped"):
        assert int(reported[name]) == len(decided[kind])
    members = int(reported["committed"]) + int(reported["added"]) - int(reported["removed"])
    assert members == sum(int(reported[name]) for name in ("met", "carried_out", "returned", "dropped"))
    assert reported["tested"] == before["tested"] == "17"
    programme = json.loads(frozen[5, ""])
    assert programme | reported == programme, "the file says what the close has kept"
    sixth = summary(url, 6)["as_now"]
    assert (sixth["status"], sixth["added"]) == ("running", "")  # not begun: its first day is on Monday
    with reading(engine) as session:
        committed_at = session.get_one(models.Cycle, 6).committed_at
        closed_at = session.get_one(models.Cycle, 5).closed_at
    assert committed_at is not None
    assert closed_at is not None
    assert committed_at > closed_at
    assert (told(engine, "close_cycle").recorded_at, told(engine, "commit_cycle").recorded_at) == (
        closed_at,
        committed_at,
    )

    correct_the_date(office, engine)
    fifth, fourth = summary(url, 5), summary(url, 4)
    assert (fifth["as_reported"], kept(engine)) == (reported, frozen)
    assert (fifth["as_now"]["tested"], fifth["as_now"]["met"]) == ("16", reported["met"])
    assert (fourth["as_reported"]["tested"], fourth["as_now"]["tested"]) == ("59", "60")
    result = CliRunner().invoke(main, ["check"], env={"TRACKER_DATABASE_URL": url})
    assert result.exit_code == 0, result.output


def correct_the_date(office: PageClient, engine: Engine) -> None:
    """Takes the wrong one back and enters the right one, on the workflow's page."""
    version = str(stands(engine, KEY).version)
    assert office.submit(f"/workflows/{KEY}/take-back", {"version": version}).status_code == 303
    fields = {"to": "done", "version": str(stands(engine, KEY).version), "happened_on": HAPPENED_ON}
    assert office.submit(f"/workflows/{KEY}/move", fields).status_code == 303
    last = of_workflow(engine, models.StateChange, KEY)[-1]
    with reading(engine) as session:
        zone = session.get_one(models.Programme, 1).time_zone
    assert (last.to_state, local_date(last.happened_at, ZoneInfo(zone)).isoformat()) == (State.DONE, HAPPENED_ON)
