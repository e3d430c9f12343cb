"""Connections that never ask to the end, or ask so that two readers disagree, leave the others served: L3 and W20."""

import contextlib
import http.client
import re
import resource
import socket
import time
from collections.abc import Iterator

import pytest

from tests.cli.processes import WITHIN_S, running
from tests.counts import is_full
from tests.databases import SqliteDatabases
from tests.web import people
from tracker.web.http import connections

HALF_OPEN = 1_050
BEGUN = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
BODY_BEGUN = BEGUN + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail="


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where `tracker serve` is."""
    folder = tmp_path_factory.mktemp("slow")
    with (
        SqliteDatabases(folder).fresh(people.prepare) as url,
        running(folder, "serve", "--port", "0", TRACKER_DATABASE_URL=url) as server,
    ):
        found = re.search(r"http://127\.0\.0\.1:([0-9]+)", server.said)
        assert found is not None
        yield int(found[1])


@pytest.fixture
def many_files() -> Iterator[None]:
    """As many open files as the machine allows, for the sockets of those who wait."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connected(port: int, sent: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
    made.sendall(sent)
    return made


def answered_in(port: int) -> float:
    """Seconds until somebody else has the page to sign in."""
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)) as browser:
        browser.request("GET", "/login")
        assert browser.getresponse().status == 200
    return time.monotonic() - began


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize("sent", [b"", BEGUN, BODY_BEGUN], ids=["nothing", "headers", "body"])
def test_others_are_served_while_more_than_a_thousand_connections_never_ask_to_the_end(port: int, sent: bytes) -> None:
    with contextlib.ExitStack() as opened:
        for _ in range(HALF_OPEN):
            opened.enter_context(contextlib.closing(connected(port, sent)))
        took = [answered_in(port) for _ in range(5)]
    print(f"{HALF_OPEN} connections that sent {len(sent)} bytes: others served in {max(took):.2f} s")
    assert max(took) <= 2


@pytest.mark.skipif(not is_full(), reason="waits for the time limits themselves; in full only")
@pytest.mark.parametrize(
    ("sent", "within"),
    [
        (b"", connections.HEADERS_WITHIN_S),
        (BEGUN, connections.HEADERS_WITHIN_S),
        (BODY_BEGUN, connections.BODY_SILENT_S),
    ],
    ids=["nothing", "headers", "body"],
)
def test_who_does_not_ask_in_time_is_let_go(port: int, sent: bytes, within: float) -> None:
    began = time.monotonic()
    with contextlib.closing(connected(port, sent)) as slow:
        assert slow.recv(1) == b""
    assert within <= time.monotonic() - began <= within + 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", 400),
        ("Content-Length: 0\r\nTransfer-Encoding: chunked", 400),
        ("Content-Length: 5\r\nContent-Length: 6", 400),
        ("Content-Length: 5, 5", 400),
        ("Content-Length: +5", 400),
        ("Transfer-Encoding: chunked, identity", 501),
    ],
)
@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_request_whose_length_can_be_read_in_two_ways_is_refused_and_the_connection_ends(
    port: int, headers: str, status: int, version: str
) -> None:
    if version == "1.0" and status == 501:
        status = 400  # it knows no encodings at all
    smuggled = "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with contextlib.closing(
        connected(port, f"POST /login HTTP/{version}\r\nHost: localhost\r\n{headers}\r\n\r\n{smuggled}".encode())
    ) as sender:
        answer = b"".join(iter(lambda: sender.recv(10_000), b"")).decode()
    assert answer.split()[1] == str(status)
    assert answer.count("HTTP/1.") == 1


def test_what_waits_longest_is_let_go_first_and_never_what_is_answered(port: int) -> None:
    """Somebody who has asked before may ask again on the same connection while strangers fill the server."""
    with contextlib.ExitStack() as opened:
        browser = opened.enter_context(
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S))
        )
        browser.request("GET", "/healthz")
        browser.getresponse().read()
        for _ in range(connections.MOST + 20):
            opened.enter_context(contextlib.closing(connected(port, BEGUN)))
        browser.request("GET", "/healthz")
        assert browser.getresponse().status == 200
