"""The words of what is picked: reasons and categories."""

from tracker.domain.errors import N_
from tracker.domain.fields import Fields
from tracker.domain.states import BlockerCategory, MoveBackReason
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


def field_label(fields: Fields, name: str) -> str:
    """What a form calls the field."""
    return gettext(fields[name].label) if name in fields else name


def history_label(fields: Fields, name: str) -> str:
    """What the history calls the field, in the middle of a sentence."""
    own = fields[name].history_label if name in fields else ""
    return gettext(own) if own else field_label(fields, name).lower()
