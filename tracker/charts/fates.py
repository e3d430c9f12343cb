"""What became of members, in words and looks: the same in both charts of scope."""

from tracker.charts.palette import colour
from tracker.charts.plot import Json
from tracker.charts.speech import Speech
from tracker.charts.view import View, count
from tracker.domain.charts.fates import DISPOSITIONS
from tracker.domain.charts.sheets import SheetRow

# Looks of bars: what is not met and not carried over, what is met and has a disposition as well, what is planned.
GREY: Json = {"line": {"color": colour("s0-edge"), "width": 1}}
BOTH: Json = {"pattern": {"shape": "x", "size": 5, "solidity": 0.4, "bgcolor": colour("s0"), "fillmode": "replace"}}
OUTLINE: Json = {"line": {"color": colour("s0-edge"), "width": 1.5}}


def became(view: View, row: SheetRow) -> list[str]:
    """The words for each part of the row beyond what is met, and for what is both."""
    names = (*DISPOSITIONS, "remaining", "met_since")
    return [said(view.speech, name, number) for name in names if (number := count(row, name))]


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
