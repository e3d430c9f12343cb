"""Older goals, within one process and in seconds of the clock: figures, charts and files against the raw reading."""

from collections.abc import Iterator

from tests.bench import charts, export, figures
from tests.bench.bench import Bench
from tests.bench.programme import CYCLES
from tests.bench.table import Row
from tests.bench.timing import medians


def export_files(bench: Bench) -> Iterator[Row]:
    """Changes as files."""
    for kind, databases in bench.databases.items():
        times = export.measured(databases, bench.rounds)
        for name in ("csv", "excel-sv"):
            what = f"file of {export.ROWS:,} changes as {name}"
            yield Row(kind, what, times[name] * 1000, times["floor"] * 1000, 1.5)


def all_figures(bench: Bench) -> Iterator[Row]:
    """All figures of all cycles, read anew."""
    for kind, databases in bench.databases.items():
        ours, floor, megabytes = figures.measured(databases, bench.few_rounds)
        yield Row(kind, f"figures of {CYCLES} cycles, read anew", ours * 1000, floor * 1000, 3)
        yield Row(kind, "MB at most that they take", megabytes, goal=150)


def all_charts(bench: Bench) -> Iterator[Row]:
    """All charts of all cycles, read anew."""
    for kind, databases in bench.databases.items():
        for size in charts.SIZES:
            with charts.loaded(databases, size) as programme:
                times = medians(charts.contenders(programme), bench.few_rounds)
            what = f"charts of {size:,} workflows, read anew"
            yield Row(kind, what, times["app"] * 1000, times["floor"] * 1000, 3)
