"""When blockers were open and when workflows were held, as far as it is known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tracker.domain.figures.facts import HoldFact, WorkflowId
from tracker.domain.figures.timelines import DONE, NOT_STARTED, Timeline
from tracker.domain.states import HoldEvent


class Hold(NamedTuple):
    """A blocker begins or ceases to hold a workflow."""

    happened_at: datetime
    id: int
    blocker: int
    workflow: WorkflowId
    is_held: bool
    recorded_at: datetime


class Spell(NamedTuple):
    """A time without a break; one that has no end goes on."""

    since: datetime
    until: datetime | None

    def is_open_before(self, border: datetime) -> bool:
        """Whether it goes on over the border."""
        return self.since < border and (self.until is None or self.until >= border)


class BlockerSpell(NamedTuple):
    """A time in which a blocker held something."""

    blocker: int
    spell: Spell


def holds_by_workflow(facts: Iterable[HoldFact]) -> dict[WorkflowId, list[Hold]]:
    """The holds of each workflow that has any."""
    holds: dict[WorkflowId, list[Hold]] = defaultdict(list)
    for id_, workflow, blocker, event, happened_at, recorded_at in facts:
        is_held = event == HoldEvent.HELD.value
        holds[workflow].append(Hold(happened_at, id_, blocker, workflow, is_held, recorded_at))
    return holds


def held_spells(holds: Sequence[Hold]) -> Iterator[Spell]:
    """The union of a workflow's holds, given in order."""
    blockers: set[int] = set()
    since = None
    for hold in holds:
        (blockers.add if hold.is_held else blockers.discard)(hold.blocker)
        if blockers and since is None:
            since = hold.happened_at
        elif not blockers and since is not None:
            yield Spell(since, hold.happened_at)
            since = None
    if since is not None:
        yield Spell(since, None)


def blocker_spells(holds: Iterable[Hold]) -> list[BlockerSpell]:
    """Every time a blocker went from holding none of these workflows to holding some, and back."""
    held: dict[int, set[WorkflowId]] = defaultdict(set)
    since: dict[int, datetime] = {}
    spells = []
    for hold in sorted(holds):
        workflows = held[hold.blocker]
        (workflows.add if hold.is_held else workflows.discard)(hold.workflow)
        if workflows:
            since.setdefault(hold.blocker, hold.happened_at)
        elif hold.blocker in since:
            spells.append(BlockerSpell(hold.blocker, Spell(since.pop(hold.blocker), hold.happened_at)))
    return [*spells, *(BlockerSpell(blocker, Spell(opened, None)) for blocker, opened in since.items())]


def blocked_time(
    held: Iterable[Spell], timeline: Timeline, start: datetime, end: datetime, *, least: int = NOT_STARTED
) -> timedelta:
    """How long it was held between start and end while it had a state from the `least` to just before done."""
    total = timedelta()
    for spell in held:
        if spell.since < end and (spell.until is None or spell.until > start):
            until = end if spell.until is None else min(end, spell.until)
            for position, stay_since, stay_until in timeline.stays(max(start, spell.since), until):
                if least <= position < DONE:
                    total += stay_until - stay_since
    return total
