"""People who move cards of their own and keep a log of what was acknowledged: the oracle of kills."""

import contextlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count as numbers

from tests.faults.leads import Lead, findings, looking, scalars
from tracker.db.engine import database_file

WRITERS = 20
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
    _turns: Iterator[int] = field(default_factory=numbers)

    def work(self) -> None:
        """Until told to stop."""
        while True:
            self.turn()
            if self.stop.is_set():
                return

    def turn(self) -> None:
        """Moves the next card."""
        turn = next(self._turns)
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

    def _send_until_answered(self, key: str, fields: dict[str, str]) -> None:
        for attempt in numbers():
            if attempt and self.stop.is_set():
                return  # nobody answers: neither acknowledged nor refused
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


@contextlib.contextmanager
def working(url: str, address: str) -> Iterator[list[Writer]]:
    """So many writers at work until the end of the block; each ends with an answer."""
    writers = _writers(url, address)
    threads = [threading.Thread(target=writer.work) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.stop.set()
        for thread in threads:
            thread.join()


def _writers(url: str, address: str) -> list[Writer]:
    rows = scalars(url, "SELECT key FROM workflow WHERE archived_at IS NULL AND state <> 'done' ORDER BY key")
    versions = scalars(url, "SELECT version FROM workflow WHERE archived_at IS NULL AND state <> 'done' ORDER BY key")
    cards = dict(zip(rows, versions, strict=True))
    lead, stop = Lead(address).sign_in("planner"), threading.Event()
    shares = [dict(list(cards.items())[number::WRITERS]) for number in range(WRITERS)]
    return [Writer(number, lead.twin(), share, stop) for number, share in enumerate(shares)]


def report(url: str, writers: list[Writer], about: str) -> int:
    """Prints what came of it, and asserts that nothing acknowledged is lost or done twice; gives how many were."""
    acknowledged = [note for writer in writers for note in writer.acknowledged]
    written = Counter(scalars(url, "SELECT note FROM state_change WHERE note <> ''"))
    lost = [note for note in acknowledged if note not in written]
    twice = [note for note in acknowledged if written[note] > 1]
    statuses = sum((writer.statuses for writer in writers), Counter[int]())
    print(
        f"{about} at {WRITERS} writers: {len(acknowledged)} acknowledged,"
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
    return len(acknowledged)
