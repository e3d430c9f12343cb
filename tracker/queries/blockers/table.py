"""How blockers stand in their table: filtered, sorted and summed up. Pure; the rows are those of `list`."""

import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.sorting import folded, swedish_order
from tracker.domain.states import BlockerCategory
from tracker.queries.blockers.list import BlockerListRow

OPEN, RESOLVED, ALL = "open", "resolved", "all"
STATES = (OPEN, RESOLVED, ALL)
URGENT = "urgent"  # overdue decisions on top, then the oldest first
# Days that a blocker has been open: from, to.
AGES = {"0-7": (0, 7), "8-14": (8, 14), "15-28": (15, 28), "29-": (29, sys.maxsize)}
_SIMILAR = 3
_SHORTEST_WORD = 4  # shorter ones are in every title
CategoryWord = Callable[[BlockerCategory], str]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the URL asks for."""

    state: str = OPEN
    workstreams: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    overdue: bool = False
    q: str = ""
    sort: str = URGENT

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state narrows what is shown."""
        return bool(self.workstreams or self.categories or self.owners or self.ages or self.overdue or self.q)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the open ones of those shown come to."""

    open: int
    overdue: int
    oldest: BlockerListRow | None
    workflows: tuple[str, ...]
    workflow_days: int


@dataclass(frozen=True, slots=True)
class Table:
    """The rows in order, and what they come to. The sums leave the choice of state and of overdue ones out."""

    rows: list[BlockerListRow]
    sums: Sums
    total: int


def table(rows: Collection[BlockerListRow], filters: Filters, category_word: CategoryWord) -> Table:
    """The rows that pass the filters, in the order asked for."""
    kept = [row for row in rows if _passes(row, filters)]
    shown = [row for row in kept if _is_in(row, filters.state) and (row.is_overdue or not filters.overdue)]
    return Table(
        ordered(shown, filters.sort, category_word), _sums(kept), sum(_is_in(row, filters.state) for row in rows)
    )


def ordered(rows: Iterable[BlockerListRow], sort: str, category_word: CategoryWord) -> list[BlockerListRow]:
    """In the order asked for, the other way round with a minus before it; equals and the rest by urgency."""
    by_urgency = sorted(rows, key=_urgency)
    name = sort.removeprefix("-")
    key = (SORTS | {"category": lambda row: swedish_order(category_word(row.category))})[name]
    if name == URGENT:
        return by_urgency[::-1] if sort != name else by_urgency
    # What has nothing to sort by stands last, whichever way.
    sortable = [row for row in by_urgency if key(row) is not None]
    rest = [row for row in by_urgency if key(row) is None]
    return sorted(sortable, key=key, reverse=sort != name) + rest


def similar(
    rows: Iterable[BlockerListRow], title: str, workstreams: Collection[str], keys: Collection[str]
) -> list[BlockerListRow]:
    """The open blockers most like one to be raised: by words of the title, then by workstreams. None that holds all
    of the workflows already.
    """
    words = _words(title)
    scored = [
        (3 * len(words & _words(f"{row.title} {row.other_title}")) + len({*row.workstreams} & {*workstreams}), row)
        for row in rows
        if row.is_open and not (keys and {*keys} <= {*row.workflows})
    ]
    best = sorted((each for each in scored if each[0]), key=lambda each: (-each[0], each[1].days, each[1].id))
    return [row for _, row in best[:_SIMILAR]]


def is_found(row: BlockerListRow, q: str) -> bool:
    """Whether every word of the search is in a text of the blocker, or one of them is the key of what it holds."""
    words = folded(q).replace(",", " ").replace(";", " ").split()
    text = folded(" ".join((row.title, row.other_title, row.owner, row.decider, row.mitigation, *row.workflows)))
    held = {key.casefold() for key in row.workflows}
    return not held.isdisjoint(words) or all(word in text for word in words)


def _passes(row: BlockerListRow, filters: Filters) -> bool:
    if filters.workstreams and {*filters.workstreams}.isdisjoint(row.workstreams):
        return False
    if filters.categories and row.category not in filters.categories:
        return False
    if filters.owners and row.owner not in filters.owners:
        return False
    if filters.ages and not (row.opened_on and any(_is_aged(row, age) for age in filters.ages)):
        return False
    return not filters.q or is_found(row, filters.q)


def _is_aged(row: BlockerListRow, age: str) -> bool:
    first, last = AGES[age]
    return first <= row.days <= last


def _is_in(row: BlockerListRow, state: str) -> bool:
    return state == ALL or row.is_open == (state == OPEN)


def _sums(rows: Iterable[BlockerListRow]) -> Sums:
    here = [row for row in rows if row.is_open]
    return Sums(
        open=len(here),
        overdue=sum(row.is_overdue for row in here),
        oldest=max(here, key=lambda row: (row.days, -row.id), default=None),
        workflows=tuple(sorted({key for row in here for key in row.workflows})),
        workflow_days=sum(row.workflow_days for row in here),
    )


def _urgency(row: BlockerListRow) -> tuple[Any, ...]:
    """Open ones first: overdue, the longest overdue on top, then the oldest. Of the resolved the latest first."""
    if row.is_open:
        return 0, -row.days_overdue, -row.days, row.id
    return 1, -(row.resolved_on or date.min).toordinal(), 0, row.id


def _words(text: str) -> set[str]:
    return {word for word in folded(text).split() if len(word) >= _SHORTEST_WORD}


SORTS: dict[str, Callable[[BlockerListRow], Any]] = {
    URGENT: _urgency,
    "title": lambda row: swedish_order(row.title),
    "category": lambda row: row.category,
    "owner": lambda row: swedish_order(row.owner) if row.owner else None,
    "decide_by": lambda row: row.decide_by,
    "held": lambda row: -len(row.workflows) if row.is_open else None,
    "since": lambda row: row.opened_on,
    "age": lambda row: -row.days if row.opened_on else None,
    "workflow_days": lambda row: -row.workflow_days if row.is_open else None,
}
