"""Blockers: when they opened and ended, and which workflows they held."""

import random
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from .flows import Flow
from .journeys import held_flows
from .moves import Diary
from .open_blockers import OPEN_BLOCKERS, OpenBlocker
from .recording import lead_of
from .resolved_blockers import OWNERS, RESOLVED_BLOCKERS, ResolvedBlocker
from .working_time import (
    FRIDAY,
    Recorder,
    days_of_cycle,
    local,
    local_day,
    next_working_day,
    office_time,
)

TRIES = 60
HELD_LATE = 6
LONGEST_SPELL_DAYS = 55


@dataclass(eq=False)
class Spell:
    """From holding something to holding nothing again; still open without an end."""

    flows: list[Flow]
    held_at: datetime
    held_recorded_at: datetime
    released_at: datetime | None = None
    note: str = ""
    resolution: str = ""


@dataclass(eq=False)
class Blocker:
    title: str
    title_en: str
    category: str
    owner: str
    mitigation: str
    decider: str = ""
    decide_by: str = ""
    waits_on: str = ""
    spells: list[Spell] = field(default_factory=list)

    @property
    def actor(self) -> str:
        return lead_of(self.spells[0].flows[0].stream)


class Holds:
    """Who is held when, so that no workflow is held by two blockers at once."""

    def __init__(self, flows: list[Flow], diary: Diary) -> None:
        self.diary = diary
        self.flows = [f for f in flows if not f.archived_at and f.stream != "DRS"]
        self.taken: dict[str, list[tuple[date, date]]] = {f.key: [] for f in flows}

    def take(self, flow: Flow, first: date, last: date) -> None:
        self.taken[flow.key].append((first, last))

    def fitting(self, stream: str, first: date, last: date) -> list[Flow]:
        return [f for f in self.flows if f.stream == stream and self.can_be_held(f, first, last)]

    def disturbance(self, flow: Flow, first: date, last: date) -> int:
        """How odd a hold would look: moves meanwhile, or work not begun."""
        moves = self.diary[flow.key]
        moved = sum(first <= move.day <= last or first <= move.recorded_on <= last for move in moves)
        is_begun = any(move.day < first for move in moves)
        return 2 * moved + (not is_begun)

    def can_be_held(self, flow: Flow, first: date, last: date) -> bool:
        done = [move.day for move in self.diary[flow.key] if move.to_state == "done"]
        is_free = all(last < taken[0] or taken[1] < first for taken in self.taken[flow.key])
        assert flow.created_at
        exists = local_day(flow.created_at) < first
        return exists and is_free and all(last < day for day in done)


def make_blockers(rng: random.Random, recorder: Recorder, flows: list[Flow], diary: Diary) -> list[Blocker]:
    holds = Holds(flows, diary)
    blockers = [open_blocker(rng, recorder, holds, each) for each in OPEN_BLOCKERS]
    blockers += [resolved_blocker(rng, recorder, holds, each) for each in RESOLVED_BLOCKERS]
    hold_late(rng, recorder, blockers)
    return sorted(blockers, key=lambda blocker: blocker.spells[0].held_recorded_at)


def open_blocker(rng: random.Random, recorder: Recorder, holds: Holds, source: OpenBlocker) -> Blocker:
    held = [flow for flow, blocker in held_flows(holds.flows) if blocker is source]
    blocker = Blocker(
        source.title,
        source.title_en,
        source.category,
        source.owner,
        source.mitigation,
        source.decider,
        source.decide_by,
        source.waits_on,
    )
    if source.resolved_before:
        opened, resolved, how = source.resolved_before
        blocker.spells.append(spell(rng, recorder, held, opened, resolved, how))
    at = recorder.reserve(office_time(rng, source.since))
    blocker.spells.append(Spell(held, at, at, note=source.note))
    for each in blocker.spells:
        for flow in held:
            end = local_day(each.released_at) if each.released_at else date.max
            holds.take(flow, local_day(each.held_at), end)
    return blocker


def spell(
    rng: random.Random,
    recorder: Recorder,
    held: list[Flow],
    opened: date,
    resolved: date,
    how: str,
) -> Spell:
    at = recorder.reserve(office_time(rng, opened))
    end = recorder.reserve(office_time(rng, resolved))
    return Spell(held, at, at, end, resolution=how)


def resolved_blocker(rng: random.Random, recorder: Recorder, holds: Holds, source: ResolvedBlocker) -> Blocker:
    blocker = Blocker(
        source.title,
        source.title_en,
        source.category,
        OWNERS[source.category],
        source.mitigation,
        source.decider,
    )
    for opened_in, resolved_in, how in source.spells:
        opened, resolved, held = best_spell(rng, holds, source, opened_in, resolved_in)
        for flow in held:
            holds.take(flow, opened, resolved)
        blocker.spells.append(spell(rng, recorder, held, opened, resolved, how))
        if source.category == "decision":
            blocker.decide_by = friday_of(resolved).isoformat()
    return blocker


def best_spell(
    rng: random.Random, holds: Holds, source: ResolvedBlocker, opened_in: int, resolved_in: int
) -> tuple[date, date, list[Flow]]:
    """Of many drawn at random, the one that fits best with how the workflows moved."""
    found: list[tuple[int, date, date, list[Flow]]] = []
    for _ in range(TRIES):
        opened = rng.choice(days_of_cycle(opened_in)[2:-2])
        resolved = rng.choice(days_of_cycle(resolved_in)[2:-1])
        if not opened + timedelta(days=2) <= resolved <= longest(opened, resolved_in - opened_in):
            continue
        oddity = partial(how_odd, holds, source, opened, resolved)
        fitting = [holds.fitting(stream, opened, resolved) for stream in source.streams.split()]
        if all(fitting):
            flows = [min(rng.sample(each, len(each)), key=oddity) for each in fitting]
            found.append((sum(map(oddity, flows)), opened, resolved, flows))
    assert found, source.title
    _, opened, resolved, flows = min(found, key=lambda each: each[0])
    return opened, resolved, flows


def longest(opened: date, cycles_between: int) -> date:
    return opened + timedelta(days=LONGEST_SPELL_DAYS * max(1, cycles_between))


def how_odd(holds: Holds, source: ResolvedBlocker, first: date, last: date, flow: Flow) -> int:
    """Best is a workflow the title speaks of, which stood still meanwhile."""
    is_about = re.search(source.about, flow.name, re.IGNORECASE)
    return holds.disturbance(flow, first, last) + (0 if is_about else 5)


def friday_of(day: date) -> date:
    return day + timedelta(days=FRIDAY - day.weekday())


def hold_late(rng: random.Random, recorder: Recorder, blockers: list[Blocker]) -> None:
    """Some holds were entered the working day after, as of noon."""
    left = HELD_LATE
    for blocker in rng.sample(blockers, len(blockers)):
        first = blocker.spells[0]
        day = local_day(first.held_at)
        if not left or not first.released_at or day.weekday() == FRIDAY:
            continue
        after = next_working_day(day)
        if after < local_day(first.released_at):
            first.held_at = local(day, 12)
            first.held_recorded_at = recorder.reserve(office_time(rng, after))
            left -= 1
