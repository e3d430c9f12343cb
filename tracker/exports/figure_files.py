"""The files of figures as text."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlmodel import Session

from tracker.domain.cells import Dialect
from tracker.domain.csv_text import rows_text
from tracker.domain.figure_files import CYCLE_SUMMARY, WORKSTREAM_SUMMARY
from tracker.domain.figures.summaries import Summary
from tracker.domain.programme_files import Column
from tracker.queries import figures

_FILES: dict[str, tuple[tuple[Column, ...], Callable[[Session, datetime], list[Summary]]]] = {
    "cycle_summary": (CYCLE_SUMMARY, figures.cycle_summary),
    "workstream_summary": (WORKSTREAM_SUMMARY, figures.workstream_summary),
}
NAMES = tuple(_FILES)


def text(
    session: Session, name: str, *, as_of: datetime, cycle: int | None = None, dialect: Dialect = Dialect.CSV
) -> Iterator[str]:
    """A file of figures in pieces, of one cycle or of all."""
    columns, summary = _FILES[name]
    rows = (row for row in summary(session, as_of) if cycle in {None, row.cycle})
    return rows_text(columns, rows, dialect)
