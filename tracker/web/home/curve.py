"""The course of what was tested by working day, beside the previous cycle's: coordinates for an SVG."""

from collections.abc import Sequence
from typing import NamedTuple

_FEWEST_DAYS, _LOWEST_TOP, _MOST_STEPS = 5, 4, 4
_STEPS = tuple(factor * 10**power for power in range(5) for factor in (1, 2, 5))


class Mark(NamedTuple):
    """A point: which working day, how many, and where, in percent from the left and the top."""

    day: int
    tested: int
    x: float
    y: float

    @property
    def is_right(self) -> bool:
        """Whether words beside it have to end at it."""
        return self.x > 60  # noqa: PLR2004 - percent


class Curve(NamedTuple):
    """Paths in a box of `days` by `top`, the lines behind them, and the points that are named."""

    days: int
    top: int
    path: str
    then_path: str
    ticks: list[Mark]
    now: Mark
    same_day: Mark | None
    then_end: Mark | None
    goal: Mark | None
    end: Mark
    rows: list[tuple[int, int | None, int | None]]


def curve(counts: Sequence[int], days: int, *, goal: int, then: Sequence[int], then_so_far: int) -> Curve:
    """The course of a cycle of so many working days; `then` is the previous one's, with its count on the same day."""
    across = max(days, len(then), _FEWEST_DAYS)
    highest = max(*counts, *then, goal, _LOWEST_TOP)
    step = next(each for each in _STEPS if each * _MOST_STEPS >= highest)
    top = -(-highest // step) * step
    so_far = len(counts)

    def mark(day: int, count: int) -> Mark:
        return Mark(day, count, round(100 * day / across, 2), round(100 * (top - count) / top, 2))

    return Curve(
        across,
        top,
        _path(counts, top),
        _path(then, top) if then else "",
        [mark(0, count) for count in range(0, top + 1, step)],
        mark(so_far, counts[-1] if counts else 0),
        mark(min(so_far, len(then)), then_so_far) if then else None,
        mark(len(then), then[-1]) if then else None,
        mark(days, goal) if goal else None,
        mark(days, 0),
        [(day, _at(counts, day), _at(then, day)) for day in range(1, max(so_far, len(then)) + 1)],
    )


def _path(counts: Sequence[int], top: int) -> str:
    return f"M0 {top}" + "".join(f"H{day}V{top - count}" for day, count in enumerate(counts, 1))


def _at(counts: Sequence[int], day: int) -> int | None:
    return counts[day - 1] if day <= len(counts) else None
