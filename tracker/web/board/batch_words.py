"""What became of many workflows at once, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from tracker.commands.entry.batch_results import BatchResult, Left
from tracker.commands.workflows.moves import StaleError
from tracker.domain.errors import N_, NotFoundError
from tracker.queries.workflows import page as workflow
from tracker.web.board.batch_forms import Action, BatchForm
from tracker.web.http.context import current_viewer
from tracker.web.ui.errors import explain
from tracker.web.ui.formats import language, moment, state_name
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.workflows.events import described, event_words

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


def causes(session: Session, left: Sequence[Left], now: datetime, *, stale: str = NOT_MOVED) -> list[Cause]:
    """Why each was left; of those that somebody changed in the meantime, who did what when, in the words `stale`."""
    return [
        Cause(
            "" if isinstance(each.error, NotFoundError) else each.key,
            each.key,
            _missed(session, each.key, now, stale)
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
        case _:
            return ngettext(
                "%(key)s checked: nothing has changed", "%(num)s checked: nothing has changed", count, key=key
            )


def _missed(session: Session, key: str, now: datetime, stale: str) -> str:
    shown = workflow.page(session, key, language=language(), now=now, zone=current_viewer().programme.zone)
    latest = max((item for item in shown.timeline if item.counts), key=lambda item: (item.recorded_at, item.order))
    return gettext(stale, what=event_words(described(latest)), actor=latest.actor, at=moment(latest.recorded_at))
