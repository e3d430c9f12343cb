"""The keys, and how to work with many at once: a page, and a dialog on the board."""

from collections.abc import Sequence

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.domain.errors import N_
from tracker.domain.looks import LOOKS
from tracker.domain.states import Goal
from tracker.web.http.context import current_viewer
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

bp = Blueprint("help", __name__)

_GROUPS = {
    N_("Among the cards"): (
        (("←", "↑", "↓", "→"), N_("to the next card, column or lane")),
        (("Home", "End"), N_("to the first or last card of the column")),
        (("Enter",), N_("open the workflow")),
        (("M",), N_("the menu of the card; also Shift+F10")),
        (("Esc",), N_("close, deselect, back to the card")),
    ),
    N_("Change a card"): (
        (("1", "–", "5"), N_("move to the state: %(states)s")),
        (("Shift", "→"), N_("one state on")),
        (("Shift", "←"), N_("one state back, with its reason")),
        (("D",), N_("say on which day it happened")),
        (("H",), N_("raise a blocker")),
        (("Z",), N_("undo what was done last")),
    ),
    N_("Many at once"): (
        (("X",), N_("select the card or deselect it")),
        (("Shift", "↑", "↓"), N_("extend the selection")),
        (("Ctrl", "A"), N_("select the whole column")),
        (("Ctrl", N_("click")), N_("select one more with the mouse; Shift and click selects all in between")),
    ),
    N_("In the list"): (
        (("↑", "↓"), N_("to the next row")),
        (("Home", "End"), N_("to the first or last row")),
        (("1", "–", "5"), N_("choose the state")),
        (("D",), N_("say on which day it happened")),
        (("N",), N_("write the note")),
        (("H",), N_("resolve the blocker, or raise one")),
        (("C",), N_("checked: nothing has changed")),
        (("Enter",), N_("save the row and go on")),
        (("S",), N_("save all rows")),
        (("X",), N_("select the row or deselect it")),
        (("Shift", "↑", "↓"), N_("extend the selection")),
        (("Esc",), N_("out of a field, back to the row; deselect")),
        (("Z",), N_("undo what was done last")),
    ),
    N_("When a cycle is planned"): (
        (("↑", "↓"), N_("to the next row of the same side")),
        (("Enter",), N_("into the cycle with the next stage as its goal; also →")),
        (("←",), N_("back to the backlog")),
        (("1", "–", "3"), N_("the goal: %(goals)s; from the backlog into the cycle with it")),
        (("X",), N_("select the row or deselect it")),
        (("Shift", "↑", "↓"), N_("extend the selection")),
        (("Z",), N_("undo what was done last")),
    ),
    N_("In the review"): (
        (("J", "K"), N_("to the next or previous item")),
        (("1", "–", "3"), N_("decide: 1 carry over, 2 return to the backlog, 3 drop")),
        (("Tab",), N_("to the reason")),
        (("Enter",), N_("save the decision")),
        (("N",), N_("to the next workstream that has something undecided")),
        (("Esc",), N_("out of a field, back to the item")),
    ),
    N_("Anywhere on the board"): (
        (("/",), N_("search; a pasted list of keys finds just those")),
        (("?",), N_("this help")),
    ),
}


@bp.get("/help")
def show() -> ResponseReturnValue:
    """What keys, mouse and fingers do."""
    states = ", ".join(f"{look.key} {gettext(look.label)}" for look in LOOKS.values())
    goals = ", ".join(f"{number} {word(goal)}" for number, goal in enumerate(Goal, 1))

    def row(keys: Sequence[str], words: str) -> tuple[list[str], str]:
        return [gettext(key) if len(key) > 1 else key for key in keys], gettext(words, states=states, goals=goals)

    groups = [(gettext(title), [row(*each) for each in rows]) for title, rows in _GROUPS.items()]
    return page("help/keys.html", "help", groups=groups, are_keys_on=current_viewer().has_keys)
