"""C12: the clock is set back or forward, or summer time begins or ends: order is that of recording, no time is below
zero, and sign-ins neither last for ever nor end all at once.
"""

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from flask import Flask
from itsdangerous import TimestampSigner
from sqlalchemy import Engine
from sqlmodel import col, select

from tests.applications import SetClock, own_app
from tests.builders import Flow, a_programme, load
from tests.counts import is_full
from tests.databases import Databases
from tests.db import reviewing
from tests.db.acting import acting, findings, of_workflow, planner, rows, stands
from tests.web import people
from tests.web.page_client import PageClient
from tracker.commands import blockers
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.blockers import BlockerFields
from tracker.domain.figures.summaries import Summary
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import BlockerCategory, CycleStatus, HoldEvent, State
from tracker.queries import figures

if TYPE_CHECKING:
    from tracker.web.http.context import Installation

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
KEY = "LKM-001"
BACK_TO_A_YEAR_AGO, BACK, FORWARD = -YEAR, -HOUR, YEAR
# The nights on which an hour is missing, and on which one is there twice, from an hour before to three after.
SPRING, AUTUMN = datetime(2027, 3, 28, 0, 0, tzinfo=UTC), datetime(2027, 10, 31, 0, 0, tzinfo=UTC)


def a_running_programme(engine: Engine, at: datetime) -> None:
    """A cycle that began a week before that day, with a member that is under way."""
    first = (at - 7 * DAY).date()
    last = first + 48 * DAY
    running = CycleRow(1, first, last, None, None, CycleStatus.RUNNING, "", at - 8 * DAY, None)
    draft = CycleRow(2, last + DAY, last + 49 * DAY, None, None, CycleStatus.DRAFT, "", None, None)
    flow = Flow(KEY, created_at=at - 30 * DAY).in_cycle(1, at=at - 9 * DAY).to(State.DESIGN, at - 5 * DAY)
    load(engine, a_programme(flow, Flow("LKM-002", created_at=at - 30 * DAY), cycles=[running, draft]))


def work(engine: Engine, times: list[datetime]) -> None:
    """One thing after another, each as the clock of its time shows: raised, moved twice, released, done, closed,
    committed.
    """
    clock = iter(times)

    def move(to: State) -> None:
        with acting(engine, planner(engine), next(clock)) as (session, entry):
            moves.move(session, entry, KEY, Move(to, stands(engine, KEY).version))

    with acting(engine, planner(engine), next(clock)) as (session, entry):
        fields = BlockerFields("Väntar", BlockerCategory.DATA)
        blocker, _ = blockers.raise_blocker(session, entry, fields, [KEY], happened_on=None, note="")
    move(State.VALIDATION)
    move(State.TEST)
    with acting(engine, planner(engine), next(clock)) as (session, entry):
        blockers.release(session, entry, blocker, [KEY], note="Löst", happened_on=None)
    move(State.DONE)
    reviewing.close(engine, number=1, at=next(clock))
    reviewing.commit(engine, 2, at=next(clock))


def first_cycle(engine: Engine, now: datetime) -> list[Summary]:
    """Both readings of it, as the clock shows."""
    with reading(engine) as session:
        as_of = figures.as_of_now(session, now)
        return [row for row in figures.cycle_summary(session, as_of) if row.cycle == 1]


def assert_sound(engine: Engine, now: datetime) -> None:
    """Recorded in the order of the entries, nothing happened after it was recorded, no time below zero."""
    entries = rows(engine, models.Entry)
    ours = [entry.recorded_at for entry in entries if entry.command == "test"]
    assert ours == sorted(set(ours))
    assert len(ours) == 7
    changes = of_workflow(engine, models.StateChange, KEY)
    assert [change.to_state for change in sorted(changes, key=lambda row: (row.happened_at, row.id))] == list(State)
    held, released = of_workflow(engine, models.BlockerEvent, KEY)
    assert (held.event, released.event) == (HoldEvent.HELD, HoldEvent.RELEASED)
    assert held.happened_at < released.happened_at
    with reading(engine) as session:
        first, second = session.exec(select(models.Cycle).order_by(col(models.Cycle.number)))
    assert first.closed_at is not None
    assert second.committed_at is not None
    assert first.closed_at < second.committed_at
    as_reported, as_now = first_cycle(engine, now)
    for row in (as_reported, as_now):
        assert (row.tested, row.met, row.blockers_opened, row.blockers_resolved, row.blockers_open) == (1, 1, 1, 1, 0)
        assert row.blocked_days is not None
        assert row.blocked_days >= 0
    assert findings(engine) == []


@pytest.mark.parametrize("jump", [BACK, BACK_TO_A_YEAR_AGO])
@pytest.mark.parametrize("after", range(1, 7) if is_full() else (3, 5, 6))
def test_work_goes_on_in_order_when_the_clock_is_set_back(engine: Engine, jump: timedelta, after: int) -> None:
    start = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
    a_running_programme(engine, start)
    times = [start + step * timedelta(minutes=5) + (jump if step >= after else timedelta(0)) for step in range(7)]
    work(engine, times)
    assert_sound(engine, times[-1])


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
def test_work_in_the_night_of_another_hour_is_in_order(engine: Engine, start: datetime) -> None:
    a_running_programme(engine, start)
    work(engine, [start + step * timedelta(minutes=30) for step in range(7)])
    assert_sound(engine, start + 4 * HOUR)
    (row, _) = first_cycle(engine, start + 4 * HOUR)
    assert str(row.blocked_days) == "0.1"  # an hour and a half, whatever the clocks on the walls say


@pytest.mark.parametrize(("start", "wall_hours", "blocked"), [(SPRING, 49.2, "2.0"), (AUTUMN, 49.0, "2.1")])
def test_days_over_that_night_are_as_long_as_they_are(
    engine: Engine, start: datetime, wall_hours: float, blocked: str
) -> None:
    """From noon before it: an hour less, or more, than clocks on walls show."""
    missing = HOUR if start is SPRING else -HOUR
    noon = start - DAY + timedelta(hours=11 if start is SPRING else 10)
    end = noon + timedelta(hours=wall_hours) - missing
    a_running_programme(engine, noon)
    work(engine, [noon, noon + HOUR, noon + 2 * HOUR, end, end + HOUR, end + 2 * HOUR, end + 3 * HOUR])
    (row, _) = first_cycle(engine, end + 4 * HOUR)
    assert str(row.blocked_days) == blocked


class Wall:
    """The machine's clock as the program reads it, at home and for signing cookies."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.offset = timedelta(0)
        for name, module in list(sys.modules.items()):
            if name.startswith("tracker.") and hasattr(module, "real_now"):
                monkeypatch.setattr(module, "real_now", self.now)
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: int(self.now().timestamp()))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


RIGHT = {"email": people.email("lead_owner"), "password": people.PASSWORD}
PAGE = "/workflows/LAB-001"


def is_signed_in(browser: PageClient) -> bool:
    return browser.get(PAGE).status_code == 200


def browser_of(app: Flask) -> PageClient:
    return cast("PageClient", app.test_client())


def signed_in(app: Flask) -> PageClient:
    browser = browser_of(app)
    assert browser.submit("/login", RIGHT).status_code == 303
    return browser


@pytest.fixture
def engine_of_people(databases: Databases) -> Engine:
    """The small programme with the people of the web tests."""
    return databases.restored(people.prepare)


@pytest.fixture
def app(engine_of_people: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application on it, with a clock that is set by hand; passwords are compared without the slow hash."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tracker.commands.accounts.passwords.fits", lambda password, _kept: password == people.PASSWORD)
    return own_app(engine_of_people, SetClock(people.NOW))


def poll(browser: PageClient) -> int:
    return browser.get("/board/changes?cycle=all", headers={"HX-Request": "true"}).status_code


def test_an_hour_back_signs_nobody_out_and_idle_hours_count_from_then(app: Flask, wall: Wall) -> None:
    mine, idle = signed_in(app), signed_in(app)
    wall.offset = BACK
    assert poll(idle) == 200
    assert is_signed_in(mine)
    assert is_signed_in(idle)
    wall.offset = BACK + timedelta(hours=7, minutes=59)
    assert is_signed_in(mine)
    wall.offset = BACK + timedelta(hours=8, minutes=2)
    assert is_signed_in(mine)
    assert (is_signed_in(idle), poll(idle)) == (False, 401)


def test_fourteen_days_end_a_sign_in_though_the_clock_went_back(app: Flask, wall: Wall) -> None:
    browser = signed_in(app)
    wall.offset = BACK
    for hours in range(0, 14 * 24 + 2, 6):
        wall.offset = BACK + hours * HOUR
        assert is_signed_in(browser) is (hours <= 14 * 24)


def test_who_signed_in_a_year_ahead_is_not_signed_in_for_a_year(app: Flask, wall: Wall) -> None:
    before = signed_in(app)
    wall.offset = FORWARD
    assert not is_signed_in(before)
    ahead = signed_in(app)
    assert (is_signed_in(ahead), poll(ahead)) == (True, 200)
    wall.offset = timedelta(0)
    assert (is_signed_in(ahead), poll(ahead)) == (False, 401)
    assert is_signed_in(signed_in(app))


def test_guesses_of_an_hour_ahead_shut_nobody_out(app: Flask, wall: Wall) -> None:
    browser = browser_of(app)
    wrong = RIGHT | {"password": "fel"}
    assert [browser.submit("/login", wrong).status_code for _ in range(11)][-1] == 429
    wall.offset = BACK
    assert browser.submit("/login", RIGHT).status_code == 303


def test_no_page_shows_a_time_below_zero_when_the_clock_went_back_over_midnight(
    app: Flask, engine_of_people: Engine
) -> None:
    clock = cast("Installation", app.extensions["tracker"]).clock
    assert isinstance(clock, SetClock)
    browser = signed_in(app)
    browser.submit("/language", {"language": "en"})
    midnight = datetime(2023, 4, 2, 22, 0, tzinfo=UTC)
    clock.at = midnight + timedelta(minutes=20)
    assert browser.submit("/workflows/LAB-001/move", {"to": "design", "version": "1"}).status_code == 303
    hold = {"title": "Hinder", "category": "data", "workflow": "LAB-001"}
    assert browser.submit("/blockers/new", hold).status_code == 303
    for jump in (BACK, BACK_TO_A_YEAR_AGO):
        clock.at = midnight + timedelta(minutes=20) + jump
        for path in (
            "/board?cycle=all",
            "/board?cycle=all&view=list",
            "/workflows/LAB-001",
            "/blockers",
            "/blockers/3",
        ):
            text = browser.page(path).text
            assert not re.search(r"(?<![\w-])[-\N{MINUS SIGN}]\d", text), path
    assert browser.submit("/workflows/LAB-001/move", {"to": "validation", "version": "3"}).status_code == 303
    recorded = [row.recorded_at for row in of_workflow(engine_of_people, models.StateChange, "LAB-001")]
    assert recorded == sorted(recorded)
    assert findings(engine_of_people) == []
