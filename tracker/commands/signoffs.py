"""Signing a workstream's part in a workflow stage by stage, taking that back, saying that it is not needed, and who
takes part.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields, moves, parts
from tracker.commands.workflows.moves import StaleError
from tracker.db import parts as db_parts
from tracker.db.models import Workflow
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError
from tracker.domain.permissions import require_workstream_lead
from tracker.domain.signoffs.part_timeline import POSITIONS, PartTimeline
from tracker.domain.states import Goal, PartEventKind, State
from tracker.domain.texts import prose


@dataclass(frozen=True, slots=True)
class PartWish:
    """What somebody wants of a part. `state` is the workflow's as they saw it, for what is of a stage."""

    workstream: str
    event: PartEventKind
    stage: Goal | None = None
    state: State | None = None
    happened_on: date | None = None
    note: str = ""


def write(session: Session, entry: Entry, key: str, wish: PartWish) -> bool:
    """Does it; tells whether it was not so already.

    Raises NotFoundError, NotAllowedError, StaleError when the state is another one now, ConflictError, or InvalidError
    naming the field.
    """
    workflow, owner = moves.the_workflow(session, key)
    if not wish.event.is_of_stage:
        return _take_part(session, entry, workflow, owner, wish)
    if wish.stage is None:
        raise InvalidError(N_("Choose a stage."), field="stage")
    timeline = db_parts.timeline(session, moves.id_of(workflow), owner)
    note = prose(wish.note, "note")
    _refuse_others(entry, workflow, owner, wish, timeline)
    if _is_so(workflow, owner, wish, timeline):
        return False
    if wish.state is not workflow.state:
        raise StaleError(workflow)
    if wish.event is PartEventKind.SIGNED and POSITIONS[wish.stage] > workflow.state.position:
        raise InvalidError(
            N_("%(key)s has not reached %(stage)s yet, so nothing of it can be signed."),
            field="stage",
            key=key,
            stage=State(wish.stage),
        )
    if wish.event is PartEventKind.WAIVED and not note:
        raise InvalidError(N_("Write why this part is not needed."), field="note")
    at = _happened_at(session, entry, workflow, wish, timeline)
    parts.write(entry, moves.id_of(workflow), wish.workstream, wish.stage, wish.event, at, note)
    return True


def sign_all(session: Session, entry: Entry, key: str, workstreams: Collection[str]) -> bool:
    """Signs every due part of these workstreams in the workflow that is open; tells whether there was any. Raises as
    `write` does, and ConflictError where none of them takes part.
    """
    workflow, owner = moves.the_workflow(session, key)
    timeline = db_parts.timeline(session, moves.id_of(workflow), owner)
    mine = {owner, *timeline.last.others} & set(workstreams)
    if not mine:
        raise ConflictError(N_("None of your workstreams takes part in %(key)s."), key=key)
    open_ = timeline.open_due(mine)
    for code, stage in open_:
        require_workstream_lead(entry.actor, code)
        parts.write(entry, moves.id_of(workflow), code, stage, PartEventKind.SIGNED, entry.recorded_at, "")
    return bool(open_)


def _take_part(session: Session, entry: Entry, workflow: Workflow, owner: str, wish: PartWish) -> bool:
    require_workstream_lead(entry.actor, owner)
    if wish.workstream == owner and wish.event is PartEventKind.LEFT:
        raise _owns(workflow, owner)
    others = set(moves.streams_of(session, workflow)[1])
    is_joining = wish.event is PartEventKind.JOINED
    wanted = others | {wish.workstream} if is_joining else others - {wish.workstream}
    if wanted == others:
        return False
    timeline = db_parts.timeline(session, moves.id_of(workflow), owner)
    at = _happened_at(session, entry, workflow, wish, timeline)
    fields.set_others(session, entry, workflow, owner, wanted, happened_at=at)
    return True


def _happened_at(
    session: Session, entry: Entry, workflow: Workflow, wish: PartWish, timeline: PartTimeline
) -> datetime:
    """As for moves; a dated row comes after the latest of the state and of the part."""
    latest = timeline.latest(wish.workstream) or workflow.state_since
    return moves.happened_at(session, entry, wish.happened_on, previous=max(workflow.state_since, latest))


def _refuse_others(entry: Entry, workflow: Workflow, owner: str, wish: PartWish, timeline: PartTimeline) -> None:
    """Refuses whose part it is not, or who has none."""
    if wish.workstream != owner and wish.workstream not in timeline.last.others:
        message = N_("%(workstream)s takes no part in %(key)s.")
        raise InvalidError(message, field="workstream", workstream=wish.workstream, key=workflow.key)
    if wish.event is not PartEventKind.WAIVED:
        require_workstream_lead(entry.actor, wish.workstream)
        return
    if wish.workstream == owner:
        raise _owns(workflow, owner)
    if not (entry.actor.leads(wish.workstream) or entry.actor.leads(owner)):
        message = N_("Only leads of %(workstream)s or %(owner)s and planners can do this.")
        raise NotAllowedError(message, workstream=wish.workstream, owner=owner)


def _owns(workflow: Workflow, owner: str) -> InvalidError:
    message = N_("%(workstream)s owns %(key)s: without its part there is nothing.")
    return InvalidError(message, field="workstream", workstream=owner, key=workflow.key)


def _is_so(workflow: Workflow, owner: str, wish: PartWish, timeline: PartTimeline) -> bool:
    """Whether the part is already as it is to be. The owner's is signed by the state being a later one, too."""
    assert wish.stage is not None
    part, now = (wish.workstream, POSITIONS[wish.stage]), timeline.last
    match wish.event:
        case PartEventKind.SIGNED:
            is_past = wish.workstream == owner and workflow.state.position > POSITIONS[wish.stage]
            return part in now.signed or is_past
        case PartEventKind.WAIVED:
            return part in now.waived
        case _:
            return now.is_open(part)
