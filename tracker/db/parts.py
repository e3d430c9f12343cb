"""The parts of workflows as the database has them, for commands and pages alike."""

from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Integer, Select, String, and_, bindparam, select, type_coerce
from sqlmodel import Session, col

from tracker.db.columns import as_driven, columns, instant_reader
from tracker.db.models import PartEvent, StateChange, Workflow, WorkflowWorkstream
from tracker.domain.figures.facts import PartFact
from tracker.domain.figures.timelines import Timeline
from tracker.domain.signoffs.part_timeline import PartTimeline
from tracker.domain.states import State

_POSITIONS = {state.value: state.position for state in State}
Statements: TypeAlias = tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]
Timelines: TypeAlias = dict[int, PartTimeline]


def timelines(session: Session, where: ColumnElement[bool]) -> Timelines:
    """By id, how the parts stand of the workflows that `where` picks and anybody beside the owner ever took part in.
    Two statements.
    """
    return read(session, statements(where), {})


def timeline(session: Session, workflow_id: int, owner: str) -> PartTimeline:
    """The same of one workflow, whoever takes part. Two statements."""
    found = read(session, _of_one(), {"workflow_id": workflow_id})
    return found.get(workflow_id) or PartTimeline(owner, Timeline((), ()), ())


def statements(where: ColumnElement[bool]) -> Statements:
    """What is read of the workflows that `where` picks: the rows of their parts, and their changes of state."""
    is_owner = and_(col(WorkflowWorkstream.workflow_id) == col(Workflow.id), col(WorkflowWorkstream.is_owner))
    shared = select(col(PartEvent.workflow_id)).join(Workflow, col(Workflow.id) == col(PartEvent.workflow_id))
    return (
        select(
            *columns(PartEvent, ("id", "workflow_id", "workstream_code")),
            type_coerce(col(PartEvent.stage), String),
            type_coerce(col(PartEvent.event), String),
            as_driven(PartEvent.happened_at),
            as_driven(PartEvent.recorded_at),
            col(WorkflowWorkstream.workstream_code),
        )
        .join(Workflow, col(Workflow.id) == col(PartEvent.workflow_id))
        .join(WorkflowWorkstream, is_owner)
        .where(where),
        select(
            *columns(StateChange, ("id", "workflow_id")),
            type_coerce(col(StateChange.to_state), String),
            col(StateChange.voids),
            as_driven(StateChange.happened_at),
        )
        .where(col(StateChange.workflow_id).in_(shared.where(where)))
        .order_by(col(StateChange.happened_at), col(StateChange.id)),
    )


def read(session: Session, found: Statements, values: dict[str, Any]) -> Timelines:
    """What `statements`, which may be built once, lead to. Two statements, one where there are no parts."""
    connection, instant = session.connection(), instant_reader(session)
    parts: dict[int, list[PartFact]] = defaultdict(list)
    owners: dict[int, str] = {}
    for *row, happened_at, recorded_at, owner in connection.execute(found[0], values):
        parts[row[1]].append((*row, instant(happened_at), instant(recorded_at)))
        owners[row[1]] = owner
    if not parts:
        return {}
    rows = connection.execute(found[1], values).all()
    voided = {row.voids for row in rows}
    moments, positions = defaultdict[int, list[datetime]](list), defaultdict[int, list[int]](list)
    for id_, workflow, state, voids, happened_at in rows:
        if voids is None and id_ not in voided:
            moments[workflow].append(instant(happened_at))
            positions[workflow].append(_POSITIONS[state])
    return {
        workflow: PartTimeline(owners[workflow], Timeline(moments[workflow], positions[workflow]), each)
        for workflow, each in parts.items()
    }


@cache
def _of_one() -> Statements:
    return statements(col(Workflow.id) == bindparam("workflow_id", type_=Integer))
