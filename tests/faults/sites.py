"""Processes that serve one SQLite file, as gunicorn's workers do, and what they acknowledge."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.faults.leads import Lead, Reply, scalars, start_server

PROCESSES = 3
BACK_WITHIN_S = 30
_STATES = ("design", "validation", "test")
_THAT_MOVE = "WHERE archived_at IS NULL AND state IN ('design', 'validation', 'test')"
_TURNS = (count(1_000 * number) for number in count())  # each site's notes and keys are its own


@dataclass
class Site:
    """Processes that serve one file, and what they acknowledged."""

    url: str
    leads: list[Lead]
    versions: dict[str, int]
    states: dict[str, str]
    pids: list[int]
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    turns: Iterator[int] = field(default_factory=lambda: next(_TURNS))

    @property
    def file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def log(self) -> str:
        return f"{self.file}-wal"

    def share(self, number: int, of: int) -> "Site":
        """One of several parts of it, each with cards and a process of its own."""
        versions = dict(list(self.versions.items())[number::of])
        return Site(self.url, [self.leads[number]], versions, dict(self.states), self.pids)

    def move(self, lead: Lead, *, htmx: bool = True) -> Reply:
        """A card moves on; its note tells which acknowledged move it was."""
        turn = next(self.turns)
        key = sorted(self.versions)[turn % len(self.versions)]
        fields = {
            "to": _STATES[(_STATES.index(self.states[key]) + 1) % 3],
            "version": str(self.versions[key]),
            "key": f"key {turn}",
            "reason": "other",
            "note": f"turn {turn}",
        }
        reply = lead.send(f"/workflows/{key}/move", fields, htmx=htmx)
        if reply.status == 200 and "data-undo-version" in reply.text:
            self.versions[key] += 1
            self.states[key] = fields["to"]
            self.acknowledged.append(fields["note"])
        self.refused += reply.status == 503
        return reply


@contextlib.contextmanager
def processes(url: str, number: int = PROCESSES) -> Iterator[Site]:
    """Several processes that serve the database."""
    rows = scalars(url, f"SELECT key || ' ' || version || ' ' || state FROM workflow {_THAT_MOVE}")
    keys, versions, states = zip(*(row.split() for row in rows), strict=True)
    started = [start_server(url) for _ in range(number)]
    try:
        first = Lead(f"http://127.0.0.1:{started[0][1]}").sign_in("planner")
        leads = [first.twin(f"http://127.0.0.1:{port}") for _, port in started]
        pids = [process.pid or 0 for process, _ in started]
        yield Site(
            url, leads, dict(zip(keys, map(int, versions), strict=True)), dict(zip(keys, states, strict=True)), pids
        )
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.join()


def expect_ready(lead: Lead) -> None:
    """`/readyz` says that all is well again; a slow machine may take its time for that."""
    deadline = time.monotonic() + BACK_WITHIN_S
    while (reply := lead.ask("GET", "/readyz")).status != 200:
        assert time.monotonic() < deadline, reply
    assert reply.text == "ready\n"


def expect_refused(where: Site, lead: Lead, words: str) -> None:
    """A form is refused with a page that keeps it, htmx with a word; the process lives, and its board can be read."""
    part, page = where.move(lead), where.move(lead, htmx=False)
    for reply in (part, page):
        assert reply.status == 503, reply.text
        assert int(reply.headers["Retry-After"]) > 0
        assert words in reply.text
        assert str(where.file.parent) not in reply.text
    assert part.headers["Hx-Retarget"] == "#toasts"
    assert "<html" not in part.text
    assert "Ingenting kan sparas just nu" in page.text
    assert 'name="note" value="turn' in page.text
    got = lead.ask("GET", "/board?cycle=all")
    assert got.status == 200, (got.status, got.text[-1500:])
    assert lead.ask("GET", "/healthz").status == 200
    ready = lead.ask("GET", "/readyz")
    assert (ready.status, ready.text) == (503, "not ready\n"), "the first to ask is told"
