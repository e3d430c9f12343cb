"""The accessibility statement that public bodies owe their users. Open to all."""

from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue

from tracker.web.http.context import current_settings
from tracker.web.ui.formats import language
from tracker.web.ui.rendering import page

bp = Blueprint("statement", __name__)

WRITTEN_ON = date(2026, 11, 23)  # to be set anew whenever the text or what it tells of changes


@bp.get("/accessibility")
def show() -> ResponseReturnValue:
    """The statement in the reader's language."""
    template = "help/accessibility_swedish.html" if language() == "sv" else "help/accessibility_english.html"
    return page(template, contact=current_settings().contact.strip(), written_on=WRITTEN_ON)
