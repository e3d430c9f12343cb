"""What to bear in mind beneath a chart: what its numbers rest on, and what is not among them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from tracker.domain.calendar import local_date
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.stale import stale_streams
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.timelines import DONE, Step
from tracker.domain.history import is_late


class Caution(StrEnum):
    """Why a number may not be what it seems."""

    STALE = "stale"  # workstreams in which nothing was changed or checked for a week
    LATE = "late"  # moves recorded on a later day than they happened on
    BACK = "back"
    TAKEN_BACK = "taken_back"
    OUTSIDE = "outside"  # moves between two cycles, which count in none
    LEFT_OUT = "left_out"  # workflows of no figure: archived before they were done, or of a project that had not joined


def cautions(span: Span, choice: Choice, updated: Mapping[str, datetime]) -> dict[Caution, list[Behind]]:
    """The items of each; `updated` tells when each workflow was last changed or checked, by key."""
    found: dict[Caution, list[Behind]] = {caution: [] for caution in Caution}
    found[Caution.STALE] = list(_stale(span, choice, updated))
    found[Caution.LEFT_OUT] = list(_left_out(span, choice))
    windows = [(each.start, each.border) for each in map(span.reading, (row.cycle for row in span.cycles))]
    if not windows:
        return found
    first, last = windows[0][0], max(border for _, border in windows)
    for _, workflow in span.recorded(choice):
        for step in workflow.changes.steps(first, last, span.as_of):
            _add(found, workflow.key, step, span, windows)
    return found


def _add(
    found: dict[Caution, list[Behind]], key: str, step: Step, span: Span, windows: Sequence[tuple[datetime, datetime]]
) -> None:
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
    done = {each.key for each in span.workflows(choice) if each.timeline.at(span.as_of) == DONE}
    today = local_date(span.as_of, span.zone)
    for each in stale_streams(span.history, members, done, updated, today):
        if each.code in chosen:
            yield Behind(each.code, at=each.updated_at, amount=each.days)


def _left_out(span: Span, choice: Choice) -> Iterator[Behind]:
    last = max((row.cycle for row in span.cycles), default=0)
    joined = set(span.joined(last, choice))
    for code, workflow in span.recorded(choice):
        gone_at = span.now.workflow(workflow).timeline.archived_at
        if gone_at is not None or code not in joined:
            yield Behind(workflow.key, at=gone_at)
