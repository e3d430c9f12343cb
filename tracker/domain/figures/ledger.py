"""The items behind every figure of the summaries, one by one: whoever doubts a number can add them up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tracker.domain.figures.behind import LISTS, PREVIOUS
from tracker.domain.figures.history import History
from tracker.domain.figures.known_cycles import KnownCycles
from tracker.domain.figures.lead_times import percentile
from tracker.domain.figures.readings import Basis, Reading, readings
from tracker.domain.figures.rounding import half_up, nearest_rank
from tracker.domain.figures.summaries import Choice, apart, days, frozen
from tracker.domain.figures.words import FIGURES, PART_FIGURES, WORDS, Adds
from tracker.domain.signoffs import summary
from tracker.domain.states import Goal

OF_BLOCKERS = tuple(name for name, each in FIGURES.items() if each.is_of_blockers)
OF_WORKFLOWS = tuple(name for name in (*LISTS, PREVIOUS) if name not in OF_BLOCKERS and name not in PART_FIGURES)
_OF_WORKSTREAMS = sorted((*OF_WORKFLOWS, *PART_FIGURES, *OF_BLOCKERS))
_RANKS = {Adds.MEDIAN: 50, Adds.P50: 50, Adds.P85: 85}
PERCENT = {name: _RANKS[each.adds] for name, each in FIGURES.items() if each.adds in _RANKS}
_MICROSECONDS_A_DAY = timedelta(days=1) // timedelta(microseconds=1)
_PLACES = 12  # less than half a microsecond is lost


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An item of a figure. `amount` is in days: the workflow's lead time or blocked time, the blocker's age.

    Workflows stand under the workstream that owns them, and those of all workstreams are the programme's. A blocker may
    hold workflows of several: it stands under each of them, and once more without any for the programme.
    """

    cycle: int
    basis: Basis
    workstream: str | None
    figure: str
    item: str
    goal: Goal | None = None
    at: datetime | None = None
    amount: Decimal | None = None


def ledger(
    history: History,
    as_of: datetime,
    *,
    cycle: int | None = None,
    basis: Basis | None = None,
    chosen: Choice | None = None,
) -> Iterator[LedgerRow]:
    """The rows in order, of one cycle and reading or of all, and of the chosen workstreams or of all."""
    each, total = apart(history, chosen)
    choices = [*sorted(each, key=lambda choice: choice.workstream or ""), total]
    known = KnownCycles(history, as_of)
    for reading in readings(history.cycles, as_of, history.zone):
        if basis in {None, reading.basis} and cycle in {None, reading.cycle.cycle}:
            for choice in choices:
                yield from _rows(known, reading, choice)


def _rows(known: KnownCycles, reading: Reading, choice: Choice) -> Iterator[LedgerRow]:
    # What was left empty when the row was frozen has no items; a percentile of few has.
    row, parts = frozen(known.history, reading, choice), summary.frozen(known.history, reading, choice)
    lacking = {name for name in FIGURES if row is not None and getattr(row, name) is None and name not in PERCENT}
    lacking |= {name for name in PART_FIGURES if parts is not None and getattr(parts, name) is None}
    is_programme = choice.workstream is None
    for figure in OF_BLOCKERS if is_programme else _OF_WORKSTREAMS:
        items = known.behind(figure, reading, choice) if figure not in lacking else []
        for each in sorted(items, key=lambda item: (item.item, item.at)) if figure in OF_BLOCKERS else items:
            yield LedgerRow(
                reading.cycle.cycle,
                reading.basis,
                choice.workstream,
                figure,
                str(each.item),
                each.goal,
                each.at,
                _in_days(each.amount),
            )


def _in_days(amount: timedelta | int | None) -> Decimal | None:
    if amount is None or isinstance(amount, int):
        return None if amount is None else Decimal(amount)
    return half_up(days([amount]), _PLACES).normalize()


def added_up(figure: str, listed: Iterable[LedgerRow]) -> int | Decimal | None:
    """What the items come to: the figure as a summary has it, where it is not empty."""
    rows = list(listed)
    amounts = [row.amount or Decimal(0) for row in rows]
    if WORDS[figure].adds is Adds.DAYS:
        microseconds = sum(round(amount * _MICROSECONDS_A_DAY) for amount in amounts)  # exact again
        return half_up(Fraction(microseconds, _MICROSECONDS_A_DAY), 1)
    if figure in PERCENT:
        rank = nearest_rank if FIGURES[figure].adds is Adds.MEDIAN else percentile
        return rank([int(amount) for amount in amounts], PERCENT[figure])
    return len(rows)
