"""Notes on workflows and blockers, and "checked: nothing changed"."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .flows import Flow
from .holds import Blocker
from .moves import Diary, state_on
from .programme_table import TODAY
from .recording import lead_of
from .wording import BLOCKER_NOTES, NOTES
from .working_time import Recorder, days_of_cycle, local, local_day, office_time, working_days

WORKFLOW_NOTES, OPEN_BLOCKER_NOTES, RESOLVED_BLOCKER_NOTES = 48, 11, 9
CHECKS_THIS_WEEK, EARLIER_CHECKS = 26, 24
QUIET = timedelta(days=7)


@dataclass(eq=False)
class Note:
    recorded_at: datetime
    actor: str
    text: str
    flow: Flow | None = None
    blocker: Blocker | None = None


@dataclass(eq=False)
class Check:
    recorded_at: datetime
    actor: str
    flow: Flow


def write_notes(
    rng: random.Random,
    recorder: Recorder,
    flows: list[Flow],
    diary: Diary,
    blockers: list[Blocker],
) -> list[Note]:
    notes = [workflow_note(rng, recorder, flows, diary) for _ in range(WORKFLOW_NOTES)]
    still_open = [b for b in blockers if not b.spells[-1].released_at]
    resolved = [b for b in blockers if b not in still_open and is_long(b)]
    remarked = rng.sample([b for b in still_open if is_long(b)], OPEN_BLOCKER_NOTES)
    remarked += rng.sample(resolved, RESOLVED_BLOCKER_NOTES)
    return notes + [blocker_note(rng, recorder, blocker) for blocker in remarked]


def workflow_note(rng: random.Random, recorder: Recorder, flows: list[Flow], diary: Diary) -> Note:
    while True:
        flow = rng.choice(flows)
        day = a_day(rng)
        state = state_on(diary, flow, day)
        if state in NOTES and not flow.archived_at:
            at = recorder.reserve(office_time(rng, day))
            return Note(at, lead_of(flow.stream), rng.choice(NOTES[state]), flow)


def a_day(rng: random.Random) -> date:
    """Of the later cycles more than of the first ones."""
    return rng.choice(days_of_cycle(rng.choice((1, 2, 3, 4, 4, 5, 5, 5)))[:-1])


def days_held(blocker: Blocker) -> list[date]:
    last = blocker.spells[-1]
    end = local_day(last.released_at) if last.released_at else TODAY
    return working_days(local_day(last.held_recorded_at), end)[1:-1]


def is_long(blocker: Blocker) -> bool:
    return len(days_held(blocker)) > 1


def blocker_note(rng: random.Random, recorder: Recorder, blocker: Blocker) -> Note:
    at = recorder.reserve(office_time(rng, rng.choice(days_held(blocker))))
    return Note(at, blocker.actor, rng.choice(BLOCKER_NOTES), blocker=blocker)


def write_checks(rng: random.Random, recorder: Recorder, flows: list[Flow], diary: Diary) -> list[Check]:
    days = [rng.choice((*days_of_cycle(3), *days_of_cycle(4))) for _ in range(EARLIER_CHECKS)]
    this_week = working_days(TODAY - timedelta(days=4), TODAY - timedelta(days=1))
    days += [rng.choice(this_week) for _ in range(CHECKS_THIS_WEEK - 4)]
    checks = [check(rng, recorder, flows, diary, office_time(rng, day)) for day in days]
    this_morning = local(TODAY, 8, 41, 30)
    for number in range(4):
        at = this_morning + timedelta(minutes=3 * number, seconds=rng.randrange(90))
        checks.append(check(rng, recorder, flows, diary, at))
    return checks


def check(rng: random.Random, recorder: Recorder, flows: list[Flow], diary: Diary, at: datetime) -> Check:
    """Only what has been quiet for a week is worth a look."""
    day = local_day(at)
    quiet = [
        flow
        for flow in flows
        if not flow.archived_at
        and state_on(diary, flow, day) in NOTES
        and all(move.recorded_on < day - QUIET for move in diary[flow.key] if move.day < day)
    ]
    flow = rng.choice(quiet)
    return Check(recorder.reserve(at), lead_of(flow.stream), flow)
