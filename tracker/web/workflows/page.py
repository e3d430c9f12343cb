"""A workflow's page as all its forms show it: at first, and again with the message at the field and what was typed."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from flask import Response, request, url_for
from sqlmodel import Session

from tracker.commands.entry.entries import Entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import StaleError
from tracker.domain.calendar import local_date
from tracker.domain.errors import N_, ConflictError, TrackerError
from tracker.domain.states import STATES, Goal, MoveBackReason, State
from tracker.queries.workflows import form as forms
from tracker.queries.workflows import page as workflow
from tracker.queries.workflows.timeline import TimelineItem
from tracker.web.http.context import current_settings, current_viewer, now, reading_session, today
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.formats import language, state_name
from tracker.web.ui.forms import Form
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import large_picks, parts_in_words, picks, scope_reasons, word
from tracker.web.workflows.words import described, event_words, part_words, timeline_item, why_not_move

COMMANDS = ("move", "take_back", "note", "check", "release", "scope", "archive")
# What each form typed into keeps its text in, should it not be there any more when the page is drawn again.
_PROSE = ("note", "reason", "without_parts")
_TITLES = {
    "move": N_("The move has not been made"),
    "take_back": N_("Nothing was taken back"),
    "note": N_("The note was not saved"),
    "check": N_("Nothing was saved"),
    "release": N_("Nothing was released"),
    "scope": N_("The cycle and the goal are as they were"),
    "archive": N_("It was not archived"),
}
_MOVED_WITH = ("happened_on", "reason", "note", "without_parts")
_FIELDS = {
    "move": {"to": "move-to"} | {name: f"field-{name}" for name in _MOVED_WITH},
    "note": {"note": "note"},
    "scope": {name: f"scope-{name}" for name in ("cycle", "goal", "reason", "note")},
    "archive": {"confirm": "archive-confirm"},
}

AnyForm = TypeVar("AnyForm", bound=Form)


def read_page(key: str, session: Session | None = None) -> workflow.Page:
    """All there is to know about it, as the session sees it or the request reads it; raises NotFoundError."""
    zone = current_viewer().programme.zone
    return workflow.page(session or reading_session(), key, language=language(), now=now(), zone=zone)


def written(key: str, command: str, form_type: type[AnyForm], do: Callable[[Session, Entry, AnyForm], str]) -> Response:
    """Does what a form asks and goes back to the page with a word about it, or says why not."""

    def answer(session: Session, entry: Entry, form: AnyForm) -> Response:
        return see_other(url_for("workflows.show", key=key), do(session, entry, form))

    return submit(f"{command}_workflow", form_type.parse, answer, lambda error: refused(key, command, error))


def refused(key: str, command: str, error: TrackerError) -> Response:
    """The page again with the message at its field and all that was typed; of a stale form, what it has missed."""
    said = missed(key) if isinstance(error, StaleError) else error
    context = page_context(read_page(key), command, field_errors(said, command))
    return page("workflows/workflow.html", status=status_of(said), **context)


def latest(shown: workflow.Page) -> TimelineItem:
    """What was recorded last of all that a stale form has missed."""
    return max((item for item in shown.timeline if item.counts), key=lambda item: (item.recorded_at, item.order))


def missed(key: str) -> ConflictError:
    """Who did what when, for somebody whose form would have met another change than the one they saw."""
    item = latest(read_page(key))
    return ConflictError(
        N_("%(key)s has changed since you saw it: %(what)s, %(actor)s, %(at)s. Look again, then decide."),
        key=key,
        what=event_words(described(item)),
        actor=item.actor,
        at=item.recorded_at,
    )


def page_context(shown: workflow.Page, command: str = "", errors: dict[str, str] | None = None) -> dict[str, Any]:
    """What the page shows; after a refusal of the command with the errors and what was typed into its form."""
    facts, actor = shown.workflow, current_viewer().actor
    may_edit = actor.leads(facts.workstream) and not facts.is_archived
    may_write = actor.takes_part([facts.workstream, *(code for code, _ in facts.others)]) and not facts.is_archived
    blockers = [f"release-{blocker.id}" for blocker in shown.blockers]
    leaving = [f"leave-{code}" for code, _ in facts.others]
    typed = {each: request.form.to_dict() if each == command else {} for each in COMMANDS}
    is_there = may_write if command in {"note", "release"} else may_edit
    return {
        "workflow": facts,
        "path": shown.path,
        "parts": shown.parts,
        "streams": _joining(facts),
        "led": {row.code for row in shown.parts if actor.leads(row.code) and not facts.is_archived},
        "freshness": shown.freshness,
        "blockers": [{**asdict(blocker), "category_name": word(blocker.category)} for blocker in shown.blockers],
        "timeline": [timeline_item(item) for item in shown.timeline],
        "may_edit": may_edit,
        "may_write": may_write,
        "why_not": "" if may_edit else why_not_move(facts),
        "part": part_words(facts, actor),
        "typed": typed,
        "kept": "" if is_there else "\n".join(filter(None, (typed.get(command, {}).get(name) for name in _PROSE))),
        "errors": {command: errors} if errors else {},
        "error_ids": _error_ids(command) if is_there else {},
        "refused_title": gettext(_TITLES[command]) if command else "",
        "keys": {each: fresh_key() for each in (*COMMANDS, *blockers, "join", *leaving)},
        "move": {"to": _likely_next(facts.state)} | dict.fromkeys(_MOVED_WITH, "") | typed["move"],
        "missing": parts_in_words(
            [(row.code, cell.stage) for row in shown.parts if not row.is_owner for cell in row.cells if cell.lacks],
            "%s: %s",
        ),
        "earliest_on": _earliest_on(shown),
        "today": today(),
        "reasons": picks(MoveBackReason),
        "cycle": shown.cycle,
        "cycles": shown.cycles,
        "goals": large_picks(Goal),
        "scope_reasons": scope_reasons(),
        "take_back": _undo_label(shown) if may_edit and shown.can_be_undone else None,
    }


def _joining(facts: workflow.WorkflowFacts) -> list[tuple[str, str]]:
    """The workstreams in use that do not take part yet: code and name. One statement."""
    taking_part = {facts.workstream, *(code for code, _ in facts.others)}
    streams = forms.workstreams(reading_session(), language=language())
    return [(code, f"{code} {name}") for code, name in streams.items() if code not in taking_part]


def _error_ids(command: str) -> dict[str, str]:
    """Where in the page the messages of a command link to, by field."""
    if command == "release":
        return {"note": f"release-{request.form.get('blocker', '')}-note"}
    return _FIELDS.get(command, {})


def _undo_label(shown: workflow.Page) -> str:
    from_state, to_state = shown.latest.from_state, shown.latest.to_state
    assert from_state is not None
    assert to_state is not None
    return gettext("%(from_state)s to %(to_state)s", from_state=state_name(from_state), to_state=state_name(to_state))


def _likely_next(state: State) -> str:
    return STATES[min(state.position + 1, len(STATES) - 1)].value


def _earliest_on(shown: workflow.Page) -> date:
    """The first day that a move may be dated here: nothing happens before the workflow's latest change."""
    previous = local_date(shown.latest.happened_at, current_viewer().programme.zone)
    if current_viewer().actor.is_planner:
        return previous
    earliest = moves.earliest_day(shown.running_since, today=today(), backdate_days=current_settings().backdate_days)
    return max(previous, earliest)
