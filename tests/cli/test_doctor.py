"""`tracker doctor`: each line is ok, a warning or a fault with its remedy; a fault is exit code 1."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.backing import Machine
from tests.databases import ON_SQLITE, Databases
from tests.db.acting import prepared
from tracker.clock import real_now
from tracker.config import STATIC
from tracker.db import migrations

SOUND = {"database", "migrations", "backup", "history", "clock", "disk", "proxy", "static"}


@pytest.fixture
def machine(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.chdir(tmp_path)
    with databases.fresh(prepared) as url:
        yield Machine(url, tmp_path)


def file_of(machine: Machine) -> Path:
    return Path(machine.url.removeprefix("sqlite:///"))


def backed_up(machine: Machine, ago: timedelta) -> None:
    machine.write(f"UPDATE programme SET backed_up_at = '{real_now() - ago:%Y-%m-%d %H:%M:%S.%f}'")


@pytest.mark.on_both
def test_a_sound_installation_has_no_fault(machine: Machine) -> None:
    assert machine.run("backup").exit_code == 0
    found = machine.looked_over()
    assert {name for name, line in found.items() if line["verdict"] == "ok"} >= SOUND
    assert [line for line in found.values() if line["verdict"] == "fault"] == []
    assert [line for line in found.values() if (line["verdict"] == "ok") == bool(line["remedy"])] == []
    said = machine.run("doctor")
    assert said.exit_code == 0
    assert len(said.stdout.splitlines()) == len(found)
    assert all(line.startswith(("ok ", "warning ", "fault ")) for line in said.stdout.splitlines())


@pytest.mark.parametrize(
    ("ago", "verdict"), [(timedelta(hours=30), "ok"), (timedelta(hours=40), "warning"), (timedelta(days=8), "fault")]
)
def test_the_last_backup_grows_old(machine: Machine, ago: timedelta, verdict: str) -> None:
    backed_up(machine, ago)
    line = machine.looked_over()["backup"]
    assert line["verdict"] == verdict
    assert ("tracker backup --keep 14" in line["remedy"]) == (verdict != "ok")


def test_no_backup_at_all_is_a_warning_and_a_demo_needs_none(machine: Machine) -> None:
    assert machine.looked_over()["backup"]["verdict"] == "warning"
    machine.write("UPDATE programme SET demo_clock_at = last_recorded_at")
    assert machine.looked_over()["backup"]["verdict"] == "ok"


@pytest.mark.parametrize(("ahead", "verdict"), [(timedelta(minutes=5), "warning"), (timedelta(hours=30), "fault")])
def test_a_clock_behind_the_newest_entry_is_named(machine: Machine, ahead: timedelta, verdict: str) -> None:
    machine.write(f"UPDATE programme SET last_recorded_at = '{real_now() + ahead:%Y-%m-%d %H:%M:%S.%f}'")
    line = machine.looked_over()["clock"]
    assert line["verdict"] == verdict
    assert "NTP" in line["remedy"]


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"TRACKER_PUBLIC_URL": "https://tracker.example.org"}, "Set TRACKER_PROXY_HOPS"),
        ({"TRACKER_PROXY_HOPS": "1"}, "Set TRACKER_PUBLIC_URL"),
        ({"TRACKER_PUBLIC_URL": "https://tracker.example.org", "TRACKER_PROXY_HOPS": "1"}, ""),
    ],
)
def test_proxies_are_those_that_the_public_address_needs(
    machine: Machine, settings: dict[str, str], remedy: str
) -> None:
    line = machine.looked_over(**settings)["proxy"]
    assert line["remedy"].startswith(remedy)
    assert line["verdict"] == ("warning" if remedy else "ok")


@pytest.mark.on_both
def test_a_schema_of_another_version_is_a_fault(machine: Machine) -> None:
    machine.write("ALTER TABLE note ADD COLUMN more integer")
    assert "differs from this version's in 1 places" in machine.looked_over()["migrations"]["text"]
    machine.write("ALTER TABLE note DROP COLUMN more")
    with machine.open() as engine:
        migrations.downgrade(engine, "0014_import_files")
    line = machine.looked_over()["migrations"]
    assert (line["verdict"], line["remedy"]) == ("fault", "Run: tracker db upgrade")


@ON_SQLITE
def test_a_database_that_is_missing_or_damaged_is_a_fault_and_the_rest_is_looked_at(machine: Machine) -> None:
    file_of(machine).write_bytes(b"not a database" * 1000)
    found = machine.looked_over()
    assert found["database"]["verdict"] == "fault"
    assert "tracker restore FILE" in found["database"]["remedy"]
    assert found["static"]["verdict"] == "ok"
    file_of(machine).unlink()
    assert "There is no database" in machine.looked_over()["database"]["text"]
    assert not file_of(machine).exists()


@ON_SQLITE
def test_what_others_can_read_is_named_with_the_command_that_ends_it(machine: Machine) -> None:
    file_of(machine).parent.chmod(0o700)
    file_of(machine).chmod(0o644)
    line = machine.looked_over()["permissions"]
    assert line["verdict"] == "warning"
    assert line["remedy"].startswith(f"Run: chmod go= {file_of(machine)}")
    file_of(machine).chmod(0o600)
    assert machine.looked_over()["permissions"]["verdict"] == "ok"


@ON_SQLITE
def test_a_log_that_holds_something_says_how_to_copy(machine: Machine) -> None:
    file_of(machine).with_name("backups").mkdir()
    assert "the file alone is whole" in machine.looked_over()["log"]["text"]
    with machine.open() as engine, engine.connect():
        machine.write("UPDATE programme SET name = 'Programmet'")
        assert "Copy with: tracker backup" in machine.looked_over()["log"]["text"]


@ON_SQLITE
def test_files_that_pages_ask_for_are_missed(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    monkeypatch.setattr("tracker.cli.doctor.surroundings.STATIC", tmp_path / "static")
    assert machine.looked_over()["static"]["verdict"] == "ok"
    (tmp_path / "static" / "css" / "accounts.css").unlink()
    line = machine.looked_over()["static"]
    assert line["verdict"] == "fault"
    assert "css/accounts.css" in line["text"]


@pytest.mark.parametrize("databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_more_processes_than_postgresql_has_connections_for_are_a_fault(machine: Machine) -> None:
    assert machine.looked_over()["connections"]["verdict"] == "ok"
    line = machine.looked_over(WEB_CONCURRENCY="500")["connections"]
    assert line["verdict"] == "fault"
    assert "max_connections" in line["remedy"]
