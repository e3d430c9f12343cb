"""What a chart is drawn and told from: its numbers, their names, and where their items are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tracker.charts.speech import Speech
from tracker.domain.charts.sheets import Adds, Sheet, SheetRow, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.summaries import Choice


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
    def as_of(self) -> datetime:
        """The instant of which it speaks."""
        return self.span.as_of

    @property
    def rows(self) -> Sequence[SheetRow]:
        """The rows of all panels."""
        return self.sheet.rows

    @property
    def totals(self) -> Sequence[SheetRow]:
        """The rows for all that is chosen together: what the words are about."""
        return self.whole.rows

    def is_open(self, row: SheetRow) -> bool:
        """Whether the row's cycle has begun and its days are not over."""
        here = self.span.reading(count(row, "cycle"))
        return here.is_begun and here.as_of < here.border

    def link(self, row: SheetRow, column: str) -> str:
        """Where the items behind the number are; nothing when it counts none."""
        adds = next(each.adds for each in self.sheet.columns if each.name == column)
        return self.address(row, column) if adds not in {Adds.KEY, Adds.NONE} and row.values.get(column) else ""


def count(row: SheetRow, column: str) -> int:
    """The number as one to reckon with; 0 when it is empty."""
    value: Value = row.values.get(column)
    return value if isinstance(value, int) else 0
