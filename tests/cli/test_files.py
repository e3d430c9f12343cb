"""Seed, export, check and db on the command line: exit codes, one line per error, stdout for the file alone."""

import csv
import io
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from tests.builders import a_programme, files_of, put, write_folder
from tracker.cli import main
from tracker.config import SEED_DATA
from tracker.db.engine import make_engine, transaction
from tracker.db.models import Cycle


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "instance" / "tracker.db"
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{file}")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "files", a_programme())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="tracker")


def refused(result: Result, code: int, words: str) -> None:
    assert result.exit_code == code, result.stderr
    assert words in result.stderr
    assert result.stdout == ""
    if code == 1:
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1


def test_seed_then_export_all_gives_the_sample_programme(tmp_path: Path) -> None:
    assert run("seed").exit_code == 0
    assert run("export", "all", tmp_path / "out").exit_code == 0
    assert files_of(tmp_path / "out") == files_of(SEED_DATA)
    assert run("export", "all", tmp_path / "out").exit_code == 0  # a second one replaces the first
    assert run("check").exit_code == 0


def test_a_folder_without_parts_waives_what_is_due_by_now_so_that_nothing_is_done_without_parts(tmp_path: Path) -> None:
    others = {name: content for name, content in files_of(SEED_DATA).items() if name != "parts.csv"}
    assert run("seed", put(tmp_path / "files", others)).exit_code == 0
    assert run("check").exit_code == 0
    assert run("export", "all", tmp_path / "out").exit_code == 0
    written = dict(files_of(tmp_path / "out"))
    rows = list(csv.DictReader(io.StringIO(written.pop("parts.csv").decode(), newline="")))
    assert written == others
    assert Counter(row["event"] for row in rows) == {"joined": 89, "waived": 238}
    assert len({(row["recorded_at"], row["note"]) for row in rows if row["event"] == "waived"}) == 1
    figures = run("export", "part_summary", "--cycle", 5, "--as-of", "2023-04-14T07:00:00Z").stdout
    now = [row for row in csv.DictReader(io.StringIO(figures)) if row["workstream"] == "TOTAL"][-1]
    assert (now["parts_waived"], now["parts_open"], now["done_open"]) == ("238", "0", "0")


def test_an_account_and_a_draft_shut_no_door_on_seed(folder: Path, database: Path) -> None:
    assert run("db", "upgrade").exit_code == 0
    engine = make_engine(f"sqlite:///{database}")
    draft = a_programme().cycles[2]
    with transaction(engine) as session:
        days = ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on")
        session.add(Cycle(number=draft.cycle, **{name: getattr(draft, name) for name in days}, goal="Annat mål"))
    refused(run("seed", folder), 1, "cycles.csv, column goal: '': 3 is there already with another value, Annat mål")
    with transaction(engine) as session:
        session.execute(update(Cycle).values(goal=""))
    engine.dispose()
    assert run("seed", folder).exit_code == 0
    assert run("check").exit_code == 0
    assert run("export", "cycles").stdout_bytes == (folder / "cycles.csv").read_bytes()


def test_stdout_is_the_file(folder: Path, tmp_path: Path) -> None:
    assert run("seed", folder).stdout == ""
    result = run("export", "changes")
    assert result.stdout_bytes == (folder / "changes.csv").read_bytes()
    assert result.stderr == ""
    assert run("export", "changes", "--out", tmp_path / "c.csv").stdout == ""
    assert (tmp_path / "c.csv").read_bytes() == (folder / "changes.csv").read_bytes()


def test_a_swedish_spreadsheet_and_a_cycle(folder: Path) -> None:
    run("seed", folder)
    text = run("export", "cycles", "--format", "excel-sv", "--cycle", "2").stdout_bytes.decode()
    assert text.startswith("\ufeffcykel;")
    assert len(text.splitlines()) == 2
    assert ";pågår;" in text


def test_files_of_some_workstreams_and_projects(folder: Path) -> None:
    run("seed", folder)
    streams = ("--workstream", "RTG", "--workstream", "LAB")
    rows = run("export", "workflows", *streams).stdout.splitlines()[1:]
    assert {line.split("-")[0] for line in rows} == {"LAB", "RTG"}
    assert run("export", "workflows", *streams, "--project", "SOKI").stdout.count("\n") == 1
    lines = run("export", "workstream_summary", "--cycle", 1, "--basis", "as_now", "--project", "SIDU").stdout
    assert [line.split(",")[3] for line in lines.splitlines()[1:]] == ["LAB", "RTG", "TOTAL"]
    refused(run("export", "changes", "--workstream", "LAB"), 2, "--workstream goes with cycle_summary")
    refused(run("export", "items", "--project", "NONE"), 1, "project=NONE")


def test_figures_are_files_too(folder: Path, tmp_path: Path) -> None:
    run("seed", folder)
    cycles = run("export", "cycle_summary", "--as-of", "2023-04-14T07:00:00Z").stdout.splitlines()
    assert [line.split(",")[:3] for line in cycles[1:]] == [
        ["1", "as_reported", "2023-03-17T14:00:00Z"],
        ["1", "as_now", "2023-04-14T07:00:00Z"],
        ["2", "as_now", "2023-04-14T07:00:00Z"],
        ["3", "as_now", "2023-04-14T07:00:00Z"],
    ]
    out = tmp_path / "w.csv"
    run("export", "workstream_summary", "--cycle", 1, "--format", "excel-sv", "--out", out)
    lines = out.read_bytes().decode().split("\r\n")
    assert lines[0].startswith("\ufeffcykel;uppgifter;projekt;arbetsström;per;")
    places = [";".join(line.split(";")[1:4]) for line in lines[1:] if line]
    assert places[:4] == [f"som rapporterat;{place}" for place in ("SIDU;LAB", "SIDU;RTG", "SOKI;LKM", ";SUMMA")]
    assert len(places) == 8


def test_as_of_an_instant(folder: Path) -> None:
    run("seed", folder)
    lines = run("export", "changes", "--as-of", "2023-02-01T00:00:00Z").stdout.splitlines()
    assert 1 < len(lines) < len((folder / "changes.csv").read_text().splitlines())


def test_what_is_wrong_in_a_file_is_one_line_and_nothing_is_made(folder: Path, database: Path) -> None:
    path = folder / "checks.csv"
    path.write_text(path.read_text().replace("LKM-001", "LKM-999"))
    refused(run("seed", folder), 1, "checks.csv, line 2, column workflow: 'LKM-999': is not in workflows.csv")
    assert not database.exists()


def test_a_second_seed_is_refused(folder: Path) -> None:
    run("seed", folder)
    refused(run("seed", folder), 1, "workflows, blockers or a closed cycle already")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "nothing"),
        ("export", "all"),
        ("export", "changes", "folder"),
        ("export", "all", "folder", "--cycle", "1"),
        ("export", "all", "folder", "--out", "file"),
        ("export", "changes", "--cycle", "1"),
        ("export", "workflows", "--cycle", "0"),
        ("export", "changes", "--as-of", "yesterday"),
        ("export", "changes", "--format", "xls"),
        ("seed", "no-such-folder"),
        ("unknown",),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...]) -> None:
    refused(run(*arguments), 2, "Usage: tracker")


@pytest.mark.parametrize("command", [("export", "changes"), ("check",), ("db", "check"), ("db", "current")])
def test_no_database_is_made_by_reading_one(command: tuple[str, ...], database: Path) -> None:
    refused(run(*command), 1, "There is no database at")
    assert not database.exists()


def test_a_folder_that_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    run("seed", folder)
    (tmp_path / "file").write_text("")
    refused(run("export", "all", tmp_path / "file" / "out"), 1, "file")
    refused(run("export", "changes", "--out", tmp_path / "missing" / "c.csv"), 1, "missing")


def test_a_wrong_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TIMEZONE", "Mars/Olympus")
    refused(run("check"), 1, "TRACKER_TIMEZONE")


def test_check_names_differences_and_fails(folder: Path, database: Path) -> None:
    import sqlite3  # noqa: PLC0415

    run("seed", folder)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE workflow SET state = 'done' WHERE key = 'LKM-001'")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout == "LKM-001: state is kept as done, and the history says test\n"


def test_db_upgrade_makes_a_database_that_db_check_accepts() -> None:
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "current").stdout.strip() in run("db", "upgrade").stderr
    assert run("db", "check").exit_code == 0
    assert run("check").exit_code == 0


def test_every_command_has_help() -> None:
    context = main.make_context("tracker", [], resilient_parsing=True)
    for name in main.list_commands(context):
        assert run(name, "--help").exit_code == 0


def test_the_list_of_commands_loads_none_of_them() -> None:
    code = """
import sys
from tracker.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
libraries = {"flask", "werkzeug", "jinja2", "plotly", "sqlmodel", "rich", "openpyxl"}
ours = ("tracker.web", "tracker.charts", "tracker.exports", "tracker.queries", "tracker.commands", "tracker.db")
sys.exit(any(name.partition(".")[0] in libraries or name.startswith(ours) for name in sys.modules))
"""
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert listed.returncode == 0
    assert re.findall(r"^  (\w+)  +[A-Z].+\.$", listed.stdout, re.MULTILINE) == list(
        main.list_commands(main.make_context("tracker", [], resilient_parsing=True))
    )


def test_exporting_does_not_load_the_web(folder: Path) -> None:
    run("seed", folder)
    code = """
import sys
from tracker.cli import main
main(["export", "changes"], standalone_mode=False)
sys.exit(any(name.partition(".")[0] in {"flask", "plotly"} for name in sys.modules))
"""
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_an_address_of_no_known_database_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("bogus", "mysql://x/y"):
        monkeypatch.setenv("TRACKER_DATABASE_URL", url)
        result = run("check")
        refused(result, 1, "TRACKER_DATABASE_URL")
