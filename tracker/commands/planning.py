"""Planning a draft: the backlog goes in with a goal each, and out again. Nothing but a draft is planned."""

from sqlmodel import Session

from tracker.commands.cycles import the_cycle
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import scope
from tracker.commands.workflows.moves import the_workflow
from tracker.db.models import Cycle, Workflow
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.planning import next_goal
from tracker.domain.reviews import is_past
from tracker.domain.states import CycleStatus, Goal

COMMAND = "plan"  # such an entry can be taken back


def take_in(session: Session, entry: Entry, key: str, cycle: int, goal: Goal | None, *, version: int) -> bool:
    """Makes the workflow a member of the draft, or gives a member the goal; tells whether anything changed. Without
    a goal the next stage that it has to pass, and a member keeps its own.

    Raises NotFoundError, NotAllowedError, StaleError, ConflictError or InvalidError naming the field.
    """
    workflow, _ = the_workflow(session, key)
    the_draft(session, cycle)
    before = workflow.version
    if workflow.cycle_number == cycle:
        if goal is None:
            return False
        _refuse_past(workflow, goal, version)
        scope.change_goal(session, entry, key, goal, version=version)
    else:
        wanted = goal or next_goal(workflow.state) or Goal.TEST
        _refuse_past(workflow, wanted, version)
        scope.enter(session, entry, key, cycle, wanted, version=version)
    return workflow.version != before


def take_out(session: Session, entry: Entry, key: str, cycle: int, *, version: int) -> bool:
    """Takes the workflow back into the backlog; tells whether it was in the draft.

    Raises NotFoundError, NotAllowedError, StaleError or ConflictError.
    """
    workflow, _ = the_workflow(session, key)
    the_draft(session, cycle)
    if workflow.cycle_number != cycle:
        return False
    scope.leave(session, entry, key, version=version)
    return True


def the_draft(session: Session, cycle: int) -> Cycle:
    """The cycle with that number. Raises NotFoundError without one, ConflictError for one that is no draft."""
    found = the_cycle(session, cycle)
    if found.status is not CycleStatus.DRAFT:
        raise ConflictError(N_("Cycle %(cycle)s is not a draft any more: it is not planned here."), cycle=cycle)
    return found


def _refuse_past(workflow: Workflow, goal: Goal, version: int) -> None:
    """What has moved on since it was seen is stale instead; what is done is refused by itself."""
    if version == workflow.version and next_goal(workflow.state) is not None and is_past(workflow.state, goal):
        raise InvalidError(N_("It is past that already. Choose a further goal."), field="goal")
