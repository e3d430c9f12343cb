"""`tracker check` finds whatever does not agree, and nothing else."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from tests.builders import Flow, a_programme, day, load
from tracker.db import models
from tracker.db.engine import reading, transaction
from tracker.domain.states import Goal, ScopeKind, State
from tracker.queries.programme import check

CREATED = day(-30)


def found(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [finding.text for finding in check.findings(session) if finding.is_difference]


def test_nothing_in_an_empty_database_or_after_a_load(engine: Engine) -> None:
    assert found(engine) == []
    load(engine, a_programme())
    assert found(engine) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("state = 'test'", "LKM-003: state is kept as test, and the history says design"),
        ("state_since = created_at", "LKM-003: state_since is kept as 2022-12-30T09:00:00Z, and the history"),
        ("cycle_number = 1", "LKM-003: cycle is kept as 1, and the history says 2"),
        ("cycle_number = NULL", "LKM-003: cycle is kept as nothing, and the history says 2"),
        ("goal = 'design'", "LKM-003: goal is kept as design, and the history says test"),
        ("version = 9", "LKM-003: version is kept as 9, and the history says 4"),
    ],
)
def test_each_cache_is_compared(engine: Engine, change: str, words: str) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        session.execute(text(f"UPDATE workflow SET {change} WHERE key = 'LKM-003'"))
    (line,) = found(engine)
    assert line.startswith(words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DELETE FROM workflow_workstream WHERE NOT is_owner", "kept as nothing, and the history says LKM"),
        (
            (
                "INSERT INTO workflow_workstream (workflow_id, workstream_code, is_owner)"
                " SELECT id, 'RTG', FALSE FROM workflow WHERE key = 'LAB-001'"
            ),
            "kept as LKM RTG, and the history says LKM",
        ),
    ],
)
def test_who_takes_part_is_compared(engine: Engine, change: str, words: str) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        session.execute(text(change))
    assert found(engine) == [f"LAB-001: other_workstreams is {words}"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("revision = 3", "programme: revision is kept as 3, and the last entry is"),
        (
            "last_recorded_at = NULL",
            "programme: last_recorded_at is kept as nothing, and the newest entry says 2023-03",
        ),
    ],
)
def test_the_programme_is_compared_with_its_entries(engine: Engine, change: str, words: str) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        session.execute(text(f"UPDATE programme SET {change}"))
    (line,) = found(engine)
    assert line.startswith(words)


def id_of(session: Session, key: str) -> int:
    number = session.exec(select(models.Workflow.id).where(models.Workflow.key == key)).one()
    assert number is not None
    return number


def a_change(
    session: Session,
    from_state: State | None = None,
    to_state: State | None = None,
    *,
    voids: int | None = None,
    recorded_at: datetime = CREATED,
) -> models.StateChange:
    return models.StateChange(
        workflow_id=id_of(session, "LKM-001"),
        from_state=from_state,
        to_state=to_state,
        happened_at=CREATED,
        recorded_at=recorded_at,
        entry_id=1,
        voids=voids,
    )


BROKEN: list[tuple[Callable[[Session], models.StateChange | models.ScopeChange], str]] = [
    (
        lambda session: a_change(session, from_state=State.DONE, to_state=State.TEST),
        "(LKM-001): from_state 'done' is not test",
    ),
    (
        lambda session: a_change(session, from_state=State.TEST, to_state=State.DONE),
        "(LKM-001): happened_at '2022-12-30T09:00:00Z' is before the latest change",
    ),
    (lambda session: a_change(session, voids=1), "(LKM-001): voids '1' is not the workflow's latest change"),
    (
        lambda session: a_change(session, from_state=State.TEST, to_state=State.DONE, recorded_at=day(99)),
        "recorded_at is 2023-05-08T09:00:00Z, and its entry 1 says 2022-12-30T09:00:00Z",
    ),
    (
        lambda session: models.ScopeChange(
            workflow_id=id_of(session, "LKM-003"),
            from_cycle=1,
            to_cycle=3,
            goal=Goal.TEST,
            kind=ScopeKind.CARRIED,
            happened_at=day(60),
            recorded_at=day(60),
            entry_id=1,
        ),
        "(LKM-003): from_cycle '1' is not where LKM-003 was: 2",
    ),
]


@pytest.mark.parametrize(("row", "words"), BROKEN, ids=["chain", "order", "void", "entry", "scope"])
def test_rows_that_break_the_history_are_named(
    engine: Engine, row: Callable[[Session], models.StateChange], words: str
) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        session.add(row(session))
    assert any(words in line for line in found(engine)), found(engine)


def test_an_entry_that_is_missing_is_told(engine: Engine) -> None:
    load(engine, a_programme())
    with transaction(engine) as session:
        programme = session.exec(select(models.Programme)).one()
        programme.revision += 2
        programme.last_recorded_at = day(90)
        session.add(models.Entry(id=programme.revision, actor_id=1, command="move", recorded_at=day(90)))
    (line,) = found(engine)
    assert line.endswith("some are missing")


def test_a_dangling_reference_is_told(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL never lets go of its constraints
    load(engine, a_programme())
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        connection.execute(text("DELETE FROM workstream WHERE code = 'RTG'"))
        connection.commit()
        connection.invalidate()
    assert "refers to a row of workstream that does not exist" in found(engine)[0]


def test_a_rule_that_a_bulk_load_need_not_keep_is_only_remarked(engine: Engine) -> None:
    done = Flow("LKM-001").held(1, day(1)).to(State.DONE, day(2))
    archived = Flow("LKM-002", archived_at=day(9)).in_cycle(2)
    load(engine, a_programme(done, archived))
    with reading(engine) as session:
        findings = check.findings(session)
    assert [(finding.text, finding.is_difference) for finding in findings] == [
        ("LKM-001: is done, and blocker 1 holds it", False),
        ("LKM-002: is archived, and in cycle 2", False),
    ]
