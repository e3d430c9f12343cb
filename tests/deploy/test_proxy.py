"""nginx as the handbook has it: what it compresses, whom Tracker takes for whom, what is logged, and what people see
while Tracker is restarted.
"""

import gzip
import http.client
import re
from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.deploy import nginx
from tests.deploy.files import text_of
from tests.deploy.nginx import HOST, Site, Visitor
from tests.faults.leads import HTMX, Reply
from tests.web import people
from tracker.web import server

pytestmark = pytest.mark.skipif(
    nginx.PROGRAM is None or nginx.OPENSSL is None,
    reason="no nginx or no openssl here; on Debian: apt-get install nginx-light openssl",
)
SECRET = "9WkSecretThatNobodyLogs"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BACK_WITHIN_S = 30


@pytest.fixture(scope="module")
def site(sqlite_databases: Databases) -> Iterator[Site]:
    with sqlite_databases.fresh(people.prepare) as url, nginx.site(url) as found:
        yield found


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return site.visitor()


@pytest.fixture(scope="module")
def lead(site: Site) -> Visitor:
    """Somebody who has signed in through the proxy."""
    return site.visitor().sign_in_as(people.email("lead_owner"), people.PASSWORD)


def test_people_sign_in_and_move_cards_through_the_proxy(lead: Visitor) -> None:
    assert "__Host-session" in lead.cookies
    version, key = lead.form_of("LAB-001")
    fields = {"to": "validation", "version": str(version), "key": key, "reason": "other"}
    assert lead.send("/workflows/LAB-001/move", fields).status == 303
    assert lead.form_of("LAB-001")[0] == version + 1


def test_what_tracker_says_about_a_page_comes_through(visitor: Visitor) -> None:
    reply = visitor.open("/login")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Server"] == "nginx"


def test_what_comes_compressed_is_passed_on_and_tokens_are_not_in_what_is_compressed(lead: Visitor) -> None:
    packed = {"Accept-Encoding": "gzip"}
    lead.fetch("GET", "/board?cycle=all")  # what is told to this reader alone, once, is sent as it is
    sent, content = lead.fetch("GET", "/board?cycle=all", headers=packed)
    assert sent.headers["Content-Encoding"] == "gzip"
    token = re.findall(rb'name="csrf_token" value="([^"]+)"', gzip.decompress(content))[0]
    assert token in content
    page, _ = lead.fetch("GET", "/board?cycle=all")
    assert "Content-Encoding" not in page.headers
    assert "Content-Encoding" not in lead.fetch("GET", "/exports/workflows.csv", headers=packed)[0].headers
    for address in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page.text):
        reply, content = lead.fetch("GET", address, headers=packed)
        plain = lead.fetch("GET", address)[1]
        assert reply.headers["Content-Encoding"] == "gzip", address
        assert gzip.decompress(content) == plain, "once"
        assert "immutable" in reply.headers["Cache-Control"]
        tag = next(value for name, value in reply.headers.items() if name.lower() == "etag")
        assert lead.fetch("GET", address, headers=packed | {"If-None-Match": tag})[0].status == 304


def test_who_asks_is_whom_the_proxy_sees_whatever_a_browser_says(sqlite_databases: Databases) -> None:
    """On a site of its own: after it nobody signs in from this address for a while."""
    with sqlite_databases.fresh(people.prepare) as url, nginx.site(url) as site:

        def guess(number: int) -> int:
            said = {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.{number}", "Forwarded": f"for=10.0.0.{number}"}
            return site.visitor().ask("GET", f"/link/wrong{number}", headers=said).status

        assert [guess(number) for number in range(20)][-1] == 429


def test_hosts_are_those_of_the_public_address_whatever_a_browser_says(site: Site, visitor: Visitor) -> None:
    forged = {"X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "http"}
    reply = visitor.ask("GET", "/login", headers=forged)
    assert reply.status == 200
    assert "evil.example.com" not in reply.text
    assert "Secure" in reply.headers["Set-Cookie"]
    assert site.visitor("evil.example.com").ask("GET", "/login").status == 400


def test_plain_http_leads_to_https(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.http, timeout=BACK_WITHIN_S)
    connection.request("GET", f"/link/{SECRET}?a=b", headers={"Host": HOST})
    response = connection.getresponse()
    connection.close()
    assert (response.status, response.headers["Location"]) == (301, f"https://{HOST}/link/{SECRET}?a=b")
    assert SECRET not in site.logs()


def ask_with_secrets(visitor: Visitor) -> None:
    for path in (f"/link/{SECRET}", f"/%6cink/{SECRET}", f"//link/{SECRET}", f"/x/../link/{SECRET}", f"/LINK/{SECRET}"):
        visitor.ask("GET", path)
    visitor.ask("POST", f"/link/{SECRET}", b"password=x", FORM)
    visitor.ask("GET", f"/calendar.ics?key={SECRET}")
    visitor.ask("GET", f"/board?q={SECRET}", headers={"Referer": f"https://{HOST}/board?q={SECRET}"})


def test_the_logs_tell_what_was_asked_without_links_keys_and_words_searched_for(site: Site, visitor: Visitor) -> None:
    ask_with_secrets(visitor)
    with site.stopped():
        ask_with_secrets(visitor)
    said = site.logs()
    assert SECRET not in said
    assert re.search(r"^127\.0\.0\.1 \S+ GET /link/- 404 ", said, re.MULTILINE)
    assert re.search(r"^127\.0\.0\.1 \S+ POST /link/- 503 .* 502$", said, re.MULTILINE)
    assert re.search(r"^127\.0\.0\.1 \S+ GET /calendar\.ics 404 ", said, re.MULTILINE)
    assert re.search(r"^127\.0\.0\.1 \S+ GET /board 303 ", said, re.MULTILINE)


def test_a_file_that_is_too_large_is_refused_before_it_comes_to_tracker(lead: Visitor) -> None:
    limit = re.findall(r"client_max_body_size (\d+);", text_of("nginx/tracker.conf"))
    assert limit == [str(server.LARGEST_REQUEST)]
    refused = lead.ask("POST", "/import/workflows", b"a" * (server.LARGEST_REQUEST + 1), FORM)
    assert refused.status == 413
    assert "Det är för mycket på en gång" in refused.text
    assert "Filen är större än 10 MB" in refused.text
    of_tracker = lead.ask("POST", "/login", b"a" * 2_000_000, FORM)
    assert of_tracker.status == 413
    assert 'class="error-page' in of_tracker.text


def is_designed(reply: Reply) -> bool:
    headers = reply.headers
    is_safe = "default-src 'none'" in headers["Content-Security-Policy"] and headers["Cache-Control"] == "no-store"
    return reply.status == 503 and int(headers["Retry-After"]) > 0 and is_safe


def test_of_two_processes_one_may_be_away(site: Site) -> None:
    with nginx.half_a_pair(site) as half:
        visitor = half.visitor()
        assert {visitor.ask("GET", "/login").status for _ in range(20)} == {200}
        assert " 502, 200" in (half.folder / "log" / "access.log").read_text()


def test_while_tracker_is_restarted_people_get_a_page_and_boards_keep_what_was_sent(
    site: Site, visitor: Visitor, lead: Visitor
) -> None:
    version, key = lead.form_of("LAB-002")
    fields = {"to": "validation", "version": str(version), "key": key, "reason": "other"}
    with site.stopped():
        page, sent = visitor.ask("GET", "/board"), lead.send("/workflows/LAB-002/move", fields)
        part = lead.send("/workflows/LAB-002/move", fields, htmx=True)
        poll = lead.ask("GET", "/board/changes", headers=HTMX)
        direct = visitor.ask("GET", "/tracker-pages/unavailable.html")
    assert all(is_designed(reply) for reply in (page, sent, part, poll))
    assert all("Tracker kan inte nås just nu" in reply.text for reply in (page, sent))
    assert "HX-Retarget" not in page.headers.keys() | poll.headers.keys()
    assert part.headers["HX-Retarget"] == "#toasts"
    assert part.text.startswith('<div class="toast')
    assert direct.status == 404
    assert lead.send("/workflows/LAB-002/move", fields).status == 303  # what the board had kept, with its key
