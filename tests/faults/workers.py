"""gunicorn as the handbook has it, with workers that can be killed, on a PostgreSQL of the test's own."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cli.processes import environment_of
from tests.faults.leads import SECRET_KEY, Lead, Reply
from tests.live import free_port
from tests.own_postgres import children

POOL = 7
_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Workers:
    """A gunicorn that runs."""

    process: "subprocess.Popen[bytes]"
    address: str
    errors: Path
    count: int

    def ask(self, path: str) -> Reply:
        """A page, for nobody who is signed in."""
        return answered(Lead(self.address), path)

    def kill_one(self) -> None:
        """Kills one of its workers, as soon as one is there."""
        while True:
            with contextlib.suppress(IndexError, ProcessLookupError):  # none yet, or gone by itself
                os.kill(children(self.process.pid)[0], signal.SIGKILL)
                return
            time.sleep(0.01)

    def seconds_until(self, lead: Lead, path: str, status: int = 200) -> float:
        """How long it takes until the page is there for the lead."""
        began = time.monotonic()
        while (reply := answered(lead, path)).status != status:
            assert time.monotonic() - began < _WITHIN_S, (reply, self.errors.read_text()[-5_000:])
            time.sleep(0.02)
        return time.monotonic() - began

    def seconds_until_all(self, lead: Lead, path: str) -> float:
        """How long it takes until it is there whichever worker is asked."""
        began, in_a_row = time.monotonic(), 0
        while in_a_row < 5 * self.count:
            in_a_row = in_a_row + 1 if answered(lead, path).status == 200 else 0
            assert time.monotonic() - began < _WITHIN_S, self.errors.read_text()[-5_000:]
        return time.monotonic() - began


def answered(lead: Lead, path: str) -> Reply:
    """A page for the lead; of status 0 when nobody takes the connection."""
    try:
        return lead.ask("GET", path)
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, {}, repr(error))


@contextlib.contextmanager
def workers(folder: Path, url: str, count: int = 2, port: int = 0, **more: str) -> Iterator[Workers]:
    """gunicorn with so many workers, from its first answer to /healthz to the end of the block; `more` settings."""
    port = port or free_port()
    arguments = f"--worker-class gthread --workers {count} --threads {POOL + 1} --keep-alive 15 --no-control-socket"
    environment = {"TRACKER_DATABASE_URL": url, "TRACKER_SECRET_KEY": SECRET_KEY, "TRACKER_DATABASE_POOL": str(POOL)}
    errors = folder / "errors"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments.split(), f"--bind=127.0.0.1:{port}", "tracker.web.wsgi:app"],
            cwd=folder,
            env=environment_of(environment | more),
            stdout=log,
            stderr=log,
        )
    found = Workers(process, f"http://127.0.0.1:{port}", errors, count)
    try:
        found.seconds_until(Lead(found.address), "/healthz")
        yield found
    finally:
        pids = children(process.pid)  # as long as they have a parent
        process.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
