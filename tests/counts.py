"""How often the counted tests run: in full by `make test-all`, a tenth of it by `make test`."""

import os

FULL = "TRACKER_TEST_FULL"
LEAST = 20


def is_full() -> bool:
    """Whether the counts are run in full: `pytest --full`, or the environment says so."""
    return os.environ.get(FULL, "0") not in {"", "0"}


def count(named: int) -> int:
    """The number of times for a count that an issue names."""
    return named if is_full() else min(named, max(LEAST, named // 10))
