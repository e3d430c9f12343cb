"""What each cycle was committed to and what became of it, by goal; of one not committed, what is planned."""

from collections.abc import Iterator

from tracker.domain.charts import fates
from tracker.domain.charts.cycle_figures import column
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import Adds, Column, Found, Row, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind, behind, of_members
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.summaries import Choice
from tracker.domain.states import Goal

_AT_ALL = ("committed", "added", "removed", "met")  # of any committed cycle
_SUMS = (*_AT_ALL, *DISPOSITIONS)  # figures of the cycle, which its goals add up to
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


def rows(span: Span, choice: Choice) -> Iterator[Row]:
    """A row per cycle and goal: of the goals that there are, and test always."""
    for cycle in span.cycles:
        number = cycle.cycle
        here, items = span.reading(number), span.items(number, choice)
        if items is not None and here.is_committed:
            found = _of_committed(items)
        elif here.is_committed or (choice.project and not span.joined(number, choice)):
            found = {}
        else:
            found = {"planned": of_members(span.members(number, choice))}
        goals = {each.goal for part in found.values() for each in part} | {Goal.TEST}
        # Without a goal is what left in a way that no programme does, yet a file can tell of.
        for goal in (*Goal, None):
            if goal in goals:
                lists = {name: [each for each in part if each.goal is goal] for name, part in found.items()}
                yield _row({"cycle": number, "goal": goal, "status": here.cycle.status}, lists)


def _of_committed(items: CycleItems) -> dict[str, list[Behind]]:
    """All that is counted, each with its goal: in the end where it was a member then, else at the commit."""
    known = items.workflows
    kept = {key: goal for key, goal in known.met.items() if known.committed.get(key) is goal}
    figures = _SUMS if items.reading.is_closed else _AT_ALL
    return {figure: behind(figure, items) for figure in figures} | {
        "members": of_members(known.final),
        "kept": of_members(kept),
        "remaining": fates.remaining(items),
        "met_since": fates.met_since(items),
    }


def _row(keys: dict[str, Value], lists: dict[str, list[Behind]]) -> Row:
    values: dict[str, Value] = dict.fromkeys(each.name for each in COLUMNS) | keys
    values |= {name: len(each) for name, each in lists.items()}
    values["kept_percent"] = fates.percent(len(lists.get("kept", ())), len(lists.get("committed", ())))
    behind_: dict[str, Found] = dict(lists)
    return Row(values, behind_)
