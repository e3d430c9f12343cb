"""Who may do what: every rule of the URL map, by method and role. A route without a row here fails."""

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs
from tracker.db.engine import reading
from tracker.db.models import Entry

pytestmark = ON_SQLITE

ROLES = people.ROLES
TO_SIGN_IN = 303
# Statuses in the order of ROLES: anonymous, viewer, lead_owner, lead_shared, lead_other, planner, admin, disabled.
Statuses = tuple[int, int, int, int, int, int, int, int]


def all_alike(status: int) -> Statuses:
    return (status,) * 8


def signed_in(status: int, turned_away: int = TO_SIGN_IN) -> Statuses:
    return (turned_away, *(status,) * 6, turned_away)


MOVE = {"to": "design", "version": "1"}
OWNERS_ONLY: Statuses = (TO_SIGN_IN, 403, 303, 403, 403, 303, 303, TO_SIGN_IN)
# (rule, method): the address to ask, the fields to send, what each role gets. LAB-001 is of LAB, shared with LKM.
TABLE: dict[tuple[str, str], tuple[str, dict[str, str], Statuses]] = {
    ("/", "GET"): ("/", {}, signed_in(302)),
    ("/board", "GET"): ("/board?cycle=all", {}, signed_in(200)),
    ("/board/changes", "GET"): ("/board/changes", {}, signed_in(200, 401)),
    ("/workflows/<key>", "GET"): ("/workflows/LAB-001", {}, signed_in(200)),
    ("/workflows/<key>/move", "POST"): ("/workflows/LAB-001/move", MOVE, OWNERS_ONLY),
    # Refused to those who may not; for the others there is nothing to take back but its creation.
    ("/workflows/<key>/take-back", "POST"): (
        "/workflows/LAB-001/take-back", {"version": "1"}, (TO_SIGN_IN, 403, 409, 403, 403, 409, 409, TO_SIGN_IN),
    ),
    ("/login", "GET"): ("/login", {}, (200, 302, 302, 302, 302, 302, 302, 200)),
    ("/login", "POST"): ("/login", {"email": "x@example.org", "password": "x"}, all_alike(422)),
    ("/login/demo", "POST"): ("/login/demo", {"role": "admin"}, all_alike(404)),
    ("/logout", "POST"): ("/logout", {}, all_alike(303)),
    ("/language", "POST"): ("/language", {"language": "en"}, all_alike(303)),
    ("/static/<digest>/<path:path>", "GET"): ("/static/x/favicon.svg", {}, all_alike(200)),
    ("/favicon.ico", "GET"): ("/favicon.ico", {}, all_alike(200)),
    ("/healthz", "GET"): ("/healthz", {}, all_alike(200)),
    ("/readyz", "GET"): ("/readyz", {}, all_alike(200)),
}  # fmt: skip
CELLS = [
    pytest.param(path, method, fields, role, status, id=f"{method} {rule} {role}")
    for (rule, method), (path, fields, statuses) in TABLE.items()
    for role, status in zip(ROLES, statuses, strict=True)
]


def test_every_route_has_a_row(app: Flask) -> None:
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize(("path", "method", "fields", "role", "status"), CELLS)
def test_each_role_gets_what_the_table_says(
    client_as: ClientAs, engine: Engine, path: str, method: str, fields: dict[str, str], role: str, status: int
) -> None:
    browser = client_as(role)
    before = _entries(engine)
    response = browser.submit(path, fields) if method == "POST" else browser.open(path, method=method)
    assert response.status_code == status
    if status == TO_SIGN_IN and role in {people.ANONYMOUS, people.DISABLED} and path not in {"/logout", "/language"}:
        assert response.location.startswith("/login")
    if status != 303 or role in {people.ANONYMOUS, people.DISABLED}:
        assert _entries(engine) == before, "refused, yet something was written"


@pytest.mark.parametrize(("path", "method", "fields", "role", "status"), CELLS)
def test_other_methods_do_nothing(
    client_as: ClientAs, engine: Engine, path: str, method: str, fields: dict[str, str], role: str, status: int
) -> None:
    del fields, status
    browser = client_as(role)
    before = _entries(engine)
    others = [("POST" if method == "GET" else "GET"), "PUT", "PATCH", "DELETE"]
    token = browser.token()
    for other in others:
        if path == "/login" and other in {"GET", "POST"}:
            continue
        response = browser.open(path, method=other, headers={"X-CSRFToken": token})
        assert response.status_code in {401, 403, 404, 405}
    assert _entries(engine) == before


def _entries(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0
