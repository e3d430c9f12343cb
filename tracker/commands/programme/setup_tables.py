"""Projects and workstreams from a table that somebody pasted: what its rows would do, told first; all of them, or none.

What is there already and equal is kept; another of the same code is refused by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.commands.imports.plan import Problem
from tracker.commands.imports.results import ImportChangedError, RowResult, fingerprint
from tracker.commands.programme import setup
from tracker.db.models import Project, Workstream
from tracker.domain.cells import unguarded
from tracker.domain.errors import N_, ConflictError, FileError, InvalidError, TrackerError
from tracker.domain.fields import cleaned, texts_of
from tracker.domain.imports.reading import read_table
from tracker.domain.imports.table import Table, TableRow
from tracker.domain.imports.values import folded
from tracker.domain.programme.setup import FIELDS, Thing, heading_of

_NEEDED = {
    "code": N_("There is no column with the code. The first row has the headings."),
    "name": N_("There is no column with the name. The first row has the headings."),
    "project_code": N_("There is no column with the project. The first row has the headings."),
}


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row with what it would do: its clean texts, or its problems."""

    number: int
    outcome: RowResult
    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def of(rows: Iterable[PlannedRow], outcome: RowResult) -> list[PlannedRow]:
    """The rows that come to this."""
    return [row for row in rows if row.outcome is outcome]


def digest(rows: Iterable[PlannedRow]) -> str:
    """Tells one plan from another: what was confirmed is what is done."""
    return fingerprint((row.number, row.outcome, sorted(row.texts.items())) for row in rows)


def read(content: bytes, thing: Thing) -> Table:
    """The table, each of whose headings is known. Raises InvalidError, which names the heading that is not."""
    meaning = heading_of(thing)
    table = read_table(content, known=lambda heading: meaning(heading) is not None)
    columns(table, thing)
    return table


def plan(session: Session, table: Table, thing: Thing) -> list[PlannedRow]:
    """What the rows would do as things stand. Two statements."""
    return list(map(_Planner(session, table, thing).planned, table.rows))


def carry_out(session: Session, entry: Entry, table: Table, thing: Thing, *, seen: str) -> list[PlannedRow]:
    """Does what the plan with the digest `seen` said. Raises ImportChangedError or InvalidError; nothing is written
    then.
    """
    setup.require_planner(entry.actor)
    rows = plan(session, table, thing)
    if digest(rows) != seen:
        raise ImportChangedError(N_("Something has changed since this preview. Look at it again; nothing was done."))
    if of(rows, RowResult.REFUSED):
        raise InvalidError(N_("Some rows are refused. Correct the table and paste it again; nothing was done."))
    setup.write_new(entry, thing, [row.texts for row in of(rows, RowResult.CREATED)])
    return rows


def columns(table: Table, thing: Thing) -> dict[str, int]:
    """Which column holds each field. Raises FileError for a heading that is not known, is doubled or missing."""
    meaning, columns = heading_of(thing), dict[str, int]()
    for place, heading in enumerate(table.headings):
        name = meaning(heading)
        if name is None and any(row.cells[place].strip() for row in table.rows if place < len(row.cells)):
            raise FileError(
                N_("The column %(heading)s is not known here. The first row has the headings; leave it out."),
                heading=heading or str(place + 1),
            )
        if name in columns:
            raise FileError(
                N_("The columns %(first)s and %(second)s mean the same. Leave one out."),
                first=table.headings[columns[name]],
                second=heading,
            )
        if name is not None:
            columns[name] = place
    for name, message in _NEEDED.items():
        if name in FIELDS[thing] and name not in columns:
            raise FileError(message)
    return columns


class _Planner:
    """Plans row by row, by what is there."""

    def __init__(self, session: Session, table: Table, thing: Thing) -> None:
        self._table, self._fields, self._columns = table, FIELDS[thing], columns(table, thing)
        rows: Iterable[Project | Workstream] = session.scalars(select(setup.TABLES[thing]))
        self._there = {row.code.casefold(): texts_of(row, self._fields) for row in rows}
        projects = session.execute(select(col(Project.code), col(Project.name))).all()
        words = [(name, code) for code, name in projects] + [(code, code) for code, _ in projects]
        self._projects: dict[str, str] = {folded(word): code for word, code in words}
        self._numbers: dict[str, int] = {}  # of the rows, by code

    def planned(self, row: TableRow) -> PlannedRow:
        """What the row would do; all that is wrong with it is named."""
        try:
            self._table.refuse_torn(row)
        except InvalidError as error:
            return PlannedRow(row.number, RowResult.REFUSED, {}, (Problem("", "", error),))
        cells = {
            name: unguarded(row.cells[place]).strip() if place < len(row.cells) else ""
            for name, place in self._columns.items()
        }
        known = self._there.get(cells["code"].casefold())
        texts = {"first_cycle": "1"} if "first_cycle" in self._fields and known is None else {}
        problems: list[Problem] = []
        for name, cell in cells.items():
            try:
                texts[name] = known["code"] if known and name == "code" else self._clean(name, cell)
                self._refuse_double(name, texts[name], row.number)
                self._refuse_other(name, texts[name], known)
            except TrackerError as error:
                problems.append(Problem(self._table.headings[self._columns[name]], cell, error))
        outcome = RowResult.CREATED if known is None else RowResult.UNCHANGED
        return PlannedRow(row.number, RowResult.REFUSED if problems else outcome, texts, tuple(problems))

    def _clean(self, name: str, cell: str) -> str:
        if name != "project_code" or not cell:
            return cleaned(self._fields, name, cell)
        code = self._projects.get(folded(cell))
        if code is None:
            raise InvalidError(N_("There is no project %(code)s. Create it first."), code=cell)
        return code

    def _refuse_double(self, name: str, text: str, number: int) -> None:
        first = self._numbers.setdefault(text.casefold(), number) if name == "code" else number
        if first != number:
            raise ConflictError(N_("%(code)s stands in row %(row)s already."), code=text, row=first)

    def _refuse_other(self, name: str, text: str, known: Mapping[str, str] | None) -> None:
        if known is not None and known[name] != text:
            message = N_(
                "%(code)s is there already, with “%(before)s” here. Correct the row, or change it in its form."
            )
            raise ConflictError(message, code=known["code"], before=known[name] or "–")
