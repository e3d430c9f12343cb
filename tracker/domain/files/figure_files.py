"""The files of figures: the columns of each, in the programme files' manner."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from tracker.domain import cells
from tracker.domain.cells import Cell, Column, Dialect, optional
from tracker.domain.errors import N_, InvalidError
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.ledger import LedgerRow
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.summaries import Summary
from tracker.domain.figures.words import FIGURES, PART_FIGURES
from tracker.domain.programme.files import ProgrammeFile
from tracker.domain.programme.rows import GOAL, STATUS
from tracker.domain.signoffs import summary
from tracker.domain.signoffs.summary import PartSummary

TOTAL, TOTAL_SV = "TOTAL", "SUMMA"
Reported: TypeAlias = Summary | PartSummary
_DECIMAL = re.compile(r"\d{1,15}([.,]\d{1,15})?", re.ASCII)
_BASIS = cells.words(Basis, {Basis.AS_REPORTED: "som rapporterat", Basis.AS_NOW: "enligt dagens uppgifter"})


def _read_decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise InvalidError(N_("is no number"))
    return Decimal(text.replace(",", "."))


def _decimal(places: int) -> Cell[Decimal | None]:
    """A number with fixed places."""
    return optional(Cell(lambda dialect: partial(cells.decimal_text, places=places, dialect=dialect), _read_decimal))


_CELLS = (optional(cells.integer(0)), _decimal(1), _decimal(2))  # by the places of a figure


def _amount_writer(dialect: Dialect) -> Callable[[Decimal], str]:
    """As many places as it takes: a ledger rounds nothing."""
    return lambda amount: f"{amount:f}".replace(".", "," if dialect.is_swedish else ".")


def _workstream_writer(dialect: Dialect) -> Callable[[str | None], str]:
    total, write = TOTAL_SV if dialect.is_swedish else TOTAL, cells.CODE.writer(dialect)
    return lambda code: total if code is None else write(code)


_WORKSTREAM: Cell[str | None] = Cell(
    _workstream_writer, lambda text: None if text in {TOTAL, TOTAL_SV} else cells.read_code(text)
)
_KEY = (Column("cycle", "cykel", cells.integer(1)), Column("basis", "uppgifter", _BASIS))
_PLACE = (Column("project", "projekt", cells.TEXT), Column("workstream", "arbetsström", _WORKSTREAM))
_FIGURES = (
    Column("as_of", "per", cells.INSTANT),
    Column("starts_on", "första dag", cells.DATE),
    Column("ends_on", "sista dag", cells.DATE),
    Column("planning_starts_on", "planering från", optional(cells.DATE)),
    Column("planning_ends_on", "planering till", optional(cells.DATE)),
    Column("working_days", "arbetsdagar", cells.integer(0)),
    Column("status", "status", STATUS),
    *(
        Column(each.name, FIGURES[each.name].swedish, _CELLS[FIGURES[each.name].places])
        for each in fields(Summary)
        if each.name in FIGURES
    ),
)

_NAMES = [each.name for each in fields(Summary)]
LATER = _NAMES[_NAMES.index("lead_time_p85_days") + 1 :]  # packs and frozen rows of older versions lack them
_AS_OF = _FIGURES[0]
PART_SUMMARY: tuple[Column, ...] = (
    *_KEY,
    *_PLACE,
    _AS_OF,
    *(Column(name, words.swedish, _CELLS[words.places]) for name, words in PART_FIGURES.items()),
)
CYCLE_SUMMARY: tuple[Column, ...] = (*_KEY, *_FIGURES)
WORKSTREAM_SUMMARY: tuple[Column, ...] = (*_KEY, *_PLACE, *_FIGURES)


# A figure in the ledger is called as its column in the summaries.
_SWEDISH = {column.name: column.swedish for column in (*_FIGURES, *PART_SUMMARY[len(_KEY + _PLACE) :])}
_BY_NAME = {name: name for name in _SWEDISH} | {swedish: name for name, swedish in _SWEDISH.items()}


def _read_figure(text: str) -> str:
    if text not in _BY_NAME:
        raise InvalidError(N_("is no figure of the summaries"))
    return _BY_NAME[text]


_FIGURE: Cell[str] = Cell(lambda dialect: _SWEDISH.__getitem__ if dialect.is_swedish else str, _read_figure)
ITEMS: tuple[Column, ...] = (
    *_KEY,
    Column("workstream", "arbetsström", _WORKSTREAM),
    Column("figure", "mått", _FIGURE),
    Column("item", "objekt", cells.CODE),
    Column("goal", "mål", optional(GOAL)),
    Column("at", "när", optional(cells.INSTANT)),
    Column("amount", "dagar", optional(Cell(_amount_writer, _read_decimal))),
)


def _all_required(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    return tuple(replace(column, required=column.name not in LATER) for column in columns)


def _programmes_row(cycle: int, basis: Basis, *figures: Any) -> Summary:  # noqa: ANN401 - columns of all kinds
    return Summary(cycle, basis, "", None, *figures)


# As they are read back, to be compared with each other.
CYCLE_ROWS = ProgrammeFile("cycle_summary", _programmes_row, _all_required(CYCLE_SUMMARY))
WORKSTREAM_ROWS = ProgrammeFile("workstream_summary", Summary, _all_required(WORKSTREAM_SUMMARY))
PART_SUMMARY_ROWS = ProgrammeFile("part_summary", PartSummary, _all_required(PART_SUMMARY))
LEDGER_ROWS = ProgrammeFile("items", LedgerRow, _all_required(ITEMS))


# The files of which a close keeps the rows, and what computes them anew.
_KEPT: dict[str, Callable[[History], Iterable[Reported]]] = {
    WORKSTREAM_ROWS.name: summaries.reported,
    PART_SUMMARY_ROWS.name: summary.reported,
}
KEPT_FILES = tuple(_KEPT)


def reported_rows(history: History) -> list[tuple[str, Reported]]:
    """The rows that closes freeze, each with its file, computed anew from what was known then."""
    return [(file, row) for file, reported in _KEPT.items() for row in reported(history)]


def cells_text(row: Reported) -> str:
    """The row as JSON, its cells by heading: what a close keeps. A heading that is added to the file later changes
    nothing in it.
    """
    columns = PART_SUMMARY if isinstance(row, PartSummary) else WORKSTREAM_SUMMARY
    written = {column.name: column.cell.write(getattr(row, column.name), Dialect.CSV) for column in columns}
    return json.dumps(written, ensure_ascii=False)
