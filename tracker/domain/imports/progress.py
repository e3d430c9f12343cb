"""How far an import has come: rows counted as they are worked on, and told to whoever shows it."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TypeVar

Item = TypeVar("Item")
EVERY = 500  # rows; telling takes time too


class Step(StrEnum):
    """What has been done with the rows that are counted."""

    READ = "read"
    CHECKED = "checked"
    WRITTEN = "written"


Progress = Callable[[Step, int, int], None]  # how many, of how many; of 0 where that is not known yet


def silent(_step: Step, _done: int, _total: int) -> None:
    """Tells nobody."""


def counted(items: Iterable[Item], step: Step, progress: Progress, total: int = 0) -> Iterator[Item]:
    """The items; that they have come this far is told when the next is asked for."""
    done = 0
    for done, item in enumerate(items, 1):
        yield item
        if done % EVERY == 0:
            progress(step, done, total)
    progress(step, done, total)
