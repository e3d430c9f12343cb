"""Processes that serve one SQLite file, as gunicorn's workers do, and what they acknowledge."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.faults.leads import Lead, Reply, scalars, start_server

PROCESSES = 3
READY_WITHIN_S = 2.0
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


def readiness_becomes(lead: Lead, status: int) -> float:
    """The seconds until `/readyz` answers so; fails when that is longer than it may be."""
    began = time.monotonic()
    while (reply := lead.ask("GET", "/readyz")).status != status:
        assert time.monotonic() - began < READY_WITHIN_S, reply
        time.sleep(0.05)
    assert reply.text in {"ready\n", "not ready\n"}
    return time.monotonic() - began


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
    assert lead.ask("GET", "/board?cycle=all").status == 200
    assert lead.ask("GET", "/healthz").status == 200
    readiness_becomes(lead, 503)
