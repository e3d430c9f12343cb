"""What a workflow's history comes to: state, membership and holds, each from its rows alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date
from tracker.domain.history import Change, standing
from tracker.domain.programme.rows import BlockerEventRow, ChangeRow, Programme, ScopeRow, WorkflowRow
from tracker.domain.states import Goal, HoldEvent, ScopeKind, State

in_order = attrgetter("happened_at", "id")


class _OfWorkflow(Protocol):
    @property
    def workflow(self) -> str: ...


RowOfWorkflow = TypeVar("RowOfWorkflow", bound=_OfWorkflow)


class Stand(NamedTuple):
    """The state a workflow is in, since when, and when the work on it began (none: not begun)."""

    state: State
    since: datetime
    begun_at: datetime | None

    @property
    def done_at(self) -> datetime | None:
        """When it last went into done, if it is."""
        return self.since if self.state is State.DONE else None

    def age_days(self, today: date, zone: ZoneInfo) -> int | None:
        """Local days since the work began, both ends counted; none when not begun or done."""
        if self.begun_at is None or self.state is State.DONE:
            return None
        return max((today - local_date(self.begun_at, zone)).days, 0) + 1


@dataclass(frozen=True, slots=True)
class Caches:
    """What a workflow's row keeps of its history."""

    state: State
    state_since: datetime
    cycle: int | None
    goal: Goal | None
    version: int


class Membership(NamedTuple):
    """The cycle a workflow is in, with its goal there, and how often it was carried over."""

    cycle: int | None = None
    goal: Goal | None = None
    times_carried: int = 0


def stand(changes: Sequence[tuple[State, datetime]]) -> Stand | None:
    """Where the standing changes lead, given each one's state and instant in order; none without any."""
    previous, since, begun_at = State.NOT_STARTED, None, None
    for state, happened_at in changes:
        if state is State.NOT_STARTED:
            begun_at = None
        elif previous is State.NOT_STARTED:
            begun_at = happened_at
        previous, since = state, happened_at
    return None if since is None else Stand(previous, since, begun_at)


def stand_of(rows: Iterable[ChangeRow]) -> Stand | None:
    """Where a workflow's rows lead, taken-back ones left out."""
    changes = [
        Change(row.id, row.from_state, row.to_state, row.happened_at, row.recorded_at, row.voids) for row in rows
    ]
    return stand([(change.to_state, change.happened_at) for change in standing(changes) if change.to_state is not None])


def membership(rows: Iterable[ScopeRow]) -> Membership:
    """The membership that a workflow's rows lead to."""
    known = sorted(rows, key=in_order)
    if not known:
        return Membership()
    times_carried = sum(row.kind is ScopeKind.CARRIED for row in known)
    return Membership(known[-1].to_cycle, known[-1].goal, times_carried)


def holding(rows: Iterable[BlockerEventRow]) -> set[int]:
    """The blockers that hold a workflow after its rows."""
    last = {row.blocker: row.event for row in sorted(rows, key=in_order)}
    return {blocker for blocker, event in last.items() if event is HoldEvent.HELD}


def by_workflow(rows: Iterable[RowOfWorkflow]) -> Mapping[str, list[RowOfWorkflow]]:
    """The rows of each workflow in the order given; an empty list for one without."""
    grouped: dict[str, list[RowOfWorkflow]] = defaultdict(list)
    for row in rows:
        grouped[row.workflow].append(row)
    return grouped


def caches(programme: Programme) -> Iterator[tuple[WorkflowRow, Caches]]:
    """Each workflow that has been created, and what its row should keep."""
    changes, scope = by_workflow(programme.changes), by_workflow(programme.scope)
    events = by_workflow(programme.blocker_events)
    for row in programme.workflows:
        now, member = stand_of(changes[row.key]), membership(scope[row.key])
        version = len(changes[row.key]) + len(scope[row.key]) + len(events[row.key])
        if now is not None:
            yield row, Caches(now.state, now.since, member.cycle, member.goal, version)
