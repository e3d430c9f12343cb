"""What is chosen on the charts: several workstreams together, a lead's own, the usual cycles; and who keeps it."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.applications import shared_app
from tests.builders import Flow, a_cycle, a_programme, day
from tests.databases import ON_SQLITE, Databases
from tests.web import people
from tests.web.charts.test_charts import listed, numbers, signed_in
from tests.web.page_client import PageClient
from tracker.charts.registry import CHARTS
from tracker.domain.calendar import working_days
from tracker.domain.states import CycleStatus, State

KEPT = {"workstream": ["LKM", "PAT"], "project": ["SOKI", "SIDU"], "from": ["3"], "to": ["5"], "by": ["workstream"]}
QUERY = "?from=3&to=5&workstream=LKM&workstream=PAT&project=SOKI&project=SIDU&by=workstream"
CLOSED, RUNNING, DRAFT = CycleStatus.CLOSED, CycleStatus.RUNNING, CycleStatus.DRAFT


def links(text: str) -> list[str]:
    main = text[text.index("<main") :]
    found = re.findall(r'(?:href|hx-get)="(/charts[^"]*)"', main) + re.findall(r'"(/charts/[^"]*show=[^"]*)"', main)
    return [html.unescape(each).replace("\\u0026", "&") for each in found]


@pytest.mark.parametrize("path", ["/charts", "/charts/throughput", "/charts/heatmap"])
def test_every_link_around_a_chart_keeps_what_was_chosen(demo_browser: PageClient, path: str) -> None:
    found = links(demo_browser.get(f"{path}{QUERY}").text)
    clear = [link for link in found if "workstream" not in parse_qs(urlsplit(link).query)]
    assert len(clear) == 1, clear  # it says that it clears them
    for link in set(found) - set(clear):
        asked = parse_qs(urlsplit(link).query)
        assert {name: asked.get(name) for name in KEPT} == KEPT, link


def test_the_way_back_from_the_items_of_one_of_several_leads_to_all_of_them(demo_browser: PageClient) -> None:
    items = demo_browser.get(f"/charts/throughput{QUERY}&show=tested&cycle=4&of=LKM").text
    assert listed(items) == 6
    assert "LKM: 6</h1>" in items
    for link in links(items):
        asked = parse_qs(urlsplit(link).query)
        assert {name: asked.get(name) for name in KEPT} == KEPT, link


def test_boxes_show_what_is_chosen(demo_browser: PageClient) -> None:
    text = demo_browser.get(f"/charts{QUERY}").text
    ticked = re.findall(r'<input type="checkbox" name="(\w+)" value="(\w+)" checked>', text)
    assert set(ticked) == {("workstream", "LKM"), ("workstream", "PAT"), ("project", "SOKI"), ("project", "SIDU")}


@ON_SQLITE
def test_several_workstreams_are_counted_together_and_a_blocker_over_them_once(databases: Databases) -> None:
    engine = databases.restored()
    flows = [Flow(f"{code}-001", workstream=code).held(1, day(3)) for code in ("LAB", "LKM")]
    people.prepare_with(engine, a_programme(*flows, Flow("LKM-002").held(2, day(3))), people.NOW)
    client, query = signed_in(shared_app(engine, people.NOW), engine), "?from=1&to=1&workstream=LAB&workstream=LKM"
    (together,) = numbers(client, "blockers", query)
    each = {row["workstream"]: row["blockers_open"] for row in numbers(client, "blockers", f"{query}&by=workstream")}
    assert (together["blockers_open"], each) == ("2", {"LAB": "1", "LKM": "2"})
    link = f"/charts/blockers{query}&show=blockers_open&cycle=1"
    assert [listed(client.get(f"{link}{of}").text) for of in ("", "&of=LAB", "&of=LKM")] == [2, 1, 2]


@ON_SQLITE
def test_a_lead_has_the_own_workstreams_in_one_click(databases: Databases) -> None:
    engine = databases.restored(people.prepare)
    lead = signed_in(shared_app(engine, people.NOW), engine, "lead_owner")
    text = lead.get("/charts/scope?from=1&to=1&project=SOKI").text
    offer = re.search(r'class="toggle[^"]*mine[^"]*" href="([^"]*)"', text)
    assert offer is not None
    assert parse_qs(urlsplit(html.unescape(offer[1])).query) == {"from": ["1"], "to": ["1"], "workstream": ["LAB"]}
    assert 'mine is-set"' in lead.get(html.unescape(offer[1])).text
    planner = signed_in(shared_app(engine, people.NOW), engine, "planner")
    assert 'mine"' not in planner.get("/charts").text


@ON_SQLITE
@pytest.mark.parametrize(("behind", "shown"), [(0, ["1", "2", "3"]), (6, ["1", "2", "3"]), (7, ["2", "3", "4"])])
def test_a_running_cycle_is_the_middle_once_seven_working_days_are_behind_it(
    databases: Databases, behind: int, shown: list[str]
) -> None:
    engine, first = databases.restored(), a_cycle(3).starts_on
    cycles = [a_cycle(number, status) for number, status in enumerate((CLOSED, CLOSED, RUNNING, DRAFT), 1)]
    days = next(n for n in range(20) if working_days(first, first + timedelta(days=n - 1)) == behind)
    at = day(99 + days)
    people.prepare_with(engine, a_programme(Flow(), cycles=cycles), at)
    client = signed_in(shared_app(engine, at), engine)
    assert [row["cycle"] for row in numbers(client, "throughput", "")] == shown


@ON_SQLITE
@pytest.mark.parametrize(("status", "hatch"), [(CLOSED, ""), (RUNNING, "/")])
def test_only_a_running_cycle_is_hatched(databases: Databases, status: CycleStatus, hatch: str) -> None:
    engine, at = databases.restored(), day(48)  # the Saturday after the close of cycle 1, before its last day
    flow = Flow().to(State.DESIGN, day(2)).to(State.VALIDATION, day(3)).to(State.DONE, day(4)).in_cycle(1)
    people.prepare_with(engine, a_programme(flow, cycles=[a_cycle(1, status)]), at)
    client = signed_in(shared_app(engine, at), engine)
    found = {name: client.get(f"/charts/{name}.json").get_json()["data"] for name in CHARTS}
    shapes = {name: {*shapes_in(traces)} for name, traces in found.items()}
    assert shapes["throughput"] == {hatch}
    assert set().union(*shapes.values()) <= {hatch, ""}


def shapes_in(traces: list[dict[str, Any]]) -> Iterator[str]:
    for trace in traces:
        yield from trace.get("marker", {}).get("pattern", {}).get("shape", [])
        yield from filter(None, [trace.get("fillpattern", {}).get("shape")])


def test_what_to_bear_in_mind_stands_once_on_the_wall_and_in_full_under_a_chart(demo_browser: PageClient) -> None:
    wall = demo_browser.get("/charts?from=3&to=5").text
    assert wall.count('class="mind') == 1
    assert "Cycle 3 as reported: " in wall
    assert "now 31" not in wall
    assert 'class="mind' not in demo_browser.get("/charts/throughput?from=3&to=5&part=x").text
    alone = demo_browser.get("/charts/throughput?from=3&to=5").text
    assert alone.count('class="mind') == 1
    assert "tested 30, now 31" in alone


def test_a_definition_folds_and_is_there_all_the_same(demo_browser: PageClient) -> None:
    folded = re.search(r'<details class="definition[^>]*><summary>([^<]*)</summary>', demo_browser.get("/charts").text)
    assert folded is not None
    assert folded[1].endswith("what is planned for it.")
