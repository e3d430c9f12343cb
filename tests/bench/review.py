"""The review of a running cycle in Chromium: the longest task from the load on, until the page has come to rest."""

from playwright.sync_api import Browser, sync_playwright

from tests.bench.programme import Served
from tests.browser.find_browser import FLAGS, find
from tests.live import serve

PATH = "/cycles/2/review"
_LOADS, _REST_MS = 5, 3_000  # a poll is among what follows the load
# Tasks shorter than 50 ms are told by nobody; the page notes those that began after it had loaded apart.
_NOTE_TASKS = """
window.tasks = [];
const note = ({ startTime, duration }) => window.tasks.push([startTime, duration]);
new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: "longtask", buffered: true });
"""
_LONGEST = """
() => {
  const loaded = performance.getEntriesByType("navigation")[0].loadEventStart;
  const longest = (tasks) => Math.max(0, ...tasks.map(([, duration]) => duration));
  return [longest(window.tasks.filter(([start]) => start >= loaded)), longest(window.tasks)];
}
"""


def longest_tasks(served: Served) -> tuple[float, float]:
    """Milliseconds of the longest task after the page has loaded, and of the longest of all, of several loads; 0 for
    none that took 50 ms.
    """
    with serve(served.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        after, whole = zip(*(_load(browser, address, served.cookie) for _ in range(_LOADS)), strict=True)
        browser.close()
    return max(after), max(whole)


def _load(browser: Browser, address: str, cookie: str) -> tuple[float, float]:
    context = browser.new_context(base_url=address, viewport={"width": 1600, "height": 900})
    pairs = (pair.partition("=") for pair in cookie.split("; "))
    context.add_cookies([{"name": name, "value": value, "url": address} for name, _, value in pairs])
    context.add_init_script(_NOTE_TASKS)
    page = context.new_page()
    page.goto(PATH)
    page.wait_for_timeout(_REST_MS)
    after, whole = page.evaluate(_LONGEST)
    context.close()
    return after, whole
