"""What a value looks like in a cell of our files, and back: instants, words, numbers, and text that no spreadsheet
can run.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from tracker.domain.errors import N_, InvalidError

_MAY_RUN = frozenset("'=+-@\t\r\n＝＋－＠")  # what text has to begin with to be worth a look
_RUNNABLE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INTEGER = re.compile(r"\d{1,10}", re.ASCII)
_YEARS = range(1900, 3000)
LARGEST_ID = 2**31 - 1

Value = TypeVar("Value")
Day = TypeVar("Day", date, datetime)
Word = TypeVar("Word", bound=StrEnum)


class Dialect(StrEnum):
    """How a file is written: for programs, or for a Swedish spreadsheet."""

    CSV = "csv"
    EXCEL_SV = "excel-sv"

    @property
    def is_swedish(self) -> bool:
        """Whether headings and words are Swedish, with `;`, decimal comma and a byte order mark."""
        return self is Dialect.EXCEL_SV

    @property
    def delimiter(self) -> str:
        """What stands between two cells."""
        return ";" if self.is_swedish else ","


@dataclass(frozen=True, slots=True)
class Cell(Generic[Value]):
    """A kind of cell: what writes its values in a dialect, and how one is read from either."""

    writer: Callable[[Dialect], Callable[[Value], str]]
    read: Callable[[str], Value]

    def write(self, value: Value, dialect: Dialect) -> str:
        """A value in the dialect; `writer` is quicker for many."""
        return self.writer(dialect)(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its heading, the heading in a Swedish spreadsheet and the kind of its cells. One that is not
    required may be missing on the way in.
    """

    name: str
    swedish: str
    cell: Cell[Any]
    required: bool = False


class Heading(NamedTuple):
    """What makes a field of a row a column of its file, as its annotation: all of `Column` but the name."""

    swedish: str
    cell: Cell[Any]
    required: bool = False


def needed(swedish: str, cell: Cell[Any]) -> Heading:
    """Of a column that must not be missing on the way in."""
    return Heading(swedish, cell, required=True)


def columns_of(row: type) -> tuple[Column, ...]:
    """The columns of a file with such rows: a field each, in their order."""
    kinds = get_type_hints(row, include_extras=True)
    return tuple(Column(name, *heading) for name, kind in kinds.items() for heading in kind.__metadata__)


def guarded(text: str) -> str:
    """One more `'` in front of what a spreadsheet could run."""
    return f"'{text}" if text and text[0] in _MAY_RUN and _RUNNABLE.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def instant_text(instant: datetime) -> str:
    """`2023-04-14T07:00:00Z`, with microseconds only when there are any."""
    text = instant.isoformat()
    if not text.endswith("+00:00"):
        text = instant.astimezone(UTC).isoformat()
    return text[:-6] + "Z"


def read_instant(text: str) -> datetime:
    """The instant in UTC; raises InvalidError unless it says its time zone."""
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError(N_("is no instant like 2023-04-14T07:00:00Z")) from error
    return _in_our_time(instant)


def read_date(text: str) -> date:
    """The date; raises InvalidError unless it is written like 2023-04-14."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return _in_our_time(date.fromisoformat(text))
    except ValueError as error:
        raise InvalidError(N_("is no date like 2023-04-14")) from error


def _in_our_time(day: Day) -> Day:
    if day.year not in _YEARS:
        raise InvalidError(N_("lies outside the years 1900 to 2999"))
    return day


def decimal_text(number: Decimal, places: int, dialect: Dialect) -> str:
    """The number with fixed places, and a decimal comma in Swedish."""
    return f"{number:.{places}f}".replace(".", "," if dialect.is_swedish else ".")


def read_text(text: str) -> str:
    """The text of a cell, its guard taken off; raises InvalidError for what no database keeps."""
    if "\x00" in text:
        raise InvalidError(N_("has a NUL character"))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidError(N_("has half a character (a lone surrogate)"))
    return unguarded(text)


def _read_filled_text(text: str) -> str:
    return read_text(_filled(text))


def _filled(text: str) -> str:
    if not text:
        raise InvalidError(N_("must not be empty"))
    return text


def read_code(text: str) -> str:
    """A code or key: something visible without blanks or slashes, so that it fits in lists and addresses."""
    code = _read_filled_text(text)
    if not code.isprintable() or " " in code or "/" in code:
        raise InvalidError(N_("is no code: blanks, slashes and invisible characters do not fit in one"))
    return code


def alike(write: Callable[[Value], str], read: Callable[[str], Value]) -> Cell[Value]:
    """A kind of cell that is written alike in both dialects."""
    return Cell(lambda _dialect: write, read)


def integer(least: int, most: int = LARGEST_ID) -> Cell[int]:
    """A whole number between two bounds."""

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(_filled(text)) or not least <= int(text) <= most:
            raise InvalidError(N_("is no whole number from %(least)s to %(most)s"), least=least, most=most)
        return int(text)

    return alike(str, read)


def words(kind: type[Word], swedish: Mapping[Word, str]) -> Cell[Word]:
    """One of a fixed set of words, in either language."""
    known: dict[str, Word] = {swedish[word]: word for word in kind} | {word.value: word for word in kind}

    def read(text: str) -> Word:
        if text not in known:
            choices = ", ".join(word.value for word in kind)
            raise InvalidError(N_("is none of %(choices)s"), choices=choices)
        return known[text]

    english = {word: word.value for word in kind}

    return Cell(lambda dialect: (swedish if dialect.is_swedish else english).__getitem__, read)


def optional(cell: Cell[Value]) -> Cell[Value | None]:
    """The same kind of cell, or an empty one."""

    def writer(dialect: Dialect) -> Callable[[Value | None], str]:
        write = cell.writer(dialect)
        return lambda value: "" if value is None else write(value)

    return Cell(writer, lambda text: cell.read(text) if text else None)


def _read_boolean(text: str) -> bool:
    if text not in {"true", "false", "ja", "nej"}:
        raise InvalidError(N_("is neither true nor false"))
    return text in {"true", "ja"}


def _read_codes(text: str) -> tuple[str, ...]:
    return tuple(sorted(read_code(guarded(code)) for code in unguarded(text).split(" ") if code))


ID: Cell[int] = integer(1)
TEXT: Cell[str] = alike(guarded, read_text)
NAME: Cell[str] = alike(guarded, _read_filled_text)
CODE: Cell[str] = alike(guarded, read_code)
CODES: Cell[tuple[str, ...]] = alike(lambda codes: guarded(" ".join(codes)), _read_codes)
INSTANT: Cell[datetime] = alike(instant_text, lambda text: read_instant(_filled(text)))
DATE: Cell[date] = alike(date.isoformat, lambda text: read_date(_filled(text)))
BOOLEAN: Cell[bool] = Cell(
    lambda dialect: (("nej", "ja") if dialect.is_swedish else ("false", "true")).__getitem__, _read_boolean
)
