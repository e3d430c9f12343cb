"""Who stands where on 14 April, and in which cycle every stage was begun and passed."""

import random
from collections.abc import Iterable

from .flows import STAGES, Flow
from .named_workflows import JOINING_LATER_NAMES, Name, names_of
from .open_blockers import OPEN_BLOCKERS, OpenBlocker
from .programme_table import (
    DESIGNED,
    JOINING_LATER,
    TESTED,
    VALIDATED,
    WORKSTREAMS,
    Workstream,
)

LATE_ADDITIONS = {
    **dict.fromkeys(("PAT", "OPE", "IVA", "RAP", "LAB"), 2),
    **dict.fromkeys(("MDO", "AKU", "OBS", "ONK", "PSY", "BUS", "RES", "INV", "MBI", "MTE", "OP1", "PRI"), 1),
}
# Done early, so that some end-to-end scenarios can be run from beginning to end.
FIRST_TO_BE_DONE = {
    "Ta emot och bedöma remiss",
    "Skicka remiss",
    "Boka besök i tidbok",
    "Skriva in patient",
    "Omvårdnadsanamnes",
    "Triagera akut patient",
    "Överlämning från ambulans",
    "Anmäla till operation",
    "Suicidriskbedömning",
    "Vård enligt LPT",
    "Viktbaserad ordination",
    "Beställa röntgen",
    "Ta emot röntgensvar",
    "Logga in och byta enhet",
    "Hämta personuppgifter",
}
COLUMNS = ("cycle 2", "cycle 3", "cycle 4", "cycle 5", "test", "validation", "design")
EARLY_IN_TEST, EARLY_IN_VALIDATION = 10, 11


def journeys(rng: random.Random) -> list[Flow]:
    """All workflows that count, placed, with the cycles of their stages."""
    queue: dict[str, list[Flow]] = {column: [] for column in (*COLUMNS, "not_started")}
    for stream in WORKSTREAMS:
        for column, flow in placed(rng, stream, flows_of(rng, stream, names_of(stream.code))):
            flow.state = "done" if column.startswith("cycle") else column
            queue[column].append(flow)
    for flows in queue.values():
        rng.shuffle(flows)
    put_first(queue["test"], EARLY_IN_TEST)
    put_first(queue["validation"], EARLY_IN_VALIDATION)
    deal([flow for column in COLUMNS for flow in queue[column]])
    swap_designs(rng, [flow for column in COLUMNS[:3] for flow in queue[column]])
    everyone = [flow for flows in queue.values() for flow in flows]
    return sorted(everyone + joining_later(rng), key=lambda flow: flow.key)


def flows_of(rng: random.Random, stream: Workstream, names: list[Name]) -> list[Flow]:
    late = len(names) - LATE_ADDITIONS.get(stream.code, 0)
    return [
        Flow(
            key=f"{stream.code}-{number:03}",
            stream=stream.code,
            name=name.sv,
            name_en=name.en,
            shared_with=name.shared_with,
            description=name.description,
            owner=rng.choice(stream.owners),
            priority=rng.choice(("1", "2", "2", "3") if name.description else ("", "3", "3", "4")),
            is_late_addition=number > late,
        )
        for number, name in enumerate(names, start=1)
    ]


def placed(rng: random.Random, stream: Workstream, flows: list[Flow]) -> Iterable[tuple[str, Flow]]:
    """The held ones where their blocker says; the others roughly in order of their numbers."""
    counts = dict(zip((*COLUMNS, "not_started"), stream.progress[1:9], strict=True))
    held = {flow.key: blocker for flow, blocker in held_flows(flows)}
    for flow in flows:
        if flow.key in held:
            flow.held_from = held[flow.key].since
            counts[held[flow.key].stands_in] -= 1
            yield held[flow.key].stands_in, flow
    places = [column for column, count in counts.items() for _ in range(count)]
    rest = sorted((f for f in flows if f.key not in held), key=lambda f: eagerness(rng, f))
    yield from zip(places, rest, strict=True)


def eagerness(rng: random.Random, flow: Flow) -> float:
    if flow.is_late_addition:
        return 100.0 + flow.number
    if flow.name in FIRST_TO_BE_DONE:
        return flow.number - 100.0
    return flow.number + rng.gauss(0, 3)


def held_flows(flows: list[Flow]) -> Iterable[tuple[Flow, OpenBlocker]]:
    for blocker in OPEN_BLOCKERS:
        for flow in flows:
            if flow.stream == blocker.stream and (not blocker.held or flow.name in blocker.held):
                yield flow, blocker


def put_first(flows: list[Flow], count: int) -> None:
    """In front: those that must have come this far before cycle 5."""
    held = {flow.key: blocker for flow, blocker in held_flows(flows)}
    came_early = {key for key, blocker in held.items() if blocker.passed_before_cycle_5}
    streams_in_front = {key[:3] for key in came_early}

    def comes_first(flow: Flow) -> int:
        if flow.key in held:
            return -2 if flow.key in came_early else 1
        if flow.state == "validation" and flow.stream not in streams_in_front:
            return -tests_from_validation(flow.stream)
        return 0

    flows.sort(key=comes_first)
    assert all(comes_first(flow) <= 0 for flow in flows[:count])
    assert all(comes_first(flow) >= 0 for flow in flows[count:])


def tests_from_validation(stream: str) -> int:
    """How many cycle 5 is to test beyond what is done or in test on 14 April."""
    progress = next(each.progress for each in WORKSTREAMS if each.code == stream)
    return progress.to_be_tested_in_cycle_5 - progress.done_in_cycle_5 - progress.in_test


def deal(queue: list[Flow]) -> None:
    """Cycles are dealt over the queue, first in, first out, so every stage keeps its order."""
    for stage, counts in zip(STAGES, (DESIGNED, VALIDATED, TESTED), strict=True):
        cycles = [number for number, count in enumerate(counts, start=1) for _ in range(count)]
        for flow, number in zip(queue, cycles, strict=False):
            flow.passed[stage] = number


def swap_designs(rng: random.Random, done: list[Flow], swaps: int = 26) -> None:
    """Some were designed early and then had to wait, others went straight through."""
    while swaps:
        one, other = rng.sample(done, 2)
        early, late = one.passed["design"], other.passed["design"]
        if early < late <= one.passed["validation"]:
            one.passed["design"], other.passed["design"] = late, early
            swaps -= 1


def joining_later(rng: random.Random) -> list[Flow]:
    flows = flows_of(rng, JOINING_LATER, list(JOINING_LATER_NAMES))
    for number, flow in enumerate(flows):
        flow.state = "design" if number < JOINING_LATER.progress.in_design else "not_started"
    return flows
