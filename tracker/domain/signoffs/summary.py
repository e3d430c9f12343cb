"""The rows of part_summary: who signed, who waited on whom and for how long, one per cycle, basis and workstream."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.readings import Basis, Reading, readings
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import METHOD, Choice, apart, counts, days
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.signoffs.items import PartItems

PART_SUMMARY = "part_summary"


@dataclass(slots=True)
class PartSummary:
    """The figures of a workstream's parts in a cycle on a basis, named as their columns. None is empty, not 0."""

    cycle: int
    basis: Basis
    project: str
    workstream: str | None  # none: several, taken together
    as_of: datetime
    shared_open: int | None = None
    parts_due: int | None = None
    parts_signed: int | None = None
    parts_open: int | None = None
    parts_waived: int | None = None
    signed: int | None = None
    lapsed: int | None = None
    done_open: int | None = None
    waiting_days: Decimal | None = None
    waited_on_days: Decimal | None = None
    waiting_now: int | None = None
    waited_on_now: int | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of a workstream counts: all figures are 0 or empty."""
        return bool(self.workstream) and not any(getattr(self, name) for name in PART_FIGURES)


def part_summary(
    history: History,
    as_of: datetime,
    chosen: Choice | None = None,
    *,
    bases: Collection[Basis] = tuple(Basis),
    is_anew: bool = False,
) -> Iterator[PartSummary]:
    """The rows of every workstream, or of each chosen one, and after those of each cycle and basis all together: as
    frozen at the close, or computed anew where that was by the definitions in force.
    """
    each, total = apart(history, chosen)
    for reading in readings(history.cycles, as_of, history.zone):
        if reading.basis in bases:
            known = Knowledge(history, reading.as_of)
            for choice in (*each, total):
                yield row(history, known, reading, choice, is_anew=is_anew)


def row(history: History, known: Knowledge, reading: Reading, choice: Choice, *, is_anew: bool = False) -> PartSummary:
    """The row of one choice in one reading; `known` is what was known at its instant."""
    found = frozen(history, reading, choice, is_older=is_anew) or _computed(history, known, reading, choice)
    found.project = choice.project if choice.workstream is not None else ""
    return found


def reported(history: History) -> list[PartSummary]:
    """The rows that closes freeze, computed anew from what was known then; those by older definitions as they are."""
    closes = [row.closed_at for row in history.cycles if row.closed_at is not None]
    return list(part_summary(history, max(closes), bases={Basis.AS_REPORTED}, is_anew=True)) if closes else []


def frozen(history: History, reading: Reading, choice: Choice, *, is_older: bool = False) -> PartSummary | None:
    """The row as the close froze it; none before that, for several workstreams, and for one that came later."""
    found = None if choice.is_several else history.frozen_parts.get((reading.cycle.cycle, choice.workstream or ""))
    if found is None or reading.basis is not Basis.AS_REPORTED or (is_older and found.method == METHOD):
        return None
    row, cells = _empty(reading, choice), json.loads(found.cells)
    for name, words in PART_FIGURES.items():
        if cell := cells.get(name):
            setattr(row, name, Decimal(cell) if words.places else int(cell))
    return row


def row_of(reading: Reading, choice: Choice, items: PartItems) -> PartSummary:
    """The row that the items come to."""
    row = _empty(reading, choice)
    for name in PART_FIGURES:
        if name not in _OTHERWISE:
            setattr(row, name, len(getattr(items, name)))
    row.parts_due = len(items.parts_signed) + len(items.parts_open)
    row.waiting_days = half_up(days(each.time for each in items.waiting), 1)
    row.waited_on_days = half_up(days(each.time for each in items.waited_on), 1)
    row.waiting_now = sum(each.is_open for each in items.waiting)
    row.waited_on_now = sum(each.is_open for each in items.waited_on)
    return row


_OTHERWISE = {"parts_due", "waiting_days", "waited_on_days", "waiting_now", "waited_on_now"}


def _computed(history: History, known: Knowledge, reading: Reading, choice: Choice) -> PartSummary:
    if not counts(history, reading, choice):
        return _empty(reading, choice)
    return row_of(reading, choice, known.parts(reading, choice.workstreams))


def _empty(reading: Reading, choice: Choice) -> PartSummary:
    return PartSummary(reading.cycle.cycle, reading.basis, choice.project, choice.workstream, reading.as_of)
