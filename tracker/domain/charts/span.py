"""The cycles that charts are about, as now, for any choice of workstreams: nothing computed before it is asked for, nor
twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from tracker.domain.calendar import nth_working_day
from tracker.domain.figures.history import History, Knowledge, RecordedWorkflow
from tracker.domain.figures.items import CycleItems, KnownWorkflow
from tracker.domain.figures.known_cycles import KnownCycles
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.summaries import Choice, Summary
from tracker.domain.programme.rows import CycleRow
from tracker.domain.signoffs.part_timeline import Wait
from tracker.domain.states import BlockerCategory, CycleStatus, Goal


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


class Span(KnownCycles):
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
        super().__init__(history, as_of)
        self.cycles: Sequence[CycleRow] = [row for row in history.cycles if first <= row.cycle <= last]
        self.tags = tags or Tags()
        self.figure = figure  # that the heat map shows
        self._workflows: dict[tuple[str, ...], list[KnownWorkflow]] = {}
        self._waits: dict[int, list[tuple[str, Wait]]] = {}

    @cached_property
    def now(self) -> Knowledge:
        """All that is known."""
        return self.knowledge(self.as_of)

    def items(self, number: int, choice: Choice) -> CycleItems | None:
        """What the figures of the cycle count; none before it has begun or any of the workstreams has joined."""
        return self.items_of(self.reading(number), choice)

    def summary(self, number: int, choice: Choice) -> Summary:
        """The figures of the cycle, as a file has them."""
        return self.summary_of(self.reading(number), choice)

    def reported_summary(self, number: int, choice: Choice) -> Summary | None:
        """The figures as the close froze them."""
        found = self.reported(number)
        return self.summary_of(found, choice) if found is not None else None

    def is_running(self, number: int) -> bool:
        """Whether the cycle runs and its first day has come."""
        here = self.reading(number)
        return here.is_begun and here.cycle.status is CycleStatus.RUNNING

    def members(self, number: int, choice: Choice) -> dict[str, Goal]:
        """Those in the cycle just before its close, by key with their goals: now while there was none, and of a draft
        what is planned.
        """
        return self.members_of(self.reading(number), choice)

    def planned(self, number: int, choice: Choice) -> dict[str, Goal] | None:
        """What a cycle without figures is to bring, by key; none when it is closed already, or when the workstreams'
        project has not joined by then.
        """
        is_closed = self.reading(number).cycle.closed_at is not None
        if is_closed or (choice.project and not self.joined(number, choice)):
            return None
        return self.members(number, choice)

    def previous(self, number: int, choice: Choice) -> CycleItems | None:
        """What the figures of the cycle numbered one lower count, in the range or not."""
        return self.items(number - 1, choice) if number - 1 in self._by_number else None

    def same_day(self, number: int, choice: Choice) -> SameDay | None:
        """Of a cycle under way, what to compare it with; none when there is no cycle before it that had begun."""
        here = self.reading(number)
        before = self._by_number.get(number - 1)
        if before is None or not here.is_begun or here.is_closed or here.border <= self.as_of:
            return None
        whole, days = self.reading(before.cycle), here.working_days_so_far
        through = nth_working_day(before.starts_on, before.ends_on, days)
        return SameDay(before.cycle, days, through, self.items_of(whole.through(through), choice))

    def waits(self, here: Reading) -> list[tuple[str, Wait]]:
        """Every time in which a workstream waited on another, with the workflow, among those that count in the cycle;
        of those that reach into it.
        """
        number = here.cycle.cycle
        if number not in self._waits:
            joined = self.everybody(number)
            self._waits[number] = [
                (each.key, wait)
                for owner in joined
                for each in self.history.shared(owner)
                for wait in self.now.part_timeline(each).waits
                if wait.waiting in joined and wait.on in joined and wait.spell.since < here.border
                if wait.spell.until is None or wait.spell.until > here.start
            ]
        return self._waits[number]

    def everybody(self, number: int) -> tuple[str, ...]:
        """All workstreams that count in the cycle."""
        return self.history.joined(number, [row.code for row in self.history.workstreams])

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
