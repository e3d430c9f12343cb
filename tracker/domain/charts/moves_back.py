"""Moves back in each cycle, by the reason that was given for them."""

from collections import defaultdict
from collections.abc import Iterator

from tracker.domain.charts.sheets import Column, SheetRow, Source, Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.summaries import Choice, counts
from tracker.domain.figures.words import Adds
from tracker.domain.states import MoveBackReason

NO_REASON = "none"
REASONS = (*(pick.value for pick in MoveBackReason), NO_REASON)  # words of one's own count as `other`
COLUMNS = (Column("cycle", Adds.KEY), Column("reason", Adds.KEY), Column("moves_back", Adds.COUNT))


def rows(span: Span, choice: Choice) -> Iterator[SheetRow]:
    """A row per cycle and reason that was given, in the order of the picks; without any, one for the cycle."""
    for cycle in span.cycles:
        number = cycle.cycle
        is_counted = counts(span.history, span.reading(number), choice)
        found = _moves(span, number, choice) if is_counted else {}
        for reason in (each for each in REASONS if each in found):
            moves = found[reason]
            values: dict[str, Value] = {"cycle": number, "reason": reason, "moves_back": len(moves)}
            yield SheetRow(values, {"moves_back": moves})
        if not found:
            yield SheetRow({"cycle": number, "reason": None, "moves_back": 0 if is_counted else None})


def _moves(span: Span, number: int, choice: Choice) -> dict[str, list[Behind]]:
    """Those in the cycle that are known and stand."""
    here, reasons = span.reading(number), span.tags.reasons
    found: dict[str, list[Behind]] = defaultdict(list)
    for code in span.joined(number, choice):
        for workflow in span.history.concerned(number, code):
            for step in workflow.changes.steps(here.start, here.border, span.as_of):
                if step.position < step.before and not step.is_taken_back:
                    found[_reason(reasons.get(step.id, ""))].append(Behind(workflow.key, at=step.happened_at))
    return found


def _reason(text: str) -> str:
    return (text if text in set(MoveBackReason) else MoveBackReason.OTHER.value) if text else NO_REASON


SOURCE = Source("moves-back", COLUMNS, rows)
