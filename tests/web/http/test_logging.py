"""Log lines: one JSON object per request, and nothing personal in any of them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs
from tracker.web.http.logging import Formatter

pytestmark = ON_SQLITE

CANARY = "kanariefågel"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged during the test, at every level."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(Formatter())
    root, ours = logging.getLogger(), logging.getLogger("tracker")
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield target
    root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def requests(lines: io.StringIO) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [row for row in rows if row["message"] == "request"]


def test_each_request_is_a_line(client_as: ClientAs, lines: io.StringIO) -> None:
    browser = client_as("viewer")
    response = browser.get("/workflows/LAB-001?q=x")
    (line,) = requests(lines)
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/workflows/<key>", 200)
    assert isinstance(line["duration_ms"], float)
    assert line["level"] == "INFO"
    assert "time" in line
    browser.get("/nothing/here")
    assert requests(lines)[1]["route"] is None


def test_what_asks_all_the_time_is_not_logged_as_news(client_as: ClientAs, lines: io.StringIO) -> None:
    browser = client_as("viewer")
    for path in ("/healthz", "/readyz", "/favicon.ico", "/static/x/favicon.svg", "/board/changes"):
        browser.get(path)
    assert {line["level"] for line in requests(lines)} == {"DEBUG"}


def test_nothing_personal_is_in_any_line(
    app: Flask, client_as: ClientAs, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boom(key: str) -> str:
        raise RuntimeError(key)

    monkeypatch.setitem(app.view_functions, "workflow_fields.edit", boom)
    browser, nobody = client_as("lead_owner"), client_as(people.ANONYMOUS)
    with browser.session_transaction() as session:
        token = session["_user_id"]
    for _ in range(12):
        nobody.submit("/login", {"email": f"{CANARY}@example.org", "password": CANARY})
    nobody.submit("/login", {"email": people.email("lead_owner"), "password": people.PASSWORD})
    browser.submit("/settings/password", {"current": CANARY, "password": CANARY, "again": CANARY})
    nobody.submit(f"/link/{CANARY}", {"password": CANARY, "again": CANARY})
    for path in (
        f"/workflows/{CANARY}/edit",
        f"/{CANARY}",
        f"/link/{CANARY}",
        f"/workflows/{CANARY}",
        f"/board?q={CANARY}&owner={CANARY}",
    ):
        for headers in ({}, {"User-Agent": CANARY, "Referer": f"http://localhost/{CANARY}", "X-Request-ID": CANARY}):
            browser.get(path, headers=headers)
    browser.open("/", method=CANARY.upper())
    fields = {"to": "design", "version": "1", "note": CANARY, "key": CANARY, "reason": CANARY}
    browser.submit("/workflows/LAB-001/move", fields)
    browser.submit("/workflows/LAB-001/move", fields | {"to": CANARY})
    written = lines.getvalue().casefold()
    assert '"failed"' in written
    assert "runtimeerror" in written
    for secret in (CANARY, "example.org", "Namn", people.PASSWORD, token, str(app.secret_key)):
        assert secret.casefold() not in written
        assert json.dumps(secret)[1:-1].casefold() not in written


def test_an_error_page_names_the_line(
    app: Flask, client_as: ClientAs, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "help.show", lambda: str(1 / 0))
    request_id = client_as("viewer").get("/help").headers["X-Request-ID"]
    failed = [json.loads(line) for line in lines.getvalue().splitlines() if '"failed"' in line]
    assert [line["request_id"] for line in failed] == [request_id]
    assert "ZeroDivisionError" in failed[0]["exc_info"]
