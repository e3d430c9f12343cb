"""How long finished work stayed in each state, as it was known when the day began."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from tracker.db.facts import facts
from tracker.domain.calendar import midnight
from tracker.domain.figures import flow
from tracker.domain.figures.timelines import changes_by_workflow
from tracker.domain.states import State


def usual_stays(session: Session, today: date, zone: ZoneInfo) -> dict[State, int]:
    """By state, the days within which 85 % of finished workflows had left it. Nothing that is recorded today changes
    it, so it can be kept for the day. Five statements.
    """
    found = facts(session)
    if found is None:
        return {}
    as_of = midnight(today, zone)
    archived = {row.id: row.archived_at for row in found.workflows}
    changes = changes_by_workflow(found.changes)
    timelines = (history.known(as_of, archived.get(workflow)) for workflow, history in changes.items())
    return flow.usual_stays(timelines, as_of, zone)
