"""What became of those in a cycle, beyond what its figures tell: both charts of scope have it.

As reported, everyone was met or given a disposition. Known later, somebody may be both, or neither.
"""

from fractions import Fraction

from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.rounding import half_up
from tracker.domain.states import Goal

DISPOSITIONS = ("carried_out", "returned", "dropped")


def remaining(items: CycleItems) -> dict[str, Goal]:
    """Members that are not met and have been given no disposition: while the cycle runs, all that are not met yet."""
    known, given = items.workflows, _given(items)
    return {key: goal for key, goal in known.final.items() if key not in known.met and key not in given}


def met_since(items: CycleItems) -> dict[str, Goal]:
    """Members that the close gave a disposition, and that are known by now to have been met."""
    given = _given(items)
    return {key: goal for key, goal in items.workflows.met.items() if key in given}


def _given(items: CycleItems) -> set[str]:
    if not items.reading.is_closed:
        return set()
    return {key for name in DISPOSITIONS for key in getattr(items.workflows, name)}


def percent(part: int, whole: int) -> int | None:
    """The share in whole percent, half up; none of nothing."""
    return int(half_up(Fraction(100 * part, whole), 0)) if whole else None
