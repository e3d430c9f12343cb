"""Taking back what an entry set up: fields are written back, what it created is put away."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.commands.entry.batch_results import BatchResult, each
from tracker.commands.entry.entries import Entry
from tracker.commands.programme import setup
from tracker.commands.undo import conflicts
from tracker.db.history import last_written
from tracker.db.models import Project, SetupChange, Workstream
from tracker.domain.cells import instant_text
from tracker.domain.fields import texts_of
from tracker.domain.programme.setup import Thing, changeable


def undo(session: Session, entry: Entry, entry_id: int) -> BatchResult:
    """Takes the entry back, each thing by itself; what somebody has written over since is left."""
    rows = session.scalars(
        select(SetupChange).where(col(SetupChange.entry_id) == entry_id).order_by(col(SetupChange.id))
    )
    written: dict[tuple[Thing, str], list[SetupChange]] = defaultdict(list)
    for row in rows:
        written[Thing(row.thing), row.code].append(row)
    named = {code or thing.value: (thing, code) for thing, code in written}
    return each(named, lambda name: _undo_thing(session, entry, *named[name], written[named[name]]))


def _undo_thing(session: Session, entry: Entry, thing: Thing, code: str, changes: Sequence[SetupChange]) -> bool:
    setup.require_planner(entry.actor)
    if any(change.field == "code" for change in changes):
        return _undo_creation(session, entry, thing, code, changes)
    row = setup.the_thing(session, thing, code)
    current = texts_of(row, changeable(thing))
    if isinstance(row, Workstream):
        current["archived_at"] = instant_text(row.archived_at) if row.archived_at is not None else ""
    texts = {change.field: change.before for change in changes if current[change.field] != change.before}
    for change in changes:
        if change.field in texts:
            _refuse_newer(session, thing, code, change, change.field)
    if "archived_at" in texts:
        setup.put_away(session, entry, code, is_away=bool(texts.pop("archived_at")))
        return True
    setup.write_over(session, entry, thing, row, texts)
    return bool(texts)


def _undo_creation(session: Session, entry: Entry, thing: Thing, code: str, changes: Sequence[SetupChange]) -> bool:
    """Archives the workstream, or takes the project away; what has been written over since is in use."""
    row = session.get(setup.TABLES[thing], code)
    if row is None or (isinstance(row, Workstream) and row.archived_at is not None):
        return False
    _refuse_newer(session, thing, code, changes[-1])
    if isinstance(row, Project):
        setup.remove_project(session, entry, code)
        return True
    return setup.put_away(session, entry, code, is_away=True)


def _refuse_newer(session: Session, thing: Thing, code: str, change: SetupChange, field: str = "") -> None:
    """Refused when something newer was written, of the field or of the whole thing."""
    newer = setup.changes_of(thing, code) & (col(SetupChange.id) > change.id)
    if field:
        newer &= col(SetupChange.field) == field
    last = last_written(session, SetupChange, newer)
    if last is not None:
        raise conflicts.written_over(code or thing.value, *last)
