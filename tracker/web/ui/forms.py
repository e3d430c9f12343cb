"""What a form may hold. Wrong fields are named, each with what to do; nothing typed is lost."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from tracker.commands.entry.idempotency_keys import LONGEST_KEY
from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, InvalidError
from tracker.domain.fields import DATE, Fields, cleaned
from tracker.domain.states import Goal, State
from tracker.domain.texts import LONGEST_PROSE, PROSE, filled_line, line

STALE_FORM = N_("The version in this form is missing or wrong. Open the page anew.")
BROKEN = N_("This form is broken. Open the page anew.")
_VERSION = "version_"
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LARGEST_INTEGER = 2**31 - 1  # what both databases hold in an INTEGER


class FormError(InvalidError):
    """Some fields are wrong: `errors` has a message for each."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(N_("Some fields need another look."), field=next(iter(errors)))
        self.errors = errors


def _storable(text: str) -> str:
    """Text as PostgreSQL and UTF-8 can keep it; line ends as one character, whatever the browser sent."""
    text.encode()
    if "\0" in text:
        message = "NUL"
        raise ValueError(message)
    return text.replace("\r\n", "\n").strip()


def iso_date(value: str) -> date | None:
    """The date of a form, or none when it was left empty; nothing but year-month-day will do."""
    if not value:
        return None
    if not _ISO_DATE.fullmatch(value):
        raise ValueError(value)
    return date.fromisoformat(value)


def _as(rule: Callable[[str, str], str]) -> AfterValidator:
    """A rule of texts as pydantic asks it."""

    def check(text: str) -> str:
        try:
            return rule(text, "")
        except InvalidError as error:
            raise ValueError(text) from error

    return AfterValidator(check)


def _some(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


Line = Annotated[str, _as(line)]
FilledLine = Annotated[str, _as(filled_line)]
Text = Annotated[str, Field(max_length=LONGEST_PROSE), AfterValidator(_storable)]
FilledText = Annotated[Text, AfterValidator(_some)]
OptionalDate = Annotated[date | None, BeforeValidator(iso_date)]
Version = Annotated[int, Field(ge=0, le=_LARGEST_INTEGER)]


NoneWhenEmpty = BeforeValidator(lambda value: value or None)
OptionalState = Annotated[State | None, NoneWhenEmpty]
OptionalGoal = Annotated[Goal | None, NoneWhenEmpty]
OptionalVersion = Annotated[Version | None, NoneWhenEmpty]
OptionalId = Annotated[Annotated[int, Field(ge=1, le=LARGEST_ID)] | None, NoneWhenEmpty]


class Form(BaseModel):
    """A form's fields; what it does not name is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    messages: ClassVar[dict[str, str]] = {}

    key: Annotated[str, Field(max_length=LONGEST_KEY), AfterValidator(_storable)] = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form, or FormError with the field's own message for each that is wrong."""
        return cls.checked(fields.to_dict())

    @classmethod
    def checked(cls, fields: Mapping[str, object]) -> Self:
        """The form of these values, or FormError likewise."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
            raise FormError({name: (cls.messages | _COMMON)[name] for name in names}) from error


class FieldsForm(Form):
    """A form of a new thing, `of` which fields: their texts, clean."""

    of: ClassVar[Fields] = {}

    texts: dict[str, str] = {}

    @classmethod
    def checked(cls, fields: Mapping[str, object]) -> Self:
        """As every form; a field's message is the form's own, or else its rule's."""
        texts: dict[str, str] = {}
        errors: dict[str, str] = {}
        for name in cls.of:
            try:
                texts[name] = cleaned(cls.of, name, str(fields.get(name, "")))
            except InvalidError as error:
                errors[name] = cls.messages.get(name, error.message)
        try:
            form = super().checked({**fields, "texts": texts})
        except FormError as error:
            raise FormError(error.errors | errors) from error
        if errors:
            raise FormError(errors)
        return form


def several(fields: MultiDict[str, str]) -> dict[str, Any]:
    """The workflows that are ticked, each once, and the version of each that was seen."""
    versions = {name.removeprefix(_VERSION): value for name, value in fields.items() if name.startswith(_VERSION)}
    return {"workflow": tuple(dict.fromkeys(filter(None, fields.getlist("workflow")))), "versions": versions}


_COMMON = {
    "key": BROKEN,
    "version": STALE_FORM,
    "note": PROSE,
    "without_parts": PROSE,
    "reason": N_("Choose a reason from the list."),
    "happened_on": DATE,
}


class MoveForm(Form):
    """A move to a state, from the version seen."""

    messages: ClassVar[dict[str, str]] = {"to": N_("Choose the state to move to.")}

    to: State
    version: Version
    happened_on: OptionalDate = None
    reason: Text = ""
    note: Text = ""
    without_parts: Text = ""


class TakeBackForm(Form):
    """Taking back the latest change, from the version seen."""

    version: Version
    note: Text = ""


class NoteForm(Form):
    """A note on a workflow or a blocker."""

    messages: ClassVar[dict[str, str]] = {"note": N_("Write a note of at most 10,000 characters.")}

    note: FilledText
