"""D7: a blocker is set on a workflow at the instant when it becomes done, by a move or by a taking back."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from tests.counts import count
from tests.db.acting import BLOCKER, FREE, findings, prepare, stands
from tests.faults.pairs import PLANNER, Command, both, do
from tracker.commands import blockers
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import BlockedError, Move, StaleError
from tracker.domain.blockers import BlockerFields
from tracker.domain.errors import ConflictError, TrackerError
from tracker.domain.states import BlockerCategory, State

PAIRS = 500
_HOLDING = """
SELECT e.blocker_id FROM workflow w JOIN blocker_event e ON e.workflow_id = w.id
WHERE e.event = 'held' AND e.id = (
  SELECT max(last.id) FROM blocker_event last WHERE last.workflow_id = w.id AND last.blocker_id = e.blocker_id)
"""
_HELD_AND_DONE = f"{_HOLDING} AND w.state = 'done'"


@pytest.mark.timeout(900)
def test_a_workflow_is_never_done_and_held(engine: Engine) -> None:
    prepare(engine)
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as together:
        for turn in range(count(PAIRS)):
            into_done = _undo(engine) if turn % 2 else _move(engine, State.DONE)
            held = _raise() if turn % 3 == 2 else _hold()
            results = both(together, lambda: do(engine, into_done), lambda: _held(engine, held))  # noqa: B023 - now
            with engine.connect() as connection:
                assert connection.execute(text(_HELD_AND_DONE)).scalars().all() == []
            outcomes[_judged(engine, results)] += 1
            _reset(engine)
    assert findings(engine) == []
    print(f"D7: {outcomes.total()} pairs, {dict(outcomes)}, 0 done with an open blocker")
    assert set(outcomes) == {"done", "held"}


def _judged(engine: Engine, results: list[object]) -> str:
    done, held = results
    if stands(engine, FREE).state is State.DONE:
        assert not isinstance(done, TrackerError)
        assert type(held) is ConflictError
        return "done"
    assert isinstance(done, BlockedError | StaleError)
    assert held == FREE
    return "held"


def _move(engine: Engine, to: State) -> Command:
    wanted = Move(to, stands(engine, FREE).version, reason="other", without_parts="Utan delar")
    return lambda session, entry: moves.move(session, entry, FREE, wanted)


def _undo(engine: Engine) -> Command:
    """Of a move out of done, which is made first."""
    do(engine, _move(engine, State.DONE))
    do(engine, _move(engine, State.TEST))
    version = stands(engine, FREE).version
    return lambda session, entry: moves.undo(session, entry, FREE, version=version)


def _hold() -> Command:
    return lambda session, entry: blockers.hold(session, entry, BLOCKER, [FREE])


def _raise() -> Command:
    fields = BlockerFields("Nytt hinder", BlockerCategory.OTHER)
    return lambda session, entry: blockers.raise_blocker(session, entry, fields, [FREE])[1]


def _held(engine: Engine, command: Command) -> str:
    """The workflow that it holds, or the refusal."""
    outcome = do(engine, command, PLANNER)
    assert isinstance(outcome, BatchResult)
    if outcome.left:
        raise outcome.left[0].error
    return outcome.done[0]


def _release(number: int) -> Command:
    return lambda session, entry: blockers.release(session, entry, number, [FREE], note="Löst")


def _reset(engine: Engine) -> None:
    """Back into test, held by nothing."""
    with engine.connect() as connection:
        holding = list(connection.execute(text(f"{_HOLDING} AND w.key = :key"), {"key": FREE}).scalars())
    for number in holding:
        do(engine, _release(number))
    do(engine, _move(engine, State.TEST))
