"""Files as people have them become the right table, or are refused with the line named: I1, I2, I4 and I6."""

import datetime as dt
import io
import tracemalloc

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import count, is_full
from tracker.domain.errors import InvalidError
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.columns import Field, guess
from tracker.domain.imports.encodings import decoded
from tracker.domain.imports.reading import LARGEST_FILE, read_table
from tracker.domain.imports.table import MOST_CELLS, MOST_ROWS, Table
from tracker.domain.imports.values import DateOrder, date_of, date_order, known_state, priority_text, proposed_state
from tracker.domain.states import State

TEXT = 'Nyckel;Namn;Ansvarig\r\nLAB-001;Åtgärda prov;Överläkare\r\n;"Två\r\nrader; och mer";Läkare é\r\n'
SWEDISH = "abcdefghijklmnopqrstuvwxyzåäöÅÄÖé ABC,.-–”…\u00a0§½"


def read(content: bytes | str) -> Table:
    return read_table(content if isinstance(content, bytes) else content.encode())


def refused(content: bytes | str) -> str:
    with pytest.raises(InvalidError) as error:
        read(content)
    assert error.value.field == "file"
    return str(error.value)


def rows(table: Table) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in table.rows]


def workbook(*values: list[object], formulas: bool = False) -> bytes:
    book = openpyxl.Workbook(write_only=not formulas)
    sheet = book.create_sheet("Flöden", 0)
    for row in values:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_the_text_is_right_whatever_the_encoding(encoding: str) -> None:
    table = read(TEXT.encode(encoding))
    assert table.headings == ("Nyckel", "Namn", "Ansvarig")
    assert rows(table) == [
        (2, ("LAB-001", "Åtgärda prov", "Överläkare")),
        (3, ("", "Två\r\nrader; och mer", "Läkare é")),
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (TEXT.encode() + "Å".encode("cp1252"), 5),  # two encodings in one file
        (TEXT.encode("cp850"), 2),
        (TEXT.encode("mac-roman"), 2),
        (TEXT.encode("utf-16")[:-3], 4),
        (b"Namn\nA\x81B\n", 2),
        (b"Namn\nA\0B\n", 1),
        ("Namn\n\ufffdtg\u00e4rda\n".encode(), 2),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_with_its_line(content: bytes, line: int) -> None:
    assert refused(content).startswith(f"Line {line} holds letters")


@settings(max_examples=count(2_000))
@given(text=st.text(SWEDISH, min_size=1))
def test_swedish_text_of_an_older_spreadsheet_is_never_garbled(text: str) -> None:
    try:
        assert decoded(text.encode("cp1252")) == text
    except InvalidError:
        assert not text.isascii()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n"])
def test_delimiters_and_line_ends_make_the_same_rows(delimiter: str, line_end: str) -> None:
    text = line_end.join(['Key;Name;"Owner"', 'LAB-001;"a;b, c\td";', "", '"";"q""q";x']).replace(";", delimiter)
    table = read(text.replace(f"a{delimiter}b", "a;b"))
    assert (table.headings, [number for number, _ in rows(table)]) == (("Key", "Name", "Owner"), [2, 4])
    assert rows(table)[0][1][1] == "a;b, c\td"
    assert rows(table)[1][1] == ("", 'q"q', "x")
    assert rows(read_table(text.encode(), delimiter)) == rows(read(text))


def test_a_delimiter_that_the_file_names_and_rows_above_the_headings_are_understood() -> None:
    table = read("sep=,\nFlöden per den 14 april\n\nNamn,Arbetsström\nA,LAB\n")
    assert (table.headings, table.skipped, rows(table)) == (("Namn", "Arbetsström"), 1, [(5, ("A", "LAB"))])


@pytest.mark.parametrize("text", ['Namn;Ström\na;b\nc;"d\ne;f\n', 'Namn;Ström\na;b\nc;"d"e\n'])
def test_a_quote_that_does_not_end_is_refused_with_its_line(text: str) -> None:
    assert refused(text).startswith("The quotes in line 3 do not match")


def test_a_known_heading_that_stands_twice_is_refused_by_name() -> None:
    assert "The heading Namn stands twice, in columns 1 and 3" in refused("Namn,Ström,Namn\na,b,c\n")
    assert read("Namn,Labels,Labels\na,b,c\n").headings == ("Namn", "Labels", "Labels")  # as Jira writes them


@pytest.mark.parametrize("content", [b"", b"\r\n \n", b"Namn;Str\xf6m\r\n", b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    assert refused(content)


F = Field
KANBOARD = (
    "Task Id,Project,Status,Category,Swimlane,Column,Assignee Username,Assignee Name,Title,Modification date,Reference"
)
EXPORTS = {
    "ours": (
        "key,name,name_en,description,workstream,other_workstreams,owner,priority,created_at,state,cycle",
        (
            F.KEY,
            F.NAME,
            F.NAME_EN,
            F.DESCRIPTION,
            F.WORKSTREAM,
            F.OTHER_WORKSTREAMS,
            F.OWNER,
            F.PRIORITY,
            None,
            F.STATE,
            None,
        ),
    ),
    "ours in Swedish": (
        "nyckel,namn,engelskt namn,arbetsström,andra arbetsströmmar,ansvarig,prioritet,skapad,status",
        (F.KEY, F.NAME, F.NAME_EN, F.WORKSTREAM, F.OTHER_WORKSTREAMS, F.OWNER, F.PRIORITY, None, F.STATE),
    ),
    "jira": (
        "Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Assignee,Updated,Labels",
        (F.NAME, F.KEY, None, None, F.STATE, F.WORKSTREAM, None, F.PRIORITY, F.OWNER, F.HAPPENED_ON, None),
    ),
    "azure": (
        "ID,Work Item Type,Title,Assigned To,State,Area Path,Changed Date,Board Column,Tags",
        (F.KEY, None, F.NAME, F.OWNER, F.STATE, F.WORKSTREAM, F.HAPPENED_ON, None, None),
    ),
    "kanboard": (
        KANBOARD,
        (None, None, None, None, F.WORKSTREAM, F.STATE, None, F.OWNER, F.NAME, F.HAPPENED_ON, F.KEY),
    ),
    "own": (
        "Nr,Benämning,Ström,Ägare,Läge,Prio:,Datum,KOMMENTAR,Vad tycker Lena?",
        (F.KEY, F.NAME, F.WORKSTREAM, F.OWNER, F.STATE, F.PRIORITY, F.HAPPENED_ON, F.DESCRIPTION, None),
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_headings_of_people_and_of_other_tools_are_known(name: str) -> None:
    headings, fields = EXPORTS[name]
    assert guess(headings.split(","), [["LAB-001"] * 11]) == fields
    assert guess(headings.upper().split(","), [["LAB-001"] * 11]) == fields


def test_numbers_of_another_tool_are_no_keys() -> None:
    assert guess(["ID", "Title"], [["4711", "a"], ["4712", "b"]]) == (None, Field.NAME)


def test_two_columns_for_one_field_and_no_name_at_all_are_refused() -> None:
    table = read("a,b\n1,2\n")
    with pytest.raises(InvalidError, match="the same: a and b"):
        Choices(("name", "name")).settled(table)
    with pytest.raises(InvalidError, match="which column has the name"):
        Choices(("owner", "")).settled(table)


@pytest.mark.parametrize(
    ("word", "state", "proposed"),
    [
        ("To Do", State.NOT_STARTED, None),
        (" Ej  PÅBÖRJAD", State.NOT_STARTED, None),
        ("validering", State.VALIDATION, None),
        ("I test", State.TEST, None),
        ("Klar", State.DONE, None),
        ("not_started", State.NOT_STARTED, None),
        ("In Progress", None, State.DESIGN),
        ("Pågår", None, State.DESIGN),
        ("Review", None, State.VALIDATION),
        ("Hmm", None, None),
    ],
)
def test_states_are_known_by_their_words(word: str, state: State | None, proposed: State | None) -> None:
    assert (known_state(word), proposed_state(word)) == (state, proposed)


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("2023-04-12", ""),
        ("2023-04-12T10:00:00", ""),
        ("12.4.2023", ""),
        ("12 april 2023", ""),
        ("12/Apr/23 10:11 AM", ""),
        ("12/04/2023", "dmy"),
        ("4/12/2023 2:33:01 PM", "mdy"),
    ],
)
def test_dates_are_read_as_people_and_tools_write_them(cell: str, order: str) -> None:
    assert date_of(cell, DateOrder(order)) == dt.date(2023, 4, 12)


@pytest.mark.parametrize(
    "cell",
    [
        "igår",
        "2023-02-30",
        "4/12/2023",
        "0001-01-01",
        "12 foo 2023",
    ],
)
def test_what_is_no_certain_date_is_refused(cell: str) -> None:
    with pytest.raises(InvalidError):
        date_of(cell, DateOrder.UNKNOWN)


def test_the_order_of_day_and_month_is_found_only_where_one_can_be() -> None:
    assert date_order(["4/12/2023", "4/13/2023"]) is DateOrder.MONTH_FIRST
    assert date_order(["4/13/2023", "13/4/2023", ""]) is DateOrder.UNKNOWN
    assert date_order(["1/2/2023", "13/4/2023"]) is DateOrder.DAY_FIRST
    assert date_order(["1/2/2023"]) is DateOrder.UNKNOWN


def test_priorities_of_other_tools_are_understood() -> None:
    assert [priority_text(cell) for cell in ("Hög", "1 - Critical", "", "0", "4", "Medium")] == [
        "2",
        "1",
        "",
        "",
        "4",
        "3",
    ]
    with pytest.raises(InvalidError):
        priority_text("9")


def test_a_workbook_has_the_cells_that_it_shows() -> None:
    content = workbook(
        ["Key", "Name", "Date", "Priority"],
        ["LAB-001", "Åäö 👩‍⚕️", dt.datetime(2023, 4, 12), 2.0],  # noqa: DTZ001
        [None, None, None, None],
        [None, "'=1+1", dt.date(2023, 4, 13), None],
    )
    assert rows(read(content)) == [
        (2, ("LAB-001", "Åäö 👩‍⚕️", "2023-04-12", "2")),
        (4, ("", "'=1+1", "2023-04-13")),
    ]


def test_what_would_take_much_memory_is_refused_before_it_does() -> None:
    assert "At most 600000 filled cells" in refused((b"a;" * 150 + b"\n") * 4_010)
    assert "The row in line 2 has more than" in refused(b'Namn;Ort\n"a;b\n' + b"a;b\n" * 300_000)


@pytest.mark.skipif(not is_full(), reason="tracing a million cells takes seconds; in full only")
def test_files_as_large_as_may_be_are_read_without_taking_memory() -> None:
    files = {
        "rows": b"Namn;Beskrivning\n" + b"".join(b"%d;%s\n" % (row, b"x" * 490) for row in range(MOST_ROWS)),
        "cells": b"a;b\n"
        + b"".join(
            b";".join(b"%d" % (row * 99 + place) for place in range(99)) + b"\n" for row in range(MOST_CELLS // 99)
        ),
    }
    for name, content in files.items():
        assert len(content) <= LARGEST_FILE
        tracemalloc.start()
        read_table(content)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(f"{name}, {len(content) / 1e6:.1f} MB: {peak:.0f} MB at most")
        assert peak <= 50, name


def test_a_cell_of_200_kilobytes_is_read() -> None:
    table = read(f"Namn;Beskrivning\na;{'å' * 200_000}\n")
    assert len(table.rows[0].cells[1]) == 200_000
