"""How many cards stand in a column, and what became of many workflows at once, in words."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session

from tracker.commands.entry.batch_results import BatchResult, Left
from tracker.commands.workflows.moves import StaleError
from tracker.domain.errors import N_, NotFoundError
from tracker.queries.board.layout import Cell
from tracker.web.board.forms import Action, BatchForm
from tracker.web.ui.errors import explain
from tracker.web.ui.formats import moment, state_name
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.workflows.page import latest, read_page
from tracker.web.workflows.words import described, event_words


def limit_words(cell: Cell) -> str:
    """How many of how many a column may hold; what others own is told apart, and not counted against it."""
    shared = cell.count - cell.owned
    if cell.limit is None:
        return gettext("%(owned)s + %(shared)s shared", owned=cell.owned, shared=shared) if shared else ""
    if shared:
        return gettext("%(owned)s of %(limit)s, %(shared)s shared", owned=cell.owned, limit=cell.limit, shared=shared)
    return gettext("of %(limit)s", limit=cell.limit)


def over_words(cell: Cell) -> str:
    """By how many a column is over its limit; nothing when it is not."""
    return gettext("%(n)s over", n=cell.over) if cell.over else ""


NOT_MOVED = N_("It has changed since you saw it: %(what)s, %(actor)s, %(at)s. It was not moved.")
NOT_PLANNED = N_("It has changed since you saw it: %(what)s, %(actor)s, %(at)s. It stays as it is now.")
_TOLD_BY_WHOM = 20  # beyond that, looking each up would take longer than anybody reads


class Cause(NamedTuple):
    """Something that was left, and why; `key` is empty when it is no workflow that can be opened."""

    key: str
    name: str
    words: str


def question(action: Action, count: int) -> str:
    """The heading of the form about them."""
    match action:
        case Action.MOVE:
            return ngettext("Move %(num)s workflow", "Move %(num)s workflows", count)
        case Action.RELEASE:
            return ngettext("Release %(num)s workflow", "Release %(num)s workflows", count)
        case Action.OWN:
            return ngettext("Owner of %(num)s workflow", "Owner of %(num)s workflows", count)
        case Action.PRIORITISE:
            return ngettext("Priority of %(num)s workflow", "Priority of %(num)s workflows", count)
        case _:
            return ngettext("Check %(num)s workflow", "Check %(num)s workflows", count)


def result_text(form: BatchForm, outcome: BatchResult) -> str:
    """What was done, what was so already, what is left: one line."""
    return result_line(_deed_words(form, outcome.done) if outcome.done else "", outcome)


def undone_text(outcome: BatchResult) -> str:
    """What was taken back: one line."""
    if not outcome.done and not outcome.left:
        return gettext("It has been taken back already")
    if len(outcome.done) == 1:
        return result_line(gettext("Taken back: %(key)s is as before", key=outcome.done[0]), outcome)
    done = ngettext("Taken back: %(num)s workflow", "Taken back: %(num)s workflows", len(outcome.done))
    return result_line(done if outcome.done else "", outcome)


def causes(session: Session, left: Sequence[Left], *, stale: str = NOT_MOVED) -> list[Cause]:
    """Why each was left; of those that somebody changed in the meantime, who did what when, in the words `stale`."""
    return [
        Cause(
            "" if isinstance(each.error, NotFoundError) else each.key,
            each.key,
            latest_words(session, each.key, stale)
            if isinstance(each.error, StaleError) and place < _TOLD_BY_WHOM
            else explain(each.error),
        )
        for place, each in enumerate(left)
    ]


def result_line(done: str, outcome: BatchResult) -> str:
    """What was done, in words of the action's own, then what was so already and what is left."""
    parts = [done] if done else []
    if outcome.unchanged:
        parts.append(
            ngettext(
                "%(key)s was so already", "%(num)s were so already", len(outcome.unchanged), key=outcome.unchanged[0]
            )
        )
    if outcome.left:
        parts.append(ngettext("%(key)s is left", "%(num)s are left", len(outcome.left), key=outcome.left[0].key))
    return ", ".join(parts)


def _deed_words(form: BatchForm, done: tuple[str, ...]) -> str:  # noqa: PLR0911 - one for each action
    count, key = len(done), done[0]
    match form.action:
        case Action.MOVE if form.to and count == 1:
            return gettext("%(key)s moved to %(state)s", key=key, state=state_name(form.to))
        case Action.MOVE if form.to:
            return ngettext(
                "%(num)s workflow moved to %(state)s",
                "%(num)s workflows moved to %(state)s",
                count,
                state=state_name(form.to),
            )
        case Action.RELEASE:
            return ngettext("%(key)s is no longer blocked", "%(num)s are no longer blocked", count, key=key)
        case Action.OWN if form.owner:
            return ngettext("%(key)s: owner %(owner)s", "%(num)s: owner %(owner)s", count, key=key, owner=form.owner)
        case Action.OWN:
            return ngettext("%(key)s has no owner now", "%(num)s have no owner now", count, key=key)
        case Action.PRIORITISE if form.priority:
            return ngettext(
                "%(key)s: priority %(priority)s",
                "%(num)s: priority %(priority)s",
                count,
                key=key,
                priority=form.priority,
            )
        case Action.PRIORITISE:
            return ngettext("%(key)s has no priority now", "%(num)s have no priority now", count, key=key)
        case Action.SIGN:
            return ngettext("%(key)s: our part is done", "Our part is done in %(num)s workflows", count, key=key)
        case _:
            return ngettext(
                "%(key)s checked: nothing has changed", "%(num)s checked: nothing has changed", count, key=key
            )


def latest_words(session: Session, key: str, message: str) -> str:
    """The latest that happened to a workflow, in a message that names what, who and when."""
    item = latest(read_page(key, session))
    return gettext(message, what=event_words(described(item)), actor=item.actor, at=moment(item.recorded_at))
