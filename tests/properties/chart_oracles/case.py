"""What an oracle is asked, and the few definitions that nearly all of them need, by searching through everything."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.programme.rows import ChangeRow, CycleRow, Programme, WorkflowRow
from tracker.domain.states import Goal, State

_DAY = timedelta(days=1)
ORDER = list(State)


@dataclass(frozen=True)
class Case:
    """A programme read at `as_of`, the cycles from `first` to `last`, and the codes of workstreams that are chosen."""

    programme: Programme
    zone: ZoneInfo
    as_of: datetime
    first: int
    last: int
    codes: list[str]
    is_programme: bool

    @property
    def cycles(self) -> list[CycleRow]:
        return [row for row in self.programme.cycles if self.first <= row.cycle <= self.last]

    def cycle(self, number: int) -> CycleRow | None:
        return next((row for row in self.programme.cycles if row.cycle == number), None)

    def start(self, cycle: CycleRow) -> datetime:
        return datetime.combine(cycle.starts_on, time(), self.zone)

    def border(self, cycle: CycleRow) -> datetime:
        return datetime.combine(cycle.ends_on + _DAY, time(), self.zone)

    def is_begun(self, cycle: CycleRow) -> bool:
        return self.start(cycle) < self.as_of

    def counts(self, cycle: CycleRow) -> bool:
        """Whether the chosen workstreams have figures in the cycle."""
        return self.is_begun(cycle) and (self.is_programme or bool(self.joined(cycle)))

    def joined(self, cycle: CycleRow) -> list[str]:
        first = {row.code: row.first_cycle for row in self.programme.projects}
        return [
            row.code
            for row in self.programme.workstreams
            if row.code in self.codes and first[row.project] <= cycle.cycle
        ]

    def workflows(self, cycle: CycleRow | None = None) -> list[WorkflowRow]:
        """Those of the chosen workstreams; with a cycle, of those that count in it."""
        codes = self.codes if cycle is None else self.joined(cycle)
        return [row for row in self.programme.workflows if row.workstream in codes]

    def changes(self, key: str) -> list[ChangeRow]:
        """The known ones that stand, in order."""
        known = [row for row in self.programme.changes if row.workflow == key and row.recorded_at <= self.as_of]
        voided = {row.voids for row in known}
        standing = [row for row in known if row.voids is None and row.id not in voided]
        return sorted(standing, key=lambda row: (row.happened_at, row.id))

    def is_archived(self, workflow: WorkflowRow, before: datetime) -> bool:
        at = workflow.archived_at
        return at is not None and at <= self.as_of and at < before

    def state_once_archived(self, workflow: WorkflowRow) -> State | None:
        """What was done by then stays done."""
        at = workflow.archived_at
        states = [row.to_state for row in self.changes(workflow.key) if at is not None and row.happened_at <= at]
        return State.DONE if states and states[-1] is State.DONE else None

    def state_before(self, workflow: WorkflowRow, border: datetime) -> State | None:
        """At a start or border."""
        if self.is_archived(workflow, border):
            return self.state_once_archived(workflow)
        states = [row.to_state for row in self.changes(workflow.key) if row.happened_at < border]
        return states[-1] if states else None

    def state_at(self, workflow: WorkflowRow, moment: datetime) -> State | None:
        """At any other moment."""
        if self.is_archived(workflow, moment):
            return self.state_once_archived(workflow)
        states = [row.to_state for row in self.changes(workflow.key) if row.happened_at <= moment]
        return states[-1] if states else None

    def passed(self, cycle: CycleRow, stage: State, border: datetime | None = None) -> list[str]:
        """The workflows that were past the stage at the border and not at the start."""
        found = []
        for row in self.workflows(cycle):
            before = self.state_before(row, self.start(cycle))
            after = self.state_before(row, border or self.border(cycle))
            if is_past(after, stage) and not is_past(before, stage):
                found.append(row.key)
        return found

    def goal(self, key: str, cycle: int, until: datetime, *, counted: bool) -> Goal | None:
        """The goal with which the workflow is in the cycle after the scope changes until then, counted or not."""
        steps = sorted(
            (
                row
                for row in self.programme.scope
                if row.workflow == key
                and row.recorded_at <= self.as_of
                and (row.happened_at <= until if counted else row.happened_at < until)
            ),
            key=lambda row: (row.happened_at, row.id),
        )
        return steps[-1].goal if steps and steps[-1].to_cycle == cycle else None

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def is_past(state: State | None, stage: State) -> bool:
    return state is not None and ORDER.index(state) > ORDER.index(stage)
