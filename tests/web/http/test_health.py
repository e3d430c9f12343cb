"""Whether the process lives, and whether it can work."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import PageClient
from tracker.db.engine import LOCK_TIMEOUT_S, database_file
from tracker.web.http import health


def readiness(client: PageClient) -> tuple[int, str]:
    began = time.perf_counter()
    response = client.get("/readyz")
    assert time.perf_counter() - began < LOCK_TIMEOUT_S  # it waits for nobody
    return response.status_code, response.text


def test_both_are_well(client: PageClient) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    assert readiness(client) == (200, "ready\n")


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "[fd00::7]:8000", "", "no host at all", "evil.example"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_load_balancers_ask_by_any_host(make_app: MakeApp, path: str, host: str) -> None:
    browser = browser_of(make_app(public_url="https://tracker.example.org"))
    assert browser.get(path, headers={"Host": host}).status_code == 200
    assert browser.get(f"{path}/", headers={"Host": host}).status_code >= 400


@ON_SQLITE
def test_a_database_that_is_gone_is_told_and_not_made_anew(client: PageClient, engine: Engine) -> None:
    file = database_file(engine)
    assert file is not None
    moved = file.rename(file.with_suffix(".moved"))
    assert readiness(client) == (503, "not ready\n")
    assert client.get("/healthz").status_code == 200
    assert not file.exists()
    moved.rename(file)
    assert readiness(client) == (200, "ready\n")


@ON_SQLITE
@pytest.mark.parametrize("path", ["/board?cycle=all", "/board/changes"])
def test_pages_without_a_file_say_so_and_come_back(client_as: ClientAs, engine: Engine, path: str) -> None:
    browser = client_as("viewer")
    file = database_file(engine)
    assert file is not None
    engine.dispose()  # no connection is left that could go on reading
    moved = file.rename(file.with_suffix(".moved"))
    response = browser.get(path, headers={"HX-PTag": "1", "Accept-Language": "en"})
    assert (response.status_code, file.exists()) == (503, False)
    assert "cannot be opened" in response.text
    assert str(file.parent) not in response.text
    moved.rename(file)
    assert browser.get(path).status_code == 200


def test_tables_that_are_gone_are_told(client: PageClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE programme RENAME TO elsewhere"))
    assert readiness(client) == (503, "not ready\n")
    assert client.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_in_time_is_told(client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.2)

    def slow(_engine: Engine) -> bool:
        time.sleep(0.6)
        return True

    monkeypatch.setattr(health, "_is_usable", slow)
    assert readiness(client) == (503, "not ready\n")


@ON_SQLITE
def test_a_full_disk_is_told(client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_SPACE", 2**80)
    assert readiness(client) == (503, "not ready\n")


@contextlib.contextmanager
def broken(engine: Engine) -> Iterator[None]:
    """Every statement fails as it does when the server has gone."""

    def fail(*_args: object) -> None:
        raise OperationalError("SELECT secret", {"name": "secret"}, Exception("server closed the connection"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("path", ["/board?cycle=all", "/workflows/LAB-001", "/board/changes"])
def test_pages_without_a_database_say_so_in_both_languages(client_as: ClientAs, engine: Engine, path: str) -> None:
    browser = client_as("viewer")
    with broken(engine):
        for language, words in (("sv", "går inte att nå"), ("en", "cannot be reached")):
            response = browser.get(path, headers={"Accept-Language": language})
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert words in response.text
            assert "secret" not in response.text
    assert browser.get(path).status_code == 200, "it recovers without a restart, and nobody was signed out"
