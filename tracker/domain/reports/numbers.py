"""The figures that a report can name: of cycles as every page has them, and of months, which cycles do not follow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tracker.domain.calendar import local_date, midnight
from tracker.domain.charts.fates import remaining
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import PREVIOUS, Behind, behind, of_members
from tracker.domain.figures.history import History, RecordedWorkflow
from tracker.domain.figures.holds import BlockerSpell
from tracker.domain.figures.items import CycleItems, blocker_items, workflow_items
from tracker.domain.figures.one_cycle import MEMBERS
from tracker.domain.figures.readings import Basis, Reading, window
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Choice, Summary, programme
from tracker.domain.figures.timelines import DESIGN, DONE, NO_STATE
from tracker.domain.programme.rows import CycleRow
from tracker.domain.reports.months import Month
from tracker.domain.reports.tokens import PROGRAMME, Place
from tracker.domain.states import Goal

Value = int | Decimal
_DAY = timedelta(days=1)
COMMITTED = ("committed", *(f"committed_{goal.value}" for goal in Goal))
WAYS_OUT = ("carried_out", "returned", "dropped")
LEFT = {"left": None, **{f"left_{goal.value}": goal for goal in Goal}}  # to meet their goal
RATIO, RATE = "ratio_to_previous", "ratio_per_working_day"
KEPT = "kept"  # of the commitment
_BY_STAGE = (*COMMITTED, "met", *(f"met_{goal.value}" for goal in Goal), *MEMBERS, *LEFT)
OF_CYCLES = {PREVIOUS, RATIO, RATE, KEPT, "added", "removed", "carried_in", *WAYS_OUT, *_BY_STAGE}
STAGES = ("designed", "validated", "tested")
SHARED = ("shared_open", "shared_lacking")
_OURS = {"moved_back", "moves_back", "remaining", "workflows", *SHARED}
OF_DAYS = {*STAGES, "fell_back", *_OURS, "blockers_opened", "blockers_resolved", "blockers_open"}


class Numbers:
    """Every figure of a history as now, with its items, for the programme and its projects."""

    def __init__(self, history: History, as_of: datetime) -> None:
        self.history = history
        self.as_of = as_of
        self.zone = history.zone
        self.cycles = {row.cycle: row for row in history.cycles}
        self.span = Span(history, as_of, min(self.cycles, default=0), max(self.cycles, default=0))
        self._months: dict[tuple[datetime, datetime, str], CycleItems] = {}

    @cached_property
    def projects(self) -> dict[str, Choice]:
        """Those that have workflows to count, and under `*` the programme."""
        codes: dict[str, list[str]] = defaultdict(list)
        for row in self.history.workstreams:
            codes[row.project].append(row.code)
        return {PROGRAMME: programme(self.history)} | {
            project: Choice(project, None, streams) for project, streams in codes.items()
        }

    @cached_property
    def holders(self) -> dict[int, list[str]]:
        """The workstreams that each blocker has held something of."""
        found: dict[int, list[str]] = defaultdict(list)
        for row in self.history.workstreams:
            holds = [hold for each in self.history.workflows(row.code) for hold in each.known_holds(self.as_of)]
            for blocker in {hold.blocker for hold in holds}:
                found[blocker].append(row.code)
        return found

    def knows(self, figure: str, place: Place | None, project: str) -> bool:
        """Whether there is such a figure at all."""
        if place is None or project not in self.projects:
            return False
        if place.cycle is not None and place.cycle not in self.cycles:
            return False
        return figure in OF_DAYS or (figure in OF_CYCLES and place.month is None)

    def value(self, figure: str, place: Place, project: str) -> Value | None:
        """The number; none where it is empty, which is not 0."""
        if figure in {RATIO, PREVIOUS} and place.cycle is not None:
            found: Value | None = getattr(self.span.summary(place.cycle, self.projects[project]), figure)
            return found
        if figure == RATE and place.cycle is not None:
            return self._rate(self.span.summary(place.cycle, self.projects[project]), self.span.reading(place.cycle))
        items = self.items(figure, place, project)
        return len(items) if items is not None else None

    def reported(self, figure: str, place: Place, project: str) -> Value | None:
        """What the close of the cycle reported; none where there was no close, or no such figure."""
        if place.cycle is None or place.month is not None or figure in _OURS or figure in MEMBERS:
            return None
        summary = self.span.reported_summary(place.cycle, self.projects[project])
        if figure == RATE:
            return self._rate(summary, self.span.reported(place.cycle))
        found: Value | None = getattr(summary, figure, None)
        return found

    def items(self, figure: str, place: Place, project: str) -> list[Behind] | None:
        """What the figure counts, in order; none where it is empty."""
        choice = self.projects[project]
        if figure in _OURS or place.cycle is None or place.month is not None:
            return self._of_days(figure, place, project)
        if figure in MEMBERS:
            joined = self.span.joined(place.cycle, choice)
            return of_members(self.span.members(place.cycle, choice), MEMBERS[figure]) if joined else None
        number = place.cycle - (figure == PREVIOUS)
        is_of_members = figure in LEFT or figure == KEPT
        name = "tested" if figure in {PREVIOUS, RATIO, RATE} else "committed" if is_of_members else figure
        summary = self.span.summary(number, choice) if number in self.cycles else None
        if summary is None or getattr(summary, name) is None:
            return None
        items = self.span.items(number, choice)
        if items is not None and is_of_members:
            found = remaining(items) if figure in LEFT else getattr(items.workflows, KEPT, None)
            return of_members(found, LEFT.get(figure)) if found is not None else None
        return behind(name, items) if items is not None else None

    def window(self, place: Place) -> tuple[datetime, datetime]:
        """From which instant, to just before which."""
        windows = []
        if place.month is not None:
            windows.append((midnight(place.month.first, self.zone), midnight(place.month.last + _DAY, self.zone)))
        if place.cycle is not None:
            windows.append(window(self.cycles[place.cycle], self.zone))
        return max(start for start, _ in windows), min(border for _, border in windows)

    def spells(self, place: Place, project: str) -> list[BlockerSpell]:
        """Every time that a blocker held something of the project."""
        return self.span.now.blocker_spells(self.counting(place, project))

    def counting(self, place: Place, project: str) -> tuple[str, ...]:
        """The workstreams that have joined by the last of those days."""
        _, border = self.window(place)
        last = local_date(border, self.zone) - _DAY
        number = place.cycle or max((row.cycle for row in self.history.cycles if row.starts_on <= last), default=0)
        return self.span.joined(number, self.projects[project])

    def cycles_in(self, month: Month) -> list[CycleRow]:
        """Those that have days in the month, in order."""
        found = [row for row in self.history.cycles if row.starts_on <= month.last and row.ends_on >= month.first]
        return sorted(found, key=lambda row: row.starts_on)

    def _of_days(self, figure: str, place: Place, project: str) -> list[Behind] | None:
        start, border = self.window(place)
        streams = self.counting(place, project)
        if start >= self.as_of or start >= border or not streams:
            return None
        if figure not in _OURS:
            return behind(figure, self._items(start, border, project, streams))
        recorded = sorted(
            (each for code in streams for each in self.history.workflows(code)), key=lambda each: each.key
        )
        if figure in SHARED:
            return list(self._shared(figure, recorded, border, {*self.counting(place, PROGRAMME)}))
        if figure in {"moved_back", "moves_back"}:
            moves = [each for workflow in recorded for each in self._moves_back(workflow, start, border)]
            moved = dict.fromkeys(each.item for each in moves)
            return moves if figure == "moves_back" else [Behind(key) for key in moved]
        least, most = (NO_STATE, DONE) if figure == "remaining" else (NO_STATE, DONE + 1)
        return [
            Behind(each.key) for each in recorded if least < self.span.now.workflow(each).timeline.before(border) < most
        ]

    def _shared(
        self, figure: str, recorded: Iterable[RecordedWorkflow], border: datetime, joined: set[str]
    ) -> Iterator[Behind]:
        """Those under way in which others take part, or of them those that lack some part of theirs."""
        for each in recorded:
            parts = self.span.now.part_timeline(each)
            end, is_there = parts.before(border), parts.archived_at is None or parts.archived_at >= border
            if is_there and DESIGN <= end.position < DONE and end.others & joined:
                lacking = joined & {code for code, _ in end.open_parts(end.due)}
                if lacking or figure == SHARED[0]:
                    yield Behind(each.key)

    def _moves_back(self, workflow: RecordedWorkflow, start: datetime, border: datetime) -> Iterator[Behind]:
        for step in workflow.changes.steps(start, border, self.as_of):
            if step.position < step.before and not step.is_taken_back:
                yield Behind(workflow.key, at=step.happened_at)

    def _rate(self, row: Summary | None, of: Reading | None) -> Decimal | None:
        """Tested per working day, as a ratio to the cycle before."""
        before = self.span.previous_of(of) if of is not None else None
        if row is None or of is None or before is None or not row.tested_previous or not of.working_days_so_far:
            return None
        pace = Fraction(row.tested or 0, of.working_days_so_far)
        return half_up(pace * before.working_days_so_far / row.tested_previous, 2)

    def _items(self, start: datetime, border: datetime, project: str, streams: Iterable[str]) -> CycleItems:
        """The days read as if they were a cycle that nothing was promised for."""
        place = start, border, project
        if place not in self._months:
            first, last = local_date(start, self.zone), local_date(border, self.zone) - _DAY
            reading = Reading(CycleRow(0, first, last), Basis.AS_NOW, self.as_of, self.zone, start, border)
            known = [self.span.now.workflow(each) for code in streams for each in self.history.workflows(code)]
            spells = self.span.now.blocker_spells(tuple(streams))
            self._months[place] = CycleItems(reading, workflow_items(reading, known), blocker_items(reading, spells))
        return self._months[place]
