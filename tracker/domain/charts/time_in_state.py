"""How many days of their lead time the workflows tested in a cycle spent in each state."""

from collections.abc import Iterator, Mapping

from tracker.domain.calendar import local_date
from tracker.domain.charts.sheets import Column, SheetRow, Source, added_up
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.lead_times import last_run
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import Adds
from tracker.domain.states import STATES, UNDER_WAY, State

NUMBERS = (Column("n", Adds.COUNT), Column("p50_days", Adds.P50), Column("p85_days", Adds.P85))
COLUMNS = (Column("cycle", Adds.KEY), Column("state", Adds.KEY), *NUMBERS)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle and state."""
    for cycle in span.cycles:
        spent = _spent(span, cycle.cycle, choice)
        for state in UNDER_WAY:
            items = [Behind(key, amount=days[state]) for key, days in spent.items()] if spent is not None else []
            numbers = {column.name: added_up(column, items) if spent is not None else None for column in NUMBERS}
            yield SheetRow(
                {"cycle": cycle.cycle, "state": state, **numbers}, {column.name: items for column in NUMBERS}
            )


def _spent(span: Span, number: int, choice: Choice) -> Mapping[str, Mapping[State, int]] | None:
    """The days in each state, by key of those tested: between local dates, so that the states, and the time in done of
    what was reopened, add up to the lead time less one.
    """
    items = span.items(number, choice)
    if items is None:
        return None
    tested, border, zone = items.workflows.lead_times, items.reading.border, span.zone
    found: dict[str, dict[State, int]] = {}
    for key, timeline, _, _ in span.workflows(choice, number):
        if key not in tested:
            continue
        begun, entry = last_run(timeline, border)
        dates = [local_date(moment, zone) for moment in timeline.moments[begun : entry + 1]]
        days = found[key] = dict.fromkeys(STATES, 0)
        for stay in range(entry - begun):
            days[STATES[timeline.positions[begun + stay]]] += (dates[stay + 1] - dates[stay]).days
    return found


SOURCE = Source("time-in-state", COLUMNS, rows)
