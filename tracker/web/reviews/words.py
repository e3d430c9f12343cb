"""The review and the close in words: what can become of a member and why, figures and what they mean, what has changed
since it was seen."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.errors import N_
from tracker.domain.reviews import Member, Wish
from tracker.domain.states import Goal, ProposalKind
from tracker.queries.reviews.closing import Closing, Figures
from tracker.web.charts import figure_words
from tracker.web.ui.formats import number
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import goal_word, reason_word, word

# What to choose, in the order of the keys 1 to 3.
CHOICES = {
    ProposalKind.CARRIED: N_("Carry over"),
    ProposalKind.RETURNED: N_("Return"),
    ProposalKind.DROPPED: N_("Drop"),
}


def kind_choices() -> list[tuple[str, str]]:
    """What can become of a member that did not meet its goal: key and word."""
    return [(kind.value, gettext(word)) for kind, word in CHOICES.items()]


def wish_words(wish: Wish) -> str:
    """What somebody wishes, in a line: what becomes of it, with which goal, and why."""
    parts = [word(wish.kind)]
    if wish.goal:
        parts.append(gettext("goal %(goal)s", goal=goal_word(wish.goal)))
    if wish.reason:
        parts.append(reason_word(wish.reason))
    return ", ".join(parts)


# By group: name of the column, and its definition in as few words as will do beside a number.
GROUPS = {
    N_("Scope"): {
        "committed": N_("members when the cycle was committed"),
        "added": N_("members at the close that were none at the commit"),
        "removed": N_("members at the commit that are none at the close"),
        "met": N_("members that have passed the stage of their goal by the close"),
        "carried_in": N_("members that came unmet out of the cycle before"),
        "carried_out": N_("unmet members that go to the next cycle"),
        "returned": N_("unmet members that go back to the backlog"),
        "dropped": N_("unmet members that are given up and archived"),
    },
    N_("Throughput"): {
        "designed": N_("passed design between the first and the last day of the cycle"),
        "validated": N_("passed validation between those days"),
        "tested": N_("passed test between those days"),
        "fell_back": N_("done before the cycle and not done after it"),
        "ratio_to_previous": N_("tested, divided by tested in the cycle before"),
        "tested_per_working_day": N_("Monday to Friday, less Swedish holidays"),
    },
    N_("Blockers"): {
        "blockers_opened": N_("times that a blocker began to hold something"),
        "blockers_resolved": N_("times that a blocker let go of the last it held"),
        "blockers_open": N_("blockers that hold something at the end"),
        "blocked_days": N_("days of 24 hours that workflows were held, added up"),
        "blocked_days_begun": N_("of them, those in design, validation and test"),
        "median_blocker_age_days": N_("of the blockers open at the end"),
    },
    N_("Lead time"): {
        "lead_time_p50_days": N_("from begun to done, of those tested; from ten on"),
        "lead_time_p85_days": N_("from begun to done, of those tested; from ten on"),
    },
}
BY_GOAL = ("committed", "met")
# What is shown of each workstream.
COLUMNS = (
    "committed",
    "added",
    "removed",
    "met",
    "carried_out",
    "returned",
    "dropped",
    "designed",
    "validated",
    "tested",
    "blockers_open",
    "blocked_days",
    "blocked_days_begun",
)
_MET, _UNDECIDED, _INTO = "met", "undecided", ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the programme as it is shown."""

    label: str
    definition: str
    text: str
    by_goal: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a close would do differently from what was seen, and who decided so, where somebody did."""

    key: str
    before: str
    after: str
    actor: str
    at: datetime | None


def figure_text(cell: str) -> str:
    """A kept cell as people read it: with its places, and a dash where it is empty."""
    whole, point, places = cell.partition(".")
    return f"{number(int(whole))}{',' if point else ''}{places}" if whole else "–"


def figure_groups(row: Figures) -> list[tuple[str, list[Figure]]]:
    """The programme's figures in groups."""
    return [
        (gettext(title), [_figure(row.cells, name, definition) for name, definition in group.items()])
        for title, group in GROUPS.items()
    ]


def stream_rows(rows: Iterable[Figures], names: Mapping[str, str]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Code, name and labelled figures of every workstream; the programme comes last, without a code."""
    return [
        (
            row.code,
            names.get(row.code, ""),
            [(figure_words.label(name), figure_text(row.cells.get(name, ""))) for name in COLUMNS],
        )
        for row in rows
    ]


def snapshot(closing: Closing) -> str:
    """What the close would do with each member, short, for a form to bring back: so it can be told what has changed."""
    found = {member.key: _mark(member) for member in closing.members}
    return json.dumps({**found, _INTO: str(closing.review.into or "")}, separators=(",", ":"))


def changes(seen: str, closing: Closing) -> list[Change]:
    """What is different from those marks, by key."""
    try:
        before = json.loads(seen)
    except (ValueError, RecursionError):
        return []
    if not isinstance(before, dict) or not all(isinstance(mark, str) for mark in before.values()):
        return []
    found = []
    after = {member.key: member for member in closing.members}
    for key in sorted((before.keys() | after.keys()) - {_INTO}):
        member = after.get(key)
        now = _mark(member) if member is not None else ""
        was = before.get(key, "")
        if was != now:
            found.append(_change(key, was, now, member))
    into = str(closing.review.into or "")
    if before.get(_INTO, into) != into:
        found.insert(0, Change("", _draft_words(before[_INTO]), _draft_words(into), "", None))
    return found


def _figure(cells: Mapping[str, str], name: str, definition: str) -> Figure:
    by_goal = [(goal_word(goal), figure_text(cells.get(f"{name}_{goal}", ""))) for goal in Goal if name in BY_GOAL]
    return Figure(figure_words.label(name), gettext(definition), figure_text(cells.get(name, "")), tuple(by_goal))


def _mark(member: Member) -> str:
    wish = member.decision
    if wish is None:
        return _MET if member.is_met else _UNDECIDED
    words = hashlib.sha256(f"{wish.reason}\n{wish.note}".encode()).hexdigest()[:6]
    return f"{wish.kind.value} {wish.goal or '-'} {words}"


def _change(key: str, was: str, now: str, member: Member | None) -> Change:
    before, after = _mark_words(was), _mark_words(now)
    if before == after:
        after = gettext("the same, with other words")
    proposal = member.proposal if member is not None and member.decision is not None else None
    return Change(key, before, after, proposal.actor if proposal else "", proposal.at if proposal else None)


def _mark_words(mark: str) -> str:
    """A mark in words; one that a browser made up is taken for none."""
    if mark == _MET:
        return gettext("has met its goal and stays")
    if mark == _UNDECIDED:
        return gettext("undecided")
    kind, _, rest = mark.partition(" ")
    goal = rest.partition(" ")[0]
    if kind not in set(ProposalKind):
        return gettext("not in the cycle")
    return outcome_words(Wish(ProposalKind(kind), Goal(goal) if goal in set(Goal) else None))


def outcome_words(wish: Wish) -> str:
    """What is to become of a member."""
    goal = goal_word(wish.goal)
    match wish.kind:
        case ProposalKind.CARRIED:
            return gettext("is carried on, goal %(goal)s", goal=goal)
        case ProposalKind.RETURNED:
            return gettext("goes back to the backlog")
        case ProposalKind.DROPPED:
            return gettext("is dropped")
        case ProposalKind.GOES_ON:
            return gettext("goes on, goal %(goal)s", goal=goal)


def _draft_words(number: str) -> str:
    return gettext("goes to cycle %(cycle)s", cycle=number[:10]) if number else gettext("has no next cycle to go to")
