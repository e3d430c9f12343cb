"""Membership, backwards from what was passed: the cycles, the goals and what became of them."""

import random
from collections.abc import Callable, Iterable
from functools import partial

from .flows import Flow, Membership
from .programme_table import COMMITTED_TO_TEST, TESTED
from .running_cycle import DECIDED_LATER, IN_BACKLOG, PLANNED_FOR_CYCLE_6, RUNNING, join_cycle_5

DONE_LATE_IN = 3
CLOSED = range(1, RUNNING)
BEGUN_ONE_CYCLE_EARLIER = {2: 3, 3: 4, 4: 5, 5: 4}
BEGUN_IN_CYCLE_4_STILL_IN_DESIGN = 6
CARRIED_TWICE_AND_DONE, CARRIED_TWICE_AND_OPEN = 3, 2
CARRIED_THREE_TIMES = "Ordinera infusion"
RETURNED_UNBEGUN = {1: 1, 2: 2, 3: 2}
ADDED = {1: 1, 2: 2, 3: 2, 4: 3, 5: 1}
REMOVED = {2: 1, 3: 1, 4: 2}


def plan_memberships(rng: random.Random, flows: list[Flow]) -> None:
    shuffled = rng.sample(flows, len(flows))
    choose_who_was_done_late(shuffled)
    choose_when_begun(shuffled)
    for flow in shuffled:
        join_cycles(flow)
    join_cycle_5(shuffled)
    raise_goals_to_test(shuffled)
    raise_goals_to_validation(shuffled)
    for flow in shuffled:
        settle(flow)
    return_and_remove(shuffled)
    plan_cycle_6(flows)
    add_after_commit(shuffled)


def first(flows: Iterable[Flow], count: int, wanted: Callable[[Flow], bool]) -> list[Flow]:
    found = [flow for flow in flows if wanted(flow)][:count]
    assert len(found) == count, f"{len(found)} found, {count} wanted"
    return found


def choose_who_was_done_late(flows: list[Flow]) -> None:
    validated_before = first(flows, 1, lambda f: f.done_in == DONE_LATE_IN and f.passed["validation"] == 2)
    validated_before[0].is_done_late = True


def choose_when_begun(flows: list[Flow]) -> None:
    for flow in flows:
        flow.begun_in = flow.passed.get("design")
    in_design = [flow for flow in flows if flow.state == "design"]
    for flow in in_design:
        flow.begun_in = RUNNING
    for flow in begun_in_cycle_4(in_design):
        flow.begun_in = 4
    begin_earlier(flows)


def begun_in_cycle_4(in_design: list[Flow]) -> list[Flow]:
    """The one that was held before cycle 5 must be among them; one held later can be."""
    return first(
        sorted(in_design, key=lambda f: f.held_from is None),
        BEGUN_IN_CYCLE_4_STILL_IN_DESIGN,
        lambda f: not f.is_late_addition and f.stream not in ("DRS", "PAT"),
    )


def begin_earlier(flows: list[Flow]) -> None:
    for designed_in, count in BEGUN_ONE_CYCLE_EARLIER.items():
        for flow in first(flows, count, partial(was_designed_in, number=designed_in)):
            flow.begun_in = designed_in - 1
    for flow in carried_twice_and_done(flows):
        flow.begun_in = 2
    for flow in carried_twice_and_open(flows):
        flow.begun_in = 3
    thrice = carried_three_times(flows)
    thrice.begun_in = 2
    thrice.idle_in = {3}


def was_designed_in(flow: Flow, number: int) -> bool:
    return flow.passed.get("design") == number


def carried_twice_and_done(flows: list[Flow]) -> list[Flow]:
    def waited(flow: Flow) -> bool:
        return tuple(flow.passed.values()) == (3, 3, 4)

    return first(flows, CARRIED_TWICE_AND_DONE, waited)


def carried_twice_and_open(flows: list[Flow]) -> list[Flow]:
    def waits(flow: Flow) -> bool:
        return tuple(flow.passed.values()) == (4, 4) and flow.name != CARRIED_THREE_TIMES

    return first(flows, CARRIED_TWICE_AND_OPEN, waits)


def carried_three_times(flows: list[Flow]) -> Flow:
    return first(flows, 1, lambda f: f.name == CARRIED_THREE_TIMES)[0]


def join_cycles(flow: Flow) -> None:
    """A member wherever it was begun or passed something; the goal is the last stage passed."""
    for number in CLOSED:
        passed = flow.stages_passed_in(number)
        if passed or flow.begun_in == number or number in flow.idle_in:
            flow.memberships[number] = Membership(passed[-1] if passed else "design")


def raise_goals_to_test(flows: list[Flow]) -> None:
    """What was promised and not tested: it goes on in the next cycle, carried."""
    must = {
        3: carried_twice_and_done(flows),
        4: [carried_three_times(flows), *carried_twice_and_open(flows)],
    }
    for number in reversed(CLOSED):
        unmet = COMMITTED_TO_TEST[number - 1] - TESTED[number - 1]
        candidates = [flow for flow in flows if could_be_promised(flow, number)]
        chosen = [flow for flow in candidates if flow in must.get(number, ())]
        chosen += [flow for flow in furthest_first(candidates, number) if flow not in chosen]
        for flow in first(chosen, unmet, lambda _: True):
            flow.memberships[number].goal = "test"


def furthest_first(flows: list[Flow], number: int) -> list[Flow]:
    return sorted(flows, key=lambda flow: -len(flow.stages_passed_by(number)))


def could_be_promised(flow: Flow, number: int) -> bool:
    """Worked on in that cycle, and to be tested in the next."""
    later = flow.memberships.get(number + 1)
    has_moved = bool(flow.stages_passed_in(number))
    return has_moved and later is not None and later.goal == "test" and not flow.is_done_late


def raise_goals_to_validation(flows: list[Flow]) -> None:
    """Every third that went on from design had been meant to be validated as well."""
    for number in CLOSED:
        designed = [
            flow
            for flow in flows
            if number + 1 in flow.memberships
            and flow.passed.get("design") == number
            and flow.memberships[number].goal == "design"
        ]
        for flow in designed[::3]:
            flow.memberships[number].goal = "validation"


def settle(flow: Flow) -> None:
    for number, stay in flow.memberships.items():
        if number == RUNNING:
            continue
        is_met = stay.goal in flow.stages_passed_by(number) and not (flow.is_done_late and number == DONE_LATE_IN)
        goes_on = number + 1 in flow.memberships
        assert is_met or goes_on or flow.is_done_late, flow
        if not is_met:
            stay.left = "carried" if goes_on else "returned"
        elif goes_on:
            stay.left = "goes_on"


def return_and_remove(flows: list[Flow]) -> None:
    """Planned too early, given back, and planned again later."""
    for number, count in RETURNED_UNBEGUN.items():
        for flow in first(flows, count, partial(can_wait, until=number + 2)):
            flow.memberships[number] = Membership("design", left="returned")
    for number, count in REMOVED.items():
        for flow in first(flows, count, partial(can_wait, until=number + 1)):
            flow.memberships[number] = Membership("design", left="removed")
    for flow in flows:
        if flow.stream in DECIDED_LATER:
            flow.memberships[4] = Membership("design", left="returned")


def can_wait(flow: Flow, until: int) -> bool:
    """Its first cycle is that one, and it is not new."""
    is_new = flow.is_late_addition or flow.stream == "DRS"
    return not is_new and min(flow.memberships, default=0) == until and flow.begun_in == until


def plan_cycle_6(flows: list[Flow]) -> None:
    outside = [
        flow
        for flow in flows
        if RUNNING not in flow.memberships and flow.state == "not_started" and flow.key not in IN_BACKLOG
    ]
    assert len(outside) == PLANNED_FOR_CYCLE_6
    for flow in outside:
        flow.memberships[6] = Membership("design")
    given_up = first(outside, 1, lambda f: f.stream == "MTE")[0]
    given_up.memberships[RUNNING] = Membership("design", left="removed")


def add_after_commit(flows: list[Flow]) -> None:
    for number, count in ADDED.items():
        for flow in first(flows, count, partial(came_new, number=number)):
            flow.memberships[number].entered = "added"


def came_new(flow: Flow, number: int) -> bool:
    return (
        min(flow.memberships, default=0) == number == flow.begun_in
        and flow.memberships[number].goal == "design"
        and flow.stream != "DRS"
        and flow.held_from is None
    )
