"""Whether the figures of shared workflows tie out in a pack: with their items, with each other, and with the rows that
there are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tracker.domain.figures.ledger import LedgerRow, added_up
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.words import PART_FIGURES, WORDS, Adds
from tracker.domain.files.figure_files import TOTAL
from tracker.domain.signoffs.summary import PartSummary

_FILE = "part_summary.csv"
_Place = tuple[int, Basis, str | None]


def part_differences(
    rows: Sequence[PartSummary], ledger: Mapping[tuple[_Place, str], list[LedgerRow]], places: Collection[_Place]
) -> Iterator[str]:
    """A line for each thing that does not tie out; `places` are the rows of workstream_summary."""
    found = {_place(row): row for row in rows}
    for place, times in Counter(map(_place, rows)).items():
        if times > 1:
            yield f"{_shown(place)}: has {times} rows"
    for place in sorted(found.keys() ^ set(places), key=str):
        yield f"{_shown(place)}: {'has a row' if place in found else 'has no row'}, unlike workstream_summary.csv"
    for place, row in found.items():
        if row.parts_due is not None and row.parts_due != (row.parts_signed or 0) + (row.parts_open or 0):
            yield f"{_shown(place)}: parts_due is {row.parts_due}, not parts_signed and parts_open together"
        yield from _unlike_items(row, ledger)
        if row.workstream is None:
            yield from _unlike_parts(row, [each for each in rows if each.workstream and _is_beside(each, row)])


def _unlike_items(row: PartSummary, ledger: Mapping[tuple[_Place, str], list[LedgerRow]]) -> Iterator[str]:
    for figure in PART_FIGURES:
        listed, value = ledger.get((_place(row), figure), []), getattr(row, figure)
        come_to = added_up(figure, listed)
        if value != come_to if value is not None else listed:
            yield f"{_shown(_place(row))}: {figure} is {value}, and its items come to {come_to}"


def _unlike_parts(total: PartSummary, rows: Iterable[PartSummary]) -> Iterator[str]:
    """Days are rounded row by row: their items are added up instead."""
    each = list(rows)
    for figure in PART_FIGURES:
        mine, theirs = getattr(total, figure), sum(getattr(row, figure) or 0 for row in each)
        if WORDS[figure].adds is Adds.COUNT and mine is not None and mine != theirs:
            yield f"{_shown(_place(total))}: {figure} is {mine}, and its workstreams come to {theirs}"


def _is_beside(row: PartSummary, total: PartSummary) -> bool:
    return (row.cycle, row.basis) == (total.cycle, total.basis)


def _place(row: PartSummary) -> _Place:
    return row.cycle, row.basis, row.workstream


def _shown(place: _Place) -> str:
    cycle, basis, workstream = place
    return f"{_FILE}, cycle {cycle}, {basis.value}, {workstream or TOTAL}"
