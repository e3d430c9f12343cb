"""D10: whatever people do in whatever order, the database says what a dictionary would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.counts import count
from tests.databases import Databases
from tracker.commands import workflows
from tracker.commands.entries import Entry, open_entry
from tracker.commands.workflows import BlockedError, Move, StaleError
from tracker.db import migrations, models
from tracker.db.engine import make_engine, reading, transaction
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.people import Actor
from tracker.domain.states import STATES, CycleStatus, Role, State
from tracker.queries import check

RUNS, STEPS = 200, 30
STOCKHOLM = ZoneInfo("Europe/Stockholm")
CLOSED_AT = a_cycle(1, CycleStatus.CLOSED).closed_at
HELD, FREE, CLOSED = "LAB-001", "LAB-002", "LAB-003"
ACTORS = {
    "lead": Actor(1, "Projektledare SIDU", Role.LEAD, frozenset({"LAB"})),
    "stranger": Actor(1, "Projektledare SIDU", Role.LEAD, frozenset({"LKM"})),
    "planner": Actor(1, "Projektledare SIDU", Role.PLANNER),
}
keys = st.sampled_from([HELD, FREE, CLOSED])
actors = st.sampled_from(["lead", "lead", "lead", "stranger", "planner"])
tally: dict[str, int] = {}


def prepare(engine: Engine) -> None:
    """One workflow that a blocker holds, one free, one done before the close of cycle 1; cycle 2 runs."""
    migrations.upgrade(engine)
    load(
        engine,
        a_programme(
            Flow(HELD, workstream="LAB").to(State.DESIGN, day(51)).held(1, day(52)),
            Flow(FREE, workstream="LAB"),
            Flow(CLOSED, workstream="LAB").to(State.TEST, day(3)).to(State.DONE, day(9)),
            cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)],
        ),
    )


@dataclass
class Known:
    """What the dictionary knows of a workflow: its standing changes, how many rows it has, what was ever written."""

    stack: list[tuple[State, datetime]]
    version: int
    written: list[tuple[State | None, datetime]] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.stack[-1][0]


class Programme(RuleBasedStateMachine):
    """People at work on three workflows, one day after another."""

    databases: Databases

    @initialize()
    def begin(self) -> None:
        self.fresh = self.databases.fresh(prepare)
        self.engine = make_engine(self.fresh.__enter__())
        self.now = day(52, 12)
        self.model = {
            HELD: Known([(State.NOT_STARTED, day(-30)), (State.DESIGN, day(51))], 3),
            FREE: Known([(State.NOT_STARTED, day(-30))], 1),
            CLOSED: Known([(State.NOT_STARTED, day(-30)), (State.TEST, day(3)), (State.DONE, day(9))], 3),
        }

    @rule(hours=st.integers(1, 80))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(key=keys, to=st.sampled_from(STATES), who=actors, days_ago=st.none() | st.integers(-1, 40),
          behind=st.sampled_from([0, 0, 0, 1]), reason=st.sampled_from(["failed_test", ""]))  # fmt: skip
    def somebody_moves(self, key: str, to: State, who: str, days_ago: int | None, behind: int, reason: str) -> None:
        known = self.model[key]
        on = None if days_ago is None else self.now.astimezone(STOCKHOLM).date() - timedelta(days=days_ago)
        expected, happened_at = self._expected_move(known, to, who, on, behind, reason)
        wanted = Move(to, known.version - behind, on, reason)
        self._act(expected, lambda session, entry: workflows.move(session, entry, key, wanted, backdate_days=14), who)
        if expected == "done":
            assert happened_at is not None
            known.stack.append((to, happened_at))
            known.written.append((to, happened_at))
            known.version += 1

    @rule(key=keys, who=actors, behind=st.sampled_from([0, 0, 0, 1]))
    def somebody_takes_back(self, key: str, who: str, behind: int) -> None:
        known = self.model[key]
        expected = self._expected_take_back(key, known, who, behind)
        version = known.version - behind
        at = self._recorded_at()
        self._act(expected, lambda session, entry: workflows.take_back(session, entry, key, version=version), who)
        if expected == "done":
            known.stack.pop()
            known.written.append((None, at))
            known.version += 1

    def _expected_move(  # noqa: C901, PLR0911 - the rules one by one, as a dictionary would have them
        self, known: Known, to: State, who: str, on: date | None, behind: int, reason: str
    ) -> tuple[str | type[TrackerError], datetime | None]:
        state, previous = known.stack[-1]
        if who == "stranger":
            return NotAllowedError, None
        if to == state:
            return "nothing", None
        if behind:
            return StaleError, None
        if STATES.index(to) < STATES.index(state) and not reason:
            return InvalidError, None
        if to is State.DONE and known is self.model[HELD]:
            return BlockedError, None
        now = self._recorded_at()
        if on is None:
            return "done", now
        today, before = now.astimezone(STOCKHOLM).date(), previous.astimezone(STOCKHOLM).date()
        if on > today or on < before:
            return InvalidError, None
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=STOCKHOLM)
        happened_at = min(max(noon, previous + timedelta(seconds=1)), now)
        if who == "lead":
            assert CLOSED_AT is not None
            if happened_at <= CLOSED_AT:
                return NotAllowedError, None
            if happened_at.astimezone(STOCKHOLM).date() < min(a_cycle(2).starts_on, today - timedelta(days=14)):
                return InvalidError, None
        return "done", happened_at

    def _expected_take_back(self, key: str, known: Known, who: str, behind: int) -> str | type[TrackerError]:
        assert CLOSED_AT is not None
        if who == "stranger":
            return NotAllowedError
        if behind:
            return StaleError
        if len(known.stack) == 1:
            return ConflictError
        if known.stack[-2][0] is State.DONE and key == HELD:
            return BlockedError
        if known.stack[-1][1] <= CLOSED_AT and who == "lead":
            return NotAllowedError
        return "done"

    def _recorded_at(self) -> datetime:
        with reading(self.engine) as session:
            last = session.exec(select(models.Programme.last_recorded_at)).one()
        assert last is not None
        return max(self.now, last + timedelta(microseconds=1))

    def _act(self, expected: str | type[TrackerError], act: Callable[[Session, Entry], object], who: str) -> None:
        try:
            with transaction(self.engine) as session:
                act(session, open_entry(session, ACTORS[who], "test", self.now))
        except TrackerError as error:
            if type(error) is not expected:
                raise
            tally[type(error).__name__] = tally.get(type(error).__name__, 0) + 1
        else:
            assert expected in {"done", "nothing"}
            tally[str(expected)] = tally.get(str(expected), 0) + 1

    @invariant()
    def the_database_says_what_the_dictionary_says(self) -> None:
        if not hasattr(self, "engine"):
            return
        with reading(self.engine) as session:
            for key, known in self.model.items():
                row = session.exec(select(models.Workflow).where(models.Workflow.key == key)).one()
                assert (row.state, row.state_since, row.version) == (*known.stack[-1], known.version)
                written = self._written(session, row.id)
                assert written[len(written) - len(known.written) :] == known.written

    @staticmethod
    def _written(session: Session, workflow_id: int | None) -> list[tuple[State | None, datetime]]:
        rows = session.exec(
            select(col(models.StateChange.to_state), models.StateChange.happened_at)
            .where(models.StateChange.workflow_id == workflow_id)
            .order_by(col(models.StateChange.id))
        )
        return [(to_state, happened_at) for to_state, happened_at in rows]

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        try:
            with reading(self.engine) as session:
                assert check.findings(session) == []
        finally:
            self.engine.dispose()
            self.fresh.__exit__(None, None, None)


@pytest.mark.timeout(900)
def test_any_order_of_moves_and_take_backs_leaves_what_a_dictionary_would(databases: Databases) -> None:
    tally.clear()
    machine = type("Machine", (Programme,), {"databases": databases})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count(RUNS),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"D10: {count(RUNS)} runs of up to {STEPS} steps, outcomes {dict(sorted(tally.items()))}, 0 differences")
    assert {"done", "StaleError", "NotAllowedError", "InvalidError"} <= tally.keys()
