"""What a workbook unpacks to, counted before anything of it is built: openpyxl takes hundreds of bytes for each
element, also for cells that are empty, and for as many columns as a cell's name says.
"""

import zipfile
from collections.abc import Iterable, Sequence
from xml.parsers import expat

from tracker.domain.errors import N_, FileError
from tracker.domain.imports.table import MOST_CELLS, MOST_COLUMNS, MOST_LINES, too_many_lines

LARGEST_UNPACKED = 40_000_000
MOST_PARTS = 500
MOST_STRINGS = 200_000  # shared by cells
MOST_TEXT = 10_000_000  # characters, as in the largest CSV
WIDEST = 5 * MOST_COLUMNS  # with empty cells, of which a row may have sixteen thousand
_MOST_IN_A_ROW = 20 * WIDEST  # elements
_MOST_ELEMENTS = 2_500_000
_MOST_OTHERS = 100_000  # elements that are neither rows, cells nor strings: styles, names, rules
_MOST_ATTRIBUTES = 50
_LONGEST_FORMAT = 255  # characters, as spreadsheets have it: openpyxl takes a time that grows with their square
_LONGEST_TAG = 256 * 1024  # bytes; a comment too
_PIECE = 64 * 1024
_LAST_COLUMN = "ALL"  # the name of column 1,000
_OF_CELLS = frozenset({"v", "f", "is", "t", "r"})
# Left out of what is counted and of what is read.
_UNREAD = tuple(
    f"xl/{folder}/"
    for folder in ("charts", "chartsheets", "drawings", "externalLinks", "media", "pivotCache", "pivotTables", "theme")
)
_DIRECTORY_ENTRY = b"PK\x01\x02"


def too_large() -> FileError:
    """The workbook is small only as long as it is packed."""
    return FileError(N_("The workbook is too large once unpacked. Keep one sheet of it, or save it as CSV UTF-8."))


def too_wide() -> FileError:
    """A row has more columns than anybody means to import."""
    return FileError(N_("At most %(count)s columns at a time."), count=MOST_COLUMNS)


def refuse_many_parts(content: bytes) -> None:
    """Before the directory is read, which takes half a kilobyte for each part. Raises InvalidError."""
    if content.count(_DIRECTORY_ENTRY) > MOST_PARTS:
        raise too_large()


def readable_parts(archive: zipfile.ZipFile) -> set[str]:
    """The parts that may be read, once they are known to be small enough: 50 MB of memory, and 2 s for what is refused.
    The sizes that the archive declares hold: zipfile reads no further than they say. Raises InvalidError.
    """
    parts = [part for part in archive.infolist() if not part.filename.startswith(_UNREAD)]
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise too_large()
    count = _Count()
    for part in parts:
        count.part(_pieces(archive, part))
    return {part.filename for part in parts}


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterable[bytes]:
    with archive.open(part) as stream:
        yield from iter(lambda: stream.read(_PIECE), b"")


class _Count:
    """What the parts come to so far; raises InvalidError where that is too much."""

    def __init__(self) -> None:
        self._rows = self._cells = self._in_row = 0
        self._strings = self._elements = self._others = self._text = 0

    def part(self, pieces: Iterable[bytes]) -> None:
        """Counts a part. What is no XML ends it, as it would end the reading."""
        self._rows = self._in_row = fed = 0
        parser = expat.ParserCreate()
        parser.ordered_attributes = parser.buffer_text = True
        parser.StartElementHandler = self._element
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_definitions
        try:
            for piece in pieces:
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise too_large()
        except expat.ExpatError:
            return

    def _element(self, name: str, attributes: Sequence[str]) -> None:
        self._elements += 1
        self._in_row += 1
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cells += 1  # empty ones too
            if attributes:
                _refuse_far_columns(attributes)
        elif name not in _OF_CELLS:
            self._another(name, attributes)
        if (
            self._elements > _MOST_ELEMENTS
            or self._cells > MOST_CELLS
            or self._in_row > _MOST_IN_A_ROW
            or len(attributes) > 2 * _MOST_ATTRIBUTES
        ):
            raise too_large()

    def _another(self, name: str, attributes: Sequence[str]) -> None:
        match name:
            case "row":
                self._rows, self._in_row = self._rows + 1, 0
            case "si":
                self._strings, self._in_row = self._strings + 1, 0
            case _:
                self._others += 1
        if self._rows > MOST_LINES:
            raise too_many_lines()
        is_long_format = name == "numFmt" and any(len(value) > _LONGEST_FORMAT for value in attributes)
        if self._strings > MOST_STRINGS or self._others > _MOST_OTHERS or is_long_format:
            raise too_large()

    def _characters(self, text: str) -> None:
        self._text += len(text)
        if self._text > MOST_TEXT:
            raise too_large()

    def _refuse_definitions(self, *_doctype: object) -> None:
        """No workbook has entities of its own; they can stand for more than any memory holds."""
        raise too_large()


def _refuse_far_columns(attributes: Sequence[str]) -> None:
    if "r" not in (names := attributes[::2]):
        return
    column = attributes[2 * names.index("r") + 1].replace("$", "").rstrip("0123456789").upper()
    if len(column) > len(_LAST_COLUMN) or (len(column) == len(_LAST_COLUMN) and column > _LAST_COLUMN):
        raise too_wide()
