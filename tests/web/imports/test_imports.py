"""The import step by step over HTTP: kept in the database, seen by its owner alone, done once."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select, update

from tests.applications import own_app
from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, browser_of, sign_in
from tests.web.page_client import Page, PageClient
from tracker.clock import Clock, real_now
from tracker.commands.imports.files import KEPT_FOR
from tracker.db.engine import reading, transaction
from tracker.db.models import Entry, ImportFile, Workflow
from tracker.domain.imports.reading import LARGEST_FILE, read_table

pytestmark = ON_SQLITE

START = "/imports/workflows"
TEXT = (
    "Nyckel;Benämning;Ström;Ägare;Status;Labels\r\nLAB-001;=1+1;;Sektionsledare;I test;x\r\n"
    ";Ny <b>;Nord;Ny ägare;Pågår;y\r\n"
)


def uploaded(browser: PageClient, content: bytes, name: str = "flöden.csv") -> str:
    """The address of the import."""
    response = browser.submit(START, {"file": (io.BytesIO(content), name)})
    assert response.status_code == 303, response.text
    return str(response.location).removesuffix("/columns")


def chosen(browser: PageClient, path: str, **fields: str) -> None:
    """Sends the form of the columns as it is filled in, save these fields."""
    form = re.findall(
        r'<select id="column-\d+" name="(column_\d+)">(.*?)</select>', browser.get(f"{path}/columns").text, re.DOTALL
    )
    values = {name: found[1] if (found := re.search(r'value="([^"]*)" selected', body)) else "" for name, body in form}
    response = browser.submit(f"{path}/columns", {"places": str(len(values)), **values, **fields})
    assert (response.status_code, response.location) == (303, path), Page(response.text).text


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def planner(client_as: ClientAs) -> PageClient:
    browser = client_as("planner")
    browser.submit("/language", {"language": "en"})
    return browser


def test_from_a_file_to_what_came_of_it(client_as: ClientAs, engine: Engine) -> None:
    browser = planner(client_as)
    path = uploaded(browser, TEXT.encode("cp1252"))
    assert "Labels" in browser.page(f"{path}/columns").text
    chosen(browser, path)
    text = browser.page(path).text
    for words in (
        "1 refused",
        "1 to be changed",
        "Not imported: Labels",
        "There is no workstream Nord",
        "Ny ägare owns nothing yet",
        "Pågår is no state here",
    ):
        assert words in text, words
    fields = {
        "workstream_word": "Nord",
        "workstream_means": "RTG",
        "state_word": "Pågår",
        "state_means": "design",
        "accept_owners": "1",
    }
    assert browser.submit(f"{path}/choices", fields).status_code == 303
    html = browser.get(path).text
    assert "1 new 1 to be changed" in Page(html).text
    assert browser.submit(f"{path}/confirm", {"seen": seen(html)}).location == path
    assert "1 new 1 changed 0 unchanged" in browser.page(path).text
    assert browser.submit(f"{path}/confirm", {"seen": "x"}).location == path  # sent again, it is done once
    with reading(engine) as session:
        assert [entry.command for entry in session.scalars(select(Entry))].count("import_workflows") == 1
        names = {row.key: row.name for row in session.scalars(select(Workflow))}
        assert (names["LAB-001"], names["RTG-003"]) == ("=1+1", "Ny <b>")
        assert session.scalars(select(ImportFile.content)).one() == b""  # type: ignore[call-overload]
    assert "1 new, 1 changed" in browser.page(START).text


def test_a_second_process_goes_on_with_the_file(app: Flask, engine: Engine) -> None:
    first, second = browser_of(app), browser_of(own_app(engine, Clock(people.NOW)))
    token = people.signed_in(engine, "planner")
    sign_in(first, token)
    sign_in(second, token)
    path = uploaded(first, TEXT.encode("utf-16"))
    chosen(second, path)
    assert "Benämning" in first.page(path).text


def test_all_or_nothing_unless_the_rest_is_to_come_back_as_a_file(client_as: ClientAs, engine: Engine) -> None:
    browser = planner(client_as)
    path = uploaded(browser, TEXT.encode())
    chosen(browser, path)
    form = {"seen": seen(browser.get(path).text)}
    response = browser.submit(f"{path}/confirm", form)
    assert response.status_code == 422
    assert "Some rows are refused" in response.text
    assert browser.submit(f"{path}/confirm", form | {"without_refused": "1"}).status_code == 303
    assert "1 left out" in browser.page(path).text
    rest = browser.get(f"{path}/refused.csv")
    table = read_table(rest.data)
    assert table.headings[-1] == "Why not imported"
    assert [row.cells[1] for row in table.rows] == ["Ny <b>"]
    assert "Nord" in table.rows[0].cells[-1]
    assert rest.headers["Content-Type"].startswith("text/csv")


def test_no_formula_leaves_in_the_file_of_refused_rows(client_as: ClientAs) -> None:
    browser = planner(client_as)
    nasty = ["=1+1", "+1", "-1", "@x", "＝1", " =1", "'=1", "\t=1"]
    text = "Namn,Ström\n" + "".join(f'"{cell}",Nix\n' for cell in nasty)
    path = uploaded(browser, text.encode())
    chosen(browser, path)
    cells = [row.cells[0] for row in read_table(browser.get(f"{path}/refused.csv").data).rows]
    assert cells == ["'=1+1", "'+1", "'-1", "'@x", "'＝1", " =1", "'=1", "'\t=1"]


def test_what_has_changed_since_is_shown_again(client_as: ClientAs, engine: Engine) -> None:
    browser = planner(client_as)
    path = uploaded(browser, b"key;name\nLAB-001;Nytt\n")
    chosen(browser, path)
    before = seen(browser.get(path).text)
    with transaction(engine) as session:
        session.execute(update(Workflow).where(Workflow.key == "LAB-001").values(name="Annat"))  # type: ignore[arg-type]
    response = browser.submit(f"{path}/confirm", {"seen": before})
    assert response.status_code == 409
    assert "Something has changed since this preview" in response.text
    assert browser.submit(f"{path}/confirm", {"seen": seen(response.text)}).status_code == 303


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04x", "no workbook"),
        ("Namn;å\n".encode() + b"\xe5", "Line 2"),
        (b"Namn;Namn\na;b\n", "stands twice"),
        (b'Namn\n"a\n', "quotes in line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_kept_nowhere(
    client_as: ClientAs, engine: Engine, content: bytes, words: str
) -> None:
    response = planner(client_as).submit(START, {"file": (io.BytesIO(content), "x.csv")})
    assert response.status_code == 422
    assert words in response.text
    with reading(engine) as session:
        assert session.scalars(select(ImportFile)).all() == []


def test_columns_that_cannot_be_used_are_refused_and_another_delimiter_is_looked_at_first(client_as: ClientAs) -> None:
    browser = planner(client_as)
    path = uploaded(browser, b"a;b\n1;2\n")
    twice = {"places": "2", "column_0": "name", "column_1": "name"}
    assert "the same: a and b" in browser.submit(f"{path}/columns", twice).text
    assert browser.submit(f"{path}/columns", {"places": "2", "column_0": "nix"}).status_code == 422
    assert browser.submit(f"{path}/columns", {"places": "x"}).status_code == 400
    response = browser.submit(f"{path}/columns", {"places": "2", "delimiter": ","})
    assert response.location == f"{path}/columns"
    assert browser.get(path).status_code == 422  # nothing is known of these columns yet
    assert "a;b" in browser.page(f"{path}/columns").text


def test_others_do_not_see_it_and_a_day_later_it_is_gone(client_as: ClientAs, engine: Engine) -> None:
    browser, other = planner(client_as), client_as("admin")
    path = uploaded(browser, TEXT.encode())
    assert [other.get(f"{path}{part}").status_code for part in ("", "/columns", "/refused.csv")] == [404] * 3
    assert other.submit(f"{path}/confirm", {"seen": ""}).status_code == 404
    with transaction(engine) as session:
        session.execute(update(ImportFile).values(uploaded_at=real_now() - KEPT_FOR - timedelta(minutes=1)))
    uploaded(other, TEXT.encode())
    assert browser.get(path).status_code == 404


def test_what_is_larger_than_a_file_may_be_is_refused_unread_and_other_forms_stay_small(client_as: ClientAs) -> None:
    browser = planner(client_as)
    token = browser.token()
    form = "multipart/form-data; boundary=x"
    assert browser.post(START, input_stream=Unread(100_000_000), content_type=form).status_code == 413
    large = (b"Namn\n" + (b"x" * 999 + b"\n") * 10_000)[:LARGEST_FILE]
    assert sent(browser, token, large) == 303
    assert sent(browser, token, large + b"x") == 422
    assert browser.submit("/workflows/LAB-001/note", {"note": "x" * 1_100_000}).status_code == 413


class Unread(io.RawIOBase):
    """A body of so many bytes that nobody may take in."""

    def __init__(self, size: int) -> None:
        self.size, self.place = size, 0

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self.place = offset + (self.size if whence == io.SEEK_END else 0)
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, _buffer: object) -> int:
        raise AssertionError("it was read")


def sent(browser: PageClient, token: str, content: bytes) -> int:
    """The status that a file of this content gets."""
    parts = ((f'name="csrf_token"\r\n\r\n{token}').encode(), b'name="file"; filename="x.csv"\r\n\r\n' + content)
    body = b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"
    return browser.post(START, data=body, content_type="multipart/form-data; boundary=x").status_code


def test_its_page_can_ask_how_far_the_work_has_come(app: Flask, client_as: ClientAs, engine: Engine) -> None:
    """Asked at each of the statements that the work itself makes, by its owner in another window and by another."""
    browser, again, other = planner(client_as), client_as("planner"), client_as("admin")
    path = uploaded(browser, b"Namn;Str\xc3\xb6m\n" + b"".join(b"Namn %d;LAB\n" % number for number in range(1_200)))
    address = path.replace("workflows", "progress")
    seen_counts: list[dict[str, object]] = []
    asking = False

    def words() -> list[str]:
        return [str(each["words"]).replace("\N{NO-BREAK SPACE}", " ") for each in seen_counts]

    def ask(*_: object) -> None:
        nonlocal asking
        if asking:  # asking asks the database who asks
            return
        asking = True
        answers = []
        for each in (again, other):
            with app.app_context():
                answers.append(each.get(address))
        asking = False
        assert [(each.status_code, each.headers["Cache-Control"]) for each in answers] == [(200, "no-store")] * 2
        assert answers[1].json == {}
        if answers[0].json and answers[0].json not in seen_counts:
            seen_counts.append(answers[0].json)

    chosen(browser, path)
    event.listen(engine, "before_cursor_execute", ask)
    html = browser.get(path).text
    assert words() == ["Rows read: 1 201"]
    del seen_counts[:]
    browser.submit(f"{path}/confirm", {"seen": seen(html)})
    event.remove(engine, "before_cursor_execute", ask)
    assert words() == [
        "Rows read: 1 201",
        "Rows checked: 1 200 of 1 200",
        "Rows written: 500 of 1 200",
        "Rows written: 1 000 of 1 200",
        "Rows written: 1 200 of 1 200",
    ]
    assert {name: seen_counts[2][name] for name in ("step", "done", "total")} == {
        "step": "written",
        "done": 500,
        "total": 1_200,
    }
    assert again.get(address).json == {}


@pytest.mark.parametrize(
    "text", ["a\u202eb", "a\u200bb", "😀", "{{7*7}}", "<script>alert(1)</script>", "'; DROP TABLE x"]
)
def test_hostile_text_is_kept_exactly_and_shown_as_text(client_as: ClientAs, engine: Engine, text: str) -> None:
    browser = planner(client_as)
    path = uploaded(browser, f'Namn,Ström\n"{text}",LAB\n'.encode(), name=text)
    chosen(browser, path)
    html = browser.get(path).text
    assert "<script>alert" not in html
    assert browser.submit(f"{path}/confirm", {"seen": seen(html)}).status_code == 303
    browser.page(path)
    with reading(engine) as session:
        assert text in session.scalars(select(Workflow.name)).all()  # type: ignore[call-overload]
