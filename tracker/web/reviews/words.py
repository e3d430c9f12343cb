"""The review in words: what can become of a member, why, and what somebody proposed."""

from tracker.domain.errors import N_
from tracker.domain.reviews import Wish
from tracker.domain.states import Goal, ProposalKind, ReviewReason
from tracker.web.ui.formats import state_name
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import reason_word

# What to choose, in the order of the keys 1 to 3.
CHOICES = {
    ProposalKind.CARRIED: N_("Carry over"),
    ProposalKind.RETURNED: N_("Return"),
    ProposalKind.DROPPED: N_("Drop"),
}
KINDS = {
    ProposalKind.CARRIED: N_("carried over"),
    ProposalKind.RETURNED: N_("returned to the backlog"),
    ProposalKind.DROPPED: N_("dropped"),
    ProposalKind.GOES_ON: N_("goes on"),
}
REASONS = {
    ReviewReason.DECISION: N_("decision"),
    ReviewReason.VENDOR: N_("vendor"),
    ReviewReason.INTEGRATION: N_("integration"),
    ReviewReason.CAPACITY: N_("capacity"),
    ReviewReason.DEPENDENCY: N_("dependency"),
    ReviewReason.SCOPE: N_("scope"),
    ReviewReason.OTHER: N_("other"),
}


def kind_choices() -> list[tuple[str, str]]:
    """What can become of a member that did not meet its goal: key and word."""
    return [(kind.value, gettext(word)) for kind, word in CHOICES.items()]


def review_reasons() -> list[tuple[str, str]]:
    """The picks of reasons: key and word."""
    return [(reason.value, gettext(word)) for reason, word in REASONS.items()]


def kind_word(kind: ProposalKind) -> str:
    """What becomes of it, in words."""
    return gettext(KINDS[kind])


def goal_word(goal: Goal | None) -> str:
    """The goal in words; nothing for none."""
    return state_name(goal.value) if goal else ""


def wish_words(wish: Wish) -> str:
    """What somebody wishes, in a line: what becomes of it, with which goal, and why."""
    parts = [kind_word(wish.kind)]
    if wish.goal:
        parts.append(gettext("goal %(goal)s", goal=goal_word(wish.goal)))
    if wish.reason:
        parts.append(reason_word(wish.reason))
    return ", ".join(parts)
