"""Every file there is, by name: which ways of asking for it mean something, its columns and rows, and its text."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlmodel import Session

from tracker.domain.cells import Column, Dialect
from tracker.domain.errors import N_, InvalidError
from tracker.domain.figures import ledger, summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.summaries import Choice
from tracker.domain.files.csv_text import rows_text
from tracker.domain.files.figure_files import CYCLE_SUMMARY, ITEMS, WORKSTREAM_SUMMARY
from tracker.domain.files.figure_files import PART_SUMMARY as PART_COLUMNS
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.domain.signoffs import summary
from tracker.domain.signoffs.summary import PART_SUMMARY
from tracker.queries import figures
from tracker.queries.programme import files as programme_files

PROGRAMME = tuple(file.name for file in PROGRAMME_FILES)
_LEDGER = "items"
_FEW = 4  # codes that a file's name still has room for
FIGURES = ("cycle_summary", "workstream_summary", PART_SUMMARY, _LEDGER)
NAMES = (*FIGURES, *PROGRAMME)
# The programme files that can be narrowed to a cycle, and the columns that tell it.
CYCLE_FIELDS = {"cycles": ("cycle",), "workflows": ("cycle",), "scope": ("from_cycle", "to_cycle")}
_ONLY_WITH = N_("“%(name)s” goes with %(files)s only.")
_COLUMNS: dict[str, tuple[Column, ...]] = {
    **dict(zip(FIGURES, (CYCLE_SUMMARY, WORKSTREAM_SUMMARY, PART_COLUMNS, ITEMS), strict=True)),
    **{file.name: file.columns for file in PROGRAMME_FILES},
}
# What can be asked beside the format, and of which files.
NARROWED: dict[str, tuple[str, ...]] = {
    "cycle": (*FIGURES, *CYCLE_FIELDS),
    "basis": FIGURES,
    "workstream": (*FIGURES, "workflows", "blockers"),
    "project": (*FIGURES, "workflows", "blockers"),
    "total": ("workstream_summary", PART_SUMMARY),
    "link": FIGURES,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A file, and how. `basis` none is both; `address` is where links lead, none for no links. Of several workstreams
    and projects it holds the workstreams that are among both.
    """

    name: str
    cycle: int | None = None
    basis: Basis | None = None
    dialect: Dialect = Dialect.CSV
    as_of: datetime | None = None
    has_total: bool = True
    address: str | None = None
    workstreams: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Of the projects and workstreams that it is narrowed to."""
        return *self.projects, *self.workstreams

    def __post_init__(self) -> None:
        given = {
            "cycle": self.cycle,
            "basis": self.basis,
            "total": not self.has_total,
            "link": self.address,
            "workstream": self.workstreams,
            "project": self.projects,
        }
        for field, value in given.items():
            if value and self.name not in NARROWED[field]:
                raise InvalidError(_ONLY_WITH, field=field, name=field, files=", ".join(NARROWED[field]))


class Table(NamedTuple):
    """The columns of a file, its rows as they come, and what links them."""

    columns: tuple[Column, ...]
    rows: Iterable[Any]
    link: Callable[[Any], str] | None = None


def table(session: Session, asked: Asked, now: datetime) -> Table:
    """The file's rows. Figures are as of `now` unless an instant is asked for."""
    columns = _COLUMNS[asked.name]
    streams = programme_files.workstreams_of(session, asked.projects, asked.workstreams) if asked.codes else None
    if asked.name in PROGRAMME:
        return Table(columns, _programme_rows(session, asked, streams))
    history = figures.history(session)
    if history is None:
        return Table(columns, ())
    as_of = asked.as_of or figures.as_of_now(session, now)
    link = _linking(asked, asked.address) if asked.address else None
    chosen = summaries.choice_of(history, (), sorted(streams) or ["-"]) if streams is not None else None
    return Table(columns, _figure_rows(history, asked, as_of, chosen), link)


def _programme_rows(session: Session, asked: Asked, streams: set[str] | None) -> Iterator[Any]:
    """The rows of a programme file, a piece at a time, whatever the size of the history."""
    found = programme_files.rows(session, asked.name, asked.as_of)
    if streams is not None and asked.name == "blockers":
        blockers = programme_files.blockers_of(session, streams)
        found = (row for row in found if row.id in blockers)
    elif streams is not None:
        found = (row for row in found if row.workstream in streams)
    if asked.cycle is None:
        return found
    fields = CYCLE_FIELDS[asked.name]
    return (row for row in found if any(getattr(row, field) == asked.cycle for field in fields))


def _figure_rows(history: History, asked: Asked, as_of: datetime, chosen: Choice | None) -> Iterator[Any]:
    """The summaries, or the items behind each of their numbers."""
    match asked.name:
        case "cycle_summary":
            found: Iterable[Any] = summaries.cycle_summary(history, as_of, chosen)
        case "workstream_summary":
            found = summaries.workstream_summary(history, as_of, chosen)
        case "part_summary":
            found = summary.part_summary(history, as_of, chosen)
        case _:
            found = ledger.ledger(history, as_of, cycle=asked.cycle, basis=asked.basis, chosen=chosen)
    return (
        row
        for row in found
        if asked.cycle in {None, row.cycle}
        and asked.basis in {None, row.basis}
        and (asked.has_total or row.workstream is not None)
    )


def text(session: Session, asked: Asked, now: datetime) -> Generator[str]:
    """The file in pieces."""
    found = table(session, asked, now)
    return rows_text(found.columns, found.rows, asked.dialect, found.link)


def file_name(asked: Asked, at: datetime) -> str:
    """Content, cycle, reading, what it is narrowed to, and instant, without the ending."""
    parts = [asked.name]
    if asked.name in NARROWED["cycle"]:
        parts.append(f"cycle-{asked.cycle}" if asked.cycle else "all-cycles")
    if asked.name in NARROWED["basis"]:
        parts.append(asked.basis.value if asked.basis else "both")
    if codes := asked.codes:
        is_short = len(codes) <= _FEW and all(code.isascii() and code.isalnum() for code in codes)
        parts += ["filtered", *codes] if is_short else ["filtered", str(len(codes))]
    return "-".join([*parts, f"{at:%Y%m%dT%H%M%SZ}"])


def _linking(asked: Asked, address: str) -> Callable[[Any], str]:
    """Gives where a row leads: to the page on which each of its numbers opens, or to the item itself. There is no such
    page for several chosen workstreams together.
    """
    if asked.name == _LEDGER:
        return lambda row: f"{address}/{'blockers' if row.item.isdecimal() else 'workflows'}/{quote(row.item, safe='')}"

    def page(row: Any) -> str:  # noqa: ANN401 - of either summary
        if asked.codes and not row.workstream:
            return ""
        stream = f"?workstream={quote(row.workstream, safe='')}" if row.workstream else ""
        return f"{address}/cycles/{row.cycle}{stream}"

    return page
