"""The programme files as text, a piece at a time, whatever the size of the history."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from tracker.domain.cells import Dialect
from tracker.domain.csv_text import rows_text
from tracker.domain.programme_files import PROGRAMME_FILES
from tracker.queries import programme_files

NAMES = tuple(file.name for file in PROGRAMME_FILES)


def text(
    session: Session,
    name: str,
    *,
    as_of: datetime | None = None,
    cycle: int | None = None,
    dialect: Dialect = Dialect.CSV,
) -> Iterator[str]:
    """A programme file in pieces, of one cycle or whole."""
    file = next(file for file in PROGRAMME_FILES if file.name == name)
    rows = programme_files.rows(session, name, as_of)
    if cycle is not None:
        fields = CYCLE_FIELDS[name]
        rows = (row for row in rows if any(getattr(row, field) == cycle for field in fields))
    return rows_text(file.columns, rows, dialect)


# The files that can be narrowed to a cycle, and the columns that tell it.
CYCLE_FIELDS = {"cycles": ("cycle",), "workflows": ("cycle",), "scope": ("from_cycle", "to_cycle")}
