"""The net under all browser tests: what it must catch, it catches."""

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import Console, assert_accessible, new_context

POLICY = {"Content-Security-Policy": "default-src 'none'", "Content-Type": "text/html"}
PAGE = "<!doctype html><html lang=en><title>x</title><main><h1>x</h1>{}</main>"


def show(browser: Browser, console: Console, body: str) -> Page:
    context = new_context(browser)
    console.watch(context)
    page = context.new_page()

    def answer(route: Route) -> None:
        route.fulfill(body=PAGE.format(body), headers=POLICY)

    page.route("**/*", answer)
    page.goto("http://tracker.test/")
    return page


@pytest.mark.parametrize(
    "body", ["<script>1</script>", "<b style='color: red'>x</b>", "<button onclick='x()'>x</button>", "<img src=/x>"]
)
def test_a_page_that_breaks_its_policy_is_noticed(browser: Browser, console: Console, body: str) -> None:
    page = show(browser, console, body)
    page.wait_for_timeout(100)
    assert any("Content-Security-Policy" in complaint for complaint in console.unexpected())
    console.allow("")
    page.context.close()


def test_an_error_in_a_script_is_noticed_and_can_be_allowed(browser: Browser, console: Console) -> None:
    page = show(browser, console, "")
    page.evaluate("setTimeout(() => { throw new Error('lost') })")
    page.wait_for_timeout(100)
    assert console.unexpected()
    console.allow("lost")
    assert console.unexpected() == []
    page.context.close()


def test_a_page_that_cannot_be_read_aloud_is_noticed(browser: Browser, console: Console) -> None:
    page = show(browser, console, "<input>")
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)
    page.context.close()


def test_a_page_in_order_passes(browser: Browser, console: Console) -> None:
    page = show(browser, console, "<p>Hello</p>")
    assert_accessible(page)
    page.context.close()
