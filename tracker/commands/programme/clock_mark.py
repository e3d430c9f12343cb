"""The programme's one row."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, select

from tracker.db.models import Programme


def found(session: Session, time_zone: str, *, name: str = "", demo_clock_at: datetime | None = None) -> bool:
    """Makes the programme at the first start; tells whether it was made now. Its time zone never changes after."""
    if session.exec(select(Programme.id)).one_or_none() is not None:
        return False
    session.add(Programme(name=name, time_zone=time_zone, demo_clock_at=demo_clock_at))
    session.flush()  # entries lock the row
    return True


def note_backup(session: Session, made_at: datetime) -> None:
    """Keeps when the last backup was made, in real time. It is no entry: nothing of the programme changes."""
    session.execute(update(Programme).values(backed_up_at=made_at))
