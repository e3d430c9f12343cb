"""Whatever somebody wrote: no export has a live formula, none loses a letter, and only Swedish files have commas."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import count
from tests.unit.test_cells import RUNNABLE, TEXT
from tracker.domain.blockers import BlockerRow
from tracker.domain.cells import Dialect
from tracker.domain.figures.ledger import LedgerRow
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.summaries import Summary
from tracker.domain.files.csv_text import LINK, rows_text
from tracker.domain.files.figure_files import ITEMS, WORKSTREAM_SUMMARY
from tracker.domain.programme.files import BLOCKERS
from tracker.domain.states import BlockerCategory, CycleStatus
from tracker.exports.packs import Pack
from tracker.exports.workbooks import LONGEST_TEXT, write_workbook

SOME = settings(max_examples=count(2000) // 2)
LIVE = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
WORDS = (
    st.sampled_from(["", "åäö ÅÄÖ", "🩺👩‍⚕️", "=1+1", "'=1+1", "＝SUM(A1)", '"; ,\r\n', "1,5", "_x0041_"])
    | TEXT
    | RUNNABLE
)
ZONE = ZoneInfo("Europe/Stockholm")
AT = datetime(2023, 4, 14, 7, tzinfo=UTC)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@st.composite
def blockers(draw: st.DrawFn) -> BlockerRow:
    decide_by = draw(st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31)))
    texts = [draw(WORDS) for _ in range(5)]
    category = draw(st.sampled_from(BlockerCategory))
    return BlockerRow(
        draw(st.integers(1, 2**31 - 1)), texts[0], texts[1], category, texts[2], texts[3], decide_by, texts[4]
    )


def parsed(text: str, dialect: Dialect) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=dialect.delimiter))


@SOME
@given(rows=st.lists(blockers(), max_size=3), dialect=st.sampled_from(Dialect), address=WORDS)
def test_no_cell_of_a_csv_file_can_run_and_none_loses_a_letter(
    rows: list[BlockerRow], dialect: Dialect, address: str
) -> None:
    text = "".join(rows_text(BLOCKERS.columns, rows, dialect, lambda _row: address))
    records = parsed(text, dialect)
    assert records[0][-1] == (LINK.swedish if dialect.is_swedish else LINK.name)
    assert len(records) == len(rows) + 1
    for row, record in zip(rows, records[1:], strict=True):
        assert not any(LIVE.match(cell) for cell in record)
        for column, cell in zip(BLOCKERS.columns, record, strict=False):
            assert cell == column.cell.write(getattr(row, column.name), dialect)
            value = getattr(row, column.name)
            assert (cell == "") == (value is None or value == "")
            if isinstance(value, str) and column.name != "category":
                assert cell in {value, f"'{value}"}


@SOME
@given(ratio=st.none() | st.decimals(0, 999, places=2), amount=st.none() | st.decimals(0, 99, places=12))
def test_decimal_commas_are_in_swedish_files_only_and_empty_stays_empty(
    ratio: Decimal | None, amount: Decimal | None
) -> None:
    day = date(2023, 1, 30)
    row = Summary(1, Basis.AS_NOW, "P", None, AT, day, day, None, None, 35, CycleStatus.CLOSED, ratio_to_previous=ratio)
    item = LedgerRow(1, Basis.AS_NOW, None, "blocked_days", "LKM-001", amount=amount)
    for dialect, mark in ((Dialect.CSV, "."), (Dialect.EXCEL_SV, ",")):
        for columns, each, name, value in (
            (WORKSTREAM_SUMMARY, row, "ratio_to_previous", ratio),
            (ITEMS, item, "amount", amount),
        ):
            (record,) = parsed("".join(rows_text(columns, [each], dialect)), dialect)[1:]
            cell = record[[column.name for column in columns].index(name)]
            assert (cell == "") == (value is None)
            assert value is None or Decimal(cell.replace(",", ".")) == value
            assert set(re.findall("[.,]", cell)) <= {mark}


def sheet_of(rows: list[BlockerRow]) -> ET.Element:
    target = io.BytesIO()
    write_workbook([("blockers", BLOCKERS.columns, rows)], Pack("", ZONE, AT), target)
    with zipfile.ZipFile(target) as archive:
        assert not any(
            "hyperlink" in archive.read(name).decode().lower() for name in archive.namelist() if "sheet" in name
        )
        return ET.fromstring(archive.read("xl/worksheets/sheet2.xml"))


@settings(max_examples=count(500))
@given(rows=st.lists(blockers(), max_size=2))
def test_a_workbook_has_text_as_text_dates_as_dates_and_no_formula(rows: list[BlockerRow]) -> None:
    root = sheet_of(rows)
    assert not list(root.iter(f"{SHEET}f"))
    for row, element in zip(rows, list(root.iter(f"{SHEET}row"))[1:], strict=True):
        cells = {str(cell.get("r"))[0]: cell for cell in element.iter(f"{SHEET}c")}
        assert cells["A"].findtext(f"{SHEET}v") == str(row.id)
        assert ("G" in cells) == (row.decide_by is not None)
        assert row.decide_by is None or cells["G"].get("t") is None  # a number, shown as a date
        for place, text in zip("BCEFH", (row.title, row.title_en, row.owner, row.decider, row.mitigation), strict=True):
            assert (place in cells) == bool(text)
            if text:
                assert cells[place].get("t") == "inlineStr"
                assert unescaped("".join(cells[place].itertext())) == text


def unescaped(text: str) -> str:
    """What a spreadsheet makes of `_x000D_`."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def test_what_is_too_long_for_a_cell_is_cut_and_says_so() -> None:
    root = sheet_of([BlockerRow(1, "🩺" * 20_000, "", category=BlockerCategory.DATA)])
    text = "".join(next(cell for cell in root.iter(f"{SHEET}c") if cell.get("r") == "B2").itertext())
    assert text.endswith("🩺 …")
    assert len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT
