"""What the forms about accounts and passwords may hold. A field that is not named here is ignored, whoever sends it."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field
from werkzeug.datastructures import MultiDict

from tracker.commands.accounts.fields import ALL_WORKSTREAMS, Fields
from tracker.domain.errors import N_
from tracker.domain.states import Role
from tracker.web.ui.forms import BROKEN, Form, FormError, Text
from tracker.web.ui.merged_forms import before_of

FIELDS = ("email", "name", "role", "workstreams")
_LONGEST_LINE = 200
_LONGEST_FILE = 1_000_000

Line = Annotated[Text, Field(max_length=_LONGEST_LINE)]
Password = Annotated[str, Field(max_length=2_000)]


class AccountForm(Form):
    """What an administrator writes of an account; `was` is how it stood when the form was shown, as far as it says."""

    messages: ClassVar[dict[str, str]] = {
        "email": N_("Write an e-mail address, for example name@example.org."),
        "name": N_("Write a name of at most 200 characters."),
        "role": N_("Choose a role."),
        "workstreams": N_("Choose workstreams from the list."),
        "was": BROKEN,
    }

    email: Line
    name: Line
    role: Role
    workstreams: Text = ""
    was: dict[str, Text] = Field(default_factory=dict)

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form; each workstream is a field of the same name."""
        was = {name: text for name, text in before_of(fields).items() if name in FIELDS}
        return cls.checked({**fields.to_dict(), "workstreams": " ".join(fields.getlist("workstreams")), "was": was})

    def fields(self) -> Fields:
        """The account's fields."""
        codes = self.workstreams.split()
        return Fields(
            self.email,
            self.name,
            self.role,
            tuple(code for code in codes if code != ALL_WORKSTREAMS),
            ALL_WORKSTREAMS in codes,
        )


class NewPasswordForm(Form):
    """A password, and once more: nobody sees what is typed."""

    messages: ClassVar[dict[str, str]] = {
        "password": N_("Write a password of at least 12 characters."),
        "again": N_("Write the same password once more."),
        "current": N_("Write your present password."),
    }

    password: Annotated[Password, Field(min_length=1)]
    again: Password = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """The form. Raises FormError, too, where the two differ."""
        form = super().parse(fields)
        if form.password != form.again:
            raise FormError({"again": N_("The two are not alike. Write the same password once more.")})
        return form


class ChangePasswordForm(NewPasswordForm):
    """The owner's own change, which the present password is needed for."""

    current: Annotated[Password, Field(min_length=1)]


class SettingsForm(Form):
    """What everybody decides for themselves. A box that is not ticked is not sent."""

    messages: ClassVar[dict[str, str]] = {
        "language": N_("Choose Swedish or English."),
        "has_keys": BROKEN,
        "has_announcements": BROKEN,
    }

    language: Annotated[str, Field(pattern="^(sv|en)$")]
    has_keys: bool = False
    has_announcements: bool = False


class ImportForm(Form):
    """A file of accounts as text, and what was decided about it. `seen` tells which preview it was."""

    messages: ClassVar[dict[str, str]] = {
        "text": N_("At most 1 MB of text at a time, without control characters."),
        "seen": N_("The accounts have changed since the preview. Look at it again; nothing was done."),
        "without_refused": BROKEN,
        "with_old": BROKEN,
    }

    text: Annotated[str, Field(max_length=_LONGEST_FILE)] = ""
    seen: Line = ""
    without_refused: bool = False
    with_old: bool = False


def typed(fields: MultiDict[str, str]) -> dict[str, Any]:
    """What somebody typed about an account, to be shown again."""
    return {name: fields.get(name, "") for name in FIELDS} | {"workstreams": set(fields.getlist("workstreams"))}
