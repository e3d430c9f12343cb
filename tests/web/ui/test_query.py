"""A single parameter of an address that is repeated means the last, on every page and for every file."""

import re

import pytest

from tests.databases import ON_SQLITE
from tests.web.conftest import ClientAs
from tests.web.page_client import Page, PageClient

pytestmark = ON_SQLITE

_INSTANT = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?")  # the clock goes on between two requests
_SEEN = ("name", "value", "checked", "selected")
PAGES = [
    ("/board", "cycle=1", "cycle=all"),
    ("/board", "cycle=all&q=LAB-001", "q=LKM"),
    ("/board", "cycle=all&blocked=1", "blocked=0"),
    ("/board", "cycle=all&stale=0", "stale=1"),
    ("/board", "cycle=all&group=project", "group=workstream"),
    ("/board", "cycle=all&view=list", "view=board"),
    ("/blockers", "state=resolved", "state=all"),
    ("/blockers", "state=all&sort=age", "sort=-age"),
    ("/blockers", "state=all&q=nothing", "q=blocker"),
    ("/blockers", "state=all&overdue=1", "overdue=0"),
    ("/blockers/new", "title=First", "title=Last"),
    ("/charts/throughput", "from=1", "from=2"),
    ("/charts/throughput", "to=1", "to=2"),
    ("/charts/throughput", "by=project", "by=workstream"),
    ("/charts/heatmap", "figure=tested", "figure=designed"),
    ("/exports", "file=changes", "file=scope"),
    ("/exports", "file=changes&format=csv", "format=excel-sv"),
    ("/exports", "basis=as_now", "basis=both"),
    ("/exports", "file=workstream_summary&total=no", "total=yes"),
    ("/admin/audit", "command=seed", "command=user_add"),
    ("/admin/audit", "workflow=LAB-001", "workflow=LKM-001"),
    ("/admin/audit", "day=2023-01-01", "day=2023-01-02"),
    ("/cycles", "from=1", "from=3"),
    ("/cycles/new", "goal=First", "goal=Last"),
    ("/cycles/1", "show=tested", "show=designed"),
    ("/cycles/1", "show=tested&basis=as_reported", "basis=as_now"),
    ("/cycles/1", "workstream=LAB", "workstream=LKM"),
    ("/cycles/2/review", "workstream=LAB", "workstream=LKM"),
    ("/cycles/3/plan", "q=LAB-001", "q=LKM"),
    ("/workflows/new", "workstream=LAB", "workstream=LKM"),
]
FILES = [
    ("/exports/cycle_summary.csv", "cycle=1", "cycle=2"),
    ("/exports/cycle_summary.csv", "format=csv", "format=excel-sv"),
    ("/exports/workstream_summary.csv", "total=yes", "total=no"),
    ("/charts/throughput.csv", "to=1", "to=2"),
    ("/charts/throughput.csv", "format=csv", "format=excel-sv"),
    ("/charts/throughput.json", "by=project", "by=workstream"),
]


@pytest.fixture
def planner(client_as: ClientAs) -> PageClient:
    """Somebody who sees every page."""
    return client_as("planner")


def seen(browser: PageClient, address: str) -> tuple[str, list[list[str | None]]]:
    """What can be read on a page, and what stands in its fields."""
    page = Page(browser.get(address).text)
    fields = [attributes for tag, attributes in page.elements if tag in {"input", "option"}]
    shown = [[each.get(name) for name in _SEEN] for each in fields if each.get("type") != "hidden"]
    return _INSTANT.sub("", page.text), shown


@pytest.mark.parametrize(("path", "first", "last"), PAGES)
def test_the_last_of_a_repeated_parameter_counts(planner: PageClient, path: str, first: str, last: str) -> None:
    others = first.rpartition("&")[0]
    one, other = seen(planner, f"{path}?{first}"), seen(planner, f"{path}?{others}&{last}")
    assert one != other
    assert seen(planner, f"{path}?{first}&{last}") == other
    assert seen(planner, f"{path}?{others}&{last}&{first}") == one


@pytest.mark.parametrize(
    "path", ["/board?cycle=1", "/blockers?state=all", "/exports?file=scope", "/cycles/1?show=tested"]
)
def test_a_last_that_means_nothing_is_left_out_and_said(planner: PageClient, path: str) -> None:
    name = path.partition("?")[2].partition("=")[0]
    text, fields = seen(planner, f"{path}&{name}=nothing")
    assert f"{name}=nothing" in text
    assert fields == seen(planner, path)[1]


@pytest.mark.parametrize(("path", "first", "last"), FILES)
def test_files_take_the_last_too(planner: PageClient, path: str, first: str, last: str) -> None:
    asked = (first, last, f"{first}&{last}")
    one, other, both = (_INSTANT.sub("", planner.get(f"{path}?{each}").text) for each in asked)
    assert one != other == both
