"""Many people read the same pages at once, each with a name, rights and a language of their own: nobody is given what
is another's, also where pages are kept and compressed for all.
"""

import contextlib
import gzip
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha1
from itertools import cycle as repeated
from itertools import islice, product
from random import Random

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine

from tests.applications import own_app
from tests.bench.programme import HTMX, Answered, Served, cookie
from tests.builders import a_programme, load, some_flows
from tests.counts import count
from tests.databases import Databases
from tests.web import people
from tracker.clock import Clock, real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import sign_ins
from tracker.commands.accounts.fields import Fields, fields_of
from tracker.commands.entry.entries import open_entry
from tracker.db.engine import make_engine, transaction
from tracker.db.migrations import upgrade
from tracker.domain.states import Role

CANARIES = 200
THREADS = 8
BOARD, POLL = "/board?cycle=all", "/board/changes?cycle=all"
PAGES = ("/", BOARD, f"{BOARD}&view=list", "/charts", "/cycles/2", "/cycles/2/review", "/cycles/3/plan")
WITH_CONTROLS = (BOARD, "/cycles/2", "/cycles/2/review", "/cycles/3/plan")
POLLS = (POLL, "/cycles/2/review/changes")
_RIGHTS = ((Role.VIEWER, ""), (Role.LEAD, "LAB"), (Role.LEAD, "RTG"), (Role.PLANNER, ""), (Role.ADMIN, ""))
KINDS = tuple((role, workstream, language) for (role, workstream), language in product(_RIGHTS, ("sv", "en")))
PLANNERS = {Role.PLANNER, Role.ADMIN}
ALL_BUT_VIEWERS = {*PLANNERS, Role.LEAD}
# Controls, and whose pages they may stand in.
CONTROLS = {
    'href="/admin"': {Role.ADMIN},
    'href="/admin/audit"': PLANNERS,
    'href="/setup"': PLANNERS,
    'href="/cycles/2/edit"': PLANNERS,
    'href="/cycles/2/close"': PLANNERS,
    'href="/cycles/2/review/proposals"': PLANNERS,
    'href="/imports/workflows"': ALL_BUT_VIEWERS,
    'action="/batch"': ALL_BUT_VIEWERS,
    '<form id="selection" class="plan-form"': ALL_BUT_VIEWERS,
}
OF_LAB = 'action="/cycles/2/review/LAB-002/propose"'
_NAMES = re.compile(r"kanarie\d{3}x", re.IGNORECASE)
_TOKENS = re.compile(r"I[jm][\w-]{40,}\.[\w-]+\.[\w-]+")  # of signed text in quotes
_MAY = re.compile(r'data-may="([^"]*)"|"may":"([^"]*)"')


@dataclass(frozen=True)
class Canary:
    """Somebody who can be told from everybody else. `mark` is what their form tokens are made of."""

    name: str
    role: Role
    workstream: str
    language: str
    mark: str
    served: Served = field(repr=False)

    def read(self, paths: Sequence[str]) -> int:
        """Reads pages and polls in this order; each answer is theirs alone. Gives how many came compressed."""
        compressed, tag = 0, ""
        for path in paths:
            answer = self.ask(path, tag)
            assert answer.status in {200, 304}, (path, answer)
            compressed += "Content-Encoding" in answer.headers
            if answer.status == 200:
                self.check(path, text_of(answer))
            if path == BOARD:
                tag = answer.headers["HX-PTag"]
                assert tag.split(".")[2] == self.language
        return compressed

    def ask(self, path: str, tag: str = "") -> Answered:
        """A page, or what has changed since a version."""
        headers = HTMX | {"HX_PTag": tag} if path in POLLS else {}
        return self.served.get(path, Accept_Encoding="gzip", **headers)

    def check(self, path: str, text: str) -> None:
        """Nothing of anybody else's, and no control that their role has not."""
        about = f"{path} for {self}"
        assert {found.lower() for found in _NAMES.findall(text)} <= {self.name.lower()}, about
        assert {_tokens(self.served.app).loads(found) for found in _TOKENS.findall(text)} <= {self.mark}, about
        may = "*" if self.role in PLANNERS else self.workstream
        assert {first or second for first, second in _MAY.findall(text)} <= {may}, about
        assert {control for control in CONTROLS if control in text and self.role not in CONTROLS[control]} == set(), (
            about
        )
        assert OF_LAB not in text or self.role in PLANNERS or self.workstream == "LAB", about
        assert f"Svar på {'engelska' if self.language == 'sv' else 'svenska'}" not in text, about
        if path in PAGES:
            assert self.name in text, about
            assert f'<html lang="{self.language}"' in text, about


@dataclass(frozen=True)
class Room:
    """The application, and the people in it."""

    app: Flask
    engine: Engine

    def joined(self, number: int, role: Role, workstream: str, language: str, name: str = "Kanarie") -> Canary:
        """One more, signed in."""
        name, mark = f"{name}{number:03}x", sha1(f"{name}{number}".encode()).hexdigest()
        email, streams = f"{name}@example.org", (workstream,) * bool(workstream)
        with transaction(self.engine) as session:
            entry = open_entry(session, accounts.operator(session), "user_add", people.NOW)
            accounts.add(session, entry, email, name, role, password=None, workstreams=streams)
        with transaction(self.engine) as session:
            user_id = accounts.the_user(session, email).id
            assert user_id is not None
            accounts.choose_language(session, user_id, language)
            token = sign_ins.sign_in_user(session, user_id, [], real_now())
        served = Served(self.app, self.engine, cookie(self.app, token, mark), str(_tokens(self.app).dumps(mark)))
        return Canary(name, role, workstream, language, mark, served)

    def canaries(self, number: int) -> list[Canary]:
        """So many, of all kinds in turn."""
        return [self.joined(each, *kind) for each, kind in enumerate(islice(repeated(KINDS), number))]

    def edit(self, canary: Canary, role: Role) -> None:
        """Gives them another role, without a workstream."""
        with transaction(self.engine) as session:
            entry = open_entry(session, accounts.operator(session), "user_edit", people.NOW)
            user = accounts.the_user(session, f"{canary.name}@example.org")
            assert user.id is not None
            now = fields_of(session, user)
            accounts.edit(session, entry, user.id, Fields(now.email, now.name, role, ()), now.texts())

    def disable(self, canary: Canary) -> None:
        """Ends their account."""
        with transaction(self.engine) as session:
            entry = open_entry(session, accounts.operator(session), "user_disable", people.NOW)
            accounts.disable(session, entry, f"{canary.name}@example.org")


def _tokens(app: Flask) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")


def text_of(answer: Answered) -> str:
    """As a browser reads it."""
    is_zipped = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(answer.body) if is_zipped else answer.body).decode()


def a_programme_in_two_languages(engine: Engine) -> None:
    """Prepares a migrated database whose workflows say in which language they are read."""
    upgrade(engine)
    flows = some_flows()
    for number, flow in enumerate(flows):
        flow.name, flow.name_en = f"Svar på svenska {number}", f"Svar på engelska {number}"
    load(engine, a_programme(*flows))


@pytest.fixture
def room(databases: Databases) -> Iterator[Room]:
    """An application of its own, which has kept nothing yet."""
    with databases.fresh(a_programme_in_two_languages) as url:
        engine = make_engine(url)
        yield Room(own_app(engine, Clock(people.NOW)), engine)
        engine.dispose()


@contextlib.contextmanager
def moving(mover: Canary, key: str) -> Iterator[list[int]]:
    """Somebody moves a card to and fro until the end of the block."""
    statuses, stop = list[int](), threading.Event()

    def work() -> None:
        while not stop.wait(0.05):
            turn = len(statuses)
            fields = {"to": ("design", "test")[turn % 2], "version": str(turn + 1), "key": str(turn), "reason": "other"}
            statuses.append(mover.served.post(f"/workflows/{key}/move", fields, **HTMX).status)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        thread.join()
    assert set(statuses) == {200}, statuses


@pytest.mark.timeout(900)
def test_nobody_is_given_what_is_anothers(room: Room) -> None:
    random = Random(14)
    canaries = room.canaries(count(CANARIES))
    everything = (*PAGES, *POLLS * 2)
    orders = [random.sample(everything, k=len(everything)) for _ in canaries]
    mover = room.joined(0, Role.PLANNER, "", "sv", name="Flyttare")
    with moving(mover, "LAB-001") as moves, ThreadPoolExecutor(THREADS) as together:
        compressed = sum(together.map(Canary.read, canaries, orders))
    answers = len(canaries) * len(everything)
    print(
        f"canaries: {len(canaries)} got {answers} answers, {compressed} of them compressed, during {len(moves)} moves"
    )


def test_a_right_that_was_taken_is_gone_from_the_next_answer(room: Room) -> None:
    for canary in room.canaries(len(KINDS)):
        canary.read(WITH_CONTROLS * 2)  # made, and kept
        room.edit(canary, Role.VIEWER)
        replace(canary, role=Role.VIEWER, workstream="").read((*WITH_CONTROLS, *POLLS))


def test_whose_account_has_ended_is_given_nothing(room: Room) -> None:
    for canary in room.canaries(len(KINDS)):
        canary.read((BOARD, "/"))
        tag = canary.ask(BOARD).headers["HX-PTag"]
        room.disable(canary)
        for path in (*PAGES, *POLLS):
            answer = canary.ask(path, tag)
            assert answer.status == (401 if path in POLLS else 303)
            assert "Svar på" not in text_of(answer)
