"""Writing over fields: what one changes is merged into what others have changed, and what was there is kept."""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from tracker.commands.entry.entries import Entry
from tracker.db.columns import AnyColumn
from tracker.db.history import last_written
from tracker.db.models import CycleChange, FieldChange, ReportChange, SetupChange
from tracker.domain.errors import N_, InvalidError
from tracker.domain.merging import FieldConflictError, Theirs, merge
from tracker.domain.texts import normal

Clean = Callable[[str, str], str]
Table = type[FieldChange | CycleChange | ReportChange | SetupChange]


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
    table: Table = FieldChange,
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
    entry: Entry,
    before: Mapping[str, str],
    texts: Mapping[str, str],
    *,
    table: Table = FieldChange,
    **about: AnyColumn,
) -> None:
    """Keeps what each of the texts was written over; `about` are the columns that say of what."""
    for field, text in texts.items():
        entry.add(table(**about, field=field, before=before.get(field, ""), after=text, entry_id=entry.id))


def _theirs(session: Session, table: Table, about: ColumnElement[bool], field: str, text: str) -> Theirs:
    return Theirs(text, *(last_written(session, table, about, col(table.field) == field) or ()))
