"""What the forms of set-up may hold."""

from typing import Annotated, ClassVar

from pydantic import Field
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import N_
from tracker.domain.programme.setup import FIELDS, Thing, changeable
from tracker.web.ui.forms import BROKEN, FieldsForm, Form, Line
from tracker.web.ui.merged_forms import MergedForm

_LONGEST_TABLE = 1_000_000


class NewProject(FieldsForm):
    """A project to be made."""

    of = FIELDS[Thing.PROJECT]


class NewWorkstream(FieldsForm):
    """A workstream to be made."""

    messages: ClassVar[dict[str, str]] = {"project_code": N_("Choose the project that it belongs to.")}
    of = FIELDS[Thing.WORKSTREAM]


class EditProgramme(MergedForm):
    """The programme's fields."""

    of = changeable(Thing.PROGRAMME)


class EditProject(MergedForm):
    """A project's fields but its code."""

    of = changeable(Thing.PROJECT)


class EditWorkstream(MergedForm):
    """A workstream's fields but its code."""

    of = changeable(Thing.WORKSTREAM)


NEW: dict[Thing, type[FieldsForm]] = {Thing.PROJECT: NewProject, Thing.WORKSTREAM: NewWorkstream}
EDIT: dict[Thing, type[MergedForm]] = {
    Thing.PROGRAMME: EditProgramme,
    Thing.PROJECT: EditProject,
    Thing.WORKSTREAM: EditWorkstream,
}


class AwayForm(Form):
    """Whether a workstream is put away or taken into use again."""

    messages: ClassVar[dict[str, str]] = {"away": BROKEN}

    away: bool


class PasteForm(Form):
    """A table as text."""

    messages: ClassVar[dict[str, str]] = {"text": N_("At most 1 MB of text at a time, without control characters.")}

    text: Annotated[str, Field(max_length=_LONGEST_TABLE)] = ""


class ConfirmForm(Form):
    """That the preview which was seen is to be done."""

    messages: ClassVar[dict[str, str]] = {"seen": BROKEN}

    seen: Line = ""


def typed(fields: MultiDict[str, str], thing: Thing) -> dict[str, str]:
    """The fields as they were typed."""
    return {name: fields[name] for name in FIELDS[thing] if name in fields}
