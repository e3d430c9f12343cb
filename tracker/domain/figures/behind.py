"""The items behind each figure, with what it makes of each: whoever doubts a number can count them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeAlias

from tracker.domain.calendar import local_date
from tracker.domain.figures.items import CycleItems, WorkflowItems
from tracker.domain.figures.words import FIGURES, PART_FIGURES, Adds
from tracker.domain.signoffs.items import Waited
from tracker.domain.states import Goal

_Occasion: TypeAlias = tuple[object, ...]  # what beside the item tells one from another


class Behind(NamedTuple):
    """A workflow by its key or a blocker by its number. `amount` is what a figure of `BY_AMOUNT` adds up or ranks,
    a time or days; the others count their items. `at` is when a blocker opened or was resolved, or a time began that
    went on `until` then. `workstreams` are whose part it is, or who waits, and on whom.
    """

    item: str | int
    goal: Goal | None = None
    at: datetime | None = None
    amount: timedelta | int | None = None
    until: datetime | None = None
    workstreams: tuple[str, ...] = ()


class Difference(NamedTuple):
    """An item of which two readings make different things in a figure: counted more often, less often, or otherwise."""

    figure: str
    item: str | int
    change: int
    was: Behind | None
    now: Behind | None


def behind(figure: str, items: CycleItems) -> list[Behind]:
    """What the figure counts, in order: workflows by key, blockers the oldest first."""
    return sorted(LISTS[figure](items), key=order)


def order(each: Behind) -> tuple[float, str | int]:
    """Workflows by key, blockers by when and number; never the one with the other."""
    return each.at.timestamp() if isinstance(each.item, int) and each.at is not None else 0, each.item


def of_members(members: dict[str, Goal], goal: Goal | None = None) -> list[Behind]:
    """Those with the goal, or all."""
    return [Behind(key, each) for key, each in sorted(members.items()) if goal in {None, each}]


def differences(figure: str, reported: Sequence[Behind], now: Sequence[Behind]) -> Iterator[Difference]:
    """What one reading counts and the other does not, or counts for more or less."""
    before, after = _numbered(figure, reported), _numbered(figure, now)
    for place in before | after:
        was, is_ = before.get(place), after.get(place)
        if was is None or is_ is None or (figure in BY_AMOUNT and was.amount != is_.amount):
            yield Difference(figure, place[0], (is_ is not None) - (was is not None), was, is_)


def _numbered(figure: str, each: Iterable[Behind]) -> dict[tuple[str | int, _Occasion, int], Behind]:
    """By what makes an item the same in both readings; what comes twice is told apart."""
    found: dict[tuple[str | int, _Occasion, int], Behind] = {}
    for one in each:
        is_of_parts, turn = figure in PART_FIGURES, 0
        at = one.at if is_of_parts or figure in _OCCASIONS else None
        occasion: _Occasion = (at, one.goal, one.workstreams) if is_of_parts else (at,)
        while (one.item, occasion, turn) in found:
            turn += 1
        found[one.item, occasion, turn] = one
    return found


def _keys(name: str, items: CycleItems) -> list[Behind]:
    return [Behind(key) for key in getattr(items.workflows, name)]


def _of_goal(name: str, goal: Goal | None, items: CycleItems) -> list[Behind]:
    return of_members(getattr(items.workflows, name), goal)


def _with_goals(name: str, goals: Callable[[WorkflowItems], dict[str, Goal]], items: CycleItems) -> list[Behind]:
    known = goals(items.workflows)
    return [Behind(key, known.get(key)) for key in getattr(items.workflows, name)]


def _lead_times(items: CycleItems) -> list[Behind]:
    return [Behind(key, amount=days) for key, days in items.workflows.lead_times.items()]


def _times(name: str, items: CycleItems) -> list[Behind]:
    return [Behind(key, amount=time) for key, time in getattr(items.workflows, name).items()]


def _open(items: CycleItems) -> list[Behind]:
    reading = items.reading
    return [
        Behind(blocker, at=since, amount=max((reading.last_day - local_date(since, reading.zone)).days, 0))
        for blocker, since in items.blockers.open.items()
    ]


def _parts(name: str, items: CycleItems) -> list[Behind]:
    return [
        Behind(part.key, part.stage, part.at, workstreams=(part.workstream,)) for part in getattr(items.parts, name)
    ]


def _of_parts(name: str, items: CycleItems) -> list[Behind]:
    return [Behind(key) for key in getattr(items.parts, name)]


def _waited(waits: Iterable[Waited]) -> list[Behind]:
    return [Behind(each.key, amount=each.time, workstreams=(each.waiting, each.on)) for each in waits if each.time]


def _still_waiting(waits: Iterable[Waited]) -> list[Behind]:
    return [Behind(each.key, workstreams=(each.waiting, each.on)) for each in waits if each.is_open]


# In whichever cycle: all but those of the previous one, which are its tested ones.
LISTS: dict[str, Callable[[CycleItems], list[Behind]]] = {
    **{name: partial(_keys, name) for name in ("designed", "validated", "fell_back")},
    "tested": _lead_times,
    "lead_time_p50_days": _lead_times,
    "lead_time_p85_days": _lead_times,
    **{name: partial(_of_goal, name, None) for name in ("committed", "met")},
    **{f"{name}_{goal.value}": partial(_of_goal, name, goal) for name in ("committed", "met") for goal in Goal},
    "added": partial(_with_goals, "added", lambda items: items.final),
    "removed": partial(_with_goals, "removed", lambda items: items.committed),
    **{
        name: partial(_with_goals, name, lambda items: items.committed | items.final)
        for name in ("carried_in", "carried_out", "returned", "dropped")
    },
    "blocked_days": partial(_times, "blocked"),
    "blocked_days_begun": partial(_times, "blocked_begun"),
    "blockers_opened": lambda items: [Behind(blocker, at=at) for blocker, at in items.blockers.opened],
    "blockers_resolved": lambda items: [Behind(blocker, at=at) for blocker, at in items.blockers.resolved],
    "blockers_open": _open,
    "median_blocker_age_days": _open,
    **{name: partial(_parts, name) for name in ("parts_signed", "parts_open", "parts_waived", "signed", "lapsed")},
    "parts_due": lambda items: [*_parts("parts_signed", items), *_parts("parts_open", items)],
    **{name: partial(_of_parts, name) for name in ("shared_open", "done_open")},
    "waiting_days": lambda items: _waited(items.parts.waiting),
    "waited_on_days": lambda items: _waited(items.parts.waited_on),
    "waiting_now": lambda items: _still_waiting(items.parts.waiting),
    "waited_on_now": lambda items: _still_waiting(items.parts.waited_on),
}
PREVIOUS = "tested_previous"
_ADDED = FIGURES | PART_FIGURES
BY_AMOUNT = {name for name, each in _ADDED.items() if each.adds not in {Adds.COUNT, Adds.NONE}}  # the rest count
_OCCASIONS = {"blockers_opened", "blockers_resolved"}  # the same blocker at another time is another one
