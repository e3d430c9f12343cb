"""The list's reads: the longest without an update first, what counts as one, what holds a row."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from tests.builders import Flow, a_blocker, a_programme, day, load
from tracker.db.engine import reading
from tracker.domain.calendar import local_date
from tracker.domain.states import State
from tracker.queries.board import cards as board
from tracker.queries.board import list_rows
from tracker.queries.board.list_rows import ListRow

ZONE = ZoneInfo("Europe/Stockholm")
NOW = day(40)


def some() -> tuple[Flow, ...]:
    """Workflows last updated on the day in their key, by a change of each kind."""
    return (
        Flow("LKM-005", created_at=day(-30)).to(State.DESIGN, day(3), recorded_at=day(5)),
        Flow("LKM-010", created_at=day(-30)).to(State.DESIGN, day(4)).undo(day(10)),
        Flow("LKM-015", created_at=day(-30)).held(1, day(15)),
        Flow("LKM-020", created_at=day(-30)).held(1, day(16)).released(1, day(20)),
        Flow("LKM-025", created_at=day(-30)).noted("Hört med kliniken", day(25)),
        Flow("LKM-030", created_at=day(-30)).to(State.DESIGN, day(2)).checked(day(30)),
        Flow("LKM-033", created_at=day(33)),
        Flow("LKM-001", created_at=day(-30)).to(State.DONE, day(1)),
        Flow("LKM-040", created_at=day(-30)).to(State.TEST, day(2)).checked(day(40, 8)),
    )


def listed(engine: Engine, *, seen_at: datetime = NOW, now: datetime = NOW, language: str = "sv") -> list[ListRow]:
    """The rows of all workflows."""
    today = local_date(now, ZONE)
    with reading(engine) as session:
        cards = board.cards(session, "all", language=language, today=today, zone=ZONE).in_order
        updates = list_rows.updates(session, "all", seen_at=seen_at)
        cards = list_rows.in_order(cards, updates)
        return list_rows.rows(session, cards, updates, "all", language=language, today=today, zone=ZONE)


def keys(found: list[ListRow]) -> list[str]:
    return [row.card.key for row in found]


def test_the_longest_without_change_or_check_come_first_and_done_ones_last(engine: Engine) -> None:
    load(engine, a_programme(*some()))
    found = listed(engine)
    assert keys(found) == [*(f"LKM-{number:03}" for number in (5, 10, 15, 20, 25, 30, 33, 40)), "LKM-001"]
    assert [row.updated_days for row in found] == [35, 30, 25, 20, 15, 10, 7, 0, 39]


def test_stale_is_what_was_neither_changed_nor_checked_for_a_week_and_is_not_done(engine: Engine) -> None:
    load(engine, a_programme(*some()))
    assert keys([row for row in listed(engine) if not row.is_stale]) == ["LKM-040", "LKM-001"]
    later = listed(engine, now=day(46, 8))
    assert "LKM-040" in keys([row for row in later if not row.is_stale])
    assert "LKM-040" in keys([row for row in listed(engine, now=day(47, 8)) if row.is_stale])


def test_the_filter_finds_the_same(engine: Engine) -> None:
    load(engine, a_programme(*some()))
    today = local_date(NOW, ZONE)
    with reading(engine) as session:
        cards = board.cards(session, "all", language="sv", today=today, zone=ZONE).in_order
        updates = list_rows.updates(session, "all", seen_at=NOW)
        stale = list_rows.stale(cards, updates, today=today, zone=ZONE)
    assert stale == set(keys([row for row in listed(engine) if row.is_stale]))


def test_checked_today_is_told_until_something_else_happens(engine: Engine) -> None:
    flows = (*some(), Flow("RTG-041", workstream="RTG").checked(day(40, 7)).to(State.DESIGN, day(40, 8)))
    load(engine, a_programme(*flows))
    assert keys([row for row in listed(engine) if row.is_checked]) == ["LKM-040"]
    assert keys([row for row in listed(engine, now=day(41)) if row.is_checked]) == []


def test_no_row_runs_away_while_the_list_is_open(engine: Engine) -> None:
    flows = {flow.key: flow for flow in some()}
    flows["LKM-005"].to(State.DONE, day(40, 10))
    flows["LKM-010"].noted("Nu", day(40, 11))
    flows["LKM-050"] = Flow("LKM-050", created_at=day(40, 12))
    load(engine, a_programme(*flows.values()))
    opened = [*(f"LKM-{number:03}" for number in (5, 10, 15, 20, 25, 30, 33, 40)), "LKM-050", "LKM-001"]
    assert keys(listed(engine, seen_at=NOW, now=day(40, 13))) == opened
    anew = listed(engine, seen_at=day(40, 13), now=day(40, 13))
    assert keys(anew)[0] == "LKM-015"
    assert keys(anew)[-2:] == ["LKM-001", "LKM-005"]


@pytest.mark.parametrize(("language", "title"), [("sv", "Skrivare saknas"), ("en", "No printer")])
def test_a_row_names_all_that_holds_it_since_when_the_oldest_first(engine: Engine, language: str, title: str) -> None:
    flow = Flow("LKM-001").held(2, day(20)).held(1, day(10)).held(3, day(5)).released(3, day(6))
    blockers = [a_blocker(1, "Skrivare saknas", title_en="No printer"), a_blocker(2, "Beslut"), a_blocker(3)]
    load(engine, a_programme(flow, blockers=blockers))
    (row,) = listed(engine, language=language)
    assert [(hold.blocker_id, hold.since, hold.days) for hold in row.holds] == [
        (1, local_date(day(10), ZONE), 30),
        (2, local_date(day(20), ZONE), 20),
    ]
    assert row.holds[0].title == title


def test_rows_that_are_named_are_as_in_the_list(engine: Engine) -> None:
    load(engine, a_programme(*some()))
    by_key = {row.card.key: row for row in listed(engine)}
    today = local_date(NOW, ZONE)
    with reading(engine) as session:
        cards = board.cards_of(session, ["LKM-015", "LKM-040"], language="sv", today=today, zone=ZONE)
        found = list_rows.rows_of(session, cards, language="sv", today=today, zone=ZONE)
    assert {row.card.key: row for row in found} == {key: by_key[key] for key in ("LKM-015", "LKM-040")}
