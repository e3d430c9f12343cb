"""The wall of charts in Chromium, with the demo's programme, against Plotly alone that draws the same figures.

From the start of the navigation until the frame after the first chart is drawn; and, in a window as tall as the wall,
so that all of it is near, until the frame after the last.
"""

import contextlib
import json
import statistics
from collections.abc import Iterator

from flask import Flask, Response
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.bench.programme import Served
from tests.browser.find_browser import FLAGS, find
from tests.live import serve
from tracker.charts.registry import CHARTS
from tracker.web.http.assets import FOLDER

_WARM_UP, _LOADS = 2, 9
_WINDOW, _WALL = ViewportSize(width=1280, height=900), ViewportSize(width=1280, height=16_000)
# Notes when so many plots have been drawn.
_NOTE_DRAWN = """
window.drawnAt = [];
new MutationObserver(() => {
  const { length } = document.querySelectorAll(".plot[data-drawn]");
  requestAnimationFrame(() => setTimeout(() => {
    while (window.drawnAt.length < length) window.drawnAt.push(performance.now());
  }));
}).observe(document, { subtree: true, attributeFilter: ["data-drawn"] });
"""
_PLOTLY_ALONE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Plotly</title>
<script src="/static/vendor/plotly/plotly-basic.min.js"></script><body>{plots}<script>
for (const plot of document.querySelectorAll(".plot")) {{
  const {{ data, layout }} = JSON.parse(plot.previousElementSibling.textContent);
  layout.width = 600;
  Plotly.newPlot(plot, data, layout, {{ displayModeBar: false }}).then(() => {{ plot.dataset.drawn = ""; }});
}}
</script></body></html>"""
_PLOT = '<script type="application/json">{figure}</script><div class="plot"></div>'


def measured(served: Served) -> Iterator[tuple[str, float, float]]:
    """What is waited for, with the median seconds of the wall and of Plotly alone."""
    figures = [served.get(f"/charts/{name}.json").body.decode() for name in CHARTS]
    with serve(served.app) as ours, serve(_plotly_alone(figures)) as floor, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        for what, window, count in (("first chart in Chromium", _WINDOW, 1), ("wall in Chromium", _WALL, len(CHARTS))):
            with _page(browser, ours, window, served.cookie) as wall, _page(browser, floor, window) as alone:
                times = [
                    (_drawn(wall, "/charts", count), _drawn(alone, f"/{count}", count))
                    for _ in range(_WARM_UP + _LOADS)
                ]
            mine, least = zip(*times[_WARM_UP:], strict=True)
            yield what, statistics.median(mine) / 1000, statistics.median(least) / 1000
        browser.close()


def first_visit(served: Served) -> int:
    """The bytes that come to a browser that has kept nothing, until all charts are drawn."""
    sizes: list[float] = []
    with serve(served.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        with _page(browser, address, _WALL, served.cookie) as page:
            network = page.context.new_cdp_session(page)
            network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
            network.send("Network.enable")
            page.goto("/charts")
            page.wait_for_function("(count) => window.drawnAt[count - 1]", arg=len(CHARTS))
        browser.close()
    return round(sum(sizes))


def _drawn(page: Page, path: str, count: int) -> float:
    page.goto("/healthz")  # of the same origin, as within a visit; from elsewhere a page begins in a new process
    page.goto(path)
    return float(page.wait_for_function("(count) => window.drawnAt[count - 1]", arg=count).json_value())


@contextlib.contextmanager
def _page(browser: Browser, address: str, window: ViewportSize, cookie: str = "") -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport=window)
    pairs = (each.partition("=") for each in cookie.split("; ") if each)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, _, value in pairs])
    context.add_init_script(_NOTE_DRAWN)
    yield context.new_page()
    context.close()


def _plotly_alone(figures: list[str]) -> Flask:
    """Pages with so many of the figures, and nothing else; its script is kept as ours is."""
    app = Flask("static", static_folder=str(FOLDER))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600

    def page(count: int) -> Response:
        plots = "".join(
            _PLOT.format(figure=json.dumps(json.loads(text)).replace("<", "\\u003c")) for text in figures[:count]
        )
        return Response(_PLOTLY_ALONE.format(plots=plots), mimetype="text/html")

    pages = {count: page(count) for count in (1, len(figures))}
    app.add_url_rule("/healthz", "healthz", lambda: "")
    app.add_url_rule("/<int:count>", "page", lambda count: pages[count])
    return app
