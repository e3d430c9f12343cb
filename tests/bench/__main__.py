"""`python -m tests.bench`: what requests take of the server's processors, and older goals in their own terms.

It asserts no times: it prints them, and a whole run keeps them in the handbook. Each ratio is of medians of runs that
took turns.
"""

import argparse
import contextlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from tests import postgres
from tests.bench import browsing, inside, pages, room, table
from tests.bench.bench import Bench, bare
from tests.bench.servers import hello
from tests.bench.table import Row
from tests.databases import Databases, PostgresDatabases, SqliteDatabases

SECTIONS: Mapping[str, Callable[[Bench], Iterator[Row]]] = {
    "board": pages.board,
    "poll": pages.poll,
    "move": pages.move,
    "room": room.room,
    "pages": pages.pages,
    "files": pages.files,
    "memory": pages.memory,
    "history": pages.history,
    "start": pages.start,
    "browser": browsing.board,
    "wall": browsing.wall,
    "export": inside.export_files,
    "figures": inside.all_figures,
    "charts": inside.all_charts,
}


def main() -> None:
    """Measures all, or what the options say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="may be given several times")
    parser.add_argument("--quick", action="store_true", help="a few rounds: a figure to work by, within a minute")
    parser.add_argument("--sqlite", action="store_true", help="not on PostgreSQL")
    asked = parser.parse_args()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a browser asks for more at once than it has threads
    table.print_row()
    with _a_bench(is_quick=asked.quick, on_sqlite=asked.sqlite) as bench:
        rows = []
        for row in chain.from_iterable(SECTIONS[name](bench) for name in asked.only or SECTIONS):
            table.print_row(row.cells())
            rows.append(row)
    if not (asked.only or asked.quick or asked.sqlite):
        table.PAGE.write_text(table.keep(rows, table.PAGE.read_text("utf-8")), "utf-8")


@contextlib.contextmanager
def _a_bench(*, is_quick: bool, on_sqlite: bool) -> Iterator[Bench]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        databases: dict[str, Databases] = {"SQLite": stack.enter_context(contextlib.closing(SqliteDatabases(folder)))}
        if not on_sqlite:
            server = stack.enter_context(postgres.server())
            databases["PostgreSQL"] = stack.enter_context(contextlib.closing(PostgresDatabases(server)))
        floor = bare(stack.enter_context(hello()))
        yield Bench(databases, folder, floor, stack, *((5, 3, 8) if is_quick else (15, 7, 30)))


if __name__ == "__main__":
    main()
