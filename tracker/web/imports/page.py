"""What the pages of an import show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.commands.imports.plan import Plan
from tracker.commands.imports.results import RowResult
from tracker.domain.cells import unguarded
from tracker.domain.imports import reading
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.columns import Field
from tracker.domain.imports.table import Table
from tracker.domain.imports.values import has_slashed_dates, proposed_state
from tracker.domain.states import STATES, MoveBackReason
from tracker.queries.workflows import form as workflow_form
from tracker.web.http.context import reading_session
from tracker.web.imports.words import (
    DATE_WORDS,
    DELIMITER_WORDS,
    FIELDS,
    change_words,
    cut,
)
from tracker.web.ui.errors import explain
from tracker.web.ui.formats import language
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import picks

A_PAGE = 100
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its heading, the first things in it, and what it is imported as."""

    place: int
    heading: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the file that may mean something: in how many rows it stands, and what is chosen for it."""

    word: str
    count: int
    chosen: str
    is_proposed: bool = False


def columns_context(table: Table, choices: Choices, content: bytes) -> dict[str, Any]:
    """The page of the columns."""
    columns = [
        Column(place, heading or gettext("Column %(number)s", number=place + 1), _samples(table, place), field)
        for place, (heading, field) in enumerate(zip(table.headings, choices.columns, strict=True))
        if heading or _samples(table, place)
    ]
    dated = choices.place(Field.HAPPENED_ON)
    return {
        "columns": columns,
        "places": len(table.headings),
        "chosen": choices,
        "rows": len(table.rows),
        "skipped": table.skipped,
        "fields": [(field.value, gettext(word)) for field, word in FIELDS.items()],
        "delimiters": [(mark, gettext(word)) for mark, word in DELIMITER_WORDS.items()],
        "dates": [(order, gettext(word)) for order, word in DATE_WORDS.items()],
        "reasons": picks(MoveBackReason),
        "is_workbook": reading.is_workbook(content),
        "has_slashed": dated is not None
        and has_slashed_dates(row.cells[dated] for row in table.rows if dated < len(row.cells)),
    }


def preview_context(plan: Plan, show: str, start: int) -> dict[str, Any]:
    """The page of the preview: counts, what is to be decided, and a page of the rows of one outcome."""
    counts = plan.counts
    shown = (
        show
        if show in set(RowResult)
        else next((name for name in ("refused", "created", "changed", "unchanged") if counts[name]), "created")
    )
    rows = plan.of(RowResult(shown))
    start = min(max(start, 0), max(len(rows) - 1, 0) // A_PAGE * A_PAGE)
    return {
        "counts": counts,
        "total": len(plan.rows),
        "show": shown,
        "rows": rows[start : start + A_PAGE],
        "change_words": change_words,
        "cell_words": lambda cell: cut(unguarded(cell)),
        "explain": explain,
        "start": start,
        "end": min(start + A_PAGE, len(rows)),
        "matching": len(rows),
        "page_size": A_PAGE,
        "imported": [
            (heading, gettext(FIELDS[Field(field)]))
            for heading, field in zip(plan.table.headings, plan.choices.columns, strict=True)
            if field
        ],
        "not_imported": plan.left_out,
        "states": [_state_word(plan, word, count) for word, count in _by_count(plan.states)],
        "state_choices": picks(STATES),
        "workstreams": [
            Word(word, count, plan.choices.workstreams.get(word, "")) for word, count in _by_count(plan.workstreams)
        ],
        "workstream_choices": list(workflow_form.workstreams(reading_session(), language=language()).items()),
        "owners": _by_count(plan.owners),
        "has_owners": bool(plan.owners) and set(plan.owners) <= set(plan.choices.owners),
        "twins": _by_count(plan.twins),
        "has_twins": bool(plan.twins) and set(plan.twins) <= set(plan.choices.twins),
        "can_do": bool(counts["created"] or counts["changed"]),
        "seen": plan.digest(),
    }


def _samples(table: Table, place: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in table.rows:
        text = unguarded(row.cells[place]).strip() if place < len(row.cells) else ""
        if text:
            found[cut(text)] = None
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def _state_word(plan: Plan, word: str, count: int) -> Word:
    chosen = plan.choices.states.get(word, "")
    proposed = proposed_state(word)
    if chosen or proposed is None:
        return Word(word, count, chosen)
    return Word(word, count, proposed.value, is_proposed=True)


def _by_count(words: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(words.items(), key=lambda each: (-each[1], each[0].casefold()))
