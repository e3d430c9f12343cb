"""What the forms of blockers may hold."""

from typing import ClassVar, Literal, Self

from werkzeug.datastructures import MultiDict

from tracker.domain.blockers import FIELDS, BlockerFields
from tracker.domain.errors import N_
from tracker.domain.fields import values_of
from tracker.web.ui.forms import FieldsForm, FilledText, Form, FormError, OptionalDate, OptionalId, Text
from tracker.web.ui.merged_forms import MergedForm

_KEYS = N_("Write the keys of workflows, for example LKM-012, at most 10,000 characters.")


class HoldForm(Form):
    """Workflows that a blocker is to hold."""

    messages: ClassVar[dict[str, str]] = {
        "workflow": _KEYS,
        "existing": N_("Choose one of the blockers in the list, or a new one."),
    }

    workflow: FilledText
    happened_on: OptionalDate = None
    note: Text = ""
    existing: OptionalId = None

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; keys of workflows may come in several fields."""
        return cls.checked({**fields.to_dict(), "workflow": " ".join(fields.getlist("workflow"))})

    @property
    def keys(self) -> list[str]:
        """The keys, however they are separated, each once."""
        return keys_in(self.workflow)


class RaiseForm(HoldForm, FieldsForm):
    """A new blocker on workflows."""

    of = FIELDS
    messages: ClassVar[dict[str, str]] = HoldForm.messages | {
        "title": N_("Write what is in the way, in at most 200 characters on one line."),
    }

    @property
    def fields(self) -> BlockerFields:
        """What the command takes."""
        return BlockerFields(**values_of(FIELDS, self.texts))


class EditForm(MergedForm):
    """A blocker's fields."""

    of = FIELDS


class ReleaseForm(Form):
    """Letting go of some workflows, or of all."""

    messages: ClassVar[dict[str, str]] = {
        "scope": N_("Choose whether to release some workflows or all."),
        "workflow": N_("Choose the workflows to release, or release all."),
    }

    scope: Literal["some", "all"] = "some"
    workflow: tuple[Text, ...] = ()
    happened_on: OptionalDate = None
    note: Text = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; workflows come once for each that is ticked."""
        form = cls.checked({**fields.to_dict(), "workflow": fields.getlist("workflow")})
        if form.scope == "some" and not form.workflow:
            raise FormError({"workflow": cls.messages["workflow"]})
        return form

    @property
    def keys(self) -> tuple[str, ...] | None:
        """What to release; none: all that it holds."""
        return None if self.scope == "all" else self.workflow


def keys_in(text: str) -> list[str]:
    """The keys in a text, however they are separated, each once."""
    return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
