"""gunicorn as the handbook has it, with workers that can be killed, on a PostgreSQL of the test's own."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
        """A page, for nobody who is signed in; as 0 when no worker takes the connection."""
        try:
            return Lead(self.address).ask("GET", path)
        except (OSError, http.client.HTTPException) as error:
            return Reply(0, {}, repr(error))

    def kill_one(self) -> None:
        """Kills one of its workers."""
        os.kill(children(self.process.pid)[0], signal.SIGKILL)

    def seconds_until(self, path: str, is_met: Callable[[Reply], bool]) -> float:
        """How long it took until the page was as wanted."""
        began = time.monotonic()
        while not is_met(reply := self.ask(path)):
            assert time.monotonic() - began < _WITHIN_S, (reply, self.errors.read_text()[-5_000:])
            time.sleep(0.05)
        return time.monotonic() - began

    def seconds_until_all(self, path: str, is_met: Callable[[Reply], bool]) -> float:
        """How long it took until the page was so whichever worker was asked."""
        began, met = time.monotonic(), 0
        while met < 5 * self.count:
            met = met + 1 if is_met(self.ask(path)) else 0
            assert time.monotonic() - began < _WITHIN_S, self.errors.read_text()[-5_000:]
        return time.monotonic() - began


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
        found.seconds_until("/healthz", lambda reply: reply.status == 200)
        yield found
    finally:
        process.kill()
        for pid in children(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
