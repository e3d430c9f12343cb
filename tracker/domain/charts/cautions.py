"""What to bear in mind beneath a chart: what its numbers rest on, and what is not among them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from tracker.domain.calendar import local_date
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.history import RecordedWorkflow
from tracker.domain.figures.readings import Reading
from tracker.domain.figures.stale import stale_streams
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.timelines import DONE, Step
from tracker.domain.history import is_late
from tracker.domain.signoffs.items import part_items

_Windows: TypeAlias = tuple[tuple[datetime, datetime], ...]


class Caution(StrEnum):
    """Why a number may not be what it seems."""

    STALE = "stale"  # workstreams in which nothing was changed or checked for a week
    LATE = "late"  # moves recorded on a later day than they happened on
    BACK = "back"
    TAKEN_BACK = "taken_back"
    OUTSIDE = "outside"  # moves between two cycles, which count in none
    DONE_OPEN = "done_open"  # workflows that are done without all parts
    LEFT_OUT = "left_out"  # workflows of no figure: archived before they were done, or of a project that had not joined


def cautions(span: Span, choice: Choice, updated: Mapping[str, datetime]) -> dict[Caution, list[Behind]]:
    """The items of each; `updated` tells when each workflow was last changed or checked, by key."""
    found: dict[Caution, list[Behind]] = {caution: [] for caution in Caution}
    found[Caution.STALE] = list(_stale(span, choice, updated))
    found[Caution.LEFT_OUT] = list(_left_out(span, choice))
    found[Caution.DONE_OPEN] = list(_done_open(span, choice))
    windows = tuple((each.start, each.border) for each in map(span.reading, (row.cycle for row in span.cycles)))
    for code in choice.workstreams if windows else ():
        steps = span.now.of_workstream(code, ("steps", windows), partial(_of_steps, span, windows))
        for caution, items in steps.items():
            found[caution] += items
    return found


def _of_steps(span: Span, windows: _Windows, workflows: Iterable[RecordedWorkflow]) -> dict[Caution, list[Behind]]:
    found: dict[Caution, list[Behind]] = defaultdict(list)
    first, last = windows[0][0], max(border for _, border in windows)
    for workflow in workflows:
        for step in workflow.changes.steps(first, last, span.as_of):
            _add(found, workflow.key, step, span, windows)
    return found


def _add(found: dict[Caution, list[Behind]], key: str, step: Step, span: Span, windows: _Windows) -> None:
    item = Behind(key, at=step.happened_at)
    if step.is_taken_back:
        found[Caution.TAKEN_BACK].append(item)
        return
    if step.recorded_at != step.happened_at and is_late(step.happened_at, step.recorded_at, span.zone):
        found[Caution.LATE].append(item)
    if step.position < step.before:
        found[Caution.BACK].append(item)
    if step.before >= 0 and not any(start <= step.happened_at < border for start, border in windows):
        found[Caution.OUTSIDE].append(item)


def _stale(span: Span, choice: Choice, updated: Mapping[str, datetime]) -> Iterator[Behind]:
    """Workstreams with open members of the running cycle, when it is among those shown, the longest waiting first."""
    running = next((row.cycle for row in span.cycles if span.is_running(row.cycle)), None)
    if running is None:
        return
    members, chosen = span.members(running, choice), set(choice.workstreams)
    standing = [span.now.positions(code).items() for code in choice.workstreams]
    done = {key for each in standing for key, position in each if position == DONE}
    today = local_date(span.as_of, span.zone)
    for each in stale_streams(span.history, members, done, updated, today):
        if each.code in chosen:
            yield Behind(each.code, at=each.updated_at, amount=each.days)


def _done_open(span: Span, choice: Choice) -> Iterator[Behind]:
    """As the figure has it, at the end of the last of these cycles that has begun."""
    here = next((each for row in reversed(span.cycles) if (each := span.reading(row.cycle)).is_begun), None)
    joined = span.everybody(here.cycle.cycle) if here is not None else ()
    for code in choice.workstreams:
        if here is not None and code in joined:
            place = "done_open", here.cycle.cycle, here.border, joined
            yield from span.now.of_workstream(code, place, partial(_done_without, span, here, code, joined))


def _done_without(
    span: Span, here: Reading, code: str, joined: tuple[str, ...], workflows: Iterable[RecordedWorkflow]
) -> list[Behind]:
    shared = ((each.key, span.now.part_timeline(each)) for each in workflows if each.parts)
    return [Behind(key) for key in part_items(here, joined, shared)[code].done_open]


def _left_out(span: Span, choice: Choice) -> Iterator[Behind]:
    last = max((row.cycle for row in span.cycles), default=0)
    joined = set(span.joined(last, choice))
    for code in choice.workstreams:
        if code in joined:
            yield from span.now.of_workstream(code, "archived", partial(_archived, span))
        else:
            yield from (_gone(span, each) for each in span.history.workflows(code))


def _archived(span: Span, workflows: Iterable[RecordedWorkflow]) -> list[Behind]:
    return [each for each in (_gone(span, workflow) for workflow in workflows) if each.at is not None]


def _gone(span: Span, workflow: RecordedWorkflow) -> Behind:
    return Behind(workflow.key, at=span.now.workflow(workflow).timeline.archived_at)
