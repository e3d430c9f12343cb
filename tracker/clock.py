"""Now, as the programme sees it. Only the edges (web, command line) read a clock; everything else is told."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from tracker.db.models import Programme


def real_now() -> datetime:
    """Real time, for sign-ins, throttling and idempotency keys, also in a demo."""
    return datetime.now(UTC)


class Clock:
    """Real time, or a demo's own: it starts at an instant and ticks on from there."""

    def __init__(self, starts_at: datetime | None = None) -> None:
        self._offset = starts_at - real_now() if starts_at else timedelta(0)

    def now(self) -> datetime:
        """The instant in UTC."""
        return real_now() + self._offset


def clock_of(session: Session) -> Clock:
    """The clock of the database's programme; a demo's never stands before what is already recorded."""
    mark = session.exec(select(Programme.demo_clock_at, Programme.last_recorded_at)).one_or_none()
    if mark is None or mark[0] is None:
        return Clock()
    demo_clock_at, last_recorded_at = mark
    if last_recorded_at is None:
        return Clock(demo_clock_at)
    return Clock(max(demo_clock_at, last_recorded_at + timedelta(seconds=1)))
