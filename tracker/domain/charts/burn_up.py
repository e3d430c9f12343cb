"""How many are in a cycle and how many of them have reached their goal, day by day to the cycle's close."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import accumulate, compress
from typing import NamedTuple

from tracker.domain.calendar import local_date, midnight
from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.timelines import Timeline
from tracker.domain.figures.words import Adds
from tracker.domain.states import Goal, State

COLUMNS = (
    Column("cycle", Adds.KEY),
    Column("day", Adds.KEY),
    Column("scope", Adds.COUNT),
    Column("reached", Adds.COUNT),
    Column("added_since", Adds.COUNT),
    Column("removed_since", Adds.COUNT),
)
_DAY, _TICK = timedelta(days=1), timedelta.resolution


class _Days(NamedTuple):
    """The days of a cycle and their ends. From the number `final` on, all is as at the close or now."""

    days: Sequence[date]
    ends: Sequence[datetime]
    final: int
    met_at: datetime

    def number(self, moment: datetime) -> int:
        """The first day at whose end what happened then counts. It happened before the close, or by now."""
        return min(bisect_right(self.ends, moment), self.final)

    def position(self, timeline: Timeline, number: int) -> int:
        """How far a workflow was at the day's end."""
        return timeline.before(self.ends[number]) if number < self.final else timeline.at(self.met_at)


class _Member(NamedTuple):
    """A workflow that has been in the cycle, with its goals there and since when; none: it was not in it any more."""

    key: str
    timeline: Timeline
    goals: Sequence[tuple[int, Goal | None]]  # by the number of the day
    committed: Goal | None

    def goal(self, number: int) -> Goal | None:
        """With which goal it was in the cycle at the day's end."""
        return next((goal for first, goal in reversed(self.goals) if first <= number), None)


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per day of each cycle that is committed, from the commit or the first day on; the last one is what the
    figures of the cycle are.
    """
    for cycle in span.cycles:
        here = span.reading(cycle.cycle)
        if here.is_committed and span.items(cycle.cycle, choice) is not None:
            yield from _rows(span, here, choice)


def _rows(span: Span, here: Reading, choice: Choice) -> Iterator[SheetRow]:
    days = _days(here)
    members = list(_members(span, here, choice, days))
    scope, added, reached = _counts(members, days)
    committed = sum(each.committed is not None for each in members)
    assert here.cycle.committed_at is not None
    for number in range(days.number(here.cycle.committed_at), len(days.days)):
        removed = committed - (scope[number] - added[number])
        numbers = {"scope": scope[number], "reached": reached[number]}
        changed = {"added_since": added[number], "removed_since": removed}
        keys: dict[str, Value] = {"cycle": here.cycle.cycle, "day": days.days[number]}
        behind = {name: partial(_listed, name, members, days, number) for name in (*numbers, *changed)}
        yield SheetRow({**keys, **numbers, **changed}, behind)


def _days(here: Reading) -> _Days:
    """To the last day, and on until the close; today, while there is none."""
    last = local_date(here.met_at - _TICK, here.zone)
    if here.cycle.closed_at is not None:
        last = max(last, here.cycle.ends_on)
    days = [here.cycle.starts_on + n * _DAY for n in range((last - here.cycle.starts_on).days + 1)]
    ends = [midnight(day + _DAY, here.zone) for day in days]
    return _Days(days, ends, bisect_left(ends, here.met_at), here.met_at)


def _members(span: Span, here: Reading, choice: Choice, days: _Days) -> Iterator[_Member]:
    cycle = here.cycle.cycle
    for code in span.joined(cycle, choice):
        for workflow in span.history.concerned(cycle, code):
            if cycle not in workflow.scope.cycles:
                continue
            goals = [(days.number(at), goal) for at, goal in workflow.scope.goals(here)]
            if goals:
                committed = workflow.scope.membership(here).committed
                yield _Member(workflow.key, span.now.workflow(workflow).timeline, goals, committed)


def _counts(members: Sequence[_Member], days: _Days) -> tuple[list[int], list[int], list[int]]:
    """Members, those of them that were none at the commit, and those past their goals, at each day's end: from what
    changes on a day, as most things do not.
    """
    scope, added, reached = ([0] * (len(days.days) + 1) for _ in range(3))
    for member in members:
        borders = [first for first, _ in member.goals[1:]] + [len(days.days)]
        for (first, goal), until in zip(member.goals, borders, strict=True):
            if goal is None or first >= until:
                continue
            _count(scope, first, until)
            if member.committed is None:
                _count(added, first, until)
            _count_reached(reached, member.timeline, goal, first, until, days)
    return list(accumulate(scope)), list(accumulate(added)), list(accumulate(reached))


def _count(changes: list[int], first: int, until: int) -> None:
    changes[first] += 1
    changes[until] -= 1


def _count_reached(changes: list[int], timeline: Timeline, goal: Goal, first: int, until: int, days: _Days) -> None:
    """The days from `first` to just before `until` at whose end the workflow is past its goal."""
    moments, positions, needed = timeline.moments, timeline.positions, State(goal.value).position
    archived_at, known = timeline.archived_at, bisect_right(timeline.moments, days.met_at)
    if archived_at is not None and archived_at < days.met_at:
        until = min(until, days.number(archived_at))
    if first >= until:
        return
    begun = min(bisect_left(moments, days.ends[first]), known) if first < days.final else known
    since = first if begun and positions[begun - 1] > needed else None
    for number in range(begun, known):
        if (positions[number] > needed) is (since is not None):
            continue
        here = days.number(moments[number])
        if here >= until:
            break
        if since is None:
            since = here
        else:
            _count(changes, since, here)
            since = None
    if since is not None:
        _count(changes, since, until)


def _listed(name: str, members: Sequence[_Member], days: _Days, number: int) -> list[Behind]:
    """What the number in the column counts."""
    if name == "removed_since":
        return [Behind(each.key, each.committed) for each in members if each.committed and each.goal(number) is None]
    found = [(each, goal) for each in members if (goal := each.goal(number)) is not None]
    if name == "reached":
        is_past = [days.position(each.timeline, number) > State(goal.value).position for each, goal in found]
        found = list(compress(found, is_past))
    elif name == "added_since":
        found = [(each, goal) for each, goal in found if each.committed is None]
    return [Behind(each.key, goal) for each, goal in found]


SOURCE = Source("burn-up", COLUMNS, rows)
