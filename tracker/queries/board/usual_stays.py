"""How long finished work stayed in each state, as it was known when the day began."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from tracker.domain.calendar import midnight
from tracker.domain.figures import flow
from tracker.domain.states import State
from tracker.queries import figures


def usual_stays(session: Session, today: date, zone: ZoneInfo) -> dict[State, int]:
    """By state, the days within which 85 % of finished workflows had left it. Nothing that is recorded today changes
    it, so it can be kept for the day.
    """
    found = figures.history(session)
    if found is None:
        return {}
    as_of = midnight(today, zone)
    timelines = (
        each.changes.known(as_of, each.archived_at)
        for stream in found.workstreams
        for each in found.workflows(stream.code)
    )
    return flow.usual_stays(timelines, as_of, zone)
