"""What a browser that has nothing kept asks for and gets: few requests, and compressed."""

from collections import Counter

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import new_context
from tests.browser.people import let_in
from tests.counts import is_full
from tracker.charts.registry import CHARTS

# Of a page in Swedish: sheets and scripts. htmx, what the page needs of libraries, and one of ours.
FILES = {
    "/": (2, 2),
    "/board?cycle=all": (2, 3),
    "/cycles/6/plan": (2, 3),
    "/charts": (3, 4),
} | (
    {
        "/board?cycle=all&view=list": (2, 2),
        "/cycles/5/review?workstream=LKM": (2, 2),
        "/blockers": (2, 2),
        "/charts/throughput": (3, 4),
        "/workflows/LKM-012": (2, 2),
        "/login": (2, 1),
    }
    if is_full()
    else {}
)
TRACES = """() => [
  [...document.querySelectorAll(".figure")]
    .flatMap(({ textContent }) => JSON.parse(textContent).data)
    .map(({ type }) => type),
  Object.keys(Plotly.PlotSchema.get().traces),
]"""
MOST_OF_FILES = 450_000  # bytes, of the wall
MOST = 700_000


def visit(browser: Browser, address: str, path: str) -> tuple[Page, list[Request]]:
    """The page, in a browser that was never there before, and what is asked for as long as it is open."""
    context = new_context(browser, base_url=address, locale="sv-SE")
    if path != "/login":
        let_in(context, "planner")
    page = context.new_page()
    asked: list[Request] = []

    def note(request: Request) -> None:  # Playwright marks what it calls, which `append` cannot be
        asked.append(request)

    page.on("requestfinished", note)
    page.goto(path)
    return page, asked


def kind(request: Request) -> str:
    """`css`, `js`, another ending of a file, or nothing."""
    return request.url.rpartition(".")[2] if "/static/" in request.url else ""


@pytest.mark.parametrize("path", [path for path in FILES if path != "/charts"])
def test_a_first_visit_asks_for_few_files(browser: Browser, read_server: str, path: str) -> None:
    page, asked = visit(browser, read_server, path)
    kinds = Counter(map(kind, asked))
    page.context.close()
    assert (kinds["css"], kinds["js"]) == FILES[path]


def test_the_wall_is_small_as_sent_and_its_bundle_knows_every_mark(browser: Browser, read_server: str) -> None:
    """Plotly draws nothing, and says nothing, where it does not know a kind of trace."""
    page, asked = visit(browser, read_server, "/charts")
    expect(page.locator(".chart.is-coming")).to_have_count(0)
    expect(page.locator(".plot[data-drawn]").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    traces, known = page.evaluate(TRACES)
    sizes: Counter[str] = Counter()
    for request in asked:
        sizes[kind(request)] += sum(request.sizes()[part] for part in ("responseHeadersSize", "responseBodySize"))
    kinds = Counter(map(kind, asked))
    parts = len({request.url for request in asked if "part=" in request.url})  # one that was late is asked for again
    page.context.close()
    assert parts == len(CHARTS) - 1, "all charts have come"
    assert (kinds["css"], kinds["js"]) == FILES["/charts"]
    assert sizes["css"] + sizes["js"] <= MOST_OF_FILES, sizes
    assert sizes.total() <= MOST, sizes
    assert {"bar", "scatter"} <= set(traces) <= set(known)
