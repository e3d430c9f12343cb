"""D9: what is set up changes at the instant when somebody moves, plans or creates a workflow."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from tests.counts import count
from tests.db.acting import findings, prepare, rows, stands
from tests.faults.pairs import PLANNER, Command, both, do
from tracker.commands.programme import setup
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import Move
from tracker.db.engine import reading
from tracker.db.models import SetupChange, Workflow, Workstream
from tracker.domain.errors import ConflictError, TrackerError
from tracker.domain.programme.setup import Thing
from tracker.domain.states import Goal, State
from tracker.domain.workflows import WorkflowFields

PAIRS = 300
STATES = (State.DESIGN, State.NOT_STARTED)


def test_set_up_changes_while_workflows_are_moved_planned_and_created(engine: Engine) -> None:
    prepare(engine)
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as together:
        for turn in range(count(PAIRS)):
            pair = (_limit_and_move, _archive_and_plan, _archive_and_create)[turn % 3]
            outcomes[pair(engine, together, turn)] += 1
    assert findings(engine) == []
    print(f"D9: {outcomes.total()} pairs, {dict(outcomes)}, 0 cards in an unknown state")
    assert outcomes["both"] == count(PAIRS) // 3 + (count(PAIRS) % 3 > 0)
    assert outcomes.keys() <= {"both", "archived", "used"}


def _limit_and_move(engine: Engine, together: ThreadPoolExecutor, turn: int) -> str:
    """Both are done, whichever comes first: a limit is in no move's way."""
    with reading(engine) as session:
        was = session.get_one(Workstream, "LAB").wip_design
    workflow = stands(engine, "LAB-005")
    to = State.DESIGN if workflow.state is not State.DESIGN else State.VALIDATION
    wanted = Move(to, workflow.version)
    limit = {"wip_design": str(turn + 10)}
    results = both(
        together,
        lambda: do(
            engine, lambda s, e: setup.edit(s, e, Thing.WORKSTREAM, "LAB", limit, {"wip_design": str(was)}), PLANNER
        ),
        lambda: do(engine, _moving("LAB-005", wanted)),
    )
    assert not any(isinstance(result, TrackerError) for result in results), results
    assert stands(engine, "LAB-005").state is to
    assert rows(engine, SetupChange, code="LAB")[-1].after == str(turn + 10)
    return "both"


def _moving(key: str, wanted: Move) -> Command:
    reason = Move(wanted.to, wanted.version, None, "other")
    return lambda session, entry: moves.move(session, entry, key, reason)


def _archive_and_plan(engine: Engine, together: ThreadPoolExecutor, _turn: int) -> str:
    """What is archived has nothing in a draft, and what is planned keeps its workstream."""
    workflow = stands(engine, "RTG-001")
    return _one_of_two(
        engine,
        together,
        lambda session, entry: scope.enter(session, entry, "RTG-001", 3, Goal.TEST, version=workflow.version),
    )


def _archive_and_create(engine: Engine, together: ThreadPoolExecutor, _turn: int) -> str:
    """Nothing is created in what is archived; what was created before is in the backlog, and stays."""
    return _one_of_two(
        engine,
        together,
        lambda session, entry: workflow_fields.create(session, entry, "RTG", WorkflowFields("Nytt")),
        may_both=True,
    )


def _one_of_two(engine: Engine, together: ThreadPoolExecutor, use: Command, *, may_both: bool = False) -> str:
    archived, used = both(
        together,
        lambda: do(engine, lambda session, entry: setup.put_away(session, entry, "RTG", is_away=True), PLANNER),
        lambda: do(engine, use, PLANNER),
    )
    with reading(engine) as session:
        is_away = session.get_one(Workstream, "RTG").archived_at is not None
    is_refused = isinstance(used, TrackerError)
    assert is_away == (not isinstance(archived, TrackerError))
    assert is_away or isinstance(archived, ConflictError)
    if is_refused:
        assert is_away
        assert "archived" in str(used)
    else:
        assert may_both or not is_away
    _as_before(engine)
    return "archived" if is_away else "used"


def _as_before(engine: Engine) -> None:
    do(engine, lambda session, entry: setup.put_away(session, entry, "RTG", is_away=False), PLANNER)
    workflow: Workflow = stands(engine, "RTG-001")
    do(
        engine,
        lambda session, entry: scope.leave(session, entry, "RTG-001", version=workflow.version),
        PLANNER,
    )
