"""Servers in processes of their own: what they take of the processors, and requests to them as a browser's."""

import contextlib
import http.client
import itertools
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlalchemy import update

from tests.bench.programme import NOW_OF_CYCLES, a_programme_of_cycles, analyse, signed_in
from tests.builders import load
from tests.cli.processes import environment_of
from tests.databases import Databases
from tests.faults.leads import HTMX, SECRET_KEY
from tests.faults.workers import workers
from tests.live import free_port
from tests.own_postgres import children
from tracker.db.engine import make_engine, transaction
from tracker.db.models import Programme

BOARD = "/board?cycle=all"
STATES = ("design", "validation", "test")
_CARDS = "SELECT key, version FROM workflow WHERE state <> 'done' ORDER BY id LIMIT 240"
_UNTIL_IDLE_S = 0.005  # a thread has still to close what it has answered
_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent, compressed where it is."""

    status: int
    headers: http.client.HTTPMessage  # names in whatever case
    body: bytes


@dataclass
class Site:
    """A server that runs, and somebody at it over one connection that is kept."""

    address: str
    pids: list[int]
    cookie: str = ""
    token: str = ""
    cards: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection: http.client.HTTPConnection | None = None
        self._moves = self._turns(secrets.token_hex(4))

    def twin(self, number: int = 0, of: int = 1) -> "Site":
        """The same from another browser, which moves its share of the cards."""
        return Site(self.address, self.pids, self.cookie, self.token, self.cards[number::of])

    def get(self, path: str, **headers: str) -> Answer:
        """A page, which has to be there."""
        answer = self._ask("GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()})
        assert answer.status in {200, 304}, (path, answer.status, answer.body[:500])
        return answer

    def poll(self, tag: str, path: str = BOARD) -> Answer:
        """What has changed on the board since a version of it."""
        return self.get(path.replace("/board", "/board/changes"), **HTMX, **{"HX-PTag": tag})

    def move(self) -> Answer:
        """The next card goes to its next state."""
        return next(self._moves)

    def cpu(self) -> float:
        """Milliseconds of the processors that the server's processes have taken."""
        time.sleep(_UNTIL_IDLE_S)
        # The clock of another process is named so (CPUCLOCK_SCHED); it counts nanoseconds, where /proc counts ticks.
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.pids) * 1000

    def memory(self, name: str = "VmHWM") -> float:
        """Megabytes that it has held at most; of `VmRSS` those that it holds."""
        lines = (line for pid in self.pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024

    def _turns(self, name: str) -> Iterator[Answer]:
        for turn in itertools.count():
            for key, version in list(self.cards):
                fields = {"to": STATES[turn % 3], "version": version + turn, "key": f"{name}.{key}.{turn}"}
                body = urlencode({"csrf_token": self.token, "reason": "other", **fields}).encode()
                form = {"Content-Type": "application/x-www-form-urlencoded", **HTMX}
                answer = self._ask("POST", f"/workflows/{key}/move", body, form)
                if turn == 0 and b"data-undo-version" not in answer.body:
                    self.cards.remove((key, version))  # it is there already: the next turns do without
                    continue
                assert answer.status == 200, answer
                yield answer

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        parts, usual = urlsplit(self.address), {"Cookie": self.cookie, "Accept-Encoding": "gzip, deflate"}
        for _ in range(2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_WITHIN_S)
            try:
                self._connection.request(method, path, body, usual | dict(headers))
                response = self._connection.getresponse()
                return Answer(response.status, response.headers, response.read())
            except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
                self._connection = None  # it has been idle for so long that the server has closed it
        message = f"{self.address} takes no request"
        raise ConnectionError(message)


@contextlib.contextmanager
def hello() -> Iterator[Site]:
    """A bare view on the same kind of server."""
    with _started([sys.executable, "-m", "tests.bench.hello"], {}) as site:
        yield site


@dataclass(frozen=True, slots=True)
class Place:
    """A database with the programme of cycles, and a planner signed in."""

    url: str
    cookie: str
    token: str

    @contextlib.contextmanager
    def serving(self) -> Iterator[Site]:
        """`tracker serve`."""
        settings = {"TRACKER_DATABASE_URL": self.url, "TRACKER_SECRET_KEY": SECRET_KEY, "TRACKER_LOG_LEVEL": "ERROR"}
        with _started([sys.executable, "-m", "tracker", "serve", "--port"], settings) as site:
            yield self._visited(site)

    @contextlib.contextmanager
    def serving_with_workers(self, folder: Path, count: int = 2) -> Iterator[Site]:
        """gunicorn as the handbook has it."""
        with workers(folder, self.url, count, TRACKER_LOG_LEVEL="ERROR") as running:
            master = running.process.pid
            yield self._visited(Site(running.address, [master, *children(master)]))

    def _visited(self, site: Site) -> Site:
        engine = make_engine(self.url)
        with engine.connect() as connection:
            cards = [(key, version) for key, version in connection.exec_driver_sql(_CARDS)]
        engine.dispose()
        return Site(site.address, site.pids, self.cookie, self.token, cards)


@contextlib.contextmanager
def place(databases: Databases, workflows: int, changes: int) -> Iterator[Place]:
    """One of its own, whose clock ticks on from NOW_OF_CYCLES."""
    with databases.fresh() as url:
        engine = make_engine(url)
        load(engine, a_programme_of_cycles(workflows, changes))
        with transaction(engine) as session:
            session.execute(update(Programme).values(demo_clock_at=NOW_OF_CYCLES))
        if engine.dialect.name == "postgresql":
            analyse(engine)
        signed = signed_in(engine, url, NOW_OF_CYCLES)
        engine.dispose()
        yield Place(url, signed.cookie, signed.token)


@contextlib.contextmanager
def _started(command: list[str], settings: dict[str, str]) -> Iterator[Site]:
    port = free_port()
    process = subprocess.Popen(
        [*command, str(port)], env=environment_of(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    site = Site(f"http://127.0.0.1:{port}", [process.pid])
    try:
        for _ in range(_WITHIN_S * 20):
            with contextlib.suppress(OSError):
                site.twin().get("/healthz")
                break
            time.sleep(0.05)
        yield site
    finally:
        process.terminate()
        process.wait()
