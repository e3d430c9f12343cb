"""The words of what is one of few, once for all pages: states and goals, statuses, roles, categories and reasons."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from babel.lists import format_list
from flask_babel import get_locale

from tracker.domain.errors import N_
from tracker.domain.fields import Fields
from tracker.domain.looks import LOOKS
from tracker.domain.states import (
    BlockerCategory,
    CycleStatus,
    Goal,
    MoveBackReason,
    ProposalKind,
    ReviewReason,
    Role,
    State,
)
from tracker.web.ui.translation import gettext

STATUSES = {CycleStatus.DRAFT: N_("draft"), CycleStatus.RUNNING: N_("running"), CycleStatus.CLOSED: N_("closed")}
ROLES = {
    Role.VIEWER: N_("Viewer"),
    Role.LEAD: N_("Project lead"),
    Role.PLANNER: N_("Planner"),
    Role.ADMIN: N_("Administrator"),
}
MOVE_BACK_REASONS = {
    MoveBackReason.FAILED_TEST: N_("failed test"),
    MoveBackReason.FAILED_VALIDATION: N_("failed validation"),
    MoveBackReason.NEW_RELEASE: N_("new release"),
    MoveBackReason.CHANGED_REQUIREMENT: N_("changed requirement"),
    MoveBackReason.DEPENDENCY: N_("dependency"),
    MoveBackReason.OTHER: N_("other"),
}
REVIEW_REASONS = {
    ReviewReason.DECISION: N_("decision"),
    ReviewReason.VENDOR: N_("vendor"),
    ReviewReason.INTEGRATION: N_("integration"),
    ReviewReason.CAPACITY: N_("capacity"),
    ReviewReason.DEPENDENCY: N_("dependency"),
    ReviewReason.SCOPE: N_("scope"),
    ReviewReason.OTHER: N_("other"),
}
PROPOSALS = {
    ProposalKind.CARRIED: N_("carried over"),
    ProposalKind.RETURNED: N_("returned to the backlog"),
    ProposalKind.DROPPED: N_("dropped"),
    ProposalKind.GOES_ON: N_("goes on"),
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
_NO_SCOPE_REASONS = {ReviewReason.DEPENDENCY, ReviewReason.OTHER}  # a change of scope has a text of its own for them
_WORDS: dict[type[StrEnum], Mapping[Any, str]] = {
    State: {state: look.label for state, look in LOOKS.items()},
    Goal: {goal: LOOKS[State(goal.value)].label for goal in Goal},
    CycleStatus: STATUSES,
    Role: ROLES,
    MoveBackReason: MOVE_BACK_REASONS,
    ReviewReason: REVIEW_REASONS,
    ProposalKind: PROPOSALS,
    BlockerCategory: CATEGORIES,
}
_REASONS = {reason.value: word for table in (MOVE_BACK_REASONS, REVIEW_REASONS) for reason, word in table.items()}


def word(member: StrEnum) -> str:
    """The member in words."""
    return gettext(_WORDS[type(member)][member])


def parts_in_words(parts: Iterable[tuple[str, Goal]], form: str) -> list[str]:
    """Parts by workstream, each in the form, such as "%s: %s": its code, and its stages in words."""
    stages: dict[str, list[str]] = {}
    for code, stage in parts:
        stages.setdefault(code, []).append(word(stage))
    return [form % (code, format_list(words, locale=get_locale())) for code, words in stages.items()]


def picks(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """The members to pick from: key and word."""
    return [(member.value, word(member)) for member in members]


def large_picks(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """The same with words that begin large."""
    return [(key, text.capitalize()) for key, text in picks(members)]


def scope_reasons() -> list[tuple[str, str]]:
    """The picks for a change of scope: key and word."""
    return picks(reason for reason in ReviewReason if reason not in _NO_SCOPE_REASONS)


def reason_word(reason: str) -> str:
    """The word of a pick; anything else as it was written."""
    return gettext(_REASONS[reason]) if reason in _REASONS else reason


def field_label(fields: Fields, name: str) -> str:
    """What a form calls the field."""
    return gettext(fields[name].label) if name in fields else name


def history_label(fields: Fields, name: str) -> str:
    """What the history calls the field, in the middle of a sentence."""
    own = fields[name].history_label if name in fields else ""
    return gettext(own) if own else field_label(fields, name).lower()


def goal_word(goal: Goal | None) -> str:
    """The stage to be passed; nothing for none."""
    return word(goal) if goal else ""
