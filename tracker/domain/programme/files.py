"""The programme files: what their rows are, and so their columns, for reading and writing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tracker.domain.blockers import BlockerRow
from tracker.domain.cells import Column, Dialect, columns_of
from tracker.domain.programme.rows import (
    BlockerEventRow,
    ChangeRow,
    CheckRow,
    CycleRow,
    NoteRow,
    PartRow,
    ProjectRow,
    ScopeRow,
    WorkflowRow,
    WorkstreamRow,
)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ProgrammeFile(Generic[Row]):
    """A file without its `.csv`: what its rows are, and its columns in the order of the row's fields."""

    name: str
    row: Callable[..., Row]
    columns: tuple[Column, ...]

    def cell_of(self, row: object, column: str) -> str:
        """How a column of the row is written for programs."""
        kind = next(each.cell for each in self.columns if each.name == column)
        return kind.write(getattr(row, column), Dialect.CSV)


def file_of(name: str, row: type[Row]) -> ProgrammeFile[Row]:
    """The file whose rows say what its columns are."""
    return ProgrammeFile(name, row, columns_of(row))


PROJECTS = file_of("projects", ProjectRow)
WORKSTREAMS = file_of("workstreams", WorkstreamRow)
CYCLES = file_of("cycles", CycleRow)
WORKFLOWS = file_of("workflows", WorkflowRow)
CHANGES = file_of("changes", ChangeRow)
SCOPE = file_of("scope", ScopeRow)
BLOCKERS = file_of("blockers", BlockerRow)
BLOCKER_EVENTS = file_of("blocker_events", BlockerEventRow)
PARTS = file_of("parts", PartRow)
NOTES = file_of("notes", NoteRow)
CHECKS = file_of("checks", CheckRow)

OPTIONAL_FILES = (PARTS,)  # folders of earlier versions lack them
PROGRAMME_FILES: tuple[ProgrammeFile[Any], ...] = (
    PROJECTS,
    WORKSTREAMS,
    CYCLES,
    WORKFLOWS,
    CHANGES,
    SCOPE,
    BLOCKERS,
    BLOCKER_EVENTS,
    PARTS,
    NOTES,
    CHECKS,
)
