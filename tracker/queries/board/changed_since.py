"""What has been written since a revision of the programme: which workflows, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from tracker.queries.revision_cache import FOLLOWED, REPORTING, REVIEWING, in_seconds, rows_since


@dataclass(frozen=True, slots=True)
class ChangedWorkflow:
    """A workflow that was written to, who did it last, and by which commands it was."""

    key: str
    actor_id: int
    actor: str
    commands: frozenset[str] = frozenset()


def changed_since(session: Session, revision: int, recorded: int) -> list[ChangedWorkflow] | None:
    """The workflows written to after the revision, recorded in that second, by key. None when something else was
    written too, such as a cycle's close or a blocker's title, which any number of workflows may show, and when it is
    another database's revision. One statement.
    """
    rows = _rows(session, revision, recorded)
    if rows is None:
        return None
    for row in rows:
        known = FOLLOWED if row.key is not None else REVIEWING | REPORTING
        if row.command not in known and not row.is_elsewhere:
            return None
    changed: dict[str, ChangedWorkflow] = {}
    for row in rows:
        if row.key is not None:
            earlier = changed[row.key].commands if row.key in changed else frozenset()
            changed[row.key] = ChangedWorkflow(row.key, row.actor_id, row.actor, earlier | {row.command})
    return [changed[key] for key in sorted(changed)]


def is_only_reviewed(session: Session, revision: int, recorded: int) -> bool:
    """Whether all that was written after the revision prepares a review or a report, which no board shows. One
    statement.
    """
    rows = _rows(session, revision, recorded)
    return bool(rows) and {row.command for row in rows or ()} <= REVIEWING | REPORTING


def _rows(session: Session, revision: int, recorded: int) -> Sequence[Row[Any]] | None:
    rows = rows_since(session, revision)
    return rows if all(in_seconds(row.since) == recorded for row in rows) else None
