"""No header that anybody can send makes an error of ours: each page is answered, or the request is refused."""

import itertools

import pytest

from tests.counts import some
from tests.web.conftest import ClientAs, MakeApp, browser_of

VALUES = (
    "http://[",
    "http://[::1",
    "https://]/board",
    "//[/x",
    "http://127.0.0.1:99999999999/board",
    "http://127.0.0.1:abc/",
    "http://\u2100.example/",
    "\xff\xfe",
    "%",
    "%zz%00",
    "=",
    ";;;=;",
    ",,,,",
    '"',
    "'; DROP TABLE entry; --",
    "0",
    "-1",
    "9" * 400,
    "bytes=9-1,-,0-0",
    "sv;q=nan",
    "sv;q=1e999",
    "W/,*",
    "Thu, 99 Foo 99999 99:99:99 GMT",
    "text/html; charset=nonsense; boundary=",
    "multipart/form-data",
    "1.sv.0000-00-00.x",
    "99999999999999999999.sv.2023-01-01.x",
    "../../etc/passwd",
    "x" * 4_000,
    "",
)
HEADERS = (
    *("Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Cookie"),
    *("Content-Length", "Content-Type", "Expect", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range"),
    *("If-Unmodified-Since", "Origin", "Range", "Referer", "Sec-Fetch-Site", "User-Agent", "X-CSRFToken"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-HTTP-Method-Override"),
    *("HX-Boosted", "HX-Current-URL", "HX-History-Restore-Request", "HX-Prompt", "HX-PTag", "HX-Request-Type"),
    *("HX-Source", "HX-Target", "HX-Trigger", "HX-Trigger-Name"),
)
ASKED = (
    ("GET", "/board"),
    ("GET", "/board/changes"),
    ("GET", "/exports/changes.csv"),
    ("GET", "/calendar.ics"),
    ("GET", "/static/x/css/tokens.css"),
    ("POST", "/workflows/LAB-001/move"),
    ("POST", "/login"),
)
PUBLIC = {"public_url": "https://tracker.example.org", "proxy_hops": 1}


@pytest.mark.parametrize(("who", "settings"), [("anonymous", {}), ("planner", {}), ("anonymous", PUBLIC)])
def test_no_header_makes_an_error_of_ours(
    make_app: MakeApp, client_as: ClientAs, who: str, settings: dict[str, object]
) -> None:
    browser = browser_of(make_app(**settings)) if settings else client_as(who)
    base = "https://tracker.example.org" if settings else "http://localhost"
    form = {"csrf_token": browser.token(base)}
    cases = list(some(itertools.product(ASKED, HEADERS, VALUES), 23))
    found: list[tuple[object, ...]] = []
    for (method, path), header, value in cases:
        sent, data = {"HX-Request": "true"} | {header: value}, form if method == "POST" else None
        response = browser.open(path, method=method, headers=sent, base_url=base, data=data)
        if response.status_code >= 500 or "Content-Security-Policy" not in response.headers:
            found.append((method, path, header, value, response.status_code))
    print(f"Odd headers: {len(cases)} requests, {len(found)} errors of ours")
    assert found == []


@pytest.mark.parametrize("page", ["http://[", "https://tracker.example.org:abc/", "//[/x"])
def test_a_page_that_says_it_is_at_no_address_is_told_and_not_stumbled_over(make_app: MakeApp, page: str) -> None:
    browser = browser_of(make_app(**PUBLIC))
    base = "https://tracker.example.org"
    form = {"csrf_token": browser.token(base), "email": "x@example.org", "password": "fel"}
    assert browser.post("/login", data=form, headers={"Referer": page}, base_url=base).status_code == 403
    asked = {"HX-Request": "true", "HX-Current-URL": page}
    assert browser.get("/board", headers=asked, base_url=base).status_code == 401
