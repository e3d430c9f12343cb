"""Figures from the database: as many statements for many workflows as for few, and little memory."""

import tracemalloc
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.bench.board import statements_of
from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.counts import count
from tests.databases import ON_SQLITE
from tests.db.acting import OTHERS, acting, planner, prepare, stands
from tests.large_programme import a_large_programme
from tracker.commands import reports
from tracker.commands.workflows import moves as workflows
from tracker.commands.workflows.moves import Move
from tracker.db.engine import reading
from tracker.domain.figures.history import History
from tracker.domain.reports.months import Month
from tracker.domain.states import CycleStatus, State
from tracker.queries import figures
from tracker.queries.revision_cache import FOLLOWED
from tracker.web.audit.words import COMMANDS

EMPTY = {"summary": "", "plan": ""}
QUARTER = timedelta(minutes=15)
MOST_MEMORY = 150 * 1024 * 1024


@pytest.mark.parametrize("workflows", [5, 300])
def test_statements_do_not_grow_with_the_data(engine: Engine, workflows: int) -> None:
    load(engine, a_large_programme(workflows, workflows * 4))
    with reading(engine) as session:
        seen = statements_of(engine, lambda: figures.workstream_summary(session, day(400)))
    assert len(seen) == 5  # the four histories are read by the driver


def test_eight_cycles_of_many_changes_take_little_memory(engine: Engine) -> None:
    load(engine, a_large_programme(count(5000), count(100_000)))
    with reading(engine) as session:
        tracemalloc.start()
        rows = figures.workstream_summary(session, day(400))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    print(f"{engine.dialect.name}: {len(rows)} rows of figures with a peak of {peak / 1e6:.1f} MB")
    assert peak < MOST_MEMORY


def test_there_are_no_figures_without_a_programme(engine: Engine) -> None:
    with reading(engine) as session:
        assert figures.history(session) is None
        assert figures.cycle_summary(session, day(1)) == []
        assert figures.reported(session) == []


@ON_SQLITE
def test_the_history_follows_what_has_happened_and_stays_the_same_when_a_report_is_written(engine: Engine) -> None:
    prepare(engine)

    def history() -> History:
        with reading(engine) as session:
            found = figures.history(session)
        assert found is not None
        return found

    first = history()
    with acting(engine, planner(engine), command="write_report") as (session, entry):
        reports.write(session, entry, Month(2023, 4), "SIDU", "sv", {"summary": "x", "plan": ""}, EMPTY)
    assert history() is first
    with acting(engine, planner(engine), command="move") as (session, entry):
        move = Move(State.DONE, version=stands(engine, OTHERS).version)
        workflows.move(session, entry, OTHERS, move)
    there, before = history().workflows("RTG"), first.workflows("RTG")
    assert there[0].changes.last_recorded > before[0].changes.last_recorded
    assert history().workflows("LAB") is first.workflows("LAB"), "what was not touched is shared"


def test_what_is_followed_or_changes_no_figure_is_a_command_that_there_is() -> None:
    assert set(COMMANDS) >= FOLLOWED | figures.NO_FIGURES
    assert not FOLLOWED & figures.NO_FIGURES


def test_figures_as_now_are_of_the_last_quarter_of_an_hour(engine: Engine) -> None:
    """Or of what was recorded since: so all have the same."""
    load(engine, a_programme(Flow().to(State.DESIGN, day(9)), cycles=[a_cycle(1, CycleStatus.RUNNING)]))
    with reading(engine) as session:
        for minutes, at in ((14, day(9)), (15, day(9) + QUARTER), (29, day(9) + QUARTER)):
            assert figures.as_of_now(session, day(9) + timedelta(minutes=minutes, seconds=59)) == at


def test_figures_as_now_know_what_was_recorded_last_even_when_the_clock_was_set_back(engine: Engine) -> None:
    load(engine, a_programme(Flow().to(State.DESIGN, day(9)), cycles=[a_cycle(1, CycleStatus.RUNNING)]))
    with reading(engine) as session:
        assert figures.as_of_now(session, day(8)) == day(9)
        assert figures.as_of_now(session, day(10)) == day(10)
