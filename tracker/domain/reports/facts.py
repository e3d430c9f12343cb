"""What a month came to for a project, as plain rows that prose is drafted from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from tracker.domain.calendar import local_date
from tracker.domain.figures.behind import PREVIOUS
from tracker.domain.figures.one_cycle import MEMBERS
from tracker.domain.programme.rows import CycleRow
from tracker.domain.reports import tokens
from tracker.domain.reports.months import Month
from tracker.domain.reports.numbers import (
    COMMITTED,
    KEPT,
    LEFT,
    OF_DAYS,
    RATE,
    RATIO,
    SHARED,
    STAGES,
    WAYS_OUT,
    Numbers,
)
from tracker.domain.reports.tokens import PROGRAMME, Place
from tracker.domain.states import BlockerCategory, CycleStatus, Goal

_DAY = timedelta(days=1)
Number = TypeVar("Number", bound=int | Decimal)


class Counted(NamedTuple, Generic[Number]):
    """A number with what it counts; written into a text it stays a token."""

    value: Number
    name: str
    place: Place

    def __str__(self) -> str:
        return tokens.figure(self.value, self.name, self.place)

    def said(self, words: str) -> str:
        """The token with words in place of the number."""
        return tokens.figure(self.value, self.name, self.place, shown=words)


Figure: TypeAlias = Counted[int]
Ratio: TypeAlias = Counted[Decimal]  # how many times the previous cycle


@dataclass(frozen=True, slots=True)
class BlockerText:
    """What people have written about a blocker."""

    title: str
    category: BlockerCategory = BlockerCategory.OTHER
    decider: str = ""
    decide_by: date | None = None
    mitigation: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A blocker as the month left it; `days` counts up to its last day."""

    id: int
    text: BlockerText
    workstreams: Sequence[str]
    since: date
    days: int
    resolved_on: date | None = None

    @property
    def token(self) -> str:
        """Its title, which opens it."""
        return tokens.blocker(self.id, self.text.title)


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """A cycle for the project. Figures are none where it takes no part in it."""

    row: CycleRow
    number: int
    committed_on: date | None
    closed_on: date | None
    is_joined: bool
    is_first: bool  # that the project takes part in
    figures: Mapping[str, Figure]
    ratio: Ratio | None
    rate: Ratio | None  # the same per working day
    next_number: int | None

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def __contains__(self, name: str) -> bool:
        return name in self.figures

    @property
    def is_changed(self) -> bool:
        """Whether it has others in it than it was committed with, or the same with goals that make a difference."""
        is_other = KEPT in self and self[KEPT].value != self["met"].value
        return is_other or any(name in self and self[name].value for name in ("added", "removed"))


@dataclass(frozen=True, slots=True)
class Planned:
    """What last month's plan named: which cycles to work in, and which questions to decide."""

    month: Month
    cycles: frozenset[int]
    decisions: Sequence[Blocked]  # as they are now


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A month for a project, or for the programme."""

    month: Month
    project: str
    today: date
    through: date | None  # the last day that is counted, where the month is not over
    cycles: Sequence[CycleRow]
    closed: Sequence[CycleFacts]
    begins: Sequence[CycleFacts]  # whose first day is in the month, come or not
    running: CycleFacts | None  # at the end of the month, or now
    coming: Sequence[CycleFacts]  # beginning in the next month
    planning: Sequence[CycleRow]  # whose planning week ends in the month
    planning_next: Sequence[CycleRow]
    figures: Mapping[str, Figure]
    tested_by_cycle: Mapping[int, Figure]
    oldest: Blocked | None
    due: Sequence[Blocked]  # decisions wanted by the end of the next month
    before: Planned | None = None
    is_programme: bool = field(default=False)
    has_most_shared: bool = False  # no other project owns more workflows that others take part in

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    @property
    def is_divided(self) -> bool:
        """Whether the days counted are those of several cycles."""
        return bool(self.closed) or any(cycle.row.starts_on <= self.today for cycle in self.begins)

    def is_begun(self, cycle: CycleFacts) -> bool:
        """Whether there is a commitment that the project works on."""
        return cycle.is_joined and cycle.committed_on is not None and cycle.row.starts_on <= self.today

    def is_planned(self, row: CycleRow) -> bool:
        """Whether the planning week is over."""
        return row.planning_ends_on is not None and row.planning_ends_on < self.today


_OF_CYCLES = (*STAGES, PREVIOUS, *COMMITTED, "added", "removed", "met", KEPT, *WAYS_OUT, *MEMBERS, *LEFT)


def month_facts(
    numbers: Numbers, month: Month, project: str, blockers: Mapping[int, BlockerText], named: set[str] | None = None
) -> MonthFacts | None:
    """The month for a project with workflows that has joined the cycles by its end, else none. `named` are the cycles
    and blockers that last month's written plan names, each as its token does; without it all that would be drafted.
    """
    place = Place(month=month)
    figures = _figures(numbers, OF_DAYS, place, project)
    if "tested" not in figures:
        return None
    cycles = numbers.cycles_in(month)
    today = local_date(numbers.as_of, numbers.zone)
    following = month.next
    facts = [_cycle(numbers, row, project) for row in numbers.history.cycles]
    open_ = _open(numbers, month, project, blockers)
    return MonthFacts(
        month,
        project,
        today,
        today if today in month else None,
        cycles,
        [each for each in facts if each.closed_on is not None and each.closed_on in month],
        [each for each in facts if each.row.starts_on in month],
        next((each for each in reversed(facts) if _is_running(each, min(today, month.last))), None),
        [each for each in facts if each.row.starts_on in following],
        [row for row in numbers.history.cycles if row.planning_ends_on in month],
        [row for row in numbers.history.cycles if row.planning_ends_on in following],
        figures,
        {
            row.cycle: each
            for row in cycles
            if (each := _figure(numbers, "tested", Place(row.cycle, month), project)) is not None
        },
        open_[0] if open_ else None,
        [_as_now(numbers, each, following, project) for each in _due(open_, following)],
        _before(numbers, month, project, blockers, named),
        project == PROGRAMME,
        project == _with_most_shared(numbers, place),
    )


def _with_most_shared(numbers: Numbers, place: Place) -> str:
    """The project that owns most of them at the end of the month, the first of several; none without any."""
    owned = {code: numbers.value(SHARED[0], place, code) or 0 for code in numbers.projects if code != PROGRAMME}
    most = max(owned, key=lambda code: owned[code], default="")
    return most if owned.get(most) else ""


def _is_running(cycle: CycleFacts, day: date) -> bool:
    """At the end of the day: people commit and close cycles, dates do not."""
    is_begun = cycle.row.starts_on <= day and cycle.committed_on is not None and cycle.committed_on <= day
    return is_begun and (cycle.closed_on is None or cycle.closed_on > day)


def _before(
    numbers: Numbers, month: Month, project: str, blockers: Mapping[int, BlockerText], named: set[str] | None
) -> Planned | None:
    """What was to be done in the month, by the plan of the month before. None where nobody can have planned."""
    earlier = month.previous
    if numbers.value("tested", Place(month=earlier), project) is None:
        return None
    running = {row.cycle for row in numbers.cycles_in(earlier) if row.ends_on >= month.first}
    due = _due(_open(numbers, earlier, project, blockers), month)
    if named is not None:
        running = {cycle for cycle in running if f"c{cycle}" in named}
        due = [each for each in due if str(each.id) in named]
    return Planned(month, frozenset(running), [_as_now(numbers, each, month, project) for each in due])


def _as_now(numbers: Numbers, each: Blocked, month: Month, project: str) -> Blocked:
    """With the day on which it was resolved, if that was by the end of the month."""
    place = Place(month=month)
    _, border = numbers.window(place)
    ends = [spell.until for id_, spell in numbers.spells(place, project) if id_ == each.id and spell.until is not None]
    is_open = any(id_ == each.id and spell.is_open_before(border) for id_, spell in numbers.spells(place, project))
    resolved = max((until for until in ends if until < border), default=None)
    on = local_date(resolved, numbers.zone) if resolved is not None and not is_open else None
    return Blocked(each.id, each.text, each.workstreams, each.since, each.days, on)


def question(
    numbers: Numbers, blocker: int, month: Month, project: str, blockers: Mapping[str, Mapping[int, BlockerText]]
) -> Blocked | None:
    """How it stood with a blocker at the end of the month, or stands now; none where it held nothing of the project."""
    spells = [spell for id_, spell in numbers.spells(Place(month=month), project) if id_ == blocker]
    if not spells:
        return None
    text = next(iter(blockers.values())).get(blocker, BlockerText(f"#{blocker}"))
    since = local_date(spells[-1].since, numbers.zone)
    return _as_now(numbers, Blocked(blocker, text, [], since, 0), month, project)


def _due(open_: Sequence[Blocked], month: Month) -> list[Blocked]:
    found = [each for each in open_ if each.text.decide_by is not None and each.text.decide_by <= month.last]
    return sorted(found, key=lambda each: (each.text.decide_by or date.max, each.since, each.id))


def _open(numbers: Numbers, month: Month, project: str, blockers: Mapping[int, BlockerText]) -> list[Blocked]:
    """Those open at the end of the month, the oldest first."""
    items = numbers.items("blockers_open", Place(month=month), project) or ()
    own = set(numbers.projects[project].workstreams)
    return [
        Blocked(
            each.item,
            blockers.get(each.item, BlockerText(f"#{each.item}")),
            [code for code in numbers.holders[each.item] if code in own],
            local_date(each.at, numbers.zone),
            each.amount if isinstance(each.amount, int) else 0,
        )
        for each in items
        if isinstance(each.item, int) and each.at is not None
    ]


def _cycle(numbers: Numbers, row: CycleRow, project: str) -> CycleFacts:
    here = numbers.span.reading(row.cycle).cycle
    choice = numbers.projects[project]
    firsts = [each.first_cycle for each in numbers.history.workstreams if each.code in choice.workstreams]
    first = min(firsts, default=1)
    place = Place(row.cycle)
    is_compared = here.status is not CycleStatus.DRAFT
    ratios = {name: numbers.value(name, place, project) if is_compared else None for name in (RATIO, RATE)}
    ratio, rate = (Ratio(n, name, place) if isinstance(n, Decimal) else None for name, n in ratios.items())
    later = [each.cycle for each in numbers.history.cycles if each.cycle > row.cycle]
    return CycleFacts(
        here,
        row.cycle,
        local_date(here.committed_at, numbers.zone) if here.committed_at is not None else None,
        local_date(here.closed_at, numbers.zone) if here.closed_at is not None else None,
        first <= row.cycle,
        1 < first == row.cycle and project != PROGRAMME,
        _figures(numbers, _OF_CYCLES, place, project),
        ratio,
        rate,
        min(later, default=None),
    )


def _figures(numbers: Numbers, names: Iterable[str], place: Place, project: str) -> dict[str, Figure]:
    found = {name: _figure(numbers, name, place, project) for name in names}
    return {name: figure for name, figure in found.items() if figure is not None}


def _figure(numbers: Numbers, name: str, place: Place, project: str) -> Figure | None:
    value = numbers.value(name, place, project)
    return Figure(value, name, place) if isinstance(value, int) else None


def goals(cycle: CycleFacts) -> list[tuple[Goal, Figure]]:
    """How many are to pass each stage, the last stage first: as committed, or of a draft as planned."""
    return _by_goal(cycle, "committed" if "committed" in cycle else "members")


def goals_left(cycle: CycleFacts) -> list[tuple[Goal, Figure]]:
    """How many are still to pass each stage."""
    return _by_goal(cycle, "left")


def _by_goal(cycle: CycleFacts, kind: str) -> list[tuple[Goal, Figure]]:
    each = [(goal, cycle.figures.get(f"{kind}_{goal.value}")) for goal in reversed(Goal)]
    return [(goal, figure) for goal, figure in each if figure is not None and figure.value]


def promised(cycle: CycleFacts) -> Figure | None:
    """How many are in the scope: as committed, or of a draft as planned."""
    return cycle.figures.get("committed") or cycle.figures.get("members")
