"""`python -m tests.bench`: board, move, poll and charts against the best that can be done. Prints; asserts no times.

Each ratio is of medians of runs that took turns. The goals: board 2, move 5, poll 3, figures and charts 3; in Chromium
interactive 2 and a move to the next frame 3; a move 2 KB.
"""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import postgres
from tests.bench import board, browser, chart_wall, charts, export, figures, move, poll, review
from tests.bench.programme import SIZES, served
from tests.bench.timing import medians
from tests.databases import Databases, PostgresDatabases, SqliteDatabases

ROUNDS = 30
IN_BROWSER = (1_500, 5_000)
_LINE = "{:<11} {:<24} {:>6} {:>10} {:>10} {:>7} {:>5}   {}"


def main() -> None:
    """Measures on SQLite, then on PostgreSQL unless `--sqlite` says not to."""
    print(_LINE.format("database", "what", "cards", "ours ms", "floor ms", "ratio", "goal", "").rstrip())
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", SqliteDatabases(Path(folder)))
    if "--sqlite" not in sys.argv:
        with _postgres() as databases:
            _measure("PostgreSQL", databases)


def _measure(database: str, databases: Databases) -> None:
    for size in SIZES:
        with served(databases, size) as application:
            times = medians(board.contenders(application), ROUNDS)
            _print(database, "board", size, times["app"], times["floor"], 2)
            _print(database, "board, all cards new", size, times["cold"], times["floor"])
            times = medians(move.contenders(application), ROUNDS * 2)
            _print(database, "move", size, times["app"], times.get("floor"), 5)
            times = medians(poll.contenders(application), ROUNDS * 10)
            _print(database, "poll, nothing new", size, times["app"], times["floor"], 3)
            count = move.bytes_of_a_move(application)
            print(f"{database:<11} a move and the poll after it among {size:,} cards: {count:,} bytes, goal 2,048")
            if database == "SQLite" and size in IN_BROWSER:
                for (what, goal), (ours, floor) in zip(
                    (("interactive in Chromium", 2), ("move to the next frame", 3)),
                    browser.measured(application),
                    strict=True,
                ):
                    _print(database, what, size, ours, floor, goal)
                after, whole = review.longest_tasks(application)
                print(
                    f"{database:<11} review of {size:,} members: longest task after load {after:.0f} ms,"
                    f" of all {whole:.0f} ms, goal 200"
                )
    few, many = SIZES[0], SIZES[-1]
    with served(databases, few) as small, served(databases, many) as large:
        sizes = {"few": move.contenders(small)["app"], "many": move.contenders(large)["app"]}
        times = medians(sizes, ROUNDS * 4)
    print(f"{database:<11} a move among {many:,} cards takes {times['many'] / times['few']:.2f} × one among {few}")
    times = export.measured(databases, ROUNDS)
    for name in ("csv", "excel-sv"):
        _print(database, f"file as {name}", export.ROWS, times[name], times["floor"], 1.5)
    ours, floor, megabytes = figures.measured(databases, ROUNDS // 3)
    memory = f"peak memory {megabytes:+.0f} MB, at most 150"
    _print(database, f"figures of {figures.CYCLES} cycles", figures.WORKFLOWS, ours, floor, 3, memory)
    for of, rounds in charts.SIZES.items():
        with charts.loaded(databases, of) as programme:
            times = medians(charts.contenders(programme), rounds)
            if database == "SQLite" and of == charts.DEMO:
                for what, mine, least in chart_wall.measured(programme.served):
                    _print(database, what, of, mine, least)
        _print(database, "charts, read anew", of, times["app"], times["floor"], 3)
        _print(database, "charts, history kept", of, times["kept"], times["floor"])


def _print(
    database: str, what: str, size: int, ours: float, floor: float | None, goal: float | None = None, note: str = ""
) -> None:
    ratio, shown = (f"{ours / floor:.2f}", f"{floor * 1000:.2f}") if floor else ("–", "–")
    aim = goal if goal and floor else ""
    print(_LINE.format(database, what, size, f"{ours * 1000:.2f}", shown, ratio, aim, note).rstrip(), flush=True)


@contextlib.contextmanager
def _postgres() -> Iterator[Databases]:
    with postgres.server() as address:
        databases = PostgresDatabases(address)
        yield databases
        databases.close()


if __name__ == "__main__":
    main()
