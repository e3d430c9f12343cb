"""When a workflow was last updated, told from its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date
from tracker.domain.figures.stale import STALE_AFTER_DAYS
from tracker.queries.workflows.timeline import Item

# As in the list: neither a field that was written over nor a change of scope tells how the work is going.
_UPDATES = {"created", "moved", "taken_back", "held", "released", "note", "check"}
_CHANGES_NOTHING = {"note", "check", "recorded_here"}


@dataclass(frozen=True, slots=True)
class Freshness:
    """When it was last updated: changed, noted or checked.

    `is_checked`: it was checked today and has not changed since. `is_stale`: not updated for a week, though it should.
    """

    updated_at: datetime
    days: int
    checked_at: datetime | None
    checked_by: str
    is_checked: bool
    is_stale: bool


def freshness(timeline: Sequence[Item], *, can_be_stale: bool, today: date, zone: ZoneInfo) -> Freshness:
    """How fresh what is known of the workflow is; one that is done or archived cannot be stale."""
    updated_at = max(item.recorded_at for item in timeline if item.kind in _UPDATES)
    changed_at = max(item.recorded_at for item in timeline if item.kind not in _CHANGES_NOTHING)
    check = max((item for item in timeline if item.kind == "check"), key=lambda item: item.order, default=None)
    days = max((today - local_date(updated_at, zone)).days, 0)
    return Freshness(
        updated_at=updated_at,
        days=days,
        checked_at=check.at if check else None,
        checked_by=check.actor if check else "",
        is_checked=check is not None and local_date(check.at, zone) == today and changed_at <= check.at,
        is_stale=can_be_stale and days >= STALE_AFTER_DAYS,
    )
