"""PostgreSQL away, restarted, frozen: pages say so, nothing waits for long, and the service comes back by itself."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.faults.leads import Lead, Reply, findings, looking, scalars
from tests.faults.workers import POOL, Workers, workers
from tests.own_postgres import OwnServer, own_server
from tests.web import people

pytestmark = pytest.mark.postgres

BACK_WITHIN_S = 10
ANSWERED_WITHIN_S = 16
WORKERS = 3
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Site:
    """A gunicorn that was started while its database was away, and what it answered then."""

    server: OwnServer
    url: str
    workers: Workers
    at_start: dict[str, Reply]
    back_after_s: float


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with own_server() as server:
        url = server.url("tracker")
        server.ask("CREATE DATABASE tracker")
        with looking(url) as engine:
            people.prepare(engine)
        server.stop()
        with workers(tmp_path_factory.mktemp("away"), url, count=WORKERS) as running:
            at_start = {path: running.ask(path) for path in ("/", "/board/changes", "/readyz", "/healthz")}
            at_start["sheet"] = running.ask(a_sheet(at_start["/"]))
            server.start()
            back = running.seconds_until_all("/login", is_there)
            yield Site(server, url, running, at_start, back)


def is_there(reply: Reply) -> bool:
    return reply.status == 200


def a_sheet(page: Reply) -> str:
    """The address of the page's first style sheet."""
    found = re.search(r'rel="stylesheet" href="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def is_designed(reply: Reply) -> bool:
    """Our own page with all its headers, not the server's or Flask's."""
    return (
        reply.status == 503
        and "Databasservern" in reply.text
        and 'class="error-page' in reply.text
        and "Retry-After" in reply.headers
        and "default-src 'none'" in reply.headers["Content-Security-Policy"]
    )


def a_lead(site: Site) -> Lead:
    """Somebody who may move cards, signed in."""
    return Lead(site.workers.address).sign_in_as(people.email("lead_owner"), people.PASSWORD)


def a_move(lead: Lead) -> tuple[str, dict[str, str]]:
    """The address and the fields of a move that stands at nobody's way."""
    version, key = lead.form_of("LAB-001")
    turn = next(_numbers)
    fields = {"to": ("validation", "test")[turn % 2], "version": str(version), "key": key, "reason": "other"}
    return "/workflows/LAB-001/move", fields | {"note": f"nummer {turn}"}


def test_workers_that_start_while_the_database_is_away_say_so_and_come_alive(site: Site) -> None:
    print(f"Started while PostgreSQL was away: back {site.back_after_s:.2f} s after it")
    assert is_designed(site.at_start["/"])
    assert is_designed(site.at_start["/board/changes"])
    assert site.at_start["/readyz"].status == 503
    assert site.at_start["/healthz"].status == 200
    assert site.at_start["sheet"].status == 200
    assert site.back_after_s < BACK_WITHIN_S
    assert "cannot be used yet" in site.workers.errors.read_text()


def test_a_restart_with_a_worker_killed_meanwhile_is_over_within_ten_seconds(site: Site) -> None:
    lead = a_lead(site)
    path, fields = a_move(lead)
    site.server.stop()
    site.workers.kill_one()
    answers = [site.workers.ask("/board") for _ in range(8)]
    refused = lead.send(path, fields)
    time.sleep(1)  # until the new worker has found nobody there
    assert site.workers.process.poll() is None
    site.server.start()
    seconds = site.workers.seconds_until_all("/login", is_there)
    print(f"PostgreSQL restarted, a worker killed meanwhile: answers again after {seconds:.2f} s")
    assert {reply.status for reply in answers} <= {503, 303, 0}
    assert is_designed(refused)
    assert 'name="key"' in refused.text  # what was sent can be sent again
    assert seconds < BACK_WITHIN_S
    assert is_there(lead.open("/board"))
    assert lead.send(path, fields).status == 303
    assert scalars(site.url, "SELECT count(*) FROM state_change WHERE note = :note", note=fields["note"]) == [1]


def test_frozen_it_is_told_within_sixteen_seconds_and_the_process_answers_within_one(site: Site) -> None:
    lead = a_lead(site)
    path, fields = a_move(lead)
    timed = [lambda: lead.twin().ask("GET", "/board")] * 35 + [lambda: lead.twin().send(path, fields)] * 5
    with ThreadPoolExecutor(len(timed)) as together, site.server.frozen():
        asked = [together.submit(seconds_of, ask) for ask in timed]
        time.sleep(0.5)
        health = []
        while not all(each.done() for each in asked):
            health.append(seconds_of(lambda: site.workers.ask("/healthz")))
            assert seconds_of(lambda: site.workers.ask("/readyz"))[1].status == 503
            time.sleep(0.1)
        answers = [each.result() for each in asked]
    slowest, at_once = max(answers)[0], sum(seconds < 2 for seconds, _ in answers)
    print(
        f"Frozen: {len(answers)} requests, the slowest answered after {slowest:.2f} s, {at_once} at once;"
        f" /healthz {len(health)} times, the slowest after {max(health)[0]:.3f} s"
    )
    assert [reply for _, reply in answers if not is_designed(reply)] == []
    assert slowest < ANSWERED_WITHIN_S
    assert at_once >= len(answers) - WORKERS * POOL
    assert {reply.status for _, reply in health} == {200}
    assert max(health)[0] < 1
    assert site.workers.seconds_until_all("/login", is_there) < BACK_WITHIN_S
    assert lead.send(path, fields).status == 303
    assert scalars(site.url, "SELECT count(*) FROM state_change WHERE note = :note", note=fields["note"]) == [1]
    assert findings(site.url) == []


def seconds_of(ask: Callable[[], Reply]) -> tuple[float, Reply]:
    began = time.monotonic()
    reply = ask()
    return time.monotonic() - began, reply
