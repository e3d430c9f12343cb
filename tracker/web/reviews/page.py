"""The review as its page and the answers to its forms show it: streams, items of one of them, sums, and past cycles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request, url_for
from sqlmodel import Session

from tracker.charts.registry import CHARTS
from tracker.domain.calendar import iso_week, local_date, working_days
from tracker.domain.language import text_in
from tracker.domain.people import Actor
from tracker.domain.reviews import Member, Proposal, is_past
from tracker.domain.states import CycleStatus, Goal, ProposalKind, ReviewReason
from tracker.queries.reviews import frame as review_frame
from tracker.queries.reviews import review as reviews
from tracker.queries.reviews.frame import PastCycle, ReviewFrame
from tracker.queries.reviews.review import Part, Review
from tracker.web.charts import figure_words
from tracker.web.charts import words as chart_words
from tracker.web.http.context import current_viewer, now, today
from tracker.web.reviews.words import kind_choices, wish_words
from tracker.web.ui.formats import language
from tracker.web.ui.query import last
from tracker.web.ui.submit import fresh_key
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import picks, word

SHOWN_AT_FIRST = 100  # items of a workstream; the rest are one click away
ALL = "all"
_TOLD = 4  # workstreams that the sum names


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed for an item and not saved, if anything, why, and, where somebody else was faster, what they
    proposed.
    """

    typed: Mapping[str, str] | None
    errors: Mapping[str, str]
    is_stale: bool = False
    theirs: Proposal | None = None
    is_typed: bool = True


Drafts = Mapping[str, Draft]
NO_DRAFTS: Drafts = {}


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review with what stands around it, and which workstream's part is open."""

    review: Review
    frame: ReviewFrame
    ordered: tuple[Part, ...]
    part: Part | None
    all_items: bool = False


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A member as it is drawn: what is chosen in its form, and what can be."""

    member: Member
    name: str
    blockers: Sequence[tuple[int, str, int]]  # id, title, days
    version: int
    key: str
    kind: str
    kind_in_words: str
    goal: str
    reason: str
    notes: Mapping[str, str]
    goals: Sequence[tuple[str, str]]
    decided: str = ""
    outdated: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    is_draft: bool = False
    is_left: bool = False
    is_stale: bool = False
    theirs: Proposal | None = None
    theirs_in_words: str = ""


def shown(session: Session, number: int, chosen: str = "", key: str = "") -> ReviewPage | None:
    """The review as it stands, with the part open that is chosen or has the workflow, or else the first that waits for
    somebody; none without the cycle. Nine statements.
    """
    found, frame = reviews.review(session, number), review_frame.frame(session, number)
    if found is None or frame is None:
        return None
    ordered = _ordered(found.parts, current_viewer().actor)
    asked = (part for part in ordered if part.code == chosen or (key and part.has(key)))
    part = next(asked, None) or next((part for part in ordered if part.undecided), ordered[0] if ordered else None)
    all_items = last("items") == ALL or request.method == "POST"  # an answer draws those that it concerns
    return ReviewPage(found, frame, ordered, part, all_items)


def context(shown: ReviewPage, drafts: Drafts = NO_DRAFTS, past: Sequence[object] = ()) -> dict[str, Any]:
    """What the templates of the review draw; `past` are the tables of what the open workstream did before."""
    review, code = shown.review, shown.part.code if shown.part else None
    met, total = sum(part.met for part in review.parts), sum(len(part.members) for part in review.parts)
    unmet = total - met
    return {
        "cycle": shown.frame.cycle,
        "into": shown.frame.into,
        "review": review,
        "rows": shown.ordered,
        "stream": _stream(shown, shown.part, drafts) if shown.part else None,
        "met": met,
        "total": total,
        "unmet": unmet,
        "decided": unmet - review.undecided,
        "several": sum(part.undecided > 0 and current_viewer().actor.leads(part.code) for part in review.parts) > 1,
        "waiting": [part for part in shown.ordered if part.undecided][:_TOLD],
        "waiting_more": max(0, sum(bool(part.undecided) for part in review.parts) - _TOLD),
        "is_running": review.status is CycleStatus.RUNNING,
        "here": here(review.cycle, shown.part),
        "changes_url": url_for(
            "review.changes", number=review.cycle, workstream=code, items=ALL if shown.all_items else None
        ),
        "all_url": url_for("review.show", number=review.cycle, workstream=code, items=ALL),
        "kinds": kind_choices(),
        "reasons": picks(ReviewReason),
        "kind_word": word,
        "wish_words": wish_words,
        "name_of": lambda thing: text_in(language(), thing, "name"),
        "stream_url": lambda part: here(review.cycle, part),
        "planning_week": _planning_week(shown.frame),
        "working_days": working_days,
        "past": past,
    }


def here(number: int, part: Part | None) -> str:
    """The address of a workstream's part."""
    return url_for("review.show", number=number, workstream=part.code if part else None)


def item(member: Member, draft: Draft | None = None) -> ReviewItem:
    """The member as it is drawn."""
    decision = member.decision if member.proposal else None
    wish = decision or member.default
    typed: Mapping[str, str] = {
        "kind": decision.kind.value if decision else "",
        "goal": (wish.goal if wish else None) or member.goal.value,
        "reason": wish.reason if wish else "",
    }
    if decision:
        typed = {**typed, f"note_{decision.kind.value}": decision.note}
    if draft is not None and draft.typed is not None:
        typed = draft.typed
    proposal = member.proposal
    is_draft = draft is not None and draft.typed is not None and draft.is_typed
    return ReviewItem(
        member,
        text_in(language(), member, "name"),
        [(each.id, text_in(language(), each, "title"), _days(each.since)) for each in member.blockers],
        proposal.version if proposal else 0,
        fresh_key(),
        typed.get("kind", ""),
        word(ProposalKind(typed["kind"])) if typed.get("kind") in set(ProposalKind) else "",
        typed.get("goal", ""),
        typed.get("reason", ""),
        {kind.value: typed.get(f"note_{kind.value}", "") for kind in ProposalKind},
        picks(goal for goal in Goal if not is_past(member.state, goal)),
        wish_words(decision) if decision else "",
        wish_words(proposal.wish) if proposal and decision is None and not member.is_met else "",
        draft.errors if draft else {},
        is_draft,
        draft is not None and not is_draft,
        draft is not None and draft.is_stale,
        draft.theirs if draft else None,
        wish_words(draft.theirs.wish) if draft and draft.theirs else "",
    )


def _ordered(parts: Sequence[Part], actor: Actor) -> tuple[Part, ...]:
    """A lead's own first, then those in which something was carried so often that the next time takes words. What is
    decided moves none of them, so that the room finds them where they were.
    """

    def rank(part: Part) -> tuple[bool, bool, str]:
        is_mine = part.code in actor.own_workstreams
        return not is_mine, not any(each.needs_explicit_decision for each in part.unmet), part.code

    return tuple(sorted(parts, key=rank))


def _stream(shown: ReviewPage, part: Part, drafts: Drafts) -> dict[str, Any]:
    unmet, going_on = (_first(members, shown, drafts) for members in (part.unmet, part.going_on))
    return {
        "part": part,
        "may": current_viewer().actor.leads(part.code) and shown.review.status is CycleStatus.RUNNING,
        "decided": len(part.unmet) - part.undecided,
        "unmet": [item(member, drafts.get(member.key)) for member in unmet],
        "going_on": [item(member, drafts.get(member.key)) for member in going_on],
        "more": len(part.unmet) + len(part.going_on) - len(unmet) - len(going_on),
        "is_accepted": not part.undecided and all(member.decision for member in part.going_on),
        "stay": [member for member in part.members if member.is_met and not member.can_go_on],
        "blocked": len({each.id for member in part.members for each in member.blockers}),
        "next": _next(shown.ordered, part),
        "before": [(each.number, each.of(part.code)) for each in shown.frame.before],
        "carried": sum(_is_carried(member) for member in part.unmet),
        "keys": {name: fresh_key() for name in ("accept", "ready")},
    }


def _first(members: Sequence[Member], shown: ReviewPage, drafts: Drafts) -> Sequence[Member]:
    """As many as are shown at first, and what somebody has typed into."""
    if shown.all_items:
        return members
    return [member for at, member in enumerate(members) if at < SHOWN_AT_FIRST or member.key in drafts]


def _is_carried(member: Member) -> bool:
    return member.decision is not None and member.decision.kind is ProposalKind.CARRIED


def _next(ordered: Sequence[Part], part: Part) -> Part | None:
    """The next part that waits for somebody, from the top again; where none does, simply the next."""
    at = ordered.index(part)
    following = [*ordered[at + 1 :], *ordered[:at]]
    return next((each for each in following if each.undecided), following[0] if following else None)


def _days(since: datetime) -> int:
    return max(0, (today() - local_date(since, current_viewer().programme.zone)).days)


def _planning_week(frame: ReviewFrame) -> int | None:
    into = frame.into
    return iso_week(into.planning_starts_on) if into and into.planning_starts_on else None


BAR = 20  # px, of the highest


@dataclass(frozen=True, slots=True)
class PastCell:
    """A figure of a cycle in words, how high its bar is, and where its items are; no link where it counts none."""

    text: str
    height: int
    is_under_way: bool
    link: str


@dataclass(frozen=True, slots=True)
class PastTable:
    """Figures of one chart, cycle by cycle."""

    chart: str
    title: str
    link: str
    cycles: Sequence[PastCycle]
    rows: Sequence[tuple[str, str, Sequence[PastCell]]]  # column, its name, cells


def tables(session: Session, found: ReviewPage) -> list[PastTable]:
    """The tables of the workstream that is open."""
    if found.part is None:
        return []
    code = found.part.code
    cycles = review_frame.last_cycles(session, found.review.cycle, code, now=now())
    return [_table(name, columns, cycles, code) for name, columns in review_frame.CHARTS.items() if cycles]


def _table(chart: str, columns: Sequence[str], cycles: Sequence[PastCycle], code: str) -> PastTable:
    place: dict[str, Any] = {"name": chart, "from": cycles[0].number, "to": cycles[-1].number, "workstream": code}
    highest = max((_count(cycle, column) or 0 for cycle in cycles for column in columns), default=0)

    def cell(cycle: PastCycle, column: str) -> PastCell:
        count = _count(cycle, column)
        height = max(2, round(BAR * count / highest)) if count else 0
        link = url_for("charts.show", **place, show=column, cycle=cycle.number) if count else ""
        return PastCell("–" if count is None else figure_words.written(count), height, cycle.is_under_way, link)

    return PastTable(
        chart,
        gettext(CHARTS[chart].title) if chart in CHARTS else gettext("Blockers"),
        url_for("charts.show", **place),
        cycles,
        [(column, chart_words.label(column), [cell(cycle, column) for cycle in cycles]) for column in columns],
    )


def _count(cycle: PastCycle, column: str) -> int | None:
    value = cycle.row.values[column]
    return value if isinstance(value, int) else None
