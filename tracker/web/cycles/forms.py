"""What the forms of a cycle may hold."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator
from werkzeug.datastructures import MultiDict

from tracker.domain.cycles.dates import Dates
from tracker.domain.cycles.fields import DATES, FIELDS
from tracker.domain.errors import InvalidError
from tracker.domain.fields import DATE
from tracker.domain.texts import LINE
from tracker.web.ui.forms import BROKEN, Form, Line, OptionalDate, iso_date
from tracker.web.ui.merged_forms import MergedForm

NeededDate = Annotated[date, BeforeValidator(lambda value: iso_date(str(value).strip()))]


class CreateForm(Form):
    """The next cycle. `gaps` are those that the form has named; `then` asks for other dates instead of a cycle."""

    messages: ClassVar[dict[str, str]] = {**dict.fromkeys(DATES, DATE), "goal": LINE, "gaps": BROKEN, "then": BROKEN}

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

    of = FIELDS
    needed = ("goal",)

    gaps: Line = ""

    @classmethod
    def typed(cls, fields: MultiDict[str, str]) -> dict[str, str]:
        """The fields as they were typed. A goal read from a file with its lines keeps them until it is changed."""
        texts, was = super().typed(fields), fields.get("was_goal")
        if "goal" in texts:
            texts["goal"] = one_line(texts["goal"])
            if was is not None and texts["goal"] == one_line(was):
                texts["goal"] = was
        return texts


def one_line(text: str) -> str:
    """A sentence broken by Enter, whole again."""
    return " ".join(text.splitlines()) if "\n" in text else text


def read_dates(texts: Mapping[str, str]) -> Dates | None:
    """The dates that were typed; none while they cannot be read."""
    try:
        form = CreateForm.checked({name: texts.get(name, "") for name in DATES})
    except InvalidError:
        return None
    return form.dates
