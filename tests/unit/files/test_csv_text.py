"""CSV text to rows: what is understood, and that what is not is named by its place."""

from datetime import date

import pytest

from tracker.domain.cells import Dialect
from tracker.domain.files.csv_text import PlaceError, read_rows, rows_text
from tracker.domain.programme.files import CYCLES, PROJECTS
from tracker.domain.programme.rows import CycleRow, ProjectRow
from tracker.domain.states import CycleStatus

HEADINGS = "code,name,name_en,first_cycle\r\n"


def read(text: str) -> list[tuple[int, ProjectRow]]:
    return list(read_rows(text, PROJECTS))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_the_line_is_the_one_an_editor_shows(end: str) -> None:
    text = end.join(["code,name,name_en,first_cycle", 'A,"two', 'lines",,1', "", "B,Name,,2", ""])
    assert [(line, row.code) for line, row in read(text)] == [(2, "A"), (5, "B")]


def test_line_breaks_in_a_cell_are_kept() -> None:
    rows = [ProjectRow("A", "a\rb\nc\r\nd", '"', 1)]
    text = "".join(rows_text(PROJECTS.columns, rows, Dialect.CSV))
    assert [row for _, row in read(text)] == rows


def test_a_swedish_spreadsheet_is_understood() -> None:
    row = CycleRow(4, date(2023, 1, 30), date(2023, 3, 19), status=CycleStatus.RUNNING, goal="Allt; klart, nu")
    text = "".join(rows_text(CYCLES.columns, [row], Dialect.EXCEL_SV))
    assert text.startswith("\ufeffcykel;första dag;")
    assert ";pågår;" in text
    assert [found for _, found in read_rows(text, CYCLES)] == [row]


def test_columns_may_come_in_any_order_and_optional_ones_be_missing() -> None:
    assert read("first_cycle,name,code\r\n2,Namn,A\r\n") == [(2, ProjectRow("A", "Namn", "", 2))]


def test_a_long_cell_is_read() -> None:
    assert read(f"{HEADINGS}A,{'x' * 200_000},,1\r\n")[0][1].name == "x" * 200_000


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "projects.csv, line 1: lacks the column code"),
        ("code,name,first_cycle,colour\r\n", "projects.csv, line 1, column colour: is no column of this file"),
        ("code,name,code,first_cycle\r\n", "projects.csv, line 1, column code: stands twice among the headings"),
        ("code,kod,name,first_cycle\r\n", "projects.csv, line 1, column kod: stands twice among the headings"),
        ("code,name\r\n", "projects.csv, line 1: lacks the column first_cycle"),
        (f"{HEADINGS}A,Namn,1\r\n", "projects.csv, line 2: has 3 cells, and the headings are 4"),
        (f'{HEADINGS}A,"a\r\nb",,1\r\nB,,,1\r\n', "projects.csv, line 4, column name: '': must not be empty"),
        (f'{HEADINGS}A,Namn,,1\r\nB,"open,,1\r\n', "projects.csv, line 3: a quoted cell does not end as it must"),
        (f'{HEADINGS}A,"a"b,,1\r\n', "projects.csv, line 2: a quoted cell does not end as it must"),
        (f"{HEADINGS}A,Namn,x\0y,1\r\n", "projects.csv, line 2, column name_en: 'x\\x00y': has a NUL character"),
        (f"{HEADINGS}A,Namn,,{'7' * 90}\r\n", f"projects.csv, line 2, column first_cycle: '{'7' * 60}'…: is no whole"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(text: str, place: str) -> None:
    with pytest.raises(PlaceError) as refusal:
        read(text)
    assert str(refusal.value).startswith(place)
