"""What stands around a review: the cycle and the one after it, what earlier closes reported, what a close decided."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from tracker.db import facts
from tracker.db.columns import columns
from tracker.db.language import both
from tracker.db.models import Reported, ScopeChange, Workflow, WorkflowWorkstream, Workstream
from tracker.domain.charts import cycle_figures
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.span import Span
from tracker.domain.figures.summaries import choice_of
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus, Goal, ProposalKind, ScopeKind
from tracker.queries import figures

CHARTS = {
    "throughput": ("designed", "validated", "tested"),
    "blockers": ("blockers_opened", "blockers_resolved", "blockers_open"),
}


_CYCLES = 4


@dataclass(frozen=True, slots=True)
class PastCycle:
    """The figures of a cycle with what they count. One under way has come to them so far."""

    number: int
    is_under_way: bool
    row: SheetRow


def last_cycles(session: Session, number: int, workstream: str, *, now: datetime) -> list[PastCycle]:
    """The cycle and the ones before it. Two statements, while the history is kept."""
    as_of = figures.as_of_now(session, now)
    history = figures.history(session)
    if history is None:
        return []
    numbers = [row.cycle for row in history.cycles if row.cycle <= number][-_CYCLES:]
    span, choice = Span(history, as_of, numbers[0], numbers[-1]), choice_of(history, (), (workstream,))
    shown = [column for chart in CHARTS.values() for column in chart]
    return [
        PastCycle(each, _is_under_way(span, each), cycle_figures.row(span, each, choice, shown)) for each in numbers
    ]


def _is_under_way(span: Span, number: int) -> bool:
    here = span.reading(number)
    return here.is_begun and here.as_of < here.border


_BEFORE = 2  # so many earlier cycles stand beside
_ENDS = ("met", "carried_out", "returned", "dropped")  # of what was in the cycle at its close
_DISPOSED = (ScopeKind.CARRIED, ScopeKind.RETURNED, ScopeKind.DROPPED, ScopeKind.PLANNED)


@dataclass(frozen=True, slots=True)
class Before:
    """What a closed cycle reported of each workstream when it was closed."""

    number: int
    ends: Mapping[str, tuple[int, ...]]  # by code: met, carried out, returned, dropped

    def of(self, code: str) -> tuple[int, int, int] | None:
        """How many the workstream had in the cycle, how many were met, and how many carried out; none if not told."""
        ends = self.ends.get(code)
        return (sum(ends), ends[0], ends[1]) if ends else None


@dataclass(frozen=True, slots=True)
class ReviewFrame:
    """The cycle, the draft that takes what goes on, and the cycles before."""

    cycle: CycleRow
    into: CycleRow | None
    before: tuple[Before, ...]


@dataclass(frozen=True, slots=True)
class Disposed:
    """What the close did with a member."""

    key: str
    name: str
    name_en: str
    kind: ProposalKind
    to_cycle: int | None
    goal: Goal | None
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class DisposedPart:
    """What the close did with a workstream's members."""

    code: str
    name: str
    name_en: str
    items: list[Disposed] = field(default_factory=list)


def frame(session: Session, number: int) -> ReviewFrame | None:
    """What stands around the review of the cycle; none without the cycle. Two statements."""
    cycles = [row for row in facts.cycles(session) if row.cycle >= number]
    if not cycles or cycles[0].cycle != number:
        return None
    into = next((cycle for cycle in cycles[1:] if cycle.status is CycleStatus.DRAFT), None)
    return ReviewFrame(cycles[0], into, _before(session, number))


def _before(session: Session, number: int) -> tuple[Before, ...]:
    found: dict[int, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for (cycle, code), row in facts.frozen(
        session, col(Reported.cycle_number).between(number - _BEFORE, number - 1)
    ).items():
        written = json.loads(row.cells)
        if all(written.get(name) for name in _ENDS):
            found[cycle][code] = tuple(int(written[name]) for name in _ENDS)
    return tuple(Before(cycle, ends) for cycle, ends in found.items())


def disposed(session: Session, number: int) -> list[DisposedPart]:
    """What the close of the cycle did with each member that did not stay as met, by workstream. One statement."""
    rows = session.execute(
        select(
            col(Workstream.code),
            *both(Workstream.name),
            col(Workflow.key),
            *both(Workflow.name),
            *columns(ScopeChange, ("kind", "to_cycle", "goal", "reason", "note")),
        )
        .join(Workflow, col(Workflow.id) == col(ScopeChange.workflow_id))
        .join(WorkflowWorkstream, col(WorkflowWorkstream.workflow_id) == col(Workflow.id))
        .join(Workstream, col(Workstream.code) == col(WorkflowWorkstream.workstream_code))
        .where(
            col(WorkflowWorkstream.is_owner),
            col(ScopeChange.from_cycle) == number,
            col(ScopeChange.kind).in_(_DISPOSED),
            (col(ScopeChange.kind) != ScopeKind.PLANNED) | (col(ScopeChange.to_cycle) > number),
        )
        .order_by(col(Workstream.code), col(Workflow.key), col(ScopeChange.id))
    )
    parts: dict[str, DisposedPart] = {}
    for code, name, name_en, key, title, title_en, kind, to_cycle, goal, reason, note in rows:
        became = ProposalKind.GOES_ON if kind is ScopeKind.PLANNED else ProposalKind(kind.value)
        part = parts.setdefault(code, DisposedPart(code, name, name_en))
        part.items.append(Disposed(key, title, title_en, became, to_cycle, goal, reason, note))
    return list(parts.values())
