"""D8: a workflow is archived at the instant when somebody moves it, holds it or plans it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.counts import count
from tests.db.acting import BLOCKER, findings, of_workflow, prepare, stands
from tests.faults.pairs import PLANNER, Command, both, do
from tracker.commands import blockers
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import Move, StaleError
from tracker.db import models
from tracker.db.models import Workflow
from tracker.domain.errors import ConflictError, TrackerError
from tracker.domain.states import Goal, State
from tracker.domain.workflows import WorkflowFields

PAIRS = 500
USES = ("moved", "held", "planned")


@pytest.mark.timeout(900)
def test_a_workflow_is_archived_or_used_and_nothing_lies_about(engine: Engine) -> None:
    prepare(engine)
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as together:
        for turn in range(count(PAIRS)):
            made = do(
                engine, lambda session, entry: workflow_fields.create(session, entry, "LAB", WorkflowFields("Kort"))
            )
            assert isinstance(made, Workflow)
            outcomes[_one_pair(engine, together, made.key, USES[turn % len(USES)])] += 1
    assert findings(engine) == []  # foreign keys too
    print(f"D8: {outcomes.total()} pairs, {dict(outcomes)}, 0 rows without their workflow")
    assert set(outcomes) <= {"archived", *USES}
    assert len(outcomes) > 1


def _one_pair(engine: Engine, together: ThreadPoolExecutor, key: str, use: str) -> str:
    results = both(
        together,
        lambda: do(engine, lambda session, entry: workflow_fields.archive(session, entry, key, version=1), PLANNER),
        lambda: do(engine, _use(key, use)),
    )
    archived, used = results
    now = stands(engine, key)
    if now.archived_at is not None:
        assert archived is None
        assert type(used) is ConflictError
        assert "archived" in str(used)
        assert now.version == len(of_workflow(engine, models.StateChange, key)) == 1
        return "archived"
    assert isinstance(archived, StaleError)
    assert not isinstance(used, TrackerError)
    assert now.version == 2
    return use


def _use(key: str, use: str) -> Command:
    match use:
        case "moved":
            wanted = Move(State.DESIGN, 1)
            return lambda session, entry: moves.move(session, entry, key, wanted)
        case "held":
            return lambda session, entry: _held(blockers.hold(session, entry, BLOCKER, [key]))
        case _:
            return lambda session, entry: scope.enter(session, entry, key, 3, Goal.TEST, version=1)


def _held(outcome: BatchResult) -> None:
    for left in outcome.left:
        raise left.error
