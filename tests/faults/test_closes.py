"""D5 and D6: a cycle is closed at the instant when somebody moves a member, or when somebody else closes it."""

import contextlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from tests.counts import count, is_full
from tests.databases import Databases
from tests.db import reviewing
from tests.db.acting import findings, of_workflow, stands
from tests.db.reviewing import FINISHED, LESSER, OTHERS, UNMET, UNMET_KEYS, decide_all, seen
from tests.faults.pairs import PLANNER, Command, both
from tracker.commands import cycles
from tracker.commands.cycles import Closed, ReviewChangedError, UndecidedError
from tracker.commands.entry.entries import open_entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move, StaleError
from tracker.db import migrations, models
from tracker.db.engine import reading, transaction
from tracker.domain.errors import BusyError, ConflictError, TrackerError
from tracker.domain.states import ScopeKind, State

MOVES = 500
CLOSERS = 200
LATEST = {UNMET: State.DONE, OTHERS: State.DESIGN, FINISHED: State.TEST}  # into its goal; on the way; back


def reviewed(engine: Engine) -> None:
    """A running cycle in which everything is decided."""
    migrations.upgrade(engine)
    reviewing.prepare(engine)
    decide_all(engine)


def do(engine: Engine, command: Command) -> object:
    """Tries again where the machine is so busy that the other holds the database for too long: nothing was done."""
    while True:
        with contextlib.suppress(BusyError), transaction(engine) as session:
            return command(session, open_entry(session, PLANNER, "test", reviewing.CLOSE))


def close_of(token: str) -> Command:
    return lambda session, entry: cycles.close(session, entry, 2, seen=token)


def move_of(engine: Engine, key: str, to: State) -> Command:
    wanted = Move(to, stands(engine, key).version, reason="other")
    return lambda session, entry: moves.move(session, entry, key, wanted)


def kept(engine: Engine) -> dict[tuple[int, str], str]:
    with reading(engine) as session:
        rows = session.exec(select(models.Reported))
        return {(row.cycle_number, row.row_key): row.cells for row in rows}


def dispositions(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as session:
        rows = session.exec(select(models.ScopeChange).where(models.ScopeChange.from_cycle == 2))
        return [(row.workflow_id, row.kind, row.to_cycle) for row in rows]


@pytest.mark.timeout(1800)
def test_two_who_close_make_one_close(databases: Databases) -> None:
    winners: Counter[int] = Counter()
    with ThreadPoolExecutor(2) as together:
        for _ in range(count(CLOSERS)):
            engine = databases.restored(reviewed)
            command = close_of(seen(engine))
            results = both(together, lambda: do(engine, command), lambda: do(engine, command))  # noqa: B023 - now
            closes = [place for place, result in enumerate(results) if isinstance(result, Closed)]
            refused = [result for result in results if isinstance(result, ConflictError)]
            assert (len(closes), [str(each) for each in refused]) == (1, ["Cycle 2 is closed already."])
            assert len(dispositions(engine)) == len({row[0] for row in dispositions(engine)}) == 5
            assert {cycle for cycle, _ in kept(engine)} == {1, 2}
            assert findings(engine) == []
            winners[closes[0]] += 1
    print(f"D6: {winners.total()} pairs, one close and one refusal each, first {dict(winners)}")


@pytest.mark.timeout(3600)
def test_a_move_is_wholly_before_or_after_the_close(databases: Databases) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    with ThreadPoolExecutor(2) as together:
        for turn in range(count(MOVES)):
            key = list(LATEST)[turn % len(LATEST)]
            outcomes[key, one_pair(databases.restored(reviewed), together, key)] += 1
    print(f"D5: {outcomes.total()} pairs, {dict(outcomes)}")
    if is_full():  # of few races one side may win all
        assert {outcome for _, outcome in outcomes} == {"before", "after"}


def moved_at(engine: Engine, key: str) -> datetime:
    at: datetime = of_workflow(engine, models.StateChange, key)[-1].recorded_at
    return at


def closed_at(engine: Engine) -> datetime:
    """While it runs, any move is before."""
    with reading(engine) as session:
        cycle = session.get_one(models.Cycle, 2)
    return cycle.closed_at or datetime.max.replace(tzinfo=UTC)


def one_pair(engine: Engine, together: ThreadPoolExecutor, key: str) -> str:
    close, move = close_of(seen(engine)), move_of(engine, key, LATEST[key])
    closed, moved = both(together, lambda: do(engine, close), lambda: do(engine, move))
    is_before = not isinstance(moved, TrackerError) and moved_at(engine, key) < closed_at(engine)
    if isinstance(closed, TrackerError):  # the move changed what the close was to do
        assert isinstance(closed, UndecidedError if key == FINISHED else ReviewChangedError)
        assert is_before
        if key == FINISHED:  # it fell back, and nobody has decided on it
            reviewing.propose(engine, FINISHED, reviewing.carry())
        assert isinstance(do(engine, close_of(seen(engine))), Closed)
    if isinstance(moved, TrackerError):
        assert isinstance(moved, StaleError)
        assert key in UNMET_KEYS
    last = of_workflow(engine, models.ScopeChange, key)[-1]
    met = (key == UNMET) if is_before else (key == FINISHED)
    assert (last.kind is ScopeKind.CARRIED) is not met
    before = kept(engine)
    do(engine, move_of(engine, LESSER, State.DONE))  # later work
    do(engine, move_of(engine, key, LATEST[key]))
    assert kept(engine) == before
    assert findings(engine) == []  # what is kept is what the history says of then
    return "before" if is_before else "after"
