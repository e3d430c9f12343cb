"""What the forms of a cycle may hold."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator
from werkzeug.datastructures import MultiDict

from tracker.domain.cycles.dates import Dates
from tracker.domain.errors import N_, InvalidError
from tracker.web.ui.forms import BROKEN, LINE, Form, FormError, Line, OptionalDate, iso_date
from tracker.web.ui.merged_forms import MergedForm, before_of

DATES = ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on")
FIELDS = (*DATES, "goal")
THEIRS = "theirs"
_DATE = N_("Write the date as year-month-day, for example 2023-04-14.")

NeededDate = Annotated[date, BeforeValidator(lambda value: iso_date(str(value).strip()))]


class CreateForm(Form):
    """The next cycle. `gaps` are those that the form has named; `then` asks for other dates instead of a cycle."""

    messages: ClassVar[dict[str, str]] = {**dict.fromkeys(DATES, _DATE), "goal": LINE, "gaps": BROKEN, "then": BROKEN}

    starts_on: NeededDate
    ends_on: NeededDate
    planning_starts_on: OptionalDate = None
    planning_ends_on: OptionalDate = None
    goal: Annotated[Line, BeforeValidator(lambda value: one_line(str(value)))] = ""
    gaps: Line = ""
    then: Literal["", "propose"] = ""

    @property
    def dates(self) -> Dates:
        """When it is, and when it is planned."""
        return Dates(self.starts_on, self.ends_on, self.planning_starts_on, self.planning_ends_on)


class EditForm(MergedForm):
    """A cycle's fields; of a closed one the goal alone."""

    messages: ClassVar[dict[str, str]] = {"wanted": BROKEN, "was": BROKEN, "gaps": BROKEN}

    gaps: Line = ""

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> Self:
        """As every form; FormError when a field is missing. Where two wrote, a choice for theirs leaves it as it is."""
        was = {name: text for name, text in before_of(fields).items() if name in FIELDS}
        wanted = typed_fields(fields)
        if "goal" not in wanted or wanted.keys() != was.keys():
            raise FormError({"key": BROKEN})
        wanted["goal"] = _goal(wanted["goal"], was["goal"])
        wanted |= {name: was[name] for name in was if fields.get(f"choice_{name}") == THEIRS}
        return cls.checked({"key": fields.get("key", ""), "gaps": fields.get("gaps", ""), "wanted": wanted, "was": was})


def one_line(text: str) -> str:
    """A sentence broken by Enter, whole again."""
    return " ".join(text.splitlines()) if "\n" in text else text


def _goal(wanted: str, was: str) -> str:
    """What was read from a file with its lines stays so until somebody writes something else."""
    return was if one_line(wanted) == one_line(was) else one_line(wanted)


def typed_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were typed."""
    return {name: fields[name] for name in FIELDS if name in fields}


def read_dates(texts: Mapping[str, str]) -> Dates | None:
    """The dates that were typed; none while they cannot be read."""
    try:
        form = CreateForm.checked({name: texts.get(name, "") for name in DATES})
    except InvalidError:
        return None
    return form.dates
