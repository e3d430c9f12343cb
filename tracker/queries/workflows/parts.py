"""The parts of a workflow as its page shows them: workstreams by stages, and what happened to each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col

from tracker.db.columns import AnyRow, columns
from tracker.db.history import written
from tracker.db.models import Actor, PartEvent
from tracker.domain.calendar import local_date
from tracker.domain.figures.timelines import Timeline
from tracker.domain.history import Change
from tracker.domain.signoffs.part_timeline import POSITIONS, PartTimeline
from tracker.domain.states import Goal
from tracker.queries.workflows.timeline import Recorded, TimelineItem, days_late

_OF_FACT = ("id", "workflow_id", "workstream_code", "stage", "event", "happened_at", "recorded_at")


@dataclass(frozen=True, slots=True)
class Cell:
    """A workstream's part in a stage. `kind`: signed, waived, open, lapsed (and open), not_due, or of the owner passed:
    signed by the state being a later one. `days` is the leg: from due to signed, else until now; none where nothing is
    waited for. `history` is the newest first.
    """

    stage: Goal
    kind: str
    due_at: datetime | None
    at: datetime | None
    days: int | None
    history: tuple[TimelineItem, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is due and lacks."""
        return self.kind in {"open", "lapsed"}

    @property
    def lacks(self) -> bool:
        """Whether it lacks for done, due or not."""
        return self.is_open or self.kind == "not_due"

    @property
    def latest(self) -> TimelineItem | None:
        """What happened to it last."""
        return self.history[0] if self.history else None


@dataclass(frozen=True, slots=True)
class PartsOf:
    """The parts of a workstream, stage by stage."""

    code: str
    name: str
    is_owner: bool
    cells: tuple[Cell, ...]

    @property
    def is_behind(self) -> bool:
        """Whether a due part of it lacks."""
        return any(cell.is_open for cell in self.cells)


def rows(session: Session, workflow_id: int) -> Sequence[AnyRow]:
    """All that was ever recorded of its parts, by when it happened. One statement."""
    return session.execute(
        written(PartEvent, *columns(PartEvent, (*_OF_FACT, "note", "entry_id")), col(Actor.name).label("actor"))
        .where(col(PartEvent.workflow_id) == workflow_id)
        .order_by(col(PartEvent.happened_at), col(PartEvent.id))
    ).all()


def timeline(owner: str, standing: Sequence[Change], found: Sequence[AnyRow]) -> PartTimeline:
    """How its parts stand, from its standing changes in order and from those rows."""
    positions = [change.to_state.position for change in standing if change.to_state is not None]
    moves = Timeline([change.happened_at for change in standing], positions)
    return PartTimeline(owner, moves, [tuple(row[: len(_OF_FACT)]) for row in found])


def items(
    parts: PartTimeline, changes: Sequence[Recorded], found: Sequence[AnyRow], zone: ZoneInfo
) -> Iterator[TimelineItem]:
    """What happened to the parts, for the timeline: what one entry did alike to several is one item."""

    def alike(row: AnyRow) -> Any:  # noqa: ANN401 - what sorts and groups
        return row.entry_id, row.event, row.happened_at, row.note

    for (_, event, at, note), several in groupby(sorted(found, key=alike), alike):
        group = list(several)
        yield TimelineItem(
            event.value,
            at,
            (at, 6, group[0].id),
            group[0].actor,
            f"part-{group[0].id}",
            group[0].recorded_at,
            note=note,
            days_late=days_late(at, group[0].recorded_at, zone),
            parts=tuple((row.workstream_code, row.stage) for row in group),
        )
    for at, signs in groupby(sorted(parts.lapses, key=lambda sign: sign.at), lambda sign: sign.at):
        move = next(row for row in reversed(changes) if row.change.happened_at == at and row.change.voids is None)
        yield TimelineItem(
            "lapsed",
            at,
            (at, 1, move.change.id),
            move.actor,
            f"lapsed-{move.change.id}",
            move.change.recorded_at,
            parts=tuple((sign.workstream, sign.stage) for sign in signs),
        )


def grid(
    parts: PartTimeline,
    names: Mapping[str, str],
    history: Sequence[TimelineItem],
    *,
    until: datetime,
    zone: ZoneInfo,
) -> tuple[PartsOf, ...]:
    """The owner's row, then the others': those that lack something first, else by code. Nothing without others."""
    if not parts.last.others:
        return ()
    found = [
        PartsOf(
            code,
            names.get(code, code),
            code == parts.owner,
            tuple(_cell(parts, code, stage, history, until, zone) for stage in POSITIONS),
        )
        for code in (parts.owner, *sorted(parts.last.others))
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_owner, not each.is_behind)))


def _cell(
    parts: PartTimeline, code: str, stage: Goal, history: Sequence[TimelineItem], until: datetime, zone: ZoneInfo
) -> Cell:
    now, position = parts.last, POSITIONS[stage]
    part = (code, position)
    due_at = parts.entered(position) if position in now.due else None
    at: datetime | None = None
    if part in now.signed:
        kind, at = "signed", now.signed[part]
    elif part in now.waived:
        kind, at = "waived", now.waived[part]
    elif due_at is None:
        kind = "not_due"
    elif code == parts.owner and now.position > position:
        kind, at = "passed", _left(parts, position, due_at)
    elif part in now.lapsed:
        kind, at = "lapsed", now.lapsed[part]
    else:
        kind = "open"
    days = None
    if due_at is not None and kind != "waived":
        end = at if at is not None and kind in {"signed", "passed"} else until
        days = max((local_date(end, zone) - local_date(due_at, zone)).days, 0)
    own = tuple(item for item in history if (code, stage) in item.parts)
    return Cell(stage, kind, due_at, at, days, own)


def _left(parts: PartTimeline, position: int, since: datetime) -> datetime | None:
    """When the state went on from the stage, or past it."""
    moves = zip(parts.timeline.moments, parts.timeline.positions, strict=True)
    return next((at for at, to in moves if at >= since and to > position), None)
