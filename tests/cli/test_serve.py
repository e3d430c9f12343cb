"""`tracker serve` and `tracker demo` as processes of their own: starting, refusing, stopping."""

import contextlib
import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.applications import SECRET_KEY
from tests.cli.processes import WITHIN_S, ended, environment_of, running
from tests.databases import SqliteDatabases
from tests.live import free_port
from tests.web import people
from tracker.db.engine import make_engine

HUNG_S = 30  # no less on a machine that does other things too


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the small programme and its people."""
    with SqliteDatabases(tmp_path_factory.mktemp("serve")).fresh(people.prepare) as url:
        yield url


@contextlib.contextmanager
def started(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python -m tracker`, and what it said until it took requests; the port is in its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", *arguments],
        cwd=folder,
        env=environment_of(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    timer = threading.Timer(WITHIN_S, process.kill)
    timer.start()
    assert process.stdout is not None
    said = os.read(process.stdout.fileno(), 10_000).decode()  # one write; the rest is for `communicate`
    timer.cancel()
    try:
        assert "http://" in said, process.communicate()
        yield process, said
    finally:
        process.kill()
        process.communicate()


def refused(folder: Path, *arguments: str, **environment: str) -> str:
    """What the command said when it refused."""
    code, out, errors = ended(folder, *arguments, **environment)
    assert (code, out) == (1, ""), errors
    assert "Traceback" not in errors
    return errors


def port_of(said: str) -> int:
    found = re.search(r"http://127\.0\.0\.1:([0-9]+)", said)
    assert found is not None
    return int(found[1])


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def test_the_demo_starts_from_nothing_and_keeps_what_was_changed(tmp_path: Path) -> None:
    with started(tmp_path, "demo", PORT="0") as (process, said):
        assert get(port_of(said), "/readyz")[0] == 200
        assert "påhittade siffror" in get(port_of(said), "/login")[1]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0
        assert "Projektledare SIDU" in said
        assert "påhittade siffror" in said
    file = tmp_path / "instance" / "demo.db"
    assert {path.name for path in tmp_path.iterdir()} == {"instance"}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}
    engine = make_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE workflow SET owner = 'Någon ny' WHERE id = 1"))
        (mark,) = connection.execute(text("SELECT demo_clock_at FROM programme")).one()
    assert mark.startswith("2023-04-14 07:00:00")
    with started(tmp_path, "demo", "--port", "0") as (_, said):
        assert get(port_of(said), "/healthz")[0] == 200
    with engine.begin() as connection:
        assert connection.execute(text("SELECT owner FROM workflow WHERE id = 1")).scalar_one() == "Någon ny"
        connection.execute(text("UPDATE programme SET demo_clock_at = NULL"))
    engine.dispose()
    before = file.read_bytes()
    assert "not a demo's database" in refused(tmp_path, "demo", "--port", "0")
    assert file.read_bytes() == before
    with engine.begin() as connection:
        connection.execute(text("UPDATE programme SET demo_clock_at = '2023-04-14 07:00:00.000000'"))
    engine.dispose()
    url = f"sqlite:///{file}"
    public = {"TRACKER_DATABASE_URL": url, "TRACKER_PUBLIC_URL": "https://tracker.example.org"}
    assert "this machine only" in refused(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0", **public)


def test_stopping_finishes_what_was_begun(tmp_path: Path, database: str) -> None:
    with (
        contextlib.ExitStack() as opened,
        running(tmp_path, "serve", "--port", "0", TRACKER_DATABASE_URL=database) as server,
    ):
        port = port_of(server.said)
        answers: list[tuple[int, str]] = []
        idle = opened.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)))
        idle.request("GET", "/healthz")
        idle.getresponse().read()  # kept open, as browsers do

        def sign_in() -> None:  # the slow hash keeps it busy for a while
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
            opened.callback(connection.close)
            connection.request("GET", "/login")
            page = connection.getresponse()
            cookie = page.headers["Set-Cookie"].partition(";")[0]
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
            assert found is not None
            body = f"csrf_token={found[1]}&email=x%40example.org&password=fel"
            ready.wait()
            form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "/login", body, form)
            sent.release()
            response = connection.getresponse()
            answers.append((response.status, response.read().decode()))

        ready, sent = threading.Barrier(4), threading.Semaphore(0)
        threads = [threading.Thread(target=sign_in) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in threads:
            sent.acquire(timeout=WITHIN_S)
        time.sleep(0.05)  # they have arrived, and are not answered yet
        began = time.monotonic()
        assert server.stop(signal.SIGTERM)[0] == 0
        assert time.monotonic() - began < HUNG_S
        for thread in threads:
            thread.join()
    assert [status for status, _ in answers] == [422] * 4
    assert all(page.rstrip().endswith("</html>") for _, page in answers)


def test_serving_says_how_to_make_the_first_administrator(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    assert ended(tmp_path, "db", "upgrade", TRACKER_DATABASE_URL=url)[0] == 0
    with running(tmp_path, "serve", "--port", "0", TRACKER_DATABASE_URL=url) as server:
        assert get(port_of(server.said), "/login")[0] == 200
        assert "Prova demon" not in get(port_of(server.said), "/login")[1]
        code, errors = server.stop(signal.SIGINT)
    assert "tracker user add EMAIL" in errors
    assert code == 0


def test_a_database_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    away = {
        "TRACKER_DATABASE_URL": f"postgresql+psycopg://tracker@127.0.0.1:{free_port()}/tracker",
        "TRACKER_SECRET_KEY": SECRET_KEY,
    }
    with running(tmp_path, "serve", "--port", "0", **away) as server:
        port = port_of(server.said)
        assert get(port, "/healthz") == (200, "ok\n")
        assert get(port, "/readyz") == (503, "not ready\n")
        status, page = get(port, "/board")
        code, errors = server.stop(signal.SIGTERM)
    assert (status, code) == (503, 0)
    assert "Databasservern kan inte nås" in page
    assert "Until then every page says so" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("--host", "0.0.0.0"), {}, "TRACKER_PUBLIC_URL"),
        (("--host", "0.0.0.0"), {"TRACKER_PUBLIC_URL": "http://tracker.example.org"}, "not https"),
        (("--host", "tracker.example.org"), {}, "TRACKER_PUBLIC_URL"),
        ((), {"TRACKER_PUBLIC_URL": "ftp://x"}, "must start with http"),
        ((), {"TRACKER_PUBLIC_URL": "https://tracker.example.org/tracker"}, "write https://tracker.example.org"),
        ((), {"TRACKER_SECRET_KEY": "secret"}, "TRACKER_SECRET_KEY"),
        ((), {"TRACKER_DATABASE_URL": "sqlite:///nowhere.db"}, "no database"),
    ],
)
def test_what_is_not_safe_is_refused(
    tmp_path: Path, database: str, arguments: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    given = {"TRACKER_DATABASE_URL": database} | environment
    assert words in refused(tmp_path, "serve", "--port", "0", *arguments, **given)
    assert not (tmp_path / "nowhere.db").exists()


@pytest.mark.skipif(not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists(), reason="no IPv6 here")
def test_this_machine_may_be_named_by_its_ipv6_address(tmp_path: Path, database: str) -> None:
    arguments = ("serve", "--host", "::1", "--port", "0")
    with running(tmp_path, *arguments, TRACKER_DATABASE_URL=database) as server:
        found = re.search(r"http://\[::1\]:([0-9]+)", server.said)
        assert found is not None
        connection = http.client.HTTPConnection("::1", int(found[1]), timeout=WITHIN_S)
        with contextlib.closing(connection):
            connection.request("GET", "/login")
            assert connection.getresponse().status == 200


def test_a_port_in_use_is_told(tmp_path: Path, database: str) -> None:
    with running(tmp_path, "serve", "--port", "0", TRACKER_DATABASE_URL=database) as server:
        port = str(port_of(server.said))
        assert f"Port {port}" in refused(tmp_path, "serve", "--port", port, TRACKER_DATABASE_URL=database)


def cycles_page(port: int) -> str:
    """What a planner of the demo gets to see of the cycles."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)) as connection:
        connection.request("GET", "/login")
        login = connection.getresponse()
        found = re.search(r'name="csrf_token" value="([^"]+)"', login.read().decode())
        assert found is not None
        headers = {
            "Cookie": login.headers["Set-Cookie"].partition(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/login/demo", f"csrf_token={found[1]}&role=planner", headers)
        signed_in = connection.getresponse()
        signed_in.read()
        cookies = [each.partition(";")[0] for each in signed_in.headers.get_all("Set-Cookie", [])]
        connection.request("GET", "/cycles", headers={"Cookie": "; ".join(cookies), "Accept-Language": "sv"})
        return connection.getresponse().read().decode()


def test_the_demo_of_another_day_begins_there_and_goes_on_there(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", "0", "--at", "2023-05-05") as server:
        page = cycles_page(port_of(server.said))
        assert "Klockan står på fredag 5 maj 2023" in page
        assert "cykel 5, arbetsdag 32 av 32" in page
    for arguments in ((), ("--at", "2023-05-05")):
        with running(tmp_path, "demo", "--port", "0", *arguments) as server:
            assert "cykel 5, arbetsdag 32 av 32" in cycles_page(port_of(server.said))
    code, _, errors = ended(tmp_path, "demo", "--port", "0", "--at", "2023-04-14")
    assert code == 1
    assert "was made for 2023-05-05" in errors
    assert errors.count("\n") == 1
    assert "Leave out --at to go on with it, or remove the file" in errors


@pytest.mark.parametrize("day", ["i morgon", "2023-02-30", "2023-5-5", "2023-05-06", "2023-04-13", ""])
def test_a_day_that_is_none_is_a_wrong_command_line(tmp_path: Path, day: str) -> None:
    code, _, errors = ended(tmp_path, "demo", "--port", "0", "--at", day)
    assert code == 2
    assert "Traceback" not in errors
    assert "--at" in errors.splitlines()[-1]
    assert not (tmp_path / "instance").exists()
