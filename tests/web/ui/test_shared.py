"""Answers that readers share: one for all who would get the same, and nothing in it that is one reader's own."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.bench.board import statements_of
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient, text_of
from tracker.web.ui.shared import Answers, Shared

GZIP = {"Accept-Encoding": "gzip"}
_TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')
_KEY = re.compile(r'name="key" value="([\w-]{22})')  # what follows tells forms of one page apart
_NOW = re.compile(r'data-now="[^"]+"')
PAGES = ("/", "/charts", "/cycles/2", "/cycles/2/review", "/cycles/3/plan")


def _without_own(html: str) -> str:
    return _NOW.sub("", _KEY.sub("", html.replace(_TOKEN.findall(html)[0], "")))


@pytest.mark.parametrize("path", PAGES)
def test_what_is_sent_compressed_is_the_page_in_one_gzip_member(client_as: ClientAs, path: str) -> None:
    browser = client_as("planner")
    plain, sent = browser.get(path), browser.get(path, headers=GZIP)
    assert (sent.status_code, sent.headers["Content-Encoding"]) == (200, "gzip")
    assert "Accept-Encoding" in sent.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert _without_own(text_of(sent)) == _without_own(plain.text)


@pytest.mark.parametrize("path", PAGES)
def test_tokens_names_and_keys_stand_uncompressed_so_that_no_length_tells_of_them(
    client_as: ClientAs, path: str
) -> None:
    sent = client_as("lead_owner").get(path, headers=GZIP)
    html = text_of(sent)
    own = [*_TOKEN.findall(html), *_KEY.findall(html), "Namn lead_owner"]
    assert [each for each in own if each.encode() not in sent.data] == []


@pytest.mark.parametrize("path", PAGES)
def test_the_second_reader_costs_the_statement_that_says_who_they_are(
    client_as: ClientAs, engine: Engine, path: str
) -> None:
    first, second = client_as("planner"), client_as("planner")
    first.get(path)
    assert len(statements_of(engine, lambda: second.get(path))) == 1


def test_each_form_gets_a_key_of_its_own_every_time(client_as: ClientAs) -> None:
    browser = client_as("planner")
    keys = [key for _ in range(2) for key in _KEY.findall(browser.get("/cycles/3/plan").text)]
    assert len(keys) == len(set(keys)) > 0


def test_people_with_other_rights_get_pages_of_their_own(client_as: ClientAs) -> None:
    client_as("planner").get("/cycles/2")
    assert "/cycles/2/edit" in client_as("planner").get("/cycles/2").text
    assert "/cycles/2/edit" not in client_as("viewer").get("/cycles/2").text


def test_a_page_changes_with_what_is_recorded(client_as: ClientAs) -> None:
    browser = client_as("planner")
    before = browser.get("/cycles/3/plan").text
    key = re.findall(r'name="one" value="in:test:([^"]+)"', before)[0]
    version = re.findall(rf'name="(versions?_{key})" value="([^"]+)"', before)
    answer = browser.submit("/cycles/3/plan", {"one": f"in:test:{key}", **dict(version)})
    assert answer.status_code == 303, answer.text
    assert _without_own(browser.get("/cycles/3/plan").text) != _without_own(before)


def test_what_was_said_to_one_reader_is_said_to_nobody_else(app: Flask, engine: Engine, client_as: ClientAs) -> None:
    told, other = client_as("planner"), client_as("planner")
    with told.session_transaction() as session:
        session["_flashes"] = [("message", "Sparat åt dig.")]
    assert "Sparat åt dig." in told.get("/").text
    assert "Sparat åt dig." not in other.get("/").text
    assert "Sparat åt dig." not in told.get("/").text


def test_many_who_ask_at_once_wait_for_the_one_that_makes_it() -> None:
    answers, made, may_end = Answers(), [], threading.Event()

    def make() -> Shared:
        may_end.wait(30)
        made.append(1)
        return Shared.of("text")

    with ThreadPoolExecutor(20) as threads:
        asked = [threads.submit(answers.get, "key", make) for _ in range(50)]
        may_end.set()
        assert len({id(each.result()) for each in asked}) == 1
    assert made == [1]


def test_what_was_asked_for_the_longest_ago_is_let_go_first() -> None:
    text = "".join(chr(33 + number * number % 89) for number in range(2_000))
    weight = Shared.of(text).weight
    answers = Answers(most_bytes=2 * weight)
    for key in ("a", "b", "a", "c"):
        answers.get(key, lambda: Shared.of(text))
    assert [key for key in ("a", "b", "c") if answers.found(key)] == ["a", "c"]


def test_small_parts_and_long_addresses_do_not_fill_the_memory() -> None:
    answers = Answers(most_bytes=10_000)
    for number in range(100):
        answers.get(number, lambda: Shared.of("a"))
    assert sum(answers.found(number) is not None for number in range(100)) < 10
    answers.get("a" * 100_000, lambda: Shared.of("a"))
    assert answers.found("a" * 100_000) is None


def test_a_failure_is_not_kept_and_hinders_nobody() -> None:
    answers = Answers()

    def fail() -> Shared:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answers.get("key", fail)
    assert answers.get("key", lambda: Shared.of("there")).size == len("there")


def test_a_part_for_all_may_hold_nobodys_own() -> None:
    with pytest.raises(ValueError, match="one reader alone"):
        Shared.of("before \0token\0 after")


def test_a_way_to_another_page_is_not_kept(client_as: ClientAs) -> None:
    browser: PageClient = client_as("planner")
    assert [browser.get("/cycles/77").status_code for _ in range(2)] == [404, 404]
