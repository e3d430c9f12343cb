"""What is to be planned, as forms say it: one workflow, or all that are ticked."""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import N_
from tracker.web.board.forms import Key
from tracker.web.ui.forms import BROKEN, STALE_FORM, Form, FormError, OptionalGoal, OptionalVersion, Text, several


class PlanAction(StrEnum):
    """What is done with a workflow."""

    IN = "in"
    OUT = "out"


class PlanForm(Form):
    """Workflows that go into the draft or out of it, each from the version that was seen. Without a goal each goes in
    with the next stage that it has to pass. A row's own button is `one`: its deed, goal and key.
    """

    messages: ClassVar[dict[str, str]] = {
        "do": BROKEN,
        "goal": N_("Choose a goal."),
        "workflow": N_("Choose at least one workflow."),
        "versions": STALE_FORM,
        "next": BROKEN,
    }

    do: PlanAction
    workflow: Annotated[tuple[Key, ...], Field(min_length=1)]
    goal: OptionalGoal = None
    versions: dict[str, OptionalVersion] = Field(default_factory=dict)
    next: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form, or FormError with the field's own message for each that is wrong."""
        given = fields.to_dict() | several(fields)
        if one := fields.get("one", ""):
            if one.count(":") < 2:  # noqa: PLR2004 - a deed, a goal and a key
                raise FormError({"do": cls.messages["do"]})
            given["do"], given["goal"], key = one.split(":", 2)
            given["workflow"] = (key,)
        seen = given["versions"]
        given["versions"] = {key: seen[key] for key in given["workflow"] if key in seen}
        return cls.checked(given)
