"""What is to be done with many workflows at once, and what was typed in the rows of the list, as forms say it."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field
from werkzeug.datastructures import MultiDict

from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_
from tracker.web.board.list import Typed
from tracker.web.ui.forms import (
    BROKEN,
    STALE_FORM,
    Form,
    FormError,
    NoneWhenEmpty,
    OptionalDate,
    OptionalId,
    OptionalState,
    OptionalVersion,
    Text,
    Version,
    several,
)

_LONGEST_KEY = 100


class Action(StrEnum):
    """What can be done with many at once."""

    MOVE = "move"
    HOLD = "hold"
    RELEASE = "release"
    OWN = "own"
    PRIORITISE = "prioritise"
    CHECK = "check"
    SIGN = "sign"


Key = Annotated[Text, Field(max_length=_LONGEST_KEY)]
OptionalPriority = Annotated[Annotated[int, Field(ge=1, le=4)] | None, NoneWhenEmpty]


class BatchForm(Form):
    """An action on workflows (`action`), or the wish for a form about it (`ask`). A workstream stands for what it
    has under way in the cycle shown.
    """

    messages: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("action", "ask", "workstream", "cycle", "next"), BROKEN),
        "workflow": N_("Choose at least one workflow."),
        "versions": STALE_FORM,
        "to": N_("Choose the state to move to."),
        "owner": N_("Write at most 10,000 characters, without control characters."),
        "priority": N_("Choose a priority from 1 to 4, or none."),
    }

    action: Annotated[Action | None, NoneWhenEmpty] = None
    ask: Annotated[Action | None, NoneWhenEmpty] = None
    workflow: tuple[Key, ...] = ()
    versions: dict[str, OptionalVersion] = Field(default_factory=dict)
    workstream: Key = ""
    cycle: OptionalId = None
    to: OptionalState = None
    reason: Text = ""
    note: Text = ""
    happened_on: OptionalDate = None
    owner: Text = ""
    priority: OptionalPriority = None
    next: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form, or FormError with the field's own message for each that is wrong."""
        form = cls.checked(fields.to_dict() | several(fields))
        if form.workstream and form.ask is None:
            form = form.model_copy(update={"action": Action.CHECK})
        if form.action is None and form.ask is None:
            raise FormError({"action": cls.messages["action"]})
        return form


_PREFIX = "version_"
_FIELDS = ("version", "to", "happened_on", "reason", "note", "without_parts", "resolution")
_TELLING = ("to", "happened_on", "note", "released", "resolution")  # what makes a row one to be saved


class RowForm(Form):
    """What was typed in a row."""

    messages: ClassVar[dict[str, str]] = {
        "to": N_("Choose a state from the row."),
        "released": BROKEN,
        "resolution": N_("Write at most 10,000 characters, without control characters."),
    }

    version: Version
    to: OptionalState = None
    happened_on: OptionalDate = None
    reason: Text = ""
    note: Text = ""
    without_parts: Text = ""
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
