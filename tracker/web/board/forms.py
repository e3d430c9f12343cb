"""What is to be done with many workflows at once, and what was typed in the rows of the list, as forms say it."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field
from werkzeug.datastructures import MultiDict

from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_
from tracker.domain.states import State
from tracker.web.board.list import Typed
from tracker.web.ui.forms import Form, FormError, OptionalDate, Text, Version

_VERSION = "version_"
_LONGEST_KEY = 100


class Action(StrEnum):
    """What can be done with many at once."""

    MOVE = "move"
    HOLD = "hold"
    RELEASE = "release"
    OWN = "own"
    PRIORITISE = "prioritise"
    CHECK = "check"


def _none_when_empty(value: object) -> object:
    return value or None


Key = Annotated[Text, Field(max_length=_LONGEST_KEY)]
OptionalVersion = Annotated[Version | None, BeforeValidator(_none_when_empty)]
OptionalCycle = Annotated[Annotated[int, Field(ge=1, le=10**6)] | None, BeforeValidator(_none_when_empty)]
OptionalPriority = Annotated[Annotated[int, Field(ge=1, le=4)] | None, BeforeValidator(_none_when_empty)]


class BatchForm(Form):
    """An action on workflows (`action`), or the wish for a form about it (`ask`). A workstream stands for what it
    has under way in the cycle shown.
    """

    messages: ClassVar[dict[str, str]] = {
        "action": N_("This form is broken. Open the page anew."),
        "ask": N_("This form is broken. Open the page anew."),
        "workflow": N_("Choose at least one workflow."),
        "versions": N_("The version in this form is missing or wrong. Open the page anew."),
        "to": N_("Choose the state to move to."),
        "owner": N_("Write at most 10,000 characters, without control characters."),
        "priority": N_("Choose a priority from 1 to 4, or none."),
        "workstream": N_("This form is broken. Open the page anew."),
        "cycle": N_("This form is broken. Open the page anew."),
        "next": N_("This form is broken. Open the page anew."),
    }

    action: Annotated[Action | None, BeforeValidator(_none_when_empty)] = None
    ask: Annotated[Action | None, BeforeValidator(_none_when_empty)] = None
    workflow: tuple[Key, ...] = ()
    versions: dict[str, OptionalVersion] = Field(default_factory=dict)
    workstream: Key = ""
    cycle: OptionalCycle = None
    to: Annotated[State | None, BeforeValidator(_none_when_empty)] = None
    reason: Text = ""
    note: Text = ""
    happened_on: OptionalDate = None
    owner: Text = ""
    priority: OptionalPriority = None
    next: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form, or FormError with the field's own message for each that is wrong."""
        several: dict[str, Any] = {
            "workflow": tuple(dict.fromkeys(key for key in fields.getlist("workflow") if key)),
            "versions": {
                name.removeprefix(_VERSION): value for name, value in fields.items() if name.startswith(_VERSION)
            },
        }
        form = cls.checked({**fields.to_dict(), **several})
        if form.workstream and form.ask is None:
            form = form.model_copy(update={"action": Action.CHECK})
        if form.action is None and form.ask is None:
            raise FormError({"action": cls.messages["action"]})
        return form


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
