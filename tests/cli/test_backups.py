"""`tracker backup` and `tracker restore` on both databases: what comes back is what was there, and what is refused
changes nothing.
"""

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.cli.backing import Machine, refused
from tests.databases import ON_SQLITE, Databases, nothing
from tests.db.acting import prepared
from tracker.commands.programme import installation
from tracker.config import Settings
from tracker.db import migrations

EVERYTHING = "SELECT id || ' ' || key || ' ' || name || ' ' || version FROM workflow ORDER BY id"
ON_POSTGRES = pytest.mark.parametrize(
    "databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def machine(databases: Databases, folder: Path) -> Iterator[Machine]:
    with databases.fresh(prepared) as url:
        yield Machine(url, folder)


@pytest.fixture
def other(databases: Databases, folder: Path) -> Iterator[Machine]:
    """Another machine, without a database."""
    with databases.fresh(nothing) as url:
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).unlink()
        yield Machine(url, folder)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.on_both
def test_a_backup_brings_everything_back_on_another_machine(machine: Machine, other: Machine) -> None:
    made = machine.run("backup", "--out", machine.folder)
    file = Path(made.stdout.splitlines()[0])
    assert "9 workflows" in made.stdout
    assert f"Head {machine.run('check').stderr.split('Head ')[1].split()[0]}" in made.stdout
    assert (mode(file), mode(file.with_name(f"{file.name}.json"))) == (0o600, 0o600)
    restored = other.run("restore", file)
    assert restored.exit_code == 0, restored.output
    assert made.stdout.splitlines()[1] in restored.stdout
    assert other.column(EVERYTHING) == machine.column(EVERYTHING)
    assert other.run("check").exit_code == 0
    assert other.run("db", "check").exit_code == 0
    assert other.column("SELECT count(*) FROM programme WHERE backed_up_at IS NOT NULL") == [1]


@pytest.mark.on_both
def test_what_is_there_is_replaced_only_by_force_and_kept(machine: Machine, other: Machine) -> None:
    file = machine.back_up()
    machine.write("UPDATE workflow SET name = 'Efter säkerhetskopian' WHERE key = 'LAB-001'")
    after = machine.column(EVERYTHING)
    refused(machine.run("restore", file), "add --force")
    assert machine.column(EVERYTHING) == after
    forced = machine.run("restore", file, "--force")
    assert forced.exit_code == 0, forced.output
    assert machine.column(EVERYTHING) != after
    kept = forced.stderr.split("What was there is kept as ")[1].split(";")[0]
    assert mode(Path(kept)) & 0o077 == 0 or not machine.is_postgres
    assert other.run("restore", kept).exit_code == 0
    assert other.column(EVERYTHING) == after


@pytest.mark.on_both
def test_a_database_that_is_in_use_is_not_replaced(machine: Machine) -> None:
    file = machine.back_up()
    served = installation.opened(Settings(database_url=machine.url), say=print)
    with served.connect() as connection:
        connection.execute(text("SELECT 1"))
        refused(machine.run("restore", file, "--force"), "is in use. Stop Tracker")
        assert machine.run("backup", "--out", machine.folder).exit_code == 0
    served.dispose()
    del served, connection
    gc.collect()  # a server holds on as long as its engine is there
    assert machine.run("restore", file, "--force").exit_code == 0


@pytest.mark.on_both
@pytest.mark.parametrize("has_record", [True, False])
def test_a_backup_that_is_cut_off_or_altered_is_refused(machine: Machine, other: Machine, has_record: bool) -> None:
    file = machine.back_up()
    whole = file.read_bytes()
    if not has_record:
        file.with_name(f"{file.name}.json").unlink()
    for broken in (whole[: len(whole) // 2], whole[: len(whole) - 5_000], b"", b"no database at all"):
        file.write_bytes(broken)
        refused(other.run("restore", file), str(file) if not other.is_postgres or has_record else "")
    places = range(0, len(whole), len(whole) // 20) if has_record else ()
    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused(other.run("restore", file), "is damaged")
    is_there = other.column("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") if other.is_postgres else [0]
    assert is_there == [0]
    if not other.is_postgres:
        database = Path(other.url.removeprefix("sqlite:///"))
        assert {each.name for each in database.parent.iterdir()} <= {f"{database.name}-in-use"}


@pytest.mark.on_both
def test_a_backup_of_something_else_is_refused_also_by_force(machine: Machine, other: Machine) -> None:
    file = machine.back_up()
    record = file.with_name(f"{file.name}.json")
    facts = json.loads(record.read_text())
    machine.write("UPDATE workflow SET name = 'Efter säkerhetskopian' WHERE key = 'LAB-001'")
    after = machine.column(EVERYTHING)
    record.write_text(json.dumps(facts | {"digest": "0" * 32}))
    refused(machine.run("restore", file, "--force"), "is not what was backed up")
    assert machine.column(EVERYTHING) == after
    refused(other.run("restore", file), "is not what was backed up")
    record.write_text(json.dumps(facts | {"size": "many"}))
    refused(other.run("restore", file), "is damaged")
    record.write_text("{")
    refused(other.run("restore", file), f"{record} cannot be read")


def test_a_copy_that_does_not_agree_with_itself_is_no_backup(machine: Machine) -> None:
    before = machine.back_up()
    machine.write("UPDATE workflow SET state = 'test' WHERE key = 'LAB-001'")
    refused(machine.run("backup", "--out", machine.folder, "--keep", "1"), "state is kept as test")
    names = {path.name for path in machine.folder.iterdir()}
    assert {before.name, f"{before.name}.json"} < names
    assert [name for name in names if name.endswith(".faulty")]
    assert machine.column("SELECT count(*) FROM programme WHERE backed_up_at IS NOT NULL") == [1]


def test_so_many_are_kept_and_nothing_else_is_removed(machine: Machine) -> None:
    (machine.folder / "notes.sqlite").touch()
    made = [machine.back_up() for _ in range(3)]
    made.append(machine.back_up("--keep", "2"))
    left = {path.name for path in machine.folder.iterdir()}
    assert left == {"notes.sqlite", *(f"{file.name}{end}" for file in made[2:] for end in ("", ".json"))}


@ON_SQLITE
def test_backups_are_beside_the_database_unless_told(machine: Machine, tmp_path: Path) -> None:
    made = Path(machine.run("backup").stdout.splitlines()[0])
    assert made.parent == Path(machine.url.removeprefix("sqlite:///")).parent / "backups"
    assert mode(made.parent) == 0o700
    file = tmp_path / "copy.db"
    assert machine.run("backup", "--out", file).exit_code == 0
    refused(machine.run("backup", "--out", file), "was left alone")
    assert machine.run("backup", "--out", tmp_path / "another.db", "--keep", "2").exit_code == 2
    refused(machine.run("backup", "--out", tmp_path / "nowhere" / "copy.db"), "No such file or directory")
    with closing(sqlite3.connect(file)) as connection:  # a plain database, without a log
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("SELECT count(*) FROM workflow").fetchone() == (9,)


@ON_SQLITE
def test_a_backup_of_an_older_version_is_upgraded_and_one_of_a_newer_refused(machine: Machine, other: Machine) -> None:
    with machine.open() as engine:
        migrations.downgrade(engine, "0014_import_files")
    refused(machine.run("backup"), "older than this version")
    upgraded = machine.run("db", "upgrade")
    copy = upgraded.stderr.split("was copied to ")[1].split()[0]
    assert mode(Path(copy)) == 0o600
    assert other.run("restore", copy).exit_code == 0
    assert other.column("SELECT version_num FROM alembic_version") == [migrations.head()]
    machine.write("UPDATE alembic_version SET version_num = '9999_future'")
    newer = machine.folder / "newer.db"
    Path(machine.url.removeprefix("sqlite:///")).rename(newer)
    refused(machine.run("restore", newer), "newer (9999_future)")


@ON_SQLITE
def test_a_database_that_is_damaged_can_be_replaced(machine: Machine) -> None:
    file = machine.back_up()
    database = Path(machine.url.removeprefix("sqlite:///"))
    database.write_bytes(b"not a database" * 1000)
    refused(machine.run("backup"), "damaged or no SQLite database")
    assert machine.run("restore", file, "--force").exit_code == 0
    assert machine.run("restore", file, "--force").exit_code == 0
    assert machine.run("check").exit_code == 0
    damaged, _replaced = sorted(database.parent.glob("*.kept-*"))
    assert damaged.read_bytes().startswith(b"not a database")


@ON_POSTGRES
def test_pg_dump_that_is_missing_or_older_is_said_in_one_line(machine: Machine, tmp_path: Path) -> None:
    empty, old = tmp_path / "empty", tmp_path / "old"
    empty.mkdir()
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (old / "pg_dump").chmod(0o755)
    for folder, words in ((empty, f"pg_dump was not found in {empty}"), (old, "is of version 9, older than")):
        result = machine.run("backup", TRACKER_POSTGRES_BIN=str(folder))
        refused(result, words)
        assert "TRACKER_POSTGRES_BIN" in result.stderr
        assert result.stderr.count("\n") == 1
    assert list(machine.folder.iterdir()) == []


@ON_POSTGRES
def test_tables_of_others_are_left_alone(machine: Machine, other: Machine) -> None:
    file = machine.back_up()
    other.write("CREATE TABLE others (id int)")
    refused(other.run("restore", file), "add --force")
    refused(other.run("restore", file, "--force"), "tables that are not Tracker's, others for one")
    assert other.column("SELECT count(*) FROM others") == [0]


@ON_POSTGRES
def test_no_secret_is_among_the_arguments_of_programs(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "spy"
    folder.mkdir()
    (folder / "pg_dump").write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 99.1' && exit\n"
        f'echo "$@" > {folder}/said; echo "$PGPASSWORD" > {folder}/secret; echo "pg_dump: error: enough" >&2; exit 1\n'
    )
    (folder / "pg_dump").chmod(0o755)
    url = make_url(machine.url).set(password="hemligt").render_as_string(hide_password=False)
    result = Machine(url, machine.folder).run("backup", TRACKER_POSTGRES_BIN=str(folder))
    refused(result, "pg_dump failed: pg_dump: error: enough")
    assert "hemligt" not in (folder / "said").read_text()
    assert (folder / "secret").read_text() == "hemligt\n"
