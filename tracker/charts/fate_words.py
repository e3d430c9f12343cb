"""What became of members, in words: the same under both charts of scope."""

from tracker.charts.speech import Speech


def said(speech: Speech, fate: str, number: int) -> str:
    """So many, and what became of them."""
    ngettext = speech.ngettext
    match fate:
        case "carried_out":
            return ngettext("%(num)s carried over", "%(num)s carried over", number)
        case "returned":
            return ngettext("%(num)s returned to the backlog", "%(num)s returned to the backlog", number)
        case "dropped":
            return ngettext("%(num)s dropped", "%(num)s dropped", number)
        case "met_since":
            return ngettext("%(num)s of them met, known since", "%(num)s of them met, known since", number)
        case _:
            return ngettext("%(num)s remaining", "%(num)s remaining", number)
