"""The files of figures as text: the summaries, and the items behind each of their numbers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlmodel import Session

from tracker.domain.cells import Column, Dialect
from tracker.domain.figures import ledger, summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.readings import Basis
from tracker.domain.files.csv_text import rows_text
from tracker.domain.files.figure_files import CYCLE_SUMMARY, ITEMS, WORKSTREAM_SUMMARY
from tracker.queries import figures

SUMMARIES = ("cycle_summary", "workstream_summary")
LEDGER = "items"
NAMES = (*SUMMARIES, LEDGER)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "cycle_summary": CYCLE_SUMMARY,
    "workstream_summary": WORKSTREAM_SUMMARY,
    LEDGER: ITEMS,
}


def rows(
    history: History,
    name: str,
    *,
    as_of: datetime,
    cycle: int | None = None,
    basis: Basis | None = None,
    has_total: bool = True,
) -> Iterator[Any]:
    """The rows of a file, of one cycle or all, in one reading or both; without those of the programme if so wanted."""
    if name == LEDGER:
        found: Iterable[Any] = ledger.ledger(history, as_of, cycle=cycle, basis=basis)
    else:
        found = _SUMMARIES[name](history, as_of)
    return (
        row
        for row in found
        if cycle in {None, row.cycle}
        and basis in {None, row.basis}
        and (has_total or name == "cycle_summary" or row.workstream is not None)
    )


def text(
    session: Session,
    name: str,
    *,
    as_of: datetime,
    cycle: int | None = None,
    basis: Basis | None = None,
    dialect: Dialect = Dialect.CSV,
) -> Iterator[str]:
    """A file of figures in pieces; headings alone where there is no programme."""
    history = figures.read_anew(session)
    found = rows(history, name, as_of=as_of, cycle=cycle, basis=basis) if history is not None else islice((), 0)
    return rows_text(COLUMNS[name], found, dialect)


_SUMMARIES: dict[str, Callable[[History, datetime], Iterable[Any]]] = {
    "cycle_summary": summaries.cycle_summary,
    "workstream_summary": summaries.workstream_summary,
}
