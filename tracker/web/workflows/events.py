"""The programme's words in the request's language: reasons, categories, scope changes, conflicts."""

from dataclasses import replace

from tracker.domain.errors import N_
from tracker.domain.states import BlockerCategory, Goal, MoveBackReason, ScopeKind, State
from tracker.queries.board.layout import Cell
from tracker.queries.workflows.timeline import Item
from tracker.web.ui.formats import day, state_name
from tracker.web.ui.translation import gettext

MOVE_BACK_REASONS = {
    MoveBackReason.FAILED_TEST: N_("failed test"),
    MoveBackReason.FAILED_VALIDATION: N_("failed validation"),
    MoveBackReason.NEW_RELEASE: N_("new release"),
    MoveBackReason.CHANGED_REQUIREMENT: N_("changed requirement"),
    MoveBackReason.DEPENDENCY: N_("dependency"),
    MoveBackReason.OTHER: N_("other"),
}
SCOPE_REASONS = {
    "decision": N_("decision"),
    "vendor": N_("vendor"),
    "integration": N_("integration"),
    "capacity": N_("capacity"),
    "scope": N_("scope"),
}
CATEGORIES = {
    BlockerCategory.DECISION: N_("decision"),
    BlockerCategory.VENDOR: N_("vendor"),
    BlockerCategory.INTEGRATION: N_("integration"),
    BlockerCategory.EQUIPMENT: N_("equipment"),
    BlockerCategory.STAFFING: N_("staffing"),
    BlockerCategory.DEPENDENCY: N_("dependency between workstreams"),
    BlockerCategory.SECURITY: N_("information security"),
    BlockerCategory.DATA: N_("data"),
    BlockerCategory.OTHER: N_("other"),
}
_REASONS = {reason.value: word for reason, word in MOVE_BACK_REASONS.items()} | SCOPE_REASONS


def move_back_reasons() -> list[tuple[str, str]]:
    """The picks for a move back: key and word."""
    return [(reason.value, gettext(word)) for reason, word in MOVE_BACK_REASONS.items()]


def scope_reasons() -> list[tuple[str, str]]:
    """The picks for a change of scope: key and word."""
    return [(reason, gettext(word)) for reason, word in SCOPE_REASONS.items()]


def reason_word(reason: str) -> str:
    """The word of a pick; anything else as it was written."""
    return gettext(_REASONS[reason]) if reason in _REASONS else reason


def category_word(category: BlockerCategory) -> str:
    """The category in words."""
    return gettext(CATEGORIES[category])


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


def in_words(item: Item) -> Item:
    """The item with its reason and, for a change of scope, its text in words."""
    text = scope_words(item) if item.scope_kind is not None else item.text
    return replace(item, text=text, reason=reason_word(item.reason))


def scope_words(item: Item) -> str:  # noqa: PLR0911 - one for each kind
    """What a change of scope did: where to, with which goal."""
    goal = state_name(Goal(item.goal).value) if item.goal else ""
    match item.scope_kind:
        case ScopeKind.CARRIED:
            return gettext("Carried from cycle %(from_cycle)s to cycle %(to_cycle)s, goal %(goal)s",
                           from_cycle=item.from_cycle, to_cycle=item.to_cycle, goal=goal)  # fmt: skip
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


Row = tuple[str, str | tuple[State, ...], str | tuple[State, ...]]


def conflict_rows(item: Item, *, current: State, wanted: State, happened_on: str, reason: str, note: str) -> list[Row]:
    """What happened against what was wanted, row by row: label, theirs, yours. A tuple of states is a move."""
    theirs: str | tuple[State, ...] = event_words(item)
    if item.from_state is not None and item.to_state is not None and item.kind != "taken_back":
        theirs = (item.from_state, item.to_state)
    rows: list[Row] = [
        (gettext("Change"), theirs, (current, wanted)),
        (gettext("By"), item.actor, gettext("you")),
        (gettext("Happened"), day(item.at), happened_on or gettext("now")),
    ]
    if item.reason or reason:
        rows.append((gettext("Reason"), reason_word(item.reason), reason_word(reason)))
    if item.note or note:
        rows.append((gettext("Note"), item.note, note))
    return rows


def event_words(item: Item) -> str:  # noqa: PLR0911 - one for each kind
    """An event of the timeline in a few words."""
    match item.kind:
        case "held":
            return gettext("Blocker raised: %(title)s", title=item.text)
        case "released":
            return gettext("Blocker released: %(title)s", title=item.text)
        case "taken_back":
            return gettext("Taken back: %(from_state)s → %(to_state)s",
                           from_state=_state_word(item.from_state), to_state=_state_word(item.to_state))  # fmt: skip
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
