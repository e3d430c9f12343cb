"""What stacks of states have in common: colours, words, and names at the right end that leave each other room."""

from collections.abc import Sequence
from typing import NamedTuple

from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Panel, Plot
from tracker.charts.speech import ColumnWords, Speech
from tracker.domain.errors import N_
from tracker.domain.states import STATES, State

FROM_BELOW = tuple(reversed(STATES))  # in a stack, done is at the bottom
COLOURS = {state: colour(f"s{state.position}") for state in STATES}
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


class Name(NamedTuple):
    """What ends at the right, at which height, and how many there are."""

    text: str
    y: float
    number: int


def name(speech: Speech, state: State) -> str:
    """The state at the beginning of a line."""
    words = speech.state(state)
    return words[:1].upper() + words[1:]


def name_the_ends(plot: Plot, panel: Panel, share: float, names: Sequence[Name], highest: float) -> None:
    """Writes the names, from the highest down, to the right of where they end, with their numbers in line. The ends are
    at that share of the width.
    """
    per_line = highest * _LINE / (plot.height - plot.margin["t"] - plot.margin["b"])
    for each, y in zip(names, spread([each.y for each in names], per_line, highest), strict=True):
        line = {"color": colour("line-strong")}
        panel.rule(2, each.y, 10, y, xref="paper", xsizemode="pixel", xanchor=share, line=line)
        place = {"xref": "paper", "bgcolor": colour("paper"), "borderpad": 0}
        panel.note(each.text, share, y, xanchor="left", xshift=12, **place)
        panel.note(str(each.number), share, y, xanchor="right", xshift=NAMES_ROOM - 12, font=BOLD, name=WIDE, **place)


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
