"""How many workflows there are at the end of each cycle, by how far they have come: the whole behind every ratio."""

from collections.abc import Iterator, Sequence
from functools import partial

from tracker.domain.charts.sheets import Column, Found, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures import summaries
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.timelines import DESIGN, DONE, NO_STATE, NOT_STARTED
from tracker.domain.figures.words import Adds
from tracker.domain.states import STATES

_POSITIONS: dict[str, Sequence[int]] = {
    "workflows": range(NOT_STARTED, DONE + 1),
    **{state.value: [state.position] for state in STATES},
    "under_way": range(DESIGN, DONE),
    "left": range(NOT_STARTED, DONE),
}
COLUMNS = (Column("cycle", Adds.KEY), Column("status", Adds.NONE), *(Column(name, Adds.COUNT) for name in _POSITIONS))


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle, by the states at its border; of a cycle under way those are the states now."""
    for cycle in span.cycles:
        here = span.reading(cycle.cycle)
        values: dict[str, Value] = {"cycle": cycle.cycle, "status": here.cycle.status}
        if not summaries.counts(span.history, here, choice):
            yield SheetRow({**values, **dict.fromkeys(_POSITIONS)})
            continue
        keys: dict[int, list[str]] = {position: [] for position in range(NO_STATE, DONE + 1)}
        for key, timeline, _, _ in span.workflows(choice, cycle.cycle):
            keys[timeline.before(here.border)].append(key)
        counts = {name: sum(len(keys[each]) for each in positions) for name, positions in _POSITIONS.items()}
        behind: dict[str, Found] = {
            name: partial(_listed, [keys[each] for each in positions]) for name, positions in _POSITIONS.items()
        }
        yield SheetRow({**values, **counts}, behind)


def _listed(parts: list[list[str]]) -> list[Behind]:
    return [Behind(key) for part in parts for key in part]


SOURCE = Source("scope", COLUMNS, rows)
