"""CSV: rows between commas, semicolons or tabs, whatever ends the lines."""

import csv
import itertools
import sys
from collections.abc import Iterator

from tracker.domain.errors import N_, FileError
from tracker.domain.imports.columns import Known, is_known
from tracker.domain.imports.encodings import lines
from tracker.domain.imports.table import TableRow

DELIMITERS = (";", "\t", ",")
_SAMPLE = 20
LONGEST_ROW = 1_000_000  # characters: of a longer one, quotes are missing, and the parser takes four bytes for each
csv.field_size_limit(sys.maxsize)  # the module's own limit, 131,072, is less than a long description


def rows_of(text: str, delimiter: str = "", known: Known = is_known) -> Iterator[TableRow]:
    """Each row with its number; a row of the file may take several lines. Raises InvalidError for a quote that does
    not end.
    """
    said, text = _said_by_the_file(text)
    delimiter = delimiter or said or guessed_delimiter(text, known)
    offset = 1 if said else 0
    fed = _Fed(lines(text))
    reader = csv.reader(fed, delimiter=delimiter, strict=True)
    for number in itertools.count(1):
        line = fed.line = reader.line_num + 1 + offset
        fed.size = 0
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileError(
                N_('The quotes in line %(line)s do not match: a cell that begins with " has to end with one.'),
                line=line,
            ) from error
        if cells is None:
            return
        yield TableRow(number + offset, tuple(cells), len(cells))


class _Fed:
    """The lines that go into the parser, as long as a row does not take too many of them."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self.line = 1  # where the row begins
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        for text in self._source:
            self.size += len(text)
            if self.size > LONGEST_ROW:
                raise FileError(
                    N_(
                        "The row in line %(line)s has more than %(most)s characters. Is a quote missing at a cell's"
                        " end?"
                    ),
                    line=self.line,
                    most=LONGEST_ROW,
                )
            yield text


def guessed_delimiter(text: str, known: Known = is_known) -> str:
    """What gives the most headings that we know, then the most rows as wide as the headings, then the most columns."""
    text = _said_by_the_file(text)[1]
    return max(DELIMITERS, key=lambda delimiter: _fit(text, delimiter, known))


def _fit(text: str, delimiter: str, known: Known) -> tuple[int, int, int]:
    reader = csv.reader(lines(text[:LONGEST_ROW]), delimiter=delimiter)
    try:
        rows = [row for row in itertools.islice(reader, _SAMPLE) if row]
    except csv.Error:
        return 0, 0, 0
    if not rows:
        return 0, 0, 0
    width = max(len(row) for row in rows)
    headings = max(sum(known(cell) for cell in row) for row in rows[:10])
    return headings, sum(len(row) == width for row in rows) if width > 1 else 0, width


def _said_by_the_file(text: str) -> tuple[str, str]:
    """The delimiter that spreadsheets write into a first line `sep=;`, and the text without that line."""
    first = next(lines(text), "")
    if first.lower().startswith("sep=") and len(first.strip("\r\n")) == len("sep=;"):
        return first[4], text[len(first) :]
    return "", text
