"""The figures of the cycles, from the columns that they are computed from."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, Row, select
from sqlmodel import Session, col

from tracker.db.engine import ONLY_READS
from tracker.db.facts import facts
from tracker.db.models import Entry, Programme
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import Summary

# What is written under these changes no figure, and a report saves itself every few seconds.
NO_FIGURES = ("write_report", "publish_report", "reopen_report")
_newest = select(col(Entry.id)).where(col(Entry.command).not_in(NO_FIGURES)).order_by(col(Entry.id).desc()).limit(1)
_STANDS = select(col(Programme.id), col(Entry.id), col(Entry.recorded_at)).join(
    Entry, col(Entry.id) == _newest.scalar_subquery(), isouter=True
)
_KEPT: WeakKeyDictionary[Pool, tuple[Row[tuple[int, int, datetime]], History]] = WeakKeyDictionary()


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


def as_of_now(session: Session, now: datetime, at: datetime | None = None) -> datetime:
    """The instant for figures as now: the clock, or the last recorded one where the clock was set back behind it. An
    earlier instant will do, such as that of the page that this is a part of, if nothing has been recorded since.
    """
    last = session.execute(select(col(Programme.last_recorded_at))).scalar_one_or_none()
    as_of = max(now, last) if last is not None else now
    return at if at is not None and at <= as_of and (last is None or last <= at) else as_of


def history(session: Session) -> History | None:
    """All that figures come from, to ask for any reading of it and the items behind; none without a programme. Kept
    until the next entry that can change them: one statement, and five more and three histories when it is read anew.
    """
    if not session.info.get(ONLY_READS):
        return read_anew(session)
    stands = session.execute(_STANDS).one_or_none()
    if stands is None:
        return None
    pool = session.get_bind().engine.pool  # one for each database, whatever options a session's engine has
    kept = _KEPT.get(pool)
    if kept is None or kept[0] != stands:
        found = read_anew(session)
        if found is None:
            return None
        kept = _KEPT[pool] = stands, found
    return kept[1]


@_without_collecting()
def read_anew(session: Session) -> History | None:
    """The same, never from what is kept: for one file, or in a transaction."""
    found = facts(session)
    return History(found) if found is not None else None


def cycle_summary(session: Session, as_of: datetime) -> list[Summary]:
    """Each cycle's figures in both readings, for the whole programme."""
    return _rows(session, lambda found: summaries.cycle_summary(found, as_of))


def workstream_summary(session: Session, as_of: datetime) -> list[Summary]:
    """Each cycle's figures in both readings, for every workstream and then all together."""
    return _rows(session, lambda found: summaries.workstream_summary(found, as_of))


def reported(session: Session) -> list[Summary]:
    """The rows that closes froze, computed anew where the definitions are still the same."""
    return _rows(session, summaries.reported)


@_without_collecting()
def _rows(session: Session, compute: Callable[[History], list[Summary]]) -> list[Summary]:
    """The history is let go on return: still there when collecting goes on, it would all be looked through."""
    found = read_anew(session)
    return compute(found) if found is not None else []
