"""The command line in processes of its own. They are forked from one that has all imported: what Python and its
libraries take to start is most of what a start takes, and the same each time. `python -m tracker` itself is started
where a test says so.
"""

import contextlib
import multiprocessing
import os
import runpy
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.cli.processes", "tests.faults.leads", "tracker.cli.serve", "tracker.web.server"])
WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A command that runs; `said` is what it wrote to stdout until it took requests."""

    process: BaseProcess
    said: str
    errors: Path

    def stop(self, signal: int) -> tuple[int | None, str]:
        """Its exit code and what it wrote to stderr, within a minute."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal)
        self.process.join(WITHIN_S)
        return self.process.exitcode, self.errors.read_text()


@contextlib.contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """`tracker` with these arguments, from its first words to the end of the block."""
    with TemporaryDirectory() as made:
        out, errors = Path(made) / "out", Path(made) / "errors"
        os.mkfifo(out)
        process = _forked(folder, arguments, environment, out, errors)
        timer = threading.Timer(WITHIN_S, process.kill)
        timer.start()
        with out.open("rb", buffering=0) as pipe:
            said = pipe.read(10_000).decode()  # one write
            timer.cancel()
            try:
                assert "://" in said, errors.read_text()
                yield Running(process, said, errors)
            finally:
                process.kill()
                process.join()


def ended(folder: Path, *arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """The exit code of a command that ends by itself, and what it wrote to stdout and stderr."""
    with TemporaryDirectory() as made:
        out, errors = Path(made) / "out", Path(made) / "errors"
        process = _forked(folder, arguments, environment, out, errors)
        process.join(WITHIN_S)
        process.kill()
        return process.exitcode, out.read_text(), errors.read_text()


def environment_of(more: dict[str, str]) -> dict[str, str]:
    """The environment of a command: nothing of whoever runs the tests says how it is to be."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "PORT"))}
    return inherited | {"PYTHONPATH": str(Path(__file__).parents[2])} | more


def _forked(folder: Path, arguments: tuple[str, ...], more: dict[str, str], out: Path, errors: Path) -> BaseProcess:
    process = _FORKS.Process(target=_tracker, args=(folder, arguments, environment_of(more), out, errors), daemon=True)
    process.start()
    return process


def _tracker(folder: Path, arguments: tuple[str, ...], environment: dict[str, str], out: Path, errors: Path) -> None:
    for path, number in ((errors, 2), (out, 1)):  # a pipe opens when somebody reads it
        written = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(written, number)
        os.close(written)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["tracker", *arguments]
    try:
        runpy.run_module("tracker", run_name="__main__")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
