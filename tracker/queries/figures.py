"""The figures of the cycles, from the columns that they are computed from."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Integer, bindparam, func, select, union_all
from sqlmodel import Session, col

from tracker.db.facts import facts, facts_since
from tracker.db.models import Entry, Note, Workflow, WorkflowCheck
from tracker.domain.calendar import quarter_of
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import Summary
from tracker.domain.files.figure_files import Reported, reported_rows
from tracker.queries.revision_cache import OF_ACCOUNTS, REPORTING, REVIEWING, RevisionCache, Written

# What is written under these changes no figure: prepared reviews, reports, accounts, and the words of blockers.
NO_FIGURES = REVIEWING | REPORTING | OF_ACCOUNTS | {"edit_blocker", "note_blocker"}
_NEWEST = (
    select(col(Entry.recorded_at)).where(col(Entry.command).not_in(NO_FIGURES)).order_by(col(Entry.id).desc()).limit(1)
)
Row = TypeVar("Row")


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Nothing here makes cycles for the garbage collector, whose passes over so much would take as long again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def as_of_now(session: Session, now: datetime) -> datetime:
    """The instant for figures as now: the last full quarter of an hour, or when something was recorded since that can
    change them. So it is one instant for all readers, and local midnights are among them. One statement.
    """
    newest = session.execute(_NEWEST).scalar_one_or_none()
    return max(quarter_of(now), newest) if newest is not None else quarter_of(now)


def history(session: Session) -> History | None:
    """All that figures come from, to ask for any reading of it and the items behind; none without a programme. Kept,
    and brought forward to the session's state: one statement, and five and three histories after a write. When it is
    read anew they are six.
    """
    return _HISTORY.get(session)


@_without_collecting()
def read_anew(session: Session) -> History | None:
    """The same, never from what is kept: for one file, or in a transaction."""
    found = facts(session)
    return History(found) if found is not None else None


def _followed(session: Session, before: History | None, written: Written) -> History | None:
    found = facts_since(session, written.since)
    return before.followed(found) if before is not None and found is not None else before


_HISTORY = RevisionCache(read_anew, _followed, NO_FIGURES)


def updated(session: Session, history: History, cycle: int) -> dict[str, datetime]:
    """By key, when each workflow that can be a member of the cycle was last changed or checked. One statement."""
    noted = {row[0]: row[1] for row in session.connection().execute(_NOTED, {"cycle": cycle})}
    return {
        each.key: max(each.updated_at, noted.get(each.key, each.updated_at))
        for row in history.workstreams
        for each in history.concerned(cycle, row.code)
    }


_IN_CYCLE = select(col(Workflow.id)).where(col(Workflow.cycle_number) == bindparam("cycle", type_=Integer))
_NOTES = union_all(
    select(col(Note.workflow_id), col(Note.recorded_at)).where(col(Note.workflow_id).in_(_IN_CYCLE)),
    select(col(WorkflowCheck.workflow_id), col(WorkflowCheck.recorded_at)).where(
        col(WorkflowCheck.workflow_id).in_(_IN_CYCLE)
    ),
).subquery()
_NOTED = (
    select(col(Workflow.key), func.max(_NOTES.c.recorded_at))
    .join(_NOTES, _NOTES.c.workflow_id == col(Workflow.id))
    .group_by(col(Workflow.key))
)


def cycle_summary(session: Session, as_of: datetime) -> list[Summary]:
    """Each cycle's figures in both readings, for the whole programme."""
    return _rows(session, lambda found: summaries.cycle_summary(found, as_of))


def workstream_summary(session: Session, as_of: datetime) -> list[Summary]:
    """Each cycle's figures in both readings, for every workstream and then all together."""
    return _rows(session, lambda found: summaries.workstream_summary(found, as_of))


def reported(session: Session) -> list[tuple[str, Reported]]:
    """The rows that closes froze, each with its file, computed anew where the definitions are still the same."""
    return _rows(session, reported_rows)


@_without_collecting()
def _rows(session: Session, compute: Callable[[History], list[Row]]) -> list[Row]:
    """The history is let go on return: still there when collecting goes on, it would all be looked through."""
    found = read_anew(session)
    return compute(found) if found is not None else []
