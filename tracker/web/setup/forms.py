"""What the forms of set-up may hold: of a new thing all its fields, of one that is edited all but its code."""

from typing import ClassVar

from tracker.domain.errors import N_
from tracker.domain.programme.setup import FIELDS, Thing, changeable
from tracker.web.ui.forms import FieldsForm
from tracker.web.ui.merged_forms import MergedForm


def _new(thing: Thing) -> type[FieldsForm]:
    class NewForm(FieldsForm):
        messages: ClassVar[dict[str, str]] = {"project_code": N_("Choose the project that it belongs to.")}
        of = FIELDS[thing]

    return NewForm


def _edit(thing: Thing) -> type[MergedForm]:
    class EditForm(MergedForm):
        of = changeable(thing)

    return EditForm


NEW = {thing: _new(thing) for thing in (Thing.PROJECT, Thing.WORKSTREAM)}
EDIT = {thing: _edit(thing) for thing in Thing}
