"""One entry per command: who, what and when, recorded in commit order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlmodel import Session, SQLModel, col

from tracker.config import BACKDATE_DAYS
from tracker.db import models
from tracker.db.models import Programme
from tracker.domain.people import Actor

_SMALLEST_STEP = timedelta(microseconds=1)

# Built once: building a statement costs as much as running it.
_LOCK = (
    select(col(Programme.time_zone), col(Programme.last_recorded_at), col(Programme.revision))
    .where(col(Programme.id) == 1)
    .with_for_update()
)
_RECORD = insert(models.Entry.__table__)  # type: ignore[attr-defined]
_MOVE_ON = update(Programme.__table__)  # type: ignore[attr-defined]
_insert = cache(insert)


class Entry:
    """A command under way. Nothing is written until its first row is added, so that a command that changes nothing
    leaves no trace.
    """

    def __init__(self, session: Session, actor: Actor, command: str, now: datetime, backdate_days: int) -> None:
        """Locks the programme. Leads may date what they enter so many days back."""
        self._session, self._connection = session, session.connection()
        self.actor = actor
        self.command = command
        self.backdate_days = backdate_days
        time_zone, last, revision = self._connection.execute(_LOCK).one()
        self.zone = ZoneInfo(time_zone)
        self.recorded_at = now if last is None else max(now, last + _SMALLEST_STEP)
        self.id = revision + 1
        self.is_recorded = False

    def record(self) -> None:
        """Writes the entry and moves the programme's revision on to it; once."""
        if self.is_recorded:
            return
        self.is_recorded = True
        self._connection.execute(
            _RECORD,
            {"id": self.id, "actor_id": self.actor.id, "command": self.command, "recorded_at": self.recorded_at},
        )
        self._connection.execute(_MOVE_ON, {"revision": self.id, "last_recorded_at": self.recorded_at})

    def add(self, row: SQLModel) -> None:
        """Writes a row of history, after the entry that it points to and all that the session holds."""
        self.record()
        self._session.flush()
        self._connection.execute(_insert(type(row)), row.model_dump(exclude={"id"}))

    def add_all(self, table: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
        """Writes many rows at once, after the entry that they may point to. What they do not name is as the table has
        it by default, recorded under this entry.
        """
        if not rows:
            return
        self.record()
        self._session.flush()
        known = {name: field.default for name, field in table.model_fields.items() if not field.is_required()}
        ours = {"entry_id": self.id, "recorded_at": self.recorded_at}
        common = known | {name: value for name, value in ours.items() if name in table.model_fields}
        common.pop("id", None)
        self._connection.execute(_insert(table), [{**common, **row} for row in rows])


def open_entry(
    session: Session, actor: Actor, command: str, now: datetime, backdate_days: int = BACKDATE_DAYS
) -> Entry:
    """Locks the programme and gives the entry under which the command writes."""
    return Entry(session, actor, command, now, backdate_days)
