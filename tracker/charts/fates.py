"""What became of members, in words and looks: the same in both charts of scope."""

from tracker.charts.palette import colour
from tracker.charts.plot import Json
from tracker.charts.view import View, count
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import NN_

# Looks of bars: what is not met and not carried over, what is met and has a disposition as well, what is planned.
GREY: Json = {"line": {"color": colour("s0-edge"), "width": 1}}
BOTH: Json = {"pattern": {"shape": "x", "size": 5, "solidity": 0.4, "bgcolor": colour("s0"), "fillmode": "replace"}}
OUTLINE: Json = {"line": {"color": colour("s0-edge"), "width": 1.5}}


# What became of so many: of those that are not met, and of what is both.
SAID = {
    "carried_out": NN_("%(num)s carried over"),
    "returned": NN_("%(num)s returned to the backlog"),
    "dropped": NN_("%(num)s dropped"),
    "remaining": NN_("%(num)s remaining"),
    "met_since": NN_("%(num)s of them met, known since"),
}


def became(view: View, row: SheetRow) -> list[str]:
    """The words for each part of the row beyond what is met, and for what is both."""
    return [view.speech.counted(text, number) for name, text in SAID.items() if (number := count(row, name))]
