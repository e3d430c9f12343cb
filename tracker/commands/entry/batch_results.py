"""What became of a command on many items: each is tried by itself, and one that is refused keeps none of the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError


@dataclass(frozen=True, slots=True)
class Left:
    """An item that was left as it is, and why."""

    key: str
    error: TrackerError


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The keys of what was done, of what needed nothing, and what was left."""

    done: tuple[str, ...]
    unchanged: tuple[str, ...]
    left: tuple[Left, ...]


def each(keys: Iterable[str], what: Callable[[str], bool]) -> BatchResult:
    """Does it to each key once. `what` tells whether it did something, and refuses before it writes anything."""
    done: list[str] = []
    unchanged: list[str] = []
    left: list[Left] = []
    for key in dict.fromkeys(keys):
        try:
            (done if what(key) else unchanged).append(key)
        except (ConflictError, InvalidError, NotAllowedError, NotFoundError) as error:
            left.append(Left(key, error))
    return BatchResult(tuple(done), tuple(unchanged), tuple(left))
