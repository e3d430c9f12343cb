"""From days to rows: creations and moves with their instants, mistakes and take-backs."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .flows import STATES, Flow
from .moves import DONE_LATE_RECORDED_ON, Diary, Move
from .programme_table import JOINING_LATER, LEADS, PROGRAMME_OFFICE, TODAY, WORKSTREAMS
from .wording import DONE_LATE, WRONG_DATE, WRONG_FLOW, WRONG_STATE
from .working_time import FRIDAY, Recorder, cycle, local, office_time, working_days

PROJECT_OF = {stream.code: stream.project for stream in (*WORKSTREAMS, JOINING_LATER)}
IMPORTED_AT = {
    "SOKI": local(date(2022, 8, 22), 9, 12, 40),
    "SIDU": local(date(2022, 8, 22), 9, 31, 5),
    "KOM": local(date(2022, 8, 23), 13, 4, 22),
}
CREATED_IN_CYCLE_1 = 8
CREATED_LATER = {2: 9, 3: 7, 4: 6}
JOINING_LATER_CREATED_ON = date(2023, 3, 14)
MISTAKES = {"wrong flow": 3, "wrong state": 3, "wrong date": 2}


@dataclass(eq=False)
class Change:
    flow: Flow
    from_state: str
    to_state: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    reason: str = ""
    note: str = ""
    voids: "Change | None" = None


def lead_of(stream: str) -> str:
    return LEADS[PROJECT_OF[stream]]


def create(rng: random.Random, recorder: Recorder, flows: list[Flow]) -> list[Change]:
    for at in (*IMPORTED_AT.values(), *(flow.created_at for flow in flows if flow.created_at)):
        recorder.reserve(at)
    for flow in flows:
        if not flow.created_at and not flow.is_late_addition and flow.stream != "DRS":
            flow.created_at = IMPORTED_AT[PROJECT_OF[flow.stream]]
    create_in_cycle_1(rng, recorder, flows)
    create_later(rng, recorder, flows)
    create_joining_later(rng, recorder, flows)
    return [creation(flow) for flow in flows]


def creation(flow: Flow) -> Change:
    assert flow.created_at
    was_imported = flow.created_at in IMPORTED_AT.values()
    actor = PROGRAMME_OFFICE if was_imported else lead_of(flow.stream)
    return Change(flow, "", "not_started", flow.created_at, flow.created_at, actor)


def create_in_cycle_1(rng: random.Random, recorder: Recorder, flows: list[Flow]) -> None:
    """The last of some streams, before those that came later still."""
    last_of = {f.stream: f for f in flows if f.created_at in IMPORTED_AT.values()}
    can_wait = [f for f in last_of.values() if min(f.memberships, default=9) >= 3]
    days = working_days(cycle(1).first_day, cycle(1).last_day)
    for flow in rng.sample(can_wait, CREATED_IN_CYCLE_1):
        flow.created_at = recorder.reserve(office_time(rng, rng.choice(days)))


def create_later(rng: random.Random, recorder: Recorder, flows: list[Flow]) -> None:
    instants = sorted(
        recorder.reserve(office_time(rng, day))
        for number, count in CREATED_LATER.items()
        for day in rng.sample(days_for_creation(number), count)
    )
    late = [flow for flow in flows if flow.is_late_addition]
    rng.shuffle(late)
    late.sort(key=lambda flow: flow.stream != "PRI")
    dealt: dict[str, list[datetime]] = defaultdict(list)
    for flow, at in zip(late, instants, strict=True):
        dealt[flow.stream].append(at)
    for flow in sorted(late, key=lambda flow: flow.key):
        flow.created_at = dealt[flow.stream].pop(0)


def days_for_creation(number: int) -> list[date]:
    """Before the next planning week begins."""
    return working_days(cycle(number).first_day, cycle(number + 1).planning_from)[:-1]


def create_joining_later(rng: random.Random, recorder: Recorder, flows: list[Flow]) -> None:
    at = local(JOINING_LATER_CREATED_ON, 10, 17, 12)
    for flow in flows:
        if flow.stream == "DRS":
            flow.created_at = recorder.reserve(at)
            at += timedelta(seconds=rng.randrange(70, 200))


@dataclass
class Act:
    """One row of an update round; without a state it takes the flow's latest change back."""

    flow: Flow
    to_state: str
    happened_on: date | None = None
    reason: str = ""
    note: str = ""


Round = tuple[date, str, str]
"""Who goes through which stream on which day."""


def record(rng: random.Random, recorder: Recorder, flows: list[Flow], diary: Diary) -> list[Change]:
    rounds = planned_rounds(flows, diary)
    make_mistakes(rng, flows, diary, rounds)
    changes = create(rng, recorder, flows)
    latest = {change.flow.key: [change] for change in changes}
    sessions: dict[tuple[date, str], datetime] = {}
    for day, stream, actor in sorted(rounds):
        at = sessions.get((day, actor)) or start_of_session(rng, day)
        for act in rounds[day, stream, actor]:
            at = recorder.reserve(at)
            changes.append(recorded(act, at, actor, latest[act.flow.key]))
            at += timedelta(seconds=rng.randrange(35, 140))
        sessions[day, actor] = at
    return changes


def planned_rounds(flows: list[Flow], diary: Diary) -> dict[Round, list[Act]]:
    rounds: dict[Round, list[Act]] = defaultdict(list)
    for flow in flows:
        for move in diary[flow.key]:
            rounds[round_of(flow, move)].append(as_act(flow, move))
    return rounds


def round_of(flow: Flow, move: Move) -> Round:
    is_correction = flow.is_done_late and move.recorded_on == DONE_LATE_RECORDED_ON
    actor = PROGRAMME_OFFICE if is_correction else lead_of(flow.stream)
    return (move.recorded_on, flow.stream, actor)


def as_act(flow: Flow, move: Move) -> Act:
    is_late = move.recorded_on != move.day
    note = DONE_LATE if flow.is_done_late and move.to_state == "done" else move.note
    return Act(flow, move.to_state, move.day if is_late else None, move.reason, note)


def start_of_session(rng: random.Random, day: date) -> datetime:
    """A lead goes through the streams one after the other, at some time of the day."""
    if day == TODAY:
        return local(day, 8, 3) + timedelta(seconds=rng.randrange(300))
    hours = (8, 9, 12) if day.weekday() == FRIDAY else (8, 9, 10, 13, 14, 15)
    return local(day, rng.choice(hours), 5) + timedelta(seconds=rng.randrange(1500))


def recorded(act: Act, at: datetime, actor: str, valid: list[Change]) -> Change:
    before = valid[-1]
    if not act.to_state:
        valid.pop()
        return Change(act.flow, "", "", at, at, actor, "", act.note, before)
    happened_at = at
    if act.happened_on:
        happened_at = max(local(act.happened_on, 12), before.happened_at + timedelta(seconds=1))
    change = Change(act.flow, before.to_state, act.to_state, happened_at, at, actor, act.reason, act.note)
    valid.append(change)
    return change


def make_mistakes(rng: random.Random, flows: list[Flow], diary: Diary, rounds: dict[Round, list[Act]]) -> None:
    """A wrong row, taken back within minutes, followed by the right one."""
    left = dict(MISTAKES)
    touched: set[str] = set()
    for key in rng.sample(sorted(rounds), len(rounds)):
        acts = rounds[key]
        for index, act in enumerate(acts):
            kind, slip = next(slips(flows, diary, key, act), ("", []))
            if left.get(kind) and touched.isdisjoint(each.flow.key for each in (act, *slip)):
                acts[index:index] = slip
                touched |= {each.flow.key for each in (act, *slip)}
                left[kind] -= 1
                break
    assert not any(left.values()), left


def slips(flows: list[Flow], diary: Diary, key: Round, act: Act) -> Iterator[tuple[str, list[Act]]]:
    """What could have gone wrong just before this row."""
    if act.flow.is_done_late or act.to_state not in ("validation", "test") or act.reason:
        return
    if act.happened_on:
        yield "wrong date", [Act(act.flow, act.to_state), Act(act.flow, "", note=WRONG_DATE)]
    elif act.to_state == "validation":
        yield "wrong state", [Act(act.flow, "test"), Act(act.flow, "", note=WRONG_STATE)]
    else:
        for other in flows:
            if could_be_mistaken(other, act, diary, key[0]):
                note = WRONG_FLOW.format(key=act.flow.key)
                yield "wrong flow", [Act(other, act.to_state), Act(other, "", note=note)]


def could_be_mistaken(other: Flow, act: Act, diary: Diary, day: date) -> bool:
    """In the same stream and state, and untouched that day."""
    moves = diary[other.key]
    before = [move for move in moves if move.day <= day]
    is_untouched = all(move.recorded_on < day for move in before)
    state = before[-1].to_state if before else ""
    is_same = state and STATES.index(state) + 1 == STATES.index(act.to_state)
    return bool(other.stream == act.flow.stream and is_same and is_untouched)
