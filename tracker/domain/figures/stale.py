"""Workstreams whose part of a cycle nobody has touched for a while."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from tracker.domain.calendar import local_date
from tracker.domain.figures.history import History

STALE_AFTER_DAYS = 7


class StaleStream(NamedTuple):
    """A workstream with open members of the cycle, none of whose members was changed or checked for a week."""

    code: str
    updated_at: datetime
    days: int


def stale_streams(
    history: History, members: Collection[str], done: Collection[str], updated: Mapping[str, datetime], today: date
) -> list[StaleStream]:
    """The longest without an update first. `updated` is when each workflow was last changed or checked, by key."""
    found = []
    for stream in history.workstreams:
        here = [each.key for each in history.workflows(stream.code) if each.key in members and each.key in updated]
        if any(key not in done for key in here):
            updated_at = max(updated[key] for key in here)
            days = (today - local_date(updated_at, history.zone)).days
            if days >= STALE_AFTER_DAYS:
                found.append(StaleStream(stream.code, updated_at, days))
    return sorted(found, key=lambda each: (-each.days, each.code))
