"""The scope chain of every workflow, written from its memberships."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .flows import Flow, Membership
from .holds import Blocker
from .moves import Diary
from .programme_table import PROGRAMME_OFFICE
from .recording import lead_of
from .running_cycle import DECIDED_LATER
from .wording import (
    ADDED,
    CARRIED_NOTES,
    CARRIED_REASONS,
    DONE_LATE_RETURNED,
    GIVEN_UP,
    REASON_OF_BLOCKER,
    REMOVED,
    RETURNED,
    RETURNED_UNDECIDED,
    SHORT_OF_TIME,
)
from .working_time import Recorder, closed_at, cycle, office_time, working_days

DRAFTED_FROM, DRAFTED_TO = date(2023, 4, 11), date(2023, 4, 13)
GIVEN_UP_ON = date(2023, 3, 28)
PLANNED_TOGETHER_ON = date(2023, 3, 16)
DRAFT = 6
AT_CLOSE = {"carried", "goes_on", "returned", "dropped"}


@dataclass(eq=False)
class ScopeChange:
    flow: Flow
    from_cycle: int | None
    to_cycle: int | None
    goal: str
    kind: str
    at: datetime
    actor: str
    reason: str = ""
    note: str = ""


class ScopeWriter:
    def __init__(
        self,
        rng: random.Random,
        recorder: Recorder,
        diary: Diary,
        blockers: list[Blocker],
        dropped: dict[str, tuple[str, str]],
    ) -> None:
        self.rng = rng
        self.recorder = recorder
        self.diary = diary
        self.dropped = dropped
        self.spells = [(b.category, spell) for b in blockers for spell in b.spells]
        self.batches: dict[tuple[str, int], datetime] = {}
        self.added = 0
        self.removed = 0

    def chain(self, flow: Flow) -> list[ScopeChange]:
        rows: list[ScopeChange] = []
        current: int | None = None
        for number, stay in sorted(flow.memberships.items()):
            if current != number:
                rows.append(self.entering(flow, current, number, stay))
                current = number
            if stay.left:
                rows.append(self.leaving(flow, number, stay))
                current = rows[-1].to_cycle
        return rows

    def entering(self, flow: Flow, current: int | None, number: int, stay: Membership) -> ScopeChange:
        if stay.entered == "planned":
            at, actor = self.batch(flow.stream, number), lead_of(flow.stream)
            return ScopeChange(flow, current, number, stay.goal, "planned", at, actor)
        reason, note = ADDED[self.added % len(ADDED)]
        self.added += 1
        at = self.recorder.reserve(office_time(self.rng, self.day_before_work(flow, number)))
        return ScopeChange(flow, current, number, stay.goal, "added", at, lead_of(flow.stream), reason, note)

    def batch(self, stream: str, number: int) -> datetime:
        """A lead plans a whole stream in one act."""
        if (stream, number) not in self.batches:
            day = self.rng.choice(self.planning_days(stream, number))
            at = self.recorder.reserve(office_time(self.rng, day))
            self.batches[stream, number] = at
        return self.batches[stream, number]

    def planning_days(self, stream: str, number: int) -> list[date]:
        if stream == "DRS":
            return [PLANNED_TOGETHER_ON]
        if number == DRAFT:
            return working_days(DRAFTED_FROM, DRAFTED_TO)
        return working_days(cycle(number).planning_from, cycle(number).planning_to)[:4]

    def day_before_work(self, flow: Flow, number: int) -> date:
        first = cycle(number).first_day
        begins = next(move.day for move in self.diary[flow.key] if move.day >= first)
        return self.rng.choice(working_days(begins - timedelta(days=5), begins)[:-1])

    def leaving(self, flow: Flow, number: int, stay: Membership) -> ScopeChange:
        if stay.left in AT_CLOSE:
            return self.disposition(flow, number, stay)
        day, (reason, note) = self.given_up(number)
        at = self.recorder.reserve(office_time(self.rng, day))
        return ScopeChange(flow, number, None, "", "removed", at, lead_of(flow.stream), reason, note)

    def given_up(self, number: int) -> tuple[date, tuple[str, str]]:
        if number == DRAFT - 1:
            return GIVEN_UP_ON, GIVEN_UP
        self.removed += 1
        third_week = cycle(number).first_day + timedelta(days=14)
        days = working_days(third_week, third_week + timedelta(days=11))
        return self.rng.choice(days), REMOVED[self.removed % len(REMOVED)]

    def disposition(self, flow: Flow, number: int, stay: Membership) -> ScopeChange:
        at = closed_at(number)
        if stay.left in ("carried", "goes_on"):
            kind = "carried" if stay.left == "carried" else "planned"
            reason, note = self.why_carried(flow, stay.goal, at) if kind == "carried" else ("", "")
            goal = flow.memberships[number + 1].goal
            return ScopeChange(flow, number, number + 1, goal, kind, at, PROGRAMME_OFFICE, reason, note)
        reason, note = self.why_left(flow, stay)
        return ScopeChange(flow, number, None, "", stay.left, at, PROGRAMME_OFFICE, reason, note)

    def why_carried(self, flow: Flow, goal: str, at: datetime) -> tuple[str, str]:
        held_by = [
            category
            for category, spell in self.spells
            if flow in spell.flows and spell.held_at <= at and (not spell.released_at or spell.released_at > at)
        ]
        reason = REASON_OF_BLOCKER[held_by[0]] if held_by else self.rng.choice(CARRIED_REASONS)
        notes = SHORT_OF_TIME[goal] if reason == "capacity" else CARRIED_NOTES[reason]
        return reason, self.rng.choice(notes)

    def why_left(self, flow: Flow, stay: Membership) -> tuple[str, str]:
        if stay.left == "dropped":
            return self.dropped[flow.key]
        if flow.is_done_late:
            return "other", DONE_LATE_RETURNED
        if flow.stream in DECIDED_LATER:
            return RETURNED_UNDECIDED[flow.stream]
        return self.rng.choice(RETURNED)
