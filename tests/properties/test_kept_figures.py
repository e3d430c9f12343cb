"""Whatever is done in whatever order, the history that a process keeps gives the figures of one that is read anew."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from tests.builders import OFFICE, PROJECTS, Flow, a_blocker, a_cycle, a_programme, day, load
from tests.counts import count
from tests.databases import Databases
from tests.db.acting import acting, planner, stands
from tests.db.reviewing import seen
from tracker.charts import registry as drawings
from tracker.commands import blockers, cycles, notes, planning, reviews, signoffs
from tracker.commands.board import Update, save
from tracker.commands.entry.entries import Entry
from tracker.commands.programme import setup
from tracker.commands.signoffs import PartWish
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields, moves, scope
from tracker.commands.workflows.moves import Move
from tracker.db import migrations
from tracker.db.engine import make_engine, reading
from tracker.domain.blockers import BlockerFields
from tracker.domain.charts.cautions import cautions
from tracker.domain.charts.sheets import whole
from tracker.domain.charts.span import Span, Tags
from tracker.domain.errors import TrackerError
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.ledger import ledger
from tracker.domain.figures.memberships import NO_SCOPE
from tracker.domain.figures.readings import readings
from tracker.domain.programme.setup import Thing
from tracker.domain.signoffs.summary import part_summary
from tracker.domain.states import STATES, BlockerCategory, CycleStatus, Goal, PartEventKind, ReviewReason
from tracker.domain.workflows import WorkflowFields
from tracker.queries import figures

RUNS, STEPS = 300, 30
CODES = ("LAB", "LKM", "RTG")
KEYS = [f"{code}-{number:03}" for code in CODES for number in (1, 2, 3)]
GOALS = list(Goal)
TAGS = Tags({}, dict.fromkeys(range(100), BlockerCategory.OTHER))


class Wanted(NamedTuple):
    """What somebody acts on: a workflow from the version that they saw, the latest entry, and what a close has seen."""

    key: str
    version: int
    number: int
    entry: int
    seen: str


def prepared(engine: Engine) -> None:
    """A cycle closed, one under way, a draft; a project that joins with the draft."""
    migrations.upgrade(engine)
    flows = [Flow(key, workstream=key[:3], actor=OFFICE) for key in KEYS]
    for number, flow in enumerate(flows):
        flow.others = tuple(code for code in CODES if code != flow.workstream)[: number % 3]
        flow.in_cycle(1 + number % 3, at=day(-6 if number % 3 == 0 else 47))
        flow.to(STATES[1 + number % 3], day(2 + number)).to(STATES[number % 5 or 1], day(55, 8 + number))
    flows[0].held(1, day(56))
    flows[4].held(2, day(57)).released(2, day(58))
    statuses = [CycleStatus.CLOSED, CycleStatus.RUNNING, CycleStatus.DRAFT, CycleStatus.DRAFT]
    drafts = [a_cycle(number, status) for number, status in enumerate(statuses, 1)]
    projects = [PROJECTS[0], replace(PROJECTS[1], first_cycle=3)]
    load(engine, a_programme(*flows, cycles=drafts, projects=projects, blockers=[a_blocker(1), a_blocker(2)]))


class Programme:
    """People at work, and processes that read now and then and each keep what they read."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.readers = [engine, *_others(engine)]
        self.actor = planner(engine)
        self.now = day(60)
        self.entry = 0

    def act(self, command: str, place: int, number: int) -> None:
        """Does it, or is refused, which is as good."""
        self.now += timedelta(hours=number * 3 % 31, minutes=number * 7 % 60)
        key = KEYS[place % len(KEYS)]
        sees = seen(self.engine, 2) if command == "close_cycle" else ""
        wanted = Wanted(key, stands(self.engine, key).version, number, self.entry, sees)
        with contextlib.suppress(TrackerError), acting(self.engine, self.actor, self.now, command) as (session, entry):
            COMMANDS[command](session, entry, wanted)
            self.entry = entry.id if entry.is_recorded else self.entry

    def read(self, number: int) -> None:
        """One of the processes reads, as now or as of some time ago."""
        with reading(self.readers[number % len(self.readers)]) as session:
            kept, anew = figures.history(session), figures.read_anew(session)
            as_of = figures.as_of_now(session, self.now)
        assert kept is not None
        assert anew is not None
        assert figures_of(kept, as_of) == figures_of(anew, as_of)
        if number % 5 == 0:
            before = as_of - timedelta(days=number)
            assert figures_of(kept, before) == figures_of(anew, before)
            assert charts_of(kept, as_of) == charts_of(anew, as_of)


def _others(engine: Engine) -> list[Engine]:
    """Engines are kept with the statements that they have compiled; the database behind them is another one."""
    if engine not in _ENGINES:
        _ENGINES[engine] = [make_engine(engine.url.render_as_string(hide_password=False)) for _ in range(2)]
    for other in _ENGINES[engine]:
        other.dispose()
    return _ENGINES[engine]


_ENGINES: dict[Engine, list[Engine]] = {}


def figures_of(history: History, as_of: datetime) -> list[object]:
    """All rows, and the items behind them."""
    known, streams = Knowledge(history, as_of), [row.code for row in history.workstreams]
    begun = [each for each in readings(history.cycles, as_of, history.zone) if each.is_begun]
    return [
        summaries.cycle_summary(history, as_of),
        summaries.workstream_summary(history, as_of),
        list(part_summary(history, as_of)),
        [Knowledge(history, each.as_of).parts(each, codes) for each in begun for codes in (streams, streams[:1])],
        [Knowledge(history, each.as_of).items(each, codes) for each in begun for codes in (streams, streams[:1])],
        [known.workflow(each)._replace(scope=NO_SCOPE) for code in streams for each in history.workflows(code)],
    ]


def charts_of(history: History, as_of: datetime) -> list[object]:
    """The numbers of all charts with their items, and what is to be borne in mind."""
    span, everything = Span(history, as_of, 1, len(history.cycles), tags=TAGS), summaries.programme(history)
    rows = [row for chart in drawings.CHARTS.values() for row in whole(chart.source, span, everything).rows]
    return [
        [(row.values, {name: row.items(name) for name in row.behind}) for row in rows],
        list(ledger(history, as_of)),
        cautions(span, everything, {}),
    ]


def _move(session: Session, entry: Entry, wanted: Wanted) -> object:
    days_ago = wanted.number % 7
    on = (entry.recorded_at - timedelta(days=days_ago)).date() if days_ago > 3 else None
    to = STATES[wanted.number % len(STATES)]
    words = "Utan delar" if wanted.number % 2 else ""
    return moves.move(session, entry, wanted.key, Move(to, wanted.version, on, "other", without_parts=words))


def _sign(session: Session, entry: Entry, wanted: Wanted) -> object:
    """Whatever becomes of a part; two days ago now and then."""
    events = list(PartEventKind)
    event = events[wanted.number % len(events)]
    workflow, owner = moves.the_workflow(session, wanted.key)
    code = CODES[wanted.number % 3] if event.is_of_stage or wanted.number % 7 else owner
    on = (entry.recorded_at - timedelta(days=2)).date() if wanted.number % 4 == 0 else None
    stage = GOALS[wanted.number % max(1, min(workflow.state.position, 3))]
    wish = PartWish(code, event, stage if event.is_of_stage else None, workflow.state, on, "Görs inte här")
    return signoffs.write(session, entry, wanted.key, wish)


def _save(session: Session, entry: Entry, wanted: Wanted) -> object:
    updates = [Update(wanted.key, wanted.version, STATES[wanted.number % len(STATES)], reason="other")]
    return save(session, entry, updates)


def _raise(session: Session, entry: Entry, wanted: Wanted) -> object:
    fields = BlockerFields(f"Hinder {wanted.number}", BlockerCategory.OTHER)
    return blockers.raise_blocker(session, entry, fields, [wanted.key, KEYS[wanted.number % len(KEYS)]])


def _scope(session: Session, entry: Entry, wanted: Wanted) -> None:
    if wanted.number % 3 == 0:
        scope.leave(session, entry, wanted.key, version=wanted.version, reason="capacity")
        return
    cycle, goal = 2 + wanted.number % 3, GOALS[wanted.number % len(GOALS)]
    scope.enter(session, entry, wanted.key, cycle, goal, version=wanted.version, reason="capacity")


def _archive(session: Session, entry: Entry, wanted: Wanted) -> None:
    fields.archive(session, entry, wanted.key, version=wanted.version)


def _create(session: Session, entry: Entry, wanted: Wanted) -> object:
    state = STATES[wanted.number % len(STATES)]
    return fields.create(session, entry, wanted.key[:3], WorkflowFields("Ny"), state=state)


def _plan(session: Session, entry: Entry, wanted: Wanted) -> object:
    goal = GOALS[wanted.number % len(GOALS)]
    return planning.take_in(session, entry, wanted.key, 3, goal, version=wanted.version)


def _accept(session: Session, entry: Entry, wanted: Wanted) -> object:
    code = ("LAB", "LKM", "RTG")[wanted.number % 3]
    return reviews.accept(session, entry, 2, code, reason=ReviewReason.OTHER)


def _close(session: Session, entry: Entry, wanted: Wanted) -> object:
    for number in range(3):
        _accept(session, entry, wanted._replace(number=number))
    return cycles.close(session, entry, 2, seen=wanted.seen)


COMMANDS: dict[str, Callable[[Session, Entry, Wanted], object]] = {
    "move": _move,
    "take_back": lambda session, entry, wanted: moves.undo(session, entry, wanted.key, version=wanted.version),
    "take_back_entry": lambda session, entry, wanted: undo_entries.undo(
        session, entry, wanted.entry - wanted.number % 3
    ),
    "save_rows": _save,
    "sign_part": _sign,
    "batch_sign": lambda session, entry, wanted: signoffs.sign_all(session, entry, wanted.key, CODES),
    "hold_blocker": lambda session, entry, wanted: blockers.hold(session, entry, 1 + wanted.number % 2, [wanted.key]),
    "raise_blocker": _raise,
    "release_blocker": lambda session, entry, wanted: blockers.release(
        session, entry, 1 + wanted.number % 2, None, note="Löst"
    ),
    "scope_workflow": _scope,
    "plan": _plan,
    "archive_workflow": _archive,
    "create_workflow": _create,
    "edit_workflow": lambda session, entry, wanted: fields.own(session, entry, wanted.key, f"Roll {wanted.number}"),
    "note_workflow": lambda session, entry, wanted: notes.write(session, entry, "Ring", key=wanted.key),
    "check_workflow": lambda session, entry, wanted: notes.check(session, entry, wanted.key),
    "edit_blocker": lambda session, entry, wanted: blockers.edit(
        session, entry, 1, {"title": f"Hinder {wanted.number}"}, {"title": "Etikettskrivare saknas"}
    ),
    "accept_proposals": _accept,
    "close_cycle": _close,
    "commit_cycle": lambda session, entry, _: cycles.commit(session, entry, 3),
    "edit_cycle": lambda session, entry, wanted: cycles.edit(
        session, entry, 3, {"ends_on": f"2023-06-{10 + wanted.number % 9}"}, {"ends_on": "2023-06-25"}
    ),
    "edit_project": lambda session, entry, wanted: setup.edit(
        session, entry, Thing.PROJECT, "SOKI", {"first_cycle": str(3 + wanted.number % 2)}, {"first_cycle": "3"}
    ),
}
SELDOM = ("accept_proposals", "close_cycle", "commit_cycle", "edit_cycle", "edit_project", "archive_workflow")
OFTEN = [command for command in COMMANDS if command not in SELDOM]
acts = st.tuples(
    st.sampled_from([*OFTEN, *OFTEN, *["read"] * 12, *SELDOM]), st.integers(0, len(KEYS) - 1), st.integers(0, 60)
)


@pytest.mark.timeout(3600)
@settings(max_examples=count(RUNS), deadline=None, suppress_health_check=list(HealthCheck))
@given(done=st.lists(acts, min_size=5, max_size=STEPS))
def test_the_kept_history_gives_the_figures_of_one_read_anew(
    databases: Databases, done: list[tuple[str, int, int]]
) -> None:
    programme = Programme(databases.restored(prepared))
    for command, place, number in done:
        if command == "read":
            programme.read(number)
        else:
            programme.act(command, place, number)
    for number in range(len(programme.readers)):
        programme.read(number)
