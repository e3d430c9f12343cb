"""A chart, and what it is drawn and told from: its numbers, their names, and where their items are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.charts.speech import Speech
from tracker.domain.charts.sheets import Sheet, SheetRow, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds
from tracker.domain.states import State


class NamedItems(NamedTuple):
    """Items that a chart names one by one."""

    title: str
    items: Sequence[Behind]


@dataclass(frozen=True, slots=True)
class View:
    """A chart as asked for. `address` gives where the items behind a row's number are."""

    sheet: Sheet
    whole: Sheet  # the same, of all that is chosen together
    span: Span
    choice: Choice
    speech: Speech
    address: Callable[[SheetRow, str], str]
    names: Mapping[str, str] = field(default_factory=dict)  # of projects and workstreams, by code

    @property
    def rows(self) -> Sequence[SheetRow]:
        """The rows of all panels."""
        return self.sheet.rows

    @property
    def totals(self) -> Sequence[SheetRow]:
        """The rows for all that is chosen together: what the words are about."""
        return self.whole.rows

    def is_open(self, row: SheetRow) -> bool:
        """Whether the row's cycle has begun and is not over: by its days, or because it was closed before the last."""
        here = self.span.reading(row.cycle)
        return here.is_begun and not here.is_closed and here.as_of < here.border

    def is_running(self, row: SheetRow) -> bool:
        """Whether the row's cycle is hatched: running ones are, whatever their days."""
        return self.span.is_running(row.cycle)

    def spoken_of(self, rows: Sequence[SheetRow]) -> SheetRow | None:
        """Of rows with something to say the last one of a cycle that is over, else of the one under way."""
        return next(reversed([row for row in rows if not self.is_open(row)] or rows), None)

    def cycle(self, row: SheetRow) -> str:
        """The row's cycle in words."""
        return self.speech.cycle(row.cycle)

    def state(self, row: SheetRow) -> str:
        """The row's state in words."""
        return self.speech.state(State(str(row.values["state"])))

    def values(self, row: SheetRow, **others: object) -> dict[str, object]:
        """The row's values by column for a message, its cycle in words, with others; a message names what it needs."""
        return row.values | {"cycle": self.cycle(row)} | others

    def highest(self, *columns: str) -> int:
        """The highest number in these columns of all panels, which are on one scale."""
        return max((count(row, column) for row in self.rows for column in columns), default=0)

    def link(self, row: SheetRow, column: str) -> str:
        """Where the items behind the number are; nothing when it counts none."""
        adds = next(each.adds for each in self.sheet.columns if each.name == column)
        return self.address(row, column) if adds not in {Adds.KEY, Adds.NONE} and row.values.get(column) else ""


def count(row: SheetRow, column: str) -> int:
    """The number as one to reckon with; 0 when it is empty."""
    value: Value = row.values.get(column)
    return value if isinstance(value, int) else 0


def cell_text(row: SheetRow, column: str) -> str:
    """The number; a dash when it is empty, which is not 0."""
    value = row.values[column]
    return "–" if value is None else str(value)


def having(rows: Sequence[SheetRow], column: str) -> list[SheetRow]:
    """The rows in which the column is not empty."""
    return [row for row in rows if row.values[column] is not None]


def by_cycle(rows: Sequence[SheetRow]) -> dict[int, list[SheetRow]]:
    """The rows of each cycle."""
    found: dict[int, list[SheetRow]] = {}
    for row in rows:
        found.setdefault(row.cycle, []).append(row)
    return found
