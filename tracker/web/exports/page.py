"""What the page of files shows: which file, narrowed how, its first rows as they will be written, and its size."""

import shlex
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, NamedTuple

from flask import url_for
from sqlmodel import Session
from werkzeug.datastructures import MultiDict

from tracker.db.language import names
from tracker.db.models import Project, Workstream
from tracker.domain.cells import Dialect
from tracker.domain.errors import N_
from tracker.domain.figures.readings import Basis
from tracker.domain.files.csv_text import LINK, rows_text
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.exports import files
from tracker.exports.files import Asked, Table
from tracker.queries import figures
from tracker.queries.programme.files import count
from tracker.web.charts import figure_words
from tracker.web.http.addresses import our_address
from tracker.web.http.context import current_programme
from tracker.web.ui.formats import language, number, usual_dialect
from tracker.web.ui.query import Choice, Query, choices
from tracker.web.ui.translation import gettext, ngettext

BOTH = "both"
_FIRST = "cycle_summary"
_PREVIEWED = 8
_MEASURED = 2_000  # rows; of a longer file the size is told from these
_KILO, _FEW = 1_000, 10
GROUPS = {
    N_("Figures"): {
        "cycle_summary": (N_("Figures by cycle"), N_("The programme’s figures, a row for each cycle")),
        "workstream_summary": (N_("Figures by workstream"), N_("The figures of every workstream, and the total")),
        "part_summary": (N_("Shared workflows"), N_("Whose parts are signed or open, and who waited for how long")),
        "items": (N_("Items behind the figures"), N_("What each figure counts, item by item")),
    },
    N_("The programme"): {
        "workflows": (N_("Workflows"), N_("Every workflow, where it is and how far it has come")),
        "changes": (N_("Moves"), N_("Every move from one state to another")),
        "scope": (N_("Scope"), N_("What came into cycles and left them, and why")),
        "blockers": (N_("Blockers"), N_("What has held work up")),
        "blocker_events": (N_("Blocker events"), N_("When each blocker held what, and let go")),
        "notes": (N_("Notes"), N_("What was written on workflows and blockers")),
        "parts": (N_("Parts"), N_("Who took part in shared workflows, and signed when")),
        "checks": (N_("Checks"), N_("When somebody said that nothing had changed")),
        "cycles": (N_("Cycles"), N_("Dates, planning weeks and goals")),
        "projects": (N_("Projects"), N_("Projects, and the cycle each joined in")),
        "workstreams": (N_("Workstreams"), N_("Workstreams, their project and limits")),
    },
}
TITLES = {name: title for group in GROUPS.values() for name, (title, _) in group.items()}
_ABOUT = {name: text for group in GROUPS.values() for name, text in group.items()}
YES, NO = _YES_NO = ("yes", "no")


class Cell(NamedTuple):
    """A cell as the file will have it."""

    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file, and how much there is of it."""

    headings: list[Cell]
    rows: list[list[Cell]]
    count: str
    size: str


def context(session: Session, args: MultiDict[str, str], *, now: datetime) -> dict[str, Any]:
    """All that the page shows. What the address asks for and means nothing is left out, and said."""
    history = figures.history(session)
    cycles = history.cycles if history is not None else []
    streams, projects = (names(session, each, language()) for each in (Workstream, Project))
    asked, notices = _asked(args, [str(row.cycle) for row in cycles], streams, projects)
    table = files.table(session, asked, now)
    return {
        "notices": notices,
        "as_of": figures.as_of_now(session, now),
        "asked": asked,
        "title": gettext(TITLES[asked.name]),
        "about": gettext(_ABOUT[asked.name][1]),
        "groups": [
            (gettext(title), [(name, *map(gettext, words), _page(asked, name)) for name, words in group.items()])
            for title, group in GROUPS.items()
        ],
        "preview": _preview(session, asked, table),
        "pickers": _pickers(asked, cycles)
        | {
            "workstream": choices(streams.items(), asked.workstreams),
            "project": [Choice(code, f"{code} {name}", code in asked.projects) for code, name in projects.items()],
        },
        "narrowed": {field for field, names in files.NARROWED.items() if asked.name in names},
        "command": _command(asked),
        "packed": _packed(cycles, asked),
    }


def _asked(
    args: MultiDict[str, str], cycles: list[str], streams: Collection[str], projects: Collection[str]
) -> tuple[Asked, list[str]]:
    query = Query(args)
    file = query.one("file", files.NAMES, _FIRST)
    can = {field for field, names in files.NARROWED.items() if file in names}
    cycle = query.one("cycle", cycles)
    basis = query.one("basis", {*Basis, BOTH}, Basis.AS_NOW.value)
    dialect = query.one("format", set(Dialect), usual_dialect().value)
    has_total = query.one("total", _YES_NO, YES) == YES
    has_link = query.one("link", _YES_NO) == YES
    chosen, of_projects = query.several("workstream", streams), query.several("project", projects)
    asked = Asked(
        file,
        cycle=int(cycle) if cycle and "cycle" in can else None,
        basis=Basis(basis) if basis != BOTH and "basis" in can else None,
        dialect=Dialect(dialect),
        has_total=has_total or "total" not in can,
        address=our_address() if has_link and "link" in can else None,
        workstreams=chosen if "workstream" in can else (),
        projects=of_projects if "project" in can else (),
    )
    return asked, query.notices


def _page(asked: Asked, name: str) -> str:
    """Another file, as far as it can be narrowed the same way."""
    can = name in files.NARROWED["workstream"]
    return url_for(
        "exports.show",
        file=name,
        cycle=asked.cycle,
        format=asked.dialect.value,
        project=asked.projects if can else (),
        workstream=asked.workstreams if can else (),
    )


def _command(asked: Asked) -> str:
    parts = ["tracker export", asked.name]
    parts += [f"--cycle {asked.cycle}"] if asked.cycle else []
    parts += [f"--basis {asked.basis.value}"] if asked.basis else []
    parts += [f"--format {asked.dialect.value}"] if asked.dialect.is_swedish else []
    parts += [shlex.join(["--project", code]) for code in asked.projects]
    parts += [shlex.join(["--workstream", code]) for code in asked.workstreams]
    return "" if asked.address or not asked.has_total else " ".join(parts)


def _preview(session: Session, asked: Asked, table: Table) -> Preview:
    rows = iter(table.rows)
    first = list(islice(rows, _MEASURED))
    written = sum(len(piece.encode()) for piece in rows_text(table.columns, first, asked.dialect, table.link))
    total = len(first)
    if total == _MEASURED:
        is_told = asked.name in files.PROGRAMME and not asked.codes
        total = count(session, asked.name, asked.cycle) if is_told else total + sum(1 for _ in rows)
    size = _size(written * total // len(first) if first else written)
    is_exact = total == len(first)
    columns = (*table.columns, LINK) if table.link else table.columns
    cells = [list(_cells(table, row, asked.dialect)) for row in first[:_PREVIEWED]]
    headings = [column.swedish if asked.dialect.is_swedish else column.name for column in columns]
    return Preview(
        [Cell(heading, any(row[place].is_number for row in cells)) for place, heading in enumerate(headings)],
        cells,
        ngettext("%(rows)s row", "%(rows)s rows", total, rows=number(total)),
        size if is_exact else gettext("about %(size)s", size=size),
    )


def _cells(table: Table, row: object, dialect: Dialect) -> Iterable[Cell]:
    values = ((column.cell.write, getattr(row, column.name)) for column in table.columns)
    own = (
        Cell(
            _local(value) if isinstance(value, datetime) and dialect.is_swedish else write(value, dialect),
            isinstance(value, int | Decimal) and not isinstance(value, bool),
        )
        for write, value in values
    )
    return chain(own, [Cell(LINK.cell.write(table.link(row), dialect), False)]) if table.link else own


def _local(instant: datetime) -> str:
    """As clocks show it where the programme is."""
    return instant.astimezone(current_programme().zone).strftime("%Y-%m-%d %H:%M")


def _size(size: int) -> str:
    if size < _KILO:
        return gettext("%(number)s bytes", number=size)
    if size < _KILO * _KILO:
        return gettext("%(number)s kB", number=number(_short(Decimal(size) / _KILO)))
    return gettext("%(number)s MB", number=number(_short(Decimal(size) / _KILO / _KILO)))


def _short(amount: Decimal) -> Decimal:
    return round(amount, 1 if amount < _FEW else 0)


def _pickers(asked: Asked, cycles: list[CycleRow]) -> dict[str, list[Choice]]:
    """What can be chosen."""
    bases = [(basis.value, figure_words.basis_label(basis)) for basis in reversed(Basis)]
    formats = [
        (Dialect.CSV.value, gettext("Comma, decimal point")),
        (Dialect.EXCEL_SV.value, gettext("Excel, Swedish")),
    ]
    return {
        "cycle": choices([("", gettext("All")), *_numbers(cycles)], (str(asked.cycle or ""),)),
        "basis": choices([*bases, (BOTH, gettext("Both"))], (asked.basis.value if asked.basis else BOTH,)),
        "format": choices(formats, (asked.dialect.value,)),
    }


def _packed(cycles: list[CycleRow], asked: Asked) -> list[Choice]:
    """A pack is most likely wanted of the cycle that is looked at, else of the running one or the last closed."""
    by_status = {row.status: row.cycle for row in cycles}
    usual = str(asked.cycle or by_status.get(CycleStatus.RUNNING) or by_status.get(CycleStatus.CLOSED) or "")
    return choices([*_numbers(cycles), ("", gettext("All"))], (usual,))


def _numbers(cycles: list[CycleRow]) -> list[tuple[str, str]]:
    return [(str(row.cycle), str(row.cycle)) for row in reversed(cycles)]
