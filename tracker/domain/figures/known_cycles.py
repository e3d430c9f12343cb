"""Cycles as they are known at an instant, for any choice of workstreams: nothing computed before it is asked for, nor
twice.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from tracker.domain.figures import summaries
from tracker.domain.figures.behind import PREVIOUS, Behind, behind
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.readings import Basis, Reading, reading
from tracker.domain.figures.summaries import Choice, Summary
from tracker.domain.figures.words import FIGURES
from tracker.domain.states import Goal

_Place = tuple[int, Basis, str, tuple[str, ...]]  # the project tells a sole workstream from the programme


class KnownCycles:
    """The readings of cycles with their figures, and the items and members that these count."""

    def __init__(self, history: History, as_of: datetime) -> None:
        self.history = history
        self.as_of = as_of
        self.zone = history.zone
        self._by_number = {row.cycle: row for row in history.cycles}
        self._readings: dict[int, Reading] = {}
        self._items: dict[tuple[datetime, _Place], CycleItems | None] = {}
        self._summaries: dict[_Place, Summary] = {}
        self._members: dict[_Place, dict[str, Goal]] = {}

    def reading(self, number: int) -> Reading:
        """The cycle as now."""
        if number not in self._readings:
            self._readings[number] = reading(self._by_number[number], Basis.AS_NOW, self.as_of, self.zone)
        return self._readings[number]

    def reported(self, number: int) -> Reading | None:
        """The cycle as its close froze it; none before that, or where there is no such cycle."""
        closed_at = self.reading(number).cycle.closed_at if number in self._by_number else None
        if closed_at is None:
            return None
        return reading(self._by_number[number], Basis.AS_REPORTED, closed_at, self.zone)

    def previous_of(self, of: Reading) -> Reading | None:
        """The cycle numbered one lower, on the same basis."""
        number = of.cycle.cycle - 1
        if of.basis is Basis.AS_REPORTED:
            return self.reported(number)
        return self.reading(number) if number in self._by_number else None

    def items_of(self, of: Reading, choice: Choice) -> CycleItems | None:
        """What the figures count; none before the cycle has begun or any of the workstreams has joined."""
        place = of.border, _place(of, choice)
        if place not in self._items:
            is_counted = summaries.counts(self.history, of, choice)
            self._items[place] = self.knowledge(of.as_of).items(of, choice.workstreams) if is_counted else None
        return self._items[place]

    def behind(self, figure: str, of: Reading, choice: Choice) -> list[Behind]:
        """The items that a figure of the summaries counts; none where it is empty."""
        counted: Reading | None = of
        if figure == PREVIOUS:
            counted = self.previous_of(of) if of.is_begun else None
        # As reported, one that was closed later was not known yet.
        items = self.items_of(counted, choice) if counted is not None and counted.as_of <= of.as_of else None
        return behind("tested" if figure == PREVIOUS else figure, items) if items is not None else []

    def summary_of(self, of: Reading, choice: Choice) -> Summary:
        """The figures, as a file has them."""
        place = _place(of, choice)
        if place not in self._summaries:
            before = self.previous_of(of)
            earlier = self._alone(before, choice, None) if before is not None else None
            self._summaries[place] = self._alone(of, choice, earlier)
        return self._summaries[place]

    def lacks(self, number: int, figure: str) -> bool:
        """Whether the close froze the cycle by older definitions, which did not have the figure."""
        kept = self.history.frozen.get((number, ""))
        return kept is not None and figure in FIGURES and figure not in json.loads(kept.cells)

    def is_by_older(self, number: int) -> bool:
        """Whether it froze it by older definitions at all."""
        kept = self.history.frozen.get((number, ""))
        return kept is not None and kept.method != summaries.METHOD

    def _alone(self, of: Reading, choice: Choice, earlier: Summary | None) -> Summary:
        found = summaries.frozen(self.history, of, choice)
        return found or summaries.summary(self.history, of, choice, self.items_of(of, choice), earlier)

    def members_of(self, of: Reading, choice: Choice) -> dict[str, Goal]:
        """Those in the cycle just before its close, by key with their goals: now while there was none, and of a draft
        what is planned.
        """
        place = _place(of, choice)
        if place not in self._members:
            items = self.items_of(of, choice) if of.is_committed else None
            self._members[place] = items.workflows.final if items is not None else dict(self._planned(of, choice))
        return self._members[place]

    def joined(self, number: int, choice: Choice) -> tuple[str, ...]:
        """Those of the workstreams that count in the cycle."""
        return self.history.joined(number, choice.workstreams)

    def knowledge(self, as_of: datetime) -> Knowledge:
        """What was known at the instant."""
        return Knowledge(self.history, as_of)

    def _planned(self, of: Reading, choice: Choice) -> Iterator[tuple[str, Goal]]:
        for code in self.joined(of.cycle.cycle, choice):
            for workflow in self.history.concerned(of.cycle.cycle, code):
                goal = workflow.scope.membership(of).final
                if goal is not None:
                    yield workflow.key, goal


def _place(of: Reading, choice: Choice) -> _Place:
    return of.cycle.cycle, of.basis, choice.project, tuple(choice.workstreams)
