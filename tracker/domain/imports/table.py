"""A table as a spreadsheet has it: headings, and rows with the numbers that the spreadsheet shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.errors import N_, FileError, InvalidError
from tracker.domain.imports.columns import Known, heading_text, is_known

MOST_ROWS = 20_000
MOST_LINES = 100_000  # empty ones too: a sheet formatted to its end has a million
MOST_COLUMNS = 200
MOST_CELLS = 600_000  # that hold something: each takes some sixty bytes, whatever stands in it
_LOOK_FOR_HEADINGS = 10


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with its number in the spreadsheet. `width` is how many cells it had, where the file says so."""

    number: int
    cells: tuple[str, ...]
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The headings and the rows beneath that are not empty. `skipped` rows stood above the headings."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    skipped: int = 0

    def refuse_torn(self, row: TableRow) -> None:
        """Raises InvalidError when the row has more or fewer cells than there are headings: some stand in wrong
        columns.
        """
        named = max((place for place, heading in enumerate(self.headings, 1) if heading), default=0)
        is_long = any(cell.strip() for cell in row.cells[len(self.headings) :])
        if row.width is not None and (row.width < named or is_long):
            raise InvalidError(
                N_("The row has %(found)s cells, and the headings are %(wanted)s. Are quotes missing around a cell?"),
                found=row.width,
                wanted=len(self.headings),
            )


def table_of(rows: Iterable[TableRow], known: Known = is_known) -> Table:
    """The table. Raises InvalidError when it is empty, too large, or has a known heading twice."""
    kept: list[TableRow] = []
    filled, share = 0, _Shared()
    for row in rows:
        if row.number > MOST_LINES:
            raise too_many_lines()
        if not any(cell.strip() for cell in row.cells):
            continue
        if len(row.cells) > MOST_COLUMNS and any(cell.strip() for cell in row.cells[MOST_COLUMNS:]):
            raise FileError(N_("At most %(count)s columns at a time."), count=MOST_COLUMNS)
        filled += sum(map(bool, row.cells))
        if filled > MOST_CELLS:
            raise FileError(
                N_("At most %(count)s filled cells at a time. Delete columns that are not to be imported."),
                count=MOST_CELLS,
            )
        kept.append(share.in_row(row))
        if len(kept) > MOST_ROWS + _LOOK_FOR_HEADINGS:
            raise FileError(N_("At most %(count)s rows at a time."), count=MOST_ROWS)
    if not kept:
        raise FileError(N_("The file is empty."))
    place = _place_of_headings(kept, known)
    headings, body = kept[place], kept[place + 1 :]
    if not body:
        raise FileError(N_("There are no rows under the headings."))
    width = max(len(_trimmed(row.cells)) for row in kept[place:]) if headings.width is None else headings.width
    names = _names(headings.cells, width)
    _refuse_doubles(names, known)
    return Table(names, tuple(body), place)


class _Shared:
    """Equal short texts are kept once: a column of states or dates has few different ones."""

    _LONGEST, _MOST = 30, 10_000

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def in_row(self, row: TableRow) -> TableRow:
        """The row, of texts that earlier rows have too where they are equal."""
        texts = self._texts
        if len(texts) < self._MOST:
            texts.update({cell: texts.get(cell, cell) for cell in row.cells if len(cell) <= self._LONGEST})
        return TableRow(row.number, tuple([texts.get(cell, cell) for cell in row.cells]), row.width)


def too_many_lines() -> InvalidError:
    """The file has more rows than anybody means to import; most of them are empty."""
    return FileError(
        N_("The file has more than %(most)s rows, empty ones too. Delete the empty rows and try again."),
        most=MOST_LINES,
    )


def _place_of_headings(rows: Sequence[TableRow], known: Known) -> int:
    """The first row, unless nothing in it is known as a heading and at least two cells of a later one are."""
    counts = [sum(known(cell) for cell in row.cells) for row in rows[:_LOOK_FOR_HEADINGS]]
    if counts[0]:
        return 0
    return next((place for place, count in enumerate(counts) if count > 1), 0)


def _names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    texts = [heading_text(cell) for cell in cells[:width]]
    return tuple(texts + [""] * (width - len(texts)))


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _refuse_doubles(headings: Sequence[str], known: Known) -> None:
    """Exports of others repeat headings that we do not know, such as Labels; of a known one, which is meant?"""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings, 1):
        folded = heading.casefold()
        if folded in places and known(heading):
            raise FileError(
                N_("The heading %(heading)s stands twice, in columns %(first)s and %(second)s. Rename or delete one."),
                heading=heading,
                first=places[folded],
                second=place,
            )
        places.setdefault(folded, place)
