"""Writing over fields: what one changes is merged into what others have changed, and what was there is kept."""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.db import models
from tracker.db.models import Actor, CycleChange, FieldChange, ReportChange
from tracker.domain.errors import N_, InvalidError
from tracker.domain.merging import FieldConflictError, Theirs, merge
from tracker.domain.texts import normal

Clean = Callable[[str, str], str]


def changed(wanted: Mapping[str, str], was: Mapping[str, str], clean: Clean) -> dict[str, str]:
    """The fields of a form that were changed in it, cleaned; nobody is told off for a text that was there before."""
    return {
        field: clean(field, text)
        for field, text in wanted.items()
        if field not in was or normal(text) != normal(was[field])
    }


def merged(
    session: Session,
    about: ColumnElement[bool],
    wanted: Mapping[str, str],
    was: Mapping[str, str],
    current: Mapping[str, str],
    *,
    table: type[FieldChange | CycleChange | ReportChange] = FieldChange,
) -> dict[str, str]:
    """What to write, or FieldConflictError with what others wrote; `about` picks the thing's rows of the table."""
    for field in wanted:
        if field not in was or field not in current:
            raise InvalidError(N_("This form is broken. Open the page anew."), field=field)
    found = merge(wanted, *({field: normal(seen[field]) for field in wanted} for seen in (was, current)))
    if found.conflicts:
        raise FieldConflictError(
            {field: _theirs(session, table, about, field, current[field]) for field in found.conflicts}
        )
    return found.written


def record(
    entry: Entry, field: str, before: str, after: str, *, workflow_id: int | None = None, blocker_id: int | None = None
) -> None:
    """Keeps what was written over what."""
    entry.add(
        FieldChange(
            workflow_id=workflow_id, blocker_id=blocker_id, field=field, before=before, after=after, entry_id=entry.id
        )
    )


def _theirs(
    session: Session,
    table: type[FieldChange | CycleChange | ReportChange],
    about: ColumnElement[bool],
    field: str,
    text: str,
) -> Theirs:
    row = session.execute(
        select(col(Actor.name), col(models.Entry.recorded_at))
        .join(models.Entry, col(models.Entry.actor_id) == col(Actor.id))
        .join(table, col(table.entry_id) == col(models.Entry.id))
        .where(about, col(table.field) == field)
        .order_by(col(table.id).desc())
    ).first()
    return Theirs(text) if row is None else Theirs(text, row.name, row.recorded_at)
