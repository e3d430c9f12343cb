"""What was typed in the rows of the list. A field's name is its part and the workflow's key: `note_LKM-012`."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field
from werkzeug.datastructures import MultiDict

from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_
from tracker.domain.states import State
from tracker.web.board.list import Typed
from tracker.web.ui.forms import Form, OptionalDate, Text, Version

_PREFIX = "version_"
_FIELDS = ("version", "to", "happened_on", "reason", "note", "resolution")
_TELLING = ("to", "happened_on", "note", "released", "resolution")  # what makes a row one to be saved


class RowForm(Form):
    """What was typed in a row."""

    messages: ClassVar[dict[str, str]] = {
        "to": N_("Choose a state from the row."),
        "released": N_("This form is broken. Open the page anew."),
        "resolution": N_("Write at most 10,000 characters, without control characters."),
    }

    version: Version
    to: Annotated[State | None, BeforeValidator(lambda value: value or None)] = None
    happened_on: OptionalDate = None
    reason: Text = ""
    note: Text = ""
    resolution: Text = ""
    released: tuple[Annotated[int, Field(ge=1, le=LARGEST_ID)], ...] = ()


def typed_rows(form: MultiDict[str, str]) -> dict[str, Typed]:
    """By key, the fields of each row in which something was typed."""
    rows: dict[str, Typed] = {}
    for name in form:
        if name.startswith(_PREFIX):
            key = name.removeprefix(_PREFIX)
            fields: dict[str, Any] = {field: form.get(f"{field}_{key}", "") for field in _FIELDS}
            fields["released"] = form.getlist(f"release_{key}")
            if any(fields[field] for field in _TELLING):
                rows[key] = fields
    return rows
