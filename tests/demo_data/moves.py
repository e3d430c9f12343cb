"""On which day every workflow moved, and the small irregularities of real bookkeeping."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import cycle as cycle_through

from .flows import STAGES, STATES, Flow
from .programme_table import CYCLE_4_EARLY_DONE, CYCLE_4_EARLY_UNTIL, TODAY
from .wording import BACK, SKIPPED_VALIDATION
from .working_time import cycle, days_of_cycle

UPDATE_DAYS = ((0, 2), (1, 3), (2, 4), (0, 3), (1, 4))
DONE_LATE_ON, DONE_LATE_RECORDED_ON = date(2023, 1, 25), date(2023, 2, 2)
DESIGN_WITHOUT_VALIDATION = ("MAS",)
MOVES_BACK = 24
ENTERED_LATE = 14


@dataclass
class Move:
    to_state: str
    day: date
    recorded_on: date
    reason: str = ""
    note: str = ""


Diary = dict[str, list[Move]]
"""The moves of every workflow by key, in order of time."""


def state_on(diary: Diary, flow: Flow, day: date) -> str:
    """Where it stood when that day began."""
    states = [move.to_state for move in diary[flow.key] if move.day < day]
    return states[-1] if states else "not_started"


@cache
def update_days(stream: str, number: int) -> list[date]:
    """A lead goes through each stream twice a week."""
    weekdays = UPDATE_DAYS[sum(map(ord, stream)) % len(UPDATE_DAYS)]
    return [day for day in days_of_cycle(number) if day.weekday() in weekdays]


def draw_moves(rng: random.Random, flows: list[Flow]) -> Diary:
    diary: Diary = {}
    early = done_early_in_cycle_4(flows)
    for flow in flows:
        moves: list[Move] = []
        for number in sorted({*flow.passed.values(), flow.begun_in or 0} - {0}):
            states = states_reached_in(flow, number)
            days = draw_days(rng, flow, number, len(states), is_early=flow.key in early)
            moves += [Move(state, day, day) for state, day in zip(states, days, strict=True)]
        diary[flow.key] = moves
    skip_validation(flows, diary)
    move_back_and_forth(rng, flows, diary)
    enter_late(rng, flows, diary)
    return diary


def done_early_in_cycle_4(flows: list[Flow]) -> set[str]:
    done = [flow for flow in flows if flow.done_in == 4]
    done.sort(key=lambda flow: len(states_reached_in(flow, 4)))
    return {flow.key for flow in done[:CYCLE_4_EARLY_DONE]}


def states_reached_in(flow: Flow, number: int) -> list[str]:
    begun = ["design"] if flow.begun_in == number else []
    return begun + [STATES[STAGES.index(stage) + 2] for stage in flow.stages_passed_in(number)]


def draw_days(rng: random.Random, flow: Flow, number: int, count: int, *, is_early: bool) -> list[date]:
    days = [day for day in update_days(flow.stream, number) if may_move_on(flow, number, day)]
    if flow.is_done_late and number == flow.done_in:
        days = [day for day in days if day < DONE_LATE_ON]
        return [*sorted(rng.sample(days, count - 1)), DONE_LATE_ON]
    if flow.done_in == 4 == number:
        return days_until_done_in_cycle_4(rng, days, count, is_early=is_early)
    return sorted(rng.sample(days, count))


def may_move_on(flow: Flow, number: int, day: date) -> bool:
    """Not while held; nothing but the first rows on the last morning; after it was added."""
    was_added = number in flow.memberships and flow.memberships[number].entered == "added"
    earliest = cycle(number).first_day + timedelta(days=7 if was_added else 0)
    return earliest <= day < (flow.held_from or TODAY + timedelta(days=1))


def days_until_done_in_cycle_4(rng: random.Random, days: Sequence[date], count: int, *, is_early: bool) -> list[date]:
    possible = [day for day in days[count - 1 :] if (day <= CYCLE_4_EARLY_UNTIL) == is_early]
    last = rng.choice(possible)
    return [*sorted(rng.sample([day for day in days if day < last], count - 1)), last]


def skip_validation(flows: list[Flow], diary: Diary) -> None:
    """Where design and validation fall in one cycle, registers go straight to test."""
    for flow in flows:
        if flow.stream not in DESIGN_WITHOUT_VALIDATION:
            continue
        if flow.passed["design"] == flow.passed["validation"]:
            moves = diary[flow.key]
            moves[:] = [move for move in moves if move.to_state != "validation"]
            moves[1].note = SKIPPED_VALIDATION


def move_back_and_forth(rng: random.Random, flows: list[Flow], diary: Diary) -> None:
    """Sent back and made good again before the next stage is passed, within one cycle."""
    causes = {state: cycle_through(BACK[state]) for state in BACK}
    left = MOVES_BACK
    for flow in rng.sample(flows, len(flows)):
        moves = diary[flow.key]
        places = [index for index in range(len(moves)) if has_room_for_detour(flow, moves, index)]
        if left and places:
            index = rng.choice(places)
            free = free_update_days(flow, moves, index)
            reached = moves[index].to_state
            moves[index + 1 : index + 1] = detour(rng, free, reached, next(causes[reached]))
            left -= 1
    assert not left


def has_room_for_detour(flow: Flow, moves: list[Move], index: int) -> bool:
    """A free day for the move back and for each state up again, even if it goes back to design."""
    reached = moves[index].to_state
    if reached not in BACK or flow.is_done_late or flow.stream in DESIGN_WITHOUT_VALIDATION:
        return False
    return len(free_update_days(flow, moves, index)) >= STATES.index(reached)


def detour(rng: random.Random, free: list[date], reached: str, cause: tuple[str, str, str]) -> list[Move]:
    back, reason, note = cause
    again = STATES[STATES.index(back) + 1 : STATES.index(reached) + 1]
    first, *rest = sorted(rng.sample(free, len(again) + 1))
    return [Move(back, first, first, reason, note)] + [
        Move(state, day, day) for state, day in zip(again, rest, strict=True)
    ]


def free_update_days(flow: Flow, moves: list[Move], index: int) -> list[date]:
    """After this move and before the next, in the same cycle, and not while held."""
    day = moves[index].day
    until = moves[index + 1].day if index + 1 < len(moves) else flow.held_from or TODAY
    same_cycle = next(number for number in range(1, 6) if day in days_of_cycle(number))
    return [free for free in update_days(flow.stream, same_cycle) if day < free < until]


def enter_late(rng: random.Random, flows: list[Flow], diary: Diary) -> None:
    """Recorded at the stream's next update, before anything else happened to it."""
    by_key = {flow.key: flow for flow in flows}
    left = ENTERED_LATE
    for key in rng.sample(sorted(diary), len(diary)):
        moves = diary[key]
        choices = [i for i, move in enumerate(moves) if later_update(by_key[key], moves, i)]
        if left and choices and not by_key[key].is_done_late:
            index = rng.choice(choices)
            recorded_on = later_update(by_key[key], moves, index)
            assert recorded_on
            moves[index].recorded_on = recorded_on
            left -= 1
    for flow in flows:
        if flow.is_done_late:
            diary[flow.key][-1].recorded_on = DONE_LATE_RECORDED_ON


def later_update(flow: Flow, moves: list[Move], index: int) -> date | None:
    move = moves[index]
    if move.reason or move.to_state == "done":
        return None
    return next(iter(free_update_days(flow, moves, index)), None)
