"""When the programme was last backed up, and what that is to be compared with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db.columns import row_columns
from tracker.db.models import Programme

FRESH_FOR, OLD_AFTER = timedelta(hours=36), timedelta(days=7)  # one is made each night; some slack


@dataclass(frozen=True, slots=True)
class Mark:
    """`backed_up_at` is real time, none when there has been no backup; `last_recorded_at` the programme's."""

    backed_up_at: datetime | None
    last_recorded_at: datetime | None
    is_demo: bool

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is time for a backup; a demo needs none."""
        return not self.is_demo and (self.backed_up_at is None or now - self.backed_up_at > FRESH_FOR)


def mark(session: Session) -> Mark | None:
    """The programme's mark; none before there is a programme. One statement."""
    is_demo = col(Programme.demo_clock_at).is_not(None)
    row = session.execute(select(*row_columns(Programme, Mark, is_demo=is_demo))).one_or_none()
    return None if row is None else Mark(*row)
