"""A programme as large as wanted, with all that a card can show, and somebody to look at it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle as repeated
from itertools import islice
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from pydantic import SecretStr
from sqlalchemy import Engine
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.builders import Flow, a_blocker, a_cycle, a_programme, day, load
from tests.databases import Databases
from tracker.clock import Clock, real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import sign_ins
from tracker.commands.entry.entries import open_entry
from tracker.config import Settings
from tracker.db.engine import make_engine, transaction
from tracker.domain.programme.rows import Programme, ProjectRow, WorkstreamRow
from tracker.domain.states import STATES, CycleStatus, Goal, Role, ScopeKind, State
from tracker.web.app import create_app

NOW = day(75)  # of a_bench_programme: in cycle 2, which runs
WORKFLOWS, CHANGES, CYCLES = 5_000, 100_000, 8
RUNNING, DRAFT = CYCLES - 1, CYCLES
NOW_OF_CYCLES = day(340)  # in the running one; all that happened is known
_IN_ONE_STREAM = 60  # of S00, in a programme of whatever size
_SECRET = SecretStr("9f3c1e7a5b0d48628c4ef1a37d6b92055ae8c0d1437f96be2b10f58d7ca3e649")
MARK = "0" * 40
HTMX = {"HX_Request": "true", "HX_Request_Type": "partial"}
_STREAMS, _PROJECTS = 30, 12
_WAY = (
    State.DESIGN,
    State.VALIDATION,
    State.DESIGN,
    State.VALIDATION,
    State.TEST,
    State.VALIDATION,
    State.TEST,
    State.DONE,
    State.TEST,
    State.DONE,
)
_OWNERS = ("Farmaceut", "Sektionsledare", "Testledare", "Överläkare", "Vårdenhetschef", "")


def a_bench_programme(workflows: int) -> Programme:
    """So many workflows over 30 streams, in every state; a third are shared, a twelfth held."""
    return a_programme(
        *(_flow(number) for number in range(1, workflows + 1)),
        cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING), a_cycle(3)],
        blockers=[a_blocker(number, f"Svar utan enhetskod {number}") for number in range(1, 21)],
        projects=[ProjectRow(f"P{number:02}", f"Projekt {number}", f"Project {number}") for number in range(_PROJECTS)],
        workstreams=[
            WorkstreamRow(f"S{number:02}", f"Ström {number}", f"Stream {number}", f"P{number % _PROJECTS:02}", 9, 9, 9)
            for number in range(_STREAMS)
        ],
    )


def a_programme_of_cycles(workflows: int = WORKFLOWS, changes: int = CHANGES) -> Programme:
    """Workflows that go back and forth for a cycle or two, half of them until they are done; a tenth are held, all are
    carried once. As of NOW_OF_CYCLES.
    """
    statuses = [CycleStatus.CLOSED] * (CYCLES - 2) + [CycleStatus.RUNNING, CycleStatus.DRAFT]
    return a_programme(
        *(_flow_of_cycles(number, changes // workflows - 1 + number % 2) for number in range(1, workflows + 1)),
        cycles=[a_cycle(number, status) for number, status in enumerate(statuses, 1)],
        projects=[ProjectRow("SOKI", "Kliniskt innehåll")],
        workstreams=[WorkstreamRow(f"S{number:02}", f"Ström {number}", "", "SOKI") for number in range(_STREAMS)],
    )


def key(number: int) -> str:
    """The key of the programme's nth workflow."""
    return f"S{number % _STREAMS:02}-{number:04}"


def _flow(number: int) -> Flow:
    others = [f"S{(number + step * 7) % _STREAMS:02}" for step in range(1, number % 9 // 2 + 1)] * (number % 3 == 0)
    flow = Flow(
        key(number),
        f"Beställa & svara på undersökning {number}",
        f"Order and answer examination {number}" if number % 3 else "",
        f"S{number % _STREAMS:02}",
        tuple(others),
        _OWNERS[number % len(_OWNERS)],
        (None, None, 1, 2, 3, 4)[number % 6],
    )
    at = day(1) + timedelta(days=number % 40, minutes=number % 600)
    is_held = number % 12 == 0
    reached = STATES[1 : number % len(STATES) + 1]
    for turn, state in enumerate(state for state in reached if not (is_held and state is State.DONE)):
        flow.to(state, at + timedelta(days=turn * 5))
    flow.in_cycle(2, at=day(47, 15))
    if is_held:
        flow.held(number % 20 + 1, day(60))
    return flow


def _flow_of_cycles(number: int, moves: int) -> Flow:
    stream = 0 if number <= _IN_ONE_STREAM else 1 + number % (_STREAMS - 1)
    flow = Flow(
        f"F-{number:05}",
        f"Beställa & svara på undersökning {number}",
        workstream=f"S{stream:02}",
        others=(f"S{(stream + 7) % _STREAMS:02}",) * (number % 3 == 0),
        owner=_OWNERS[number % len(_OWNERS)],
        priority=(None, None, 1, 2, 3, 4)[number % 6],
    )
    first = number % (CYCLES - 2) + 1
    at = day(1) + timedelta(weeks=7 * (first - 1), minutes=number % 600)
    for turn, state in enumerate(islice(repeated(_WAY), moves)):
        flow.to(state, at + timedelta(days=turn * 4 + number % 9))
    flow.in_cycle(first, at=at - timedelta(days=9))
    closed_at = a_cycle(first, CycleStatus.CLOSED).closed_at
    assert closed_at is not None
    flow.scoped(first, first + 1, Goal.TEST, ScopeKind.CARRIED, closed_at, reason="capacity")
    if number % 10 == 0:
        flow.held(number // 10, at + timedelta(days=3)).released(number // 10, at + timedelta(days=12))
    return flow


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer whole."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Served:
    """The application on a database, with a planner signed in."""

    app: Flask
    engine: Engine
    cookie: str
    token: str

    def get(self, path: str, **headers: str) -> Answered:
        """A page."""
        return ask(self.app, self.environ(path, headers))

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Answered:
        """A form with its token."""
        return ask(self.app, self.environ(path, headers, {"csrf_token": self.token, **fields}))

    def environ(self, path: str, headers: dict[str, str], fields: dict[str, Any] | None = None) -> dict[str, Any]:
        """A request as the server would hand it over; `HX_Request` stands for the header HX-Request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        every: dict[str, str] = {"Cookie": self.cookie, **named}
        builder = EnvironBuilder(
            path,
            base_url="http://127.0.0.1",
            method="GET" if fields is None else "POST",
            data=fields,
            headers=list(every.items()),
        )
        return builder.get_environ()


def ask(app: Flask, environ: dict[str, Any]) -> Answered:
    """Calls the application as a server would and reads the whole answer."""
    body, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return Answered(int(status.split()[0]), dict(headers), b"".join(body))


@contextlib.contextmanager
def served(databases: Databases, workflows: int) -> Iterator[Served]:
    """The application on a fresh database with so many workflows."""
    with databases.fresh() as url:
        engine = make_engine(url)
        load(engine, a_bench_programme(workflows))
        if engine.dialect.name == "postgresql":
            analyse(engine)
        yield signed_in(engine, url, NOW)
        engine.dispose()


def signed_in(engine: Engine, url: str, now: datetime) -> Served:
    """The application on a database as it is, at an instant, with a planner signed in."""
    sign_in = _a_planner(engine, now)
    app = create_app(Settings(database_url=url, secret_key=_SECRET, log_level="ERROR"), engine, Clock(now))
    token = str(URLSafeTimedSerializer(_SECRET.get_secret_value(), salt="wtf-csrf-token").dumps(MARK))
    return Served(app, engine, cookie(app, sign_in), token)


def analyse(engine: Engine) -> None:
    """What autovacuum does within a minute of such a load."""
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _a_planner(engine: Engine, now: datetime) -> str:
    with transaction(engine) as session:
        entry = open_entry(session, accounts.operator(session), "user_add", now)
        accounts.add(session, entry, "planner@example.org", "Programkontoret A", Role.PLANNER, password=None)
    with transaction(engine) as session:
        user_id = accounts.the_user(session, "planner@example.org").id
        assert user_id is not None
        return sign_ins.sign_in_user(session, user_id, [], real_now())


def cookie(app: Flask, token: str, mark: str = MARK) -> str:
    """A browser's cookies after a sign-in; the mark is what its form tokens are made of."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=token, active_at=int(real_now().timestamp()), _fresh=True, csrf_token=mark)
        session.permanent = True
    found = client.get_cookie("session", domain="localhost")
    assert found is not None
    return f"session={found.value}; language=en"
