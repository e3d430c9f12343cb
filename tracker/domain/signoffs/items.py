"""The items behind the figures of shared workflows: what each counts of a workstream's parts in a cycle."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import NamedTuple

from tracker.domain.figures.readings import Reading
from tracker.domain.figures.timelines import DESIGN, DONE
from tracker.domain.signoffs.part_timeline import STAGES, PartTimeline, Sign, Situation, Wait
from tracker.domain.states import Goal


class PartOf(NamedTuple):
    """A workstream's part in a stage of a workflow; `at` is when it was signed or lapsed, where that is counted."""

    key: str
    stage: Goal
    workstream: str
    at: datetime | None = None


class Waited(NamedTuple):
    """A workflow in which one workstream waited on another: how long in the window, and whether it still does."""

    key: str
    waiting: str
    on: str
    time: timedelta
    is_open: bool


@dataclass(slots=True)
class PartItems:
    """What the figures of a workstream's parts count. Those of several workstreams join to those of all."""

    shared_open: list[str] = field(default_factory=list)
    parts_signed: list[PartOf] = field(default_factory=list)
    parts_open: list[PartOf] = field(default_factory=list)
    parts_waived: list[PartOf] = field(default_factory=list)
    signed: list[PartOf] = field(default_factory=list)
    lapsed: list[PartOf] = field(default_factory=list)
    done_open: list[str] = field(default_factory=list)
    waiting: list[Waited] = field(default_factory=list)
    waited_on: list[Waited] = field(default_factory=list)


_FIELDS = tuple(each.name for each in fields(PartItems))


def joined(parts: Iterable[PartItems]) -> PartItems:
    """The items of several workstreams."""
    whole = PartItems()
    for part in parts:
        for name in _FIELDS:
            getattr(whole, name).extend(getattr(part, name))
    return whole


def part_items(
    reading: Reading, counting: Collection[str], workflows: Iterable[tuple[str, PartTimeline]]
) -> Mapping[str, PartItems]:
    """By workstream, the items of a reading among these workflows, by key, known as of the reading. Only workstreams
    that count in the cycle do, as owners and as those who take part.
    """
    found = {code: PartItems() for code in counting}
    for key, parts in workflows:
        if parts.owner in found:
            _add_signs(found, reading, key, parts)
            _add_waits(found, reading, key, parts.waits)
            if parts.archived_at is None or parts.archived_at >= reading.border:
                _add_at_end(found, key, parts.owner, parts.before(reading.border))
    return found


def _add_at_end(found: Mapping[str, PartItems], key: str, owner: str, end: Situation) -> None:
    others = sorted(end.others & found.keys())
    if others and DESIGN <= end.position < DONE:
        found[owner].shared_open.append(key)
    is_open = False
    for stage in end.due:
        for code in others:
            items, part = found[code], PartOf(key, STAGES[stage - DESIGN], code)
            if (code, stage) in end.signed:
                items.parts_signed.append(part)
            elif (code, stage) in end.waived:
                items.parts_waived.append(part)
            else:
                items.parts_open.append(part)
                is_open = True
    if is_open and end.position == DONE:
        found[owner].done_open.append(key)


def _add_signs(found: Mapping[str, PartItems], reading: Reading, key: str, parts: PartTimeline) -> None:
    standing = parts.before(reading.border).signed.items()
    signs = (Sign(code, STAGES[stage - DESIGN], at) for (code, stage), at in standing)
    for name, each in (("signed", signs), ("lapsed", parts.lapses)):
        for code, stage, at in _in_window(each, reading):
            if code in found:
                getattr(found[code], name).append(PartOf(key, stage, code, at))


def _in_window(signs: Iterable[Sign], reading: Reading) -> Iterator[Sign]:
    return (each for each in signs if reading.start <= each.at < reading.border)


def _add_waits(found: Mapping[str, PartItems], reading: Reading, key: str, waits: Iterable[Wait]) -> None:
    times: dict[tuple[str, str], timedelta] = {}
    still = set()
    for waiting, on, spell in waits:
        if waiting in found and on in found:
            until = reading.end if spell.until is None else min(spell.until, reading.end)
            time = max(until - max(spell.since, reading.start), timedelta())
            times[waiting, on] = times.get((waiting, on), timedelta()) + time
            if spell.is_open_before(reading.border):
                still.add((waiting, on))
    for (waiting, on), time in times.items():
        if time or (waiting, on) in still:
            waited = Waited(key, waiting, on, time, (waiting, on) in still)
            found[waiting].waiting.append(waited)
            found[on].waited_on.append(waited)
