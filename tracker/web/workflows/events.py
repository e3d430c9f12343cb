"""The programme's words in the request's language: reasons, categories, scope changes, conflicts."""

from dataclasses import replace

from tracker.domain.states import Goal, ScopeKind, State
from tracker.queries.workflows.timeline import TimelineItem
from tracker.web.ui.formats import day, state_name
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import reason_word


def described(item: TimelineItem) -> TimelineItem:
    """The item with its reason and, for a change of scope, its text in words."""
    text = scope_words(item) if item.scope_kind is not None else item.text
    return replace(item, text=text, reason=reason_word(item.reason))


def scope_words(item: TimelineItem) -> str:  # noqa: PLR0911 - one for each kind
    """What a change of scope did: where to, with which goal."""
    goal = state_name(Goal(item.goal).value) if item.goal else ""
    match item.scope_kind:
        case ScopeKind.CARRIED:
            return gettext(
                "Carried from cycle %(from_cycle)s to cycle %(to_cycle)s, goal %(goal)s",
                from_cycle=item.from_cycle,
                to_cycle=item.to_cycle,
                goal=goal,
            )
        case ScopeKind.RETURNED:
            return gettext("Returned from cycle %(from_cycle)s to the backlog", from_cycle=item.from_cycle)
        case ScopeKind.DROPPED:
            return gettext("Dropped in cycle %(from_cycle)s", from_cycle=item.from_cycle)
        case ScopeKind.REMOVED:
            return gettext("Removed from cycle %(from_cycle)s", from_cycle=item.from_cycle)
        case ScopeKind.PLANNED if item.to_cycle is None:
            return gettext("Taken out of the plan for cycle %(from_cycle)s", from_cycle=item.from_cycle)
        case ScopeKind.PLANNED:
            return gettext("Planned for cycle %(to_cycle)s, goal %(goal)s", to_cycle=item.to_cycle, goal=goal)
        case _:
            return gettext("Added to cycle %(to_cycle)s, goal %(goal)s", to_cycle=item.to_cycle, goal=goal)


ComparedRow = tuple[str, str | tuple[State, ...], str | tuple[State, ...]]


def conflict_rows(
    item: TimelineItem, *, current: State, wanted: State, happened_on: str, reason: str, note: str
) -> list[ComparedRow]:
    """What happened against what was wanted, row by row: label, theirs, yours. A tuple of states is a move."""
    theirs: str | tuple[State, ...] = event_words(item)
    if item.from_state is not None and item.to_state is not None and item.kind != "taken_back":
        theirs = (item.from_state, item.to_state)
    rows: list[ComparedRow] = [
        (gettext("Change"), theirs, (current, wanted)),
        (gettext("By"), item.actor, gettext("you")),
        (gettext("Happened"), day(item.at), happened_on or gettext("now")),
    ]
    if item.reason or reason:
        rows.append((gettext("Reason"), reason_word(item.reason), reason_word(reason)))
    if item.note or note:
        rows.append((gettext("Note"), item.note, note))
    return rows


def event_words(item: TimelineItem) -> str:  # noqa: PLR0911 - one for each kind
    """An event of the timeline in a few words."""
    match item.kind:
        case "held":
            return gettext("Blocker raised: %(title)s", title=item.text)
        case "released":
            return gettext("Blocker released: %(title)s", title=item.text)
        case "taken_back":
            return gettext(
                "Taken back: %(from_state)s → %(to_state)s",
                from_state=_state_word(item.from_state),
                to_state=_state_word(item.to_state),
            )
        case "scope":
            return scope_words(item)
        case "created":
            return gettext("Created")
        case "moved":
            return f"{_state_word(item.from_state)} → {_state_word(item.to_state)}"
        case _:
            return item.note


def _state_word(state: State | None) -> str:
    return state_name(state) if state is not None else "–"
