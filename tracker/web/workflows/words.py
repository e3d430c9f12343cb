"""A workflow in words: its fields, its timeline, who may do what."""

from collections.abc import Collection
from dataclasses import replace

from tracker.domain.people import Actor
from tracker.domain.states import Role
from tracker.domain.workflows import FIELDS
from tracker.queries.workflows.page import WorkflowFacts
from tracker.queries.workflows.timeline import TimelineItem
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label
from tracker.web.workflows.events import described


def fields_words(names: Collection[str]) -> str:
    """The fields in words, in a row."""
    return ", ".join(field_label(FIELDS, name).lower() for name in names)


def timeline_item(item: TimelineItem) -> TimelineItem:
    """The item in words; `field` of an archived workflow stays, as it is told in words of its own."""
    shown = described(item)
    return replace(shown, field=field_label(FIELDS, shown.field)) if shown.field in FIELDS else shown


def why_not_move(facts: WorkflowFacts) -> str:
    """Why somebody who may not move the workflow may not."""
    if facts.is_archived:
        return gettext("It is archived and cannot be changed.")
    return gettext("Only leads of %(workstream)s and planners can move it.", workstream=facts.workstream)


def why_not_edit(workstream: str, *, is_archived: bool) -> str:
    """Why somebody who may not edit the workflow may not."""
    if is_archived:
        return gettext("It is archived and cannot be changed.")
    return gettext("Only leads of %(workstream)s and planners can change this.", workstream=workstream)


def part_words(facts: WorkflowFacts, actor: Actor) -> str:
    """What a lead of a workstream that takes part can do here; nothing for anybody else."""
    if facts.is_archived or actor.role is not Role.LEAD or actor.leads(facts.workstream):
        return ""
    own = [code for code, _ in facts.others if actor.leads(code)]
    if not own:
        return ""
    return gettext(
        "You lead %(workstreams)s, which takes part: you can raise and release blockers and write notes.",
        workstreams=", ".join(own),
    )
