"""C5: a close killed at any of its steps has been done or has not, and sent again it is done, once."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine, event, select
from sqlmodel import col

from tests.applications import SECRET_KEY
from tests.counts import is_full
from tests.databases import Databases
from tests.db.acting import findings, rows
from tests.db.reviewing import CLOSE
from tests.faults.leads import looking
from tests.web import closing, people
from tests.web.closing import closing_form
from tests.web.page_client import PageClient
from tracker.clock import Clock, real_now
from tracker.config import Settings
from tracker.db import models
from tracker.db.engine import make_engine, reading
from tracker.domain.states import CycleStatus
from tracker.web.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_FORK = multiprocessing.get_context("fork")  # the child needs nothing imported anew
PATH = "/cycles/2/close"
COMMIT, ANSWERED = "COMMIT", "answer"
Watch = Callable[[str], None]


def steps_of(url: str, form: dict[str, str], token: str, watch: Watch) -> None:
    """Sends the form, and calls `watch` with the name of each step once it is done."""
    engine = make_engine(url)
    browser = browser_of(application(engine, url), token)

    @event.listens_for(engine, "after_cursor_execute")
    def _statement(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:  # noqa: ANN401
        verb, *words = statement.replace("INTO ", "").split()
        if verb == "PRAGMA":
            return  # SQLite is told how long to wait, where the lock took a moment
        watch(f"{verb} {words[0]}" if verb in {"INSERT", "UPDATE"} else "reading")

    @event.listens_for(engine, "commit")
    def _before_commit(_connection: object) -> None:
        watch(f"before {COMMIT}")

    app = browser.application
    inner = app.wsgi_app

    def answered(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = list(inner(environ, start_response))
        watch(ANSWERED)  # all is committed, and the browser has heard nothing yet
        return answer

    app.wsgi_app = answered  # type: ignore[method-assign]
    assert browser.submit(PATH, form).status_code == 303
    engine.dispose()


def application(engine: Engine, url: str) -> Flask:
    app = create_app(Settings(database_url=url, secret_key=SecretStr(SECRET_KEY)), engine, Clock(CLOSE))
    app.test_client_class = PageClient
    return app


def browser_of(app: Flask, token: str) -> PageClient:
    """The planner's browser."""
    browser = cast("PageClient", app.test_client())
    with browser.session_transaction() as session:
        session.update(_user_id=token, active_at=int(real_now().timestamp()), _fresh=True)
        session.permanent = True
    return browser


def killed_at(url: str, form: dict[str, str], token: str, point: int) -> str:
    """Sends the form in a process that is killed after its nth step; gives the step's name."""
    ours, theirs = _FORK.Pipe(duplex=False)

    def child() -> None:
        done: list[str] = []

        def watch(step: str) -> None:
            done.append(step)
            if len(done) == point:
                theirs.send(step)
                os.kill(os.getpid(), signal.SIGKILL)

        steps_of(url, form, token, watch)

    process = _FORK.Process(target=child)
    process.start()
    theirs.close()
    step = str(ours.recv())
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return step


def prepared(url: str) -> tuple[dict[str, str], str]:
    """The form that closes cycle 2 and commits 3, as a planner has it before them, and their sign-in."""
    with looking(url) as engine:
        token = people.signed_in(engine, "planner")
        form = closing_form(browser_of(application(engine, url), token))
    return form | {"commit": "3"}, token


def stand(engine: Engine) -> tuple[str, ...]:
    """What of a close and a commit is in the database: each wholly, or not at all."""
    with reading(engine) as session:
        statuses = {row.number: row.status for row in session.scalars(select(models.Cycle))}
        commands = list(session.scalars(select(col(models.Entry.command)).order_by(col(models.Entry.id))))
        reported = set(session.scalars(select(col(models.Reported.cycle_number))))
        answers = len(session.scalars(select(models.Answer)).all())
    left = [row for row in rows(engine, models.ScopeChange) if row.from_cycle == 2]
    did = tuple(command for command in commands if command in {"close_cycle", "commit_cycle"})
    is_closed, is_committed = "close_cycle" in did, "commit_cycle" in did
    assert statuses[2] is (CycleStatus.CLOSED if is_closed else CycleStatus.RUNNING)
    assert statuses[3] is (CycleStatus.RUNNING if is_committed else CycleStatus.DRAFT)
    assert (len(left), reported, answers) == (5 * is_closed, {1, 2} if is_closed else {1}, len(did))
    assert findings(engine) == []
    return did


def points(steps: list[str]) -> list[int]:
    """Every step in full; else the first of each name, and where the commit begins to write."""
    if is_full():
        return list(range(1, len(steps) + 1))
    first = {name: number for number, name in reversed(list(enumerate(steps, 1)))}
    last = {name: number for number, name in enumerate(steps, 1)}
    return sorted({*first.values(), last["INSERT entry"]})


@pytest.mark.timeout(1200)
def test_a_killed_close_is_done_or_not_and_completed_by_the_next_try(databases: Databases) -> None:
    steps: list[str] = []
    with databases.fresh(closing.decided) as url:
        form, token = prepared(url)
        steps_of(url, form, token, steps.append)
        with looking(url) as engine:
            assert stand(engine) == ("close_cycle", "commit_cycle")
    outcomes: Counter[tuple[str, ...]] = Counter()
    for point in points(steps):
        with databases.fresh(closing.decided) as url:
            form, token = prepared(url)
            step = killed_at(url, form, token, point)
            assert step == steps[point - 1]
            with looking(url) as engine:
                did = stand(engine)
                outcomes[did] += 1
                browser = browser_of(application(engine, url), token)
                assert browser.submit(PATH, form).location == "/cycles/3/commit"  # the same form with the same key
                assert stand(engine) == ("close_cycle", "commit_cycle")
                assert (step == ANSWERED) <= (did == ("close_cycle", "commit_cycle"))
    print(
        f"C5: {outcomes.total()} kills over {len(steps)} steps of a close and a commit, "
        f"{outcomes[()]} before, {outcomes['close_cycle',]} between, {outcomes['close_cycle', 'commit_cycle']} after,"
        f" all completed by the next try; steps {', '.join(dict.fromkeys(steps))}"
    )
    assert set(outcomes) == {(), ("close_cycle",), ("close_cycle", "commit_cycle")}
