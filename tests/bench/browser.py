"""The board in Chromium, against a static page of the same markup whose cards have `content-visibility: auto`.

Interactive: from the start of the navigation until the first frame after the page has loaded, with its scripts run.
A move: from the key until the first frame in which the card stands in its new column.
"""

import contextlib
import re
import statistics
from collections.abc import Iterator

from flask import Flask, Response
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench.programme import Served
from tests.browser.find_browser import FLAGS, find
from tests.live import serve
from tracker.web.http import assets

PATH = "/board?cycle=all"
_WARM_UP, _LOADS, _MOVES = 2, 9, 15
_FLOOR_STYLE = "<style>.card { content-visibility: auto; contain-intrinsic-size: auto 44px; }</style>"
_NOTE_WHEN_READY = """
addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => { window.readyAt = performance.now(); })));
"""
# Gives the milliseconds from the act until the frame that shows the card in the column has been drawn.
_TIME = """
(act) => new Promise((done) => {
  const card = document.querySelector("[data-state=design] .card");
  const column = document.querySelector("[data-state=validation]");
  const began = performance.now();
  const seen = new MutationObserver(() => {
    if (!column.querySelector(`[data-workflow="${card.dataset.workflow}"]`)) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  seen.observe(column, { childList: true });
  if (act === "append") { column.append(card); return; }
  card.querySelector("a").dispatchEvent(new KeyboardEvent("keydown", { key: "3", bubbles: true, cancelable: true }));
})
"""
_IS_QUIET = "() => !document.querySelector('.htmx-request')"


def measured(served: Served) -> tuple[tuple[float, float], tuple[float, float]]:
    """Median seconds of the board and of its floor: until it is interactive, and for a move."""
    with _pages(served) as (ours, floor):
        loads: dict[str, list[float]] = {"ours": [], "floor": []}
        for _ in range(_WARM_UP + _LOADS):
            loads["ours"].append(_ready(ours, PATH))
            loads["floor"].append(_ready(floor, "/"))
        moves: dict[str, list[float]] = {"ours": [], "floor": []}
        for _ in range(_WARM_UP + _MOVES):
            ours.locator("[data-state=design] .card a").first.focus()
            moves["ours"].append(ours.evaluate(_TIME, "key"))
            ours.wait_for_function(_IS_QUIET)
            ours.wait_for_timeout(300)  # the poll that follows it
            moves["floor"].append(floor.evaluate(_TIME, "append"))
    return _medians(loads), _medians(moves)


def _medians(times: dict[str, list[float]]) -> tuple[float, float]:
    ours, floor = (statistics.median(each[_WARM_UP:]) / 1000 for each in (times["ours"], times["floor"]))
    return ours, floor


def _ready(page: Page, path: str) -> float:
    page.goto("about:blank")
    page.goto(path)
    return float(page.wait_for_function("window.readyAt").json_value())


@contextlib.contextmanager
def _pages(served: Served) -> Iterator[tuple[Page, Page]]:
    with serve(served.app) as ours, serve(_static(served)) as floor, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        signed_in = browser.new_context(base_url=ours)
        pairs = (cookie.partition("=") for cookie in served.cookie.split("; "))
        signed_in.add_cookies([{"name": name, "value": value, "url": ours} for name, _, value in pairs])
        yield _page(signed_in), _page(browser.new_context(base_url=floor))
        browser.close()


def _page(context: BrowserContext) -> Page:
    context.add_init_script(_NOTE_WHEN_READY)
    return context.new_page()


def _static(served: Served) -> Flask:
    """The board's page as bytes, without its scripts, and its style sheets."""
    html = served.get(PATH).body.decode()
    html = re.sub(r"<script[^>]*></script>", "", html).replace("</head>", f"{_FLOOR_STYLE}</head>")
    app = Flask("static", static_folder=None)
    assets.install(app)
    app.add_url_rule("/", view_func=lambda: Response(html, mimetype="text/html"))
    return app
