"""Side by side: each round asks every contender once, so that a slow moment of the machine strikes all alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

WARM_UP = 3
_BATCH_MS = 20.0


def medians(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median of each contender's times, in seconds."""
    found = told({name: _timed(run) for name, run in contenders.items()}, rounds, warm_up=WARM_UP)
    gc.collect()
    return found


def told(contenders: Mapping[str, Callable[[], float]], rounds: int, *, warm_up: int = 1) -> dict[str, float]:
    """The median of what each contender tells."""
    figures: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(-warm_up, rounds):
        for name, run in contenders.items():
            figure = run()
            if turn >= 0:
                figures[name].append(figure)
    return {name: statistics.median(each) for name, each in figures.items()}


def a_batch(cpu: Callable[[], float], run: Callable[[], object], prepare: Callable[[], object]) -> Callable[[], float]:
    """Tells what a run takes by a clock in milliseconds, of as many in a row as take a while; `prepare` comes before
    each batch and is not counted.
    """
    prepare()
    run()
    times = 1 + int(_BATCH_MS / max(_spent(cpu, run, 1), _BATCH_MS / 100))

    def batch() -> float:
        prepare()
        return _spent(cpu, run, times)

    return batch


def _spent(cpu: Callable[[], float], run: Callable[[], object], times: int) -> float:
    before = cpu()
    for _ in range(times):
        run()
    return (cpu() - before) / times


def _timed(run: Callable[[], object]) -> Callable[[], float]:
    def timed() -> float:
        began = time.perf_counter()
        run()
        return time.perf_counter() - began

    return timed
