"""Charts: drawing, file, table and lists of items agree whatever is asked for; what is wrong is explained."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import plotly.graph_objects as go
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.applications import shared_app
from tests.builders import a_programme, load
from tests.counts import count
from tests.databases import ON_SQLITE, Databases
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.web import people
from tests.web.conftest import browser_of, sign_in
from tests.web.page_client import PageClient
from tracker.charts.registry import CHARTS
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.domain.charts.cautions import Caution
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.programme.rows import Programme
from tracker.domain.states import Role
from tracker.web.charts.figure_words import FIGURES

# Each example is a database: what fails is shown as it was found.
FEW = settings(
    max_examples=count(400) // 10, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
Row = dict[str, str]


def without_cycles() -> Programme:
    programme = a_programme()
    return Programme(programme.projects, programme.workstreams)


def signed_in(app: Flask, engine: Engine, who: str = "viewer") -> PageClient:
    client = browser_of(app)
    sign_in(client, people.signed_in(engine, who))
    return client


def numbers(client: PageClient, name: str, query: str) -> list[Row]:
    answer = client.get(f"/charts/{name}.csv{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def marks(figure: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int, str]]:
    """Each mark that leads somewhere: its trace, its number there, its address."""
    for trace in figure["data"]:
        for at, link in enumerate(flat(trace.get("customdata", []))):
            if link:
                yield trace, at, link


def flat(links: object) -> list[str]:
    return [each for row in links for each in flat(row)] if isinstance(links, list) else [links]  # type: ignore[list-item]


def cells(text: str) -> list[list[str]]:
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    assert body is not None
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    ]


def listed(text: str) -> int:
    return text.count('<tr role="row"><th role="rowheader"')


def filters_of(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()}


def number_of(link: str, rows: list[Row]) -> str:
    """The number in the file that an address is about."""
    asked = filters_of(link)
    chosen = {"workstream", "project", asked["show"]}
    keys = {name: value for name, value in asked.items() if name in rows[0] and name not in chosen}
    if "of" in asked:
        keys["workstream" if "workstream" in rows[0] else "project"] = asked["of"]
    found = [row[asked["show"]] for row in rows if all(row[name] == value for name, value in keys.items())]
    if "/waiting" in link and "of" not in asked:
        found = found[:1]  # by workstream a pair stands under both
    if "/heatmap" in link and "of" not in asked:
        return str(sum(int(number) for number in found if number))  # its last line is of all together
    assert len(found) == 1, (link, keys, len(found))
    return found[0]


@FEW
@given(made=random_cycles(), seed=st.integers(0, 2**32 - 1))
def test_drawing_file_table_and_lists_agree(databases: Databases, made: RandomProgramme, seed: int) -> None:
    engine = databases.restored()
    load(engine, made.programme, time_zone=str(made.zone))
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", made.as_of)
        accounts.add(session, entry, people.email("viewer"), "Namn viewer", Role.VIEWER, password=None)
    client = signed_in(shared_app(engine, made.as_of), engine)
    for name in CHARTS:
        assert_agrees(client, name, query_of(made, Random(seed)), Random(seed))


def query_of(made: RandomProgramme, rng: Random) -> str:
    numbers_ = [row.cycle for row in made.programme.cycles]
    first, last = sorted((rng.choice(numbers_), rng.choice(numbers_)))
    query = f"?from={first}&to={last}"
    stream = rng.choice(["", *(row.code for row in made.programme.workstreams)])
    by = rng.choice(["", "project", "workstream"])
    return query + (f"&workstream={stream}" if stream else "") + (f"&by={by}" if by else "")


def assert_agrees(client: PageClient, name: str, query: str, rng: Random) -> None:
    rows = numbers(client, name, query)
    page = client.get(f"/charts/{name}{query}")
    assert page.status_code == 200
    figure = json.loads(client.get(f"/charts/{name}.json{query}").text)
    embedded = re.search(r'class="figure">(.*?)</script>', page.text, re.DOTALL)
    if not rows:
        assert embedded is None
        return
    assert embedded is not None
    drawn = json.loads(embedded[1])
    assert [trace.get("y") for trace in drawn["data"]] == [trace.get("y") for trace in figure["data"]]
    shown = cells(page.text)
    assert len(shown) == len(rows)
    for table_row, row in zip(shown, rows, strict=True):
        for told, written in zip(table_row, row.values(), strict=True):
            if re.fullmatch(r"\d+", written):
                assert told.replace("\xa0", "") == written
            assert (told == "–") == (written == ""), (name, row)
    found = list(marks(figure))
    for trace, at, link in found:
        if trace["type"] == "bar":
            length = abs(float(trace["x" if trace.get("orientation") == "h" else "y"][at]))
            said = re.split(r" |<", trace.get("text", [""] * (at + 1))[at].replace(",", "."))[0]  # brackets may follow
            number = number_of(link, rows)
            # In a table of bars each cell has its own scale, and the number stands in it, from ten up without decimals.
            assert number in {f"{length:g}", f"{length:.1f}", said} or abs(float(number) - float(said)) <= 0.5, link
    for _, _, link in rng.sample(found, min(len(found), 4)):
        items = client.get(link)
        assert items.status_code == 200, link
        assert_adds_up(items.text, number_of(link, rows), link)


def assert_adds_up(text: str, number: str, link: str) -> None:
    total = re.search(r'class="words adds-up[^"]*">(.*?)</p>', text, re.DOTALL)
    assert total is not None, link
    told = html.unescape(re.sub(r"<[^>]+>", "", total[1])).replace("\xa0", "").replace(",", ".")
    if told.startswith("n = "):
        assert listed(text) == int(number), link
    assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", told), (link, told, number)


@pytest.mark.parametrize("name", CHARTS)
def test_plotly_knows_all_that_a_figure_says(demo_browser: PageClient, name: str) -> None:
    for query in ("?from=1&to=7", "?from=4&to=6&by=workstream", "?from=7&to=7", "?from=5&to=6&workstream=DRS"):
        figure = demo_browser.get(f"/charts/{name}.json{query}").get_json()
        assert go.Figure(figure["data"], figure["layout"]).to_dict()["data"] is not None
        assert "var(" not in json.dumps(figure)


def test_the_figures_of_the_status_report_are_in_the_file(demo_browser: PageClient) -> None:
    rows = {row["cycle"]: row for row in numbers(demo_browser, "throughput", "?from=3&to=6")}
    four, five, six = rows["4"], rows["5"], rows["6"]
    assert [four[name] for name in ("designed", "validated", "tested")] == ["71", "66", "59"]
    assert [four[name] for name in ("designed_ratio", "validated_ratio", "ratio_to_previous")] == [
        "1.61",
        "1.74",
        "1.90",
    ]
    assert [five[name] for name in ("tested", "tested_same_day", "working_days_so_far")] == ["17", "21", "18"]
    assert (six["planned_design"], six["tested"]) == ("18", "")
    assert demo_browser.get("/charts/throughput.csv").text.startswith("cycle,")


def test_the_bar_of_the_tested_in_cycle_4_opens_59_items(demo_browser: PageClient) -> None:
    figure = demo_browser.get("/charts/throughput.json").get_json()
    bar = next(link for trace, _, link in marks(figure) if trace["name"] == "tested" and "cycle=4" in link)
    text = demo_browser.page(bar).text
    assert listed(demo_browser.get(bar).text) == 59
    assert "59" in text


def test_usually_the_previous_the_running_and_the_next_cycle_are_shown(demo_browser: PageClient) -> None:
    assert [row["cycle"] for row in numbers(demo_browser, "throughput", "")] == ["4", "5", "6"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=6&to=4", "other way round"),
        ("from=x", "There is no cycle x"),
        ("to=99", "There are cycles 1 to 7"),
        ("from=٣", "There is no cycle ٣"),
        ("from=99999999999999999999999", "There is no cycle"),
        ("from=-1", "There is no cycle -1"),
        ("by=moon", "by=moon"),
        ("workstream=XXX", "workstream=XXX"),
        ("project=<b>", "project=&lt;b&gt;"),
        ("figure=nothing", "figure=nothing"),
        ("sort=up", "sort=up"),
    ],
)
def test_what_an_address_asks_wrongly_is_explained(demo_browser: PageClient, query: str, told: str) -> None:
    for path in ("/charts", "/charts/throughput"):
        answer = demo_browser.get(f"{path}?{query}")
        assert answer.status_code == 200
        assert told in answer.text
    for kind in ("json", "csv"):
        answer = demo_browser.get(f"/charts/throughput.{kind}?{query}")
        assert answer.status_code == 422
        assert told in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/charts/nothing",
        "/charts/nothing.csv",
        "/charts/nothing.json",
        "/charts/throughput?show=nothing",
        "/charts/throughput?show=cycle",
        "/charts/throughput?show=tested",
        "/charts/throughput?show=tested&cycle=99",
        "/charts/throughput?show=tested&cycle=1",
    ],
)
def test_an_unknown_chart_or_mark_is_not_there(demo_browser: PageClient, path: str) -> None:
    assert demo_browser.get(path).status_code == 404


def test_an_unknown_format_is_refused(demo_browser: PageClient) -> None:
    answer = demo_browser.get("/charts/throughput.csv?format=xls")
    assert (answer.status_code, "csv and excel-sv" in answer.text) == (422, True)


def test_a_swedish_spreadsheet_gets_its_own_marks(demo_browser: PageClient) -> None:
    content = demo_browser.get("/charts/throughput.csv?format=excel-sv").data.decode()
    lines = content.removeprefix("\ufeff").splitlines()
    assert content.startswith("\ufeff")
    assert lines[0].startswith("cykel;status;")
    assert lines[1].split(";")[:2] == ["4", "avslutad"]
    assert "1,90" in lines[1].split(";")


@pytest.mark.parametrize("name", CHARTS)
def test_no_heading_of_a_file_stands_twice(demo_browser: PageClient, name: str) -> None:
    for query in ("", "?format=excel-sv"):
        first = demo_browser.get(f"/charts/{name}.csv{query}").text.splitlines()[0]
        headings = first.strip("\ufeff").split(";" if query else ",")
        assert len(set(headings)) == len(headings)


@pytest.mark.parametrize(("chart", "told"), [("throughput", "tested 30, now 31"), ("commitment", "goals met")])
def test_what_a_close_reported_otherwise_stands_beside(demo_browser: PageClient, chart: str, told: str) -> None:
    text = demo_browser.get(f"/charts/{chart}?from=3&to=5").text
    link = re.search(r'<a href="(/cycles/3#differences)">(Cycle 3 as reported: [^<]*)</a>', text)
    assert link is not None
    assert told in link[2]
    assert "KRN-004" in demo_browser.get(link[1]).text


@pytest.mark.parametrize("caution", Caution)
def test_what_to_bear_in_mind_opens_as_many_items_as_it_says(demo_browser: PageClient, caution: Caution) -> None:
    page = demo_browser.get("/charts/throughput?from=1&to=5").text
    strip = page[page.index('class="mind') :]
    link = re.search(rf'<a href="([^"]*show={caution.value})">(\d+) ', strip)
    if link is None:
        # The demo's cycles have no gaps between them, and what is done in it has every part.
        assert caution in {Caution.OUTSIDE, Caution.DONE_OPEN}
        return
    assert listed(demo_browser.get(html.unescape(link[1])).text) == int(link[2])


def test_a_choice_without_workstreams_says_what_to_do(demo_browser: PageClient) -> None:
    answer = demo_browser.page("/charts/throughput?project=SIDU&workstream=LKM")
    assert "usual cycles of the whole programme" in answer.text


def test_every_figure_and_chart_is_defined_on_one_page(demo_browser: PageClient) -> None:
    text = demo_browser.get("/definitions").text
    for name in (*FIGURES, *PART_FIGURES, *(f"chart-{name}" for name in CHARTS)):
        assert f'id="{name}"' in text
    for name in CHARTS:
        assert f"/definitions#chart-{name}" in demo_browser.get(f"/charts/{name}").text


@ON_SQLITE
def test_a_programme_without_cycles_has_empty_charts(databases: Databases) -> None:
    engine = databases.restored()
    people.prepare_with(engine, without_cycles(), people.NOW)
    client = signed_in(shared_app(engine, people.NOW), engine)
    for path in ("/charts", *(f"/charts/{name}{kind}" for name in CHARTS for kind in ("", ".csv", ".json"))):
        assert client.get(path).status_code == 200
    wall = client.get("/charts").text
    assert 'href="/"' in wall[wall.index("<main") :]
    assert "is-coming" not in wall
