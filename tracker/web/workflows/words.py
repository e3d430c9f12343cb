"""A workflow in words: its fields, its timeline, changes of scope, conflicts, and who may do what."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tracker.domain.errors import N_
from tracker.domain.people import Actor
from tracker.domain.states import Role, ScopeKind, State
from tracker.domain.workflows import FIELDS
from tracker.queries.board.cards import Card
from tracker.queries.workflows.page import WorkflowFacts
from tracker.queries.workflows.timeline import TimelineItem
from tracker.web.ui.formats import day, state_or_dash
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label, goal_word, parts_in_words, reason_word


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
        "You lead %(workstreams)s, which takes part: you can sign its part, raise and release blockers, write notes.",
        workstreams=", ".join(own),
    )


_NAMED = 3


def with_open_parts(text: str, moved: Sequence[Card]) -> str:
    """What became of moves, and whose parts are open there of the stages that were passed."""
    open_ = [(card, ", ".join(parts_in_words(card.passed_parts, "%s (%s)"))) for card in moved if card.passed_parts]
    if not open_:
        return text
    parts = open_[0][1] if len(moved) == 1 else "; ".join(f"{card.key} {words}" for card, words in open_[:_NAMED])
    if len(open_) > _NAMED:
        parts += " " + gettext("+%(n)s more", n=len(open_) - _NAMED)
    return gettext("%(done)s. Open: %(parts)s", done=text, parts=parts)


_SCOPE = {
    ScopeKind.PLANNED: N_("Planned for cycle %(to_cycle)s, goal %(goal)s"),
    ScopeKind.ADDED: N_("Added to cycle %(to_cycle)s, goal %(goal)s"),
    ScopeKind.REMOVED: N_("Removed from cycle %(from_cycle)s"),
    ScopeKind.CARRIED: N_("Carried from cycle %(from_cycle)s to cycle %(to_cycle)s, goal %(goal)s"),
    ScopeKind.RETURNED: N_("Returned from cycle %(from_cycle)s to the backlog"),
    ScopeKind.DROPPED: N_("Dropped in cycle %(from_cycle)s"),
}
_OUT_OF_THE_PLAN = N_("Taken out of the plan for cycle %(from_cycle)s")


def described(item: TimelineItem) -> TimelineItem:
    """The item with its reason and, for a change of scope or of a part, its text in words."""
    text = event_words(item) if item.scope_kind is not None or item.parts else item.text
    return replace(item, text=text, reason=reason_word(item.reason))


_PARTS = {
    "signed": N_("Part done: %(parts)s"),
    "waived": N_("Part not needed: %(parts)s"),
    "withdrawn": N_("Part open again: %(parts)s"),
    "lapsed": N_("Part lapsed after a move back: %(parts)s"),
    "joined": N_("Takes part: %(parts)s"),
    "left": N_("Takes no part any more: %(parts)s"),
}


def parts_words(item: TimelineItem) -> str:
    """What became of which parts, each workstream once with its stages."""
    stages: dict[str, list[str]] = {}
    for code, stage in item.parts:
        stages.setdefault(code, []).extend([goal_word(stage)] if stage else [])
    parts = (f"{code} ({', '.join(words)})" if words else code for code, words in stages.items())
    return gettext(_PARTS[item.kind], parts=", ".join(parts))


def scope_words(item: TimelineItem) -> str:
    """What a change of scope did: where to, with which goal."""
    kind = item.scope_kind or ScopeKind.ADDED
    text = _OUT_OF_THE_PLAN if kind is ScopeKind.PLANNED and item.to_cycle is None else _SCOPE[kind]
    return gettext(text, from_cycle=item.from_cycle, to_cycle=item.to_cycle, goal=goal_word(item.goal))


ComparedRow = tuple[str, str | tuple[State, ...], str | tuple[State, ...]]


def conflict_rows(
    item: TimelineItem, *, current: State, wanted: State, happened_on: str, reason: str, note: str
) -> list[ComparedRow]:
    """What happened against what was wanted, row by row: label, theirs, yours. A tuple of states is a move."""
    theirs: str | tuple[State, ...] = event_words(item)
    if item.from_state is not None and item.to_state is not None and item.kind != "taken_back":
        theirs = (item.from_state, item.to_state)
    rows: list[ComparedRow] = [
        (gettext("Change"), theirs, (current, wanted)),
        (gettext("By"), item.actor, gettext("you")),
        (gettext("Happened"), day(item.at), happened_on or gettext("now")),
    ]
    if item.reason or reason:
        rows.append((gettext("Reason"), reason_word(item.reason), reason_word(reason)))
    if item.note or note:
        rows.append((gettext("Note"), item.note, note))
    return rows


def event_words(item: TimelineItem) -> str:  # noqa: PLR0911 - one for each kind
    """An event of the timeline in a few words."""
    match item.kind:
        case "held":
            return gettext("Blocker raised: %(title)s", title=item.text)
        case "released":
            return gettext("Blocker released: %(title)s", title=item.text)
        case "taken_back":
            return gettext(
                "Taken back: %(from_state)s → %(to_state)s",
                from_state=state_or_dash(item.from_state),
                to_state=state_or_dash(item.to_state),
            )
        case "scope":
            return scope_words(item)
        case "created":
            return gettext("Created")
        case "moved":
            return f"{state_or_dash(item.from_state)} → {state_or_dash(item.to_state)}"
        case kind if kind in _PARTS:
            return parts_words(item)
        case _:
            return item.note
