"""Designed, validated and tested per cycle, each against the cycle before; of a cycle yet to begin, what is planned."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from tracker.domain.charts import cycle_figures
from tracker.domain.charts.cycle_figures import column, listed
from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind, of_members
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.readings import Reading
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
        lists = {
            **_previous(span, here, choice),
            **_same_day(span, here, choice),
            **_planned(span, here, choice),
        }
        values = row.values | {name: None if found is None else len(found) for name, found in lists.items()}
        values |= {f"{stage}_ratio": _ratio(values[stage], values[f"{stage}_previous"]) for stage in STAGES[:-1]}
        values["ratio_same_day"] = _ratio(values["tested"], values["tested_same_day"])
        yield SheetRow(values, {**row.behind, **{name: found or () for name, found in lists.items()}})


_Lists = Mapping[str, Sequence[Behind] | None]  # what each number counts; none where it is empty


def _previous(span: Span, here: Reading, choice: Choice) -> _Lists:
    """The cycle before, whole."""
    before = span.previous(here.cycle.cycle, choice)
    is_compared = before is not None and span.summary(here.cycle.cycle, choice).tested is not None
    return _of_stages("previous", before if is_compared else None)


def _same_day(span: Span, here: Reading, choice: Choice) -> _Lists:
    found = span.same_day(here.cycle.cycle, choice)
    return _of_stages("same_day", found.items if found is not None else None)


def _of_stages(name: str, items: CycleItems | None) -> _Lists:
    return {f"{stage}_{name}": listed(getattr(items.workflows, stage)) if items else None for stage in STAGES}


def _planned(span: Span, here: Reading, choice: Choice) -> _Lists:
    """What a cycle that has not begun is to bring."""
    members = None if here.is_begun else span.planned(here.cycle.cycle, choice)
    return {f"planned_{goal.value}": None if members is None else of_members(members, goal) for goal in Goal}


def _ratio(count: Value, previous: Value) -> Decimal | None:
    return (
        half_up(Fraction(count, previous), 2)
        if isinstance(count, int) and isinstance(previous, int) and previous
        else None
    )


SOURCE = Source("throughput", COLUMNS, rows)
