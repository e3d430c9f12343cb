"""`tracker import workflows`: exit codes, one line for each refused row, all rows or none."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.builders import a_programme, write_folder
from tracker.cli import main

CSV = "Nyckel;Benämning;Ström;Ägare;Status;Datum;Sprint\r\n"
GOOD = f"{CSV}LAB-001;Nytt namn;;Sektionsledare;I test;;1\r\n;Märka remiss;LKM;Sektionsledare;Klar;2023-04-02;1\r\n"
BAD = f"{GOOD};Läsa svar;Nord;Ny;Pågår;;1\r\n"


@pytest.fixture(autouse=True)
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path / 'tracker.db'}")
    assert run("seed", write_folder(tmp_path / "files", a_programme())).exit_code == 0


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="tracker")


def file(folder: Path, text: str) -> Path:
    path = folder / "flöden.csv"
    path.write_bytes(text.encode("cp1252"))
    return path


def workflows() -> list[str]:
    return run("export", "workflows").stdout.splitlines()


def test_a_dry_run_tells_and_does_nothing(tmp_path: Path) -> None:
    before = workflows()
    result = run("import", "workflows", file(tmp_path, GOOD), "--dry-run")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "Not imported: the columns 'Sprint'.",
        "Would be: 1 new, 1 changed, 0 unchanged. Nothing was done.",
    ]
    assert workflows() == before


def test_an_import_is_done_and_a_second_one_finds_it_done(tmp_path: Path) -> None:
    result = run("import", "workflows", file(tmp_path, GOOD))
    assert result.exit_code == 0, result.stderr
    assert "Done: 1 new, 1 changed, 0 unchanged." in result.stderr
    assert any(line.startswith("LKM-004,Märka remiss,") for line in workflows())
    assert run("check").exit_code == 0
    again = run("import", "workflows", file(tmp_path, GOOD.replace(";Märka", "LKM-004;Märka")))
    assert "Done: 0 new, 0 changed, 2 unchanged." in again.stderr


def test_refused_rows_are_told_one_a_line_and_nothing_is_done(tmp_path: Path) -> None:
    before = workflows()
    result = run("import", "workflows", file(tmp_path, BAD))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "Row 4, Ström 'Nord': There is no workstream Nord. Choose which one is meant.",
        "Row 4, Ägare 'Ny': Ny owns nothing yet. Accept the new owner, or correct the name.",
        "Row 4, Status 'Pågår': Pågår is no state here. Choose which one is meant.",
        "Not imported: the columns 'Sprint'.",
        "Error: 1 of 3 rows are refused; nothing was done.",
    ]
    assert workflows() == before


def test_what_was_unknown_is_told_by_options(tmp_path: Path) -> None:
    result = run(
        "import",
        "workflows",
        file(tmp_path, BAD),
        "--workstream",
        "Nord=RTG",
        "--state",
        "Pågår=design",
        "--accept-new-owners",
        "--column",
        "Sprint=priority",
    )
    assert result.exit_code == 0, result.stderr
    assert any(re.match("RTG-003,Läsa svar,.*,Ny,1,", line) for line in workflows())


def test_the_good_rows_are_taken_and_the_others_come_back_as_a_file_to_import(tmp_path: Path) -> None:
    rest = tmp_path / "rest.csv"
    result = run("import", "workflows", file(tmp_path, BAD), "--refused", rest)
    assert result.exit_code == 0
    assert "Done: 1 new, 1 changed, 0 unchanged, 1 refused." in result.stderr
    lines = rest.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(",Why not imported")
    assert "There is no workstream Nord" in lines[1]
    rest.write_text(rest.read_text().replace("Nord", "LAB"))
    again = run("import", "workflows", rest, "--accept-new-owners", "--state", "Pågår=design", "--refused", rest)
    assert "Done: 1 new" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("missing.csv",), 2, "does not exist"),
        (("FILE", "--state", "x=y"), 2, "the states are"),
        (("FILE", "--column", "Namn=x"), 2, "the fields are"),
        (("FILE", "--column", "Nix=name"), 1, "There is no column Nix"),
        (("FILE", "--state", "=design"), 2, "WORD=MEANING"),
        (("FILE", "--delimiter", "comma"), 1, "which column has the name"),
    ],
)
def test_wrong_arguments_are_told(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    path = file(tmp_path, GOOD)
    result = run("import", "workflows", *(path if each == "FILE" else each for each in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
