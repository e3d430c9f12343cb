"""What the forms of a workflow's fields, cycle, blockers, notes and archive may hold."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field
from werkzeug.datastructures import MultiDict

from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_
from tracker.domain.fields import values_of
from tracker.domain.states import State
from tracker.domain.texts import LINE
from tracker.domain.workflows import COLUMNS, FIELDS, WorkflowFields
from tracker.web.ui.forms import (
    BROKEN,
    FieldsForm,
    FilledLine,
    Form,
    FormError,
    Line,
    OptionalGoal,
    OptionalId,
    Text,
    Version,
)
from tracker.web.ui.merged_forms import MergedForm


class CreateForm(FieldsForm):
    """A new workflow. `proposed_key` is the key that the form proposed: left as it was, the next free one is meant."""

    of = COLUMNS
    messages: ClassVar[dict[str, str]] = {
        "workstream": N_("Choose the workstream that owns it."),
        "workflow_key": LINE,
        "proposed_key": BROKEN,
        "name": N_("Write a name, in at most 200 characters on one line."),
        "other_workstreams": N_("Choose workstreams from the list."),
        "state": N_("Choose the state to begin in."),
        "then": BROKEN,
    }

    workstream: FilledLine
    workflow_key: Line = ""
    proposed_key: Line = ""
    other_workstreams: tuple[Line, ...] = ()
    state: State = State.NOT_STARTED
    then: Literal["", "another"] = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; other workstreams come once for each that is ticked."""
        return cls.checked({**fields.to_dict(), "other_workstreams": fields.getlist("other_workstreams")})

    @property
    def fields(self) -> WorkflowFields:
        """What the command takes. The owning workstream is not another one, wherever it was ticked."""
        others = tuple(code for code in self.other_workstreams if code != self.workstream)
        return WorkflowFields(**values_of(COLUMNS, self.texts), other_workstreams=others)

    @property
    def wanted_key(self) -> str:
        """The key that somebody chose; empty for the next free one."""
        return "" if self.workflow_key == self.proposed_key else self.workflow_key


class EditForm(MergedForm):
    """A workflow's fields."""

    of = FIELDS

    @classmethod
    def typed(cls, fields: MultiDict[str, str]) -> dict[str, str]:
        """The fields as they were typed; codes of ticked workstreams as one text."""
        codes = " ".join(sorted(set(fields.getlist("other_workstreams"))))
        return super().typed(fields) | {"other_workstreams": codes}


class ReleaseForm(Form):
    """One of the workflow's blockers lets it go."""

    messages: ClassVar[dict[str, str]] = {"blocker": BROKEN}

    blocker: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    note: Text = ""


class ScopeForm(Form):
    """Into a cycle, out of it, or another goal in it, from the version seen."""

    messages: ClassVar[dict[str, str]] = {
        "do": N_("Choose what to change: enter a cycle, leave it, or its goal."),
        "cycle": N_("Choose a cycle from the list."),
        "goal": N_("Choose the goal: the stage to be passed."),
        "reason": LINE,
    }

    do: Literal["enter", "goal", "leave"]
    version: Version
    cycle: OptionalId = None
    goal: OptionalGoal = None
    reason: Line = ""
    note: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; entering needs a cycle, and whatever stays in one a goal."""
        form = super().parse(fields)
        missing: Mapping[str, bool] = {
            "cycle": form.do == "enter" and form.cycle is None,
            "goal": form.do != "leave" and form.goal is None,
        }
        if any(missing.values()):
            raise FormError({name: cls.messages[name] for name, is_missing in missing.items() if is_missing})
        return form


class ArchiveForm(Form):
    """For good, from the version seen."""

    messages: ClassVar[dict[str, str]] = {"confirm": N_("Tick the box: an archived workflow cannot be brought back.")}

    version: Version
    confirm: Literal["1"]
