"""C6: a migration killed after any statement leaves nothing behind, and the next start migrates alone."""

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, inspect, text

from tests.counts import count
from tests.databases import Databases
from tracker.db import migrations
from tracker.db.engine import make_engine

KILL_POINTS = 12
WITH_ROWS = "0003_blockers"  # the revisions after it meet a database that holds something
_FORK = multiprocessing.get_context("fork")  # the child needs nothing imported anew


def statements_of_an_upgrade(url: str, *, kill_after: int | None = None) -> int:
    """Upgrades and counts the statements; dies by SIGKILL after the one that is named."""
    engine = make_engine(url)
    seen = 0

    @event.listens_for(engine, "after_cursor_execute")
    def _count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)

    migrations.upgrade(engine)
    engine.dispose()
    return seen


def at_rows(engine: Engine) -> None:
    """An older database with something in it."""
    migrations.upgrade(engine)
    migrations.downgrade(engine, WITH_ROWS)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO actor (id, name) VALUES (1, 'Programkontoret')"))
        for number in range(1, 51):
            connection.execute(
                text("INSERT INTO entry (id, actor_id, command, recorded_at) VALUES (:id, 1, 'x', '2023-04-14 07:00')"),
                {"id": number},
            )


def at_nothing(_engine: Engine) -> None:
    """A database without tables."""


def kill_points(statements: int, points: int) -> Iterator[int]:
    """Spread evenly over the statements, the last one among them."""
    return (1 + round(step * (statements - 1) / (points - 1)) for step in range(points))


@pytest.mark.parametrize("start", [at_nothing, at_rows])
def test_a_killed_upgrade_is_done_by_the_next_start(databases: Databases, start: object) -> None:
    with databases.fresh(start) as url:  # type: ignore[arg-type]
        statements = statements_of_an_upgrade(url)
    killed = 0
    for point in kill_points(statements, count(KILL_POINTS) // 2):
        with databases.fresh(start) as url:  # type: ignore[arg-type]
            child = _FORK.Process(target=statements_of_an_upgrade, args=(url,), kwargs={"kill_after": point})
            child.start()
            child.join()
            assert child.exitcode == -signal.SIGKILL
            killed += 1
            engine = make_engine(url)
            migrations.upgrade(engine)
            assert migrations.current(engine) == migrations.head()
            assert migrations.differences(engine) == []
            assert not [name for name in inspect(engine).get_table_names() if name.startswith("_alembic_tmp")]
            if start is at_rows:
                with engine.connect() as connection:
                    assert connection.execute(text("SELECT count(*), sum(id) FROM entry")).one() == (50, 1275)
            engine.dispose()
    print(f"C6: {killed} kills over {statements} statements, all upgraded by the next start")


def test_an_upgrade_right_after_another_keeps_both_copies(sqlite_databases: Databases) -> None:
    with sqlite_databases.fresh(at_rows) as url:
        engine = make_engine(url)
        copies = set()
        for _ in range(3):
            copies.add(migrations.upgrade(engine))
            migrations.downgrade(engine, WITH_ROWS)
        engine.dispose()
        assert len(copies - {None}) == 3
