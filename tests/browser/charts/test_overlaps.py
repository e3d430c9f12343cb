"""No word and no number in a chart covers another, a bar or a line to a mark, in whatever width and programme."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from tests.applications import shared_app
from tests.browser.conftest import Look
from tests.builders import load
from tests.counts import is_full
from tests.databases import Databases
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.web import people
from tests.web.charts.test_charts import signed_in
from tracker.charts.registry import CHARTS
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import transaction
from tracker.domain.states import Role

WIDTHS = (1280, 1440, 1600, 320)
OVERLAPS = (Path(__file__).parent / "overlaps.js").read_text(encoding="utf-8")
DRAWN = """
() => !document.querySelector(".is-coming") && [...document.querySelectorAll(".plot")].every((plot) =>
  "drawn" in plot.dataset && Math.abs(plot.querySelector(".svg-container").clientWidth - plot.clientWidth) < 1)
"""
SHOW = """
(charts) => {
  document.body.classList.remove("is-single");
  document.querySelector("main").innerHTML = `<div class="chart-wall">${charts}</div>`;
  document.dispatchEvent(new Event("htmx:after:swap"));
  dispatchEvent(new Event("load"));
}
"""
# As hard as they come: shared pages, and each example shown as it was found.
SOME = settings(
    max_examples=32 if is_full() else 3,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def assert_clear(page: Page, *widths: int) -> None:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(DRAWN)
        assert page.evaluate(OVERLAPS) == [], f"{page.url} at {width} px"


def test_nothing_covers_anything_in_the_demo(look: Look) -> None:
    queries = ("?from=1&to=7", "", "?from=5&to=5", "?from=1&to=7&by=project", "?workstream=LKM&workstream=PAT")
    for query in queries if is_full() else queries[:1]:
        page = look("planner", f"/charts{query}", "sv", "light", (1280, 900))
        assert_clear(page, *WIDTHS)
        page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@SOME
@given(made=random_cycles(), by=st.sampled_from(["", "&by=workstream"]))
def test_nothing_covers_anything_in_any_programme(
    look: Look, sqlite_databases: Databases, made: RandomProgramme, by: str
) -> None:
    page = look("planner", "/charts/scope", "sv", "light", (1280, 900))
    page.wait_for_function(DRAWN)
    page.evaluate(SHOW, charts_of(sqlite_databases, made, by))
    assert_clear(page, *WIDTHS)
    page.set_viewport_size({"width": 1280, "height": 900})


def charts_of(databases: Databases, made: RandomProgramme, by: str) -> str:
    """All charts of the programme over all its cycles, as the wall gets them."""
    engine = databases.restored()
    load(engine, made.programme, time_zone=str(made.zone))
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", made.as_of)
        accounts.add(session, entry, people.email("viewer"), "Namn viewer", Role.VIEWER, password=None)
    client = signed_in(shared_app(engine, made.as_of), engine)
    cycles = [row.cycle for row in made.programme.cycles]
    query = f"?from={cycles[0]}&to={cycles[-1]}{by}&part=x"
    return "".join(client.get(f"/charts/{name}{query}").text for name in CHARTS)
