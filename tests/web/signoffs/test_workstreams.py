"""Who waits on whom, as pages: what waits for a workstream is signed in its row, and every number opens its items."""

import html
import re
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlmodel import Session

from tests.applications import shared_app
from tests.builders import LEAD, Flow, a_blocker, a_programme, day
from tests.databases import ON_SQLITE, Databases
from tests.web import people
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db.engine import reading
from tracker.domain.programme.rows import PartRow, Programme
from tracker.domain.signoffs.summary import PartSummary, part_summary
from tracker.domain.states import Goal, PartEventKind, State
from tracker.queries import figures

pytestmark = ON_SQLITE
DESIGN, VALIDATION = State.DESIGN, State.VALIDATION
JOINED, SIGNED = PartEventKind.JOINED, PartEventKind.SIGNED
COLUMNS = ("waited_on_now", "waiting_now", "parts_open", "parts_due", "waiting_days", "waited_on_days")


def a_shared_programme() -> Programme:
    """LKM is waited on in three workflows, first in its own, and open where nobody waits yet in RTG-001. What it signed
    in RTG-003 in cycle 1 was recorded after the close.
    """
    flows = (
        Flow("LKM-001", others=("LAB",)).to(DESIGN, day(51)).in_cycle(2, at=day(47)),
        Flow("LAB-001", workstream="LAB", others=("LKM", "RTG")).to(DESIGN, day(51)).to(VALIDATION, day(53)),
        Flow("LAB-002", workstream="LAB", others=("LKM",)).to(DESIGN, day(52)).in_cycle(2, at=day(47)),
        Flow("RTG-001", workstream="RTG", others=("LKM",)).to(DESIGN, day(58)).held(1, day(58)).held(2, day(58)),
        Flow("RTG-003", workstream="RTG", others=("LKM",), archived_at=day(59)).to(DESIGN, day(10)),
        Flow("RTG-002", workstream="RTG").to(DESIGN, day(58)).held(3, day(58)).released(3, day(59), note="Löst"),
    )
    blockers = (a_blocker(1, "Annans"), a_blocker(2, "Öppet", waits_on="LKM"), a_blocker(3, "Löst", waits_on="LKM"))
    signed = (
        ("LAB-001", "LKM", Goal.DESIGN, day(52)),
        ("LAB-001", "RTG", Goal.DESIGN, day(52)),
        ("LKM-001", "LAB", Goal.DESIGN, day(54)),
        ("LAB-001", "LAB", Goal.VALIDATION, day(55)),
        ("LAB-001", "RTG", Goal.VALIDATION, day(56)),
        ("LAB-002", "LAB", Goal.DESIGN, day(57)),
    )
    rows: list[tuple[str, str, Goal | None, PartEventKind, datetime]] = [
        (flow.key, code, None, JOINED, flow.created_at) for flow in flows for code in flow.others
    ]
    rows += [(key, code, stage, SIGNED, at) for key, code, stage, at in signed]
    recorded = [(*row, row[-1]) for row in rows] + [("RTG-003", "LKM", Goal.DESIGN, SIGNED, day(20), day(55))]
    recorded.sort(key=lambda row: row[-1])
    parts = [PartRow(n, *row, LEAD) for n, row in enumerate(recorded, 1)]
    return replace(a_programme(*flows, blockers=blockers), parts=parts)


def _prepare(engine: Engine) -> None:
    people.prepare_with(engine, a_shared_programme(), people.NOW)


@pytest.fixture
def engine(databases: Databases) -> Engine:
    """An engine on a programme with shared workflows."""
    return databases.restored(_prepare)


@pytest.fixture
def app(engine: Engine, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application in cycle 2."""
    monkeypatch.chdir(str(tmp_path))
    return shared_app(engine, people.NOW)


@pytest.fixture
def lead(client_as: ClientAs) -> PageClient:
    """The lead of LKM, who reads Swedish."""
    client = client_as("lead_shared")
    client.submit("/language", {"language": "sv"})
    return client


def section(text: str, title: str) -> str:
    """A section of a page by the id of its title."""
    return text[text.index(f'aria-labelledby="{title}"') :].split("</section>", maxsplit=1)[0]


def keys(text: str) -> list[str]:
    """The workflows of rows, in order."""
    return re.findall(r'class="what"><a href="/workflows/([^"]+)"', text)


def forms(text: str, event: str) -> list[dict[str, str]]:
    """What the forms that do it would send, in order."""
    found = []
    for action, body in re.findall(r'<form class="[^"]*" action="([^"]+)"(.*?)</form>', text, re.DOTALL):
        if f'name="event" value="{event}"' in body:
            fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body)
            found.append({"action": action, "event": event} | {name: html.unescape(value) for name, value in fields})
    return found


def focused(text: str) -> str:
    """What takes the focus, in words."""
    found = re.search(r"<(?:button|h2|summary)[^>]* autofocus>(.*?)</(?:button|h2|summary)>", text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def send(client: PageClient, form: dict[str, str], **more: str) -> str:
    """Sends a form of a row without script, and gives the page that it leads to."""
    answer = client.submit(form["action"], {**form, "csrf_token": client.token(), **more})
    assert answer.status_code == 303, answer.text
    return client.get(answer.location).text


def test_what_waits_for_a_workstream_stands_first_that_has_waited_the_longest(lead: PageClient) -> None:
    text = lead.get("/workstreams/LKM").text
    awaited, folded = section(text, "awaited-title").split('<details class="folded')
    assert keys(awaited) == ["LKM-001", "LAB-001", "LAB-002"]
    assert keys(folded) == ["RTG-001"]
    rows = re.findall(r"<tbody.*?</tbody>", awaited, re.DOTALL)[0].split("</tr>")
    said = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert said[0].startswith("LKM-001 Beställa läkemedel LAB 24 mars 6 Design")
    assert said[1].startswith("LAB-001 Beställa läkemedel LAB RTG 25 mars 5 Validering")
    assert "Siffrorna räknar varje arbetsström som väntar:" in awaited
    assert "LKM väntar inte på någon." in html.unescape(section(text, "waiting-title"))


def test_on_whom_a_workstream_waits_and_that_nobody_waits(lead: PageClient) -> None:
    text = lead.get("/workstreams/LAB").text
    assert keys(section(text, "waiting-title")) == ["LKM-001", "LAB-001", "LAB-002"]
    assert "Ingen väntar på LAB." in section(text, "awaited-title")
    assert "Inget hinder anger att det väntar på LAB." in text


def test_three_parts_are_signed_in_their_rows_without_script(lead: PageClient) -> None:
    text = lead.get("/workstreams/LKM").text
    for left in (["LAB-001", "LAB-002"], ["LAB-002"], []):
        text = send(lead, forms(section(text, "awaited-title"), "signed")[0])
        awaited = section(text, "awaited-title").split('<details class="folded')[0]
        assert keys(awaited) == left
        assert focused(text).startswith(f"Vår del klar : LKM i {left[0]}" if left else "Väntar på oss 0")
    assert "Ingen väntar på LKM." in text
    assert [*map(len, (forms(text, "signed"), forms(text, "waived")))] == [1, 1]  # RTG-001, on which nobody waits


def test_a_part_is_not_needed_by_words_in_its_row(lead: PageClient) -> None:
    text = lead.get("/workstreams/LKM").text
    assert [form["action"] for form in forms(text, "waived")] == [
        f"/workflows/{key}/parts"
        for key in ("LAB-001", "LAB-002", "RTG-001")  # never of its own
    ]
    text = send(lead, forms(text, "waived")[0], note="Görs av RTG")
    assert keys(section(text, "awaited-title")) == ["LKM-001", "LAB-002", "RTG-001"]


def test_who_may_sign_and_who_may_only_say_that_a_part_is_not_needed(client_as: ClientAs) -> None:
    counts = {}
    for who in ("viewer", "lead_owner", "lead_other", "lead_shared", "planner"):
        text = client_as(who).get("/workstreams/LKM").text
        counts[who] = len(forms(text, "signed")), len(forms(text, "waived"))
    assert counts == {
        "viewer": (0, 0),
        "lead_owner": (0, 2),
        "lead_other": (0, 1),
        "lead_shared": (4, 3),
        "planner": (4, 3),
    }


def test_blockers_that_name_the_workstream_stand_there_open_ones_first(lead: PageClient) -> None:
    blockers = section(lead.get("/workstreams/LKM").text, "blockers-title")
    assert re.findall(r"<bdi>(.*?)</bdi></a></th>", blockers) == ["Öppet", "Löst"]


def test_rows_say_what_the_figures_say_and_every_number_opens_as_many_items(
    client_as: ClientAs, engine: Engine
) -> None:
    client = client_as("viewer")
    text = client.get("/workstreams").text
    table = section(text, "streams-title")
    assert re.findall(r'scope="row"><a class="ink strong" href="/workstreams/(\w+)"', table) == ["LAB", "LKM", "RTG"]
    with reading(engine) as session:
        expected = {row.workstream: row for row in summary_of(session)}
    links = re.findall(r'<a class="count" href="([^"]+)">([^<]+)</a>', table)
    shown = {}
    for link, number in links:
        address, figure = html.unescape(link), re.findall(r"show=(\w+)", link)[0]
        shown[re.findall(r"workstream=(\w+)", address)[0], figure] = number
        rows = client.get(address).text.count('<tr role="row"><th role="rowheader"')
        assert figure.endswith("_days") or rows == int(number), address
    for code in ("LAB", "LKM", "RTG"):
        for figure in COLUMNS:
            value = getattr(expected[code], figure)
            assert float(shown.get((code, figure), "0").replace(",", ".")) == float(value), (code, figure)
    assert shown["LKM", "waited_on_now"] == "4"
    assert "LAB</a> → <a" in client.get("/cycles/2?show=waiting_now").text


def summary_of(session: Session) -> list[PartSummary]:
    """The rows of the running cycle as now."""
    history = figures.history(session)
    assert history is not None
    as_of = figures.as_of_now(session, people.NOW)
    return [row for row in part_summary(history, as_of) if row.cycle == 2]


def test_some_workstreams_together_list_all_that_waits_for_them(client_as: ClientAs) -> None:
    text = client_as("planner").get("/workstreams?workstream=LKM&workstream=RTG&workstream=XYZ").text
    assert keys(section(text, "awaited-title")) == ["LKM-001", "LAB-001", "LAB-002"]
    assert re.findall(r'scope="row"><a class="ink strong" href="/workstreams/(\w+)"', text) == ["LKM", "RTG"]
    assert "workstream=XYZ" in text
    form = forms(section(text, "awaited-title"), "signed")[0]
    assert form["next"].startswith("/workstreams?")
    assert form["next"].count("workstream=") == 2


def test_one_that_is_put_away_says_so_and_one_that_is_not_there_is_not_found(client_as: ClientAs) -> None:
    client = client_as("planner")
    client.submit("/language", {"language": "en"})
    assert client.get("/workstreams/XYZ").status_code == 404
    assert client.get("/workstreams/lkm").status_code == 404
    assert "is archived" not in client.get("/workstreams/RTG").text
    client.submit("/setup/workstreams/RTG/archive", {"away": "1"})
    text = client.get("/workstreams/RTG").text
    assert "The workstream is archived" in text
    assert "archived</span>" in section(client.get("/workstreams").text, "streams-title")


def test_the_first_page_says_what_the_page_of_the_workstream_says(lead: PageClient) -> None:
    text = lead.get("/").text
    strip = text[text.index("own-sums") :].split("</ul>")[0]
    assert re.findall(r'<a href="/workstreams/LKM"><b>3</b> (.*?)</a>', strip) == ["väntar på oss"]
    assert strip.count("<li>") == 3
    assert 'href="/workstreams"' in text


def test_the_review_names_the_open_parts_of_an_item(lead: PageClient) -> None:
    def named(key: str, stream: str) -> list[str]:
        text = lead.get(f"/cycles/2/review?workstream={stream}").text
        item = text[text.index(f'id="item-{key}"') :].split("</article>")[0]
        return re.findall(r'href="/workstreams/(\w+)"', item)

    assert named("LAB-002", "LAB") == ["LKM"]
    assert named("LKM-001", "LKM") == []  # only its own is open
    send(lead, forms(lead.get("/workstreams/LKM").text, "signed")[2])
    assert named("LAB-002", "LAB") == []


def test_a_closed_cycle_says_what_was_signed_after_it(lead: PageClient) -> None:
    def numbers(text: str, figure: str) -> list[str]:
        row = text[text.index(f'id="figure-{figure}"') :].split("</tr>", maxsplit=1)[0]
        return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)]

    text = html.unescape(lead.get("/cycles/1").text)
    assert [numbers(text, name) for name in ("parts_signed", "parts_open")] == [["0", "1", "+1"], ["1", "0", "−1"]]
    differences = section(text, "differences-title")
    assert "RTG-003" in differences
    assert "LKM: delen i design klar" in differences
    assert "registrerad i efterhand" in differences
    of_lab = lead.get("/cycles/1?workstream=LAB").text
    assert numbers(of_lab, "parts_signed") == ["0", "0", ""]
