"""Migrations run up, check and down on both databases; what cannot be used is refused with cause and remedy."""

import contextlib
import multiprocessing
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from tests.databases import ON_SQLITE
from tracker.db import migrations
from tracker.db.engine import database_file, make_engine
from tracker.domain.errors import DatabaseError

_NOBODY = 65534
HISTORY = (
    "entry",
    "state_change",
    "scope_change",
    "blocker_event",
    "part_event",
    "note",
    "workflow_check",
    "field_change",
    "cycle_change",
    "report_change",
    "report_publication",
)


AT = "'2022-09-01 08:00:00'"
ONE_ROW_EACH = (
    "INSERT INTO programme (id, name, time_zone, revision) VALUES (1, '', 'Europe/Stockholm', 1)",
    "INSERT INTO actor (id, name) VALUES (1, 'Programkontoret')",
    "INSERT INTO project (code, name, name_en, first_cycle) VALUES ('SIDU', 'SIDU', '', 1)",
    "INSERT INTO workstream (code, name, name_en, project_code) VALUES ('LAB', 'Laboratorium', '', 'SIDU')",
    "INSERT INTO cycle VALUES (1, '2022-09-05', '2022-10-23', NULL, NULL, 'running', '', NULL, NULL)",
    f"INSERT INTO entry (id, actor_id, command, recorded_at) VALUES (1, 1, 'seed', {AT})",
    f"INSERT INTO workflow VALUES (1, 'LAB-001', 'Svar', '', '', '', 1, {AT}, NULL, 'design', {AT}, NULL, NULL, 1)",
    f"INSERT INTO state_change VALUES (1, 1, NULL, 'design', {AT}, {AT}, 1, '', '', NULL)",
    f"INSERT INTO scope_change VALUES (1, 1, NULL, 1, 'test', 'planned', '', '', {AT}, {AT}, 1)",
    "INSERT INTO blocker VALUES (1, 'Beslut saknas', '', 'decision', '', '', '', NULL, 'LAB')",
    f"INSERT INTO blocker_event VALUES (1, 1, 1, 'held', {AT}, {AT}, 1, '')",
    f"INSERT INTO part_event VALUES (1, 1, 'LAB', 'design', 'signed', {AT}, {AT}, '', 1)",
    f"INSERT INTO note VALUES (1, 1, NULL, 'Hej', {AT}, 1)",
    f"INSERT INTO workflow_check VALUES (1, 1, {AT}, 1)",
    "INSERT INTO field_change VALUES (1, 1, NULL, NULL, 'owner', '', 'Testledare', 1)",
    "INSERT INTO cycle_change VALUES (1, 1, 'goal', '', 'Allt i test', 1)",
    "INSERT INTO report_change VALUES (1, '2022-09', 'SIDU', 'summary_sv', '', 'Hej', 1)",
    "INSERT INTO report_publication VALUES (1, '2022-09', '{}', '{}', 1)",
)


@pytest.fixture
def with_history(engine: Engine) -> Engine:
    """A database with one row in each table of history, written past all commands."""
    with engine.begin() as connection:
        for statement in ONE_ROW_EACH:
            connection.execute(text(statement))
    return engine


def test_a_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    assert migrations.current(engine) == migrations.head()
    assert migrations.differences(engine) == []


def test_every_revision_runs_down_and_up_again(engine: Engine) -> None:
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []


def test_every_constraint_has_a_name(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        assert inspector.get_pk_constraint(table)["name"] == f"pk_{table}"
        constraints = [
            *inspector.get_foreign_keys(table),
            *inspector.get_unique_constraints(table),
            *inspector.get_check_constraints(table),
        ]
        assert all(
            (constraint["name"] or "").endswith(("", table)) and constraint["name"] for constraint in constraints
        )


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {table} SET id = 2 WHERE id = 1", "DELETE FROM {table} WHERE id = 1"],
)
def test_history_can_neither_be_changed_nor_deleted(with_history: Engine, table: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), with_history.begin() as connection:
        connection.execute(text(statement.format(table=table)))


@ON_SQLITE
@pytest.mark.parametrize("table", HISTORY)
def test_history_cannot_be_replaced_by_an_insert_on_sqlite(with_history: Engine, table: str) -> None:
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), with_history.begin() as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = 1"))


@pytest.mark.parametrize("databases", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", HISTORY)
def test_history_cannot_be_truncated_on_postgresql(with_history: Engine, table: str) -> None:
    with pytest.raises(DBAPIError, match="is append-only"), with_history.begin() as connection:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


@ON_SQLITE
def test_an_older_database_is_copied_beside_itself_before_it_is_upgraded(with_history: Engine) -> None:
    migrations.downgrade(with_history, "0004_append_only")
    copy = migrations.upgrade(with_history)
    assert copy is not None
    with closing(sqlite3.connect(copy)) as backup:
        assert backup.execute("SELECT version_num FROM alembic_version").fetchall() == [("0004_append_only",)]
        assert backup.execute("SELECT key FROM workflow").fetchall() == [("LAB-001",)]
    assert migrations.current(with_history) == migrations.head()


def test_rows_outlive_a_way_down_and_up_that_does_not_concern_them(with_history: Engine) -> None:
    migrations.downgrade(with_history, "0004_append_only")
    migrations.upgrade(with_history)
    with with_history.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM state_change")).scalar_one() == 1


def test_the_keys_of_calendars_go_and_their_accounts_stay(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO actor (id, name) VALUES (1, 'Programkontoret')"))
        connection.execute(
            text(
                'INSERT INTO "user" (id, email, actor_id, password_hash, role, all_workstreams, has_keys,'
                " has_announcements, is_active, created_at)"
                f" VALUES (1, 'p@example.org', 1, '!', 'planner', false, true, true, true, {AT})"
            )
        )
        connection.execute(text(f"INSERT INTO calendar_key (user_id, key_hash, made_at) VALUES (1, 'x', {AT})"))
    migrations.downgrade(engine, "0011_proposals")
    assert "calendar_key" not in inspect(engine).get_table_names()
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM calendar_key")).scalar_one() == 0
        assert connection.execute(text('SELECT email FROM "user"')).scalar_one() == "p@example.org"


def test_a_newer_database_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    for use in (migrations.require_usable, migrations.upgrade):
        with pytest.raises(DatabaseError, match=r"newer \(9999_later\)"):
            use(engine)


def test_an_older_database_is_refused_with_the_command_that_upgrades_it(engine: Engine) -> None:
    migrations.downgrade(engine, "0003_blockers")
    with pytest.raises(DatabaseError, match="tracker db upgrade"):
        migrations.require_usable(engine)


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'gone' / 'tracker.db'}")
    with pytest.raises(DatabaseError, match="There is no database at"):
        migrations.require_usable(engine)
    assert not (tmp_path / "gone").exists()


@ON_SQLITE
def test_a_damaged_file_is_refused_and_left_as_it_is(engine: Engine) -> None:
    file = _file(engine)
    damaged = bytearray(file.read_bytes())
    damaged[4096:12288] = os.urandom(8192)
    file.write_bytes(damaged)
    with pytest.raises(DatabaseError, match="damaged"):
        migrations.require_usable(make_engine(str(engine.url)))
    assert file.read_bytes() == bytes(damaged)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tracker.db").write_text("Det här är ingen databas. " * 99)
    with pytest.raises(DatabaseError, match="damaged or no SQLite database"):
        migrations.require_usable(make_engine(f"sqlite:///{tmp_path / 'tracker.db'}"))


@ON_SQLITE
def test_a_database_locked_by_another_program_is_refused(engine: Engine) -> None:
    url = str(engine.url)
    engine.dispose()
    with closing(sqlite3.connect(_file(engine), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="locked by another program"):
            migrations.require_usable(make_engine(url))


def test_a_database_that_may_not_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tracker.db"
        migrations.upgrade(make_engine(f"sqlite:///{file}"))
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        with _without_root(), pytest.raises(DatabaseError, match="cannot be written"):
            migrations.require_usable(make_engine(f"sqlite:///{file}"))


def test_of_five_processes_that_start_together_one_migrates_and_none_fails(empty_database_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(5) as pool:
        pool.map(_upgrade, [empty_database_url] * 5)
    engine = make_engine(empty_database_url)
    assert migrations.current(engine) == migrations.head()
    engine.dispose()


@contextlib.contextmanager
def _without_root() -> Iterator[None]:
    """Root writes past a file's mode, so for a moment we are nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def _upgrade(url: str) -> None:
    migrations.upgrade(make_engine(url))


def _file(engine: Engine) -> Path:
    file = database_file(engine)
    assert file is not None
    return file
