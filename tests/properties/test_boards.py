"""Whatever several processes write, what each keeps of a board equals a fresh read, and a board that follows the
differences becomes the present one.
"""

import contextlib
import html
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from tests.applications import shared_app
from tests.counts import count, is_full
from tests.databases import Databases
from tests.db.acting import somebody
from tests.db.reviewing import seen
from tests.web import people
from tests.web.conftest import browser_of, sign_in
from tests.web.page_client import PageClient
from tracker.commands import blockers, cycles, notes, planning, reviews, signoffs
from tracker.commands.entry.entries import Entry, open_entry
from tracker.commands.programme import setup
from tracker.commands.signoffs import PartWish
from tracker.commands.undo import entries as undo
from tracker.commands.workflows import fields, moves, scope
from tracker.commands.workflows.moves import Move
from tracker.db import models
from tracker.db.engine import make_engine, reading, transaction
from tracker.domain.calendar import local_date
from tracker.domain.errors import TrackerError
from tracker.domain.people import Actor
from tracker.domain.programme.setup import Thing
from tracker.domain.states import STATES, Goal, PartEventKind, ReviewReason, Role
from tracker.domain.workflows import WorkflowFields
from tracker.queries.board import cards as board
from tracker.queries.board import list_rows
from tracker.queries.board.layout import GROUPS, Filters, board_layout, layout_of

SEQUENCES = 300  # on the two databases together
COMMANDS = 30 if is_full() else 8
PROCESSES = 3
ZONE = ZoneInfo("Europe/Stockholm")
SCOPES = ("1", "2", "3", "all", "none")
STREAMS = ("LAB", "LKM", "RTG")
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
BOARDS = (
    "cycle=all",
    "cycle=2&workstream=LAB",
    "cycle=none&blocked=1",
    "cycle=all&group=workstream",
    "cycle=all&group=project&workstream=LKM",
    "cycle=all&q=best",
)


Command = Callable[[Session, Entry, str, int], object]


@dataclass(frozen=True)
class Subject:
    """A board that is looked at again and again, in a language, on a day."""

    filters: tuple[Filters, ...]
    language: str
    today: date

    @classmethod
    def some(cls, random: Random) -> "Subject":
        """One with two sets of filters."""
        cycle = random.choice(SCOPES)
        today = local_date(people.NOW, ZONE) + timedelta(days=random.randrange(2))
        return cls((some_filters(random, cycle), some_filters(random, cycle)), random.choice(["sv", "en"]), today)

    def check(self, engine: Engine, seen_at: datetime) -> None:
        """Compares what is kept with the same read anew: a session that may write reads past it."""
        cycle = self.filters[0].cycle
        about: dict[str, Any] = {"language": self.language, "today": self.today}
        with reading(engine) as session, Session(engine) as anew:
            frame, kept = board.frame(session, **about), board.cards(session, cycle, zone=ZONE, **about)
            updates = list_rows.updates(session, cycle, seen_at=seen_at)
            fresh, around = board.cards(anew, cycle, zone=ZONE, **about), board.frame(anew, **about)
            updates_anew = list_rows.updates(anew, cycle, seen_at=seen_at)
        assert frame == around
        assert kept.in_order == fresh.in_order
        assert kept.by_key == fresh.by_key
        assert {key: updates[key] for key in kept.by_key} == {key: updates_anew[key] for key in kept.by_key}
        for filters in self.filters:
            assert layout_of(kept, filters, frame) == board_layout(fresh.in_order, filters, around), filters


def some_filters(random: Random, cycle: str) -> Filters:
    """Any of a few."""
    return Filters(
        cycle,
        workstreams=random.choice([(), (), ("LAB",), ("LKM", "RTG")]),
        projects=random.choice([(), (), ("SIDU",)]),
        blocked=random.random() < 0.2,
        q=random.choice(["", "", "best"]),
        group=random.choice(["", "workstream", *GROUPS]),
    )


@dataclass
class Office:
    """Does things at random, by one process or another, as the rules let it."""

    engine: Engine
    random: Random
    now: datetime = people.NOW
    entries: list[int] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=lambda: [people.NOW])

    def act(self, engine: Engine, actor: Actor) -> None:
        """One command; a refusal is as good."""
        a_moment = timedelta(microseconds=time.time_ns() % 1_000_000)  # the same in no other database
        self.now += timedelta(minutes=self.random.randrange(1, 900)) + a_moment
        command, do = self.random.choice(self._commands())
        with contextlib.suppress(TrackerError), transaction(engine) as session:
            entry = open_entry(session, actor, command, self.now)
            keys = session.exec(select(models.Workflow.key).order_by(col(models.Workflow.key))).all()
            key = self.random.choice(keys)
            version = session.exec(select(models.Workflow.version).where(models.Workflow.key == key)).one()
            do(session, entry, key, version)
            if entry.is_recorded:
                self.entries.append(entry.id)
                self.instants.append(entry.recorded_at)

    def _commands(self) -> list[tuple[str, Command]]:
        random = self.random
        goal, stream = random.choice(list(Goal)), random.choice(STREAMS)
        state = random.choice(STATES)
        words, event = random.choice(["Beställa", "Svara", ""]), random.choice(list(PartEventKind))
        usual: list[tuple[str, Command]] = [
            (
                "move",
                lambda s, e, key, version: moves.move(
                    s, e, key, Move(state, version, reason="other", without_parts=words)
                ),
            ),
            ("batch_sign", lambda s, e, key, _: signoffs.sign_all(s, e, key, random.sample(STREAMS, 2))),
            ("sign_part", lambda s, e, key, _: signed(s, e, key, PartWish(stream, event, goal, note="Görs inte här"))),
            ("take_back", lambda s, e, key, version: moves.undo(s, e, key, version=version)),
            ("batch_own", lambda s, e, key, _: fields.own(s, e, key, words)),
            ("batch_prioritise", lambda s, e, key, _: fields.prioritise(s, e, key, random.choice([None, 1, 4]))),
            ("edit_workflow", lambda s, e, key, _: edited(s, e, key, {"name": words or "Namn", "name_en": words})),
            ("edit_workflow", lambda s, e, key, _: edited(s, e, key, {"other_workstreams": stream})),
            (
                "create_workflow",
                lambda s, e, *_: fields.create(s, e, stream, WorkflowFields(words or "Ny", owner=words)),
            ),
            ("archive_workflow", lambda s, e, key, version: fields.archive(s, e, key, version=version)),
            ("batch_check", lambda s, e, key, _: notes.check(s, e, key)),
            ("note_workflow", lambda s, e, key, _: notes.write(s, e, "Hört av", key=key)),
            ("hold_blocker", lambda s, e, key, _: blockers.hold(s, e, random.choice([1, 2]), [key])),
            ("release_blocker", lambda s, e, *_: blockers.release(s, e, random.choice([1, 2]), None, note="Löst")),
            ("scope_workflow", lambda s, e, key, v: scope.enter(s, e, key, 2, goal, version=v, reason="capacity")),
            ("scope_workflow", lambda s, e, key, v: scope.leave(s, e, key, version=v, reason="capacity")),
            ("plan", lambda s, e, key, version: planning.take_in(s, e, key, 3, goal, version=version)),
        ]
        rare: list[tuple[str, Command]] = [
            ("note_blocker", lambda s, e, *_: notes.write(s, e, "Väntar", blocker_id=1)),
            ("edit_blocker", lambda s, e, *_: blockers.edit(s, e, 1, {"title": words or "X"}, {"title": title(s)})),
            ("edit_workstream", lambda s, e, *_: set_up(s, e, stream, random.choice(["", "1", "3"]))),
            ("take_back_entry", lambda s, e, *_: undo.undo(s, e, random.choice(self.entries or [1]))),
            ("accept_proposals", lambda s, e, *_: reviews.accept(s, e, 2, *STREAMS, reason=ReviewReason.OTHER)),
            ("close_cycle", lambda s, e, *_: cycles.close(s, e, 2, seen=seen(self.engine, 2))),
            ("commit_cycle", lambda s, e, *_: cycles.commit(s, e, 3)),
        ]
        return usual * 2 + rare


def edited(session: Session, entry: Entry, key: str, wanted: dict[str, str]) -> None:
    """Over whatever stands there."""
    workflow, _ = moves.the_workflow(session, key)
    fields.edit(session, entry, key, wanted, fields.texts_of(session, workflow))


def signed(session: Session, entry: Entry, key: str, wish: PartWish) -> None:
    """In whatever state it is."""
    workflow, _ = moves.the_workflow(session, key)
    signoffs.write(session, entry, key, replace(wish, state=workflow.state))


def title(session: Session) -> str:
    return session.exec(select(models.Blocker.title).where(models.Blocker.id == 1)).one()


def set_up(session: Session, entry: Entry, code: str, limit: str) -> None:
    was = session.exec(select(models.Workstream.wip_design).where(models.Workstream.code == code)).one()
    before = {"wip_design": "" if was is None else str(was)}
    setup.edit(session, entry, Thing.WORKSTREAM, code, {"wip_design": limit}, before)


@pytest.mark.timeout(3600)
@settings(max_examples=count(SEQUENCES) // 2, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_what_is_kept_equals_a_fresh_read_whatever_several_processes_wrote(
    databases: Databases, random: Random
) -> None:
    engine = databases.restored(people.prepare)
    others = [make_engine(engine.url.render_as_string(hide_password=False)) for _ in range(PROCESSES - 1)]
    processes, subjects = [engine, *others], [Subject.some(random) for _ in range(3)]
    office, planner = Office(engine, random), somebody(engine, Role.PLANNER, name="Namn planner")
    try:
        for _ in range(COMMANDS):
            office.act(random.choice(processes), planner)
            for _ in range(2):
                random.choice(subjects).check(random.choice(processes), random.choice(office.instants))
        for process in processes:
            for subject in subjects:
                subject.check(process, random.choice(office.instants))
    finally:
        for each in others:
            each.dispose()


@dataclass
class Board:
    """What of a board's page the differences change."""

    cells: dict[str, list[str]]
    overs: dict[str, str]
    rails: dict[str, str]
    counts: dict[str, str]
    limits: dict[str, tuple[str, str]]
    sum: str

    @classmethod
    def of(cls, text: str) -> "Board":
        """As it is drawn."""
        sections = re.findall(r'<section class="column[^"]*" id="([^"]+)".*?>(.*?)</section>', text, re.DOTALL)
        heads = re.findall(r'<div class="head [^"]*" data-head="(\w+)">(.*?)</div>', text, re.DOTALL)
        lanes = re.findall(r'data-lane="([^"]*)"[^>]*>\s*(<summary.*?</summary>)', text, re.DOTALL)
        return cls(
            {id_: re.findall(r"<article.*?</article>", inside, re.DOTALL) for id_, inside in sections},
            {id_: "".join(re.findall(r'<p class="over">.*?</p>', inside, re.DOTALL)) for id_, inside in sections},
            dict(lanes),
            dict(re.findall(r'data-count="(\w+)">(\d+)<', text)),
            {state: (_inner(head, "of hint"), _over(head)) for state, head in heads},
            text.partition("<span data-sum>")[2].partition("</span>")[0].strip(),
        )

    def follow(self, delta: dict[str, Any], drawn: "Board") -> None:
        """As js/board/delta.js does; the card that the reader moved came with the answer to the move."""
        there = {_key(card): card for cards in drawn.cells.values() for card in cards}
        for card in delta["cards"]:
            self._remove(card["key"])
            cell = self.cells[card["cell"]]
            at = next((n for n, each in enumerate(cell) if _key(each) == card["before"]), len(cell))
            cell.insert(at, card.get("html") or there[card["key"]])
        for key in delta["gone"]:
            self._remove(key)
        self.rails |= delta["rails"]
        self.overs |= delta["overs"]
        self.counts |= {state: str(number) for state, number in delta["counts"].items()}
        self.limits |= {state: (limit["of"], limit["over"]) for state, limit in delta["limits"].items()}
        self.sum = delta["sum"]

    def _remove(self, key: str) -> None:
        for cards in self.cells.values():
            cards[:] = [card for card in cards if _key(card) != key]


def _key(card: str) -> str:
    return card.partition('data-workflow="')[2].partition('"')[0]


def _inner(text: str, name: str) -> str:
    found = re.search(rf'class="{name}">(.*?)<', text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _over(head: str) -> str:
    found = re.search(r'<p class="over[^>]*>.*?<span>(.*?)</span>', head, re.DOTALL)
    return html.unescape(found[1]) if found else ""


class Reader:
    """A browser with some boards open."""

    def __init__(self, app: Flask, engine: Engine, who: str, queries: Iterable[str]) -> None:
        self.browser: PageClient = browser_of(app)
        sign_in(self.browser, people.signed_in(engine, who))
        self.open = {query: self._page(query) for query in queries}

    def poll(self) -> None:
        """Each board follows, and is then as it is drawn anew."""
        for query, (shown, tag) in self.open.items():
            answer, again = self._changes(query, tag), self._changes(query, tag)
            assert (answer.status, answer.get_data()) == (again.status, again.get_data())
            assert answer.headers.get("HX-PTag") == again.headers.get("HX-PTag")
            drawn, present = self._page(query)
            self.open[query] = drawn, present
            if answer.status_code == HTTPStatus.OK and not answer.is_json:
                assert Board.of(answer.text) == drawn, query
            elif answer.status_code == HTTPStatus.NOT_MODIFIED:
                assert shown == drawn, query
            elif answer.get_json()["lanes"] == len(shown.rails):  # else the page asks for it anew
                shown.follow(answer.get_json(), drawn)
                assert shown == drawn, query

    def _changes(self, query: str, tag: str) -> TestResponse:
        return self.browser.get(f"/board/changes?{query}", headers=HTMX | {"HX-PTag": tag})

    def _page(self, query: str) -> tuple[Board, str]:
        answer = self.browser.get(f"/board?{query}")
        return Board.of(answer.text), answer.headers["HX-PTag"]


@pytest.mark.timeout(3600)
@settings(max_examples=count(SEQUENCES) // 6, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_a_board_that_follows_the_differences_becomes_the_present_one(databases: Databases, random: Random) -> None:
    engine = databases.restored(people.prepare)
    app, office = shared_app(engine, people.NOW), Office(engine, random)
    planner = somebody(engine, Role.PLANNER, name="Namn planner")
    readers = [Reader(app, engine, who, random.sample(BOARDS, 2)) for who in ("viewer", "planner")]
    for _ in range(COMMANDS // 4):
        for _ in range(random.randrange(1, 5)):
            office.act(engine, planner)
        for reader in readers:
            reader.poll()
