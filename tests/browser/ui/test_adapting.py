"""Pages for those who zoom in, space text out, want nothing to move, or choose the colours themselves (A6)."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.people import sign_in
from tests.counts import is_full

PAGES = {
    "board": "/board?cycle=5&workstream=LAB",
    "lanes": "/board?cycle=5&group=workstream",
    "list": "/board?cycle=5&view=list&workstream=LAB",
    "plan": "/cycles/6/plan?workstream=LAB",
    "blockers": "/blockers",
    "blocker": "/blockers/1",
    "new blocker": "/blockers/new?workflow=LAB-003",
    "workflow": "/workflows/LAB-003",
    "new workflow": "/workflows/new",
    "edit workflow": "/workflows/LAB-003/edit",
    "help": "/help",
    "handbook": "/help/operating",
    "settings": "/settings",
    "accounts": "/admin",
    "new account": "/admin/accounts/new",
    "accounts from a file": "/admin/accounts/import",
    "audit": "/admin/audit",
    "statement": "/accessibility",
}
# Each kind of page every time, all of them in full.
KINDS = ("board", "list", "plan", "workflow")
CHOSEN = tuple(PAGES) if is_full() else KINDS
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400 %
# WCAG 1.4.12: what every reader may set.
SPACED = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }
"""
FOCUSED = 12
# What Tab has reached, unless something stands before it.
COVERED = """
() => {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]];
  const seen = points.some(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && (element.contains(top) || top.contains(element));
  });
  return element === document.body || seen || box.width < 2 ? null : element.outerHTML.slice(0, 120);
}
"""
# Elements that cut off their own words; what ends in an ellipsis by design tells the whole elsewhere.
CUT = """
() => [...document.querySelectorAll("main *, header *, dialog[open] *")].filter((element) => {
  const style = getComputedStyle(element);
  const hasWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element;
  const isForEars = clientWidth <= 2 || clientHeight <= 2;  // seen by nobody
  if (!hasWords || isForEars || !element.checkVisibility() || element.closest("select, textarea")) return false;
  const cuts = (overflow, ours, whole) => ["hidden", "clip"].includes(overflow) && whole > ours + 1;
  return style.textOverflow !== "ellipsis" &&
    (cuts(style.overflowX, clientWidth, scrollWidth) || cuts(style.overflowY, clientHeight, scrollHeight));
}).map((element) => element.outerHTML.slice(0, 120))
"""
MOVING = """
() => [...document.querySelectorAll("*")].filter((element) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
  const longest = (times) => Math.max(...times.split(",").map(parseFloat));
  return longest(transitionDuration) > .01 || (animationName !== "none" && longest(animationDuration) > .01);
}).map((element) => element.outerHTML.slice(0, 120))
"""
OUTLINED = """
() => {
  const element = document.activeElement;
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    if (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) return true;
  }
  return element === document.body;
}
"""


def opened(page: Page, name: str) -> Page:
    return sign_in(page, "admin", PAGES[name])


@pytest.mark.parametrize("name", CHOSEN)
def test_at_400_percent_nothing_is_lost_and_the_focus_is_never_covered(new_page: NewPage, name: str) -> None:
    page = opened(new_page(viewport=ZOOMED), name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    for _ in range(FOCUSED):
        page.keyboard.press("Tab")
        assert page.evaluate(COVERED) is None


@pytest.mark.parametrize("name", CHOSEN)
def test_text_that_is_spaced_out_is_not_cut_off(new_page: NewPage, name: str) -> None:
    page = opened(new_page(bypass_csp=True, viewport={"width": 1280, "height": 800}), name)
    page.add_style_tag(content=SPACED)
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", ["board", "lanes", "list", "workflow"])
def test_nothing_moves_for_those_who_want_stillness(new_page: NewPage, name: str) -> None:
    assert opened(new_page(reduced_motion="reduce"), name).evaluate(MOVING) == []


@pytest.mark.parametrize("name", ["board", "list", "blockers", "workflow", "settings"])
def test_the_focus_is_seen_in_colours_of_ones_own(new_page: NewPage, name: str) -> None:
    page = opened(new_page(forced_colors="active"), name)
    for _ in range(FOCUSED):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINED)
