"""A chart's numbers in rows, and the items behind each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from tracker.domain.errors import N_, NotFoundError
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.lead_times import LEAST_SAMPLE
from tracker.domain.figures.rounding import half_up, nearest_rank
from tracker.domain.figures.summaries import Choice, days

Value: TypeAlias = int | Decimal | str | date | None


class Adds(StrEnum):
    """How the items behind a number come to it."""

    KEY = "key"  # tells rows apart; no number
    COUNT = "count"
    DAYS = "days"  # their times, added up exactly and then written in days of 24 hours, one place
    MEDIAN = "median"  # of their amounts, by nearest rank
    P50 = "p50"  # the same, empty for fewer than ten
    P85 = "p85"  # likewise
    OWN = "own"  # the amount of the only one
    NONE = "none"  # says something about the row, or follows from its other numbers


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

    def items(self, column: str) -> Sequence[Behind]:
        """What the number in the column counts, in order."""
        found = self.behind.get(column, ())
        return sorted(found() if callable(found) else found, key=_order)


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


def added_up(column: Column, items: Sequence[Behind]) -> Value:  # noqa: PLR0911 - one for each way
    """The number that the items come to: what a list has to show so that it adds up to its mark."""
    amounts = [each.amount for each in items if isinstance(each.amount, int)]
    match column.adds:
        case Adds.COUNT:
            return len(items)
        case Adds.DAYS:
            return half_up(days(each.amount for each in items if isinstance(each.amount, timedelta)), 1)
        case Adds.P50 | Adds.P85 if len(amounts) < LEAST_SAMPLE:
            return None
        case Adds.MEDIAN | Adds.P50:
            return nearest_rank(amounts, 50)
        case Adds.P85:
            return nearest_rank(amounts, 85)
        case Adds.OWN:
            return amounts[0] if amounts else None
        case _:
            return None


def key_text(value: Value) -> str:
    """A key as addresses have it."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _order(each: Behind) -> tuple[float, str]:
    at = each.at.timestamp() if isinstance(each.at, datetime) else 0
    return at, str(each.item).rjust(20) if isinstance(each.item, int) else each.item


def _sortable(value: Value) -> tuple[int, object]:
    return (1, value) if value is not None else (0, 0)
