"""The cycles that charts are about, as now, for any choice of workstreams: nothing computed before it is asked for, nor
twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from tracker.domain.calendar import nth_working_day
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History, Knowledge, RecordedWorkflow
from tracker.domain.figures.items import CycleItems, KnownWorkflow
from tracker.domain.figures.readings import Basis, Reading, reading
from tracker.domain.figures.summaries import Choice, Summary
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import BlockerCategory, Goal

_Place = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Tags:
    """What figures do not need and some charts tell apart: why workflows were moved back, by the id of the change, and
    the category of each blocker.
    """

    reasons: Mapping[int, str] = field(default_factory=dict)
    categories: Mapping[int, BlockerCategory] = field(default_factory=dict)


class SameDay(NamedTuple):
    """How far the previous cycle had come by the end of the same working day."""

    cycle: int
    working_day: int
    through: date
    items: CycleItems | None


class Span:
    """The cycles numbered `first` to `last`, with what is known of them now."""

    def __init__(
        self,
        history: History,
        as_of: datetime,
        first: int,
        last: int,
        *,
        tags: Tags | None = None,
        figure: str = "tested",
    ) -> None:
        self.history = history
        self.as_of = as_of
        self.zone = history.zone
        self.cycles: Sequence[CycleRow] = [row for row in history.cycles if first <= row.cycle <= last]
        self.tags = tags or Tags()
        self.figure = figure  # that the heat map shows
        self._by_number = {row.cycle: row for row in history.cycles}
        self._readings: dict[int, Reading] = {}
        self._known: dict[datetime, Knowledge] = {}
        self._items: dict[tuple[Basis, datetime, _Place], CycleItems | None] = {}
        self._summaries: dict[tuple[Basis, _Place], Summary] = {}
        self._members: dict[_Place, dict[str, Goal]] = {}
        self._workflows: dict[tuple[str, ...], list[KnownWorkflow]] = {}

    @cached_property
    def now(self) -> Knowledge:
        """All that is known."""
        return self._knowledge(self.as_of)

    def reading(self, number: int) -> Reading:
        """The cycle as now."""
        if number not in self._readings:
            self._readings[number] = reading(self._by_number[number], Basis.AS_NOW, self.as_of, self.zone)
        return self._readings[number]

    def reported(self, number: int) -> Reading | None:
        """The cycle as its close froze it; none before that."""
        closed_at = self.reading(number).cycle.closed_at
        if closed_at is None:
            return None
        return reading(self._by_number[number], Basis.AS_REPORTED, closed_at, self.zone)

    def items(self, number: int, choice: Choice) -> CycleItems | None:
        """What the figures of the cycle count; none before it has begun or any of the workstreams has joined."""
        return self._items_of(self.reading(number), choice)

    def summary(self, number: int, choice: Choice) -> Summary:
        """The figures of the cycle, as a file has them."""
        return self._summary(self.reading(number), choice)

    def reported_summary(self, number: int, choice: Choice) -> Summary | None:
        """The figures as the close froze them."""
        found = self.reported(number)
        return self._summary(found, choice) if found is not None else None

    def members(self, number: int, choice: Choice) -> dict[str, Goal]:
        """Those in the cycle just before its close, by key with their goals: now while there was none, and of a draft
        what is planned.
        """
        place = _place(number, choice)
        if place not in self._members:
            here, items = self.reading(number), self.items(number, choice)
            self._members[place] = (
                items.workflows.final if items is not None and here.is_committed else dict(self._planned(here, choice))
            )
        return self._members[place]

    def previous(self, number: int, choice: Choice) -> CycleItems | None:
        """What the figures of the cycle numbered one lower count, in the range or not."""
        return self.items(number - 1, choice) if number - 1 in self._by_number else None

    def same_day(self, number: int, choice: Choice) -> SameDay | None:
        """Of a cycle under way, what to compare it with; none when there is no cycle before it that had begun."""
        here = self.reading(number)
        before = self._by_number.get(number - 1)
        if before is None or not here.is_begun or here.border <= self.as_of:
            return None
        whole, days = self.reading(before.cycle), here.working_days_so_far
        through = nth_working_day(before.starts_on, before.ends_on, days)
        return SameDay(before.cycle, days, through, self._items_of(whole.through(through), choice))

    def joined(self, number: int, choice: Choice) -> list[str]:
        """Those of the workstreams that count in the cycle."""
        codes = set(choice.workstreams)
        return [row.code for row in self.history.workstreams if row.code in codes and row.first_cycle <= number]

    def workflows(self, choice: Choice, number: int | None = None) -> list[KnownWorkflow]:
        """All workflows of the choice, as they are known now; with a number, of those workstreams that count in that
        cycle.
        """
        codes = tuple(choice.workstreams if number is None else self.joined(number, choice))
        if codes not in self._workflows:
            self._workflows[codes] = [
                self.now.workflow(each) for code in codes for each in self.history.workflows(code)
            ]
        return self._workflows[codes]

    def recorded(self, choice: Choice) -> Iterator[tuple[str, RecordedWorkflow]]:
        """All that is recorded of the workflows of the choice, known or not, with their workstreams."""
        for code in choice.workstreams:
            for each in self.history.workflows(code):
                yield code, each

    def _summary(self, of: Reading, choice: Choice) -> Summary:
        place = of.basis, _place(of.cycle.cycle, choice)
        if place not in self._summaries:
            before = self._by_number.get(of.cycle.cycle - 1)
            earlier: Reading | None = None
            if before is not None:
                number = before.cycle
                earlier = self.reading(number) if of.basis is Basis.AS_NOW else self.reported(number)
            previous = (
                summaries.summary(earlier, choice, self._items_of(earlier, choice), None)
                if earlier is not None
                else None
            )
            self._summaries[place] = summaries.summary(of, choice, self._items_of(of, choice), previous)
        return self._summaries[place]

    def _items_of(self, of: Reading, choice: Choice) -> CycleItems | None:
        place = of.basis, of.border, _place(of.cycle.cycle, choice)
        if place not in self._items:
            is_counted = summaries.counts(self.history, of, choice)
            known = self._knowledge(of.as_of) if is_counted else None
            self._items[place] = known.items(of, choice.workstreams) if known is not None else None
        return self._items[place]

    def _knowledge(self, as_of: datetime) -> Knowledge:
        if as_of not in self._known:
            self._known[as_of] = Knowledge(self.history, as_of)
        return self._known[as_of]

    def _planned(self, of: Reading, choice: Choice) -> Iterator[tuple[str, Goal]]:
        for code in self.joined(of.cycle.cycle, choice):
            for workflow in self.history.concerned(of.cycle.cycle, code):
                goal = workflow.scope.membership(of).final
                if goal is not None:
                    yield workflow.key, goal


def _place(number: int, choice: Choice) -> _Place:
    return number, choice.project, tuple(choice.workstreams)
