"""Laws of cycles that hold whatever is planned, done, decided and corrected."""

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tests.builders import OFFICE, Flow, a_blocker, a_cycle, a_programme, day, load, require_kept_as_replayed
from tests.counts import count
from tests.databases import Databases
from tests.db.acting import findings
from tests.db.reviewing import seen
from tracker.commands import blockers, cycles, reviews
from tracker.commands.cycles import Closed
from tracker.commands.entry.entries import Entry, open_entry
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import Move
from tracker.db import migrations, models
from tracker.db import reviews as db_reviews
from tracker.db.engine import reading, transaction
from tracker.domain.errors import TrackerError
from tracker.domain.people import Actor
from tracker.domain.programme.replay import by_workflow, membership
from tracker.domain.reviews import Wish
from tracker.domain.states import STATES, CycleStatus, Goal, ProposalKind, ReviewReason, Role, State
from tracker.queries import figures
from tracker.queries.programme import files as programme_files

PROGRAMMES = 200  # on the two databases together
CYCLES = 3
ACTS = 9
PLANNER = Actor(1, OFFICE, Role.PLANNER)
KEYS = [f"{code}-{number:03}" for code in ("LAB", "LKM", "RTG") for number in (1, 2, 3)]
GOALS, KINDS, REASONS = list(Goal), list(ProposalKind), list(ReviewReason)


def prepared(engine: Engine) -> None:
    """Nothing planned yet, and more drafts than are closed."""
    migrations.upgrade(engine)
    flows = [Flow(key, workstream=key[:3], actor=OFFICE) for key in KEYS]
    drafts = [a_cycle(number) for number in range(1, CYCLES + 2)]
    load(engine, a_programme(*flows, cycles=drafts, blockers=[a_blocker(1), a_blocker(2)]))


class Office:
    """Does things at random, as the rules let it, and counts what it carried over."""

    def __init__(self, engine: Engine, random: Random) -> None:
        self.engine = engine
        self.random = random
        self.now = day(-4)
        self.carried: Counter[str] = Counter()
        self.reported: dict[tuple[int, str], str] = {}

    def run(self, number: int) -> None:
        """A cycle from its planning to its close."""
        for _ in range(ACTS):
            self.plan(number)
        self.do(lambda session, entry: cycles.commit(session, entry, number))
        acts: list[Callable[[int], None]] = [
            self.move,
            self.correct,
            self.undo_entry,
            self.hold,
            self.release,
            self.replan,
            self.propose,
            self.plan_next,
        ]
        for _ in range(ACTS):
            self.random.choice(acts)(number)
            self.require_one_running()
        self.decide(number)
        token = seen(self.engine, number)
        closed = self.do(lambda session, entry: cycles.close(session, entry, number, seen=token))
        assert isinstance(closed, Closed)
        self.carried.update(key for key, wish in closed.decisions.items() if wish.kind is ProposalKind.CARRIED)

    def do(self, command: Callable[[Session, Entry], object]) -> object:
        self.now += timedelta(hours=self.random.randrange(1, 96))
        with transaction(self.engine) as session:
            return command(session, open_entry(session, PLANNER, "test", self.now))

    def attempt(self, command: Callable[[Session, Entry, str, int], object]) -> None:
        """On one workflow; a refusal is as good."""
        key = self.random.choice(KEYS)
        with reading(self.engine) as session:
            version = session.exec(select(models.Workflow.version).where(models.Workflow.key == key)).one()
        with contextlib.suppress(TrackerError):
            self.do(lambda session, entry: command(session, entry, key, version))

    def plan(self, number: int) -> None:
        goal = self.random.choice(GOALS)
        self.attempt(
            lambda session, entry, key, version: scope.enter(
                session, entry, key, number, goal, version=version, reason="capacity"
            )
        )

    def plan_next(self, number: int) -> None:
        self.plan(number + 1)

    def replan(self, number: int) -> None:
        goal, leaves = self.random.choice(GOALS), self.random.random() < 0.4
        if leaves:
            self.attempt(
                lambda session, entry, key, version: scope.leave(
                    session, entry, key, version=version, reason="capacity"
                )
            )
        elif self.random.random() < 0.5:
            self.plan(number)
        else:
            self.attempt(
                lambda session, entry, key, version: scope.change_goal(
                    session, entry, key, goal, version=version, reason="capacity"
                )
            )

    def move(self, _number: int, on: datetime | None = None) -> None:
        wanted: State = self.random.choice(STATES)
        happened_on = on.date() if on else None
        self.attempt(
            lambda session, entry, key, version: moves.move(
                session, entry, key, Move(wanted, version, happened_on, "other")
            )
        )

    def correct(self, number: int) -> None:
        self.move(number, on=self.now - timedelta(days=self.random.randrange(1, 40)))

    def undo_entry(self, _number: int) -> None:
        self.attempt(lambda session, entry, key, version: moves.undo(session, entry, key, version=version))

    def hold(self, _number: int) -> None:
        blocker = self.random.choice([1, 2])
        self.attempt(lambda session, entry, key, _: blockers.hold(session, entry, blocker, [key]))

    def release(self, _number: int) -> None:
        blocker = self.random.choice([1, 2])
        self.attempt(lambda session, entry, key, _: blockers.release(session, entry, blocker, [key], note="Löst"))

    def propose(self, number: int) -> None:
        wish = self.wish()
        version = 0
        with reading(self.engine) as session:
            known = {member.key: member.proposal for member in db_reviews.members(session, number)}

        def write(session: Session, entry: Entry, key: str, _: int) -> None:
            proposal = known.get(key)
            reviews.propose(session, entry, number, key, wish, version=proposal.version if proposal else version)

        self.attempt(write)

    def wish(self) -> Wish:
        return Wish(self.random.choice(KINDS), self.random.choice(GOALS), self.random.choice(REASONS), "Beslutat")

    def decide(self, number: int) -> None:
        """Whatever is left: some at random, and then what is proposed."""
        for _ in range(ACTS):
            self.propose(number)
        for code in ("LAB", "LKM", "RTG"):
            self.do(lambda session, entry: reviews.accept(session, entry, number, code, reason=ReviewReason.OTHER))  # noqa: B023 - now
        with reading(self.engine) as session:
            undecided = [member for member in db_reviews.members(session, number) if member.is_undecided]
        for member in undecided:  # carried too often to go without words
            assert member.times_carried >= 2
            wish = Wish(ProposalKind.CARRIED, member.goal, ReviewReason.OTHER, "Beslutat")
            version = member.proposal.version if member.proposal else 0
            self.do(lambda session, entry: reviews.propose(session, entry, number, member.key, wish, version=version))  # noqa: B023 - now

    def require_one_running(self) -> None:
        with reading(self.engine) as session:
            running = session.exec(select(models.Cycle).where(models.Cycle.status == CycleStatus.RUNNING)).all()
        assert len(running) <= 1

    def require_reported(self) -> None:
        """What a close has kept never changes."""
        with reading(self.engine) as session:
            rows = session.exec(select(models.Reported).order_by(col(models.Reported.cycle_number))).all()
        kept = {(row.cycle_number, row.row_key): row.cells for row in rows}
        assert {place: kept[place] for place in self.reported} == self.reported
        self.reported = kept


@pytest.mark.timeout(3600)
@settings(max_examples=count(PROGRAMMES) // 2, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_whatever_is_planned_and_closed_adds_up(databases: Databases, random: Random) -> None:
    engine = databases.restored(prepared)
    office = Office(engine, random)
    for number in range(1, CYCLES + 1):
        office.run(number)
        office.require_reported()
        require_laws(engine, office)
    for _ in range(ACTS):
        random.choice([office.correct, office.undo_entry, office.move])(CYCLES)
    office.require_reported()
    require_laws(engine, office)


def require_laws(engine: Engine, office: Office) -> None:
    assert findings(engine) == []  # the kept figures too are what the history says
    with reading(engine) as session:
        rows = figures.workstream_summary(session, office.now)
        programme = programme_files.programme(session)
        require_kept_as_replayed(session)
    reported = [row for row in rows if row.basis == "as_reported"]
    for row in reported:
        in_and_out = [row.committed, row.added, row.removed, row.met, row.carried_out, row.returned, row.dropped]
        committed, added, removed, met, carried, returned, dropped = (number or 0 for number in in_and_out)
        assert committed + added - removed == met + carried + returned + dropped
    for total in reported:
        parts = [row for row in reported if row.cycle == total.cycle and row.workstream is not None]
        if total.workstream is not None or total.committed is None:  # none: closed before it began
            continue
        for name in ("committed", "added", "removed", "met", "carried_in", "carried_out", "returned", "dropped"):
            assert getattr(total, name) == sum(getattr(row, name) for row in parts)
    scope_of = by_workflow(programme.scope)
    for key in KEYS:
        assert membership(scope_of[key]).times_carried == office.carried[key]
