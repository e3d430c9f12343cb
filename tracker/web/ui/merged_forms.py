"""An edit form drawn again after a refusal: what was typed over is kept, the rest is as it stands now."""

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

from flask import request

from tracker.domain.errors import TrackerError
from tracker.domain.merging import FieldConflictError, Theirs
from tracker.domain.texts import normal
from tracker.web.ui.errors import field_errors
from tracker.web.ui.formats import moment
from tracker.web.ui.forms import BROKEN, Form
from tracker.web.ui.translation import gettext

Texts = dict[str, str]
THEIRS = "theirs"


class MergedForm(Form):
    """Fields, each with what it was when the form was opened. The command knows what may be in them."""

    messages: ClassVar[dict[str, str]] = {"wanted": BROKEN, "was": BROKEN}

    wanted: Texts
    was: Texts


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
    field_word: Callable[[str], str],
    otherwise: str,
) -> Redrawn:
    """The request's form after the refusal: what was typed over is kept, but where theirs was chosen, and the rest is
    as it stands now; saving again decides.
    """
    conflicts = conflicts_of(error)
    kept = {name: text for name, text in typed.items() if request.form.get(f"choice_{name}") != THEIRS}
    values, was = drawn_again(now, kept, before_of(request.form), conflicts)
    errors = conflict_words(conflicts, field_word) if conflicts else field_errors(error, otherwise)
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


def conflict_words(conflicts: Mapping[str, Theirs], field_word: Callable[[str], str]) -> Texts:
    """What to say of each field where somebody else wrote something else meanwhile."""
    return {name: _conflict_words(field_word(name), theirs) for name, theirs in conflicts.items()}


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
