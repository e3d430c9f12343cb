"""A room full of people: boards that poll every two seconds, and movers that move as often."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.bench.bench import MANY, Bench
from tests.bench.servers import BOARD, Site
from tests.bench.table import Row
from tests.faults.leads import HTMX

BOARDS, MOVERS, EVERY_S = 200, 10, 2.0
_WARM_UP_S = 6.0


@dataclass
class Room:
    """What comes of it after the warm-up: the seconds of each poll and each move."""

    site: Site
    begins: float
    ends: float
    polls: list[float] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)

    async def follow(self, number: int, tag: str) -> None:
        """A board that holds a version, and polls; over a new connection where the server has closed the old one."""
        parts, connection = urlsplit(self.site.address), None
        async for _ in self._turns(number / BOARDS):
            began = time.monotonic()
            try:
                connection = connection or await asyncio.open_connection(parts.hostname, parts.port, limit=2**24)
                connection[1].write(_poll(self.site, tag))
                status, tag = await _answered(connection[0], tag)
            except (ConnectionError, asyncio.IncompleteReadError):
                connection = None
                continue
            assert status in {200, 304}, status
            self._note(self.polls, began)

    async def work(self, number: int) -> None:
        """Somebody who moves cards of their own."""
        mover = self.site.twin(number, MOVERS)
        async for _ in self._turns(number / MOVERS):
            began = time.monotonic()
            await asyncio.to_thread(mover.move)
            self._note(self.moves, began)

    async def _turns(self, share: float) -> AsyncIterator[None]:
        due = time.monotonic() + share * EVERY_S
        while due < self.ends:
            await asyncio.sleep(due - time.monotonic())
            yield
            due += EVERY_S

    def _note(self, seconds: list[float], began: float) -> None:
        if self.begins <= (now := time.monotonic()) < self.ends:
            seconds.append(now - began)


def room(bench: Bench) -> Iterator[Row]:
    """With `tracker serve`, and with gunicorn's two workers on PostgreSQL."""
    with bench.serving("SQLite", MANY) as site:
        yield from _held(bench, site, "SQLite", "serve")
    if "PostgreSQL" in bench.databases:
        with bench.place("PostgreSQL", MANY).serving_with_workers(bench.folder) as site:
            yield from _held(bench, site, "PostgreSQL", "gunicorn")


def _held(bench: Bench, site: Site, kind: str, server: str) -> Iterator[Row]:
    tags = [site.twin().get(BOARD).headers["HX-PTag"] for _ in range(3 * len(site.pids))]  # whichever process answers
    begins = time.monotonic() + _WARM_UP_S
    held = Room(site, begins, begins + bench.room_s)
    cpu = asyncio.run(_all(held, tags[-1]))
    what = f"{server}, {BOARDS} boards, {MOVERS} movers:"
    served = len(held.polls) / bench.room_s
    yield Row(kind, f"{what} polls a second", served, goal=BOARDS / EVERY_S * 0.99, at_least=True)
    yield Row(kind, f"{what} p95 of a move, ms", _p95(held.moves) * 1000, goal=300)
    yield Row(kind, f"{what} p95 of a poll, ms", _p95(held.polls) * 1000)
    yield Row(kind, f"{what} cores in use", cpu / 1000 / bench.room_s)


async def _all(held: Room, tag: str) -> float:
    boards = [held.follow(number, tag) for number in range(BOARDS)]
    people = asyncio.gather(*boards, *(held.work(number) for number in range(MOVERS)))
    cpu = await _cpu(held)
    await people
    return cpu


async def _cpu(held: Room) -> float:
    """What the server takes of the processors between the beginning and the end."""
    await asyncio.sleep(held.begins - time.monotonic())
    before = held.site.cpu()
    await asyncio.sleep(held.ends - time.monotonic())
    return held.site.cpu() - before


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _poll(site: Site, tag: str) -> bytes:
    headers = {"Host": urlsplit(site.address).netloc, "Accept-Encoding": "gzip", "Cookie": site.cookie, "HX-PTag": tag}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | HTMX).items())
    return f"GET {BOARD.replace('/board', '/board/changes')} HTTP/1.1\r\n{lines}\r\n".encode()


async def _answered(reader: asyncio.StreamReader, tag: str) -> tuple[int, str]:
    """The status, and the version that the board now holds."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if "content-length" in headers:
        await reader.readexactly(int(headers["content-length"]))
    while headers.get("transfer-encoding") == "chunked":
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)
        if size == 0:
            break
    return int(lines[0].split()[1]), headers.get("hx-ptag", tag)
