"""Times side by side: each round runs every contender once, so that a slow moment of the machine strikes all alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

WARM_UP = 3


def medians(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median of each contender's times, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(-WARM_UP, rounds):
        for name, run in contenders.items():
            began = time.perf_counter()
            run()
            if turn >= 0:
                times[name].append(time.perf_counter() - began)
    gc.collect()
    return {name: statistics.median(each) for name, each in times.items()}
