"""What the forms of a report may hold."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Self

from werkzeug.datastructures import MultiDict

from tracker.domain.reports.documents import SECTIONS
from tracker.web.ui.forms import BROKEN, Form, FormError
from tracker.web.ui.merged_forms import MergedForm, before_of

THEIRS, MINE = "theirs", "mine"


class WriteForm(MergedForm):
    """The texts of a part. `then` is what the button says; `auto` where the page saves by itself."""

    messages: ClassVar[dict[str, str]] = {"wanted": BROKEN, "was": BROKEN, "then": BROKEN}

    then: Literal["save", "ready", "not_ready", "auto"] = "save"

    @classmethod
    def parse(cls, fields: MultiDict[str, str], sections: Sequence[str] = SECTIONS) -> Self:
        """As every form; FormError when a field is missing. Where two wrote, a choice for theirs leaves it as it is."""
        was = {name: text for name, text in before_of(fields).items() if name in sections}
        wanted = typed(fields, sections)
        if set(wanted) != set(sections) or set(was) != set(sections):
            raise FormError({"key": BROKEN})
        wanted |= {name: was[name] for name in was if fields.get(f"choice_{name}") == THEIRS}
        return cls.checked({"then": fields.get("then", "save"), "wanted": wanted, "was": was})


class PublishForm(Form):
    """That the report is to be published."""


def typed(fields: Mapping[str, str], sections: Sequence[str]) -> dict[str, str]:
    """The sections as they were typed."""
    return {name: fields[name] for name in sections if name in fields}
