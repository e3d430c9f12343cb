"""Moves back in each cycle, by the reason that was given for them."""

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum

from tracker.domain.charts.sheets import Adds, Column, Row
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.summaries import Choice, counts
from tracker.domain.states import MoveBackReason


class Reason(StrEnum):
    """Why a workflow was moved back: one of the picks, or that nothing was said. Words of one's own are `other`."""

    FAILED_TEST = MoveBackReason.FAILED_TEST
    FAILED_VALIDATION = MoveBackReason.FAILED_VALIDATION
    NEW_RELEASE = MoveBackReason.NEW_RELEASE
    CHANGED_REQUIREMENT = MoveBackReason.CHANGED_REQUIREMENT
    DEPENDENCY = MoveBackReason.DEPENDENCY
    OTHER = MoveBackReason.OTHER
    NONE = "none"


COLUMNS = (Column("cycle", Adds.KEY), Column("reason", Adds.KEY), Column("moves_back", Adds.COUNT))


def rows(span: Span, choice: Choice) -> Iterator[Row]:
    """A row per cycle and reason that was given, in the order of the picks; without any, one for the cycle."""
    for cycle in span.cycles:
        number = cycle.cycle
        is_counted = counts(span.history, span.reading(number), choice)
        found = _moves(span, number, choice) if is_counted else {}
        for reason in (each for each in Reason if each in found):
            moves = found[reason]
            yield Row({"cycle": number, "reason": reason, "moves_back": len(moves)}, {"moves_back": moves})
        if not found:
            yield Row({"cycle": number, "reason": None, "moves_back": 0 if is_counted else None})


def _moves(span: Span, number: int, choice: Choice) -> dict[Reason, list[Behind]]:
    """Those in the cycle that are known and stand."""
    here = span.reading(number)
    found: dict[Reason, list[Behind]] = defaultdict(list)
    for code in span.joined(number, choice):
        for workflow in span.history.concerned(number, code):
            for step in workflow.changes.steps(here.start, here.border, span.as_of):
                if step.position < step.before and not step.is_taken_back:
                    reason = _reason(span.tags.reasons.get(step.id, ""))
                    found[reason].append(Behind(workflow.key, at=step.happened_at))
    return found


def _reason(text: str) -> Reason:
    if not text:
        return Reason.NONE
    return Reason(text) if text in set(MoveBackReason) else Reason.OTHER
