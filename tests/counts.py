"""How often the counted tests run: in full by `make test-all`, a tenth of it by `make test`."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

FULL = "TRACKER_TEST_FULL"
LEAST = 20

Item = TypeVar("Item")


def is_full() -> bool:
    """Whether the counts are run in full: `pytest --full`, or the environment says so."""
    return os.environ.get(FULL, "0") not in {"", "0"}


def count(named: int) -> int:
    """The number of times for a count that an issue names."""
    return named if is_full() else min(named, max(LEAST, named // 10))


def some(items: Iterable[Item], one_in: int) -> Iterator[Item]:
    """All in full, else one in so many. The number should share no divisor with the lengths of the lists that the items
    are made of, so that each value of each list has its turn."""
    return islice(items, 0, None, 1 if is_full() else one_in)
