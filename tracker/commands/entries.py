"""One entry per command: who, what and when, recorded in commit order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlmodel import Session, SQLModel, col, select

from tracker.db import models
from tracker.domain.people import Actor

_SMALLEST_STEP = timedelta(microseconds=1)


class Entry:
    """A command under way. Nothing is written until its first row is added, so that a command that changes nothing
    leaves no trace.
    """

    def __init__(
        self, session: Session, actor: Actor, command: str, programme: models.Programme, now: datetime
    ) -> None:
        self._session = session
        self.actor = actor
        self.command = command
        self.zone = ZoneInfo(programme.time_zone)
        last = programme.last_recorded_at
        self.recorded_at = now if last is None else max(now, last + _SMALLEST_STEP)
        self.id = programme.revision + 1
        self.is_recorded = False

    def record(self) -> None:
        """Writes the entry and moves the programme's revision on to it; once."""
        if self.is_recorded:
            return
        self.is_recorded = True
        self._session.execute(
            insert(models.Entry).values(
                id=self.id, actor_id=self.actor.id, command=self.command, recorded_at=self.recorded_at
            )
        )
        self._session.execute(update(models.Programme).values(revision=self.id, last_recorded_at=self.recorded_at))

    def add(self, row: SQLModel) -> None:
        """Adds a row of history, after the entry that it points to."""
        self.record()
        self._session.add(row)


def open_entry(session: Session, actor: Actor, command: str, now: datetime) -> Entry:
    """Locks the programme and gives the entry under which the command writes."""
    programme = session.exec(select(models.Programme).where(col(models.Programme.id) == 1).with_for_update()).one()
    return Entry(session, actor, command, programme, now)
