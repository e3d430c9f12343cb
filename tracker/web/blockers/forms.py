"""What the forms of blockers may hold."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field
from werkzeug.datastructures import MultiDict

from tracker.domain.blockers import BlockerFields
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_
from tracker.domain.states import BlockerCategory
from tracker.web.ui.forms import BROKEN, LINE, FilledLine, FilledText, Form, FormError, Line, OptionalDate, Text
from tracker.web.ui.merged_forms import MergedForm

FIELDS = ("title", "title_en", "category", "owner", "mitigation", "decider", "decide_by")
_KEYS = N_("Write the keys of workflows, for example LKM-012, at most 10,000 characters.")


OptionalId = Annotated[int | None, Field(ge=1, le=LARGEST_ID), BeforeValidator(lambda value: value or None)]


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


class RaiseForm(HoldForm):
    """A new blocker on workflows."""

    messages: ClassVar[dict[str, str]] = HoldForm.messages | {
        "title": N_("Write what is in the way, in at most 200 characters on one line."),
        "title_en": LINE,
        "category": N_("Choose a category from the list."),
        "owner": LINE,
        "mitigation": N_("Write at most 10,000 characters, without control characters."),
        "decider": LINE,
        "decide_by": N_("Write the date as year-month-day, for example 2023-04-14."),
    }

    title: FilledLine
    category: BlockerCategory
    title_en: Line = ""
    owner: Line = ""
    mitigation: Text = ""
    decider: Line = ""
    decide_by: OptionalDate = None

    @property
    def fields(self) -> BlockerFields:
        """What the command takes."""
        return BlockerFields(**{name: getattr(self, name) for name in FIELDS})


class EditForm(MergedForm):
    """A blocker's fields."""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; FormError when a field is missing."""
        if any(name not in fields or f"was_{name}" not in fields for name in FIELDS):
            raise FormError({"key": BROKEN})
        was = {name: fields[f"was_{name}"] for name in FIELDS}
        return cls.checked({"key": fields.get("key", ""), "wanted": wanted_of(fields), "was": was})


def wanted_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were typed."""
    return {name: fields[name] for name in FIELDS if name in fields}


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


class NoteForm(Form):
    """A note on a blocker."""

    messages: ClassVar[dict[str, str]] = {"note": N_("Write a note of at most 10,000 characters.")}

    note: FilledText


def keys_in(text: str) -> list[str]:
    """The keys in a text, however they are separated, each once."""
    return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
