"""Many at once: what can be done is done, the rest is named with its cause, and one word takes all of it back."""

from tracker.commands.outcomes import Left, Outcome, each
from tracker.commands.taking_back import take_back

__all__ = ["Left", "Outcome", "each", "take_back"]
