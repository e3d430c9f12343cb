"""The programme files as text, a piece at a time, whatever the size of the history."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tracker.domain.cells import Dialect
from tracker.domain.files.csv_text import rows_text
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.queries.programme import files as programme_files

NAMES = tuple(file.name for file in PROGRAMME_FILES)


def rows(session: Session, name: str, *, as_of: datetime | None = None, cycle: int | None = None) -> Iterator[Any]:
    """The rows of a programme file, of one cycle or all."""
    found = programme_files.rows(session, name, as_of)
    if cycle is None:
        return found
    fields = CYCLE_FIELDS[name]
    return (row for row in found if any(getattr(row, field) == cycle for field in fields))


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
    return rows_text(file.columns, rows(session, name, as_of=as_of, cycle=cycle), dialect)


# The files that can be narrowed to a cycle, and the columns that tell it.
CYCLE_FIELDS = {"cycles": ("cycle",), "workflows": ("cycle",), "scope": ("from_cycle", "to_cycle")}
