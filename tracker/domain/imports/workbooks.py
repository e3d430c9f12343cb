"""XLSX: the first sheet that holds something, read as a stream once it is known not to unpack to too much."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from openpyxl.reader.excel import ExcelReader

from tracker.domain.errors import N_, FileError, InvalidError
from tracker.domain.imports import unpacking
from tracker.domain.imports.table import MOST_LINES, TableRow

SIGNATURE = b"PK\x03\x04"
_BROKEN = N_("This is no workbook that can be read. Save it anew as XLSX or CSV UTF-8 and try again.")


def rows_of(content: bytes) -> Iterator[TableRow]:
    """Each row of the first visible sheet that is not empty, with its number. Raises InvalidError."""
    book = _opened(content)
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


def _opened(content: bytes) -> Any:  # noqa: ANN401 - openpyxl ships no types
    """The workbook, without the parts that were not counted."""
    unpacking.refuse_many_parts(content)
    try:
        reader = ExcelReader(io.BytesIO(content), read_only=True, keep_vba=False, data_only=True, keep_links=False)
        parts = unpacking.readable_parts(reader.archive)
        reader.valid_files = [name for name in reader.valid_files if name in parts]
        for name in reader.archive.NameToInfo.keys() - parts:
            del reader.archive.NameToInfo[name]
        reader.read()
    except InvalidError:
        raise
    except Exception as error:
        raise FileError(_BROKEN) from error
    return reader.wb


def _rows(sheet: Any) -> Iterator[TableRow]:  # noqa: ANN401 - openpyxl ships no types
    sheet.reset_dimensions()  # what the sheet says of its size is often wrong
    characters = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if len(values) > unpacking.WIDEST:
            raise unpacking.too_wide()
        cells = tuple([_text(value) for value in values])
        characters += sum(map(len, cells))
        if characters > unpacking.MOST_TEXT:  # a text that many cells share counts in each
            raise unpacking.too_large()
        yield TableRow(number, cells)
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
