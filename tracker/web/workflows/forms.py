"""What the forms of a workflow's fields, cycle, blockers, notes and archive may hold."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field
from werkzeug.datastructures import MultiDict

from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_
from tracker.domain.states import Goal, State
from tracker.domain.workflows import WorkflowFields
from tracker.web.ui.forms import BROKEN, LINE, FilledLine, FilledText, Form, FormError, Line, Text, Version
from tracker.web.ui.merged_forms import MergedForm

FIELDS = ("name", "name_en", "description", "owner", "priority", "other_workstreams")
THEIRS = "theirs"
_PROSE = N_("Write at most 10,000 characters, without control characters.")

OptionalGoal = Annotated[Goal | None, BeforeValidator(lambda value: value or None)]
OptionalCycle = Annotated[
    Annotated[int, Field(ge=1, le=LARGEST_ID)] | None, BeforeValidator(lambda value: value or None)
]


class CreateForm(Form):
    """A new workflow. `proposed_key` is the key that the form proposed: left as it was, the next free one is meant."""

    messages: ClassVar[dict[str, str]] = {
        "workstream": N_("Choose the workstream that owns it."),
        "workflow_key": LINE,
        "proposed_key": BROKEN,
        "name": N_("Write a name, in at most 200 characters on one line."),
        "name_en": LINE,
        "description": _PROSE,
        "owner": LINE,
        "priority": N_("Choose a priority from 1 to 4, or none."),
        "other_workstreams": N_("Choose workstreams from the list."),
        "state": N_("Choose the state to begin in."),
        "then": BROKEN,
    }

    workstream: FilledLine
    workflow_key: Line = ""
    proposed_key: Line = ""
    name: FilledLine
    name_en: Line = ""
    description: Text = ""
    owner: Line = ""
    priority: Literal["", "1", "2", "3", "4"] = ""
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
        priority = int(self.priority) if self.priority else None
        return WorkflowFields(self.name, self.name_en, self.description, self.owner, priority, others)

    @property
    def wanted_key(self) -> str:
        """The key that somebody chose; empty for the next free one."""
        return "" if self.workflow_key == self.proposed_key else self.workflow_key


class EditForm(MergedForm):
    """A workflow's fields."""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; FormError when a field is missing. Where two wrote, a choice for theirs leaves it as it is."""
        was = {name: fields[f"was_{name}"] for name in FIELDS if f"was_{name}" in fields}
        wanted = typed_fields(fields)
        if any(name not in was or name not in wanted for name in FIELDS):
            raise FormError({"key": BROKEN})
        wanted |= {name: was[name] for name in FIELDS if fields.get(f"choice_{name}") == THEIRS}
        return cls.checked({"key": fields.get("key", ""), "wanted": wanted, "was": was})


def typed_fields(fields: MultiDict[str, str]) -> dict[str, str]:
    """The fields as they were typed; codes of ticked workstreams as one text."""
    texts = {name: fields[name] for name in FIELDS if name in fields}
    return texts | {"other_workstreams": " ".join(sorted(set(fields.getlist("other_workstreams"))))}


class NoteForm(Form):
    """A note."""

    messages: ClassVar[dict[str, str]] = {"note": N_("Write a note of at most 10,000 characters.")}

    note: FilledText


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
    cycle: OptionalCycle = None
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
