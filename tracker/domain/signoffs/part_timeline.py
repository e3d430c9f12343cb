"""How the parts of a workflow stood at any moment, as far as it is known, and who waited on whom."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple, TypeAlias

from tracker.domain.figures.facts import PartFact
from tracker.domain.figures.holds import Spell
from tracker.domain.figures.timelines import DESIGN, DONE, NO_STATE, TEST, Timeline
from tracker.domain.states import Goal, PartEventKind

STAGES: tuple[Goal, ...] = tuple(Goal)
POSITIONS = {stage: position for position, stage in enumerate(STAGES, DESIGN)}
_POSITIONS: Mapping[str | None, int] = {stage.value: position for stage, position in POSITIONS.items()}
_JOINED, _SIGNED, _WAIVED = (each.value for each in (PartEventKind.JOINED, PartEventKind.SIGNED, PartEventKind.WAIVED))

Part: TypeAlias = tuple[str, int]  # a workstream, and the position of a stage


class Sign(NamedTuple):
    """Something of a workstream's part in a stage, at an instant."""

    workstream: str
    stage: Goal
    at: datetime


class Wait(NamedTuple):
    """A time in which a workstream, done with its own part, waited on another."""

    waiting: str
    on: str
    spell: Spell


class Situation(NamedTuple):
    """How the parts stand from an instant on: the state's position, the other workstreams, and by part since when it is
    signed, waived, or lapsed and not signed anew.
    """

    since: datetime
    position: int
    others: frozenset[str]
    signed: Mapping[Part, datetime]
    waived: Mapping[Part, datetime]
    lapsed: Mapping[Part, datetime]

    @property
    def due(self) -> range:
        """The positions of the stages that are due."""
        return range(DESIGN, min(self.position, TEST) + 1)

    def event(self, part: Part) -> PartEventKind:
        """What another workstream's part comes to: signed, waived, or open as if taken back."""
        if part in self.signed:
            return PartEventKind.SIGNED
        return PartEventKind.WAIVED if part in self.waived else PartEventKind.WITHDRAWN

    def is_open(self, part: Part) -> bool:
        """Whether another workstream's part in a stage is neither signed nor waived."""
        return part not in self.signed and part not in self.waived

    def open_parts(self, stages: Iterable[int]) -> Iterator[Part]:
        """The other workstreams' open parts in these stages, by stage, then workstream."""
        for stage in stages:
            for code in sorted(self.others):
                if self.is_open((code, stage)):
                    yield code, stage

    def behind(self, owner: str) -> set[str]:
        """The workstreams that have a due open part. The owner's is open in the stage at hand, until it signs."""
        found = {code for code, _ in self.open_parts(self.due)}
        if DESIGN <= self.position < DONE and (owner, self.position) not in self.signed:
            found.add(owner)
        return found

    def waits(self, owner: str) -> set[tuple[str, str]]:
        """Who waits on whom: of those that take part in work under way, each that is not behind on each that is."""
        if not self.others or not DESIGN <= self.position < DONE:
            return set()
        behind = self.behind(owner)
        return {(code, on) for code in {owner, *self.others} - behind for on in behind}


_NONE = Situation(datetime.min.replace(tzinfo=UTC), NO_STATE, frozenset(), {}, {}, {})


class PartTimeline:
    """The parts of a workflow, from its known standing changes and the known rows of its parts."""

    def __init__(
        self, owner: str, timeline: Timeline, rows: Iterable[PartFact], archived_at: datetime | None = None
    ) -> None:
        self.owner = owner
        self.archived_at = archived_at
        self._rows = sorted(rows, key=lambda row: (row[5], row[0]))
        self._latest = {row[2]: row[5] for row in self._rows}
        self.timeline = timeline
        self.lapses: list[Sign] = []
        self.situations = self._situations(self._rows)
        self._moments = [each.since for each in self.situations]

    def before(self, border: datetime) -> Situation:
        """The situation at a border: what happens just then comes after it."""
        return self._numbered(bisect_left(self._moments, border))

    def at(self, moment: datetime) -> Situation:
        """The situation at any other moment, what happens just then included."""
        return self._numbered(bisect_right(self._moments, moment))

    def _numbered(self, count: int) -> Situation:
        return self.situations[count - 1] if count else _NONE

    @property
    def last(self) -> Situation:
        """How they stand after all that is known."""
        return self._numbered(len(self.situations))

    def latest(self, workstream: str) -> datetime | None:
        """When the latest row of the workstream's part happened; none without any."""
        return self._latest.get(workstream)

    @property
    def missing(self) -> tuple[tuple[str, Goal], ...]:
        """What done lacks: others' parts, of all stages, that are neither signed nor waived, by stage."""
        return self.missing_of(self.last.others)

    def missing_of(self, others: Iterable[str]) -> tuple[tuple[str, Goal], ...]:
        """The same, were it these who take part beside the owner: who comes back finds what it signed."""
        open_parts = self.last._replace(others=frozenset(others)).open_parts(range(DESIGN, DONE))
        return tuple((code, STAGES[stage - DESIGN]) for code, stage in open_parts)

    def until(self, workstream: str, stage: Goal, ids: Collection[int]) -> tuple["PartTimeline", bool]:
        """The part in a stage as it would be by its rows before the first of these, and whether its latest is one."""
        rows = [row for row in self._rows if row[2] == workstream and row[3] == stage.value]
        first = next(place for place, row in enumerate(rows) if row[0] in ids)
        return PartTimeline(self.owner, self.timeline, rows[:first], self.archived_at), rows[-1][0] in ids

    def open_due(self, workstreams: Collection[str]) -> list[tuple[str, Goal]]:
        """What of these workstreams' parts is due and open after all that is known, by stage."""
        now = self.last
        found = [part for part in now.open_parts(now.due) if part[0] in workstreams]
        if self.owner in workstreams and self.owner in now.behind(self.owner):
            found.append((self.owner, now.position))
        return [(code, STAGES[stage - DESIGN]) for code, stage in found]

    def entered(self, stage: int) -> datetime | None:
        """When the workflow last entered the stage or passed over it: since then its parts are due."""
        found, before = None, NO_STATE
        for at, position in zip(self.timeline.moments, self.timeline.positions, strict=True):
            if position == stage or before < stage < position:
                found = at
            before = position
        return found

    @cached_property
    def waits(self) -> Sequence[Wait]:
        """All the times in which a workstream waited on another, those that go on without an end."""
        since: dict[tuple[str, str], datetime] = {}
        found: list[Wait] = []
        ends_at = self.timeline.archived_at
        for each in self.situations:
            if ends_at is not None and each.since >= ends_at:
                break
            pairs = each.waits(self.owner)
            found += (Wait(*pair, Spell(since.pop(pair), each.since)) for pair in sorted(since.keys() - pairs))
            for pair in pairs:
                since.setdefault(pair, each.since)
        return [*found, *(Wait(*pair, Spell(begun, ends_at)) for pair, begun in sorted(since.items()))]

    def _situations(self, rows: Iterable[PartFact]) -> list[Situation]:
        """At one instant moves come before what is signed: a signature lapses by a move that comes strictly later."""
        moves = zip(self.timeline.moments, self.timeline.positions, strict=True)
        steps: list[tuple[datetime, int, int, PartFact | None]] = [
            *((at, -1, position, None) for at, position in moves),
            *((row[5], row[0], NO_STATE, row) for row in rows),
        ]
        steps.sort(key=lambda step: step[:2])
        position, others = NO_STATE, frozenset[str]()
        signed: dict[Part, datetime] = {}
        waived: dict[Part, datetime] = {}
        lapsed: dict[Part, datetime] = {}
        found: list[Situation] = []
        for number, (at, _, to, row) in enumerate(steps):
            if row is None:
                for part in [part for part in signed if to < position and part[1] >= to]:
                    del signed[part]
                    lapsed[part] = at
                    self.lapses.append(Sign(part[0], STAGES[part[1] - DESIGN], at))
                position = to
            elif row[3] is None:
                others = others | {row[2]} if row[4] == _JOINED else others - {row[2]}
            else:
                part = row[2], _POSITIONS[row[3]]
                for kept in (signed, waived, lapsed):
                    kept.pop(part, None)
                if row[4] == _SIGNED:
                    signed[part] = at
                elif row[4] == _WAIVED:
                    waived[part] = at
            if number + 1 == len(steps) or steps[number + 1][0] != at:
                found.append(Situation(at, position, others, signed.copy(), waived.copy(), lapsed.copy()))
        return found
