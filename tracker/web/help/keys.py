"""The keys, and how to work with many at once: a page, and a dialog on the board."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.domain.looks import LOOKS
from tracker.domain.states import Goal
from tracker.web.http.context import current_viewer
from tracker.web.ui.rendering import page
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

bp = Blueprint("help", __name__)


@bp.get("/help")
def show() -> ResponseReturnValue:
    """What keys, mouse and fingers do."""
    states = ", ".join(f"{look.key} {gettext(look.label)}" for look in LOOKS.values())
    goals = ", ".join(f"{number} {word(goal)}" for number, goal in enumerate(Goal, 1))
    return page("help/keys.html", "help", states=states, goals=goals, are_keys_on=current_viewer().has_keys)
