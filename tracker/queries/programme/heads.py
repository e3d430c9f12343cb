"""The head of the history, and what a database holds."""

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import func, inspect, select
from sqlmodel import Session, SQLModel, col

from tracker.db import history, models
from tracker.domain.programme.checks import Finding
from tracker.domain.programme.heads import Contents, Head
from tracker.queries.programme.derived_columns import streamed

_DIGITS = 32  # of 64: 128 bits
_written = json.JSONEncoder(default=str).encode  # one for all rows: making it takes as long as writing one
COUNTED: dict[str, type[SQLModel]] = {
    "entries": models.Entry,
    "cycles": models.Cycle,
    "workflows": models.Workflow,
    "changes of state": models.StateChange,
    "changes of scope": models.ScopeChange,
    "blockers": models.Blocker,
    "notes": models.Note,
    "accounts": models.User,
}


def contents(session: Session) -> Contents:
    """What the database holds, to be printed and to be compared with a copy of it."""
    recorded_at = session.execute(select(func.max(col(models.Entry.recorded_at)))).scalar_one()
    counts = {name: _count(session, table) for name, table in COUNTED.items()}
    newest = revision(session)
    return Contents(Head(newest, digest(session, newest)), recorded_at, counts)


def revision(session: Session) -> int:
    """The number of the newest entry; 0 without any."""
    return session.execute(select(func.max(col(models.Entry.id)))).scalar_one() or 0


def digest(session: Session, up_to: int) -> str:
    """The digest of all rows that entries up to this one made. The same on both databases; who did what is in it by
    number, so that erasing a name keeps it. Empty columns are not, so that a later version may add some.
    """
    total = hashlib.sha256()
    for line in _lines(session, up_to):
        total.update(line.encode("utf-8", "surrogatepass"))
    return total.hexdigest()[:_DIGITS]


def findings(session: Session, head: Head) -> Iterator[Finding]:
    """What is not as it was when the head was taken: entries that are missing, or a past that differs."""
    now = revision(session)
    if now < head.revision:
        count = head.revision - now
        yield Finding(
            f"head: the history ends at revision {now}, and {head.revision} was reached:"
            f" {count} {'entry is' if count == 1 else 'entries are'} missing"
        )
    elif digest(session, head.revision) != head.digest:
        yield Finding(f"head: what was recorded up to revision {head.revision} is not what it was")


def _lines(session: Session, up_to: int) -> Iterator[str]:
    for table, number in ((models.Entry, models.Entry.id), *((table, table.entry_id) for table in history.TABLES)):
        names = [column.key for column in inspect(table).columns]
        rows = select(*(col(getattr(table, name)) for name in names)).where(col(number) <= up_to).order_by(table.id)
        for row in streamed(session, rows):
            filled = [(name, value) for name, value in zip(names, row, strict=True) if value not in {None, ""}]
            yield _written([table.__tablename__, *filled])


def _count(session: Session, table: type[SQLModel]) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())
