"""A cache of what is read from the database, brought forward by what was written since instead of being read anew."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, ColumnElement, Integer, Pool, Row, Select, bindparam, false, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from tracker.db.engine import ONLY_READS
from tracker.db.history import OF_WORKFLOWS
from tracker.db.models import (
    Actor,
    Entry,
    FieldChange,
    Note,
    Programme,
    Workflow,
)

Value = TypeVar("Value")

# Commands that write to workflows alone: whoever reads anew the workflows that they touched has all of it. Any other
# command has everything read anew, unless the cache says that it changes nothing there.
FOLLOWED = frozenset(
    {
        *(
            "sign_part",
            "batch_sign",
            "move",
            "take_back",
            "take_back_entry",
            "save_rows",
            "check",
            "plan",
            "import_workflows",
        ),
        *(f"{each}_workflow" for each in ("create", "edit", "archive", "scope", "note", "check", "release")),
        *(f"batch_{each}" for each in ("move", "hold", "release", "own", "prioritise", "check", "sign")),
        *(f"{each}_blocker" for each in ("raise", "hold", "release")),
    }
)
# Commands that prepare a review (what they write is overwritten and withdrawn), that write a report, and of accounts.
REVIEWING = frozenset({"propose", "withdraw_proposal", "accept_proposals", "mark_ready"})
REPORTING = frozenset({"write_report", "publish_report", "reopen_report"})
OF_ACCOUNTS = frozenset(
    {"change_password", "use_link"}
    | {f"user_{each}" for each in ("add", "edit", "import", "link", "passwd", "disable", "enable", "erase")}
)

FARTHEST = 500  # entries: to follow so many takes about as long as to read all of a programme of usual size anew
_KEPT = 4  # revisions: readers of a state that is not the newest any more are a moment late, no more


class Revision(NamedTuple):
    """The programme's revision, and when the entry that made it was recorded: both tell one database from another."""

    number: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    """The workflows that were written to since a revision, with all that was: keys by id."""

    since: int
    workflows: dict[int, str]


class RevisionCache(Generic[Value]):
    """What `read` gives, for each database at its last few revisions. `follow` makes the next value from an earlier
    one, which others may still use, and what was written since. Entries by the `unrelated` commands change no value.
    """

    def __init__(
        self,
        read: Callable[[Session], Value],
        follow: Callable[[Session, Value, Written], Value],
        unrelated: Collection[str],
    ) -> None:
        self._read = read
        self._follow = follow
        self._unrelated = unrelated
        self._values: WeakKeyDictionary[Pool, dict[Revision, Value]] = WeakKeyDictionary()
        self._lock = Lock()  # what many wait for is made once

    def get(self, session: Session) -> Value:
        """The value at the session's state of the database; what writes has it read anew. One statement, one more and
        those of `follow` after a write.
        """
        row = session.connection().execute(_STANDS).one_or_none() if session.info.get(ONLY_READS) else None
        if row is None:
            return self._read(session)
        revision, pool = Revision(*row), session.get_bind().engine.pool  # one, whatever options an engine has
        found = self._values.get(pool, {}).get(revision)
        if found is None:
            with self._lock:
                values = self._values.setdefault(pool, {})
                found = values.get(revision)
                if found is None:
                    found = self._made(session, revision, values)
        return found

    def clear(self) -> None:
        """Forgets everything."""
        self._values.clear()

    def _made(self, session: Session, revision: Revision, values: dict[Revision, Value]) -> Value:
        earlier = max((each for each in values if each.number < revision.number), default=None)
        is_near = earlier is not None and revision.number - earlier.number <= FARTHEST
        written = written_since(session, earlier, self._unrelated) if earlier is not None and is_near else None
        if earlier is None or written is None:
            found = self._read(session)
            values.clear()  # they may be of another database, and share nothing with what comes now
        else:
            found = values[earlier]
            if written.workflows:
                found = self._follow(session, found, written)
        values[revision] = found
        while len(values) > _KEPT:
            del values[min(values)]
        return found


def written_since(session: Session, since: Revision, unrelated: Collection[str] = ()) -> Written | None:
    """What was written after a revision. None when that is not a revision of this database, or when something else
    than workflows was written to, unless by an unrelated command. One statement.
    """
    workflows: dict[int, str] = {}
    for row in rows_since(session, since.number):
        if row.since != since.recorded_at:
            return None
        if row.command in unrelated:
            continue
        if row.command not in FOLLOWED or (row.workflow_id is None and not row.is_elsewhere):
            return None
        if row.workflow_id is not None:
            workflows[row.workflow_id] = row.key
    return Written(since.number, workflows)


def rows_since(session: Session, revision: int) -> Sequence[Row[Any]]:
    """What was written after the revision, in order: `command`, `actor_id` and `actor`, the workflow's `workflow_id`
    and `key`, whether it `is_elsewhere`, which is shown with no workflow, and when the revision itself was recorded
    (`since`). An entry that wrote to other tables alone has one row without any of it. One statement.
    """
    return session.connection().execute(_rows_since(), {"revision": revision}).all()


def in_seconds(recorded_at: datetime | None) -> int:
    """When a revision was recorded, as versions of pages tell it."""
    return int(recorded_at.timestamp()) if recorded_at is not None else 0


_STANDS = select(col(Programme.revision), col(Programme.last_recorded_at))


@cache
def _rows_since() -> Select[*tuple[Any, ...]]:
    revision = bindparam("revision", type_=Integer)
    rows = union_all(*_tables(revision)).subquery()
    since = aliased(Entry)
    return (
        select(
            col(Entry.command),
            col(Entry.actor_id),
            col(Actor.name).label("actor"),
            col(Workflow.id).label("workflow_id"),
            col(Workflow.key),
            rows.c.is_elsewhere,
            select(col(since.recorded_at)).where(col(since.id) == revision).scalar_subquery().label("since"),
        )
        .join(Actor, col(Actor.id) == col(Entry.actor_id))
        .join(rows, rows.c.entry_id == col(Entry.id), isouter=True)
        .join(Workflow, col(Workflow.id) == rows.c.workflow_id, isouter=True)
        .where(col(Entry.id) > revision)
        .order_by(col(Entry.id))
    )


def _tables(revision: BindParameter[int]) -> Iterable[Select[*tuple[Any, ...]]]:
    for history in OF_WORKFLOWS:
        yield select(
            col(history.entry_id).label("entry_id"),
            col(history.workflow_id).label("workflow_id"),
            _IS_ELSEWHERE.get(history, false()).label("is_elsewhere"),
        ).where(col(history.entry_id) > revision)


_IS_ELSEWHERE: dict[type, ColumnElement[Any]] = {
    Note: col(Note.workflow_id).is_(None),
    FieldChange: col(FieldChange.account_id).is_not(None),
}
