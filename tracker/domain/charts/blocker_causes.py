"""Blocked days per cycle by the category of what stood in the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from tracker.domain.charts import cycle_figures
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.holds import Spell, blocked_time, held_spells
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Choice, days
from tracker.domain.figures.timelines import Timeline
from tracker.domain.figures.words import Adds
from tracker.domain.states import BlockerCategory

_WHOLE = ("blocked_days", "blocked_days_begun")
COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("category", Adds.KEY),
    Column("category_days", Adds.DAYS, 1),
    Column("category_blockers", Adds.COUNT),
    *(column(name) for name in _WHOLE),  # of all categories: what is blocked by several at a time counts once there
)


class _Held(NamedTuple):
    """A workflow that blockers have held, and when: by category in union, and by each blocker."""

    key: str
    workstream: str
    timeline: Timeline
    by_category: Mapping[BlockerCategory, Sequence[Spell]]
    by_blocker: Mapping[int, Sequence[Spell]]


class _Cause(NamedTuple):
    """What a category held in a cycle, and what held it."""

    workflows: Sequence[Behind]
    blockers: Sequence[Behind]

    @property
    def time(self) -> timedelta:
        return sum((each.amount for each in self.workflows if isinstance(each.amount, timedelta)), timedelta())


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle and category, for those that cost any time, the dearest of all these cycles first."""
    held = list(_held(span, choice))
    causes = {
        (cycle.cycle, category): _cause(span, span.reading(cycle.cycle), held, category, choice)
        for cycle in span.cycles
        if span.items(cycle.cycle, choice) is not None
        for category in BlockerCategory
    }
    for cycle in span.cycles:
        for category in _in_order(causes):
            found = causes.get((cycle.cycle, category))
            row = cycle_figures.row(span, cycle.cycle, choice, _WHOLE, category=category)
            values: dict[str, Value] = {"category_days": None, "category_blockers": None}
            if found is None:
                yield SheetRow(row.values | values)
                continue
            values = {"category_days": half_up(days([found.time]), 1), "category_blockers": len(found.blockers)}
            lists = {"category_days": found.workflows, "category_blockers": found.blockers}
            yield SheetRow(row.values | values, {**row.behind, **lists})


def _held(span: Span, choice: Choice) -> Iterator[_Held]:
    categories = span.tags.categories
    for workstream, recorded in span.recorded(choice):
        if not recorded.holds:
            continue
        holds = recorded.known_holds(span.as_of)
        blockers = {hold.blocker for hold in holds}
        yield _Held(
            recorded.key,
            workstream,
            span.now.workflow(recorded).timeline,
            {
                category: list(held_spells([hold for hold in holds if categories[hold.blocker] is category]))
                for category in {categories[blocker] for blocker in blockers}
            },
            {blocker: list(held_spells([hold for hold in holds if hold.blocker == blocker])) for blocker in blockers},
        )


def _cause(span: Span, here: Reading, held: Iterable[_Held], category: BlockerCategory, choice: Choice) -> _Cause:
    joined = set(span.joined(here.cycle.cycle, choice))
    workflows = []
    blockers: dict[int, timedelta] = {}
    for each in held:
        if category not in each.by_category or each.workstream not in joined:
            continue
        time = blocked_time(each.by_category[category], each.timeline, here.start, here.end)
        if not time:
            continue
        workflows.append(Behind(each.key, amount=time))
        for blocker, spells in each.by_blocker.items():
            own = blocked_time(spells, each.timeline, here.start, here.end)
            if own and span.tags.categories[blocker] is category:
                blockers[blocker] = blockers.get(blocker, timedelta()) + own
    return _Cause(workflows, [Behind(blocker, amount=time) for blocker, time in blockers.items()])


def _in_order(causes: Mapping[tuple[int, BlockerCategory], _Cause]) -> list[BlockerCategory]:
    totals = {category: timedelta() for category in BlockerCategory}
    for (_, category), cause in causes.items():
        totals[category] += cause.time
    return sorted((category for category in totals if totals[category]), key=lambda each: -totals[each])


SOURCE = Source("blocker-causes", COLUMNS, rows)
