"""A chart's numbers in rows, and the items behind each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from tracker.domain.charts.span import Span
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.figures import summaries
from tracker.domain.figures.behind import Behind, order
from tracker.domain.figures.history import History
from tracker.domain.figures.lead_times import percentile
from tracker.domain.figures.rounding import half_up, nearest_rank
from tracker.domain.figures.summaries import Choice, days
from tracker.domain.figures.words import Adds

Value: TypeAlias = int | Decimal | str | date | None


class Column(NamedTuple):
    """A column of the file that a chart comes with."""

    name: str
    adds: Adds
    places: int = 0


class By(StrEnum):
    """What small multiples are of."""

    PROGRAMME = ""
    PROJECT = "project"
    WORKSTREAM = "workstream"


Found: TypeAlias = Sequence[Behind] | Callable[[], Sequence[Behind]]


@dataclass(slots=True)
class SheetRow:
    """The numbers of a row by column, and what each counts; what takes long to find is found when it is asked for."""

    values: dict[str, Value]
    behind: Mapping[str, Found] = field(default_factory=dict)

    @property
    def cycle(self) -> int:
        """The number of the cycle that it is about."""
        found = self.values["cycle"]
        assert isinstance(found, int)
        return found

    def items(self, column: str) -> Sequence[Behind]:
        """What the number in the column counts, in order."""
        found = self.behind.get(column, ())
        return sorted(found() if callable(found) else found, key=order)


class Panel(NamedTuple):
    """One of several small charts, or the only one."""

    code: str
    choice: Choice
    rows: Sequence[SheetRow]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All numbers of a chart."""

    chart: str
    by: By
    columns: Sequence[Column]
    panels: Sequence[Panel]

    @property
    def rows(self) -> list[SheetRow]:
        """Those of all panels, in order of the file: by its first columns."""
        rows = [row for panel in self.panels for row in panel.rows]
        return sorted(rows, key=lambda row: [_sortable(row.values[key]) for key in self.keys]) if self.by else rows

    @property
    def keys(self) -> list[str]:
        """The columns that tell its rows apart."""
        return [column.name for column in self.columns if column.adds is Adds.KEY]

    def row(self, keys: Mapping[str, str]) -> SheetRow:
        """The row with these keys, each written as `key_text` does. Raises NotFoundError."""
        for row in self.rows:
            if all(key_text(row.values[name]) == keys.get(name, "") for name in self.keys):
                return row
        raise NotFoundError(N_("The chart has no such mark. Its filters may have changed."))


class Source(NamedTuple):
    """Where a chart's numbers come from. `by` is what it is always by, unless something else is asked for."""

    name: str
    columns: Sequence[Column] | Callable[[Span], Sequence[Column]]
    rows: Callable[[Span, Choice], Iterable[SheetRow]]
    by: By = By.PROGRAMME

    def columns_of(self, span: Span) -> Sequence[Column]:
        """The columns, which may depend on what is asked for."""
        return self.columns(span) if callable(self.columns) else self.columns


PROJECT, WORKSTREAM = Column("project", Adds.KEY), Column("workstream", Adds.KEY)


def whole(source: Source, span: Span, choice: Choice) -> Sheet:
    """The numbers of a chart for all of the choice together."""
    return Sheet(
        source.name, By.PROGRAMME, source.columns_of(span), [Panel("", choice, list(source.rows(span, choice)))]
    )


def sheet(source: Source, span: Span, choice: Choice, by: By) -> Sheet:
    """The numbers of a chart by what is asked for, or by what it is always by."""
    by = by or source.by
    if not by:
        return whole(source, span, choice)
    columns = list(source.columns_of(span))
    at = next((n for n, column in enumerate(columns) if column.name != "cycle"), len(columns))
    columns[at:at] = [PROJECT] if by is By.PROJECT else [PROJECT, WORKSTREAM]
    panels = [
        Panel(part.workstream or part.project, part, [_placed(row, part, by) for row in source.rows(span, part)])
        for part in _parts(span.history, choice, by)
    ]
    return Sheet(source.name, by, columns, panels)


def _parts(history: History, choice: Choice, by: By) -> Iterator[Choice]:
    """Each project or workstream of the choice, in the order of the files."""
    codes = set(choice.workstreams)
    streams = [each for each in summaries.workstreams(history) if each.workstream in codes]
    if by is By.WORKSTREAM:
        yield from streams
        return
    for project in dict.fromkeys(each.project for each in streams):
        own = [each.workstream for each in streams if each.project == project and each.workstream]
        yield Choice(project, None, own)


def _placed(row: SheetRow, part: Choice, by: By) -> SheetRow:
    row.values["project"] = part.project
    if by is By.WORKSTREAM:
        row.values["workstream"] = part.workstream
    return row


def added_up(column: Column, items: Sequence[Behind]) -> Value:
    """The number that the items come to: what a list has to show so that it adds up to its mark."""
    amounts = [each.amount for each in items if isinstance(each.amount, int)]
    match column.adds:
        case Adds.COUNT:
            return len(items)
        case Adds.DAYS:
            return half_up(days(each.amount for each in items if isinstance(each.amount, timedelta)), 1)
        case Adds.MEDIAN:
            return nearest_rank(amounts, 50)
        case Adds.P50 | Adds.P85:
            return percentile(amounts, 50 if column.adds is Adds.P50 else 85)
        case Adds.OWN:
            return amounts[0] if amounts else None
        case _:
            return None


def key_text(value: Value) -> str:
    """A key as addresses have it."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _sortable(value: Value) -> tuple[int, object]:
    return (1, value) if value is not None else (0, 0)
