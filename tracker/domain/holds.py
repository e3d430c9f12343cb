"""What a blocker's events come to: how long it held what, and when it was opened and resolved. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tracker.domain.states import HoldEvent


class Event(NamedTuple):
    """A blocker begins or ceases to hold a workflow (by its id)."""

    id: int
    workflow: int
    event: HoldEvent
    happened_at: datetime
    note: str = ""


class Stay(NamedTuple):
    """A workflow held from one event to another; none yet: it is held still."""

    held: Event
    released: Event | None


@dataclass(frozen=True, slots=True)
class Opening:
    """From when a blocker held something to when it held nothing any more, and what it held on the way."""

    opened: Event
    resolved: Event | None
    stays: tuple[Stay, ...]

    @property
    def standing(self) -> list[Stay]:
        """The holds that stand."""
        return [stay for stay in self.stays if stay.released is None]

    @property
    def workflows(self) -> frozenset[int]:
        """What it holds; once resolved, what it held."""
        return frozenset(stay.held.workflow for stay in (self.standing or self.stays))


def openings(events: Iterable[Event]) -> list[Opening]:
    """The times a blocker was open, oldest first, from its events in order of happened_at, then id.

    A workflow held while it is held already counts from the later event, as everywhere; a release of what is not held
    does nothing.
    """
    found: list[Opening] = []
    opened: Event | None = None
    holding: dict[int, Event] = {}
    ended: list[Stay] = []
    for event in events:
        if event.event is HoldEvent.HELD:
            opened = opened or event
            holding[event.workflow] = event
        elif held := holding.pop(event.workflow, None):
            ended.append(Stay(held, event))
            if not holding and opened is not None:
                found.append(Opening(opened, event, tuple(ended)))
                opened, ended = None, []
    if opened is not None:
        found.append(Opening(opened, None, (*ended, *(Stay(held, None) for held in holding.values()))))
    return found
