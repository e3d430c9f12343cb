"""XLSX: the first sheet that holds something, read as a stream once it is known not to unpack to too much."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl

from tracker.domain.errors import N_, FileError, InvalidError
from tracker.domain.imports.table import MOST_COLUMNS, MOST_LINES, TableRow, too_many_lines

SIGNATURE = b"PK\x03\x04"
LARGEST_UNPACKED = 40_000_000
_MOST_PARTS = 500
_WIDEST = 5 * MOST_COLUMNS  # with empty cells, of which a row may have sixteen thousand
_BROKEN = N_("This is no workbook that can be read. Save it anew as XLSX or CSV UTF-8 and try again.")


def rows_of(content: bytes) -> Iterator[TableRow]:
    """Each row of the first visible sheet that is not empty, with its number. Raises InvalidError."""
    _refuse_bombs(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise FileError(_BROKEN) from error
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            has_any = False
            for row in _rows(sheet):
                has_any = has_any or any(row.cells)
                yield row
            if has_any:
                return
    except InvalidError:
        raise
    except Exception as error:
        raise FileError(_BROKEN) from error
    finally:
        book.close()


def _refuse_bombs(content: bytes) -> None:
    """The sizes that the archive declares hold: Python's zipfile reads no further than they say."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise FileError(
                    N_("The workbook is too large once unpacked. Keep one sheet of it, or save it as CSV UTF-8.")
                )
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and _count_rows(archive, part) > MOST_LINES:
                    raise too_many_lines()
    except InvalidError:
        raise
    except Exception as error:
        raise FileError(_BROKEN) from error


def _count_rows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many rows the sheet has at most; counting is a hundred times as quick as reading them."""
    count = 0
    with archive.open(part) as stream:
        while piece := stream.read(1 << 20):
            count += piece.count(b"<row")
    return count


def _rows(sheet: Any) -> Iterator[TableRow]:  # noqa: ANN401 - openpyxl ships no types
    sheet.reset_dimensions()  # what the sheet says of its size is often wrong
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if len(values) > _WIDEST:
            raise FileError(N_("At most %(count)s columns at a time."), count=MOST_COLUMNS)
        yield TableRow(number, tuple([_text(value) for value in values]))
        if number > MOST_LINES:  # the table refuses it
            return


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
