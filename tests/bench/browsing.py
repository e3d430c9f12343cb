"""Older goals in Chromium, in seconds of the clock: the board, the review and the wall of charts."""

from collections.abc import Iterator

from tests.bench import browser, chart_wall, charts, review
from tests.bench.bench import MANY, SOME, Bench
from tests.bench.programme import served
from tests.bench.table import Row


def board(bench: Bench) -> Iterator[Row]:
    """The board interactive, a move in it, and the review."""
    for size in (SOME, MANY):
        with served(bench.databases["SQLite"], size) as application:
            loads, moves = browser.measured(application)
            for what, (ours, floor), goal in (("interactive", loads, 2), ("move to the next frame", moves, 3)):
                yield Row("SQLite", f"{what} in Chromium, {size:,} cards", ours * 1000, floor * 1000, goal)
            after, whole = review.longest_tasks(application)
            yield Row("SQLite", f"review of {size:,}: longest task after load", after, goal=200)
            yield Row("SQLite", f"review of {size:,}: longest task of all", whole)


def wall(bench: Bench) -> Iterator[Row]:
    """The wall of charts, of the demo's programme."""
    with charts.loaded(bench.databases["SQLite"], charts.DEMO) as programme:
        for what, ours, floor in chart_wall.measured(programme.served):
            yield Row("SQLite", what, ours * 1000, floor * 1000)
        sent = chart_wall.first_visit(programme.served)
        yield Row("SQLite", "kB sent at the first visit to the wall", sent / 1000, goal=700, sent=sent)
