"""What a process keeps of the database follows what is written, and is read anew when it cannot."""

import contextlib
from threading import Barrier, Thread

import pytest
from sqlalchemy import ColumnElement, Engine, select, update
from sqlmodel import Session, col

from tests.bench.board import statements_of
from tests.databases import ON_SQLITE
from tests.db.acting import FREE, HELD, OTHERS, acting, planner, prepare, stands
from tracker.commands import notes, reports
from tracker.commands.programme import setup
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db.engine import make_engine, reading, transaction
from tracker.db.models import Entry, Workflow
from tracker.domain.programme.setup import Thing
from tracker.domain.reports.months import Month
from tracker.domain.states import State
from tracker.queries import revision_cache
from tracker.queries.revision_cache import RevisionCache, Written

pytestmark = ON_SQLITE


class States:
    """A cache of the state of every workflow, that counts how often it read and whom it followed."""

    def __init__(self, *unrelated: str) -> None:
        self.times_read = 0
        self.followed: list[set[str]] = []
        self.cache = RevisionCache(self._read, self._follow, unrelated)

    def _read(self, session: Session) -> dict[str, State]:
        self.times_read += 1
        return _states(session)

    def _follow(self, session: Session, before: dict[str, State], written: Written) -> dict[str, State]:
        self.followed.append(set(written.workflows.values()))
        return before | _states(session, col(Workflow.id).in_(written.workflows))

    def at(self, engine: Engine) -> dict[str, State]:
        """The states as a reader finds them now."""
        with reading(engine) as session:
            return self.cache.get(session)


def _states(session: Session, *where: ColumnElement[bool]) -> dict[str, State]:
    rows = session.execute(select(col(Workflow.key), col(Workflow.state)).where(*where))
    return {row[0]: row[1] for row in rows}


def move(engine: Engine, key: str, to: State) -> None:
    with acting(engine, planner(engine), command="move") as (session, entry):
        moves.move(session, entry, key, Move(to, version=stands(engine, key).version, reason="other"))


@pytest.fixture
def programme(engine: Engine) -> Engine:
    return prepare(engine)


def test_it_is_read_once_and_then_follows_what_is_written(programme: Engine) -> None:
    states = States()
    before = states.at(programme)
    assert states.at(programme) is before
    move(programme, FREE, State.TEST)
    move(programme, OTHERS, State.TEST)
    assert states.at(programme) == before | {FREE: State.TEST, OTHERS: State.TEST}
    assert before[FREE] is State.DESIGN, "who reads the earlier one still does"
    assert (states.times_read, states.followed) == (1, [{FREE, OTHERS}])


def test_a_reader_of_an_earlier_state_is_given_that(programme: Engine) -> None:
    states = States()
    before = states.at(programme)
    with reading(programme) as session:
        session.connection().execute(select(col(Entry.id)).limit(1)).all()
        move(programme, FREE, State.TEST)
        assert states.at(programme)[FREE] is State.TEST
        assert states.cache.get(session) is before


def test_a_state_that_no_kept_one_comes_before_is_read_anew(programme: Engine) -> None:
    states = States()
    with reading(programme) as session:
        session.connection().execute(select(col(Entry.id)).limit(1)).all()
        move(programme, FREE, State.TEST)
        assert states.at(programme)[FREE] is State.TEST
        assert states.cache.get(session)[FREE] is State.DESIGN
    assert states.at(programme)[FREE] is State.TEST
    assert (states.times_read, states.followed) == (2, [{FREE}])


def test_what_is_unrelated_changes_nothing(programme: Engine) -> None:
    states = States("write_report")
    before = states.at(programme)
    empty = {"summary": "", "plan": ""}
    with acting(programme, planner(programme), command="write_report") as (session, entry):
        reports.write(session, entry, Month(2023, 4), "SIDU", "sv", {"summary": "x", "plan": ""}, empty)
    assert states.at(programme) is before


def test_set_up_and_commands_that_nobody_knows_have_it_read_anew(programme: Engine) -> None:
    states = States()
    states.at(programme)
    with acting(programme, planner(programme), command="edit_project") as (session, entry):
        was, wanted = {"name_en": ""}, {"name_en": "Contents"}
        setup.edit(session, entry, Thing.PROJECT, "SOKI", wanted, was)
    states.at(programme)
    with acting(programme, planner(programme), command="take_back_entry") as (session, entry):
        setup.edit(session, entry, Thing.PROJECT, "SOKI", was, wanted)
    states.at(programme)
    with acting(programme, planner(programme), command="anything_new") as (session, entry):
        notes.check(session, entry, HELD)
    states.at(programme)
    assert (states.times_read, states.followed) == (4, [])


def test_who_is_too_far_behind_reads_anew(programme: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision_cache, "FARTHEST", 1)
    states = States()
    states.at(programme)
    move(programme, FREE, State.TEST)
    states.at(programme)
    assert states.times_read == 1
    move(programme, FREE, State.DESIGN)
    move(programme, FREE, State.TEST)
    assert states.at(programme)[FREE] is State.TEST
    assert states.times_read == 2


def test_another_database_in_its_place_is_noticed(programme: Engine) -> None:
    """Its revision may be the same one or any later."""
    states = States()
    move(programme, FREE, State.TEST)
    states.at(programme)
    connection = programme.raw_connection()
    with contextlib.closing(connection):
        cursor = connection.cursor()
        cursor.execute("DROP TRIGGER entry_no_update")
        cursor.execute(
            "UPDATE entry SET recorded_at = '2023-04-14 07:00:00.000001' WHERE id = (SELECT MAX(id) FROM entry)"
        )
        cursor.execute("UPDATE workflow SET state = 'validation' WHERE key = ?", (FREE,))
        connection.commit()
    move(programme, OTHERS, State.TEST)
    assert states.at(programme)[FREE] is State.VALIDATION


def test_many_who_wait_have_it_made_once(programme: Engine) -> None:
    states, barrier = States(), Barrier(8)
    found: list[dict[str, State]] = []

    def read() -> None:
        with reading(programme) as session:
            barrier.wait()
            found.append(states.cache.get(session))

    def crowd() -> None:
        threads = [Thread(target=read) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    crowd()
    move(programme, FREE, State.TEST)
    crowd()
    assert len({id(each) for each in found[:8]}) == len({id(each) for each in found[8:]}) == 1
    assert (states.times_read, states.followed) == (1, [{FREE}])


def test_who_writes_reads_past_it(programme: Engine) -> None:
    states = States()
    states.at(programme)
    with transaction(programme) as session:
        session.execute(update(Workflow).values(state=State.TEST))
        assert set(states.cache.get(session).values()) == {State.TEST}
        session.rollback()
    assert set(states.at(programme).values()) != {State.TEST}


def test_each_database_has_its_own(programme: Engine) -> None:
    states, other = States(), make_engine(str(programme.url))
    states.at(programme)
    states.at(other)
    assert states.times_read == 2
    other.dispose()


def test_it_asks_one_statement_and_one_more_after_a_write(programme: Engine) -> None:
    states = States()
    states.at(programme)
    assert len(statements_of(programme, lambda: states.at(programme))) == 1
    for key in (FREE, OTHERS):
        move(programme, key, State.TEST)
    assert len(statements_of(programme, lambda: states.at(programme))) == 3
