"""One cycle in its readings: its rows and the items behind them for any choice of workstreams, none computed twice."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property

from tracker.domain.figures import summaries
from tracker.domain.figures.behind import LISTS, Behind, Difference, behind, differences, of_members
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.readings import Basis, Reading, readings
from tracker.domain.figures.summaries import Choice, Summary
from tracker.domain.states import Goal

MEMBERS = {"members": None, **{f"members_{goal.value}": goal for goal in Goal}}
PREVIOUS = "tested_previous"
OPENED = (*LISTS, PREVIOUS, *MEMBERS)  # the figures that have items
Place = tuple[Basis, str, tuple[str, ...]]  # the project tells a sole workstream from the programme


class OneCycle:
    """A cycle that there is, as now and, once it is closed, as reported."""

    def __init__(self, history: History, number: int, as_of: datetime) -> None:
        self.history = history
        self.number = number
        self.as_of = as_of
        each = list(readings(history.cycles, as_of, history.zone))
        self.readings: dict[Basis, Reading] = {row.basis: row for row in each if row.cycle.cycle == number}
        self._previous = {row.basis: row for row in each if row.cycle.cycle == number - 1}
        self._known: dict[datetime, Knowledge] = {}
        self._items: dict[tuple[int, Place], CycleItems | None] = {}
        self._rows: dict[Place, Summary] = {}
        self._members: dict[Place, dict[str, Goal]] = {}

    @property
    def now(self) -> Reading:
        """The reading from all that is known."""
        return self.readings[Basis.AS_NOW]

    @property
    def reported(self) -> Reading | None:
        """The reading that the close froze."""
        return self.readings.get(Basis.AS_REPORTED)

    @property
    def last_instant(self) -> datetime:
        """What happened later is in no figure of the cycle: throughput ends with its last day, goals with its close."""
        return max(self.now.border - timedelta.resolution, self.now.met_at)

    @property
    def previous_reported(self) -> Reading | None:
        """What the close of the cycle numbered one lower froze."""
        return self._previous.get(Basis.AS_REPORTED)

    def row(self, choice: Choice, basis: Basis = Basis.AS_NOW) -> Summary:
        """The figures, as a file has them."""
        place = basis, choice.project, tuple(choice.workstreams)
        if place not in self._rows:
            reading, previous = self.readings[basis], self._previous.get(basis)
            earlier = None
            if previous is not None:
                earlier = summaries.summary(previous, choice, self._items_of(previous, choice), None)
            self._rows[place] = summaries.summary(reading, choice, self.items(choice, basis), earlier)
        return self._rows[place]

    def items(self, choice: Choice, basis: Basis = Basis.AS_NOW) -> CycleItems | None:
        """What the figures count; none before the cycle has begun or the project has joined."""
        return self._items_of(self.readings[basis], choice)

    def members(self, choice: Choice, basis: Basis = Basis.AS_NOW) -> dict[str, Goal]:
        """Those in the cycle just before its close, with their goals; now while it has none, and of a draft what is
        planned.
        """
        place = basis, choice.project, tuple(choice.workstreams)
        if place not in self._members:
            reading, items = self.readings[basis], self.items(choice, basis)
            self._members[place] = (
                items.workflows.final
                if items is not None and reading.is_committed
                else dict(self._planned(reading, choice))
            )
        return self._members[place]

    def behind(self, figure: str, choice: Choice, basis: Basis = Basis.AS_NOW) -> list[Behind]:
        """The items that the figure counts."""
        if figure in MEMBERS:
            return of_members(self.members(choice, basis), MEMBERS[figure])
        reading = self.readings[basis]
        if figure == PREVIOUS:
            previous = self._previous.get(basis)
            items = self._items_of(previous, choice) if previous and previous.as_of <= reading.as_of else None
            return behind("tested", items) if items and reading.is_begun else []
        items = self.items(choice, basis)
        return behind(figure, items) if items is not None else []

    def differences(self, choice: Choice) -> Iterator[Difference]:
        """What the two readings of a closed cycle do not have in common, figure by figure. What was reported as empty
        has no items to compare.
        """
        if self.reported is None or not self.reported.is_begun:
            return
        reported, has_previous = Basis.AS_REPORTED, self.row(choice, Basis.AS_REPORTED).tested_previous is not None
        for figure in (*LISTS, PREVIOUS) if has_previous else LISTS:
            yield from differences(figure, self.behind(figure, choice, reported), self.behind(figure, choice))

    @property
    def known_differently_since(self) -> datetime | None:
        """What was recorded later is missing in a reported figure of the cycle, or of the one it is compared with."""
        closes = [each.as_of for each in (self.reported, self.previous_reported) if each is not None]
        return min(closes) if self.reported is not None else None

    def held(self, choice: Choice) -> dict[int, list[str]]:
        """The workflows that each blocker holds at the end, as now."""
        reading, found = self.now, defaultdict[int, list[str]](list)
        for code in self.joined(choice):
            for workflow in self.history.workflows(code):
                last = {
                    hold.blocker: hold.is_held
                    for hold in workflow.known_holds(reading.as_of)
                    if hold.happened_at < reading.border and hold.happened_at <= reading.as_of
                }
                for blocker, is_held in last.items():
                    if is_held:
                        found[blocker].append(workflow.key)
        return found

    def joined(self, choice: Choice) -> list[str]:
        """Those of the workstreams that count in the cycle."""
        codes = set(choice.workstreams)
        return [row.code for row in self.history.workstreams if row.code in codes and row.first_cycle <= self.number]

    @cached_property
    def workstreams(self) -> dict[str, Choice]:
        """Every workstream by itself."""
        return {choice.workstream or "": choice for choice in summaries.workstreams(self.history)}

    @cached_property
    def programme(self) -> Choice:
        """All of them together."""
        return summaries.programme(self.history)

    def _items_of(self, reading: Reading, choice: Choice) -> CycleItems | None:
        place = reading.cycle.cycle, (reading.basis, choice.project, tuple(choice.workstreams))
        if place not in self._items:
            known = self._known.setdefault(reading.as_of, Knowledge(self.history, reading.as_of))
            is_counted = summaries.counts(self.history, reading, choice)
            self._items[place] = known.items(reading, choice.workstreams) if is_counted else None
        return self._items[place]

    def _planned(self, reading: Reading, choice: Choice) -> Iterator[tuple[str, Goal]]:
        for code in self.joined(choice):
            for workflow in self.history.concerned(self.number, code):
                goal = workflow.scope.membership(reading).final
                if goal is not None:
                    yield workflow.key, goal
