"""What people write about a workflow: its fields, once for forms, commands, imports and history."""

from collections.abc import Collection
from dataclasses import dataclass

from tracker.domain.errors import N_, InvalidError
from tracker.domain.fields import Field
from tracker.domain.texts import filled_line, line, prose

PRIORITIES = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class WorkflowFields:
    """What people write about a workflow."""

    name: str
    name_en: str = ""
    description: str = ""
    owner: str = ""
    priority: int | None = None
    other_workstreams: tuple[str, ...] = ()


def _priority(text: str, field: str) -> str:
    text = text.strip()
    if text and text not in PRIORITIES:
        raise InvalidError(N_("Choose a priority from 1 to 4, or none."), field=field)
    return text


def _codes(text: str, _field: str) -> str:
    return " ".join(sorted(set(text.split())))


# In columns of its row; `other_workstreams` has rows of its own.
COLUMNS = {
    "name": Field(N_("Name"), filled_line),
    "name_en": Field(N_("Name in English"), line, history_label=N_("English name")),
    "description": Field(N_("Description"), prose),
    "owner": Field(N_("Owner"), line),
    "priority": Field(N_("Priority"), _priority, lambda text: int(text) if text else None),
}
FIELDS = COLUMNS | {"other_workstreams": Field(N_("Other workstreams"), _codes)}


def clean_others(text: str, workstream: str, known: Collection[str]) -> str:
    """The codes of the workstreams that take part beside the owning one, in order, or InvalidError."""
    codes = sorted(set(text.split()))
    for code in codes:
        if code not in known:
            raise InvalidError(N_("There is no workstream %(code)s."), field="other_workstreams", code=code)
    if workstream in codes:
        raise InvalidError(
            N_("%(code)s owns the workflow. Choose others that take part."), field="other_workstreams", code=workstream
        )
    return " ".join(codes)
