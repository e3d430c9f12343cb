"""A database of the first issue, with closed cycles and a move made in it, keeps what was reported once upgraded."""

import io
import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, inspect, text
from sqlmodel import select

from tests.applications import SECRET_KEY
from tests.builders import load
from tracker.commands.programme import installation, seed
from tracker.config import SEED_DATA, Settings
from tracker.db import migrations
from tracker.db.engine import reading
from tracker.db.models import Reported
from tracker.domain.cells import Dialect
from tracker.domain.figures.summaries import METHOD
from tracker.domain.files.figure_files import WORKSTREAM_SUMMARY
from tracker.exports import packs
from tracker.queries import figures
from tracker.queries.programme import check

FIRST_ISSUE = "0005_accounts"
NOW = datetime(2023, 4, 14, 8, 30, tzinfo=UTC)
# A move to design as that version made it: the entry, the change, and what the workflow and the programme keep.
MOVE = """
INSERT INTO entry (id, actor_id, command, recorded_at) SELECT revision + 1, 1, 'move', :now FROM programme;
INSERT INTO state_change (workflow_id, from_state, to_state, happened_at, recorded_at, entry_id, reason, note)
    SELECT workflow.id, state, 'design', :now, :now, revision + 1, '', '' FROM workflow, programme
    WHERE key = 'LLA-001';
UPDATE workflow SET state = 'design', state_since = :now, version = version + 1 WHERE key = 'LLA-001';
UPDATE programme SET revision = revision + 1, last_recorded_at = :now
"""


@pytest.fixture
def older(engine: Engine) -> Engine:
    """The demo's programme at the revision of the first issue, a move made after it was loaded."""
    load(engine, seed.read_folder(SEED_DATA))
    migrations.downgrade(engine, FIRST_ISSUE)
    assert "reported" not in inspect(engine).get_table_names()
    with engine.begin() as connection:
        now = "2023-04-14 08:30:00.000000+00" if engine.dialect.name == "postgresql" else "2023-04-14 08:30:00.000000"
        for statement in MOVE.split(";"):
            connection.execute(text(statement), {"now": now})
    return engine


def require_kept(engine: Engine) -> None:
    """The four closed cycles as they were reported, cell by cell, and nothing that does not agree."""
    with reading(engine) as session:
        rows = session.exec(select(Reported)).all()
        reported = [row for row in figures.workstream_summary(session, NOW) if row.basis.value == "as_reported"]
        assert [finding.text for finding in check.findings(session) if finding.is_difference] == []
    kept, parts = (
        {(row.cycle_number, row.row_key): json.loads(row.cells) for row in rows if row.file == file}
        for file in ("workstream_summary", "part_summary")
    )
    assert parts.keys() == kept.keys()
    assert len(kept) == len(reported) == 4 * (27 + 1)
    for row in reported:
        cells = {
            column.name: column.cell.write(getattr(row, column.name), Dialect.CSV) for column in WORKSTREAM_SUMMARY
        }
        assert kept[row.cycle, row.workstream or ""] == cells
    assert kept[3, ""]["tested"] == "30"
    assert kept[4, ""]["ratio_to_previous"] == "1.97"


def test_an_upgrade_keeps_what_was_reported(older: Engine) -> None:
    installation.upgrade(older)
    require_kept(older)
    assert installation.upgrade(older) is None  # once
    require_kept(older)


def test_a_start_upgrades_and_keeps_what_was_reported(older: Engine) -> None:
    url = older.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, secret_key=SecretStr(SECRET_KEY))
    opened = installation.opened(settings, say=print)
    opened.dispose()
    require_kept(older)


def test_an_upgrade_that_was_cut_off_after_the_schema_is_finished_by_the_next(older: Engine) -> None:
    migrations.upgrade(older)
    with reading(older) as session:
        assert session.exec(select(Reported)).all() == []
        missing = [finding.text for finding in check.findings(session) if finding.is_difference]
    assert {"workstream_summary, cycle 4, TOTAL: what was reported is not kept"} < set(missing)
    installation.upgrade(older)
    require_kept(older)


def test_what_older_definitions_froze_stays_as_it_was(engine: Engine) -> None:
    load(engine, seed.read_folder(SEED_DATA))
    migrations.downgrade(engine, "0015_backups")
    was = write_as_before(engine, designed="17")
    assert installation.upgrade(engine) is not None or engine.dialect.name == "postgresql"
    with reading(engine) as session:
        rows = session.exec(select(Reported)).all()
        older = [row for row in rows if row.file == "workstream_summary"]
        assert {(row.cycle_number, row.row_key): row.cells for row in older} == was
        assert {(row.file, row.method) for row in rows} == {("workstream_summary", 1), ("part_summary", METHOD)}
        assert [finding.text for finding in check.findings(session) if finding.is_difference] == []
        (third,) = [row for row in figures.cycle_summary(session, NOW) if (row.cycle, row.basis) == (3, "as_reported")]
        assert (third.designed, third.blocked_days_begun, third.tested) == (17, None, 30)
        wanted = packs.pack(session, programme="", cycle=None, now=NOW)
        target = io.BytesIO()
        packs.write_zip(packs.tables(session, wanted), wanted, target)
    found = packs.findings(target)
    assert [each.text for each in found if each.is_difference] == []
    assert any("cycle 3, as_reported, TOTAL: designed is 17, and its items come to " in each.text for each in found)
    migrations.downgrade(engine, "0015_backups")
    assert frozen_before(engine) == was


def write_as_before(engine: Engine, **cells: str) -> dict[tuple[int, str], str]:
    """Rows without what came later, and of cycle 3 with other cells; as the table had them."""
    rows = {}
    for (cycle, code), text_ in frozen_before(engine).items():
        written = json.loads(text_) | (cells if cycle == 3 else {})
        del written["blocked_days_begun"]
        rows[cycle, code] = json.dumps(written, ensure_ascii=False)
    with engine.begin() as connection:
        for name in ("no_change",) if engine.dialect.name == "postgresql" else ("no_update", "no_delete", "no_replace"):
            on = " ON reported_figures" if engine.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER reported_figures_{name}{on}"))
        change = "UPDATE reported_figures SET cells = :cells WHERE cycle_number = :cycle AND workstream_code = :code"
        for (cycle, code), written_ in rows.items():
            connection.execute(text(change), {"cycle": cycle, "code": code, "cells": written_})
    return rows


def frozen_before(engine: Engine) -> dict[tuple[int, str], str]:
    """The older table."""
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT cycle_number, workstream_code, cells FROM reported_figures"))
        return {(cycle, code): cells for cycle, code, cells in rows}
