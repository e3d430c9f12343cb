"""I8: text that breaks programs, in every field there is: refused with the field named, or kept as it is."""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import groupby, product
from operator import itemgetter
from urllib.parse import quote

import pytest

from tests.counts import some
from tests.databases import Databases, demo
from tests.faults.leads import Lead, Reply, findings, looking, scalars, served
from tracker.domain.programme import demo as demo_people

RTL = "\u202eabc"
TEXTS: dict[str, str | bytes] = {
    "nul": "a\0b",
    "lone surrogate": b"a\xed\xa0\x80b",
    "not utf-8": b"a\xffb",
    "rtl override": RTL,
    "zero width": "a\u200b\u200d\u2060\ufeffb",
    "emoji": "👩🏽‍⚕️🏥🇸🇪",
    "unpaired combining": "\u0301\u0338a",
    "noncharacter": "a\ufffe\U0010ffffb",
    "markup": "</textarea><script>alert(1)</script>{{ 7*7 }}",
    "100,000 characters": "å" * 100_000,
}
KEY = "LAB-001"
FORMS: dict[str, tuple[str, ...]] = {
    "/login": ("email", "password", "next"),
    "/login/demo": ("role", "next"),
    "/language": ("language", "next"),
    "/settings": ("language", "has_keys"),
    "/admin/accounts/new": ("email", "name", "role", "workstreams", "key"),
    "/admin/accounts/2": ("email", "name", "role", "workstreams", "key"),
    "/admin/accounts/import": ("text",),
    "/admin/accounts/import/confirm": ("text", "seen"),
    f"/workflows/{KEY}/move": ("to", "version", "happened_on", "reason", "note", "key"),
    f"/workflows/{KEY}/take-back": ("version", "note", "key"),
}
BLOCKERS = ("/blockers?state=all", "/blockers/50", "/blockers/new?workflow=LAB-004&title=title")
CYCLES = ("/cycles", "/cycles/7/edit")
REVIEWS = ("/cycles/5/review?workstream=LAB", "/cycles/4/review")
PEOPLE = ("/admin", "/admin/accounts/2", "/admin/audit", "/settings")
PLAN = "/cycles/6/plan"
FIELDS = (f"/workflows/{KEY}/edit", "/workflows/new?workstream=LAB")
FILTERS = ("q", "cycle", "workstream", "project", "owner", "blocked", "group", "view", "next", "unknown")
# What the message says where it does not say the field's name: none of these fields has its name on the page.
TOLD = {
    "email": "e-mail",
    "password": "e-mail and password",
    "next": "e-mail and password",
    "role": "choose one of the roles",
    "language": "choose swedish or english",
    "to": "choose the state",
    "happened_on": "date as year-month-day",
    "version": "the version in this form",
    "key": "this form",
    "note": "at most 10,000 characters",
    "has_keys": "this form",
    "seen": "have changed since the preview",
}


@pytest.fixture
def demo_served(databases: Databases) -> Iterator[tuple[str, str]]:
    """The database's address and the server's."""
    with databases.fresh(demo) as url, served(url) as address:
        yield url, address


def test_hostile_text_in_any_field_is_refused_by_name_or_kept_exactly(demo_served: tuple[str, str]) -> None:
    url, address = demo_served
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    everywhere = product([(path, field) for path, fields in FORMS.items() for field in fields], TEXTS, (False, True))
    for (path, field), each in groupby(some(everywhere, 7), key=itemgetter(0)):
        lead = Lead(address, {"language": "en"}).sign_in("admin" if path.startswith("/admin") else "planner")
        for _, name, htmx in each:
            form = _filled_in(lead, path) | {field: TEXTS[name]}
            outcome = _outcome(url, lead.send(path, form, htmx=htmx), field, TEXTS[name])
            outcomes[outcome] += 1
            if outcome not in {"refused", "kept", "ignored"}:
                wrong.append(f"{path} {field} {name}: {outcome}")
    print(f"I8: {outcomes.total()} forms with hostile text, {dict(outcomes)}, no 500")
    assert not wrong, "\n".join(wrong)
    assert findings(url) == []


def test_hostile_text_in_any_filter_is_a_page_or_a_refusal(demo_served: tuple[str, str]) -> None:
    _, address = demo_served
    lead = Lead(address, {"language": "en"}).sign_in("planner")
    outcomes: Counter[int] = Counter()
    pages = (
        "/board",
        "/board/changes",
        "/login",
        "/admin/audit",
        f"/workflows/{KEY}",
        "/cycles/6/plan",
        "/cycles/6/plan/changes",
    )
    for path, field, value in some(product(pages, FILTERS, TEXTS.values()), 7):
        reply = lead.ask("GET", f"{path}?{field}={_quoted(value)}")
        outcomes[reply.status] += 1
        assert reply.status in {200, 302, 303, 400, 414, 431}, (path, field, value[:9])
    print(f"I8: {outcomes.total()} addresses with hostile text, statuses {dict(outcomes)}, no 500")


def test_text_of_users_cannot_turn_the_text_around_it(demo_served: tuple[str, str]) -> None:
    """Whatever its direction: it stands in an element of its own that isolates it."""
    url, address = demo_served
    lead = Lead(address, {"language": "en"}).sign_in("admin")
    version, form_key = lead.form_of(KEY)
    fields = {"to": "test", "version": str(version), "key": form_key, "note": f"note{RTL}", "reason": f"reason{RTL}"}
    assert lead.send(f"/workflows/{KEY}/move", fields).status == 303
    with looking(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE workflow SET cycle_number = 6, goal = 'test' WHERE key = '{KEY}'")
        connection.exec_driver_sql(f"UPDATE cycle SET goal = 'goal{RTL}'")
        for column in ("name", "name_en", "owner", "description"):
            connection.exec_driver_sql(f"UPDATE workflow SET {column} = '{column}{RTL}' WHERE key = '{KEY}'")
        for column in ("title", "title_en", "owner", "mitigation", "decider"):
            connection.exec_driver_sql(f"UPDATE blocker SET {column} = '{column}{RTL}'")
        connection.exec_driver_sql(f"UPDATE cycle SET goal = 'goal{RTL}'")
        connection.exec_driver_sql(f"UPDATE actor SET name = 'name' || id || '{RTL}'")
        connection.exec_driver_sql(f"UPDATE \"user\" SET email = email || '{RTL}'")
    dropped = {"kind": "dropped", "reason": "scope", "note_dropped": f"dropped{RTL}", "version": "0"}
    assert lead.send("/cycles/5/review/LAB-003/propose", dropped).status == 303
    was = dict(re.findall(r'name="was_(\w+)" value="([^"]*)"', lead.open(f"/workflows/{KEY}/edit").text))
    written = {**was, **{f"was_{name}": text for name, text in was.items()}, "owner": f"written{RTL}"}
    assert lead.send(f"/workflows/{KEY}/edit", written).status == 303  # told in the history, with what was there
    bare = []
    boards = ("/", "/board?cycle=all", "/board?cycle=all&group=owner", PLAN)
    of_workflow = (f"/workflows/{KEY}", "/workflows/LAB-003", *FIELDS)
    for path in (*boards, *of_workflow, *BLOCKERS, *CYCLES, *REVIEWS, *PEOPLE):
        page = Directions(lead.open(_quoted_path(path)).text)
        assert page.found, path
        bare += [f"{path}: {where}" for where in page.bare]
    print(f"I8: {len(bare)} places where text of users is not isolated")
    assert not bare, "\n".join(bare)


class Directions(HTMLParser):
    """Where text that turns its direction stands, and where it shares a line that nothing isolates it from."""

    _VOID = frozenset({"input", "br", "hr", "img", "link", "meta"})
    # Each is a paragraph of its own to the eye: what turns inside ends with it.
    _BLOCKS = frozenset(
        [
            "article",
            "dd",
            "div",
            "h1",
            "h2",
            "h3",
            "li",
            "main",
            "nav",
            "option",
            "p",
            "section",
            "summary",
            "td",
            "textarea",
        ]
    )

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found = 0
        self.bare: list[str] = []
        self._open: list[str] = []
        self._lines: list[list[tuple[str, bool]]] = [[]]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element."""
        if tag in self._VOID:
            return
        self._open.append("bdi" if dict(attrs).get("dir") == "auto" else tag)
        if tag in self._BLOCKS:
            self._lines.append([])

    def handle_endtag(self, tag: str) -> None:
        """Closes an element; a block with text of a user that is not alone in it has to isolate it."""
        if not self._open or self._open.pop() not in {tag, "bdi"}:
            return
        if tag not in self._BLOCKS:
            return
        line = self._lines.pop()
        for text, is_isolated in line:
            if RTL[0] in text:
                self.found += 1
                whole = "".join(each for each, _ in line).strip()
                if not is_isolated and not re.fullmatch(r"\w+" + RTL, whole):
                    self.bare.append(f"<{tag}> {text.strip()!r}")

    def handle_data(self, data: str) -> None:
        """Text."""
        if "title" not in self._open:  # the window's, where no element can isolate it
            self._lines[-1].append((data, "bdi" in self._open))


FILLED_IN: dict[str, dict[str, str]] = {
    "/login": {"email": "nobody@example.org", "password": "x", "next": "/"},
    "/login/demo": {"role": "planner", "next": "/"},
    "/language": {"language": "en", "next": "/"},
    "/settings": {"language": "en"},
    "/admin/accounts/import": {"text": "email,name,role\nny@example.org,Ny,viewer"},
    "/admin/accounts/import/confirm": {"text": "email,name,role\nny@example.org,Ny,viewer", "seen": ""},
}


def _filled_in(lead: Lead, path: str) -> dict[str, str | bytes]:
    """The form as it would be sent, but for the one field."""
    if path.startswith("/log"):
        lead.open("/login")  # a token lasts as long as its sign-in
    if path in FILLED_IN:
        return dict(FILLED_IN[path])
    if path.startswith("/admin"):
        own = path.endswith("/2")
        new = {"email": f"{uuid.uuid4()}@example.org", "name": str(uuid.uuid4())}
        kept = {"email": demo_people.ACCOUNTS[1].email, "name": demo_people.ACCOUNTS[1].name}
        return {**(kept if own else new), "role": "lead", "workstreams": "LAB"}
    version, form_key = lead.form_of(KEY)
    form: dict[str, str | bytes] = {"version": str(version), "key": form_key, "note": "n"}
    if path.endswith("/move"):
        to = "test" if 'value="test" required disabled' not in lead.open(f"/workflows/{KEY}").text else "design"
        form |= {"to": to, "reason": "other", "happened_on": ""}
    return form


def _outcome(url: str, reply: Reply, field: str, value: str | bytes) -> str:
    if 400 <= reply.status < 500:
        said = reply.text.lower()
        is_named = f"the field {field}" in said or f"#field-{field}" in said or TOLD.get(field, field) in said
        return "refused" if is_named or reply.status in {413, 429} else f"{reply.status} without naming the field"
    if reply.status not in {200, 204, 303}:
        return f"status {reply.status}"
    if isinstance(value, bytes):
        return "taken, though it is no text"
    if field not in {"note", "reason", "key"}:
        return "ignored"
    table = "answer ORDER BY answered_at" if field == "key" else "state_change ORDER BY id"
    kept = scalars(url, f"SELECT {field} FROM {table} DESC LIMIT 1")
    return "kept" if kept == [value] else f"kept as {kept[0][:20]!r}"


def _quoted(value: str | bytes) -> str:
    return quote(value[:30_000])


def _quoted_path(path: str) -> str:
    return quote(path, safe="/?&=")
