"""CSV text to typed rows and back; whoever reads or writes the bytes is elsewhere."""

import csv
import io
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from tracker.domain.cells import TEXT, Column, Dialect
from tracker.domain.errors import N_, InvalidError
from tracker.domain.programme.files import ProgrammeFile

_BYTE_ORDER_MARK = "\ufeff"
_LONGEST_VALUE = 60
_ROWS_A_PIECE = 500
LINK = Column("link", "länk", TEXT)
Row = TypeVar("Row")

csv.field_size_limit(sys.maxsize)  # the module's own limit, 131,072, is less than a long description


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the files something is: the line is the one a text editor shows for the start of the row."""

    file: str
    line: int | None = None
    column: str = ""
    value: str | None = None

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line is not None else ""
        column = f", column {self.column}" if self.column else ""
        cut = (
            f": {(self.value or '')[:_LONGEST_VALUE]!r}{self.shown[_LONGEST_VALUE:]}" if self.value is not None else ""
        )
        return f"{self.file}{line}{column}{cut}"

    @property
    def shown(self) -> str:
        """As much of the value as a line has room for."""
        value = self.value or ""
        return f"{value[:_LONGEST_VALUE]}…" if len(value) > _LONGEST_VALUE else value


class PlaceError(InvalidError):
    """A file holds something that it must not; `place` names where."""

    def __init__(self, message: str, *, place: Place, **values: object) -> None:
        super().__init__(message, field=place.column)
        self.values = values
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {super().__str__()}"


def rows_text(
    columns: Sequence[Column], rows: Iterable[object], dialect: Dialect, link: Callable[[Any], str] | None = None
) -> Generator[str]:
    """The file in pieces: headings, then a line per row, whose fields are named as the columns. With `link` the address
    that it gives for a row stands last.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    if dialect.is_swedish:
        text.write(_BYTE_ORDER_MARK)
    headings = (*columns, LINK) if link else columns
    writer.writerow([column.swedish if dialect.is_swedish else column.name for column in headings])
    # Column by column: the loops over cells are the interpreter's own.
    values = attrgetter(*(column.name for column in columns))
    writers = [column.cell.writer(dialect) for column in headings]
    rest = iter(rows)
    while batch := list(islice(rest, _ROWS_A_PIECE)):
        found: list[Iterable[Any]] = [*zip(*map(values, batch), strict=True)]
        if link:
            found.append(map(link, batch))
        writer.writerows(zip(*map(map, writers, found), strict=True))
        yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> str:
    piece = text.getvalue()
    text.seek(0)
    text.truncate()
    return piece


def read_rows(text: str, file: ProgrammeFile[Row]) -> Iterator[tuple[int, Row]]:
    """Each row with the line where it starts, from either dialect. Raises PlaceError for what has not the file's
    form.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
    name = f"{file.name}.csv"
    records = read_records(text, name)
    line, headings = next(records, (1, []))
    positions = _positions(headings, file, Place(name, line))
    readers = [
        (position, column.name, column.cell.read) for column, position in zip(file.columns, positions, strict=True)
    ]
    for line, record in records:
        if len(record) != len(headings):
            raise PlaceError(
                N_("has %(found)s cells, and the headings are %(wanted)s"),
                place=Place(name, line),
                found=len(record),
                wanted=len(headings),
            )
        values: list[object] = []
        for position, column, read in readers:
            cell = record[position] if position is not None else ""
            try:
                values.append(read(cell))
            except InvalidError as error:
                place = Place(name, line, column, cell)
                raise PlaceError(error.message, place=place, **error.values) from error
        yield line, file.row(*values)


def read_records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line where it starts; the headings say what stands between two cells."""
    first_line = text.split("\n", 1)[0].split("\r", 1)[0]
    delimiter = next((mark for mark in ";\t" if mark in first_line), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise PlaceError(
                N_("a quoted cell does not end as it must (%(problem)s)"), place=Place(name, line), problem=str(error)
            ) from error
        if record is None:
            return
        if record:  # not a blank line
            yield line, record


def _positions(headings: list[str], file: ProgrammeFile[Row], place: Place) -> list[int | None]:
    names = {column.swedish: column.name for column in file.columns} | {c.name: c.name for c in file.columns}
    found: dict[str, int] = {}
    for position, heading in enumerate(headings):
        column = names.get(heading)
        if column is None:
            raise PlaceError(N_("is no column of this file"), place=Place(place.file, place.line, heading))
        if column in found:
            raise PlaceError(N_("stands twice among the headings"), place=Place(place.file, place.line, heading))
        found[column] = position
    missing = [column.name for column in file.columns if column.required and column.name not in found]
    if missing:
        raise PlaceError(N_("lacks the column %(column)s"), place=place, column=missing[0])
    return [found.get(column.name) for column in file.columns]
