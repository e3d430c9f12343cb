"""Every file there is, by name: which ways of asking for it mean something, its columns and rows, and its text."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlmodel import Session

from tracker.domain.cells import Column, Dialect
from tracker.domain.errors import N_, InvalidError
from tracker.domain.figures.readings import Basis
from tracker.domain.files.csv_text import rows_text
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.exports import figure_files, programme_files
from tracker.queries import figures

NAMES = (*figure_files.NAMES, *programme_files.NAMES)
_ONLY_WITH = N_("“%(name)s” goes with %(files)s only.")
_COLUMNS = figure_files.COLUMNS | {file.name: file.columns for file in PROGRAMME_FILES}
# What can be asked beside the format, and of which files.
NARROWED: dict[str, tuple[str, ...]] = {
    "cycle": (*figure_files.NAMES, *programme_files.CYCLE_FIELDS),
    "basis": figure_files.NAMES,
    "total": ("workstream_summary",),
    "link": figure_files.NAMES,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A file, and how. `basis` none is both; `address` is where links lead, none for no links."""

    name: str
    cycle: int | None = None
    basis: Basis | None = None
    dialect: Dialect = Dialect.CSV
    as_of: datetime | None = None
    has_total: bool = True
    address: str | None = None

    def __post_init__(self) -> None:
        given = {"cycle": self.cycle, "basis": self.basis, "total": not self.has_total, "link": self.address}
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
    if asked.name in programme_files.NAMES:
        return Table(columns, programme_files.rows(session, asked.name, as_of=asked.as_of, cycle=asked.cycle))
    history = figures.history(session)
    if history is None:
        return Table(columns, ())
    as_of = asked.as_of or figures.as_of_now(session, now)
    rows = figure_files.rows(
        history, asked.name, as_of=as_of, cycle=asked.cycle, basis=asked.basis, has_total=asked.has_total
    )
    return Table(columns, rows, _linking(asked.name, asked.address) if asked.address else None)


def text(session: Session, asked: Asked, now: datetime) -> Iterator[str]:
    """The file in pieces."""
    found = table(session, asked, now)
    return rows_text(found.columns, found.rows, asked.dialect, found.link)


def file_name(asked: Asked, at: datetime) -> str:
    """Content, cycle, reading and instant, without the ending."""
    parts = [asked.name]
    if asked.name in NARROWED["cycle"]:
        parts.append(f"cycle-{asked.cycle}" if asked.cycle else "all-cycles")
    if asked.name in NARROWED["basis"]:
        parts.append(asked.basis.value if asked.basis else "both")
    return "-".join([*parts, f"{at:%Y%m%dT%H%M%SZ}"])


def _linking(name: str, address: str) -> Callable[[Any], str]:
    """Gives where a row leads: to the page on which each of its numbers opens, or to the item itself."""
    if name == figure_files.LEDGER:
        return lambda row: f"{address}/{'blockers' if row.item.isdecimal() else 'workflows'}/{quote(row.item, safe='')}"

    def page(row: Any) -> str:  # noqa: ANN401 - of either summary
        stream = f"?workstream={quote(row.workstream, safe='')}" if row.workstream else ""
        return f"{address}/cycles/{row.cycle}{stream}"

    return page
