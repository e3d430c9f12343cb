"""What a blocker's events come to, against a walk through plain pairs."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day
from tracker.domain.holds import Event, openings
from tracker.domain.states import HoldEvent

HELD, RELEASED = HoldEvent.HELD, HoldEvent.RELEASED
steps = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(HoldEvent), st.integers(0, 5)), max_size=30)


def events(*rows: tuple[int, HoldEvent, float]) -> list[Event]:
    """Events of workflows on days, in order."""
    return [Event(id_, workflow, event, day(on), f"n{id_}") for id_, (workflow, event, on) in enumerate(rows, 1)]


def test_a_blocker_is_opened_resolved_and_opened_again() -> None:
    first, second = openings(events((1, HELD, 1), (2, HELD, 2), (1, RELEASED, 3), (2, RELEASED, 5), (1, HELD, 9)))
    assert (first.opened.happened_at, first.resolved and first.resolved.happened_at) == (day(1), day(5))
    assert first.resolved is not None
    assert first.resolved.note == "n4"
    assert first.workflows == {1, 2}
    assert second.resolved is None
    assert [stay.held.happened_at for stay in second.standing] == [day(9)]


def test_without_events_it_was_never_open() -> None:
    assert openings([]) == []


def test_what_is_not_held_cannot_be_released() -> None:
    assert openings(events((1, RELEASED, 1))) == []


@given(steps)
def test_it_holds_what_the_last_event_of_each_workflow_says(rows: list[tuple[int, HoldEvent, int]]) -> None:
    at, timed = 0, []
    for workflow, event, gap in rows:
        at += gap
        timed.append((workflow, event, at))
    found = openings(events(*timed))
    last = {workflow: (event, on) for workflow, event, on in timed}
    held = {workflow: day(on) for workflow, (event, on) in last.items() if event is HELD}
    standing = {stay.held.workflow: stay.held.happened_at for opening in found for stay in opening.standing}
    assert standing == held
    assert sum(opening.resolved is None for opening in found) == bool(held)
    # How often it went from holding nothing to holding something, counted by hand.
    holding: set[int] = set()
    opened = resolved = 0
    for workflow, event, _ in timed:
        before = bool(holding)
        (holding.add if event is HELD else holding.discard)(workflow)
        opened += not before and bool(holding)
        resolved += before and not holding
    assert (len(found), sum(opening.resolved is not None for opening in found)) == (opened, resolved)


@given(steps)
def test_times_open_follow_each_other(rows: list[tuple[int, HoldEvent, int]]) -> None:
    at, timed = 0, []
    for workflow, event, gap in rows:
        at += gap
        timed.append((workflow, event, at))
    found = openings(events(*timed))
    ends = [opening.resolved.happened_at for opening in found if opening.resolved]
    starts = [opening.opened.happened_at for opening in found]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert all(start <= end for start, end in zip(starts, ends, strict=False))
    assert all(
        (stay.released is None or stay.released.happened_at >= stay.held.happened_at)
        and stay.held.happened_at - opening.opened.happened_at >= timedelta(0)
        for opening in found
        for stay in opening.stays
    )
