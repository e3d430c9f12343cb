"""The review in words: what can become of a member, why, and what somebody proposed."""

from tracker.domain.errors import N_
from tracker.domain.reviews import Wish
from tracker.domain.states import ProposalKind
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import goal_word, reason_word, word

# What to choose, in the order of the keys 1 to 3.
CHOICES = {
    ProposalKind.CARRIED: N_("Carry over"),
    ProposalKind.RETURNED: N_("Return"),
    ProposalKind.DROPPED: N_("Drop"),
}


def kind_choices() -> list[tuple[str, str]]:
    """What can become of a member that did not meet its goal: key and word."""
    return [(kind.value, gettext(word)) for kind, word in CHOICES.items()]


def wish_words(wish: Wish) -> str:
    """What somebody wishes, in a line: what becomes of it, with which goal, and why."""
    parts = [word(wish.kind)]
    if wish.goal:
        parts.append(gettext("goal %(goal)s", goal=goal_word(wish.goal)))
    if wish.reason:
        parts.append(reason_word(wish.reason))
    return ", ".join(parts)
