"""The audit page's words: commands, and what each of them wrote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for

from tracker.domain import blockers, workflows
from tracker.domain.cycles import fields as cycles
from tracker.domain.errors import N_
from tracker.domain.fields import Fields
from tracker.domain.programme.setup import ALL_FIELDS
from tracker.domain.reports.documents import Status
from tracker.domain.reports.tokens import INTRODUCTION, PROGRAMME
from tracker.domain.reviews import Wish
from tracker.domain.states import BlockerCategory, Role, ScopeKind
from tracker.queries.audit import AuditEntry, Line
from tracker.queries.workflows.timeline import TimelineItem
from tracker.web.reports import words as report_words
from tracker.web.reviews.words import outcome_words
from tracker.web.ui.formats import day, state_or_dash
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import history_label, reason_word, word
from tracker.web.workflows.words import event_words

COMMANDS = {
    "seed": N_("read from the programme files"),
    "load_files": N_("programme files loaded"),
    "move": N_("workflow moved"),
    "take_back": N_("move taken back"),
    "take_back_entry": N_("several changes taken back"),
    "save_rows": N_("rows of the list saved"),
    "check": N_("checked"),
    "import_workflows": N_("workflows imported from a file"),
    "create_workflow": N_("workflow created"),
    "edit_workflow": N_("workflow edited"),
    "archive_workflow": N_("workflow archived"),
    "scope_workflow": N_("cycle or goal changed"),
    "note_workflow": N_("note written"),
    "check_workflow": N_("workflow checked"),
    "release_workflow": N_("workflow released"),
    "sign_part": N_("part signed, waived or taken back"),
    "plan": N_("draft planned"),
    "batch_move": N_("several moved"),
    "batch_hold": N_("several blocked"),
    "batch_release": N_("several released"),
    "batch_own": N_("owner of several changed"),
    "batch_prioritise": N_("priority of several changed"),
    "batch_check": N_("several checked"),
    "batch_sign": N_("several parts signed"),
    "edit_programme": N_("programme edited"),
    "create_project": N_("project created"),
    "edit_project": N_("project edited"),
    "import_projects": N_("projects pasted from a table"),
    "create_workstream": N_("workstream created"),
    "edit_workstream": N_("workstream edited"),
    "archive_workstream": N_("workstream archived"),
    "restore_workstream": N_("workstream taken into use again"),
    "import_workstreams": N_("workstreams pasted from a table"),
    "create_cycle": N_("cycle created"),
    "edit_cycle": N_("cycle edited"),
    "raise_blocker": N_("blocker raised"),
    "hold_blocker": N_("blocker put on more workflows"),
    "release_blocker": N_("blocker released"),
    "edit_blocker": N_("blocker edited"),
    "note_blocker": N_("note on a blocker"),
    "commit_cycle": N_("cycle committed"),
    "close_cycle": N_("cycle closed"),
    "propose": N_("proposed in a review"),
    "withdraw_proposal": N_("proposal withdrawn"),
    "accept_proposals": N_("proposals of a workstream accepted"),
    "mark_ready": N_("readiness for review"),
    "write_report": N_("report written"),
    "publish_report": N_("report published"),
    "reopen_report": N_("report opened again"),
    "user_add": N_("account made"),
    "user_edit": N_("account changed"),
    "user_import": N_("accounts read from a file"),
    "user_link": N_("one-time link made"),
    "user_passwd": N_("password set by the administration"),
    "user_disable": N_("account disabled"),
    "user_enable": N_("account enabled"),
    "user_erase": N_("account erased"),
    "change_password": N_("own password changed"),
    "use_link": N_("password chosen by one-time link"),
}
# What forms call otherwise, or what has no form of its own.
_FIELDS = {
    "archived_at": N_("archived"),
    "role": N_("role"),
    "workstreams": N_("workstreams"),
    "summary_sv": N_("summary in Swedish"),
    "summary_en": N_("summary in English"),
    "plan_sv": N_("plan in Swedish"),
    "plan_en": N_("plan in English"),
    "introduction_sv": N_("introduction in Swedish"),
    "introduction_en": N_("introduction in English"),
    "status": N_("status of the part"),
}
_THINGS = {"programme": N_("Programme"), "project": N_("Project"), "workstream": N_("Workstream")}
_ADDRESSES = {"programme": "/setup", "project": "/setup/projects", "workstream": "/setup/workstreams"}
_CLOSED = (
    (ScopeKind.CARRIED, N_("carried on: %(n)s")),
    (ScopeKind.PLANNED, N_("going on with the next goal: %(n)s")),
    (ScopeKind.RETURNED, N_("back to the backlog: %(n)s")),
    (ScopeKind.DROPPED, N_("dropped: %(n)s")),
)
_LINES = {
    "account": N_("made"),
    "note": N_("note"),
    "check": N_("checked: nothing changed"),
    "published": N_("was published"),
    "reopened": N_("was opened again"),
    "committed": N_("was committed"),
    "ready": N_("%(workstream)s is ready for review"),
}
# Of these the history keeps no text: only that they were changed.
UNTOLD = {
    "email": N_("e-mail changed"),
    "name": N_("name changed"),
    "password": N_("new password"),
    "password_link": N_("new one-time link"),
    "erased": N_("erased"),
}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line in words: what it is about with its address, what was done, and what somebody wrote to it."""

    about: str
    address: str
    text: str
    before: str = ""
    after: str = ""
    is_change: bool = False
    reason: str = ""
    note: str = ""
    happened_at: datetime | None = None  # where it was not on the day that it was recorded
    cycles: tuple[int, ...] = ()  # those that a change of scope is about


def command_word(command: str) -> str:
    """The command in words; one that is not known by its name."""
    return gettext(COMMANDS[command]) if command in COMMANDS else command.replace("_", " ")


def entry_lines(entry: AuditEntry) -> list[EntryLine]:
    """Each line of the entry in words; who joins or leaves once, where a field says the same."""
    told = {line.key for line in entry.lines if line.field == "other_workstreams"}
    return [
        _closed_words(line, entry.recorded_at, entry.lines)
        if line.kind == "closed"
        else _words(line, entry.recorded_at)
        for line in entry.lines
        if line.kind not in {"joined", "left"} or line.key not in told
    ]


def _closed_words(line: Line, recorded_at: datetime, lines: Sequence[Line]) -> EntryLine:
    """A close with how many went where; each of them has a line of its own."""
    kinds = [each.scope_kind for each in lines if each.from_cycle == line.cycle]
    counts = [gettext(words, n=kinds.count(kind)) for kind, words in _CLOSED if kind in kinds]
    return replace(_words(line, recorded_at), text=", ".join([gettext("was closed"), *counts]))


def _words(line: Line, recorded_at: datetime) -> EntryLine:
    about = line.key or line.blocker or line.account
    address = url_for("workflows.show", key=line.key) if line.key else ""
    if not about and line.cycle is not None:
        about, address = gettext("Cycle %(number)s", number=line.cycle), f"/cycles/{line.cycle}"
    if line.month:
        about = " ".join(filter(None, [gettext("Report %(month)s", month=line.month), _part(line.project)]))
        address = f"/reports/{line.month}"
    if line.thing:
        about = " ".join(filter(None, [gettext(_THINGS[line.thing]), line.code]))
        address = "/".join(filter(None, [_ADDRESSES[line.thing], line.code]))
    if line.kind == "field":
        return _field_words(line, about, address)
    when = line.happened_at if line.happened_at and day(line.happened_at) != day(recorded_at) else None
    text = _text(line, recorded_at)
    cycles = tuple(dict.fromkeys(number for number in (line.from_cycle, line.to_cycle) if number is not None))
    return EntryLine(
        about, address, text, reason=reason_word(line.reason), note=line.note, happened_at=when, cycles=cycles
    )


def _part(project: str) -> str:
    """The office's own are told by their fields."""
    return "" if project in {INTRODUCTION, PROGRAMME} else project


def _field_words(line: Line, about: str, address: str) -> EntryLine:
    if line.account:
        if line.field in UNTOLD:
            return EntryLine(about, address, gettext(UNTOLD[line.field]))
        if line.field == "is_active":
            return EntryLine(about, address, gettext("enabled") if line.after else gettext("disabled"))
    label = field_word(line.field)
    before, after = (_value(line.field, value) for value in (line.before, line.after))
    return EntryLine(about, address, label, before, after, is_change=True)


def field_word(name: str) -> str:
    """The field in words; one that is not known by its name."""
    if name in _FIELDS:
        return gettext(_FIELDS[name])
    fields: Fields = {**ALL_FIELDS, **workflows.FIELDS, **blockers.FIELDS, **cycles.FIELDS}
    return history_label(fields, name) if name in fields else name


def _value(field: str, value: str) -> str:
    """A field's text as its form shows it."""
    match field, value:
        case "status", value if value in set(Status):
            return report_words.status_word(Status(value))
        case "role", value if value in set(Role):
            return word(Role(value))
        case "category", value if value in set(BlockerCategory):
            return word(BlockerCategory(value))
        case "workstreams", "*":
            return gettext("all")
        case _:
            return value


def _text(line: Line, recorded_at: datetime) -> str:
    match line.kind:
        case kind if kind in _LINES:
            return gettext(_LINES[kind], workstream=line.workstream)
        case "proposed":
            return _proposal_words(line)
        case "created":
            return gettext("created as %(state)s", state=state_or_dash(line.to_state))
        case _:
            return event_words(_item(line, recorded_at))


def _proposal_words(line: Line) -> str:
    assert line.proposal_kind is not None
    wish = outcome_words(Wish(line.proposal_kind, line.goal))
    return gettext("proposed in the review of cycle %(cycle)s: %(wish)s", cycle=line.cycle, wish=wish)


def _item(line: Line, at: datetime) -> TimelineItem:
    """The line as the timeline has it, whose words are the same."""
    own = ("from_state", "to_state", "from_cycle", "to_cycle", "goal", "scope_kind")
    fields = {name: getattr(line, name) for name in own}
    parts = ((line.workstream, line.stage),)
    return TimelineItem(line.kind, at, (at, 0, 0), "", "", at, text=line.blocker, parts=parts, **fields)
