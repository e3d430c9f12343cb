"""How far workflows had come at any moment, as far as it is known."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from tracker.domain.figures.facts import ChangeFact, WorkflowId
from tracker.domain.states import State

NO_STATE = -1  # before creation, and after archiving what was not done: behind every stage
NOT_STARTED, DESIGN, VALIDATION, TEST, DONE = (state.position for state in State)
_POSITIONS: Mapping[str | None, int] = {state.value: state.position for state in State}
_happened_at = itemgetter(4)


class Timeline(NamedTuple):
    """The standing changes of a workflow in order: when each happened, and the position of the state it led to. From
    `archived_at` on it has none.
    """

    moments: Sequence[datetime]
    positions: Sequence[int]
    archived_at: datetime | None = None

    def before(self, border: datetime) -> int:
        """The position at a start or border: what happens just then comes after it."""
        return self._after(bisect_left(self.moments, border), border)

    def at(self, moment: datetime) -> int:
        """The position at any other moment, what happens just then included."""
        return self._after(bisect_right(self.moments, moment), moment)

    def _after(self, changes: int, moment: datetime) -> int:
        if not changes or (self.archived_at is not None and self.archived_at < moment):
            return NO_STATE
        return self.positions[changes - 1]

    def stays(self, start: datetime, end: datetime) -> Iterator[tuple[int, datetime, datetime]]:
        """Each position it had between start and end, with when it began and ended there."""
        if self.archived_at is not None:
            end = min(end, self.archived_at)
        first, last = max(bisect_right(self.moments, start) - 1, 0), bisect_left(self.moments, end)
        for number in range(first, last) if start < end else ():
            until = self.moments[number + 1] if number + 1 < last else end
            yield self.positions[number], max(start, self.moments[number]), until


def _until_archived(moments: Sequence[datetime], positions: Sequence[int], archived_at: datetime | None) -> Timeline:
    """What was done when it was archived stays done, and all else has no state from then on."""
    if archived_at is not None:
        count = bisect_right(moments, archived_at)
        if count and positions[count - 1] == DONE:
            return Timeline(moments[:count], positions[:count])
    return Timeline(moments, positions, archived_at)


class Step(NamedTuple):
    """A change as it was recorded: from which position to which, and whether it has been taken back since."""

    id: int
    happened_at: datetime
    recorded_at: datetime
    before: int
    position: int
    is_taken_back: bool


class StateHistory:
    """All that is recorded of a workflow's states, in order of happened_at, then id."""

    __slots__ = ("_has_grown_in_order", "_ids", "_moments", "_positions", "_recorded", "_voided_at")

    _moments: Sequence[datetime]

    def __init__(self, rows: Sequence[ChangeFact]) -> None:
        self._voided_at: dict[int | None, datetime] = {}
        self._ids, _, states, voids, self._moments, self._recorded = zip(*rows, strict=True)
        if any(voids):
            self._voided_at = {row[3]: row[5] for row in rows if row[3] is not None}
            moves = [row for row in rows if row[3] is None]
            self._ids, _, states, _, self._moments, self._recorded = zip(*moves, strict=True)
        self._positions = list(map(_POSITIONS.__getitem__, states))
        # Then what was known at any instant is a beginning of the whole, and bisecting finds its end.
        self._has_grown_in_order = not self._voided_at and (
            self._recorded == self._moments or list(self._recorded) == sorted(self._recorded)
        )

    @property
    def first(self) -> datetime:
        """When the first of the changes happened."""
        return self._moments[0]

    @property
    def last(self) -> datetime:
        """When the last of the changes happened."""
        return self._moments[-1]

    @property
    def last_recorded(self) -> datetime:
        """When the last of the changes was recorded or taken back."""
        recorded: Sequence[datetime] = self._recorded
        return recorded[-1] if self._has_grown_in_order else max(*recorded, *self._voided_at.values())

    def has_moved(self, start: datetime, border: datetime) -> bool:
        """Whether any change, known or not, happened from start to just before the border."""
        return bisect_left(self._moments, start) < bisect_left(self._moments, border)

    def known(self, as_of: datetime, archived_at: datetime | None) -> Timeline:
        """What was recorded by then, less what had been taken back by then."""
        if archived_at is not None and archived_at > as_of:
            archived_at = None
        if self._has_grown_in_order:
            count = bisect_right(self._recorded, as_of)
            if count == len(self._recorded):
                return _until_archived(self._moments, self._positions, archived_at)
            return _until_archived(self._moments[:count], self._positions[:count], archived_at)
        known = [number for number in range(len(self._ids)) if self._stands(number, as_of)]
        return _until_archived([self._moments[n] for n in known], [self._positions[n] for n in known], archived_at)

    def steps(self, start: datetime, border: datetime, as_of: datetime) -> Iterator[Step]:
        """The changes from start to just before the border that were known at the instant. `before` is where the
        workflow stood by those that stand.
        """
        first, last = bisect_left(self._moments, start), bisect_left(self._moments, border)
        if first == last:
            return
        if self._has_grown_in_order:
            for n in range(first, min(last, bisect_right(self._recorded, as_of))):
                before = self._positions[n - 1] if n else NO_STATE
                yield Step(self._ids[n], self._moments[n], self._recorded[n], before, self._positions[n], False)
            return
        before = next((self._positions[n] for n in range(first - 1, -1, -1) if self._stands(n, as_of)), NO_STATE)
        for n in range(first, last):
            if self._recorded[n] <= as_of:
                stands = self._stands(n, as_of)
                yield Step(self._ids[n], self._moments[n], self._recorded[n], before, self._positions[n], not stands)
                before = self._positions[n] if stands else before

    def _stands(self, number: int, as_of: datetime) -> bool:
        voided_at = self._voided_at.get(self._ids[number])
        return self._recorded[number] <= as_of and (voided_at is None or voided_at > as_of)


def changes_by_workflow(facts: Iterable[ChangeFact]) -> dict[WorkflowId, StateHistory]:
    """The changes of each workflow that has any."""
    rows: dict[WorkflowId, list[ChangeFact]] = defaultdict(list)
    for row in facts:
        rows[row[1]].append(row)
    histories: dict[WorkflowId, StateHistory] = {}
    while rows:  # let go one by one, the memory of a workflow's rows serves the next; all at once it takes longer
        workflow, each = rows.popitem()
        each.sort(key=_happened_at)
        histories[workflow] = StateHistory(each)
    return histories
