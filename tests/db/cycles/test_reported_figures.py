"""What was reported is kept when cycles come in closed, once, and compared by `tracker check`."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from tests.builders import WORKSTREAMS, Flow, a_cycle, a_programme, day, load
from tests.databases import ON_SQLITE
from tracker.commands import cycles
from tracker.db.engine import reading, transaction
from tracker.db.models import Cycle, Reported
from tracker.domain.programme.rows import Programme
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State
from tracker.queries import figures
from tracker.queries.programme import check

PLACES = {"", *(row.code for row in WORKSTREAMS)}


def a_closed_programme() -> Programme:
    """Two closed cycles, one thing tested in each; one of them is entered after the close."""
    closed = [a_cycle(number, CycleStatus.CLOSED) for number in (1, 2)]
    first_close = closed[0].closed_at
    assert first_close is not None
    on_time = Flow("LKM-001").in_cycle(1).to(State.DESIGN, day(2)).to(State.DONE, day(9))
    late = Flow("LKM-002").in_cycle(1).scoped(1, 2, Goal.TEST, ScopeKind.CARRIED, first_close)
    late.to(State.DONE, day(20), recorded_at=first_close + timedelta(days=5))
    return a_programme(on_time, late, cycles=[*closed, a_cycle(3, CycleStatus.RUNNING)])


def kept(engine: Engine, file: str = "workstream_summary") -> dict[tuple[int, str], dict[str, str]]:
    with reading(engine) as session:
        rows = session.exec(select(Reported).where(Reported.file == file)).all()
    return {(row.cycle_number, row.row_key): json.loads(row.cells) for row in rows}


def differences(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [finding.text for finding in check.findings(session) if finding.is_difference]


def test_a_load_keeps_a_row_per_closed_cycle_and_workstream_and_one_for_all(engine: Engine) -> None:
    load(engine, a_closed_programme())
    rows = kept(engine)
    assert rows.keys() == {(cycle, place) for cycle in (1, 2) for place in PLACES}
    assert (rows[1, ""]["tested"], rows[1, "LKM"]["tested"], rows[1, "LAB"]["tested"]) == ("1", "1", "0")
    assert {row["basis"] for row in rows.values()} == {"as_reported"}
    parts = kept(engine, "part_summary")
    assert parts.keys() == rows.keys()
    assert {row["parts_due"] for row in parts.values()} == {"0"}
    assert differences(engine) == []


def test_what_is_known_later_stands_in_the_figures_as_now_alone(engine: Engine) -> None:
    load(engine, a_closed_programme())
    with reading(engine) as session:
        rows = {(row.cycle, row.basis.value): row for row in figures.cycle_summary(session, day(200))}
    assert (rows[1, "as_reported"].tested, rows[1, "as_now"].tested) == (1, 2)
    assert (rows[1, "as_reported"].met, rows[1, "as_now"].met) == (1, 2)
    assert (rows[1, "as_reported"].carried_out, rows[1, "as_now"].carried_out) == (1, 1)


def test_nothing_is_kept_of_cycles_that_are_not_closed(engine: Engine) -> None:
    load(engine, a_programme(cycles=[a_cycle(1, CycleStatus.RUNNING), a_cycle(2)]))
    assert kept(engine) == kept(engine, "part_summary") == {}


def test_they_are_stored_once(engine: Engine) -> None:
    load(engine, a_closed_programme())
    before = kept(engine)
    with transaction(engine) as session:
        assert cycles.store_reported(session) == set()
    assert kept(engine) == before


def test_a_close_keeps_its_own_cycle_alone(engine: Engine) -> None:
    programme = a_closed_programme()
    second = programme.cycles[1]
    running = replace(second, status=CycleStatus.RUNNING, closed_at=None)
    load(engine, replace(programme, cycles=[programme.cycles[0], running, a_cycle(3)]))
    before = kept(engine)
    with transaction(engine) as session:
        cycle = session.exec(select(Cycle).where(Cycle.number == 2)).one()
        cycle.status, cycle.closed_at = CycleStatus.CLOSED, second.closed_at
        assert cycles.store_reported(session) == {("workstream_summary", 2), ("part_summary", 2)}
    after = kept(engine)
    assert {place: after[place] for place in before} == before
    assert after.keys() - before.keys() == {(2, place) for place in PLACES}
    assert differences(engine) == []


@pytest.mark.parametrize("statement", ["UPDATE reported SET cells = '{}'", "DELETE FROM reported"])
def test_what_is_kept_can_neither_be_changed_nor_deleted(engine: Engine, statement: str) -> None:
    load(engine, a_closed_programme())
    with pytest.raises(DBAPIError, match="reported is append-only"), transaction(engine) as session:
        session.execute(text(statement))


@ON_SQLITE
def test_what_is_kept_cannot_be_replaced_by_an_insert_on_sqlite(engine: Engine) -> None:
    load(engine, a_closed_programme())
    with pytest.raises(DBAPIError, match="reported is append-only"), transaction(engine) as session:
        session.execute(text("INSERT OR REPLACE INTO reported SELECT * FROM reported"))


@pytest.mark.parametrize("databases", ["postgres"], indirect=True)
def test_what_is_kept_cannot_be_truncated_on_postgresql(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="reported is append-only"), transaction(engine) as session:
        session.execute(text("TRUNCATE reported"))


def test_check_names_every_cell_that_differs_from_the_history(engine: Engine) -> None:
    load(engine, a_closed_programme())
    tamper(engine, 'UPDATE reported SET cells = replace(cells, \'"tested": "1"\', \'"tested": "7"\')')
    assert differences(engine) == [
        "workstream_summary, cycle 1, LKM: tested is kept as reported as 7, and the history says 1",
        "workstream_summary, cycle 1, TOTAL: tested is kept as reported as 7, and the history says 1",
    ]


def test_check_names_rows_that_are_missing_or_too_many(engine: Engine) -> None:
    load(engine, a_closed_programme())
    tamper(
        engine,
        "DELETE FROM reported WHERE cycle_number = 1 AND row_key = ''",
        "UPDATE reported SET cycle_number = 3 WHERE cycle_number = 2 AND row_key = 'LKM'",
    )
    assert differences(engine) == [
        "workstream_summary, cycle 1, TOTAL: what was reported is not kept",
        "workstream_summary, cycle 2, LKM: what was reported is not kept",
        "part_summary, cycle 1, TOTAL: what was reported is not kept",
        "part_summary, cycle 3, LKM: something is kept as reported, and there is no such row",
        "workstream_summary, cycle 3, LKM: something is kept as reported, and there is no such row",
    ]


def test_a_workstream_that_came_after_a_close_needs_no_row_while_it_counts_nothing(engine: Engine) -> None:
    load(engine, a_closed_programme())
    tamper(engine, "DELETE FROM reported WHERE row_key IN ('LAB', 'LKM') AND cycle_number = 2")
    assert differences(engine) == ["workstream_summary, cycle 2, LKM: what was reported is not kept"]


def tamper(engine: Engine, *statements: str) -> None:
    """Past the triggers, as somebody with the database in hand could."""
    postgresql = engine.dialect.name == "postgresql"
    names = ("no_change",) if postgresql else ("no_update", "no_delete")
    with engine.begin() as connection:
        for name in names:
            connection.execute(text(f"DROP TRIGGER reported_{name}{' ON reported' * postgresql}"))
        for statement in statements:
            connection.execute(text(statement))
