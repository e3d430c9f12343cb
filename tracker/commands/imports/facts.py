"""What an import is measured by: all workflows, workstreams, holds and limits as they stand, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from tracker.commands.workflows import moves as workflows
from tracker.commands.workflows.moves import Limits
from tracker.db.columns import columns
from tracker.db.history import open_holds
from tracker.db.models import Blocker, Workflow, Workstream
from tracker.db.parts import timelines
from tracker.db.workstreams import IN_USE, taking_part
from tracker.domain.fields import texts_of
from tracker.domain.imports.values import folded
from tracker.domain.signoffs.part_timeline import PartTimeline
from tracker.domain.states import State
from tracker.domain.workflows import COLUMNS


@dataclass(frozen=True, slots=True)
class Existing:
    """A workflow that is there; `texts` are its fields as forms write them."""

    id: int
    key: str
    workstream: str
    texts: Mapping[str, str]
    state: State
    version: int
    changed_at: datetime
    is_archived: bool
    held_by: str
    parts: PartTimeline | None  # none where nobody else ever took part


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """All that rows are measured by. Keys are found whatever their capitals; workstreams by code or either name."""

    workflows: Mapping[str, Existing]
    workstreams: Mapping[str, str]
    codes: frozenset[str]
    owners: frozenset[str]
    names: frozenset[tuple[str, str]]  # workstream and name of what is not archived
    limits: Limits
    last_id: int
    archived: frozenset[str] = frozenset()  # of the codes


def facts(session: Session) -> ImportFacts:
    """As things stand. Ten statements, whatever the number of workflows."""
    named = columns(Workstream, ("code", "name", "name_en"))
    streams = session.execute(select(*named, IN_USE.label("is_in_use"))).all()
    words = {folded(name): row.code for row in streams for name in (row.name, row.name_en) if name}
    there = _workflows(session)
    owners = {each.texts["owner"] for each in there.values()} | set(session.scalars(select(col(Blocker.owner))))
    return ImportFacts(
        {key.casefold(): each for key, each in there.items()},
        words | {folded(code): code for code, *_ in streams},
        frozenset(code for code, *_ in streams),
        frozenset(owners),
        frozenset((each.workstream, folded(each.texts["name"])) for each in there.values() if not each.is_archived),
        workflows.limits(session),
        session.scalars(select(func.max(col(Workflow.id)))).one() or 0,
        frozenset(row.code for row in streams if not row.is_in_use),
    )


def _workflows(session: Session) -> dict[str, Existing]:
    owner, others = taking_part(session)
    held = _holds(session)
    shared = timelines(session, col(Workflow.archived_at).is_(None))
    own = ("id", "key", *COLUMNS, "state", "version", "state_since", "archived_at")
    return {
        row.key: Existing(
            row.id,
            row.key,
            owner[row.id],
            texts_of(row, COLUMNS) | {"other_workstreams": " ".join(others[row.id])},
            row.state,
            row.version,
            row.state_since,
            row.archived_at is not None,
            held.get(row.id, ""),
            shared.get(row.id),
        )
        for row in session.execute(select(*columns(Workflow, own)))
    }


def _holds(session: Session) -> dict[int, str]:
    """The title of a blocker that holds the workflow, of each that is held."""
    holds = open_holds()
    rows = session.execute(
        select(holds.c.workflow_id, col(Blocker.title)).join(Blocker, col(Blocker.id) == holds.c.blocker_id)
    )
    return {row.workflow_id: row.title for row in rows}
