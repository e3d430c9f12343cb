"""C4: an import killed at any moment has been done wholly or not at all, and the next try does it."""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event

from tests.counts import count, is_full
from tests.databases import Databases
from tests.db.acting import NOW, findings, planner
from tests.db.acting import rows as rows_of
from tests.faults.leads import looking
from tests.web import people
from tracker.commands.entry.entries import open_entry
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.imports.workflows import COMMAND
from tracker.db.engine import make_engine, transaction
from tracker.db.models import Workflow
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.reading import read_table

_FORK = multiprocessing.get_context("fork")  # the child needs nothing imported anew
ROWS = 10_000 if is_full() else 600
TEXT = "key;name;workstream;state\n" + "".join(
    f"{f'LAB-{number + 100:05}' if number % 2 else ''};Namn {number};LAB;{'test' if number % 3 else ''}\n"
    for number in range(ROWS)
)


def imported(url: str, watch: Any = None) -> None:  # noqa: ANN401 - told each statement
    engine = make_engine(url)
    actor = planner(engine)
    if watch is not None:
        event.listen(engine, "after_cursor_execute", lambda *_: watch())
        event.listen(engine, "commit", lambda *_: watch())
    with transaction(engine) as session:
        entry = open_entry(session, actor, COMMAND, NOW)
        workflow_imports.carry_out(
            session, entry, read_table(TEXT.encode()), Choices(), seen=None, without_refused=False
        )
    if watch is not None:
        watch()
    engine.dispose()


def killed(url: str, *, after: int = 0, within: float = 0) -> None:
    """Imports in a process that is killed after its nth statement, or some time after its first."""
    begun, told = _FORK.Pipe(duplex=False)

    def child() -> None:
        statements = 0

        def watch() -> None:
            nonlocal statements
            statements += 1
            if statements == 1:
                told.send(True)
            if statements == after:
                os.kill(os.getpid(), signal.SIGKILL)

        imported(url, watch)

    process = _FORK.Process(target=child)
    process.start()
    begun.recv()
    if within:
        time.sleep(within)
        process.kill()
    process.join()


@pytest.mark.timeout(1800)
def test_a_killed_import_is_there_wholly_or_not_at_all_and_the_next_try_does_it(databases: Databases) -> None:
    seen = 0

    def watch() -> None:
        nonlocal seen
        seen += 1

    with databases.fresh(people.prepare) as url:
        begun = time.perf_counter()
        imported(url, watch)
        took = time.perf_counter() - begun
    outcomes: Counter[int] = Counter()
    random_numbers = random.Random(4)
    kills = count(50) if is_full() else 8
    for number in range(kills):
        with databases.fresh(people.prepare) as url:
            before = there(url)
            if number % 2:
                killed(url, within=random_numbers.uniform(0.01, took))
            else:
                killed(url, after=1 + number * (seen - 1) // max(kills - 2, 1))
            made = there(url) - before
            outcomes[made] += 1
            if made == 0:
                imported(url)
            assert there(url) == before + ROWS
            with looking(url) as engine:
                assert findings(engine) == []
    print(f"C4: {kills} kills in an import of {ROWS} rows ({seen} steps, {took:.1f} s): {dict(outcomes)} rows there")
    assert set(outcomes) <= {0, ROWS}
    assert outcomes[0]


def there(url: str) -> int:
    with looking(url) as engine:
        return len(rows_of(engine, Workflow))
