"""The planning-week pack as a workbook: a sheet for each file, with numbers and dates as such."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker.domain.cells import Column, unguarded
from tracker.domain.errors import N_, InvalidError
from tracker.exports import packs
from tracker.exports.packs import Pack, PackTable

MOST_ROWS = 1_048_575  # what a sheet holds beside its headings
LONGEST_TEXT = 32_767
_CUT = " …"
_SUMMARIES = dict.fromkeys(("workstream_summary", "part_summary"), 4)
_KEYS = _SUMMARIES | {"cycle_summary": 2, "items": 5, "blockers": 2, "definitions": 1}  # stay in sight
_MOST_PLACES = 2
_NARROW, _WIDE, _DATE_WIDTH, _INSTANT_WIDTH = 8, 48, 11, 19
# Nothing that somebody wrote becomes a formula or a link; rows go to disk as they come.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}


def write_workbook(found: Iterable[PackTable], wanted: Pack, target: IO[bytes]) -> None:
    """The pack's files as sheets, after one that says what they are. Times are those of the programme's time zone."""
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": wanted.file_name, "created": _here(wanted.at, wanted)})
        formats = _Formats(book)
        _write_about(book.add_worksheet("README"), wanted, formats)
        for name, columns, rows in found:
            sheet = book.add_worksheet(name)
            _write_headings(sheet, name, columns, wanted, formats)
            count = 0
            for count, row in enumerate(rows, 1):
                if count > MOST_ROWS:
                    raise InvalidError(
                        N_("%(file)s has more rows than a sheet can hold. Ask for one cycle, or take the zip."),
                        file=name,
                    )
                _write_row(sheet, count, columns, row, wanted, formats)
            sheet.autofilter(0, 0, count, len(columns) - 1)


class _Formats:
    """How cells look, by what they hold."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.text: Format = book.add_format({"num_format": "@"})  # stays text when somebody edits it
        self.date: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.instant: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.places: list[Format] = [book.add_format({"num_format": each}) for each in ("0", "0.0", "0.00")]
        self.number: Format = book.add_format({"num_format": "General"})


def _write_about(sheet: Worksheet, wanted: Pack, formats: _Formats) -> None:
    sheet.set_column(0, 0, 100)
    sheet.hide_gridlines(2)
    lines = packs.about(wanted).split("\r\n")
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, line, formats.title if number == 0 else formats.wrapped)


def _write_headings(sheet: Worksheet, name: str, columns: Sequence[Column], wanted: Pack, formats: _Formats) -> None:
    sheet.freeze_panes(1, _KEYS[name])
    for number, column in enumerate(columns):
        heading = column.swedish if wanted.dialect.is_swedish else column.name
        sheet.set_column(number, number, _width(column.name, heading))
        sheet.write_string(0, number, heading, formats.heading)


def _width(name: str, heading: str) -> int:
    if name.endswith(("_on", "decide_by")):
        return _DATE_WIDTH
    if name in {"as_of", "at"}:
        return _INSTANT_WIDTH
    if name in {"title", "title_en", "mitigation", "definition", "definition_sv"}:
        return _WIDE
    if name in {"basis", "figure", "name", "label", "label_sv", "owner", "decider"}:
        return _WIDE // 2
    longest = max(map(len, heading.replace("_", " ").split()))
    return max(_NARROW, longest + 2)


def _write_row(
    sheet: Worksheet, number: int, columns: Sequence[Column], row: object, wanted: Pack, formats: _Formats
) -> None:
    for place, column in enumerate(columns):
        value = getattr(row, column.name)
        match value:
            case datetime():
                sheet.write_datetime(number, place, _here(value, wanted), formats.instant)
            case date():
                sheet.write_datetime(number, place, value, formats.date)
            case int() | Decimal() if not isinstance(value, bool):
                sheet.write_number(number, place, value, _number_format(value, formats))
            case _:
                text = unguarded(column.cell.write(value, wanted.dialect))
                if text:  # what is empty stays a cell with nothing in it
                    sheet.write_string(number, place, _fitting(text), formats.text)


def _number_format(value: Decimal | int, formats: _Formats) -> Format:
    places = max(-int(value.as_tuple().exponent), 0) if isinstance(value, Decimal) else 0
    return formats.places[places] if places <= _MOST_PLACES else formats.number


def _fitting(text: str) -> str:
    """Excel keeps no more in a cell; the CSV file has the whole."""
    units = text.encode("utf-16-le")  # what it counts in: an emoji is two
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return units[: 2 * (LONGEST_TEXT - len(_CUT))].decode("utf-16-le", errors="ignore") + _CUT


def _here(instant: datetime, wanted: Pack) -> datetime:
    """A workbook's times have no zone."""
    return instant.astimezone(wanted.zone).replace(tzinfo=None)
