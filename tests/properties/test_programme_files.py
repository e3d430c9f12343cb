"""Whatever the programme: loaded, written, loaded and written again, the bytes are the same."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from tests.builders import exported, put, require_kept_as_replayed
from tests.counts import count
from tests.properties.random_programmes import programmes
from tracker.commands.programme import seed
from tracker.db.engine import reading
from tracker.domain.cells import Dialect
from tracker.domain.programme.rows import Programme
from tracker.queries.programme import check
from tracker.queries.programme.files import programme as read_programme

# The database is the same for all examples: none is committed.
MANY = settings(max_examples=count(300), suppress_health_check=list(HealthCheck))


@contextlib.contextmanager
def loaded(engine: Engine, programme: Programme) -> Iterator[Session]:
    seed.require_sound(programme)
    with reading(engine) as session:
        seed.load(session, programme, time_zone="Europe/Stockholm")
        yield session
        session.rollback()


def from_files(files: Mapping[str, bytes]) -> Programme:
    with tempfile.TemporaryDirectory() as folder:
        return seed.read_folder(put(Path(folder), files))


@MANY
@given(programme=programmes())
def test_seed_export_seed_export_gives_the_same_bytes(engine: Engine, programme: Programme) -> None:
    with loaded(engine, programme) as session:
        files, swedish = exported(session), exported(session, dialect=Dialect.EXCEL_SV)
        assert without_derived(read_programme(session)) == programme
        require_kept_as_replayed(session)
        assert [finding for finding in check.findings(session) if finding.is_difference] == []
    assert without_derived(from_files(swedish)) == programme
    with loaded(engine, from_files(files)) as session:
        assert exported(session) == files


@MANY
@given(programme=programmes(), share=st.fractions(0, 1))
def test_an_export_as_of_any_instant_can_be_seeded_and_is_its_own_export(
    engine: Engine, programme: Programme, share: float
) -> None:
    recorded = [row.recorded_at for row in programme.changes]
    as_of = min(recorded) + (max(recorded) - min(recorded)) * float(share)
    with loaded(engine, programme) as session:
        files = exported(session, as_of)
    known = from_files(files)
    assert known.changes == [row for row in programme.changes if row.recorded_at <= as_of]
    assert known.parts == [row for row in programme.parts if row.recorded_at <= as_of]
    assert known.notes == [row for row in programme.notes if row.recorded_at <= as_of]
    with loaded(engine, known) as session:
        assert exported(session, as_of) == files
        assert without_age(exported(session)) == without_age(files)


def without_age(files: Mapping[str, bytes]) -> dict[str, object]:
    """The files, of the workflows all but the age, which goes by the day of the export."""
    return {**files, "workflows.csv": from_files(files).workflows}


def without_derived(programme: Programme) -> Programme:
    rows = [
        replace(row, state=None, cycle=None, goal=None, blocked=None, times_carried=None, done_at=None, age_days=None)
        for row in programme.workflows
    ]
    return replace(programme, workflows=rows)
