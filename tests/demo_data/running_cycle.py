"""Who is in cycle 5, and with which goal."""

from .flows import Flow, Membership
from .journeys import tests_from_validation

RUNNING = 5
DECIDED_LATER = ("EXT", "LLA")
IN_BACKLOG = ("EXT-004", "LLA-003")
PLANNED_FOR_CYCLE_6 = 18
DESIGNED_AND_TO_BE_VALIDATED, IN_DESIGN_AND_TO_BE_VALIDATED = 11, 8


def join_cycle_5(flows: list[Flow]) -> None:
    to_validate = [f for f in flows if f.passed.get("design") == RUNNING]
    in_design = sorted(
        (f for f in flows if f.state == "design" and f.stream != "DRS"),
        key=lambda f: (f.begun_in or 0, f.held_from is not None),
    )
    ambitious = {
        flow.key
        for flow in (
            *to_validate[:DESIGNED_AND_TO_BE_VALIDATED],
            *in_design[:IN_DESIGN_AND_TO_BE_VALIDATED],
        )
    }
    for flow in flows:
        if is_in_cycle_5(flow, flows):
            flow.memberships[RUNNING] = Membership(goal_in_cycle_5(flow, ambitious))


def is_in_cycle_5(flow: Flow, flows: list[Flow]) -> bool:
    if flow.state == "done":
        return flow.done_in == RUNNING
    return flow.state != "not_started" or flow.stream == "DRS" or flow in not_started_in(flows)


def not_started_in(flows: list[Flow]) -> list[Flow]:
    """Cycle 5 takes what is left when the draft of cycle 6 and the backlog have theirs."""
    decided = [flow for flow in flows if flow.state == "not_started" and flow.stream not in (*DECIDED_LATER, "DRS")]
    waiting = sum(flow.stream in DECIDED_LATER for flow in flows)
    left_out = PLANNED_FOR_CYCLE_6 + len(IN_BACKLOG) - waiting
    late_last = sorted(decided, key=lambda f: f.is_late_addition)
    return late_last[: len(decided) - left_out]


def goal_in_cycle_5(flow: Flow, ambitious: set[str]) -> str:
    if flow.state in ("done", "test"):
        return "test"
    if flow.state == "validation" and flow.passed["design"] < RUNNING:
        return "test" if tests_from_validation(flow.stream) else "validation"
    return "validation" if flow.key in ambitious else "design"
