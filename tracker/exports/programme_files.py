"""The programme files as text, a piece at a time, whatever the size of the history."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

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


# The files that can be narrowed to a cycle, and the columns that tell it.
CYCLE_FIELDS = {"cycles": ("cycle",), "workflows": ("cycle",), "scope": ("from_cycle", "to_cycle")}
