"""What is to be planned, as forms say it: one workflow, or all that are ticked."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import N_
from tracker.domain.states import Goal
from tracker.web.board.batch_forms import Key, OptionalVersion
from tracker.web.ui.forms import BROKEN, Form, FormError, Text

_VERSION = "version_"


class PlanAction(StrEnum):
    """What is done with a workflow."""

    IN = "in"
    OUT = "out"


def _none_when_empty(value: object) -> object:
    return value or None


class PlanForm(Form):
    """Workflows that go into the draft or out of it, each from the version that was seen. Without a goal each goes in
    with the next stage that it has to pass. A row's own button is `one`: its deed, goal and key.
    """

    messages: ClassVar[dict[str, str]] = {
        "do": BROKEN,
        "goal": N_("Choose a goal."),
        "workflow": N_("Choose at least one workflow."),
        "versions": N_("The version in this form is missing or wrong. Open the page anew."),
        "next": BROKEN,
    }

    do: PlanAction
    workflow: Annotated[tuple[Key, ...], Field(min_length=1)]
    goal: Annotated[Goal | None, BeforeValidator(_none_when_empty)] = None
    versions: dict[str, OptionalVersion] = Field(default_factory=dict)
    next: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form, or FormError with the field's own message for each that is wrong."""
        given: dict[str, Any] = fields.to_dict() | {
            "workflow": tuple(dict.fromkeys(key for key in fields.getlist("workflow") if key))
        }
        if one := fields.get("one", ""):
            if one.count(":") < 2:  # noqa: PLR2004 - a deed, a goal and a key
                raise FormError({"do": cls.messages["do"]})
            given["do"], given["goal"], key = one.split(":", 2)
            given["workflow"] = (key,)
        given["versions"] = {
            name.removeprefix(_VERSION): value
            for name, value in fields.items()
            if name.removeprefix(_VERSION) in given["workflow"]
        }
        return cls.checked(given)
