"""What each cycle was committed to and what became of it, by goal; of one not committed, what is planned."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from tracker.domain.charts import fates
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds
from tracker.domain.states import Goal

_CHANGED = ("added", "removed")
_Pairs: TypeAlias = Collection[tuple[str, Goal | None]]
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("goal", Adds.KEY),
    Column("status", Adds.NONE),
    column("committed"),
    column("added"),
    column("removed"),
    Column("members", Adds.COUNT),
    column("met"),
    Column("kept", Adds.COUNT),
    Column("kept_percent", Adds.NONE),
    *(column(name) for name in DISPOSITIONS),
    Column("remaining", Adds.COUNT),
    Column("met_since", Adds.COUNT),
    Column("planned", Adds.COUNT),
)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle and goal: of the goals that there are, and test always."""
    for cycle in span.cycles:
        number = cycle.cycle
        here, items = span.reading(number), span.items(number, choice)
        if items is not None and here.is_committed:
            found: Mapping[str, _Pairs] = _of_committed(items)
        elif here.is_committed or (planned := span.planned(number, choice)) is None:
            found = {}
        else:
            found = {"planned": planned.items()}
        goals = {goal for pairs in found.values() for _, goal in pairs} | {Goal.TEST}
        # Without a goal is what left in a way that no programme does, yet a file can tell of.
        for goal in (*Goal, None):
            if goal in goals:
                yield _row({"cycle": number, "goal": goal, "status": here.cycle.status}, found)


def _of_committed(items: CycleItems) -> dict[str, _Pairs]:
    """All that is counted, each with its goal: in the end where it was a member then, else at the commit."""
    known = items.workflows
    goals: Mapping[str, Goal] = known.committed | known.final
    named = [*_CHANGED, *(DISPOSITIONS if items.reading.is_closed else ())]
    return {
        "committed": known.committed.items(),
        "members": known.final.items(),
        "met": known.met.items(),
        "kept": known.kept.items(),
        "remaining": fates.remaining(items).items(),
        "met_since": fates.met_since(items).items(),
        **{name: [(key, goals.get(key)) for key in getattr(known, name)] for name in named},
    }


def _row(keys: dict[str, Value], found: Mapping[str, _Pairs]) -> SheetRow:
    goal = keys["goal"]
    values: dict[str, Value] = dict.fromkeys(each.name for each in COLUMNS) | keys
    values |= {name: sum(each is goal for _, each in pairs) for name, pairs in found.items()}
    kept, committed = values["kept"], values["committed"]
    if isinstance(kept, int) and isinstance(committed, int):
        values["kept_percent"] = fates.percent(kept, committed)
    return SheetRow(values, {name: partial(_listed, pairs, goal) for name, pairs in found.items()})


def _listed(pairs: _Pairs, goal: Value) -> list[Behind]:
    return [Behind(key, each) for key, each in pairs if each is goal]


SOURCE = Source("commitment", COLUMNS, rows)
