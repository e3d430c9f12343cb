"""Exports: the same bytes as the command line, every cell as the page shows it; what is wrong is explained."""

import csv
import html
import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, QueuePool

from tests.applications import SetClock, own_app, shared_app
from tests.builders import load
from tests.counts import count
from tests.databases import ON_SQLITE, Databases, demo
from tests.large_programme import a_large_programme
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of, sign_in
from tests.web.page_client import PageClient
from tracker.cli import main
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.programme import clock_mark
from tracker.db.engine import make_engine, transaction
from tracker.domain.cells import Dialect
from tracker.domain.states import Role
from tracker.exports import files, packs

AS_OF = "2023-04-14T07:00:00Z"
MOST_MEMORY = 50 * 1024 * 1024


@pytest.fixture(scope="module")
def demo_url(sqlite_databases: Databases) -> Iterator[str]:
    with sqlite_databases.fresh(demo) as url:
        yield url


@pytest.fixture(scope="module")
def browser(demo_url: str) -> Iterator[PageClient]:
    engine = make_engine(demo_url)
    client = browser_of(own_app(engine, SetClock(datetime.fromisoformat(AS_OF) + timedelta(seconds=5))))
    client.submit("/login/demo", {"role": "viewer"})
    client.submit("/language", {"language": "en"})
    yield client
    engine.dispose()


def a_viewer(engine: Engine) -> None:
    with transaction(engine) as session:
        clock_mark.found(session, "Europe/Stockholm")
        entry = open_entry(session, accounts.operator(session), "user_add", people.NOW)
        accounts.add(session, entry, people.email("viewer"), "Namn", Role.VIEWER, password=None)


def rows_of(client: PageClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", files.NAMES)
def test_a_file_is_the_command_lines_byte_for_byte(
    browser: PageClient, demo_url: str, monkeypatch: pytest.MonkeyPatch, name: str, dialect: Dialect
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", demo_url)
    cycle = 4 if name in files.NARROWED["cycle"] else None
    more = ["--cycle", str(cycle)] if cycle else []
    theirs = CliRunner().invoke(main, ["export", name, "--format", dialect.value, "--as-of", AS_OF, *more])
    ours = browser.get(f"/exports/{name}.csv?format={dialect.value}&as_of={AS_OF}&cycle={cycle or ''}")
    assert ours.data == theirs.stdout_bytes
    assert ours.content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", files.NAMES)
def test_the_page_shows_the_first_rows_of_what_its_link_gives(browser: PageClient, name: str, dialect: Dialect) -> None:
    answer = browser.get(f"/exports?file={name}&format={dialect.value}&link=yes&total=no&basis=both")
    page = answer.text
    text = browser.get(download_of(page)).text.removeprefix("\ufeff")
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter))
    table = page.split('<table class="preview"')[1].split("</table>")[0]
    shown = [
        re.findall(r"<t[hd][^>]*>(?:<bdi>)?(.*?)(?:</bdi>)?</t[hd]>", line, re.DOTALL)
        for line in table.split("<tr>")[1:]
    ]
    # The clock has ticked on, and the Swedish page shows local times.
    instants = re.compile(r"\d{4}-\d\d-\d\d(T[^<]*Z| \d\d:\d\d)")
    unescaped = [[instants.sub("", html.unescape(cell)) for cell in row] for row in shown]
    assert unescaped == [[instants.sub("", cell) for cell in record] for record in records[:9]]
    said = re.search(r"([\d\s]+) rows?, ", page)
    assert said is not None
    assert int(re.sub(r"\s", "", said[1])) == len(records) - 1


def download_of(page: str) -> str:
    """Where the file's form leads as it stands."""
    form = page.split('<article class="file"')[1].split("</form>", maxsplit=1)[0]
    target = re.search(r'formaction="(/exports/[^"]*)"', form)
    assert target is not None
    given = {
        name: re.findall(r'<option value="([^"]*)" selected', options)[0]
        for name, options in re.findall(r'<select [^>]*name="([^"]*)">(.*?)</select>', form, re.DOTALL)
    }
    given |= dict(re.findall(r'name="([^"]*)" value="([^"]*)" checked', form))
    return f"{target[1]}?{urlencode(given)}"


def test_the_page_offers_one_row_per_cycle_first(browser: PageClient) -> None:
    page = browser.get("/exports").text
    rows = rows_of(browser, download_of(page))
    assert [(row["cycle"], row["basis"]) for row in rows] == [(str(cycle), "as_now") for cycle in range(1, 8)]
    assert "7 rows" in page


def test_both_readings_come_unless_one_is_asked_for(browser: PageClient) -> None:
    assert [row["basis"] for row in rows_of(browser, "/exports/cycle_summary.csv?cycle=4")] == ["as_reported", "as_now"]
    for basis in ("as_reported", "as_now"):
        rows = rows_of(browser, f"/exports/cycle_summary.csv?cycle=4&basis={basis}")
        assert [row["basis"] for row in rows] == [basis]


def test_totals_can_be_left_out_and_links_lead_to_the_items(browser: PageClient) -> None:
    rows = rows_of(browser, "/exports/workstream_summary.csv?cycle=4&basis=as_now&total=no&link=yes")
    assert "TOTAL" not in {row["workstream"] for row in rows}
    for row in (rows[0], rows[-1]):
        assert row["link"] == f"http://localhost/cycles/4?workstream={row['workstream']}"
        assert browser.get(row["link"].removeprefix("http://localhost")).status_code == 200
    total = rows_of(browser, "/exports/workstream_summary.csv?cycle=4&basis=as_now&link=yes")[-1]
    assert (total["workstream"], total["link"]) == ("TOTAL", "http://localhost/cycles/4")
    items = rows_of(browser, "/exports/items.csv?cycle=4&link=yes")
    for figure in ("tested", "blockers_open"):
        link = next(row["link"] for row in items if row["figure"] == figure)
        assert browser.get(link.removeprefix("http://localhost")).status_code == 200


@ON_SQLITE
def test_a_link_has_the_public_address_where_there_is_one(make_app: MakeApp, engine: Engine) -> None:
    client = browser_of(make_app(public_url="http://tracker.example.org", insecure_http=True))
    sign_in(client, people.signed_in(engine, "viewer"))
    rows = rows_of(client, "/exports/cycle_summary.csv?link=yes&cycle=1")
    assert {row["link"] for row in rows} == {"http://tracker.example.org/cycles/1"}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("cycle_summary.csv", "cycle_summary-all-cycles-both-20230414T0700"),
        ("cycle_summary.csv?cycle=4&basis=as_now", "cycle_summary-cycle-4-as_now-20230414T0700"),
        (f"workstream_summary.csv?cycle=4&as_of={AS_OF}", "workstream_summary-cycle-4-both-20230414T070000Z.csv"),
        (f"changes.csv?as_of={AS_OF}", "changes-20230414T070000Z.csv"),
        (
            "cycle_summary.csv?cycle=4&basis=as_now&workstream=LAB&workstream=MBI",
            "cycle_summary-cycle-4-as_now-filtered-LAB-MBI-20230414T0700",
        ),
        (f"blockers.csv?project=SIDU&as_of={AS_OF}", "blockers-filtered-SIDU-20230414T070000Z.csv"),
        (
            "workflows.csv?" + "&".join(f"workstream={code}" for code in ("LAB", "MBI", "MTE", "EXT", "LLA")),
            "workflows-all-cycles-filtered-5-20230414T0700",
        ),
        (f"pack.zip?cycle=4&as_of={AS_OF}", "pack-cycle-4-both-20230414T070000Z.zip"),
        (f"pack.xlsx?as_of={AS_OF}", "pack-all-cycles-both-20230414T070000Z.xlsx"),
    ],
)
def test_a_file_name_says_content_cycle_reading_and_instant(browser: PageClient, address: str, name: str) -> None:
    assert browser.get(f"/exports/{address}").headers["Content-Disposition"].startswith(f'attachment; filename="{name}')


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("cycle_summary.csv?cycle=x", "cycle=x"),
        ("cycle_summary.csv?cycle=99", "cycle=99"),
        ("cycle_summary.csv?cycle=-1", "cycle=-1"),
        (f"cycle_summary.csv?cycle={'9' * 5000}", "cycle=999"),
        ("cycle_summary.csv?format=xls", "xls"),
        ("cycle_summary.csv?basis=now", "basis=now"),
        ("workstream_summary.csv?total=maybe", "total=maybe"),
        ("workstream_summary.csv?link=1", "link=1"),
        ("workstream_summary.csv?as_of=yesterday", "as_of=yesterday"),
        ("cycle_summary.csv?colour=red", "colour"),
        ("changes.csv?cycle=4", "“cycle” goes with"),
        ("changes.csv?basis=as_now", "“basis” goes with"),
        ("cycle_summary.csv?total=no", "“total” goes with"),
        ("changes.csv?link=yes", "“link” goes with"),
        ("projects.csv?workstream=LAB", "“workstream” goes with"),
        ("items.csv?workstream=LAB&workstream=XXX", "workstream=XXX"),
        ("blockers.csv?project=<b>", "project=&lt;b&gt;"),
        ("pack.zip?cycle=x", "cycle=x"),
        ("pack.zip?basis=as_now", "basis"),
        ("pack.xlsx?format=docx", "docx"),
    ],
)
def test_what_means_nothing_is_named(browser: PageClient, address: str, words: str) -> None:
    answer = browser.get(f"/exports/{address}")
    assert answer.status_code == 422
    assert words in answer.text


def test_a_summary_of_some_counts_them_together_as_the_chart_does(browser: PageClient) -> None:
    chosen = "workstream=LAB&workstream=OPE"
    drawn = rows_of(browser, "/charts/throughput.csv?from=1&to=5&project=SIDU")
    of_project = rows_of(browser, "/exports/cycle_summary.csv?basis=as_now&project=SIDU")
    assert [row["tested"] for row in of_project[:5]] == [row["tested"] for row in drawn]
    together = rows_of(browser, f"/exports/cycle_summary.csv?cycle=4&basis=as_now&{chosen}")
    each = rows_of(browser, f"/exports/workstream_summary.csv?cycle=4&basis=as_now&{chosen}")
    assert [row["workstream"] for row in each] == ["LAB", "OPE", "TOTAL"]
    assert {name: each[-1][name] for name in together[0]} == together[0]
    assert int(together[0]["committed"]) == int(each[0]["committed"]) + int(each[1]["committed"])
    whole = rows_of(browser, "/exports/cycle_summary.csv?cycle=4&basis=as_now")
    assert int(together[0]["committed"]) < int(whole[0]["committed"])


def test_items_of_some_are_theirs_and_come_to_their_total(browser: PageClient) -> None:
    items = rows_of(browser, "/exports/items.csv?cycle=4&basis=as_now&project=SIDU")
    total = rows_of(browser, "/exports/cycle_summary.csv?cycle=4&basis=as_now&project=SIDU")[0]
    assert {row["workstream"] for row in items} <= {"LAB", "MBI", "MTE", "EXT", "LLA", "TOTAL"}
    assert sum(row["figure"] == "committed" for row in items) == int(total["committed"])
    opened = [row for row in items if row["figure"] == "blockers_opened" and row["workstream"] == "TOTAL"]
    assert len(opened) == int(total["blockers_opened"])


def test_workflows_and_blockers_are_those_of_the_chosen(browser: PageClient) -> None:
    lab = rows_of(browser, "/exports/workflows.csv?workstream=LAB&workstream=MBI&project=SIDU")
    assert {row["workstream"] for row in lab} == {"LAB", "MBI"}
    held = {
        row["blocker"] for row in rows_of(browser, "/exports/blocker_events.csv") if row["workflow"].startswith("LAB")
    }
    assert {row["id"] for row in rows_of(browser, "/exports/blockers.csv?workstream=LAB")} == held
    assert rows_of(browser, "/exports/workflows.csv?workstream=LAB&project=SOKI") == []


def test_the_page_narrows_names_in_words_and_tells_what_stays_whole(browser: PageClient) -> None:
    page = browser.page("/exports?file=cycle_summary&workstream=LAB&project=SIDU&workstream=XXX")
    assert "Figures by cycle cycle_summary.csv" in page.text
    assert "The chosen workstreams are counted together" in page.text
    assert "The filter workstream=XXX means nothing here" in page.text
    assert "--project SIDU --workstream LAB" in page.text
    assert "others refer to it" in browser.page("/exports?file=projects&workstream=LAB").text


def test_the_swedish_preview_shows_local_times(browser: PageClient) -> None:
    page = browser.page("/exports?file=changes&format=excel-sv").text
    assert "2022-08-22 09:12" in page
    assert "2022-08-22T07:12" in browser.get("/exports/changes.csv?format=excel-sv").text
    assert "in the file they are in UTC" in page


def test_both_readings_can_be_asked_for_by_name(browser: PageClient) -> None:
    both, named = (browser.get(f"/exports/cycle_summary.csv?as_of={AS_OF}{more}") for more in ("", "&basis=both"))
    assert both.data == named.data


@pytest.mark.parametrize(
    "address", ["/cycles/4", "/cycles/5", "/cycles/6", "/cycles/5/review", "/cycles/4/review", "/charts"]
)
def test_where_figures_are_looked_at_a_link_takes_the_pack_away(browser: PageClient, address: str) -> None:
    page = browser.get(address).text
    links = re.findall(r'<a href="(/exports/pack.zip[^"]*)" download>Planning-week pack \(zip\)</a>', page)
    cycle = re.search(r"/cycles/(\d)", address)
    assert links == [f"/exports/pack.zip?cycle={cycle[1]}" if cycle else "/exports/pack.zip"]
    assert packs.findings(io.BytesIO(browser.get(links[0]).data)) == []
    if cycle and "review" not in address:
        assert f'<a href="/exports?cycle={cycle[1]}">Files of cycle {cycle[1]}</a>' in page


@pytest.mark.parametrize("path", ["nothing.csv", "all.csv", "pack.csv", "../seed.csv", "cycle_summary", "user.csv"])
def test_an_unknown_file_is_not_there(browser: PageClient, path: str) -> None:
    assert browser.get(f"/exports/{path}").status_code == 404


def test_the_page_leaves_out_what_means_nothing_and_says_so(browser: PageClient) -> None:
    page = browser.page("/exports?file=<b>&cycle=99&basis=x&format=y&total=z&link=w&colour=red")
    for words in ("file=<b>", "cycle=99", "basis=x", "format=y", "total=z", "link=w", "colour=red"):
        assert f"The filter {words} means nothing here" in page.text
    assert "cycle_summary.csv" in page.text


@pytest.mark.parametrize("dialect", Dialect)
def test_the_pack_of_a_cycle_ties_out(browser: PageClient, dialect: Dialect) -> None:
    for cycle in (4, 5, 6, ""):
        answer = browser.get(f"/exports/pack.zip?cycle={cycle}&format={dialect.value}")
        assert packs.findings(io.BytesIO(answer.data)) == []
        assert answer.content_length == len(answer.data)


def test_the_workbook_is_one(browser: PageClient) -> None:
    answer = browser.get("/exports/pack.xlsx?cycle=4&format=excel-sv")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        assert book.testzip() is None
        assert not any("<f>" in book.read(name).decode() for name in book.namelist() if "sheets/" in name)


def test_without_a_programme_there_are_headings_alone(sqlite_databases: Databases) -> None:
    engine = sqlite_databases.restored()
    a_viewer(engine)
    client = browser_of(shared_app(engine, people.NOW))
    sign_in(client, people.signed_in(engine, "viewer"))
    for name in files.NAMES:
        assert client.get(f"/exports/{name}.csv").text.count("\r\n") == 1
        assert client.get(f"/exports?file={name}").status_code == 200


def test_an_answer_that_nobody_reads_to_its_end_lets_go_of_the_database(client_as: ClientAs, engine: Engine) -> None:
    client = client_as("viewer")
    for address in (*(f"{name}.csv" for name in files.NAMES), "pack.zip", "pack.xlsx"):
        before = pool_of(engine).checkedout()
        answer = client.get(f"/exports/{address}", buffered=False)
        assert answer.status_code == 200
        assert next(iter(answer.response))
        answer.close()
        assert pool_of(engine).checkedout() == before, address


def pool_of(engine: Engine) -> QueuePool:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool


def test_a_long_file_is_sent_as_it_is_read(sqlite_databases: Databases) -> None:
    engine = sqlite_databases.restored()
    load(engine, a_large_programme(count(5000), count(100_000)))
    a_viewer(engine)
    client = browser_of(shared_app(engine, people.NOW))
    sign_in(client, people.signed_in(engine, "viewer"))
    client.get("/exports/checks.csv")  # what every first answer takes
    tracemalloc.start()
    answer = client.get("/exports/changes.csv", buffered=False)
    pieces = 0
    size = 0
    for piece in answer.response:
        pieces, size = pieces + 1, size + len(piece)
    answer.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{size / 1e6:.1f} MB sent in {pieces} pieces with a peak of {peak / 1e6:.1f} MB")
    assert answer.status_code == 200
    assert pieces > count(100_000) // 1000
    assert peak < min(MOST_MEMORY, max(size, 4_000_000))
