"""C1: the server is killed while people move cards. What it acknowledged is there, once; what it did not may be."""

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count as numbers

import pytest

from tests.counts import is_full
from tests.databases import Databases, demo
from tests.faults.leads import Lead, findings, looking, scalars, start_server
from tracker.db.engine import database_file

KILLS = 200 if is_full() else 20  # the issue names 20
WRITERS = 20
LONGEST_BETWEEN_S = 1.0 if is_full() else 0.5
_STATES = ("design", "validation", "test")


@dataclass
class Writer:
    """Moves cards of its own from state to state, and logs what was acknowledged. Sends again what was not."""

    number: int
    lead: Lead
    cards: dict[str, int]
    stop: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    sent_again: int = 0

    def work(self) -> None:
        """Until told to stop."""
        for turn in numbers():
            key = sorted(self.cards)[turn % len(self.cards)]
            note = f"{self.number}.{turn}"
            fields = {
                "to": _STATES[turn // len(self.cards) % 3],
                "version": str(self.cards[key]),
                "key": note,
                "reason": "other",
                "note": note,
            }
            self._send_until_answered(key, fields)
            if self.stop.is_set():
                return

    def _send_until_answered(self, key: str, fields: dict[str, str]) -> None:
        for attempt in numbers():
            try:
                reply = self.lead.send(f"/workflows/{key}/move", fields, htmx=True)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # it was killed: the next one is on its way
                continue
            self.statuses[reply.status] += 1
            if reply.status == 503:
                time.sleep(0.1)  # too many at once: nothing was done
                continue
            if reply.status == 200 and "data-undo-version" in reply.text:
                self.acknowledged.append(fields["note"])
                self.cards[key] += 1
                self.sent_again += attempt > 0
            return


@pytest.mark.timeout(1_200 if is_full() else 300)
def test_what_was_acknowledged_before_a_kill_is_there_once(databases: Databases) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    with databases.fresh(demo) as url:
        process, port = start_server(url)
        writers = _writers(url, f"http://127.0.0.1:{port}")
        threads = [threading.Thread(target=writer.work) for writer in writers]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, LONGEST_BETWEEN_S))
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            process, _ = start_server(url, port)
        for writer in writers:
            writer.stop.set()
        for thread in threads:
            thread.join()
        process.terminate()
        process.join()
        _report(url, writers, seed)


def _writers(url: str, address: str) -> list[Writer]:
    rows = scalars(url, "SELECT key FROM workflow WHERE archived_at IS NULL AND state <> 'done' ORDER BY key")
    versions = scalars(url, "SELECT version FROM workflow WHERE archived_at IS NULL AND state <> 'done' ORDER BY key")
    cards = dict(zip(rows, versions, strict=True))
    lead, stop = Lead(address).sign_in("planner"), threading.Event()
    shares = [dict(list(cards.items())[number::WRITERS]) for number in range(WRITERS)]
    return [Writer(number, lead.twin(), share, stop) for number, share in enumerate(shares)]


def _report(url: str, writers: list[Writer], seed: int) -> None:
    acknowledged = [note for writer in writers for note in writer.acknowledged]
    written = Counter(scalars(url, "SELECT note FROM state_change WHERE note <> ''"))
    lost = [note for note in acknowledged if note not in written]
    twice = [note for note in acknowledged if written[note] > 1]
    statuses = sum((writer.statuses for writer in writers), Counter[int]())
    print(
        f"C1: {KILLS} kills at {WRITERS} writers (seed {seed}), {len(acknowledged)} acknowledged,"
        f" {sum(writer.sent_again for writer in writers)} of them sent again after a kill,"
        f" {len(lost)} lost, {len(twice)} twice; statuses {dict(statuses)}"
    )
    assert (lost, twice) == ([], [])
    assert acknowledged
    assert set(statuses) <= {200, 503}
    assert findings(url) == []
    with looking(url) as engine:
        if database_file(engine) is not None:
            with engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
