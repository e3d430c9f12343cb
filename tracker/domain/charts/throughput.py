"""Designed, validated and tested per cycle, each against the cycle before; of a cycle yet to begin, what is planned."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from tracker.domain.charts import cycle_figures
from tracker.domain.charts.cycle_figures import column, listed
from tracker.domain.charts.sheets import Column, Found, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind, of_members
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds
from tracker.domain.states import Goal

STAGES = ("designed", "validated", "tested")
_FIGURES = (*STAGES, "fell_back", "ratio_to_previous", "tested_per_working_day")
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("status", Adds.NONE),
    Column("working_days", Adds.NONE),
    Column("working_days_so_far", Adds.NONE),
    *(column(stage) for stage in STAGES),
    column("fell_back"),
    *(Column(f"{stage}_previous", Adds.COUNT) for stage in STAGES),
    Column("designed_ratio", Adds.NONE, 2),
    Column("validated_ratio", Adds.NONE, 2),
    column("ratio_to_previous"),
    column("tested_per_working_day"),
    # Of the previous cycle, through the end of the same working day; while a cycle is under way.
    *(Column(f"{stage}_same_day", Adds.COUNT) for stage in STAGES),
    Column("ratio_same_day", Adds.NONE, 2),
    *(Column(f"planned_{goal.value}", Adds.COUNT) for goal in Goal),
)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle."""
    for cycle in span.cycles:
        here = span.reading(cycle.cycle)
        so_far = here.working_days_so_far if here.is_begun else None
        days: dict[str, Value] = {"working_days": here.working_days, "working_days_so_far": so_far}
        row = cycle_figures.row(span, cycle.cycle, choice, _FIGURES, status=here.cycle.status, **days)
        behind: dict[str, Found] = {**row.behind}
        for values, lists in (
            _previous(span, cycle.cycle, choice),
            _same_day(span, row, choice),
            _planned(span, cycle.cycle, choice),
        ):
            row.values.update(values)
            behind.update(lists)
        yield SheetRow(row.values, behind)


_Part = tuple[dict[str, Value], dict[str, list[Behind]]]


def _previous(span: Span, number: int, choice: Choice) -> _Part:
    """The cycle before, whole, and how many times as much this one has."""
    summary, before = span.summary(number, choice), span.previous(number, choice)
    values: dict[str, Value] = {}
    lists = {}
    for stage in STAGES:
        keys = getattr(before.workflows, stage) if before is not None and summary.tested is not None else None
        values[f"{stage}_previous"] = len(keys) if keys is not None else None
        lists[f"{stage}_previous"] = listed(keys or ())
    for stage in STAGES[:-1]:
        values[f"{stage}_ratio"] = _ratio(getattr(summary, stage), values[f"{stage}_previous"])
    return values, lists


def _same_day(span: Span, row: SheetRow, choice: Choice) -> _Part:
    number = row.values["cycle"]
    found = span.same_day(number, choice) if isinstance(number, int) else None
    items = found.items.workflows if found is not None and found.items is not None else None
    lists = {f"{stage}_same_day": listed(getattr(items, stage)) if items else [] for stage in STAGES}
    values: dict[str, Value] = {name: len(keys) if items else None for name, keys in lists.items()}
    return values | {"ratio_same_day": _ratio(row.values["tested"], values["tested_same_day"])}, lists


def _planned(span: Span, number: int, choice: Choice) -> _Part:
    """What a cycle that has not begun is to bring."""
    members = None if span.reading(number).is_begun else span.planned(number, choice)
    if members is None:
        return {f"planned_{goal.value}": None for goal in Goal}, {}
    lists = {f"planned_{goal.value}": of_members(members, goal) for goal in Goal}
    return {name: len(keys) for name, keys in lists.items()}, lists


def _ratio(count: Value, previous: Value) -> Decimal | None:
    return (
        half_up(Fraction(count, previous), 2)
        if isinstance(count, int) and isinstance(previous, int) and previous
        else None
    )


SOURCE = Source("throughput", COLUMNS, rows)
