"""Whether a planning-week pack ties out: its items come to its summaries, and these to each other."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from tracker.domain.figure_files import TOTAL
from tracker.domain.figures.ledger import OF_BLOCKERS, OF_WORKFLOWS, PERCENT, LedgerRow, added_up
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Summary
from tracker.domain.states import Goal

SUMMARIES = ("cycle_summary", "workstream_summary")
FILES = (*SUMMARIES, "items", "blockers", "definitions")
Place: TypeAlias = tuple[int, Basis, str | None]
Ledger: TypeAlias = dict[tuple[Place, str], list[LedgerRow]]


def problems(
    cycles: Sequence[Summary],
    workstreams: Sequence[Summary],
    items: Iterable[LedgerRow],
    *,
    blockers: Collection[str],
    defined: Collection[str],
) -> Iterator[str]:
    """Every difference in a line. `blockers` and `defined` are the numbers and figures that the other files name."""
    ledger = _ledger(items)
    yield from _twice((*cycles, *(row for row in workstreams if row.workstream is not None)))
    yield from _unlike_totals(cycles, workstreams)
    for row in workstreams:
        yield from _not_added_up(row, ledger)
    for row in (*cycles, *(row for row in workstreams if row.workstream is not None)):
        yield from _not_computed(row)
    yield from _without_a_row(workstreams, ledger)
    known = {row.item for (_, figure), rows in ledger.items() if figure in OF_BLOCKERS for row in rows}
    for blocker in sorted(known - set(blockers)):
        yield f"items.csv: blocker {blocker} is not in blockers.csv"
    for figure in sorted({figure for _, figure in ledger} - set(defined)):
        yield f"definitions.csv: {figure} is not defined"


def _ledger(items: Iterable[LedgerRow]) -> Ledger:
    """The items of each figure at each place; those of workflows once more for the programme."""
    found: Ledger = defaultdict(list)
    for row in items:
        found[(row.cycle, row.basis, row.workstream), row.figure].append(row)
        if row.workstream is not None and row.figure not in OF_BLOCKERS:
            found[(row.cycle, row.basis, None), row.figure].append(row)
    return found


def _twice(rows: Iterable[Summary]) -> Iterator[str]:
    seen = set()
    for row in rows:
        if _place(row) in seen:
            yield f"{_shown(_place(row))}: has two rows"
        seen.add(_place(row))


def _unlike_totals(cycles: Iterable[Summary], workstreams: Iterable[Summary]) -> Iterator[str]:
    totals = {_place(row): row for row in workstreams if row.workstream is None}
    for row in cycles:
        total = totals.pop(_place(row), None)
        if total is None:
            yield f"{_shown(_place(row))}: has a row in cycle_summary.csv and none in workstream_summary.csv"
            continue
        for name in _differing(row, replace(total, project="")):
            mine, theirs = _written(getattr(row, name)), _written(getattr(total, name))
            yield f"{_shown(_place(row))}: {name} is {mine} in cycle_summary.csv and {theirs} in workstream_summary.csv"
    for place in totals:
        yield f"{_shown(place)}: has a row in workstream_summary.csv and none in cycle_summary.csv"


def _differing(one: Summary, other: Summary) -> list[str]:
    return [field.name for field in fields(Summary) if getattr(one, field.name) != getattr(other, field.name)]


def _not_added_up(row: Summary, ledger: Ledger) -> Iterator[str]:
    for figure in (*OF_WORKFLOWS, *OF_BLOCKERS):
        listed, value = ledger.get((_place(row), figure), []), getattr(row, figure)
        come_to = added_up(figure, listed)
        if value is None and not _is_empty(come_to, listed, figure):
            yield f"{_shown(_place(row))}: {figure} is empty, and its items come to {come_to}"
        elif value is not None and value != come_to:
            yield f"{_shown(_place(row))}: {figure} is {value}, and its items come to {_written(come_to)}"


def _is_empty(come_to: Decimal | int | None, listed: list[LedgerRow], figure: str) -> bool:
    return come_to is None if figure in PERCENT else not listed


def _not_computed(row: Summary) -> Iterator[str]:
    """What follows from other cells of the row."""
    for figure in ("committed", "met"):
        value, goals = getattr(row, figure), sum(getattr(row, f"{figure}_{goal.value}") or 0 for goal in Goal)
        if value is not None and value != goals:
            yield f"{_shown(_place(row))}: {figure} is {value}, and its goals come to {goals}"
    ratio = half_up(Fraction(row.tested or 0, row.tested_previous), 2) if row.tested_previous else None
    if row.ratio_to_previous != (ratio if row.tested is not None else None):
        yield f"{_shown(_place(row))}: ratio_to_previous is {_written(row.ratio_to_previous)}, not {_written(ratio)}"


def _without_a_row(workstreams: Iterable[Summary], ledger: Ledger) -> Iterator[str]:
    places = {_place(row) for row in workstreams}
    for place in {place: None for place, _ in ledger if place not in places}:
        yield f"{_shown(place)}: has items and no row in workstream_summary.csv"


def _place(row: Summary) -> Place:
    return row.cycle, row.basis, row.workstream


def _shown(place: Place) -> str:
    cycle, basis, workstream = place
    return f"cycle {cycle}, {basis.value}, {workstream or TOTAL}"


def _written(value: object) -> str:
    return "empty" if value is None else str(value)
