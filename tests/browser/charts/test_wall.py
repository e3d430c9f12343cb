"""The charts on a projector, on paper and as pictures, and what the review shows of them."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Look, NewPage
from tests.browser.looks import fits
from tests.browser.people import sign_in
from tests.counts import is_full
from tracker.charts.palette import LIGHT
from tracker.charts.registry import CHARTS

PROJECTOR = ViewportSize(width=1600, height=900)
A4 = ViewportSize(width=1046, height=718)  # px, on its side, within its margins
_PAGE = re.compile(rb"/Type\s*/Page\b")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_FILL = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) rg\b")
_COMING = ".chart.is-coming"
DARK = {"#e9eaec", "#bec2c8", "#2f9ca6", "#60c0fd"}  # ink and states


def test_the_wall_fills_a_projector_and_is_printed_whole(new_page: NewPage) -> None:
    page = sign_in(new_page(viewport=PROJECTOR, color_scheme="dark"), "planner", "/charts")
    expect(page.locator(".plot[data-drawn]").first).to_be_visible()
    assert fits(page), "it scrolls sideways"
    assert len(page.locator(".chart-wall").evaluate("wall => getComputedStyle(wall).gridTemplateColumns").split()) == 3
    page.evaluate("() => { window.print = () => { document.body.dataset.printed = ''; }; }")
    page.locator("[data-print]").click()
    expect(page.locator("body[data-printed]")).to_have_count(1)
    expect(page.locator(_COMING)).to_have_count(0)
    expect(page.locator(".plot")).to_have_count(len(CHARTS))
    if is_full():
        printed = page.pdf(format="A3", landscape=True)
        assert 1 <= len(_PAGE.findall(printed)) <= len(CHARTS)
        assert_light(printed)
    page.set_viewport_size(A4)
    page.emulate_media(media="print")
    heights = [box["height"] for chart in page.locator(".chart").all() if (box := chart.bounding_box())]
    assert max(heights) <= A4["height"], "a chart is split"
    page.emulate_media(media="screen")
    expect(page.locator("header.shell")).to_be_visible()


def test_the_browsers_own_print_has_the_charts_that_had_not_come(
    new_page: NewPage, allow_console: Callable[[str], None]
) -> None:
    allow_console("Failed to (load|fetch)")
    page = new_page()
    is_early = re.compile(r"/charts/.*part=")  # what comes by itself is lost, what is fetched for the print is not
    page.route(is_early, lambda route: route.abort() if "hx-request" in route.request.headers else route.continue_())
    sign_in(page, "planner", "/charts")
    expect(page.locator(f"{_COMING}.is-lost").first).to_be_visible()
    printed = page.pdf(format="A4", landscape=True)
    expect(page.locator(".plot[data-drawn]")).to_have_count(len(CHARTS))
    assert len(_PAGE.findall(printed)) == len(_PAGE.findall(page.pdf(format="A4", landscape=True)))


def test_the_strip_of_days_is_printed_with_its_colours(look: Look) -> None:
    page = look("planner", "/", "sv", "light", (1280, 900))
    page.emulate_media(media="print")
    expect(page.locator(".strip-days i").first).to_have_css("print-color-adjust", "exact")
    page.emulate_media(media="screen")


@pytest.mark.parametrize("by", ["project", "workstream"] if is_full() else ["project"])
def test_a_chart_is_printed_on_one_page_in_light_colours(new_page: NewPage, by: str) -> None:
    page = sign_in(new_page(color_scheme="dark"), "planner", f"/charts/throughput?from=1&to=6&by={by}")
    expect(page.locator(".plot[data-drawn]")).to_be_visible()
    printed = page.pdf(format="A4", landscape=True)
    assert len(_PAGE.findall(printed)) == 1
    assert_light(printed)
    on_screen = page.locator(".plot text").first.evaluate("text => getComputedStyle(text).fill")
    assert on_screen not in {"rgb(26, 28, 31)", "rgb(68, 72, 78)", "rgb(98, 102, 108)"}, "it is still as on paper"


def assert_light(pdf: bytes) -> None:
    """Fails where paper has the dark theme's colours, or lacks those of the light one."""
    found = fills(pdf)
    assert {LIGHT["ink"], LIGHT["ink-2"], LIGHT["s1"], LIGHT["s3"]} <= found
    assert not found & DARK


def fills(pdf: bytes) -> set[str]:
    """The colours that something on paper is filled with."""
    found = set()
    for stream in _STREAM.findall(pdf):
        try:
            drawing = zlib.decompress(stream)
        except zlib.error:  # a font, say
            continue
        for rgb in _FILL.findall(drawing):
            found.add("#" + "".join(f"{round(float(part) * 255):02x}" for part in rgb))
    return found


@pytest.mark.parametrize("width", [320, 1280] if is_full() else [320])
def test_pictures_have_title_definition_and_foot_on_white(new_page: NewPage, tmp_path: Path, width: int) -> None:
    page = new_page(color_scheme="dark", viewport={"width": width, "height": 800})
    sign_in(page, "planner", "/charts/throughput?from=1&to=5&workstream=LKM")
    png, svg = downloaded(page, "png", tmp_path), downloaded(page, "svg", tmp_path)
    assert (png.name, svg.name) == ("throughput.png", "throughput.svg")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert int.from_bytes(png.read_bytes()[16:20], "big") >= 2 * 840  # sharp, and wide enough for its words
    drawing = svg.read_text(encoding="utf-8")
    words = " ".join("".join(ET.fromstring(drawing).itertext()).split())
    finding, sample = page.locator(".finding").inner_text(), page.locator(".sample").inner_text()
    for told in (finding, sample):
        assert told.split()[-1] in words
    assert "LKM" in words
    ground, ink = "rgb(255, 255, 255)", "rgb(26, 28, 31)"
    assert ground in drawing
    assert ink in drawing
    assert "rgb(233, 234, 236)" not in drawing  # the dark theme's ink


def downloaded(page: Page, kind: str, folder: Path) -> Path:
    """The picture that the button saves."""
    with page.expect_download() as download:
        page.locator(f"[data-picture={kind}]").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_chart_that_cannot_be_fetched_can_still_be_opened(
    new_page: NewPage, allow_console: Callable[[str], None]
) -> None:
    allow_console("Failed to (load|fetch)")
    name = list(CHARTS)[1]
    page = new_page(viewport={"width": 640, "height": 1600})
    page.route(f"**/charts/{name}?*part=*", lambda route: route.abort())
    sign_in(page, "planner", "/charts")
    lost = page.locator(f"{_COMING}#chart-{name}")
    expect(lost).to_contain_text("could not be fetched")
    lost.locator(".finding a").click()
    expect(page.locator("h1.finding")).to_be_visible()
    expect(page.locator(".plot[data-drawn]")).to_be_visible()


def test_the_review_has_the_last_cycles_of_the_workstream_beside_its_decisions(new_page: NewPage) -> None:
    page = sign_in(new_page(viewport=PROJECTOR), "planner", "/cycles/5/review?workstream=LKM")
    tables = page.locator(".past")
    expect(tables).to_have_count(2)
    expect(tables.first.locator("thead th")).to_have_text(["Throughput", "C2", "C3", "C4", "C5"])
    assert fits(page), "it scrolls sideways"
    for table in tables.all():
        link = table.locator("tbody td:nth-child(4) a").last
        number, address = link.inner_text(), link.get_attribute("href")
        assert address is not None
        assert "workstream=LKM" in address
        assert "cycle=4" in address
        if address.split("?")[0].removeprefix("/charts/") in CHARTS:
            items = page.context.new_page()
            items.goto(address)
            expect(items.locator("h1")).to_have_text(re.compile(rf": {number}$"))
            expect(items.locator("table.items tbody tr")).to_have_count(int(number))
