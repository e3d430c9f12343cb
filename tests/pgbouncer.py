"""PgBouncer in transaction mode, as Debian packages it, in front of the tests' server."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL

from tests.faults.relay import relay
from tests.live import free_port
from tests.own_postgres import nobody

MISSING = "PgBouncer is not installed: no `pgbouncer` in PATH or /usr/sbin (Debian: apt-get install pgbouncer)"
_WITHIN_S = 10
_CONFIGURATION = """\
[databases]
* = host=127.0.0.1 port={server} user={user}{password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 200
"""


@contextlib.contextmanager
def bouncer(server: URL) -> Iterator[URL]:
    """The address of a PgBouncer in front of the server; skips the test where there is none to start."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip(MISSING)
    # The server's socket is its own user's alone: the relay opens it for PgBouncer, which runs as nobody.
    with relay(server) as way, tempfile.TemporaryDirectory(dir="/tmp") as folder:
        found = URL.create("postgresql+psycopg", server.username, None, "127.0.0.1", free_port())
        file = Path(folder) / "pgbouncer.ini"
        password = f" password={server.password}" if server.password else ""
        file.write_text(
            _CONFIGURATION.format(server=way.port, user=server.username, password=password, port=found.port)
        )
        user, group = nobody()
        Path(folder).chmod(0o755)
        process = subprocess.Popen([program, "--quiet", str(file)], cwd="/", user=user, group=group)
        try:
            _wait_for(found)
            yield found
        finally:
            process.terminate()
            process.wait()


def _wait_for(found: URL) -> None:
    address = found.set(drivername="postgresql", database="postgres").render_as_string()
    deadline = time.monotonic() + _WITHIN_S
    while True:
        try:
            psycopg.connect(address, autocommit=True).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
