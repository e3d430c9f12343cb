"""Making cycles, writing over their dates, committing and closing them. Only planners do; status is never a date's."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from tracker.commands import blockers
from tracker.commands.entry import field_edits
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows.scope import write_change
from tracker.db import reviews
from tracker.db.facts import facts
from tracker.db.models import Cycle, CycleChange, Programme, Reported, Workflow
from tracker.domain.cells import LARGEST_ID
from tracker.domain.cycles.dates import Dates, NumberedDates, refuse_impossible
from tracker.domain.cycles.fields import DATES, FIELDS, CycleFields
from tracker.domain.errors import N_, ConflictError, NotAllowedError, NotFoundError
from tracker.domain.fields import cleaned, texts_of, write
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import METHOD
from tracker.domain.files.figure_files import KEPT_FILES, cells_text, reported_rows
from tracker.domain.people import Actor
from tracker.domain.reviews import Member, Wish, fingerprint
from tracker.domain.states import CycleStatus, HoldEvent, ProposalKind
from tracker.domain.texts import line

_NAMED = 10  # of the undecided ones, in a sentence


@dataclass(frozen=True, slots=True)
class Closed:
    """What a close did: the cycle that took what goes on (none where there is none), and what went where."""

    number: int
    into: int | None
    decisions: dict[str, Wish] = field(default_factory=dict)
    lapsed: tuple[str, ...] = ()


class UndecidedError(ConflictError):
    """Members have neither met their goal nor been decided on; carries their keys."""

    def __init__(self, number: int, keys: Sequence[str]) -> None:
        super().__init__(
            N_("Cycle %(cycle)s cannot be closed: %(count)s workflows are undecided (%(keys)s)."),
            cycle=number,
            count=len(keys),
            keys=", ".join(keys[:_NAMED]) + ", …" * (len(keys) > _NAMED),
        )
        self.keys = tuple(keys)


class ReviewChangedError(ConflictError):
    """What the close would do is not what was seen any more."""


def create(session: Session, entry: Entry, fields: CycleFields) -> Cycle:
    """Makes the next cycle, a draft.

    Raises NotAllowedError, or InvalidError naming the field.
    """
    require_planner(entry.actor)
    goal = line(fields.goal, "goal")
    number = session.scalars(select(func.coalesce(func.max(col(Cycle.number)), 0))).one() + 1
    _refuse_impossible(session, number, fields.dates)
    cycle = Cycle(number=number, goal=goal, **asdict(fields.dates))
    session.add(cycle)
    texts = {name: text for name, text in texts_of(cycle, FIELDS).items() if text}
    field_edits.record(entry, {}, texts, table=CycleChange, cycle_number=number)
    return cycle


def edit(session: Session, entry: Entry, number: int, wanted: Mapping[str, str], was: Mapping[str, str]) -> list[str]:
    """Writes the fields that were changed in a form which showed `was`, and gives their names.

    A closed cycle's dates are fixed. Raises NotFoundError, NotAllowedError, ConflictError, InvalidError naming the
    field, or FieldConflictError when somebody else has changed one of them to something else; nothing is written then.
    """
    require_planner(entry.actor)
    cycle = the_cycle(session, number)
    wanted = field_edits.changed(wanted, was, partial(cleaned, FIELDS))
    about = col(CycleChange.cycle_number) == number
    before = texts_of(cycle, FIELDS)
    texts = field_edits.merged(session, about, wanted, was, before, table=CycleChange)
    if dates := {name: text for name, text in texts.items() if name in DATES}:
        if cycle.status is CycleStatus.CLOSED:
            raise ConflictError(
                N_("Cycle %(cycle)s is closed: its dates stand."), field=next(iter(dates)), cycle=number
            )
        wanted_dates = {name: DATES[name].value((before | dates)[name]) for name in DATES}
        _refuse_impossible(session, number, Dates(**wanted_dates))
    field_edits.record(entry, before, texts, table=CycleChange, cycle_number=number)
    write(cycle, FIELDS, texts)
    return list(texts)


def commit(session: Session, entry: Entry, number: int) -> Cycle:
    """Starts the next draft: what is in it now is what is committed.

    Raises NotFoundError, NotAllowedError, or ConflictError while another cycle runs or comes first.
    """
    require_planner(entry.actor)
    cycle = the_cycle(session, number)
    refuse_status(cycle, running=N_("Cycle %(cycle)s is committed already."), closed=N_("Cycle %(cycle)s is closed."))
    others = session.scalars(select(Cycle).where(col(Cycle.number) != number).order_by(col(Cycle.number))).all()
    for other in others:
        if other.status is CycleStatus.RUNNING:
            raise ConflictError(N_("Cycle %(cycle)s is running. Close it first."), cycle=other.number)
    for other in others:
        if other.status is CycleStatus.DRAFT and other.number < number:
            raise ConflictError(N_("Cycle %(cycle)s comes first."), cycle=other.number)
        if other.closed_at is not None and other.closed_at >= entry.recorded_at:
            raise ConflictError(N_("Cycle %(cycle)s is closed later than now."), cycle=other.number)
    cycle.status, cycle.committed_at = CycleStatus.RUNNING, entry.recorded_at
    entry.record()
    return cycle


def close(session: Session, entry: Entry, number: int, *, seen: str) -> Closed:
    """Closes the running cycle as its review has decided: each member that did not meet its goal is carried, returned
    or dropped, what met a lesser one goes on, and what is reported is kept. `seen` is the review's seal.

    Raises NotFoundError, NotAllowedError, UndecidedError, ReviewChangedError or ConflictError; nothing is written then.
    """
    require_planner(entry.actor)
    cycle = the_cycle(session, number)
    refuse_status(cycle, draft=N_("Cycle %(cycle)s is not running."), closed=N_("Cycle %(cycle)s is closed already."))
    members, into = reviews.members(session, number), reviews.next_draft(session, number)
    if undecided := [member.key for member in members if member.is_undecided]:
        raise UndecidedError(number, undecided)
    if seen != fingerprint(members, into):
        raise ReviewChangedError(N_("The review has changed since you saw it. Look at it again, then close."))
    decided = [(member, member.decision) for member in members]
    if into is None and any(wish is not None and wish.is_into_draft for _, wish in decided):
        raise ConflictError(N_("There is no next cycle to carry into. Create it first."))
    for member, wish in decided:
        if wish is not None:
            _dispose(session, entry, member, wish, into)
    cycle.status, cycle.closed_at = CycleStatus.CLOSED, entry.recorded_at
    entry.record()
    store_reported(session)
    return Closed(
        number,
        into,
        {member.key: wish for member, wish in decided if wish is not None},
        tuple(member.key for member in members if member.lapsed),
    )


def the_cycle(session: Session, number: int) -> Cycle:
    """The cycle, or NotFoundError."""
    cycle = session.get(Cycle, number) if 0 <= number <= LARGEST_ID else None
    if cycle is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    return cycle


def refuse_status(cycle: Cycle, **messages: str) -> None:
    """Raises ConflictError with the message for the status that the cycle has, where there is one."""
    if message := messages.get(cycle.status):
        raise ConflictError(message, cycle=cycle.number)


def _dispose(session: Session, entry: Entry, member: Member, wish: Wish, into: int | None) -> None:
    """Writes what becomes of the member. What is dropped is let go by its blockers and archived, all at one instant."""
    workflow = session.get_one(Workflow, member.id)
    if wish.kind is ProposalKind.DROPPED:
        for blocker in member.blockers:
            blockers.write_event(entry, workflow, blocker.id, HoldEvent.RELEASED, entry.recorded_at, wish.note)
    to = (into, wish.goal) if wish.is_into_draft else (None, None)
    write_change(entry, workflow, to, wish.scope_kind, wish.reason, wish.note)
    if wish.kind is ProposalKind.DROPPED:
        workflow_fields.put_away(entry, workflow)


def require_planner(actor: Actor) -> None:
    """Refuses with NotAllowedError unless it is a planner."""
    if not actor.is_planner:
        raise NotAllowedError(N_("Only planners plan, commit and close cycles."))


def _refuse_impossible(session: Session, number: int, dates: Dates) -> None:
    rows = session.execute(
        select(col(Cycle.number), col(Cycle.starts_on), col(Cycle.ends_on))
        .where(col(Cycle.number) != number)
        .order_by(col(Cycle.starts_on))
    )
    others = [NumberedDates(other, Dates(first, last)) for other, first, last in rows]
    refuse_impossible(NumberedDates(number, dates), others)


def missing_reported(session: Session) -> set[tuple[str, int]]:
    """The files and closed cycles whose figures are not kept."""
    closed = session.scalars(select(col(Cycle.number)).where(col(Cycle.status) == CycleStatus.CLOSED)).all()
    kept = session.execute(select(col(Reported.file), col(Reported.cycle_number)).distinct())
    return {(file, cycle) for file in KEPT_FILES for cycle in closed} - {(row.file, row.cycle_number) for row in kept}


def store_reported(session: Session) -> set[tuple[str, int]]:
    """Keeps the figures of the closed cycles whose figures are not kept, and tells which. Locks the programme."""
    session.execute(select(col(Programme.id)).with_for_update())
    session.flush()  # the columns are read past the session
    missing = missing_reported(session)
    found = facts(session) if missing else None
    if found is not None:
        rows = [
            {"cycle_number": row.cycle, "file": file, "row_key": row.workstream or "", "cells": cells_text(row)}
            for file, row in reported_rows(History(found))
            if (file, row.cycle) in missing
        ]
        session.execute(insert(Reported).values(method=METHOD), rows)
    return missing
