"""A database from before parts were kept gets those that a folder of that time stands for, and agrees with itself."""

import pytest
from sqlalchemy import Engine, text

from tests.builders import LEAD, Flow, a_cycle, a_programme, day, load
from tests.db.acting import findings
from tracker.commands.programme import installation
from tracker.db import migrations
from tracker.db.engine import reading
from tracker.domain.programme.parts import BEFORE_PARTS
from tracker.domain.states import CycleStatus, State

BEFORE = "0017_setup"


@pytest.fixture
def older(engine: Engine) -> Engine:
    """Shared work in several states, some of it put away; cycle 1 is closed."""
    flows = [
        Flow(key, workstream="LAB", others=others, archived_at=archived_at)
        .to(state, day(number))
        .to(State.TEST, day(20))
        for number, (key, others, state, archived_at) in enumerate(
            [
                ("LAB-001", ("LKM", "RTG"), State.VALIDATION, None),
                ("LAB-002", ("LKM",), State.DESIGN, day(30)),
                ("LAB-003", (), State.DESIGN, None),
            ],
            3,
        )
    ]
    flows.append(Flow("LAB-004", workstream="LAB", others=("LKM",), archived_at=day(40)).to(State.DONE, day(30)))
    flows.append(Flow("LAB-005", workstream="LAB", others=("RTG",)).in_cycle(1))
    load(engine, a_programme(*flows, cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)]))
    return engine


def parts(engine: Engine) -> list[tuple[object, ...]]:
    """What the rows of parts say, in order."""
    with reading(engine) as session:
        rows = session.execute(
            text(
                "SELECT w.key, p.workstream_code, p.stage, p.event, p.note FROM part_event p"
                " JOIN workflow w ON w.id = p.workflow_id ORDER BY p.id"
            )
        )
        return [tuple(row) for row in rows]


def test_it_stands_for_what_a_folder_without_parts_does_and_once(older: Engine) -> None:
    from_folder = parts(older)
    assert ("LAB-001", "RTG", "test", "waived", BEFORE_PARTS) in from_folder
    migrations.downgrade(older, BEFORE)
    entries = count_of(older, "entry")
    installation.upgrade(older)
    assert parts(older) == from_folder
    assert count_of(older, "entry") == entries + 1
    assert findings(older) == []
    installation.upgrade(older)
    assert (parts(older), count_of(older, "entry")) == (from_folder, entries + 1)


def test_it_joins_at_the_creation_and_waives_as_the_newest_entry_by_whoever_made_the_last(older: Engine) -> None:
    migrations.downgrade(older, BEFORE)
    installation.upgrade(older)
    with reading(older) as session:
        joined = session.execute(
            text(
                "SELECT count(*) FROM part_event p JOIN workflow w ON w.id = p.workflow_id"
                " WHERE event = 'joined' AND p.happened_at = w.created_at"
            )
        ).scalar_one()
        waived = session.execute(
            text(
                "SELECT DISTINCT a.name, e.command, e.id = (SELECT revision FROM programme) FROM part_event p"
                " JOIN entry e ON e.id = p.entry_id JOIN actor a ON a.id = e.actor_id"
                " WHERE event = 'waived' AND p.happened_at = e.recorded_at"
            )
        ).all()
    assert joined == 5
    assert [(name, command, bool(is_newest)) for name, command, is_newest in waived] == [(LEAD, "upgrade", True)]


def test_nothing_is_written_where_nothing_is_shared(engine: Engine) -> None:
    load(engine, a_programme(Flow("LAB-001", workstream="LAB").to(State.TEST, day(5))))
    entries = count_of(engine, "entry")
    migrations.downgrade(engine, BEFORE)
    installation.upgrade(engine)
    assert (parts(engine), count_of(engine, "entry"), findings(engine)) == ([], entries, [])


def count_of(engine: Engine, table: str) -> int:
    with reading(engine) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
