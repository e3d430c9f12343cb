"""The planning-week pack on the command line: made, checked, and what is wrong with one said in a line."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import Flow, a_programme, day, write_folder
from tests.cli.test_files import refused, run
from tests.databases import Databases, demo
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.states import ScopeKind

AS_OF = ("--as-of", "2023-04-14T07:00:00Z")
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module", autouse=True)
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("packs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{folder / 'instance' / 'tracker.db'}")
        run("seed", write_folder(folder / "files", a_programme()))
        yield


@pytest.mark.parametrize("more", [(), ("--cycle", 1), ("--cycle", 1, "--format", "excel-sv")])
def test_a_pack_ties_out_and_is_the_same_whenever_it_is_made(tmp_path: Path, more: tuple[object, ...]) -> None:
    for name in ("one.zip", "two.zip"):
        assert run("export", "pack", *more, *AS_OF, "--out", tmp_path / name).stdout == ""
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    checked = run("check", "--pack", tmp_path / "one.zip")
    assert (checked.exit_code, checked.stdout, checked.stderr) == (0, "", "The pack ties out.\n")


def test_its_files_are_those_of_the_command_line(tmp_path: Path) -> None:
    made = run("export", "pack", "--cycle", 1, *AS_OF).stdout_bytes
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == [
            "README.txt",
            "cycle_summary.csv",
            "workstream_summary.csv",
            "items.csv",
            "part_summary.csv",
            "blockers.csv",
            "definitions.csv",
        ]
        for name in ("cycle_summary", "workstream_summary", "items", "part_summary"):
            alone = run("export", name, "--cycle", 1, *AS_OF).stdout_bytes
            assert archive.read(f"{name}.csv") == alone
        assert archive.read("blockers.csv") == run("export", "blockers").stdout_bytes


def test_one_reading_can_be_asked_for() -> None:
    lines = run("export", "cycle_summary", "--basis", "as_now", *AS_OF).stdout.splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [[cycle, "as_now"] for cycle in "123"]
    refused(run("export", "changes", "--basis", "as_now"), 2, "--basis goes with cycle_summary")


def test_a_workbook_is_made_where_the_file_says_so(tmp_path: Path) -> None:
    run("export", "pack", "--out", tmp_path / "pack.xlsx")
    with zipfile.ZipFile(tmp_path / "pack.xlsx") as book:
        names = re.findall('<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
        sheet = book.read("xl/worksheets/sheet4.xml").decode()
    assert names == [
        "README",
        "cycle_summary",
        "workstream_summary",
        "items",
        "part_summary",
        "blockers",
        "definitions",
    ]
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet


def test_a_cycle_that_is_not_there_is_told() -> None:
    refused(run("export", "pack", "--cycle", 9), 1, "There is no cycle 9.")


def changed(source: Path, change: Change) -> Path:
    """A copy of the pack in which something is different."""
    with zipfile.ZipFile(source) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    target = source.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target


def without_a_row(name: str, start: bytes) -> Change:
    def change(contents: dict[str, bytes]) -> None:
        lines = contents[name].split(b"\r\n")
        lines.remove(next(line for line in lines if line.startswith(start)))
        contents[name] = b"\r\n".join(lines)

    return change


def with_other(name: str, old: bytes, new: bytes) -> Change:
    def change(contents: dict[str, bytes]) -> None:
        assert old in contents[name]
        contents[name] = contents[name].replace(old, new, 1)

    return change


def with_doubled(name: str, start: bytes) -> Change:
    def change(contents: dict[str, bytes]) -> None:
        lines = contents[name].split(b"\r\n")
        place = next(place for place, line in enumerate(lines) if line.startswith(start))
        contents[name] = b"\r\n".join([*lines[: place + 1], *lines[place:]])

    return change


def with_cells(name: str, start: bytes, **cells: str) -> Change:
    """The first row that begins so, with other cells."""

    def change(contents: dict[str, bytes]) -> None:
        lines = contents[name].decode().split("\r\n")
        place = next(place for place, line in enumerate(lines) if line.startswith(start.decode()))
        row = dict(zip(lines[0].split(","), lines[place].split(","), strict=True)) | cells
        lines[place] = ",".join(row.values())
        contents[name] = "\r\n".join(lines).encode()

    return change


def with_all(*changes: Change) -> Change:
    def change(contents: dict[str, bytes]) -> None:
        for each in changes:
            each(contents)

    return change


LKM, TOTAL = b"1,as_reported,SOKI,LKM,", b"1,as_reported,,TOTAL,"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            without_a_row("items.csv", b"1,as_now,LKM,tested,"),
            "workstream_summary.csv, cycle 1, as_now, LKM: tested is 1, and its items come to 0",
        ),
        (
            with_doubled("items.csv", b"1,as_now,LKM,tested,"),
            "items.csv, cycle 1, as_now, LKM: LKM-002 stands 2 times under tested",
        ),
        (
            with_cells("items.csv", b"1,as_reported,LKM,committed,", item="LKM-001"),
            "items.csv, cycle 1, as_reported, LKM: LKM-001 has different goals in committed and committed_test",
        ),
        (
            with_cells("items.csv", b"1,as_reported,LKM,committed_test,", goal="design"),
            "items.csv, cycle 1, as_reported, LKM: LKM-002 has different goals in committed and committed_test",
        ),
        (
            with_cells("items.csv", b"1,as_reported,LKM,met,", item="LAB-001"),
            "items.csv, cycle 1, as_reported, LKM: LAB-001 is met, and no member of the cycle at its end",
        ),
        (
            with_cells("items.csv", b"1,as_now,LKM,tested,", cycle="2"),
            "workstream_summary.csv, cycle 2, as_now, LKM: tested is 0, and its items come to 1",
        ),
        (
            with_cells("items.csv", b"1,as_now,LKM,tested,", workstream="MOO"),
            "items.csv, cycle 1, as_now, MOO: has items, and no row in workstream_summary.csv",
        ),
        (
            without_a_row("cycle_summary.csv", b"1,as_now,"),
            "workstream_summary.csv, cycle 1, as_now, TOTAL: has a row, and none in cycle_summary.csv",
        ),
        (
            without_a_row("workstream_summary.csv", b"1,as_now,SOKI,LKM,"),
            "workstream_summary.csv, cycle 1, as_now, LKM: has no row",
        ),
        (
            with_doubled("workstream_summary.csv", b"1,as_now,SOKI,LKM,"),
            "workstream_summary.csv, cycle 1, as_now, LKM: has 2 rows",
        ),
        (
            with_cells("workstream_summary.csv", b"1,as_now,SOKI,LKM,", ends_on="2023-03-20"),
            "LKM: ends_on is 2023-03-20, and 2023-03-19 in cycle_summary.csv",
        ),
        (
            with_cells("workstream_summary.csv", b"1,as_now,SOKI,LKM,", tested_per_working_day="0.40"),
            "LKM: tested_per_working_day is 0.40, and tested is 1",
        ),
        (
            with_cells("cycle_summary.csv", b"1,as_reported,", met="2"),
            "cycle_summary.csv, cycle 1, as_reported: met is 2, and 1 in workstream_summary.csv",
        ),
        (
            with_all(
                with_cells("workstream_summary.csv", LKM, carried_out="0"),
                with_cells("workstream_summary.csv", TOTAL, carried_out="0"),
                with_cells("cycle_summary.csv", b"1,as_reported,", carried_out="0"),
            ),
            "LKM: committed + added - removed is 2, and met + carried_out + returned + dropped is 1",
        ),
        (
            with_cells("part_summary.csv", b"1,as_now,SOKI,LKM,", parts_due="5"),
            "part_summary.csv, cycle 1, as_now, LKM: parts_due is 5, not parts_signed and parts_open together",
        ),
        (
            with_cells("part_summary.csv", b"1,as_now,SOKI,LKM,", signed="5"),
            "part_summary.csv, cycle 1, as_now, LKM: signed is 5, and its items come to 0",
        ),
        (
            without_a_row("part_summary.csv", b"1,as_now,SOKI,LKM,"),
            "part_summary.csv, cycle 1, as_now, LKM: has no row, unlike workstream_summary.csv",
        ),
        (with_other("blockers.csv", b"\r\n1,", b"\r\n9,"), "items.csv: blocker 1 is not in blockers.csv"),
    ],
)
def test_a_difference_is_named(tmp_path: Path, change: Change, words: str) -> None:
    run("export", "pack", *AS_OF, "--out", tmp_path / "pack.zip")
    checked = run("check", "--pack", changed(tmp_path / "pack.zip", change))
    assert checked.exit_code == 1
    assert words in checked.stdout
    assert not any(line.startswith("note:") for line in checked.stdout.splitlines())
    assert checked.stderr == f"{len(checked.stdout.splitlines())} differences.\n"


def test_the_pack_of_the_demo_ties_out(tmp_path: Path, sqlite_databases: Databases) -> None:
    with sqlite_databases.fresh(demo) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATABASE_URL", url)
        run("export", "pack", "--out", tmp_path / "pack.zip")
    checked = run("check", "--pack", tmp_path / "pack.zip")
    assert (checked.exit_code, checked.stdout) == (0, "")


def test_a_pack_of_an_older_version_ties_out_without_what_came_later(tmp_path: Path) -> None:
    def as_before(contents: dict[str, bytes]) -> None:
        for name in ("cycle_summary.csv", "workstream_summary.csv"):
            contents[name] = b"".join(line.rpartition(b",")[0] + b"\r\n" for line in contents[name].splitlines())
        later, items = {"blocked_days_begun", *PART_FIGURES}, contents["items.csv"].splitlines(keepends=True)
        contents["items.csv"] = b"".join(line for line in items if line.split(b",")[3].decode() not in later)
        del contents["part_summary.csv"]

    run("export", "pack", *AS_OF, "--out", tmp_path / "pack.zip")
    checked = run("check", "--pack", changed(tmp_path / "pack.zip", as_before))
    assert (checked.exit_code, checked.stdout) == (0, "")


def test_what_a_bulk_load_may_bring_is_a_note(tmp_path: Path) -> None:
    """Nobody could close a cycle like that by hand."""
    files = a_programme(
        Flow("LKM-001").in_cycle(1),
        Flow("LKM-002").in_cycle(1).scoped(1, None, None, ScopeKind.RETURNED, day(40)),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path / 'tracker.db'}")
        run("seed", write_folder(tmp_path / "files", files))
        run("export", "pack", "--cycle", 1, "--out", tmp_path / "pack.zip")
        history = run("check")
    checked = run("check", "--pack", tmp_path / "pack.zip")
    assert (history.exit_code, checked.exit_code) == (0, 0)
    assert "note: " in history.stdout
    for place in ("LKM", "TOTAL"):
        assert (
            f"note: workstream_summary.csv, cycle 1, as_reported, {place}: committed + added - removed is 1, and met +"
            " carried_out + returned + dropped is 1: LKM-001 has no outcome, LKM-002 left at another moment than the"
            " close\n"
        ) in checked.stdout
    assert checked.stderr == "The pack ties out.\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda contents: contents.pop("items.csv"), "it lacks items.csv"),
        (lambda contents: contents.update({"../../seed.csv": b""}), "it also holds '../../seed.csv'"),
        (lambda contents: contents.update({"/etc/passwd": b""}), "it also holds '/etc/passwd'"),
        (lambda contents: contents.update({"items2\n.csv": b""}), r"it also holds 'items2\n.csv'"),
        (lambda contents: contents.update({"items.csv": b""}), "items.csv, line 1: lacks the column cycle"),
        (lambda contents: contents.update({"items.csv": b"\xff\xfe"}), "cannot be read as a zip"),
        (with_other("items.csv", b"as_now", b"as_new"), "column basis: 'as_new': is none of"),
        (with_other("items.csv", b"tested", b"testad"), "column figure: 'testad': is no figure of the summaries"),
        (with_other("cycle_summary.csv", b"2023-05-08", b"2023-05-8"), "is no date like"),
    ],
)
def test_what_is_no_pack_is_one_line(tmp_path: Path, change: Change, words: str) -> None:
    run("export", "pack", *AS_OF, "--out", tmp_path / "pack.zip")
    refused(run("check", "--pack", changed(tmp_path / "pack.zip", change)), 1, words)


def test_what_would_take_all_memory_is_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("cycle_summary", "workstream_summary", "blockers", "definitions"):
            archive.writestr(f"{name}.csv", b"")
        with archive.open("items.csv", "w", force_zip64=True) as file:
            file.write(bytes(1_000_000))
    whole = (tmp_path / "pack.zip").read_bytes()
    said = (1_000_000).to_bytes(4, "little")
    assert said in whole
    (tmp_path / "pack.zip").write_bytes(whole.replace(said, (4_000_000_000).to_bytes(4, "little")))
    refused(run("check", "--pack", tmp_path / "pack.zip"), 1, "larger than any that Tracker writes")


def test_a_file_that_stands_twice_in_a_zip_is_not_believed(tmp_path: Path) -> None:
    run("export", "pack", *AS_OF, "--out", tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip", "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("items.csv", b"")
    refused(run("check", "--pack", tmp_path / "pack.zip"), 1, "it also holds 'items.csv'")


def test_a_broken_zip_is_one_line_wherever_it_is_broken(tmp_path: Path) -> None:
    run("export", "pack", *AS_OF, "--out", tmp_path / "pack.zip")
    whole = (tmp_path / "pack.zip").read_bytes()
    broken = tmp_path / "broken.zip"
    for content in (b"", b"PK\x03\x04", whole[:50], whole[: len(whole) // 2], whole[:-30]):
        broken.write_bytes(content)
        refused(run("check", "--pack", broken), 1, "cannot be read as a zip")
    for place in range(0, len(whole), 211):  # one bit anywhere: it is told, or it does no harm
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        result = run("check", "--pack", broken)
        assert result.exit_code in {0, 1}
        assert result.exception is None or isinstance(result.exception, SystemExit)
