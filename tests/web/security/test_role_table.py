"""Who may do what: every rule of the URL map, by method and role. A route without a row here fails."""

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from tests.counts import is_full
from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs
from tracker.db.engine import reading
from tracker.db.models import Entry
from tracker.domain.blockers import FIELDS

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
CHANGES_NOTHING = {"action": "move", "to": "not_started", "workflow": "LAB-001", "version_LAB-001": "1"}
PLANNERS_ACCOUNT = {"email": people.email("planner"), "name": "Namn planner", "role": "viewer"}
NEW_ACCOUNT = {"email": "ny@example.org", "name": "Ny", "role": "viewer"}
SETTINGS = {"language": "en"}


def admins_only(status: int) -> Statuses:
    return (TO_SIGN_IN, 403, 403, 403, 403, 403, status, TO_SIGN_IN)


def planners_only(status: int) -> Statuses:
    return (TO_SIGN_IN, 403, 403, 403, 403, status, status, TO_SIGN_IN)


def leads_and_planners(status: int) -> Statuses:
    return (TO_SIGN_IN, 403, *(status,) * 5, TO_SIGN_IN)


LEADS_AND_PLANNERS = leads_and_planners(200)
OWNERS_ONLY: Statuses = (TO_SIGN_IN, 403, 303, 403, 403, 303, 303, TO_SIGN_IN)
TAKING_PART: Statuses = (TO_SIGN_IN, 403, 303, 303, 403, 303, 303, TO_SIGN_IN)
PLANNERS_ONLY: Statuses = (TO_SIGN_IN, 403, 403, 403, 403, 303, 303, TO_SIGN_IN)
NEW_CYCLE = {"starts_on": "2023-06-26", "ends_on": "2023-08-13"}
NEW_BLOCKER = {"title": "Hinder", "category": "data", "workflow": "LAB-001"}
# Blocker 1 holds LAB-003, which is of LAB alone.
BLOCKER = dict.fromkeys(FIELDS, "") | {
    "title": "Etikettskrivare saknas",
    "category": "equipment",
    "owner": "Testledare",
}
BLOCKER_EDIT = BLOCKER | {f"was_{name}": text for name, text in BLOCKER.items()} | {"owner": "Inköp"}
WORKFLOW = {
    "name": "Svara på prov",
    "name_en": "Answer a sample",
    "description": "",
    "owner": "",
    "priority": "",
    "other_workstreams": "LKM",
}
WORKFLOW_EDIT = WORKFLOW | {f"was_{name}": text for name, text in WORKFLOW.items()} | {"owner": "Testledare"}
REPORT_PART = {"summary": "Vi har testat.", "plan": "", "was_summary": "", "was_plan": ""}
KIND = "<any(projects, workstreams):kind>"
NEW_STREAM = {"code": "APO", "name": "Apotek", "project_code": "SIDU"}
REVIEW = "/cycles/<int(max=2147483647):number>/review"
# (rule, method): the address to ask, the fields to send, what each role gets. LAB-001 is of LAB, shared with LKM.
TABLE: dict[tuple[str, str], tuple[str, dict[str, str], Statuses]] = {
    ("/", "GET"): ("/", {}, signed_in(200)),
    ("/board", "GET"): ("/board?cycle=all", {}, signed_in(200)),
    ("/board/changes", "GET"): ("/board/changes", {}, signed_in(200, 401)),
    ("/batch", "POST"): ("/batch", CHANGES_NOTHING, (TO_SIGN_IN, 403, 200, 403, 403, 200, 200, TO_SIGN_IN)),
    # The entry by which the last account was made: it did nothing to workflows.
    ("/entries/<int:entry_id>/take-back", "POST"): (
        "/entries/20/take-back",
        {},
        (TO_SIGN_IN, 403, 403, 403, 403, 200, 200, TO_SIGN_IN),
    ),
    ("/setup/files", "GET"): ("/setup/files", {}, planners_only(200)),
    ("/setup/files", "POST"): ("/setup/files", {}, planners_only(409)),  # there is a history
    ("/setup/files/<token>", "GET"): ("/setup/files/unknown", {}, planners_only(404)),
    ("/setup/files/<token>", "POST"): ("/setup/files/unknown", {}, planners_only(404)),
    ("/imports/workflows", "GET"): ("/imports/workflows", {}, LEADS_AND_PLANNERS),
    ("/imports/workflows", "POST"): ("/imports/workflows", {}, leads_and_planners(422)),  # there is no file
    ("/imports/progress/<token>", "GET"): ("/imports/progress/unknown", {}, signed_in(200, 401)),
    ("/imports/workflows/<token>", "GET"): ("/imports/workflows/unknown", {}, leads_and_planners(404)),
    ("/imports/workflows/<token>/columns", "GET"): ("/imports/workflows/unknown/columns", {}, leads_and_planners(404)),
    ("/imports/workflows/<token>/columns", "POST"): ("/imports/workflows/unknown/columns", {}, leads_and_planners(404)),
    ("/imports/workflows/<token>/choices", "POST"): ("/imports/workflows/unknown/choices", {}, leads_and_planners(404)),
    ("/imports/workflows/<token>/confirm", "POST"): ("/imports/workflows/unknown/confirm", {}, leads_and_planners(404)),
    ("/imports/workflows/<token>/refused.csv", "GET"): (
        "/imports/workflows/unknown/refused.csv",
        {},
        (401, 403, *(404,) * 5, 401),
    ),
    ("/help", "GET"): ("/help", {}, signed_in(200)),
    ("/help/", "GET"): ("/help/", {}, signed_in(200)),
    ("/help/<name>", "GET"): ("/help/planning-week", {}, signed_in(200)),
    # A row that leads of others send is refused; it comes back in the list with its cause.
    ("/board/rows", "POST"): (
        "/board/rows?view=list",
        {"row": "LAB-001", "version_LAB-001": "1", "to_LAB-001": "design"},
        OWNERS_ONLY,
    ),
    ("/workflows/<key>", "GET"): ("/workflows/LAB-001", {}, signed_in(200)),
    ("/workflows/<key>/move", "POST"): ("/workflows/LAB-001/move", MOVE, OWNERS_ONLY),
    # Refused to those who may not; for the others there is nothing to take back but its creation.
    ("/workflows/<key>/take-back", "POST"): (
        "/workflows/LAB-001/take-back",
        {"version": "1"},
        (TO_SIGN_IN, 403, 409, 403, 403, 409, 409, TO_SIGN_IN),
    ),
    ("/workflows/<key>/parts", "GET"): ("/workflows/LAB-001/parts?workstream=LKM&stage=design", {}, signed_in(200)),
    ("/workflows/<key>/parts", "POST"): (
        "/workflows/LAB-001/parts",
        {"workstream": "LKM", "stage": "design", "event": "withdrawn", "state": "not_started"},
        (TO_SIGN_IN, 403, 403, 303, 403, 303, 303, TO_SIGN_IN),
    ),
    ("/workflows/new", "GET"): ("/workflows/new", {}, signed_in(200)),
    ("/workflows/new", "POST"): ("/workflows/new", {"workstream": "LAB", "name": "Nytt"}, OWNERS_ONLY),
    ("/workflows/<key>/edit", "GET"): ("/workflows/LAB-001/edit", {}, signed_in(200)),
    ("/workflows/<key>/edit", "POST"): ("/workflows/LAB-001/edit", WORKFLOW_EDIT, OWNERS_ONLY),
    ("/workflows/<key>/note", "POST"): ("/workflows/LAB-001/note", {"note": "Ringt"}, TAKING_PART),
    ("/workflows/<key>/check", "POST"): ("/workflows/LAB-001/check", {}, OWNERS_ONLY),
    ("/workflows/<key>/release", "POST"): (
        "/workflows/LAB-003/release",
        {"blocker": "1", "note": "Löst"},
        OWNERS_ONLY,
    ),
    ("/workflows/<key>/scope", "POST"): (
        "/workflows/LAB-001/scope",
        {"do": "enter", "cycle": "3", "goal": "test", "version": "1"},
        OWNERS_ONLY,
    ),
    ("/workflows/<key>/archive", "POST"): ("/workflows/LAB-001/archive", {"version": "1", "confirm": "1"}, OWNERS_ONLY),
    ("/workstreams", "GET"): ("/workstreams", {}, signed_in(200)),
    ("/workstreams/<code>", "GET"): ("/workstreams/LKM", {}, signed_in(200)),
    ("/cycles", "GET"): ("/cycles", {}, signed_in(200)),
    ("/cycles/new", "GET"): ("/cycles/new", {}, signed_in(200)),
    ("/cycles/new", "POST"): ("/cycles/new", NEW_CYCLE, PLANNERS_ONLY),
    ("/cycles/<int:number>/edit", "GET"): ("/cycles/1/edit", {}, signed_in(200)),
    ("/cycles/<int:number>/edit", "POST"): ("/cycles/1/edit", {"goal": "Allt i test", "was_goal": ""}, PLANNERS_ONLY),
    ("/setup", "GET"): ("/setup", {}, signed_in(200)),
    ("/setup/programme", "GET"): ("/setup/programme", {}, planners_only(200)),
    ("/setup/programme", "POST"): ("/setup/programme", {"name": "Programmet", "was_name": ""}, PLANNERS_ONLY),
    (f"/setup/{KIND}/new", "GET"): ("/setup/workstreams/new", {}, planners_only(200)),
    (f"/setup/{KIND}/new", "POST"): ("/setup/workstreams/new", NEW_STREAM, PLANNERS_ONLY),
    (f"/setup/{KIND}/<code>", "GET"): ("/setup/projects/SIDU", {}, planners_only(200)),
    (f"/setup/{KIND}/<code>", "POST"): ("/setup/projects/SIDU", {"name": "Nytt"}, planners_only(422)),
    ("/setup/workstreams/<code>/archive", "POST"): (
        "/setup/workstreams/RTG/archive",
        {"away": "1"},
        PLANNERS_ONLY,
    ),
    ("/setup/entries/<int:entry_id>/take-back", "POST"): ("/setup/entries/20/take-back", {}, PLANNERS_ONLY),
    (f"/setup/{KIND}/paste", "GET"): ("/setup/projects/paste", {}, planners_only(200)),
    (f"/setup/{KIND}/paste", "POST"): ("/setup/projects/paste", {"text": ""}, planners_only(422)),
    (f"/setup/{KIND}/paste/<token>", "GET"): ("/setup/projects/paste/unknown", {}, planners_only(404)),
    (f"/setup/{KIND}/paste/<token>/confirm", "POST"): (
        "/setup/projects/paste/unknown/confirm",
        {},
        planners_only(404),
    ),
    ("/calendar.ics", "GET"): ("/calendar.ics?key=unknown", {}, all_alike(404)),
    ("/admin", "GET"): ("/admin", {}, admins_only(200)),
    ("/admin/accounts/new", "GET"): ("/admin/accounts/new", {}, admins_only(200)),
    ("/admin/accounts/new", "POST"): ("/admin/accounts/new", NEW_ACCOUNT, admins_only(303)),
    ("/admin/accounts/<int:account_id>", "GET"): ("/admin/accounts/5", {}, admins_only(200)),
    ("/admin/accounts/<int:account_id>", "POST"): ("/admin/accounts/5", PLANNERS_ACCOUNT, admins_only(303)),
    ("/admin/accounts/<int:account_id>/link", "POST"): ("/admin/accounts/5/link", {}, admins_only(303)),
    ("/admin/accounts/<int:account_id>/disable", "POST"): ("/admin/accounts/5/disable", {}, admins_only(303)),
    ("/admin/accounts/<int:account_id>/enable", "POST"): ("/admin/accounts/5/enable", {}, admins_only(303)),
    ("/admin/accounts/import", "GET"): ("/admin/accounts/import", {}, admins_only(200)),
    ("/admin/accounts/import", "POST"): ("/admin/accounts/import", {"text": ""}, admins_only(422)),
    ("/admin/accounts/import/confirm", "POST"): ("/admin/accounts/import/confirm", {"text": ""}, admins_only(422)),
    ("/admin/audit", "GET"): ("/admin/audit", {}, (TO_SIGN_IN, 403, 403, 403, 403, 200, 200, TO_SIGN_IN)),
    ("/settings", "GET"): ("/settings", {}, signed_in(200)),
    ("/settings", "POST"): ("/settings", SETTINGS, signed_in(303)),
    ("/settings/password", "POST"): ("/settings/password", {"current": "x"}, signed_in(422)),
    ("/settings/sign-out-elsewhere", "POST"): ("/settings/sign-out-elsewhere", {}, signed_in(303)),
    ("/settings/calendar", "POST"): ("/settings/calendar", {}, signed_in(303)),
    ("/link/<token>", "GET"): ("/link/unknown", {}, all_alike(404)),
    ("/link/<token>", "POST"): ("/link/unknown", {"password": "x", "again": "x"}, all_alike(404)),
    ("/accessibility", "GET"): ("/accessibility", {}, all_alike(200)),
    ("/blockers", "GET"): ("/blockers", {}, signed_in(200)),
    ("/blockers/new", "GET"): ("/blockers/new", {}, signed_in(200)),
    ("/blockers/new", "POST"): ("/blockers/new", NEW_BLOCKER, TAKING_PART),
    ("/blockers/<int:blocker_id>", "GET"): ("/blockers/1", {}, signed_in(200)),
    ("/blockers/<int:blocker_id>/edit", "POST"): ("/blockers/1/edit", BLOCKER_EDIT, OWNERS_ONLY),
    ("/blockers/<int:blocker_id>/release", "POST"): (
        "/blockers/1/release",
        {"scope": "all", "note": "Löst"},
        OWNERS_ONLY,
    ),
    ("/blockers/<int:blocker_id>/hold", "POST"): ("/blockers/1/hold", {"workflow": "LAB-001"}, TAKING_PART),
    ("/blockers/<int:blocker_id>/note", "POST"): ("/blockers/1/note", {"note": "Ringt"}, OWNERS_ONLY),
    ("/cycles/<int:number>", "GET"): ("/cycles/2", {}, signed_in(200)),
    ("/charts", "GET"): ("/charts", {}, signed_in(200)),
    ("/charts/<name>", "GET"): ("/charts/throughput", {}, signed_in(200)),
    ("/charts/<name>.json", "GET"): ("/charts/throughput.json", {}, signed_in(200, 401)),
    ("/charts/<name>.csv", "GET"): ("/charts/throughput.csv", {}, signed_in(200, 401)),
    ("/exports", "GET"): ("/exports", {}, signed_in(200)),
    ("/exports/<name>.csv", "GET"): ("/exports/cycle_summary.csv", {}, signed_in(200, 401)),
    ("/exports/pack.zip", "GET"): ("/exports/pack.zip?cycle=2", {}, signed_in(200, 401)),
    ("/exports/pack.xlsx", "GET"): ("/exports/pack.xlsx?cycle=2", {}, signed_in(200, 401)),
    ("/definitions", "GET"): ("/definitions", {}, signed_in(200)),
    ("/reports", "GET"): ("/reports", {}, signed_in(200)),
    ("/reports/<month>", "GET"): ("/reports/2023-03", {}, signed_in(200)),
    ("/reports/<month>.md", "GET"): ("/reports/2023-03.md", {}, signed_in(200, 401)),
    # LAB and RTG are of SIDU, LKM is not.
    ("/reports/<month>/parts/<project>", "GET"): ("/reports/2023-03/parts/SIDU", {}, signed_in(200)),
    ("/reports/<month>/parts/<project>", "POST"): (
        "/reports/2023-03/parts/SIDU",
        REPORT_PART,
        (TO_SIGN_IN, 403, 303, 403, 303, 303, 303, TO_SIGN_IN),
    ),
    ("/reports/<month>/publish", "GET"): ("/reports/2023-03/publish", {}, planners_only(200)),
    ("/reports/<month>/publish", "POST"): ("/reports/2023-03/publish", {}, PLANNERS_ONLY),
    # Nothing is published.
    ("/reports/<month>/reopen", "POST"): ("/reports/2023-03/reopen", {}, planners_only(409)),
    (f"{REVIEW}", "GET"): ("/cycles/2/review", {}, signed_in(200)),
    (f"{REVIEW}/changes", "GET"): ("/cycles/2/review/changes", {}, signed_in(200, 401)),
    (f"{REVIEW}/<key>/propose", "POST"): (
        "/cycles/2/review/LAB-002/propose",
        {"kind": "returned", "reason": "scope", "version": "0"},
        OWNERS_ONLY,
    ),
    (f"{REVIEW}/<key>/withdraw", "POST"): ("/cycles/2/review/LAB-002/withdraw", {"version": "0"}, OWNERS_ONLY),
    (f"{REVIEW}/accept", "POST"): ("/cycles/2/review/accept", {"workstream": "LAB", "reason": "scope"}, OWNERS_ONLY),
    (f"{REVIEW}/proposals", "GET"): ("/cycles/2/review/proposals", {}, signed_in(200)),
    (f"{REVIEW}/proposals", "POST"): (
        "/cycles/2/review/proposals",
        {"workstream": "LAB", "reason": "scope"},
        OWNERS_ONLY,
    ),
    (f"{REVIEW}/ready", "POST"): ("/cycles/2/review/ready", {"workstream": "LAB"}, OWNERS_ONLY),
    # Cycle 2 runs and has undecided members; nothing is to be committed while it does.
    ("/cycles/<int:number>/close", "GET"): ("/cycles/2/close", {}, planners_only(200)),
    ("/cycles/<int:number>/close", "POST"): ("/cycles/2/close", {"confirm": "2"}, planners_only(409)),
    ("/cycles/<int:number>/commit", "GET"): ("/cycles/3/commit", {}, planners_only(200)),
    ("/cycles/<int:number>/commit", "POST"): ("/cycles/3/commit", {}, planners_only(409)),
    ("/cycles/<int:number>/plan", "GET"): ("/cycles/3/plan", {}, signed_in(200)),
    ("/cycles/<int:number>/plan/changes", "GET"): ("/cycles/3/plan/changes", {}, signed_in(200, 401)),
    ("/cycles/<int:number>/plan", "POST"): (
        "/cycles/3/plan",
        {"one": "in:design:LAB-001", "version_LAB-001": "1"},
        OWNERS_ONLY,
    ),
    ("/login", "GET"): ("/login", {}, (200, 302, 302, 302, 302, 302, 302, 200)),
    ("/login", "POST"): ("/login", {"email": "x@example.org", "password": "x"}, all_alike(422)),
    ("/login/demo", "POST"): ("/login/demo", {"role": "admin"}, all_alike(404)),
    ("/logout", "POST"): ("/logout", {}, all_alike(303)),
    ("/language", "POST"): ("/language", {"language": "en"}, all_alike(303)),
    ("/static/<digest>/<path:path>", "GET"): ("/static/x/favicon.svg", {}, all_alike(200)),
    ("/favicon.ico", "GET"): ("/favicon.ico", {}, all_alike(200)),
    ("/.well-known/security.txt", "GET"): ("/.well-known/security.txt", {}, all_alike(404)),  # no contact is set
    ("/healthz", "GET"): ("/healthz", {}, all_alike(200)),
    ("/readyz", "GET"): ("/readyz", {}, all_alike(200)),
}
IN_TABLE = {(path.partition("?")[0], method) for (_, method), (path, _, _) in TABLE.items()}
OUTSIDE = {people.ANONYMOUS, people.DISABLED}
ROUTES = [
    pytest.param(path, method, fields, statuses, id=f"{method} {rule}")
    for (rule, method), (path, fields, statuses) in TABLE.items()
]


def writes(method: str, role: str, status: int) -> bool:
    """Whether the request may change something, so that it needs a database of its own."""
    return method == "POST" and status == 303 and role not in OUTSIDE


WRITES = [
    pytest.param(path, fields, role, id=f"{rule} {role}")
    for (rule, method), (path, fields, statuses) in TABLE.items()
    for role, status in zip(ROLES, statuses, strict=True)
    if writes(method, role, status)
]


def test_every_route_has_a_row(app: Flask) -> None:
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize(("path", "fields", "role"), WRITES)
def test_who_may_write_does(client_as: ClientAs, path: str, fields: dict[str, str], role: str) -> None:
    assert client_as(role).submit(path, fields).status_code == 303


@pytest.mark.parametrize(("path", "method", "fields", "statuses"), ROUTES)
def test_who_may_only_read_or_nothing_gets_what_the_table_says_and_writes_nothing(
    client_as: ClientAs, engine: Engine, path: str, method: str, fields: dict[str, str], statuses: Statuses
) -> None:
    for role, status in zip(ROLES, statuses, strict=True):
        if writes(method, role, status):
            continue
        browser = client_as(role)
        before = _entries(engine)
        response = browser.submit(path, fields) if method == "POST" else browser.open(path, method=method)
        assert response.status_code == status, role
        if status == TO_SIGN_IN and role in OUTSIDE and path not in {"/logout", "/language"}:
            assert response.location.startswith("/login")
        assert _entries(engine) == before, f"{role} is refused, yet something was written"


@pytest.mark.parametrize(("place", "path", "method"), [(n, *param.values[:2]) for n, param in enumerate(ROUTES)])
def test_other_methods_do_nothing(client_as: ClientAs, engine: Engine, place: int, path: str, method: str) -> None:
    """An ordinary run asks each route in a third of the roles, in turn."""
    others = {"POST" if method == "GET" else "GET", "PUT", "PATCH", "DELETE"}
    for role in ROLES if is_full() else ROLES[place % 3 :: 3]:
        browser = client_as(role)
        before, token = _entries(engine), browser.token()
        for other in sorted(others):
            if (path.partition("?")[0], other) in IN_TABLE:
                continue
            response = browser.open(path, method=other, headers={"X-CSRFToken": token})
            assert response.status_code in {401, 403, 404, 405}, (role, other)
        assert _entries(engine) == before, role


def _entries(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Entry)) or 0
