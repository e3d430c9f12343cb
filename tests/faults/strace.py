"""strace, which makes system calls fail, kills at one, or writes down what was written to disk and when."""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PATIENCE_S = 30


@functools.cache
def _is_allowed() -> bool:
    """Whether it is installed, and may trace: some containers forbid that."""
    return (
        shutil.which("strace") is not None
        and subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False).returncode == 0
    )


def required() -> None:
    """Skips the test where strace cannot do its work; `.ci/run` installs it."""
    if not _is_allowed():
        pytest.skip("strace is missing or may not trace")


@contextlib.contextmanager
def injected(pid: int, rule: str) -> Iterator[None]:
    """Every system call that the rule names fails in the process, as in `pwrite64:error=ENOSPC`, until the end."""
    calls = rule.partition(":")[0]
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e", f"inject={rule}", "-p", str(pid)]
    tracer = subprocess.Popen(command)
    try:
        _wait_until_attached(pid, tracer)
        yield
    finally:
        tracer.send_signal(signal.SIGINT)  # it lets go and ends
        tracer.wait(PATIENCE_S)


def _wait_until_attached(pid: int, tracer: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    tasks = [task / "status" for task in Path(f"/proc/{pid}/task").iterdir()]
    while any(f"TracerPid:\t{tracer.pid}\n" not in task.read_text() for task in tasks):
        assert tracer.poll() is None, "strace could not attach"
        assert time.monotonic() < deadline, "strace takes too long to attach"
        time.sleep(0.01)


def run(options: Sequence[str], command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """A command under strace with these options; what it printed."""
    words = ["strace", "-f", "-qq", *options, *command]
    return subprocess.run(words, check=False, capture_output=True, text=True, timeout=300)
