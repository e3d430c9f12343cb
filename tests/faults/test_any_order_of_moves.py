"""D10: whatever people do in whatever order, the database says what a dictionary would."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from tests.builders import LEAD, OFFICE, Flow, a_blocker, a_cycle, a_programme, day, load, require_kept_as_replayed
from tests.counts import count, is_full
from tests.databases import Databases
from tests.faults.book import Book, Expected, Hinder, Known, Refusal, Turn, Verdict, each, local
from tracker.commands import blockers, notes
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry, open_entry
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import Move
from tracker.db import migrations, models
from tracker.db.engine import reading, transaction
from tracker.db.history import open_holds
from tracker.domain.blockers import BlockerFields
from tracker.domain.errors import TrackerError
from tracker.domain.people import Actor
from tracker.domain.states import STATES, BlockerCategory, CycleStatus, Goal, Role, ScopeKind, State
from tracker.domain.workflows import WorkflowFields
from tracker.queries.programme import check

RUNS, STEPS = 200, 50
HELD, FREE, CLOSED, DRAFTED = "LAB-001", "LAB-002", "LAB-003", "LAB-004"
FIRST_KEYS = [HELD, FREE, CLOSED, DRAFTED]
PEOPLE = {
    "lead": (LEAD, Role.LEAD, "LAB"),
    "shared": (LEAD, Role.LEAD, "LKM"),
    "stranger": (LEAD, Role.LEAD, "RTG"),
    "planner": (OFFICE, Role.PLANNER, ""),
}
places = st.integers(0, 30)
people = st.sampled_from(["lead"] * 6 + ["planner", "planner", "shared", "stranger"])
few = st.lists(places, min_size=1, max_size=3)
behinds = st.sampled_from([0, 0, 0, 1])
dates = st.none() | st.none() | st.integers(-1, 40)
goals = st.sampled_from(Goal)
reasons = st.sampled_from(["", "capacity", "other"])
TEXTS = {
    "name": ["Ny", "Beställa läkemedel", "Annat"],
    "owner": ["", "Testledare", "Sektionsledare"],
    "priority": ["", "1", "4"],
    "other_workstreams": ["", "LKM", "LKM RTG"],
}
edits = st.sampled_from([(name, text, was) for name, texts in TEXTS.items() for text in texts for was in texts])
tally: dict[str, int] = {}


def prepare(engine: Engine) -> None:
    """One workflow that a blocker holds, one free, one done before the close of cycle 1, one planned into cycle 3."""
    migrations.upgrade(engine)
    load(
        engine,
        a_programme(
            Flow(HELD, workstream="LAB", others=("LKM",)).to(State.DESIGN, day(51)).held(1, day(52)),
            Flow(FREE, workstream="LAB"),
            Flow(CLOSED, workstream="LAB").in_cycle(1).to(State.TEST, day(3)).to(State.DONE, day(9)),
            Flow(DRAFTED, workstream="LAB").in_cycle(3, Goal.DESIGN, day(48)),
            cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING), a_cycle(3)],
            blockers=[a_blocker(1)],
        ),
    )


def the_book() -> Book:
    """The same, as a dictionary."""
    created = (State.NOT_STARTED, day(-30), 0)
    fields = {"name": "Beställa läkemedel", "owner": "", "priority": "", "other_workstreams": ""}
    book = Book(
        {
            HELD: Known([created, (State.DESIGN, day(51), 0)], 3, fields | {"other_workstreams": "LKM"}),
            FREE: Known([created], 1, dict(fields)),
            CLOSED: Known([created, (State.TEST, day(3), 0), (State.DONE, day(9), 0)], 4, dict(fields), (1, Goal.TEST)),
            DRAFTED: Known([created], 2, dict(fields), (3, Goal.DESIGN)),
        },
        {1: Hinder("Etikettskrivare saknas")},
    )
    book.workflows[HELD].holds[1].append((True, day(52), 0))
    return book


class Programme(RuleBasedStateMachine):
    """People at work, one day after another."""

    databases: Databases

    @initialize()
    def begin(self) -> None:
        self.engine = self.databases.restored(prepare)
        self.now = day(52, 12)
        self.book = the_book()
        with reading(self.engine) as session:
            known = {actor.name: actor.id for actor in session.exec(select(models.Actor))}
        self.actors = {
            who: Actor(known[name] or 0, name, role, frozenset({code} if code else ()))
            for who, (name, role, code) in PEOPLE.items()
        }

    @rule(hours=st.integers(1, 80))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(place=places, to=st.sampled_from(STATES), who=people, days_ago=dates, behind=behinds, reason=reasons)
    def somebody_moves(self, place: int, to: State, who: str, days_ago: int | None, behind: int, reason: str) -> None:
        key, turn = self._key(place), self._turn(who, days_ago)
        wanted = Move(to, self._version(key) - behind, turn.on, reason, without_parts="Utan delar")
        expected = self.book.move(turn, key, to, behind, reason)
        self._act(turn, expected, lambda session, entry: moves.move(session, entry, key, wanted))

    @rule(place=places, who=people, behind=behinds)
    def somebody_takes_a_move_back(self, place: int, who: str, behind: int) -> None:
        key, turn = self._key(place), self._turn(who)
        version = self._version(key) - behind
        expected = self.book.void(turn, key, behind)
        self._act(turn, expected, lambda session, entry: moves.undo(session, entry, key, version=version))

    @rule(some=few, to=st.sampled_from(STATES), who=people, reason=reasons)
    def somebody_moves_many(self, some: list[int], to: State, who: str, reason: str) -> None:
        keys, turn = [self._key(place) for place in some], self._turn(who)
        versions = {key: self._version(key) for key in keys}
        expected = each(keys, lambda key: self.book.move(turn, key, to, 0, reason))

        def move_all(session: Session, entry: Entry) -> BatchResult:
            def one(key: str) -> bool:
                before = moves.the_workflow(session, key)[0].version
                wanted = Move(to, versions[key], reason=reason, without_parts="Utan delar")
                return moves.move(session, entry, key, wanted).version > before

            return batch_results.each(keys, one)

        self._act(turn, expected, move_all)

    @rule(place=places, some=few, who=people, days_ago=dates)
    def somebody_lets_a_blocker_hold(self, place: int, some: list[int], who: str, days_ago: int | None) -> None:
        number, keys, turn = self._blocker(place), [self._key(each) for each in some], self._turn(who, days_ago)
        expected = each(keys, lambda key: self.book.hold(turn, number, key))
        self._act(
            turn,
            expected,
            lambda session, entry: blockers.hold(session, entry, number, keys, happened_on=turn.on),
        )

    @rule(some=few, who=people, days_ago=dates)
    def somebody_raises_a_blocker(self, some: list[int], who: str, days_ago: int | None) -> None:
        keys, turn = [self._key(place) for place in some], self._turn(who, days_ago)
        number = max(self.book.blockers) + 1
        self.book.blockers[number] = Hinder(f"Hinder {number}")
        outcome = each(keys, lambda key: self.book.hold(turn, number, key))
        expected: Expected | Refusal = outcome
        if not outcome[0]:
            del self.book.blockers[number]
            expected = next(iter(outcome[2].values()))

        def raise_it(session: Session, entry: Entry) -> BatchResult:
            fields = BlockerFields(f"Hinder {number}", BlockerCategory.OTHER)
            made, outcome = blockers.raise_blocker(session, entry, fields, keys, happened_on=turn.on)
            assert made == number
            return outcome

        self._act(turn, expected, raise_it)

    @rule(place=places, some=st.none() | few, who=people, days_ago=dates, note=st.sampled_from(["", "Löst"]))
    def somebody_releases(self, place: int, some: list[int] | None, who: str, days_ago: int | None, note: str) -> None:
        number, turn = self._blocker(place), self._turn(who, days_ago)
        keys = None if some is None else [self._key(each) for each in some]
        expected = self.book.release(turn, number, keys, note)
        self._act(
            turn,
            expected,
            lambda session, entry: blockers.release(session, entry, number, keys, note=note, happened_on=turn.on),
        )

    @rule(place=places, who=people, edit=edits)
    def somebody_edits(self, place: int, who: str, edit: tuple[str, str, str]) -> None:
        key, turn = self._key(place), self._turn(who)
        name, wanted, was = edit
        expected = self.book.edit(turn, key, name, wanted, was)
        self._act(
            turn,
            expected,
            lambda session, entry: bool(workflow_fields.edit(session, entry, key, {name: wanted}, {name: was})),
        )

    @rule(place=places, who=people, owner=st.sampled_from(TEXTS["owner"]))
    def somebody_gives_an_owner(self, place: int, who: str, owner: str) -> None:
        key, turn = self._key(place), self._turn(who)
        expected = self.book.put(turn, key, "owner", owner)
        self._act(turn, expected, lambda session, entry: workflow_fields.own(session, entry, key, owner))

    @rule(place=places, who=people, priority=st.sampled_from([None, 1, 4]))
    def somebody_gives_a_priority(self, place: int, who: str, priority: int | None) -> None:
        key, turn = self._key(place), self._turn(who)
        expected = self.book.put(turn, key, "priority", str(priority or ""))
        self._act(turn, expected, lambda session, entry: workflow_fields.prioritise(session, entry, key, priority))

    @rule(place=places, who=people, wanted=st.integers(1, 3), is_seen=st.booleans())
    def somebody_retitles_a_blocker(self, place: int, who: str, wanted: int, is_seen: bool) -> None:
        number, turn = self._blocker(place), self._turn(who)
        title = f"Rubrik {number} {wanted}"
        was = self.book.blockers[number].title if is_seen else f"Hinder {number}"
        expected = self.book.retitle(turn, number, title, was)
        self._act(
            turn,
            expected,
            lambda session, entry: bool(blockers.edit(session, entry, number, {"title": title}, {"title": was})),
        )

    @rule(place=places, who=people, text=st.sampled_from([" ", "Anteckning"]))
    def somebody_writes_a_note(self, place: int, who: str, text: str) -> None:
        key, turn = self._key(place), self._turn(who)
        expected = self.book.note(turn, key, text)
        self._act(turn, expected, lambda session, entry: notes.write(session, entry, text, key=key))

    @rule(place=places, who=people)
    def somebody_checks(self, place: int, who: str) -> None:
        key, turn = self._key(place), self._turn(who)
        expected = self.book.check(turn, key)
        self._act(turn, expected, lambda session, entry: notes.check(session, entry, key))

    @rule(place=places, who=people, behind=behinds, seldom=st.integers(0, 5))
    def somebody_archives(self, place: int, who: str, behind: int, seldom: int) -> None:
        """Seldom, for it is final."""
        if seldom:
            return
        key, turn = self._key(place), self._turn(who)
        version = self._version(key) - behind
        expected = self.book.archive(turn, key, behind)
        self._act(turn, expected, lambda session, entry: workflow_fields.archive(session, entry, key, version=version))

    @rule(who=people, state=st.sampled_from(STATES))
    def somebody_creates(self, who: str, state: State) -> None:
        turn = self._turn(who)
        expected = self.book.create(turn, state)
        self._act(
            turn,
            expected,
            lambda session, entry: workflow_fields.create(session, entry, "LAB", WorkflowFields("Ny"), state=state),
        )

    @rule(place=places, who=people, cycle=st.sampled_from([1, 2, 2, 3, 3]), goal=goals, behind=behinds, reason=reasons)
    def somebody_plans(self, place: int, who: str, cycle: int, goal: Goal, behind: int, reason: str) -> None:
        key, turn = self._key(place), self._turn(who)
        version = self._version(key) - behind
        expected = self.book.enter(turn, key, (cycle, goal), behind, reason)
        self._act(
            turn,
            expected,
            lambda session, entry: scope.enter(session, entry, key, cycle, goal, version=version, reason=reason),
        )

    @rule(place=places, who=people, behind=behinds, reason=reasons)
    def somebody_takes_out(self, place: int, who: str, behind: int, reason: str) -> None:
        key, turn = self._key(place), self._turn(who)
        version = self._version(key) - behind
        expected = self.book.leave(turn, key, behind, reason)
        self._act(
            turn, expected, lambda session, entry: scope.leave(session, entry, key, version=version, reason=reason)
        )

    @rule(place=places, who=people, goal=goals, behind=behinds, reason=reasons)
    def somebody_changes_a_goal(self, place: int, who: str, goal: Goal, behind: int, reason: str) -> None:
        key, turn = self._key(place), self._turn(who)
        version = self._version(key) - behind
        expected = self.book.change_goal(turn, key, goal, behind, reason)
        self._act(
            turn,
            expected,
            lambda session, entry: scope.change_goal(session, entry, key, goal, version=version, reason=reason),
        )

    @rule(place=st.integers(0, 5), who=people)
    def somebody_takes_an_entry_back(self, place: int, who: str) -> None:
        """One of the latest, so that often nothing newer stands in its way."""
        if not self.book.entries:
            return
        turn, numbers = self._turn(who), list(self.book.entries)
        number = numbers[-1 - place % len(numbers)]
        expected = self.book.undo(turn, number)
        self._act(turn, expected, lambda session, entry: undo_entries.undo(session, entry, number))

    def _key(self, place: int) -> str:
        """A workflow; the first ones more often than those that were made later."""
        keys = list(self.book.workflows)
        return keys[place % len(keys)] if place % 3 == 0 else FIRST_KEYS[place % len(FIRST_KEYS)]

    def _blocker(self, place: int) -> int:
        numbers = list(self.book.blockers)
        return numbers[place % len(numbers)]

    def _version(self, key: str) -> int:
        return self.book.workflows[key].version

    def _turn(self, who: str, days_ago: int | None = None) -> Turn:
        with reading(self.engine) as session:
            last, revision = session.exec(select(models.Programme.last_recorded_at, models.Programme.revision)).one()
        assert last is not None
        at = max(self.now, last + timedelta(microseconds=1))
        on: date | None = None if days_ago is None else local(self.now) - timedelta(days=days_ago)
        return Turn(who, at, revision + 1, on)

    def _act(self, turn: Turn, expected: Verdict | Expected, act: Callable[[Session, Entry], object]) -> None:
        """Does it, and compares what came of it; the entry is recorded if, and only if, something was done."""
        try:
            with transaction(self.engine) as session:
                entry = open_entry(session, self.actors[turn.who], "test", self.now)
                result = act(session, entry)
                is_recorded = entry.is_recorded
        except TrackerError as error:
            if type(error) is not expected:
                raise
            _count(type(error).__name__)
            return
        if isinstance(expected, tuple):
            assert isinstance(result, BatchResult)
            assert (result.done, result.unchanged, {left.key: type(left.error) for left in result.left}) == expected
            is_written = bool(expected[0])
            _count("done" if is_written else "nothing", *(refusal.__name__ for refusal in expected[2].values()))
        else:
            assert expected in {True, False}, f"{expected} was expected"
            is_written = expected is True
            _count("done" if is_written else "nothing")
        assert is_recorded == is_written
        if is_written:
            self.book.entries[turn.entry] = turn.name

    @invariant()
    def the_database_says_what_the_dictionary_says(self) -> None:
        if not hasattr(self, "engine"):
            return
        with reading(self.engine) as session:
            rows = {row.key: row for row in session.exec(select(models.Workflow))}
            holds = open_holds()
            held: dict[str, set[int]] = {key: set() for key in rows}
            for key, number in session.execute(
                select(col(models.Workflow.key), holds.c.blocker_id).join(
                    holds, holds.c.workflow_id == col(models.Workflow.id)
                )
            ):
                held[key].add(number)
            titles = dict(session.exec(select(models.Blocker.id, models.Blocker.title)).all())
            others = _others(session)
        assert rows.keys() == self.book.workflows.keys()
        for key, known in self.book.workflows.items():
            row = rows[key]
            member = (row.cycle_number, row.goal) if row.cycle_number is not None else None
            assert (row.state, row.state_since) == known.stack[-1][:2]
            assert (row.version, row.archived_at is not None, member) == (
                known.version,
                known.is_archived,
                known.member,
            )
            texts = (row.name, row.owner, str(row.priority or ""), " ".join(sorted(others.get(row.id or 0, ()))))
            assert texts == tuple(known.fields[name] for name in TEXTS)
            assert held[key] == known.held_by
        assert titles == {number: blocker.title for number, blocker in self.book.blockers.items()}

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        with reading(self.engine) as session:
            assert check.findings(session) == []
            require_kept_as_replayed(session)
            self._compare_counts(session)

    def _compare_counts(self, session: Session) -> None:
        assert session.exec(select(func.count()).select_from(models.Note)).one() == sum(
            known.notes for known in self.book.workflows.values()
        )
        planned = session.exec(select(models.ScopeChange.kind).where(col(models.ScopeChange.to_cycle) == 3)).all()
        assert set(planned) <= {ScopeKind.PLANNED}


def _others(session: Session) -> dict[int, Iterable[str]]:
    found: dict[int, list[str]] = {}
    rows = session.exec(select(models.WorkflowWorkstream).where(col(models.WorkflowWorkstream.is_owner).is_(False)))
    for row in rows:
        found.setdefault(row.workflow_id, []).append(row.workstream_code)
    return dict(found)


def _count(*results: str) -> None:
    for outcome in results:
        tally[outcome] = tally.get(outcome, 0) + 1


@pytest.mark.timeout(1800)
def test_any_order_of_all_that_people_do_leaves_what_a_dictionary_would(databases: Databases) -> None:
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
    assert {"done", "nothing", "StaleError", "NotAllowedError", "InvalidError", "ConflictError"} <= tally.keys()
    assert not is_full() or {"BlockedError", "FieldConflictError"} <= tally.keys()
