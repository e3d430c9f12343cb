"""What a value looks like in a cell, and back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import cells
from tracker.domain.cells import Dialect, guarded, unguarded
from tracker.domain.errors import InvalidError
from tracker.domain.programme.files import PROGRAMME_FILES

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
RUNNABLE = st.tuples(st.text("'"), st.sampled_from("=+-@\t\r\n＝＋－＠"), TEXT).map("".join)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("''@x", "'''@x"),
        ("\tx", "'\tx"),
        ("\r\nx", "'\r\nx"),
        ("＝1", "'＝1"),
        ("－", "'－"),
        ("'quoted'", "'quoted'"),
        (" =1", " =1"),
        ("a=b", "a=b"),
        ("", ""),
        ("'", "'"),
    ],
)
def test_what_a_spreadsheet_could_run_gets_one_more_quote(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(TEXT | RUNNABLE)
def test_no_text_is_lost_and_none_can_run(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)))  # noqa: DTZ001
def test_an_instant_is_read_back(instant: datetime) -> None:
    assert cells.read_instant(cells.instant_text(instant)) == instant


def test_microseconds_are_written_only_when_there_are_any() -> None:
    at = datetime(2023, 4, 14, 7, tzinfo=UTC)
    assert cells.instant_text(at) == "2023-04-14T07:00:00Z"
    assert cells.instant_text(at.replace(microsecond=500)) == "2023-04-14T07:00:00.000500Z"


def test_an_offset_is_understood() -> None:
    assert cells.read_instant("2023-04-14T09:00:00+02:00") == datetime(2023, 4, 14, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-04-14",
        "2023-04-14T07:00:00",
        "2023-02-30T07:00:00Z",
        "2023-04-14 07:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "٢٠٢٣-04-14T07:00:00Z",
        "2023-04-14T07:00:00.1234567Z",
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        cells.INSTANT.read(text)


@pytest.mark.parametrize("text", ["2023-4-14", "14/4/2023", "20230414", "2023-W15-5", "2023-02-30", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        cells.DATE.read(text)


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "\uff11", "1e3", " 1", "", "2147483648", "9" * 5000])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        cells.integer(1).read(text)


@pytest.mark.parametrize("text", ["LKM 012", "a/b", "a\u200bb", "a\nb", "", "a\u00a0b"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        cells.read_code(text)


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d"])
def test_text_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        cells.read_text(text)


def test_a_list_is_sorted_and_each_code_read() -> None:
    assert cells.CODES.read("RTG  LAB") == ("LAB", "RTG")
    assert cells.CODES.read(cells.CODES.write(("'=X", "=A"), Dialect.CSV)) == ("'=X", "=A")


def test_a_decimal_has_fixed_places_and_a_comma_in_swedish() -> None:
    assert cells.decimal_text(Decimal("1.9"), 2, Dialect.CSV) == "1.90"
    assert cells.decimal_text(Decimal("1.9"), 2, Dialect.EXCEL_SV) == "1,90"
    assert cells.BOOLEAN.write(True, Dialect.CSV) == "true"
    assert cells.DATE.write(date(2023, 4, 14), Dialect.EXCEL_SV) == "2023-04-14"


def test_no_heading_means_two_columns() -> None:
    for file in PROGRAMME_FILES:
        names = {column.name for column in file.columns} | {column.swedish for column in file.columns}
        same = {column.name for column in file.columns if column.name == column.swedish}
        assert len(names) == 2 * len(file.columns) - len(same), file.name
        assert tuple(column.name for column in file.columns) == file.row.__slots__  # type: ignore[attr-defined]
