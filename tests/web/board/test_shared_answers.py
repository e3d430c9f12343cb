"""What a poll brings is made once for all with the same rights who ask for it, and acts on what holds just then."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.databases import asked
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.db.engine import transaction

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
CROWD = 20


@pytest.fixture
def tag(client_as: ClientAs) -> str:
    """The version of the boards that are open; then the planner moves a card."""
    planner = client_as("planner")
    planner.submit("/language", {"language": "en"})
    tag = planner.get("/board?cycle=all").headers["HX-PTag"]
    planner.submit("/workflows/LKM-001/move", {"to": "done", "version": "4"})
    return tag


@pytest.fixture
def reader(client_as: ClientAs) -> ClientAs:
    """Browsers of people who read English."""

    def make(who: str) -> PageClient:
        browser = client_as(who)
        browser.submit("/language", {"language": "en"})
        return browser

    return make


def poll(browser: PageClient, tag: str, path: str = "/board/changes?cycle=all") -> TestResponse:
    return browser.get(path, headers=HTMX | {"HX-PTag": tag})


def headers(answer: TestResponse) -> dict[str, str]:
    """All but the one that is of this request alone."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def test_who_asks_for_the_same_is_given_the_same_without_asking_the_database_for_it(
    reader: ClientAs, tag: str, engine: Engine
) -> None:
    first, second = reader("admin"), reader("admin")
    made = poll(first, tag)
    with asked(engine) as statements:
        kept = poll(second, tag)
    assert statements == [], "but for the one that tells who asks, which goes past SQLAlchemy"
    assert (kept.status_code, kept.get_data(), headers(kept)) == (200, made.get_data(), headers(made))
    assert kept.headers["X-Request-ID"] != made.headers["X-Request-ID"]
    assert kept.get_json()["news"] == {"LKM-001": "Namn planner"}


@pytest.mark.parametrize("path", ["/board/changes?cycle=all", "/board/changes?cycle=all&view=list"])
def test_a_crowd_has_it_made_once(reader: ClientAs, tag: str, engine: Engine, path: str) -> None:
    crowd, barrier = [reader("viewer") for _ in range(CROWD)], Barrier(CROWD)
    answers: list[TestResponse] = []

    def ask(browser: PageClient) -> None:
        barrier.wait()
        answers.append(poll(browser, tag, path))

    threads = [Thread(target=ask, args=(browser,)) for browser in crowd]
    with asked(engine) as statements:
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert {(answer.status_code, answer.get_data()) for answer in answers} == {(200, answers[0].get_data())}
    assert sum("FROM entry" in statement and "UNION" in statement for statement in statements) <= 4
    assert len([statement for statement in statements if "FROM sign_in" in statement]) == 1


def test_the_own_card_comes_without_its_html_and_is_no_news_to_the_mover_alone(reader: ClientAs, tag: str) -> None:
    for _ in range(2):
        (own,) = poll(reader("planner"), tag).get_json()["cards"]
        (others,) = poll(reader("admin"), tag).get_json()["cards"]
        assert ("html" in own, "html" in others) == (False, True)
        assert poll(reader("planner"), tag).get_json()["news"] == {}


def test_what_may_be_moved_is_told_by_each_ones_rights(reader: ClientAs, tag: str) -> None:
    for _ in range(2):
        may = {
            who: poll(reader(who), tag).get_json()["facts"]["may"] for who in ("viewer", "lead_owner", "lead_shared")
        }
        assert may == {"viewer": "", "lead_owner": "LAB", "lead_shared": "LKM"}


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ("UPDATE \"user\" SET role = 'viewer'", ""),
        ("UPDATE \"user\" SET role = 'planner'", "*"),
        ('UPDATE "user" SET all_workstreams = true', "*"),
        ("DELETE FROM user_workstream", ""),
        ("UPDATE user_workstream SET workstream_code = 'RTG'", "RTG"),
    ],
)
def test_rights_act_on_the_next_request(reader: ClientAs, tag: str, engine: Engine, change: str, may: str) -> None:
    lead = reader("lead_owner")
    assert [poll(lead, tag).get_json()["facts"]["may"] for _ in range(2)] == ["LAB", "LAB"]
    with transaction(engine) as session:
        session.execute(text(change))
    assert [poll(lead, tag).get_json()["facts"]["may"] for _ in range(2)] == [may, may]


@pytest.mark.parametrize("change", ["DELETE FROM sign_in", 'UPDATE "user" SET is_active = false'])
def test_a_sign_in_that_has_ended_is_given_nothing(reader: ClientAs, tag: str, engine: Engine, change: str) -> None:
    browser = reader("viewer")
    assert poll(browser, tag).status_code == 200
    with transaction(engine) as session:
        session.execute(text(change))
    assert poll(browser, tag).status_code == 401


def test_each_language_has_its_own(reader: ClientAs, tag: str) -> None:
    english, swedish = reader("viewer"), reader("viewer")
    assert poll(english, tag).is_json
    swedish.submit("/language", {"language": "sv"})
    whole = poll(swedish, tag)
    assert (whole.mimetype, "Klar" in whole.text) == ("text/html", True)
    assert not poll(english, tag).is_json, "the account's language is Swedish now"


@pytest.mark.parametrize("path", ["/board/changes?cycle=all", "/board/changes?cycle=all&view=list"])
def test_a_version_of_another_database_is_not_taken_for_this_ones(
    reader: ClientAs, tag: str, engine: Engine, path: str
) -> None:
    browser = reader("viewer")
    present = browser.get("/board?cycle=all").headers["HX-PTag"]
    assert poll(browser, present, path).status_code == 304
    with transaction(engine) as session:  # as one that was restored, and has come as far as the other
        session.execute(text("UPDATE programme SET last_recorded_at = '2025-01-01 10:00:00.000000'"))
    revision, recorded, *others = tag.split(".")
    for earlier in (present, ".".join((revision, str(int(recorded) - 1), *others))):
        answer = poll(browser, earlier, path)
        assert (answer.status_code, answer.mimetype, "_changed" in answer.text) == (200, "text/html", False)
        assert "LKM-001" in answer.text
