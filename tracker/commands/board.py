"""Saving rows of the list: a move, a note and a release each, every row whole or not at all."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from tracker.commands import blockers, notes
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.domain.errors import N_, ConflictError, InvalidError, TrackerError
from tracker.domain.states import State


@dataclass(frozen=True, slots=True)
class Update:
    """What somebody wants of a workflow, from the version that they saw. `released` are ids of blockers."""

    key: str
    version: int
    to: State | None = None
    happened_on: date | None = None
    reason: str = ""
    note: str = ""
    released: tuple[int, ...] = ()
    resolution: str = ""
    without_parts: str = ""


def save(session: Session, entry: Entry, updates: Sequence[Update]) -> BatchResult:
    """Saves the rows that can be saved, and gives the others with their causes."""
    by_key = {update.key: update for update in updates}
    return batch_results.each(by_key, lambda key: _saved(session, entry, by_key[key]))


def _saved(session: Session, entry: Entry, update: Update) -> bool:
    """Whether anything was written. The release comes first: what nothing holds any more can become done."""
    _refuse_what_belongs_to_nothing(update)
    workflow, _ = moves.the_workflow(session, update.key)
    is_move = update.to not in {None, workflow.state}
    if is_move:
        moves.refuse_stale(workflow, update.version)
    with _whole(session, entry):
        is_written = _released(session, entry, update)
        if update.to is not None and is_move:
            move = Move(
                update.to, workflow.version, update.happened_on, update.reason, update.note, update.without_parts
            )
            moves.move(session, entry, update.key, move)
        elif update.note:
            notes.write(session, entry, update.note, key=update.key)
    return is_written or is_move or bool(update.note)


def _released(session: Session, entry: Entry, update: Update) -> bool:
    is_written = False
    for blocker_id in update.released:
        try:
            is_released = blockers.release_one(
                session, entry, blocker_id, update.key, note=update.resolution, happened_on=update.happened_on
            )
        except InvalidError as error:
            error.field = "resolution" if error.field == "note" else error.field
            raise
        is_written = is_written or is_released
    if update.resolution and not is_written:
        raise ConflictError(
            N_("The blocker was released by somebody else in the meantime. Keep the text as a note, or discard it."),
            field="resolution",
        )
    return is_written


def _refuse_what_belongs_to_nothing(update: Update) -> None:
    """A date or a text without what it tells of would be lost without a word."""
    if update.happened_on is not None and update.to is None and not update.released:
        raise InvalidError(N_("Choose the state that was reached on this date."), field="happened_on")
    if update.resolution and not update.released:
        raise InvalidError(N_("Tick the blocker that this resolves."), field="resolution")


@contextlib.contextmanager
def _whole(session: Session, entry: Entry) -> Iterator[None]:
    """Takes all of it back when a part is refused: the entry too, if nothing before it was written."""
    was_recorded = entry.is_recorded
    savepoint = session.begin_nested()
    try:
        yield
    except TrackerError:
        savepoint.rollback()
        entry.is_recorded = was_recorded
        raise
    savepoint.commit()
