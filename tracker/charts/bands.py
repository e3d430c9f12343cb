"""What stacks of states have in common: colours, words, and names at the right end that leave each other room."""

from collections.abc import Sequence

from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, PAPER_BENEATH, WIDE, Panel, Plot
from tracker.charts.speech import ColumnWords, capital
from tracker.charts.view import View, count
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.looks import LOOKS
from tracker.domain.states import STATES, State

FROM_BELOW = tuple(reversed(STATES))  # in a stack, done is at the bottom
COLOURS = {state: colour(look.colour) for state, look in LOOKS.items()}
EDGE = colour("s0-edge")  # not started is too light to end without one
WORDS = {
    "not_started": ColumnWords(
        N_("Not started"), N_("Workflows that were not started at the end of the cycle or day; now, while it lasts.")
    ),
    "design": ColumnWords(
        N_("In design"), N_("Workflows that were in design at the end of the cycle or day; now, while it lasts.")
    ),
    "validation": ColumnWords(
        N_("In validation"),
        N_("Workflows that were in validation at the end of the cycle or day; now, while it lasts."),
    ),
    "test": ColumnWords(
        N_("In test"), N_("Workflows that were in test at the end of the cycle or day; now, while it lasts.")
    ),
    "done": ColumnWords(
        N_("Done"), N_("Workflows that were done at the end of the cycle or day; now, while it lasts.")
    ),
}
NAMES_ROOM, NARROW_NAMES_ROOM = 132, 84  # px, of the right margin
_LINE = 16  # px


def name_the_ends(view: View, plot: Plot, panel: Panel, share: float, last: SheetRow, highest: float) -> None:
    """Writes the states, from the highest down, to the right of where they end in the last row, with their numbers in
    line. The ends are at that share of the width.
    """
    per_line = highest * _LINE / (plot.height - plot.margin["t"] - plot.margin["b"])
    ends = [(state, count(last, state.value), _middle(last, state)) for state in STATES if count(last, state.value)]
    line, place = {"color": colour("line-strong")}, {"xref": "paper", **PAPER_BENEATH}
    for (state, number, end), y in zip(ends, spread([end for *_, end in ends], per_line, highest), strict=True):
        panel.rule(2, end, 10, y, xref="paper", xsizemode="pixel", xanchor=share, line=line)
        panel.note(capital(view.speech.state(state)), share, y, xanchor="left", xshift=12, **place)
        panel.note(str(number), share, y, xanchor="right", xshift=NAMES_ROOM - 12, font=BOLD, name=WIDE, **place)


def _middle(row: SheetRow, state: State) -> float:
    """How high the middle of the state's part of a stack is."""
    return sum(count(row, each.value) for each in STATES[state.position + 1 :]) + count(row, state.value) / 2


def spread(places: Sequence[float], gap: float, highest: float) -> list[float]:
    """The places, from the highest down, moved so that there is a gap between each two, and that the lowest one stays
    above the ground.
    """
    found: list[float] = []
    for place in places:
        found.append(min(place, found[-1] - gap) if found else min(place, highest))
    lowest = gap / 2
    for number in reversed(range(len(found))):
        found[number] = max(found[number], lowest)
        lowest = found[number] + gap
    return found
