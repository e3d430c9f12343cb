"""Files that unpack to more than any machine has are refused before anything of them is built: I6."""

import contextlib
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from tests.counts import is_full
from tracker.domain.errors import FileError
from tracker.domain.imports.reading import read_table
from tracker.domain.imports.table import MOST_ROWS

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def sheet_of(rows: bytes, before: bytes = b"") -> bytes:
    return b'<worksheet xmlns="%s">%s<sheetData>%s</sheetData></worksheet>' % (MAIN.encode(), before, rows)


def book_of(
    rows: bytes = b"", *, strings: bytes = b"", styles: bytes = b"", before: bytes = b"", **parts: bytes
) -> bytes:
    """A workbook with these parts, written by hand; other parts by the name that stands after `xl/`."""
    overrides = (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("sharedStrings", "sharedStrings"))
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{TYPES}.{kind}+xml"/>' for name, kind in overrides
    )
    whole = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/sharedStrings.xml": b'<sst xmlns="%s">%s</sst>' % (MAIN.encode(), strings),
        "xl/styles.xml": b'<styleSheet xmlns="%s">%s</styleSheet>' % (MAIN.encode(), styles),
        "xl/worksheets/sheet1.xml": sheet_of(rows, before),
    }
    return packed(whole | {f"xl/{name}": content for name, content in parts.items()})


ROW = b'<row><c t="inlineStr"><is><t>Namn</t></is></c></row>'
A_ROW_OF_EMPTY_CELLS = b"<row>" + b"<c/>" * 900 + b"</row>"
ONE_STRING_IN_EVERY_CELL = b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefgh"
)
LARGE, LONG, WIDE = "too large once unpacked", "more than 100000 rows", "At most 200 columns"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million empty rows of a CSV": (lambda: b"Namn;Str\xc3\xb6m\n" + b";\n" * 1_000_000, LONG),
    "too many rows of a CSV": (lambda: b"Namn\n" + b"a\n" * (MOST_ROWS + 20), "At most 20000 rows"),
    "too many columns of a CSV": (lambda: b"Namn;" * 300 + b"\n" + b"a;" * 300, WIDE),
    "a bomb": (lambda: packed({"xl/worksheets/sheet1.xml": b"\0" * 50_000_000}), LARGE),
    "20,000 parts": (lambda: packed({str(number): b"" for number in range(20_000)}), LARGE),
    "a million empty rows": (lambda: book_of(b"<row/>" * 1_000_000), LONG),
    "five million empty cells": (lambda: book_of(A_ROW_OF_EMPTY_CELLS * 5_555), LARGE),
    "nine million empty cells in one row": (lambda: book_of(b"<row>" + b"<c/>" * 9_000_000 + b"</row>"), LARGE),
    "empty cells under another prefix": (
        lambda: book_of(b'<x:row xmlns:x="%s">' % MAIN.encode() + b"<x:c/>" * 3_000_000 + b"</x:row>"),
        LARGE,
    ),
    "empty cells in UTF-16": (
        lambda: book_of(**{"worksheets/sheet1.xml": sheet_of(A_ROW_OF_EMPTY_CELLS * 2_500).decode().encode("utf-16")}),
        LARGE,
    ),
    "a cell in column three hundred million": (lambda: book_of(b'<row><c r="ZZZZZZ1"><v>1</v></c></row>'), WIDE),
    "a million elements in one cell": (lambda: book_of(b"<row><c>" + b"<v/>" * 1_000_000 + b"</c></row>"), LARGE),
    "two million shared strings": (lambda: book_of(ROW, strings=b"<si><t>a</t></si>" * 2_000_000), LARGE),
    "two million runs of one shared string": (
        lambda: book_of(ROW, strings=b"<si>" + b"<r><t>a</t></r>" * 2_000_000 + b"</si>"),
        LARGE,
    ),
    "one shared string of 30 MB": (
        lambda: book_of(ROW, strings=b"<si><t>" + b"a\n" * 15_000_000 + b"</t></si>"),
        LARGE,
    ),
    "a long string shared by all cells": (
        lambda: book_of(ONE_STRING_IN_EVERY_CELL * 2_000, strings=b"<si><t> " + b"a" * 30_000 + b"</t></si>"),
        LARGE,
    ),
    "a million styles": (lambda: book_of(ROW, styles=b"<cellXfs>" + b"<xf/>" * 1_000_000 + b"</cellXfs>"), LARGE),
    "a format that takes minutes": (
        lambda: book_of(ROW, styles=b'<numFmts><numFmt numFmtId="164" formatCode="%s"/></numFmts>' % (b"[" * 200_000)),
        LARGE,
    ),
    "two million rules": (lambda: book_of(ROW, before=b"<dataValidation/>" * 2_000_000), LARGE),
    "a tag with millions of attributes": (
        lambda: book_of(b"<row " + b" ".join(b'a%d="" ' % number for number in range(2_000_000)) + b"/>"),
        LARGE,
    ),
    "a comment of 30 MB": (lambda: book_of(b"<!--" + b"a" * 30_000_000 + b"-->" + ROW), LARGE),
    "a million levels": (lambda: book_of(before=b"<x>" * 1_000_000), LARGE),
    "entities of entities": (
        lambda: book_of(**{"worksheets/sheet1.xml": ENTITIES + sheet_of(ROW.replace(b"Namn", b"&h;"))}),
        LARGE,
    ),
    "a theme of 30 MB where the sheet should be": (
        lambda: book_of(**{"theme/theme1.xml": b"<x>" * 10_000_000, "worksheets/sheet1.xml": sheet_of(b"")}),
        "The file is empty",
    ),
}


pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no")  # styles that spreadsheets always write


PEAK = Path("/proc/self/clear_refs")  # forgets the peak of the process so far; on Linux


def refused(content: bytes, words: str) -> tuple[float, float]:
    """The seconds of processor time that refusing took, and by how many MB the process grew meanwhile at most."""
    if PEAK.exists():
        PEAK.write_text("5")
    before, begun = memory("VmRSS"), process_time()
    with pytest.raises(FileError, match=words):
        read_table(content)
    return process_time() - begun, memory("VmHWM") - before


def memory(name: str) -> float:
    """MB of the process; 0 where the system does not tell."""
    if not PEAK.exists():
        return 0.0
    return int(PEAK.with_name("status").read_text().partition(f"{name}:")[2].split()[0]) / 1024


def traced(content: bytes) -> float:
    """MB that Python took at most. Slow."""
    tracemalloc.start()
    with contextlib.suppress(FileError):
        read_table(content)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_too_large_is_refused_quickly_and_without_taking_memory(name: str) -> None:
    make, words = HOSTILE[name]
    content = make()
    took, grew = refused(content, words)
    if is_full() or not PEAK.exists():
        grew = max(grew, traced(content))
    print(f"{name}, {len(content):,} bytes: refused in {took:.2f} s, {grew:.0f} MB more at most")
    assert took <= 2
    assert grew <= 50


def test_a_workbook_with_pictures_charts_and_pivot_tables_beside_it_is_read() -> None:
    beside = {"media/image1.png": b"\x89PNG" * 1_000, "pivotCache/records1.xml": b"<r>" + b"<n/>" * 200_000 + b"</r>"}
    named = b'<row><c t="inlineStr"><is><t>A</t></is></c></row>'
    assert [row.cells for row in read_table(book_of(ROW + named, **beside)).rows] == [("A",)]
