"""An edit form drawn again after a refusal: what was typed over is kept, the rest is as it stands now."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import ClassVar, NamedTuple, Self

from flask import request
from werkzeug.datastructures import MultiDict

from tracker.domain.errors import TrackerError
from tracker.domain.fields import Fields
from tracker.domain.merging import FieldConflictError, Theirs
from tracker.domain.texts import normal
from tracker.web.ui.errors import field_errors
from tracker.web.ui.formats import moment
from tracker.web.ui.forms import BROKEN, Form, FormError
from tracker.web.ui.translation import gettext

Texts = dict[str, str]
THEIRS = "theirs"


class MergedForm(Form):
    """Fields, each with what it was when the form was opened. The command knows what may be in them."""

    messages: ClassVar[dict[str, str]] = {"wanted": BROKEN, "was": BROKEN}
    of: ClassVar[Fields] = {}
    needed: ClassVar[Collection[str]] = ()  # of the fields; without any named, all of them

    wanted: Texts
    was: Texts

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; FormError when a field is missing. Where two wrote, a choice for theirs leaves it as it is."""
        was = {name: text for name, text in before_of(fields).items() if name in cls.of}
        wanted = cls.typed(fields)
        if wanted.keys() != was.keys() or not wanted.keys() >= set(cls.needed or cls.of):
            raise FormError({"key": BROKEN})
        wanted |= {name: was[name] for name in was if _is_left(fields, name)}
        return cls.checked({**fields.to_dict(), "wanted": wanted, "was": was})

    @classmethod
    def typed(cls, fields: MultiDict[str, str]) -> Texts:
        """The fields as they were typed."""
        return typed(fields, cls.of)


def typed(fields: Mapping[str, str], names: Iterable[str]) -> Texts:
    """The fields of these names as they were typed."""
    return {name: fields[name] for name in names if name in fields}


def _is_left(fields: Mapping[str, str], name: str) -> bool:
    return fields.get(f"choice_{name}") == THEIRS


class Redrawn(NamedTuple):
    """A form after a refusal: what stands in its fields, what each was, messages, and what others wrote."""

    values: Texts
    was: Texts
    errors: Texts
    conflicts: Mapping[str, Theirs]


def redrawn(
    error: TrackerError,
    now: Mapping[str, str],
    typed: Mapping[str, str],
    label: Callable[[str], str],
    otherwise: str,
) -> Redrawn:
    """The request's form after the refusal: what was typed over is kept, but where theirs was chosen, and the rest is
    as it stands now; saving again decides.
    """
    conflicts = conflicts_of(error)
    kept = {name: text for name, text in typed.items() if not _is_left(request.form, name)}
    values, was = drawn_again(now, kept, before_of(request.form), conflicts)
    errors = {name: _conflict_words(label(name), theirs) for name, theirs in conflicts.items()}
    errors = errors or field_errors(error, otherwise)
    return Redrawn(values, was, errors, conflicts)


def conflicts_of(error: TrackerError) -> Mapping[str, Theirs]:
    """What somebody else wrote meanwhile, by field, where that is what was refused."""
    return error.conflicts if isinstance(error, FieldConflictError) else {}


def drawn_again(
    now: Mapping[str, str], typed: Mapping[str, str], before: Mapping[str, str], conflicts: Mapping[str, Theirs]
) -> tuple[Texts, Texts]:
    """What to show in each field, and what it was: of a conflict, what its writer now gets to see. What somebody
    else has written since over a field that was typed over is not hidden by this form's being drawn again.
    """
    shown, was = dict(now), dict(now)
    for name, text in typed.items():
        if name in conflicts:
            shown[name], was[name] = text, conflicts[name].value
        elif normal(text) != normal(before.get(name, "")):
            shown[name], was[name] = text, before.get(name, "")
    return shown, was


def _conflict_words(field: str, theirs: Theirs) -> str:
    if theirs.at is None:
        return gettext("%(field)s: it says something else now. Choose which is to stay.", field=field)
    return gettext(
        "%(field)s: %(actor)s wrote something else, %(at)s. Choose which is to stay.",
        field=field,
        actor=theirs.actor,
        at=moment(theirs.at),
    )


def before_of(form: Mapping[str, str]) -> Texts:
    """What each field was when the form was drawn, from its `was_` fields."""
    return {name.removeprefix("was_"): text for name, text in form.items() if name.startswith("was_")}
