"""What the programme itself keeps about its backups."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session

from tracker.db.models import Programme


def note(session: Session, made_at: datetime) -> None:
    """Keeps when the last backup was made, in real time. It is no entry: nothing of the programme changes."""
    session.execute(update(Programme).values(backed_up_at=made_at))
