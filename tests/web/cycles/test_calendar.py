"""The calendar that Outlook subscribes to: who opens it, what is in it, and that asking again costs little."""

import re
from datetime import date, datetime

import icalendar
import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from werkzeug.test import TestResponse

from tests.builders import a_cycle
from tests.databases import ON_SQLITE
from tests.web import people
from tests.web.conftest import ClientAs, MakeApp, browser_of
from tests.web.page_client import PageClient
from tracker.db.engine import reading, transaction
from tracker.db.models import CalendarKey, Cycle, Programme, SignInFailure

_ADDRESS = re.compile(r'id="calendar-address"[^>]* value="([^"]+)"')


def made(browser: PageClient) -> str:
    """The path of a new address."""
    answer = browser.submit("/settings/calendar")
    assert (answer.status_code, answer.location) == (303, "/settings#calendar-title")
    found = _ADDRESS.search(browser.get("/settings").text)
    assert found is not None
    assert found[1].startswith("http://localhost/calendar.ics?key=")
    return found[1].removeprefix("http://localhost")


def calendar(answer: TestResponse) -> icalendar.Calendar:
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.get_data())
    assert isinstance(found, icalendar.Calendar)
    return found


def test_a_calendar_that_cannot_sign_in_reads_the_cycles(client_as: ClientAs, app: Flask, engine: Engine) -> None:
    path = made(client_as("viewer"))
    stranger = browser_of(app)
    answer = stranger.get(path)
    found = calendar(answer)
    assert (str(found["METHOD"]), str(found["VERSION"])) == ("PUBLISH", "2.0")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in answer.text
    assert "X-PUBLISHED-TTL:PT6H" in answer.text
    events = {str(event["UID"]): event for event in found.events}
    assert set(events) == {
        *(f"{kind}-{n}@tracker" for n in (1, 2, 3) for kind in ("cycle", "planning")),
        "commit-1@tracker",
        "commit-2@tracker",
        "close-1@tracker",
    }
    second = a_cycle(2)
    running = events["cycle-2@tracker"]
    assert str(running["SUMMARY"]) == "Cykel 2"
    assert (running.start, running.end) == (second.starts_on, date.fromordinal(second.ends_on.toordinal() + 1))
    assert str(running["URL"]) == "http://localhost/cycles/2"
    assert str(events["planning-3@tracker"]["SUMMARY"]) == "Planeringsvecka inför cykel 3"
    assert str(events["cycle-3@tracker"]["STATUS"]) == "TENTATIVE"
    assert isinstance(events["commit-2@tracker"].start, datetime)
    assert all(str(event["TRANSP"]) == "TRANSPARENT" for event in found.events)
    with reading(engine) as session:
        recorded_at = session.scalars(select(Programme)).one().last_recorded_at
    assert recorded_at is not None
    assert {event.DTSTAMP for event in found.events} == {recorded_at.replace(microsecond=0)}
    assert "Set-Cookie" not in answer.headers


def test_each_line_is_folded_as_the_standard_says(client_as: ClientAs, app: Flask, engine: Engine) -> None:
    goal = "Ta emot ödmjukt; svara, \\ och följ upp\x0b – 👩🏽‍⚕️ " * 4 + "\r\nBEGIN:VEVENT\rx"
    with transaction(engine) as session:
        session.execute(update(Cycle).where(Cycle.number == 3).values(goal=goal))  # type: ignore[arg-type]
    body = browser_of(app).get(made(client_as("viewer"))).get_data()
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\r" in line or b"\n" in line or b"\x0b" in line for line in lines)
    assert body.count(b"\r\nBEGIN:VEVENT\r\n") == 9
    events = {str(event["UID"]): event for event in calendar(browser_of(app).get(made(client_as("viewer")))).events}
    assert "ödmjukt; svara, \\ och följ upp" in str(events["cycle-3@tracker"]["DESCRIPTION"])
    assert "👩🏽‍⚕️" in str(events["cycle-3@tracker"]["DESCRIPTION"])


@ON_SQLITE
def test_it_speaks_its_owners_language_whatever_the_calendar_asks_for(client_as: ClientAs, app: Flask) -> None:
    viewer = client_as("viewer")
    viewer.submit("/settings", {"language": "en"})
    path = made(viewer)
    found = calendar(browser_of(app).get(path, headers={"Accept-Language": "sv"}))
    titles = {str(event["SUMMARY"]) for event in found.events}
    assert {"Cycle 2", "Cycle 3, draft", "Planning week for cycle 3", "Cycle 2 committed", "Cycle 1 closed"} <= titles
    assert str(found["PRODID"]).endswith("//EN")


@ON_SQLITE
def test_it_is_sent_anew_only_when_the_cycles_have_changed(client_as: ClientAs, app: Flask) -> None:
    path, stranger, planner = made(client_as("viewer")), browser_of(app), client_as("planner")
    first = stranger.get(path)
    assert stranger.get(path).get_data() == first.get_data()
    unchanged = {"If-None-Match": first.headers["ETag"]}
    assert stranger.get(path, headers=unchanged).status_code == 304
    assert stranger.head(path).status_code == 200
    planner.submit("/workflows/LAB-001/note", {"note": "Ringt"})
    again = stranger.get(path, headers=unchanged)
    assert (again.status_code, again.get_data()) == (304, b"")
    goal = {"goal": "Nytt mål", "was_goal": ""}
    assert planner.submit("/cycles/1/edit", goal).status_code == 303
    answer = stranger.get(path, headers=unchanged)
    assert answer.status_code == 200
    assert "Nytt mål" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_new_address_ends_the_old_and_none_is_kept_in_clear(client_as: ClientAs, app: Flask, engine: Engine) -> None:
    viewer, stranger = client_as("viewer"), browser_of(app)
    old = made(viewer)
    assert "calendar-address" not in viewer.get("/settings").text
    new = made(viewer)
    assert stranger.get(old).status_code == 404
    assert stranger.get(new).status_code == 200
    with reading(engine) as session:
        keys = session.scalars(select(CalendarKey)).all()
    assert len(keys) == 1
    assert new.partition("key=")[2] not in str(keys)
    assert stranger.get(made(client_as("planner"))).status_code == 200
    assert stranger.get(new).status_code == 200


def test_the_address_of_a_disabled_account_opens_nothing(client_as: ClientAs, app: Flask, engine: Engine) -> None:
    path = made(client_as("viewer"))
    people.disable(engine, "viewer")
    answer = browser_of(app).get(path)
    assert answer.status_code == 404
    assert answer.get_data() == browser_of(app).get("/calendar.ics?key=fel").get_data()


@ON_SQLITE
@pytest.mark.parametrize("key", ["x", "å", "%ED%A0%80", "' OR 1=1", "a" * 5_000, "{{7*7}}"])
def test_odd_keys_are_unknown(client: PageClient, key: str) -> None:
    assert client.get(f"/calendar.ics?key={key}").status_code == 404
    assert [client.get(path).status_code for path in ("/calendar.ics", "/calendar.ics?key=")] == [401, 401]


def test_who_guesses_is_shut_out_of_calendars_and_of_nothing_else(
    make_app: MakeApp, engine: Engine, client_as: ClientAs
) -> None:
    path, guesser = made(client_as("viewer")), browser_of(make_app(proxy_hops=1))
    here, elsewhere = {"X-Forwarded-For": "192.0.2.9"}, {"X-Forwarded-For": "192.0.2.10"}
    statuses = [guesser.get(f"/calendar.ics?key={n}", headers=here).status_code for n in range(12)]
    assert statuses == [404] * 10 + [429] * 2
    closed = guesser.get(path, headers=here)
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 61
    assert guesser.get(path, headers=elsewhere).status_code == 200
    right = {"email": people.email("lead_owner"), "password": people.PASSWORD}
    assert guesser.submit("/login", right, headers=here).status_code == 303
    with reading(engine) as session:
        assert {row.place for row in session.scalars(select(SignInFailure))} == {"calendar:192.0.2.9"}


@ON_SQLITE
def test_on_a_public_address_that_is_the_one_to_copy(make_app: MakeApp, client_as: ClientAs, engine: Engine) -> None:
    app = make_app(public_url="https://tracker.example.org")
    browser = browser_of(app)
    base = "https://tracker.example.org"
    fields = {"email": people.email("lead_owner"), "password": people.PASSWORD}
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login", base_url=base).text)
    assert token is not None
    sent = {"base_url": base, "headers": {"Referer": f"{base}/"}}
    browser.post("/login", data=fields | {"csrf_token": token[1]}, **sent)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/settings", base_url=base).text)
    assert token is not None
    browser.post("/settings/calendar", data={"csrf_token": token[1]}, **sent)
    found = _ADDRESS.search(browser.get("/settings", base_url=base).text)
    assert found is not None
    assert found[1].startswith("https://tracker.example.org/calendar.ics?key=")
