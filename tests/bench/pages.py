"""What a request takes of the server's processors, against a bare Flask view on the same kind of server."""

import csv
import gzip
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.bench.bench import FEW, KINDS, MANY, SOME, Bench
from tests.bench.programme import CHANGES, CYCLES, DRAFT, RUNNING
from tests.bench.servers import BOARD, Site
from tests.bench.table import Row
from tests.bench.timing import a_batch, told

OF_A_STREAM = f"{BOARD}&workstream=S00"
PAGES = {  # with the most that each may be of a bare view, and of itself after a move
    "/": (12, 1.6),
    "/charts": (12, 1.6),
    f"/cycles/{RUNNING}": (12, 1.6),
    f"/cycles/{RUNNING}/review": (12, 1.6),
    f"/cycles/{DRAFT}/plan": (30, 1.6),
}
FLOW = f"/charts/cumulative-flow.json?from=1&to={CYCLES}"
_POLLING = 20
_CLIENTS, _READ = 8, 2  # times that they read everything


def warm(site: Site, path: str) -> Callable[[], float]:
    """A page that has been asked for before, and nothing has happened since."""
    return a_batch(site.cpu, lambda: site.get(path), lambda: site.get(path))


def after_a_move(site: Site, path: str) -> Callable[[], float]:
    """A page when something has happened since it was asked for last."""

    def once() -> float:
        site.get(path)
        site.move()
        before = site.cpu()
        site.get(path)
        return site.cpu() - before

    return once


def polling(site: Site, boards: int = _POLLING) -> Callable[[], float]:
    """A poll of one of several boards after somebody's move."""

    def once() -> float:
        tag = site.get(BOARD).headers["HX-PTag"]
        site.move()
        before = site.cpu()
        assert {site.poll(tag).status for _ in range(boards)} == {200}
        return (site.cpu() - before) / boards

    return once


def board(bench: Bench) -> Iterator[Row]:
    """Boards whole and of one stream, among few cards and among many."""
    with bench.serving("SQLite", FEW) as few, bench.serving("SQLite", MANY) as many:
        found = told(
            {
                "hello": bench.hello,
                "few": warm(few, BOARD),
                "many": warm(many, BOARD),
                "few, a stream": warm(few, OF_A_STREAM),
                "many, a stream": warm(many, OF_A_STREAM),
                "moved": after_a_move(many, BOARD),
            },
            bench.rounds,
        )
        sent = {name: len(site.get(path).body) for name, site, path in _boards(few, many)}
        yield Row("SQLite", f"board of {FEW} cards", found["few"], found["hello"], sent=sent["few"])
        yield Row("SQLite", f"board of {MANY:,} cards", found["many"], found["hello"], 8, sent["many"])
        yield Row("SQLite", "kB sent of it", sent["many"] / 1000, goal=200)
        yield Row("SQLite", f"board of {MANY:,}, against one of {FEW}", found["many"], found["few"], 2)
        yield Row("SQLite", f"board of {MANY:,} after a move", found["moved"], found["hello"])
        ours, floor = found["many, a stream"], found["few, a stream"]
        yield Row("SQLite", f"a stream among {MANY:,}, against among {FEW}", ours, floor, 2, sent["a stream"])


def _boards(few: Site, many: Site) -> list[tuple[str, Site, str]]:
    return [("few", few, BOARD), ("many", many, BOARD), ("a stream", many, OF_A_STREAM)]


def poll(bench: Bench) -> Iterator[Row]:
    """The poll that finds nothing new, and the one after another's move."""
    for size in (FEW, SOME, MANY):
        with bench.serving("SQLite", size) as site:
            tag = site.get(BOARD).headers["HX-PTag"]
            quiet = a_batch(site.cpu, partial(site.poll, tag), partial(site.poll, tag))
            found = told({"hello": bench.hello, "quiet": quiet}, bench.rounds)
            yield Row("SQLite", f"poll, nothing new, {size:,} cards", found["quiet"], found["hello"], 3)
            found = told({"hello": bench.hello, "moved": polling(site)}, bench.rounds)
            sent = len(site.poll(tag).body)
            yield Row("SQLite", f"poll after a move, {size:,} cards", found["moved"], found["hello"], 4, sent)


def move(bench: Bench) -> Iterator[Row]:
    """A move."""
    for kind, goal in KINDS.items():
        if kind not in bench.databases:
            continue
        with bench.serving(kind, FEW) as few, bench.serving(kind, MANY) as many:
            moves = {name: a_batch(each.cpu, each.move, each.move) for name, each in (("few", few), ("many", many))}
            found = told({"hello": bench.hello, **moves}, bench.rounds)
            yield Row(kind, f"move among {FEW}", found["few"], found["hello"], goal, len(few.move().body))
            yield Row(kind, f"move among {MANY:,}", found["many"], found["hello"], goal, len(many.move().body))


def pages(bench: Bench) -> Iterator[Row]:
    """Pages with figures, warm and after a move."""
    with bench.serving("SQLite", MANY) as site:
        for path, (most, again) in PAGES.items():
            found = told({"hello": bench.hello, "warm": warm(site, path)}, bench.rounds)
            yield Row("SQLite", path, found["warm"], found["hello"], most, len(site.get(path).body))
            found |= told({"moved": after_a_move(site, path)}, bench.few_rounds)
            yield Row("SQLite", f"{path} after a move, against warm", found["moved"], found["warm"], again)
        found = told({"hello": bench.hello, "warm": warm(site, FLOW)}, bench.rounds)
        yield Row("SQLite", "cumulative flow as JSON", found["warm"], found["hello"], 5, len(site.get(FLOW).body))


def files(bench: Bench) -> Iterator[Row]:
    """Files, against a bare view and csv.writer that is given the same rows."""
    with bench.serving("SQLite", MANY) as site:
        for name in ("workflows", "cycle_summary"):
            path = f"/exports/{name}.csv"
            answer = site.get(path)
            is_zipped = answer.headers.get("Content-Encoding") == "gzip"
            text = (gzip.decompress(answer.body) if is_zipped else answer.body).decode()
            rows = list(csv.reader(io.StringIO(text, newline="")))
            writing = a_batch(_own_cpu, partial(_written, rows), partial(_written, rows))
            found = told({"hello": bench.hello, "writer": writing, "ours": warm(site, path)}, bench.rounds)
            found |= told({"moved": after_a_move(site, path)}, bench.few_rounds)
            floor = found["hello"] + found["writer"]
            yield Row("SQLite", f"{name}.csv, against csv.writer", found["ours"], floor, 2, len(answer.body))
            yield Row("SQLite", f"{name}.csv after a move, against csv.writer", found["moved"], floor)


def _own_cpu() -> float:
    return time.thread_time() * 1000


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def memory(bench: Bench) -> Iterator[Row]:
    """What the server holds when several read all pages at once, and somebody moves."""
    paths = [BOARD, OF_A_STREAM, f"{BOARD}&view=list", *PAGES, FLOW, "/exports/workflows.csv", "/blockers"]
    with bench.serving("SQLite", MANY) as site:
        for _ in range(_READ):
            with ThreadPoolExecutor(_CLIENTS) as together:
                for _ in together.map(lambda client: [client.get(path) for path in paths], _clients(site)):
                    pass
            site.move()
        yield Row("SQLite", f"MB at most with {_CLIENTS} clients, {MANY:,} cards", site.memory(), goal=300)
        yield Row("SQLite", "MB afterwards", site.memory("VmRSS"))


def _clients(site: Site) -> list[Site]:
    return [site.twin() for _ in range(_CLIENTS)]


def history(bench: Bench) -> Iterator[Row]:
    """The same workflows with ten times the changes."""
    with bench.serving("SQLite", MANY, CHANGES // 10) as short, bench.serving("SQLite", MANY, CHANGES) as long:
        for path in (BOARD, "/", "/charts", f"/cycles/{RUNNING}"):
            for when, ask, rounds in (("", warm, bench.rounds), (" after a move", after_a_move, bench.few_rounds)):
                found = told({"short": ask(short, path), "long": ask(long, path)}, rounds)
                what = f"{path}{when}, ten times the history"
                yield Row("SQLite", what, found["long"], found["short"], 1.3)


def start(bench: Bench) -> Iterator[Row]:
    """The command line's help."""
    found = told({"help": _help}, bench.few_rounds)
    yield Row("", "tracker --help", found["help"], goal=500)


def _help() -> float:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (usage.ru_utime + usage.ru_stime) * 1000

    before = spent()
    subprocess.run([sys.executable, "-m", "tracker", "--help"], check=True, stdout=subprocess.DEVNULL)
    return spent() - before
