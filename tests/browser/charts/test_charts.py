"""Charts in Chromium: all marks drawn, nothing fetched from elsewhere, items by mouse and by keyboard."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import LANGUAGES, THEMES, fits
from tests.browser.people import sign_in
from tests.counts import is_full
from tracker.charts.registry import CHARTS

Axe = Callable[[Page], None]
LOOKS = [("sv", "light", 1280), ("en", "dark", 320), ("sv", "dark", 320), ("en", "light", 1280)]
WAYS = (
    [
        (name, language, theme, width)
        for name in CHARTS
        for language in LANGUAGES
        for theme in THEMES
        for width in (320, 768, 1280)
    ]
    if is_full()
    else [(name, *LOOKS[turn % len(LOOKS)]) for turn, name in enumerate(CHARTS)]
)
THROUGHPUT = "/charts/throughput"
PHONE = 640  # px, under which who waits on whom is a list of pairs


def plot_of(page: Page, name: str) -> Any:  # noqa: ANN401 - a locator
    plot = page.locator(f"[data-chart='{name}'] .plot")
    plot.evaluate("each => each.scrollIntoView()")
    expect(plot).to_have_attribute("data-drawn", "")
    return plot


def figure_of(page: Page, name: str) -> dict[str, Any]:
    text = page.locator(f"[data-chart='{name}'] script.figure").text_content()
    assert text is not None
    figure: dict[str, Any] = json.loads(text)
    return figure


def marks_in(figure: dict[str, Any], kind: str) -> int:
    """How many bars or dots the data say there are."""
    traces = [trace for trace in figure["data"] if trace["type"] == kind]
    if kind == "scatter":
        traces = [trace for trace in traces if "markers" in trace.get("mode", "") and not trace.get("stackgroup")]
    return sum(x is not None and y is not None for trace in traces for x, y in zip(trace["x"], trace["y"], strict=True))


@pytest.mark.parametrize(("name", "language", "theme", "width"), WAYS)
def test_a_chart_is_drawn_whole_and_accessible(
    look: Look, axe: Axe, name: str, language: str, theme: str, width: int
) -> None:
    page = look("lead_soki", "", language, theme, (width, 800))
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it wants a function
    page.goto(f"/charts/{name}?from=1&to=7")
    if name == "waiting" and width < PHONE:
        expect(page.locator("[data-chart='waiting'] .plot")).to_be_hidden()
        expect(page.locator("[data-chart='waiting'] .chart-table tbody tr").first).to_be_visible()
        assert fits(page), "it scrolls sideways"
        axe(page)
        return
    plot, figure = plot_of(page, name), figure_of(page, name)
    assert plot.locator(".barlayer .point").count() == marks_in(figure, "bar")
    assert plot.locator(".scatterlayer .points path").count() == marks_in(figure, "scatter")
    assert fits(page), "it scrolls sideways"
    axe(page)
    assert {request.url.split("/")[2] for request in asked if request.url.startswith("http")} == {
        page.url.split("/")[2]
    }


def test_a_bar_opens_its_items(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", THROUGHPUT)
    plot_of(page, "throughput")
    tested = [trace["name"] for trace in figure_of(page, "throughput")["data"]].index("tested")
    box = page.locator(f".barlayer .trace:nth-child({tested + 1}) .point path").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("heading", level=1)).to_contain_text("59")
    assert page.get_by_role("rowheader").count() == 59


def test_the_items_are_reached_with_the_keyboard_alone(new_page: NewPage) -> None:
    page = sign_in(new_page(), "lead_soki", "/charts")
    chart = page.locator("[data-chart=throughput]")
    chart.get_by_text("Show as a table").focus()
    page.keyboard.press("Enter")
    link = chart.get_by_role("cell", name="59", exact=True).get_by_role("link").first
    expect(link).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("59")


def test_the_wall_shows_its_first_chart_before_the_rest_and_all_of_them_at_last(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    held: list[Route] = []
    page.route(re.compile("part="), lambda route: held.append(route))  # noqa: PLW0108 - it wants a function
    sign_in(page, "lead_soki", "/charts")
    plot_of(page, "throughput")
    assert page.locator(".plot").count() == 1
    page.route(re.compile("part="), lambda route: route.continue_())
    for route in held:
        route.continue_()
    for name in CHARTS:
        page.locator(f"#chart-{name}").evaluate("each => each.scrollIntoView()")
        plot_of(page, name)


def test_the_other_charts_come_and_are_drawn_without_being_scrolled_to(look: Look) -> None:
    page = look("planner", "/charts", "sv", "light", (1280, 800))
    expect(page.locator(".plot[data-drawn]")).to_have_count(len(CHARTS))
    assert page.evaluate("scrollY") == 0


def test_several_workstreams_are_chosen_with_the_keyboard_and_without_script(new_page: NewPage) -> None:
    page = sign_in(new_page(java_script_enabled=False), "lead_soki", "/charts/scope?from=4&to=5")
    page.locator(".picker-workstream summary").press("Enter")
    for code in ("LKM", "PAT"):
        page.locator(f"[name=workstream][value={code}]").press("Space")
    page.locator(".picker-workstream button").press("Enter")
    expect(page).to_have_url(re.compile("workstream=LKM&workstream=PAT"))
    expect(page.locator(".sample")).to_contain_text("LKM")
    expect(page.locator(".sample")).to_contain_text("PAT")


def test_a_change_of_theme_is_seen_in_the_marks(new_page: NewPage) -> None:
    page = sign_in(new_page(color_scheme="light"), "lead_soki", THROUGHPUT)
    bar = plot_of(page, "throughput").locator(".barlayer .point path").first
    light = bar.evaluate("bar => getComputedStyle(bar).fill")
    page.emulate_media(color_scheme="dark")
    expect(bar).not_to_have_css("fill", light)


def test_numbers_and_dates_are_swedish(new_page: NewPage) -> None:
    page = sign_in(new_page(locale="sv-SE"), "lead_soki", THROUGHPUT)
    plot = plot_of(page, "throughput")
    expect(plot.get_by_text("1,90", exact=True)).to_be_visible()
    expect(plot.get_by_text("Cykel 4", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/charts?from=4&to=4", "/charts/throughput?show=tested&cycle=4", "/definitions"])
def test_what_is_around_the_charts_is_accessible_too(look: Look, axe: Axe, path: str) -> None:
    page = look("lead_soki", path, "en", "light", (320, 800))
    axe(page)
    assert fits(page)
