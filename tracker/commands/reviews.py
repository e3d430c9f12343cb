"""Preparing the review of the running cycle: proposals for its members, and which workstreams are ready. Nothing of it
is history; the close is.
"""

from sqlmodel import Session, col, select

from tracker.commands.cycles import refuse_status, the_cycle
from tracker.commands.entry.batch_results import BatchResult, each
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import the_led_workflow
from tracker.db import models, reviews
from tracker.db.models import Project, ReviewReady, Workflow, WorkflowWorkstream, Workstream
from tracker.domain.errors import N_, ConflictError, NotFoundError
from tracker.domain.permissions import require_workstream_lead
from tracker.domain.reviews import Member, Proposal, Wish
from tracker.domain.states import ReviewReason
from tracker.domain.texts import line, prose


class StaleProposalError(ConflictError):
    """Somebody else has written or withdrawn the proposal since it was seen; carries the one that stands, if any."""

    def __init__(self, key: str, proposal: Proposal | None) -> None:
        if proposal is None:
            super().__init__(N_("The proposal for %(key)s was withdrawn in the meantime."), key=key)
        else:
            super().__init__(
                N_("What is proposed for %(key)s was changed in the meantime: %(actor)s, %(at)s."),
                key=key,
                actor=proposal.actor,
                at=proposal.at,
            )
        self.key = key
        self.proposal = proposal


def propose(session: Session, entry: Entry, cycle: int, key: str, wish: Wish, *, version: int) -> bool:
    """Writes down what is to become of a member; tells whether that is new. `version` is of the proposal that was
    seen, 0 for none.

    Raises NotFoundError, NotAllowedError, StaleProposalError, ConflictError or InvalidError naming the field.
    """
    member = _member(session, entry, cycle, key)
    wish = _clean(wish)
    current = member.proposal
    if current is not None and current.wish == wish:
        return False
    _refuse_stale(member, version)
    member.refuse(wish)
    _write(session, entry, cycle, member, wish)
    return True


def withdraw(session: Session, entry: Entry, cycle: int, key: str, *, version: int) -> bool:
    """Takes the proposal away, so that the member is undecided; tells whether there was one.

    Raises NotFoundError, NotAllowedError, StaleProposalError or ConflictError.
    """
    member = _member(session, entry, cycle, key)
    if member.proposal is None:
        return False
    _refuse_stale(member, version)
    session.delete(session.get_one(models.Proposal, (member.id, cycle)))
    entry.record()
    return True


def accept(
    session: Session, entry: Entry, cycle: int, *workstreams: str, reason: ReviewReason | None = None
) -> BatchResult:
    """Writes down what is proposed by default for every member of the workstreams that nobody has decided on; `reason`
    is for those that no blocker gives one. Those that need words are left with the cause.

    Raises NotFoundError, NotAllowedError or ConflictError.
    """
    for workstream in workstreams:
        _the_workstream(session, entry, workstream)
    _refuse_not_running(session, cycle)
    of_streams = col(WorkflowWorkstream.workstream_code).in_(workstreams)
    members = {member.key: member for member in reviews.members(session, cycle, of_streams)}

    def accept_one(key: str) -> bool:
        wish = members[key].accepted(reason)
        if wish is not None:
            _write(session, entry, cycle, members[key], wish)
        return wish is not None

    return each(members, accept_one)


def mark_ready(session: Session, entry: Entry, cycle: int, workstream: str, *, is_ready: bool = True) -> bool:
    """Tells that the workstream's leads have prepared the review, or have not after all; tells whether that is new.

    Raises NotFoundError, NotAllowedError or ConflictError.
    """
    first_cycle = _the_workstream(session, entry, workstream)
    _refuse_not_running(session, cycle)
    if first_cycle > cycle:
        raise ConflictError(
            N_("%(workstream)s takes part from cycle %(cycle)s on."), workstream=workstream, cycle=first_cycle
        )
    mark = session.get(ReviewReady, (cycle, workstream))
    if (mark is not None) is is_ready:
        return False
    entry.record()
    if mark is None:
        session.add(ReviewReady(cycle_number=cycle, workstream_code=workstream, entry_id=entry.id))
    else:
        session.delete(mark)
    return True


def _member(session: Session, entry: Entry, cycle: int, key: str) -> Member:
    """The member of the running cycle, for writing."""
    workflow, _ = the_led_workflow(session, entry, key)
    _refuse_not_running(session, cycle)
    for member in reviews.members(session, cycle, col(Workflow.id) == workflow.id):
        return member
    raise ConflictError(N_("%(key)s is not in cycle %(cycle)s any more."), key=key, cycle=cycle)


def _the_workstream(session: Session, entry: Entry, code: str) -> int:
    """From which cycle on the workstream takes part."""
    row = session.exec(select(Project.first_cycle).join(Workstream).where(col(Workstream.code) == code)).first()
    if row is None:
        raise NotFoundError(N_("There is no workstream %(code)s."), code=code)
    require_workstream_lead(entry.actor, code)
    return row


def _refuse_not_running(session: Session, number: int) -> None:
    refuse_status(
        the_cycle(session, number),
        draft=N_("Cycle %(cycle)s is not running."),
        closed=N_("Cycle %(cycle)s is closed: what was in it stays."),
    )


def _clean(wish: Wish) -> Wish:
    """Only what that kind of wish keeps."""
    goal = wish.goal if wish.is_into_draft else None
    return Wish(wish.kind, goal, line(wish.reason, "reason"), prose(wish.note, "note"))


def _refuse_stale(member: Member, version: int) -> None:
    current = member.proposal
    if version != (current.version if current else 0):
        raise StaleProposalError(member.key, current)


def _write(session: Session, entry: Entry, cycle: int, member: Member, wish: Wish) -> None:
    entry.record()
    row = session.get(models.Proposal, (member.id, cycle))
    if row is None:
        row = models.Proposal(workflow_id=member.id, cycle_number=cycle, kind=wish.kind, entry_id=entry.id)
    row.kind, row.goal, row.reason, row.note = wish.kind, wish.goal, wish.reason, wish.note
    row.entry_id = entry.id
    session.add(row)
