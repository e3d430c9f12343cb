"""I9: ids, dates, numbers and names that nobody meant, in every route and parameter: 400, 404 or a page, never 500."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest

from tests.applications import SECRET_KEY
from tests.counts import some
from tests.databases import Databases, demo
from tests.faults.leads import Lead, findings, looking, served
from tracker.config import Settings
from tracker.db.engine import reading
from tracker.web.app import create_app

PARAMETERS = (
    "cycle",
    "workstream",
    "project",
    "owner",
    "blocked",
    "q",
    "group",
    "view",
    "sort",
    "limit",
    "next",
    "key",
    "version",
    "to",
    "from",
    "id",
    "page",
    "show",
    "basis",
    "goal",
)
VALUES = (
    "",
    "0",
    "-1",
    "-0",
    "00",
    "1.5",
    "1e9",
    "2147483648",
    "9223372036854775808",
    "9" * 400,
    "NaN",
    "Infinity",
    "0x1",
    "%D9%A1",
    "%EF%BC%91",
    "%C2%B2",
    "MOO",
    "null",
    "None",
    "true",
    "[]",
    "{}",
    "*",
    "%25",
    "_",
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f",
    "%00",
    "%0d%0aSet-Cookie:%20a=b",
    "%FF",
    "%ED%A0%80",
    "%E2%80%AE",
    "%",
    "%zz",
    "2023-02-30",
    "0000-00-00",
    "9999-12-31",
    "2023-04-14T07:00:00Z",
    "2023-W15",
    "'%20OR%20'1'='1",
    "%22%3E%3Cscript%3E",
    "{{7*7}}",
    "%24{7*7}",
    "LAB-001%20",
    "lab-001",
    "LAB-001/",
    "LAB-001%00",
    "a" * 5_000,
)
ODD_QUERIES = (
    "cycle=1&cycle=2",
    "cycle=all&cycle=",
    "cycle",
    "=",
    "&&&",
    "?",
    "cycle[]=1",
    "cycle=1;cycle=2",
    "blocked=1&blocked=0",
    "group=owner&group=project&group=MOO",
    "view=list",
    "view=board&view=list",
    "&".join(["q=a"] * 1_500),
    "&".join(f"p{n}=1" for n in range(1_500)),
    "&".join(f"workstream=X{n}" for n in range(1_500)),
    "%00=1",
    "%FF=1",
)
METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "MOO")
FIELDS = {"to": "test", "version": "1", "key": "k", "reason": "other", "note": "", "happened_on": ""}
SEVENTIETH = 71  # each value of each parameter in some page, and a dozen of them in each page
# 429: those who try one-time links are slowed down.
ALLOWED = {200, 302, 303, 304, 308, 400, 401, 403, 404, 405, 409, 414, 422, 429, 431, 501}


@pytest.fixture(scope="module")
def demo_served(databases: Databases) -> Iterator[tuple[str, str]]:
    """The database's address and the server's; nothing here does anything to it."""
    with databases.fresh(demo) as url, served(url) as address:
        yield url, address


@pytest.mark.timeout(3_600)  # in full, charts and files for each of 85,000 addresses
def test_no_parameter_breaks_a_page(demo_served: tuple[str, str]) -> None:
    url, address = demo_served
    lead = Lead(address).sign_in("lead_sidu")
    statuses: Counter[int] = Counter()
    for method, path in some(_odd_addresses(_pages(url)), SEVENTIETH):
        _ask(lead, statuses, method, path)
    print(f"I9: {statuses.total()} addresses with odd parameters, statuses {dict(sorted(statuses.items()))}, no 500")


def test_no_name_in_the_path_breaks_a_page(demo_served: tuple[str, str]) -> None:
    url, address = demo_served
    lead = Lead(address).sign_in("lead_sidu")
    statuses: Counter[int] = Counter()
    for (before, after), value in some(product(_paths_with_names(url), VALUES), 7):
        path = f"{before}{value}{after}"
        _ask(lead, statuses, "GET", path)
        reply = lead.send(path, FIELDS)
        statuses[reply.status] += 1
        assert reply.status in ALLOWED - {303}, (path, reply.status)
    print(f"I9: {statuses.total()} addresses with odd names, statuses {dict(sorted(statuses.items()))}, no 500")
    assert findings(url) == []


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("version", "move"),
        ("to", "move"),
        ("happened_on", "move"),
        ("version", "take-back"),
    ],
)
def test_odd_values_in_fields_with_a_form_are_refused(demo_served: tuple[str, str], field: str, path: str) -> None:
    _, address = demo_served
    lead = Lead(address).sign_in("lead_sidu")
    version, _ = lead.form_of("LAB-001")
    statuses: Counter[int] = Counter()
    for value in (value for value in VALUES if "%" not in value and value not in {"", "-0", "00", "9999-12-31"}):
        fields = FIELDS | {"version": str(version), "key": "", field: value}
        reply = lead.send(f"/workflows/LAB-001/{path}", fields)
        statuses[reply.status] += 1
        assert reply.status in {409, 422}, (field, value, reply.status)
    print(f"I9: {statuses.total()} odd values of {field} in {path}, statuses {dict(statuses)}, nothing done")


def _odd_addresses(pages: list[str]) -> Iterator[tuple[str, str]]:
    """Every page with every parameter of every value, with the odd queries, and with the odd methods."""
    for path in pages:
        for parameter, value in product(PARAMETERS, VALUES):
            yield "GET", f"{path}?{parameter}={value}"
        for query in ODD_QUERIES:
            yield "GET", f"{path}?{query}"
        for method in METHODS:
            yield method, path


def _ask(lead: Lead, statuses: Counter[int], method: str, path: str) -> None:
    reply = lead.ask(method, path.replace(" ", "%20"))
    statuses[reply.status] += 1
    assert reply.status in ALLOWED, (method, path[:120], reply.status)
    assert "Traceback" not in reply.text


def _rules(url: str) -> list[str]:
    with looking(url) as engine, reading(engine):
        app = create_app(Settings(database_url=url, secret_key=SECRET_KEY), engine)  # type: ignore[arg-type]
    return sorted({rule.rule for rule in app.url_map.iter_rules()})


def _pages(url: str) -> list[str]:
    """Every route, with a name that exists where it takes one."""
    names = {
        "<key>": "LAB-001",
        "<int:number>": "4",
        "<digest>/<path:path>": "x/favicon.svg",
        "<month>": "2023-03",
        "charts/<name>": "charts/throughput",
        "exports/<name>": "exports/items",
    }
    pages = _rules(url)
    for name, value in names.items():
        pages = [page.replace(name, value) for page in pages]
    return pages


def _paths_with_names(url: str) -> list[tuple[str, str]]:
    """Before and after the name in every route that takes one."""
    return [(rule[: rule.index("<")], rule[rule.rindex(">") + 1 :]) for rule in _rules(url) if "<" in rule]
