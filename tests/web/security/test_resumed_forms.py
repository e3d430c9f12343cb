"""A sign-in that has ended asks its owner back, and then finishes what was begun; nobody else can."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, func, select, update
from sqlmodel import col

from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs
from tests.web.page_client import PageClient
from tracker.clock import real_now
from tracker.db.engine import reading, transaction
from tracker.db.models import SignIn, StateChange

pytestmark = ON_SQLITE
MOVE = {"to": "design", "version": "1", "note": 'Åh, så "långt" <b>& mycket</b>\nhar jag skrivit', "key": "a-key"}
RIGHT = {"email": people.email("lead_owner"), "password": people.PASSWORD}
IN_PAGE = {"HX-Request": "true", "HX-Request-Type": "partial"}
PATH = "/workflows/LAB-001/move"


@pytest.fixture
def away(client_as: ClientAs) -> PageClient:
    """The lead of LAB with a page open, away for too long."""
    browser = client_as("lead_owner")
    browser.token()
    with browser.session_transaction() as session:
        session["active_at"] = int((real_now() - timedelta(hours=9)).timestamp())
    return browser


def notes(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(col(StateChange.note)).where(col(StateChange.note) != "")))


def changes(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(StateChange)) or 0


def kept(html: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', html)
    assert found is not None
    return unescape(found[1])


def fields(html: str) -> dict[str, str]:
    """The fields of the form that finishes what was begun."""
    form = html[html.index('id="finish"') :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in pairs if name != "csrf_token"}


def test_what_was_sent_is_kept_and_finished_after_signing_in(away: PageClient, engine: Engine) -> None:
    before = changes(engine)
    turned_away = away.submit(PATH, MOVE)
    assert (turned_away.status_code, changes(engine)) == (401, before)
    wrong = away.submit("/login", RIGHT | {"password": "fel", "kept": kept(turned_away.text)})
    assert wrong.status_code == 422
    back = away.submit("/login", RIGHT | {"kept": kept(wrong.text)})
    assert (back.status_code, changes(engine)) == (200, before)
    assert f'action="{PATH}"' in back.text
    assert fields(back.text) == MOVE
    assert away.submit(PATH, fields(back.text)).status_code == 303
    assert notes(engine) == [MOVE["note"]]


def test_another_person_who_signs_in_here_finishes_nothing(away: PageClient, engine: Engine) -> None:
    before = changes(engine)
    turned_away = away.submit(PATH, MOVE)
    with away.session_transaction() as session:
        session["was"] = -1
    tampered = kept(turned_away.text)
    other = "x" + tampered[1:]
    for text in (other, "nonsense", ""):
        answer = away.submit("/login", RIGHT | {"kept": text})
        assert answer.status_code == 303
    assert changes(engine) == before


def test_in_a_page_the_dialog_asks_and_the_page_goes_on_where_it_was(away: PageClient, engine: Engine) -> None:
    token = away.token()
    turned_away = away.post(PATH, data=MOVE | {"csrf_token": token}, headers=IN_PAGE)
    assert (turned_away.status_code, turned_away.headers["HX-Retarget"]) == (401, "#sheet")
    back = away.post("/login", data=RIGHT | {"csrf_token": token}, headers=IN_PAGE)
    assert (back.status_code, back.headers["HX-Trigger"]) == (204, "tracker:signed-in")
    again = away.post(PATH, data=MOVE | {"csrf_token": token}, headers=IN_PAGE)
    assert again.status_code == 200
    assert notes(engine) == [MOVE["note"]]


def test_somebody_else_in_the_dialog_gets_a_page_of_their_own(away: PageClient) -> None:
    token = away.token()
    away.post(PATH, data=MOVE | {"csrf_token": token}, headers=IN_PAGE)
    with away.session_transaction() as session:
        session["was"] = -1
    back = away.post("/login", data=RIGHT | {"csrf_token": token}, headers=IN_PAGE)
    assert (back.status_code, back.headers["HX-Refresh"]) == (204, "true")
    assert away.post(PATH, data=MOVE | {"csrf_token": token}, headers=IN_PAGE).status_code == 403


def test_what_was_sent_is_kept_though_others_have_signed_in_since(client_as: ClientAs, engine: Engine) -> None:
    browser = client_as("lead_owner")
    browser.token()
    with transaction(engine) as session:
        session.execute(update(SignIn).values(signed_in_at=real_now() - timedelta(days=14, minutes=1)))
    client_as("planner").submit("/login", RIGHT | {"email": people.email("planner")})
    assert kept(browser.submit(PATH, MOVE).text)


def test_whoever_signed_out_or_was_shut_out_is_asked_for_nothing_back(client_as: ClientAs) -> None:
    for who in (people.DISABLED, people.ANONYMOUS):
        assert client_as(who).submit(PATH, MOVE).status_code == 303
