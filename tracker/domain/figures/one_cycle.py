"""One cycle in its readings: its rows and the items behind them for any choice of workstreams, none computed twice."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from tracker.domain.figures import summaries
from tracker.domain.figures.behind import LISTS, PREVIOUS, Behind, Difference, differences, of_members
from tracker.domain.figures.history import History
from tracker.domain.figures.known_cycles import KnownCycles
from tracker.domain.figures.readings import Basis, Reading
from tracker.domain.figures.summaries import Choice, Summary
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.signoffs import summary as part_summaries
from tracker.domain.signoffs.summary import PartSummary
from tracker.domain.states import Goal

MEMBERS = {"members": None, **{f"members_{goal.value}": goal for goal in Goal}}
OPENED = (*LISTS, PREVIOUS, *MEMBERS)  # the figures that have items


class OneCycle:
    """A cycle that there is, as now and, once it is closed, as reported."""

    def __init__(self, history: History, number: int, as_of: datetime) -> None:
        self.history = history
        self.number = number
        self.as_of = as_of
        self._known = KnownCycles(history, as_of)
        self.now = self._known.reading(number)
        self.reported = self._known.reported(number)
        self.previous_reported = self._known.reported(number - 1)
        found = {Basis.AS_REPORTED: self.reported, Basis.AS_NOW: self.now}
        self.readings: dict[Basis, Reading] = {basis: each for basis, each in found.items() if each is not None}

    @property
    def last_instant(self) -> datetime:
        """What happened later is in no figure of the cycle: throughput ends with its last day, goals with its close."""
        return max(self.now.border - timedelta.resolution, self.now.met_at)

    def lacks(self, figure: str) -> bool:
        """Whether there was no such figure when its close froze it."""
        return self._known.lacks(self.number, figure)

    @property
    def is_by_older(self) -> bool:
        """Whether its close froze it by definitions that are not in force any more."""
        return self._known.is_by_older(self.number)

    def row(self, choice: Choice, basis: Basis = Basis.AS_NOW) -> Summary:
        """The figures, as a file has them."""
        return self._known.summary_of(self.readings[basis], choice)

    def part_row(self, choice: Choice, basis: Basis = Basis.AS_NOW) -> PartSummary:
        """The figures of shared workflows, as their file has them."""
        reading = self.readings[basis]
        return part_summaries.row(self.history, self._known.knowledge(reading.as_of), reading, choice)

    def value(self, figure: str, choice: Choice, basis: Basis = Basis.AS_NOW) -> int | Decimal | None:
        """A figure of either row."""
        row = self.part_row(choice, basis) if figure in PART_FIGURES else self.row(choice, basis)
        found: int | Decimal | None = getattr(row, figure)
        return found

    def members(self, choice: Choice, basis: Basis = Basis.AS_NOW) -> dict[str, Goal]:
        """Those in the cycle just before its close, with their goals; now while it has none, and of a draft what is
        planned.
        """
        return self._known.members_of(self.readings[basis], choice)

    def behind(self, figure: str, choice: Choice, basis: Basis = Basis.AS_NOW) -> list[Behind]:
        """The items that the figure counts."""
        if figure in MEMBERS:
            return of_members(self.members(choice, basis), MEMBERS[figure])
        return self._known.behind(figure, self.readings[basis], choice)

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
            for workflow in self.history.held(code):
                last = {
                    hold.blocker: hold.is_held
                    for hold in workflow.known_holds(reading.as_of)
                    if hold.happened_at < reading.border and hold.happened_at <= reading.as_of
                }
                for blocker, is_held in last.items():
                    if is_held:
                        found[blocker].append(workflow.key)
        return found

    def joined(self, choice: Choice) -> tuple[str, ...]:
        """Those of the workstreams that count in the cycle."""
        return self._known.joined(self.number, choice)

    @cached_property
    def workstreams(self) -> dict[str, Choice]:
        """Every workstream by itself."""
        return {choice.workstream or "": choice for choice in summaries.workstreams(self.history)}

    @cached_property
    def programme(self) -> Choice:
        """All of them together."""
        return summaries.programme(self.history)
