"""The programme files as the database has them, now and as they were known."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from tests.builders import Flow, a_blocker, a_cycle, a_programme, day, exported, files_of, load, put
from tests.counts import count
from tests.large_programme import a_large_programme
from tracker.cli.serve import sample_programme
from tracker.clock import clock_of
from tracker.commands.programme import demo as demos
from tracker.commands.programme import seed
from tracker.config import SEED_DATA
from tracker.db import models
from tracker.db.engine import make_engine, reading, transaction
from tracker.db.migrations import upgrade
from tracker.domain.programme.demo import starts_at
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.domain.programme.rows import NoteRow, ProjectRow, WorkflowRow, WorkstreamRow
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State
from tracker.exports import files
from tracker.exports.files import Asked
from tracker.queries.programme.files import programme, rows

DEMO_DAY = datetime(2023, 4, 14, 7, tzinfo=UTC)
MOST_MEMORY = 50 * 1024 * 1024


def workflow(engine: Engine, key: str, as_of: datetime | None = None) -> WorkflowRow:
    with reading(engine) as session:
        found: WorkflowRow = next(row for row in rows(session, "workflows", as_of) if row.key == key)
    return found


def test_seed_data_is_its_own_export(engine: Engine, tmp_path: Path) -> None:
    load(engine, seed.read_folder(SEED_DATA))
    with reading(engine) as session:
        assert exported(session) == files_of(SEED_DATA)
        then = exported(session, DEMO_DAY)
    assert then == exported_again(then, tmp_path)


def test_the_later_folder_is_its_own_export_and_as_of_14_april_the_first_one(engine: Engine) -> None:
    load(engine, seed.read_folder(SEED_DATA / "later"))
    with reading(engine) as session:
        assert exported(session) == files_of(SEED_DATA / "later")
        assert exported(session, DEMO_DAY) == files_of(SEED_DATA)


def test_the_demo_of_a_day_between_is_what_the_later_folder_was_that_morning(tmp_path: Path) -> None:
    day = date(2023, 4, 26)
    demo, later = (make_engine(f"sqlite:///{tmp_path / name}.db") for name in ("demo", "later"))
    demos.open_demo(demo, sample_programme, say=print, day=day)
    upgrade(later)
    load(later, seed.read_folder(SEED_DATA / "later"))
    with reading(demo) as as_made, reading(later) as as_it_was:
        assert exported(as_made, starts_at(day)) == exported(as_it_was, starts_at(day))
        assert clock_of(as_made).now() - starts_at(day) < timedelta(minutes=5)
    for engine in (demo, later):
        engine.dispose()


def exported_again(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """What a new database gives back of these files."""
    engine = make_engine(f"sqlite:///{folder / 'again.db'}")
    upgrade(engine)
    load(engine, seed.read_folder(put(folder / "files", files)))
    with reading(engine) as session:
        again = exported(session)
    engine.dispose()
    return again


def test_an_empty_database_gives_headings_alone(engine: Engine) -> None:
    with reading(engine) as session:
        files = exported(session)
    for file in PROGRAMME_FILES:
        assert files[f"{file.name}.csv"].decode() == ",".join(column.name for column in file.columns) + "\r\n"


def test_derived_columns_tell_what_the_history_comes_to(engine: Engine) -> None:
    load(engine, a_programme())
    done, carried, held = (workflow(engine, key) for key in ("LKM-002", "LKM-003", "LAB-003"))
    assert (done.state, done.done_at, done.age_days) == (State.DONE, day(30), None)
    assert (carried.cycle, carried.goal, carried.times_carried) == (2, Goal.TEST, 1)
    assert (held.blocked, held.age_days) == (True, 47)  # the newest row was recorded on day 47, and it began on day 1
    archived = workflow(engine, "RTG-002")
    assert (archived.state, archived.blocked, archived.age_days) == (State.DESIGN, False, None)


def test_an_age_goes_by_the_local_day_and_begins_anew_after_not_started(engine: Engine) -> None:
    late_evening = day(1, 23)  # already the next day in Stockholm
    flow = Flow().to(State.DESIGN, day(0)).to(State.NOT_STARTED, day(1)).to(State.DESIGN, late_evening)
    load(engine, a_programme(flow))
    assert workflow(engine, flow.key, day(2, 20)).age_days == 1
    assert workflow(engine, flow.key, day(2, 23)).age_days == 2
    assert workflow(engine, flow.key, day(1, 12)).age_days is None


def test_as_of_leaves_out_what_was_recorded_or_created_later(engine: Engine) -> None:
    early = (
        Flow("LKM-001", archived_at=day(9))
        .to(State.DESIGN, day(1))
        .to(State.TEST, day(2), recorded_at=day(5))
        .undo(day(6))
        .held(1, day(3))
        .released(1, day(7))
        .held(2, day(8))
        .noted("sent", day(8))
    )
    late = Flow("LKM-002", created_at=day(4, 10)).checked(day(4, 11))
    load(engine, a_programme(early, late, blockers=[a_blocker(3)]))
    with reading(engine) as session:
        then = programme(session, day(4))
    assert [row.key for row in then.workflows] == ["LKM-001"]
    assert (then.workflows[0].state, then.workflows[0].archived_at) == (State.DESIGN, None)
    assert then.workflows[0].blocked
    assert [row.to_state for row in then.changes] == [State.NOT_STARTED, State.DESIGN]
    assert [row.id for row in then.blockers] == [1, 3]  # the third has no rows: it was always there
    assert not then.notes
    assert not then.checks
    assert workflow(engine, "LKM-001", day(5)).state is State.TEST
    assert workflow(engine, "LKM-001", day(6)).state is State.DESIGN


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        (datetime(2023, 1, 27, 14, 29, tzinfo=UTC), CycleStatus.DRAFT),
        (datetime(2023, 1, 27, 14, 30, tzinfo=UTC), CycleStatus.RUNNING),
        (datetime(2023, 3, 17, 13, 59, tzinfo=UTC), CycleStatus.RUNNING),
        (datetime(2023, 3, 17, 14, 0, tzinfo=UTC), CycleStatus.CLOSED),
    ],
)
def test_the_status_of_a_cycle_follows_its_instants(engine: Engine, as_of: datetime, status: CycleStatus) -> None:
    load(engine, a_programme(cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)]))
    with reading(engine) as session:
        cycle = next(iter(rows(session, "cycles", as_of)))
    assert cycle.status is status
    assert (cycle.committed_at is None) == (status is CycleStatus.DRAFT)
    assert (cycle.closed_at is None) == (status is not CycleStatus.CLOSED)


def test_codes_go_by_code_point_and_numbers_as_numbers(engine: Engine) -> None:
    projects = [ProjectRow(code, "P") for code in ("b", "Å", "a", "B", "A", "ä", "_")]
    workstreams = [WorkstreamRow(code, "W", "", "a") for code in ("LKM", "Åa", "aÅ")]
    notes = [NoteRow(number, "LKM-001", None, day(3), "N", "") for number in (10, 9, 100)]
    load(engine, replace(a_programme(Flow("LKM-001"), projects=projects, workstreams=workstreams), notes=notes))
    with reading(engine) as session:
        assert [row.code for row in rows(session, "projects")] == ["A", "B", "_", "a", "b", "Å", "ä"]
        assert [row.code for row in rows(session, "workstreams")] == ["LKM", "aÅ", "Åa"]
        assert [row.id for row in rows(session, "notes")] == [9, 10, 100]


def test_a_file_can_be_narrowed_to_a_cycle(engine: Engine) -> None:
    load(engine, a_programme())
    with reading(engine) as session:
        scope = "".join(files.text(session, Asked("scope", cycle=2), day(500))).splitlines()
        workflows = "".join(files.text(session, Asked("workflows", cycle=2), day(500))).splitlines()
    assert [line.split(",")[1] for line in scope[1:]] == ["LAB-002", "LKM-003"]
    assert [line.split(",")[0] for line in workflows[1:]] == ["LAB-002", "LKM-003"]


def test_a_new_entry_without_history_changes_no_file(engine: Engine) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        before = exported(session)
        row = session.exec(select(models.Programme)).one()
        row.last_recorded_at, row.revision = day(500), row.revision + 1
        session.add(models.Entry(id=row.revision, actor_id=1, command="user_add", recorded_at=day(500)))
        session.flush()  # so that the export sees it
        assert exported(session) == before


def test_an_export_of_many_changes_takes_little_memory(engine: Engine) -> None:
    load(engine, a_large_programme(count(5000), count(100_000)))
    with reading(engine) as session:
        tracemalloc.start()
        size = sum(map(len, files.text(session, Asked("changes"), day(500))))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    print(f"{engine.dialect.name}: {size / 1e6:.1f} MB written with a peak of {peak / 1e6:.1f} MB")
    assert peak < MOST_MEMORY
    assert peak < max(size, 4_000_000)


def test_carried_rows_are_counted_as_of(engine: Engine) -> None:
    flow = Flow().in_cycle(1).scoped(1, 2, Goal.TEST, ScopeKind.CARRIED, day(47))
    load(engine, a_programme(flow))
    assert workflow(engine, flow.key, day(46)).times_carried == 0
    assert workflow(engine, flow.key, day(47)).times_carried == 1
