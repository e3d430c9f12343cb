"""The parts of shared workflows: who joined, and who signed which stage when."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from .flows import STAGES, STATES
from .part_stories import (
    FIXED,
    LACKING,
    OTHER_PACE,
    OWN_PACE,
    PACE,
    REMARKED,
    REMARKS,
    SIGNED_LATE,
    WAIVERS,
    WITHDRAWALS,
)
from .programme_table import CYCLES, TODAY
from .recording import Change, lead_of
from .working_time import (
    FRIDAY,
    STOCKHOLM,
    Recorder,
    closed_at,
    is_working_day,
    local,
    local_day,
    next_working_day,
    office_time,
)

SEED = 8
TWO_WEEKS = timedelta(days=14)


@dataclass
class PartEvent:
    workflow: str
    workstream: str
    stage: str
    event: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    note: str = ""


@dataclass
class Spell:
    """A stage from its beginning until a move back to it or before it, or until the work is done."""

    stage: str
    begun_before: int
    since: datetime
    left: datetime
    """When the workflow went on to another state."""
    until: datetime
    lapses: bool


@dataclass
class Shared:
    """A workflow that several streams share."""

    key: str
    owner: str
    others: list[str]
    changes: list[Change]
    rows: list[PartEvent] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.changes[-1].to_state == "done"

    def spells(self, stage: str) -> Iterator[Spell]:
        position = STATES.index(stage)
        now = local(TODAY, 0)
        moments = [*(change.happened_at for change in self.changes), now]
        begun_before = 0
        for number, (before, change) in enumerate(pairwise(self.changes)):
            if STATES.index(before.to_state) < position <= STATES.index(change.to_state) or (
                change.to_state == stage and STATES.index(before.to_state) > position
            ):
                rest = self.changes[number + 2 :]
                back = [each for each in rest if STATES.index(each.to_state) <= position]
                end = back[0].happened_at if back else self.changes[-1].happened_at if self.is_done else now
                yield Spell(stage, begun_before, change.happened_at, moments[number + 2], end, bool(back))
                begun_before += 1


def make_parts(recorder: Recorder, shared: list[Shared]) -> list[PartEvent]:
    rng = random.Random(SEED)
    for flow in shared:
        created = flow.changes[0]
        for code in flow.others:
            at = created.happened_at, created.recorded_at
            flow.rows.append(PartEvent(flow.key, code, "", "joined", *at, created.actor))
        for stage in STAGES:
            for spell in flow.spells(stage):
                sign(rng, recorder, flow, spell)
    sign_late(rng, recorder, shared)
    rows = [row for flow in shared for row in flow.rows]
    return sorted(rows, key=lambda row: (row.recorded_at, row.workflow, row.workstream))


def sign(rng: random.Random, recorder: Recorder, flow: Shared, spell: Spell) -> None:
    """The other streams each at their own pace; the owner where others are not ready when it is."""
    is_at_hand = spell.stage == flow.changes[-1].to_state and not spell.lapses
    lacking = LACKING.get(flow.key, "").split() if is_at_hand else []
    for code in flow.others:
        waiver = [each for each in WAIVERS if each[:3] == (flow.key, code, spell.stage)]
        if waiver:
            waive(rng, recorder, flow, waiver[0].note, waiver[0].on, code, spell)
        elif code not in lacking:
            sign_as(rng, recorder, flow, code, spell)
    ready = moment(rng, spell, spell.left, OWN_PACE)
    others = [row.happened_at for row in flow.rows if row.stage == spell.stage and row.workstream != flow.owner]
    is_waiting = ready is not None and (len(others) < len(flow.others) or ready < max(others))
    if ready and flow.owner not in lacking and (is_waiting or (is_at_hand and not flow.is_done)):
        add(recorder, flow, flow.owner, spell.stage, "signed", ready)


def sign_as(rng: random.Random, recorder: Recorder, flow: Shared, code: str, spell: Spell) -> None:
    key = (flow.key, code, spell.stage, spell.begun_before)
    if key in FIXED:
        day = FIXED[key]
        at = office_time(rng, day) if day else None
    else:
        at = moment(rng, spell, spell.until, PACE.get(code, OTHER_PACE))
    if at is None:
        return
    note = rng.choice(REMARKS[spell.stage]) if rng.random() < REMARKED else ""
    add(recorder, flow, code, spell.stage, "signed", at, note)
    for withdrawal in WITHDRAWALS:
        if withdrawal[:3] == (flow.key, code, spell.stage) and not spell.lapses:
            taken_back = office_time(rng, next_working_day(local_day(at)))
            again = office_time(rng, next_working_day(next_working_day(local_day(taken_back))))
            assert again < spell.until
            add(recorder, flow, code, spell.stage, "withdrawn", taken_back, withdrawal.note)
            add(recorder, flow, code, spell.stage, "signed", again)


def waive(
    rng: random.Random, recorder: Recorder, flow: Shared, note: str, on: date | None, code: str, spell: Spell
) -> None:
    if on is None:
        done = flow.changes[-1]
        flow.rows.append(
            PartEvent(flow.key, code, spell.stage, "waived", done.happened_at, done.recorded_at, done.actor, note)
        )
    elif spell.begun_before == 0:
        add(recorder, flow, code, spell.stage, "waived", office_time(rng, on), note)


def moment(rng: random.Random, spell: Spell, limit: datetime, pace: tuple[int, int]) -> datetime | None:
    """Within two weeks. What has to be signed by then is, in time; before a move back many are not ready."""
    at = at_pace(rng, spell.since, rng.randint(*pace))
    while at - spell.since > TWO_WEEKS:
        at = office_time(rng, working_day_before(local_day(at)))
    if at < limit:
        return at
    if spell.lapses or limit == spell.left < spell.until:
        return None
    days = [local_day(spell.since) + timedelta(days=n) for n in range((limit - spell.since).days + 2)]
    tries = (office_time(rng, rng.choice([day for day in days if is_working_day(day)])) for _ in range(500))
    return next(each for each in tries if spell.since + timedelta(hours=1) < each < limit)


def at_pace(rng: random.Random, since: datetime, days: int) -> datetime:
    """So many working days later; on the same day some hours later, or else the next morning."""
    soon = since + timedelta(minutes=rng.randrange(90, 240))
    latest = 14 if soon.weekday() == FRIDAY else 16
    if days == 0 and soon.astimezone(STOCKHOLM).hour < latest:
        return soon
    day = local_day(since)
    for _ in range(max(days, 1)):
        day = next_working_day(day)
    return office_time(rng, day)


def working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    return day if is_working_day(day) else working_day_before(day)


def add(recorder: Recorder, flow: Shared, code: str, stage: str, event: str, wanted: datetime, note: str = "") -> None:
    at = recorder.reserve(wanted)
    flow.rows.append(PartEvent(flow.key, code, stage, event, at, at, lead_of(code), note))


def sign_late(rng: random.Random, recorder: Recorder, shared: list[Shared]) -> None:
    """Some signatures were entered the working day after, as of noon: nothing else had happened to the workflow."""
    left = SIGNED_LATE
    for flow in rng.sample(shared, len(shared)):
        choices = [row for row in flow.rows if left and could_be_late(flow, row)]
        if choices:
            row = rng.choice(choices)
            day = local_day(row.happened_at)
            row.happened_at = local(day, 12)
            row.recorded_at = recorder.reserve(office_time(rng, next_working_day(day)))
            left -= 1
    assert not left


def could_be_late(flow: Shared, row: PartEvent) -> bool:
    day = local_day(row.happened_at)
    after = next_working_day(day)
    last = local(after, 17)
    moved = [change.happened_at for change in flow.changes] + [
        each.happened_at for each in flow.rows if each is not row and each.workstream == row.workstream
    ]
    closes = [closed_at(cycle.number) for cycle in CYCLES if cycle.status == "closed"]
    is_quiet = not any(local(day, 0) <= at <= last for at in (*moved, *closes))
    return row.event == "signed" and (flow.key, row.workstream) != ("MDO-003", "RAP") and after < TODAY and is_quiet
