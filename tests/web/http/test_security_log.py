"""The security log: who signed in, failed to, got which rights and took files away, in numbers alone: O9."""

import io
import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlmodel import col

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs
from tracker import security_log
from tracker.config import SettingsError
from tracker.db.engine import reading
from tracker.db.models import User
from tracker.web.http.logging import Formatter

CANARY = "kanariefågel"
RIGHT = {"email": people.email("lead_owner"), "password": people.PASSWORD}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written to it during the test."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(Formatter())
    security_log.log.addHandler(handler)
    yield target
    security_log.log.removeHandler(handler)


def read(lines: io.StringIO) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in lines.getvalue().splitlines()]
    lines.seek(0)
    lines.truncate()
    return [{name: value for name, value in row.items() if name not in {"time", "level", "logger"}} for row in rows]


def number(engine: Engine, who: str) -> int:
    with reading(engine) as session:
        return session.scalars(select(col(User.id)).where(col(User.email) == people.email(who))).one() or 0


@ON_SQLITE
def test_signing_in_and_out_is_noted_and_so_is_what_fails(
    client_as: ClientAs, engine: Engine, lines: io.StringIO
) -> None:
    browser, account = client_as(people.ANONYMOUS), number(engine, "lead_owner")
    browser.submit("/login", RIGHT | {"password": CANARY})
    browser.submit("/login", {"email": f"{CANARY}@example.org", "password": CANARY})
    browser.submit(f"/link/{CANARY}", {"password": CANARY, "again": CANARY})
    browser.submit("/login", RIGHT)
    browser.submit("/logout", {})
    assert read(lines) == [
        {"message": "sign_in_failed", "account": account},
        {"message": "sign_in_failed", "account": None},
        {"message": "link_failed"},
        {"message": "signed_in", "account": account},
        {"message": "signed_out", "account": account},
    ]
    for _ in range(11):
        browser.submit("/login", RIGHT | {"password": CANARY})
    assert read(lines)[-1] == {"message": "too_many_attempts"}


@ON_SQLITE
def test_rights_links_and_files_taken_are_noted_once_they_are_kept(
    client_as: ClientAs, engine: Engine, lines: io.StringIO
) -> None:
    admin, by = client_as("admin"), number(engine, "admin")
    read(lines)
    with reading(engine) as session:
        actor = session.get_one(User, by).actor_id
    account = number(engine, "planner")
    page = f"/admin/accounts/{account}"
    fields = {"email": people.email("planner"), "name": "Namn planner", "role": "viewer"}
    admin.submit(page, fields)
    admin.submit(page, fields | {"email": people.email("viewer")})  # refused
    admin.submit(f"{page}/link", {})
    admin.submit(f"{page}/disable", {})
    admin.submit(f"{page}/enable", {})
    admin.get("/exports/cycle_summary.csv")
    admin.get("/exports/nothing.csv")
    about = {"account": account, "by": actor}
    assert read(lines) == [
        {"message": "role_changed", **about, "role": "viewer", "was": "planner"},
        {"message": "link_made", **about},
        {"message": "account_disabled", **about},
        {"message": "account_enabled", **about},
        {"message": "export", "account": by, "route": "/exports/<name>.csv"},
    ]


@ON_SQLITE
def test_no_name_address_or_text_is_in_it(app: Flask, client_as: ClientAs, lines: io.StringIO) -> None:
    admin, nobody = client_as("admin"), client_as(people.ANONYMOUS)
    with admin.session_transaction() as session:
        token = session["_user_id"]
    new = {"email": f"{CANARY}@example.org", "name": f"Namn {CANARY}", "role": "lead", "workstreams": "LAB"}
    admin.submit("/admin/accounts/new", new)
    admin.submit("/admin/accounts/import", {"text": f"email;name;role\n{CANARY}@example.org;{CANARY};viewer\n"})
    nobody.submit("/login", {"email": f"{CANARY}@example.org", "password": CANARY})
    nobody.submit("/login", RIGHT)
    nobody.submit("/settings/password", {"current": people.PASSWORD, "password": CANARY * 2, "again": CANARY * 2})
    admin.get(f"/exports/{CANARY}.csv")
    admin.get(f"/exports/cycle_summary.csv?basis={CANARY}")
    written = lines.getvalue().casefold()
    assert {"account_made", "password_changed"} <= {str(row["message"]) for row in read(lines)}
    for secret in (CANARY, "example.org", "Namn", people.PASSWORD, token, str(app.secret_key), "127.0.0.1"):
        assert secret.casefold() not in written
        assert json.dumps(secret)[1:-1].casefold() not in written


def test_it_goes_to_a_file_of_its_owners_that_may_be_rotated_away(tmp_path: Path) -> None:
    file = tmp_path / "security.log"
    try:
        security_log.set_up(file)
        security_log.note("signed_in", account=5)
        file.rename(tmp_path / "security.log.1")
        security_log.note("signed_out", account=5)
        with pytest.raises(SettingsError, match="TRACKER_SECURITY_LOG"):
            security_log.set_up(tmp_path / "nowhere" / "security.log")
    finally:
        security_log.set_up(None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (line,) = file.read_text().splitlines()
    kept = json.loads(line)
    assert (kept["logger"], kept["message"], kept["account"]) == ("tracker.security", "signed_out", 5)
    assert "signed_in" in (tmp_path / "security.log.1").read_text()
