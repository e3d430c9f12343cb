"""What the page of planning shows of a plan: the workstreams that the URL asks for, and what stands in each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlmodel import Session

from tracker.domain.errors import N_
from tracker.domain.people import Actor
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import Goal, State
from tracker.queries import planning
from tracker.queries.board import cards as board
from tracker.queries.board import layout
from tracker.queries.board.cards import BoardFrame
from tracker.queries.planning import Part, PlanItem
from tracker.web.http.context import current_viewer, now, today
from tracker.web.ui.formats import language, state_name
from tracker.web.ui.live import page_version
from tracker.web.ui.query import Query, choices, parameters
from tracker.web.ui.submit import fresh_key
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import picks

CHOSEN = "chosen"  # keys to be ticked: what a batch without script has left
_NAMES = {"workstreams": "workstream", "projects": "project"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the URL asks for."""

    workstreams: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    q: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.workstreams or self.projects or self.q)


@dataclass(frozen=True, slots=True)
class Section:
    """A workstream on the page: what of its two sides is shown."""

    part: Part
    may: bool
    backlog: list[PlanItem]
    members: list[PlanItem]

    @property
    def is_quiet(self) -> bool:
        """Whether it is one line: there is nothing to plan, or the search finds nothing."""
        return not (self.backlog or self.members) and (self.part.is_quiet or self.is_cut)

    @property
    def is_cut(self) -> bool:
        """Whether the search leaves something out."""
        return (len(self.backlog), len(self.members)) != (len(self.part.backlog), len(self.part.members))


def read_filters(frame: BoardFrame) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    query = Query(request.args, {CHOSEN})
    filters = Filters(
        query.several("workstream", frame.streams), query.several("project", frame.projects), query.search()
    )
    return filters, query.notices


def context(session: Session, cycle: CycleRow) -> dict[str, Any]:
    """All that the page of a draft is drawn with."""
    viewer = current_viewer()
    frame = board.frame(session, language=language(), today=today())
    filters, notices = read_filters(frame)
    plan = planning.plan(session, cycle, frame, language=language(), now=now(), today=today())
    assert plan is not None, "there is a cycle, so there is a programme"
    shown = [part for part in plan.parts.values() if _is_asked_for(part, filters)]
    sections = sorted((_section(part, filters, viewer.actor) for part in shown), key=_own_first(viewer.actor))
    missing = layout.missing_keys(
        filters.q, (item.card for section in sections for item in (*section.backlog, *section.members))
    )
    if missing:
        notices.append(gettext("Not among the workflows here: %(keys)s.", keys=", ".join(missing)))
    return {
        "cycle": cycle,
        "plan": plan,
        "sections": sections,
        "total": plan.total(part.stream.code for part in shown),
        "cautions": cautions(shown),
        "filters": filters,
        "notices": notices,
        "project_choices": choices(frame.projects.items(), filters.projects),
        "workstream_choices": choices(
            ((code, stream.name) for code, stream in frame.streams.items()), filters.workstreams
        ),
        "may_any": any(section.may for section in sections),
        "chosen": set(request.args.getlist(CHOSEN)),
        "goal_choices": picks(Goal),
        "key": fresh_key(),
        "words": _row_words(),
        "here": address(cycle.cycle, filters),
        "changes_url": address(cycle.cycle, filters, endpoint="planning.changes"),
        "clear_url": url_for("planning.show", number=cycle.cycle),
        "tag": page_version(),
    }


def cautions(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """What speaks against the plan as it stands, by workstream: the page and the commit say the same."""
    counting = sorted((part for part in parts if part.counts_from is None), key=lambda part: part.stream.code)
    return {
        "over": [part for part in counting if part.is_over],
        "limit": [part for part in counting if part.is_over_limit],
        "unready": [part for part in counting if not part.is_ready],
        "again": [part for part in counting if part.again],
    }


def address(number: int, filters: Filters, *, endpoint: str = "planning.show") -> str:
    """Where the page is, with these filters."""
    return url_for(endpoint, number=number, **parameters(filters, _NAMES))


def _is_asked_for(part: Part, filters: Filters) -> bool:
    stream = part.stream
    if filters.workstreams and stream.code not in filters.workstreams:
        return False
    return not filters.projects or stream.project in filters.projects


def _section(part: Part, filters: Filters, actor: Actor) -> Section:
    def found(items: list[PlanItem]) -> list[PlanItem]:
        return [item for item in items if not filters.q or layout.is_found(item.card, filters.q)]

    return Section(part, actor.leads(part.stream.code), found(part.backlog), found(part.members))


def _own_first(actor: Actor) -> Callable[[Section], tuple[bool, str]]:
    """Leads see their own workstreams first; whoever may plan everything sees them by code."""
    return lambda section: (bool(actor.own_workstreams) and not section.may, section.part.stream.code)


def _row_words() -> dict[str, Any]:
    """The words of all rows, looked up once; `%(key)s` and the like are filled in by each."""
    return {
        "select": _unfilled(N_("Select %(key)s"), "key"),
        "goal_of": _unfilled(N_("Goal of %(key)s"), "key"),
        "out_of": _unfilled(N_("%(key)s to the backlog"), "key"),
        "goal": _unfilled(N_("goal %(goal)s"), "goal"),
        "priority": _unfilled(N_("priority %(n)s"), "n"),
        "more": _unfilled(N_("+%(n)s more"), "n"),
        "out": gettext("To the backlog"),
        "blocked": gettext("Blocked"),
        "days": gettext("d"),
        "states": {state: state_name(state).capitalize() for state in State},
        "goals": {goal: state_name(goal.value) for goal in Goal},
    }


def _unfilled(message: str, name: str) -> str:
    return gettext(message, **{name: f"%({name})s"})
